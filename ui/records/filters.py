"""What a list is narrowed by: states, years, kinds; and the views of it that somebody has kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QToolButton, QWidget

from app.heads import kinds_of
from app.workflows import WORKFLOWS
from ui import look, moments
from ui.desk import Desk
from ui.language import say, told
from ui.records.lists import RecordList

if TYPE_CHECKING:
    from local_db import Query

YEARS = 6
"""This year and those before it that are offered."""
LONGEST_NAME = 30


def menu_button(text: str, name: str = "") -> QToolButton:
    """A button that opens a menu."""
    button = QToolButton()
    button.setText(text)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(button))
    if name:
        button.setObjectName(name)
    return button


class TickMenu(QObject):
    """A menu of things to tick; the button says how many are."""

    changed = Signal()

    def __init__(self, word: str, choices: dict[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._word = word
        self.button = menu_button(word)
        for value, text in choices.items():
            action = QAction(text, self.button)
            action.setCheckable(True)
            action.setData(value)
            action.toggled.connect(self._on_toggled)
            self.button.menu().addAction(action)
        self.button.setVisible(len(choices) > 1)

    def ticked(self) -> tuple[str, ...]:
        return tuple(str(a.data()) for a in self.button.menu().actions() if a.isChecked())

    def tick(self, values: tuple[str, ...]) -> None:
        """Tick these and no others; nothing is said of it."""
        quiet = QSignalBlocker(self)
        for action in self.button.menu().actions():
            action.setChecked(action.data() in values)
        quiet.unblock()
        self._show()

    def _on_toggled(self, _on: bool) -> None:  # noqa: FBT001 -- a signal gives it
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        count = len(self.ticked())
        self.button.setText(f"{self._word} {count}" if count else self._word)
        look.mark(self.button, "chosen" if count else "")


class Filters(QObject):
    """The menus of a list, what they ask for, and kept views."""

    changed = Signal()
    view_wanted = Signal(object)
    """A kept view: `{"text", "states", "years", "kinds", "sort", "descending"}`."""

    def __init__(self, desk: Desk, listed: RecordList, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._listed = desk, listed
        self._kept_as = f"views:{listed.id}:{desk.role}"
        self._views: dict[str, dict[str, Any]] = {}
        workflow = WORKFLOWS.get(listed.form)
        states = {s.id: told(s.words) for s in workflow.states} if workflow else {}
        year = moments.now().astimezone().year
        years = [str(year - n) for n in range(YEARS)] if listed.form else []
        kinds = {kind: told(words) for kind, words in kinds_of(listed.form).items()}
        self.states = TickMenu(say("状态", "State"), states, parent)
        self.years = TickMenu(say("年份", "Year"), dict(zip(years, years, strict=True)), parent)
        word = say("角色", "Role") if listed.form == "person" else say("类型", "Type")
        self.kinds = TickMenu(word, kinds, parent)
        for menu in self.menus():
            menu.changed.connect(self.changed)
        self.views = menu_button(say("视图", "Views"), "views")
        self.views.setToolTip(say("保存和使用常用的筛选", "Keep filters and use them again"))
        self.views.menu().aboutToShow.connect(self.fill_views)
        self.views.setVisible(bool(listed.form))
        self._read_views()

    def menus(self) -> tuple[TickMenu, ...]:
        return self.states, self.years, self.kinds

    def buttons(self) -> tuple[QToolButton, ...]:
        return (*(menu.button for menu in self.menus()), self.views)

    # What is asked

    def applied(self, query: Query) -> Query:
        """The query narrowed by what is ticked."""
        marks = [tuple(f"year={y}" for y in self.years.ticked())]
        marks += [tuple(f"kind={k}" for k in self.kinds.ticked())]
        return replace(
            query,
            states=self.states.ticked() or self._listed.states,
            marks=tuple(m for m in marks if m),
        )

    def is_on(self) -> bool:
        return any(menu.ticked() for menu in self.menus())

    def clear(self) -> None:
        for menu in self.menus():
            menu.tick(())

    # Kept views

    def _read_views(self) -> None:
        name = self._kept_as
        self._desk.read(lambda copy: copy.preference(name), self._have_views, owner=self)

    def _have_views(self, kept: str | None) -> None:
        try:
            found = json.loads(kept or "{}")
        except ValueError:
            found = {}
        self._views = found if isinstance(found, dict) else {}

    def fill_views(self) -> None:
        """The kept views, keeping what is shown now, and throwing one away."""
        menu = self.views.menu()
        menu.clear()
        for name in sorted(self._views):
            menu.addAction(look.icon("eye"), name, lambda n=name: self.show_view(n))
        if self._views:
            menu.addSeparator()
        menu.addAction(look.icon("save"), say("保存当前视图…", "Keep this view…"), self._ask_name)
        if self._views:
            drop = menu.addMenu(look.icon("trash-2"), say("删除视图", "Delete a view"))
            for name in sorted(self._views):
                drop.addAction(name, lambda n=name: self.drop_view(n))

    def show_view(self, name: str) -> None:
        """Narrow and sort the list as it was kept."""
        view = self._views[name]
        self.states.tick(tuple(view.get("states", ())))
        self.years.tick(tuple(view.get("years", ())))
        self.kinds.tick(tuple(view.get("kinds", ())))
        self.view_wanted.emit(view)

    def _ask_name(self) -> None:
        dialog = QInputDialog(cast(QWidget, self.parent()))
        dialog.setWindowTitle(say("保存当前视图", "Keep this view"))
        dialog.setLabelText(say("视图的名称：", "Name of the view:"))
        dialog.setOkButtonText(say("保存", "Keep"))
        dialog.setCancelButtonText(say("取消", "Cancel"))
        dialog.textValueSelected.connect(self.keep_wanted)
        dialog.open()

    keep_wanted = Signal(str)
    """Somebody named the view that is shown now: the list says what it is."""

    def keep_view(self, name: str, query: Query) -> None:
        """Keep what the list shows under a name."""
        name = name.strip()[:LONGEST_NAME]
        if name:
            self._views[name] = {
                "text": query.text, "sort": query.sort, "descending": query.descending,
                "states": self.states.ticked(), "years": self.years.ticked(),
                "kinds": self.kinds.ticked(),
            }  # fmt: skip
            self._write()

    def drop_view(self, name: str) -> None:
        self._views.pop(name, None)
        self._write()

    def _write(self) -> None:
        text, name = json.dumps(self._views, ensure_ascii=False), self._kept_as
        self._desk.read(lambda copy: copy.prefer(name, text), lambda _none: None, owner=self)
