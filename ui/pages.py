"""What stands in the middle of the window: the place chosen, and the records opened from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from ui import look
from ui.desk import Desk
from ui.language import say

LONGEST = 36
"""How much of a title stands on its tab: a Chinese character counts twice."""


class Pages(QWidget):
    """The place first, then a tab for each open record; opening one again goes to its tab."""

    opened = Signal(object, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.tabs = QTabBar()
        self.tabs.setTabsClosable(True)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(say("打开的页", "Open pages"))
        self.tabs.addTab("")
        self.tabs.setTabButton(0, QTabBar.ButtonPosition.RightSide, None)
        self.tabs.currentChanged.connect(self._on_tab)
        self.tabs.tabCloseRequested.connect(self.close_page)
        self.tabs.hide()
        column.addWidget(self.tabs)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self._place: QWidget | None = None
        self._open: list[tuple[tuple[str, UUID], Any]] = []
        desk.changed.connect(self._on_changed)

    # The place

    def show_place(self, view: QWidget, title: str) -> None:
        """Show a place of the navigation; what is open stays open beside it."""
        if self._stack.indexOf(view) < 0:
            self._stack.addWidget(view)
        self._place = view
        self.tabs.setTabText(0, title)
        self.tabs.setCurrentIndex(0)
        self._stack.setCurrentWidget(view)

    def forget(self, view: QWidget) -> None:
        """A place that will not be shown again."""
        self._stack.removeWidget(view)
        view.deleteLater()

    # Records

    def show_record(self, record_id: UUID, how: str) -> QWidget:
        """Open a record: to read (also "progress"), to fill in ("filing", "mend") or to review."""
        if how in _WITH:
            as_, then = _WITH[how]
            shown = self.show_record(record_id, as_)
            getattr(shown, then)()
            return shown
        for number, (key, known) in enumerate(self._open, start=1):
            if key == (how, record_id):
                self.tabs.setCurrentIndex(number)
                found: QWidget = known
                return found
        view: Any = self._made(record_id, how)
        self._open.append(((how, record_id), view))
        self._stack.addWidget(view)
        number = self.tabs.addTab(look.icon(_ICONS[how]), say("打开中…", "Opening…"))
        self.tabs.show()
        self.tabs.setCurrentIndex(number)
        view.closed.connect(lambda: self._close(view))
        if hasattr(view, "titled"):
            view.titled.connect(lambda title: self._title(view, title))
        else:
            self._read_title(view, record_id)
        if how != "filing":  # its own `opened` says that its first page is there
            view.opened.connect(self.opened)
        if hasattr(view, "record_wanted"):
            view.record_wanted.connect(self.show_record)
        if hasattr(view, "performed"):
            view.performed.connect(lambda record: self._read_title(view, record.id))
        made: QWidget = view
        return made

    def _made(self, record_id: UUID, how: str) -> Any:
        match how:
            case "filing":
                from ui.forms.filing import FilingView

                return FilingView(self._desk, record_id)
            case "review":
                from ui.review.review_view import ReviewView

                return ReviewView(self._desk, record_id)
            case _:
                from ui.records.record_view import RecordView

                return RecordView(self._desk, record_id)

    def current(self) -> QWidget | None:
        return self._stack.currentWidget()

    def step(self, by: int) -> None:
        """Go to the next or the previous open page, round and round."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def close_page(self, number: int) -> None:
        """Close an open record; the place itself stays. What was written in it is saved."""
        if 1 <= number <= len(self._open):
            self._close(self._open[number - 1][1])

    def close_current(self) -> None:
        self.close_page(self.tabs.currentIndex())

    def close_all(self) -> bool:
        """Close every open record; False where one of them wants to stay."""
        for _key, view in list(self._open):
            if not view.close():
                return False
            self._close(view)
        return True

    def _close(self, view: Any) -> None:
        found = next((n for n, (_key, v) in enumerate(self._open) if v is view), None)
        if found is None:
            return
        if view.isVisible() and not view.close():
            return
        if all(known is not view for _key, known in self._open):
            return  # a view that says `closed` while it closes was here already
        del self._open[found]
        self.tabs.removeTab(found + 1)
        self._stack.removeWidget(view)
        view.deleteLater()
        self.tabs.setVisible(bool(self._open))

    def _on_tab(self, number: int) -> None:
        if number == 0 and self._place is not None:
            self._stack.setCurrentWidget(self._place)
        elif 1 <= number <= len(self._open):
            self._stack.setCurrentWidget(self._open[number - 1][1])

    def _on_changed(self, ids: list[UUID]) -> None:
        """A filing is named by what is typed in it: its tab says so once that is saved."""
        for (how, record_id), view in self._open:
            if how == "filing" and (not ids or record_id in ids):
                self._read_title(view, record_id)

    def _read_title(self, view: Any, record_id: UUID) -> None:
        from ui.names import title_of

        self._desk.read(
            lambda copy: title_of(copy.get(record_id)),
            lambda title: self._title(view, title),
            failed=lambda _error: self._title(view, ""),
            owner=view,
        )

    def _title(self, view: Any, title: str) -> None:
        found = next((n for n, (_key, v) in enumerate(self._open) if v is view), None)
        if found is not None:
            shown = title or say("（未命名）", "(untitled)")
            short = shortened(shown)
            self.tabs.setTabText(found + 1, short.replace("&", "&&"))
            self.tabs.setTabToolTip(found + 1, shown)


def shortened(title: str) -> str:
    """As much of a title as a tab has room for."""
    room = LONGEST
    for place, letter in enumerate(title):
        room -= 2 if ord(letter) > 0x2E80 else 1
        if room < 0:
            return title[: max(1, place - 1)].rstrip() + "…"
    return title


_WITH = {"progress": ("record", "show_progress"), "mend": ("filing", "begin_with_problems")}
"""How else a record is opened: as which, and what it shows then."""
_ICONS = {"record": "file-text", "filing": "pencil", "review": "clipboard-check"}
