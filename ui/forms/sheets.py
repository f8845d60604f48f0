"""The pages of a filing as sheets of paper in the middle: made when first opened, one shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.forms.schema import Field, Page
from ui import look
from ui.forms.cell import Cell
from ui.forms.editing import Around
from ui.forms.page import PageView
from ui.language import told


class Sheets(QStackedWidget):
    """`pages` and `areas`, in which they scroll, by the id of the page."""

    def __init__(self) -> None:
        super().__init__()
        look.mark(self, "sheet")
        self.pages: dict[str, PageView] = {}
        self.areas: dict[str, QScrollArea] = {}

    def make(self, page: Page, around: Around, may_write: Callable[[Field], bool]) -> PageView:
        """Put a page into the stack; what is not in sight of it is filled in by and by."""
        view = PageView(page.fields, around, may_write=may_write, in_sight=self.height())
        sheet = QWidget()
        look.mark(sheet, "sheet")
        outer = QHBoxLayout(sheet)
        outer.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.HUGE)
        inner = QWidget()
        inner.setMaximumWidth(look.FORM_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.WIDE)
        column.addWidget(look.label(told(page.words), "title", wrap=True))
        column.addWidget(view)
        column.addStretch(1)
        outer.addStretch(1)
        outer.addWidget(inner, 100)
        outer.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(sheet)
        self.pages[page.id], self.areas[page.id] = view, area
        self.addWidget(area)
        return view

    def open(self, page_id: str) -> None:
        self.setCurrentWidget(self.areas[page_id])

    def drop(self) -> None:
        """Let every page be made anew: what may be written has changed."""
        for area in self.areas.values():
            self.removeWidget(area)
            area.deleteLater()
        self.pages.clear()
        self.areas.clear()

    def reveal(self, page_id: str, cell: Cell) -> None:
        """Scroll to a cell, and in it to what has the keyboard."""
        area = self.areas.get(page_id)
        focus = QApplication.focusWidget()
        inside = focus is not None and cell.isAncestorOf(focus)
        if area is not None:
            area.ensureWidgetVisible(focus if inside and focus else cell, 20, 80)
