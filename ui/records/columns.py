"""Which columns a list shows, how wide, in which order: kept per list and role, by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from ui.desk import Desk
from ui.language import say, told
from ui.records.rows_model import TITLE, RowsModel

KEEP_AFTER = 300
LEAST_TITLE = 240
"""Pixels; a narrower window scrolls."""


class ColumnLayout(QObject):
    """Keeps the layout of one table, and its sorting, as soon as they change."""

    def __init__(self, desk: Desk, table: QTableView, model: RowsModel, name: str) -> None:
        super().__init__(table)
        self._desk, self._table, self._model = desk, table, model
        self._name = f"columns:{name}"
        self._header: QHeaderView = table.horizontalHeader()
        self._header.setSectionsMovable(True)
        self._header.setSectionsClickable(True)
        self._header.setHighlightSections(False)
        self._header.setMinimumSectionSize(60)
        self._header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._header.setSortIndicatorShown(True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self.keep)
        self.reset()
        self._restore(desk.copy.preference(self._name))
        self._header.sectionResized.connect(self._on_resized)
        table.viewport().installEventFilter(self)
        self._header.sectionMoved.connect(lambda *_: self._timer.start())
        self._header.sectionClicked.connect(self._sort)

    def reset(self) -> None:
        """The layout that the program gives."""
        for logical, column in enumerate(self._model.columns):
            self._header.showSection(logical)
            self._header.moveSection(self._header.visualIndex(logical), logical)
            self._header.resizeSection(logical, column.usual)
        self.fit()
        self.show_sorting()

    def fit(self) -> None:
        """Give the title what the other columns leave, but never too little to read."""
        title = next(n for n, c in self._columns() if c.id == TITLE.id)
        others = sum(
            self._header.sectionSize(n)
            for n, _ in self._columns()
            if n != title and not self._header.isSectionHidden(n)
        )
        least = min(LEAST_TITLE, self._model.columns[title].usual)
        room = max(least, self._table.viewport().width() - others)
        if self._header.sectionSize(title) != room:
            self._header.resizeSection(title, room)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._table.viewport():
            self.fit()
        return False

    def keep(self) -> None:
        """Store the layout, by the names of the columns."""
        order = [
            self._model.columns[self._header.logicalIndex(place)].id
            for place in range(self._header.count())
        ]
        layout = {
            "order": order,
            "widths": {c.id: self._header.sectionSize(n) for n, c in self._columns()},
            "hidden": [c.id for n, c in self._columns() if self._header.isSectionHidden(n)],
            "sort": self._model.query.sort,
            "descending": self._model.query.descending,
        }
        text, copy, name = json.dumps(layout), self._desk.copy, self._name
        self._desk.read(lambda _copy: copy.prefer(name, text), lambda _none: None, owner=self)

    def fill_menu(self, menu: QMenu) -> None:
        """Ticks to show and hide columns, the ways to sort, and the way back."""
        menu.clear()
        for logical, column in self._columns():
            action = QAction(told(self._model.words_of(column)), menu)
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(logical))
            action.setEnabled(column.id != TITLE.id)
            action.toggled.connect(lambda on, n=logical: self._show(n, on))
            menu.addAction(action)
        menu.addSeparator()
        sorting = menu.addMenu(say("排序", "Sort by"))
        for logical, column in self._columns():
            if column.sort:
                sorting.addAction(
                    told(self._model.words_of(column)), lambda n=logical: self._sort(n)
                )
        menu.addAction(say("恢复默认", "Reset"), self._reset_and_keep)

    def _on_resized(self, *_sizes: int) -> None:
        self.fit()
        self._timer.start()

    def _columns(self) -> list[tuple[int, Any]]:
        return list(enumerate(self._model.columns))

    def _show(self, logical: int, on: bool) -> None:  # noqa: FBT001 -- a signal gives it
        self._header.setSectionHidden(logical, not on)
        self.fit()
        self._timer.start()

    def _reset_and_keep(self) -> None:
        self.reset()
        self._timer.start()

    def _sort(self, logical: int) -> None:
        by = self._model.columns[logical].sort
        if not by:
            self.show_sorting()
            return
        query = self._model.query
        descending = not query.descending if query.sort == by else by == "updated"
        self._model.ask(replace(query, sort=cast(Any, by), descending=descending))
        self.show_sorting()
        self._timer.start()

    def show_sorting(self) -> None:
        """Let the header say how the list is sorted."""
        query = self._model.query
        place = next((n for n, c in self._columns() if c.sort == query.sort), -1)
        order = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        self._header.setSortIndicator(place, order)

    def _restore(self, stored: str | None) -> None:
        try:
            layout = json.loads(stored or "")
        except ValueError:
            return
        known = {column.id: n for n, column in self._columns()}
        for place, name in enumerate(n for n in layout.get("order", ()) if n in known):
            self._header.moveSection(self._header.visualIndex(known[name]), place)
        for name, width in layout.get("widths", {}).items():
            if name in known and name != TITLE.id:
                self._header.resizeSection(known[name], int(width))
        for name in layout.get("hidden", ()):
            if name in known and name != TITLE.id:
                self._header.hideSection(known[name])
        self.fit()
        if any(c.sort == layout.get("sort") for c in self._model.columns):
            self._model.query = replace(
                self._model.query, sort=layout["sort"], descending=bool(layout.get("descending"))
            )
        self.show_sorting()
