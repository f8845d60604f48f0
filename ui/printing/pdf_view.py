"""A PDF inside a window: pages, zoom, search; says in a sentence what cannot be shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from ui import look, problems, tasks
from ui.language import say, told
from ui.printing.canvas import PageCanvas
from ui.printing.pages import Found, Pages

ROOMY = 460
"""Pixels from which the bar has room for words and for the search; Ctrl+F finds either way."""


class PdfView(QWidget):
    """Shows the PDF it is given; pages are drawn as they come into sight.

    PgUp, PgDn, Home, End move; Ctrl and the wheel, + and - zoom, 0 fits the width; Ctrl+F
    searches, Enter and Shift+Enter go from place to place.
    """

    shown = Signal(int)
    """A PDF of so many pages is on show."""
    refused = Signal(str)
    """The PDF cannot be shown, and why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: Pages | None = None
        self._open: list[Pages] = []
        self._found: list[Found] = []
        self._current = -1
        self._searched = ""
        self._asked = 0
        self.canvas = PageCanvas()
        self.note = look.label("", "dim", wrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.page_label = look.label("", "dim")
        self.zoom_label = look.label("", "dim")
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("在文件中查找", "Find in the document"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(220)
        self.search.setObjectName("find")
        self.matches = look.label("", "dim")
        self._build()
        self.destroyed.connect(partial(_close_all, self._open))
        self.canvas.page_changed.connect(self._tell_page)
        self.canvas.zoom_changed.connect(self._tell_zoom)
        self.search.returnPressed.connect(self._on_return)
        self.search.textChanged.connect(self._on_search_text)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.begin_search)

    def _build(self) -> None:
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.SMALL)
        row.addWidget(self.page_label)
        row.addStretch(1)
        row.addWidget(self._button("zoom_out", "−", say("缩小", "Smaller"), self.canvas.zoom_out))
        row.addWidget(self.zoom_label)
        row.addWidget(self._button("zoom_in", "+", say("放大", "Larger"), self.canvas.zoom_in))
        fit = say("适合宽度", "Fit width")
        self._fit = self._button("fit", fit, fit, partial(self.canvas.set_zoom, 0.0))
        row.addWidget(self._fit)
        row.addStretch(1)
        row.addWidget(self.matches)
        row.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.SMALL)
        column.addWidget(self._bar)
        # Part of the window before anything is put into it: what is put first into a stack is
        # shown at once, and would be a window of its own that takes the keyboard away.
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.note)
        self.setFocusProxy(self.canvas)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= ROOMY
        self.search.setVisible(roomy)
        self._fit.setText(say("适合宽度", "Fit width") if roomy else "↔")
        self._tell_page(self.canvas.page())

    def _button(self, name: str, text: str, tip: str, does: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _checked: does())
        return button

    # what is shown -------------------------------------------------------------------------

    def show_pdf(self, content: bytes) -> None:
        """Show this PDF instead of the one before; what is wrong with it is said in its place."""
        self.clear()
        self._asked += 1
        turn = self._asked
        tasks.run(
            lambda: Pages(content),
            then=partial(self._opened, turn),
            failed=partial(self._failed, turn),
            owner=self,
            lane="work",
        )

    def clear(self) -> None:
        """Show nothing."""
        self.canvas.show_pages(None)
        if self._pages is not None:
            # Whoever draws a page of it just now is waited for elsewhere than in the window.
            tasks.run(self._pages.close, then=_nothing, failed=_nothing, owner=self, lane="work")
        self._pages, self._found, self._current, self._searched = None, [], -1, ""
        self.matches.setText("")
        self._say("")

    def page_count(self) -> int:
        return self.canvas.count()

    def _opened(self, turn: int, pages: Pages) -> None:
        if turn != self._asked:
            pages.close()
            return
        self._pages = pages
        self._open[:] = [pages]
        self._stack.setCurrentWidget(self.canvas)
        self._bar.show()
        self.canvas.show_pages(pages)
        self._tell_zoom(self.canvas.zoom())
        self.shown.emit(len(pages.sizes))

    def _failed(self, turn: int, error: Exception) -> None:
        if turn != self._asked:
            return
        if not isinstance(error, AppError):
            problems.show(error, self)
            return
        self._say(told(error.words))
        self.refused.emit(told(error.words))

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self._stack.setCurrentWidget(self.note)
        self._bar.hide()

    def _tell_page(self, page: int) -> None:
        of = self.canvas.count()
        whole = say(f"第 {page + 1} 页 共 {of} 页", f"Page {page + 1} of {of}") if of else ""
        self.page_label.setToolTip(whole)
        self.page_label.setAccessibleName(whole)
        self.page_label.setText(whole if self.width() >= ROOMY or not of else f"{page + 1} / {of}")

    def _tell_zoom(self, zoom: float) -> None:
        self.zoom_label.setText(f"{round(zoom * 100)} %")

    # search --------------------------------------------------------------------------------

    def begin_search(self) -> None:
        """Give the keyboard to the search."""
        self.search.show()
        self.search.setFocus()
        self.search.selectAll()

    def _on_search_text(self, text: str) -> None:
        if not text.strip():
            self._found, self._current, self._searched = [], -1, ""
            self.matches.setText("")
            self.canvas.mark((), -1)

    def _on_return(self) -> None:
        from PySide6.QtWidgets import QApplication

        text = self.search.text().strip()
        if not text or self._pages is None:
            return
        if text == self._searched:
            back = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
            self.go_to_match(self._current + (-1 if back else 1))
        else:
            self.search_for(text)

    def search_for(self, text: str) -> None:
        """Mark every place of the text and go to the first."""
        pages = self._pages
        if pages is None:
            return
        self.matches.setText("…")

        def arrived(found: list[Found]) -> None:
            if pages is self._pages:
                self._found, self._searched = found, text
                self.go_to_match(0)

        tasks.run(
            lambda: pages.find(text),
            then=arrived,
            failed=partial(problems.show, parent=self),
            owner=self,
            lane="work",
        )

    def go_to_match(self, number: int) -> None:
        of = len(self._found)
        self._current = number % of if of else -1
        self.canvas.mark(self._found, self._current)
        self.matches.setText(f"{self._current + 1} / {of}" if of else say("没有找到", "Not found"))


def _close_all(pages: list[Pages], *_widget: object) -> None:
    while pages:
        pages.pop().close()


def _nothing(_result: object) -> None:
    """Nobody waits for this."""
