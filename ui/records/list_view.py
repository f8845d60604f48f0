"""A list of records: search, filter, sort, copy, and what may be done to the ones selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
)

from app.record import Record
from ui import look, shortcuts
from ui.desk import Desk
from ui.empty import EmptyPage
from ui.language import say, told
from ui.records import exporting, list_menu
from ui.records.clipboard import copy_selection
from ui.records.columns import ColumnLayout
from ui.records.filters import Filters, menu_button
from ui.records.listing import Listing
from ui.records.lists import RecordList
from ui.records.rows_model import STATE, RowsModel
from ui.records.several import SeveralBar
from ui.records.steps import StepBar

FILLED_FROM = ("study",)
"""Forms that can be begun from what exists."""
SEARCH_AFTER = 150
"""Milliseconds between the last letter typed and the search."""


class RecordsView(Listing):
    """One list of the navigation."""

    counted = Signal(int)
    """How many records there are, once they are read."""
    selected = Signal(int, int)
    """How many there are in all, and how many are selected."""

    def __init__(self, desk: Desk, listed: RecordList) -> None:
        super().__init__(desk, listed)
        self.setObjectName(f"list:{listed.id}")
        self.model = self._model()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.SMALL)
        column.setSpacing(look.SMALL)
        column.addLayout(self._heading())
        column.addLayout(self._tools())
        self._stack = QStackedWidget()
        self.table = self._table()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty_page())
        column.addWidget(self._stack, 1)
        self.columns = ColumnLayout(desk, self.table, self.model, f"{listed.id}:{desk.role}")
        self._chosen: UUID | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_AFTER)
        self._typing.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.model.loaded.connect(self._on_loaded)
        desk.changed.connect(self._on_changed)
        self._shortcuts()
        self.model.ask(self.model.query)

    # What it is made of

    def _model(self) -> RowsModel:
        query = self.listed.query(self.desk.principal)
        return RowsModel(self.desk, query, self, self.listed.columns)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        row.addWidget(look.label(told(self.listed.words), "title"))
        row.addStretch(1)
        self._narrowing(row)
        self.search = QLineEdit()
        self.search.setPlaceholderText(
            say("搜索 名称 / 编号 / 拼音首字母", "Search title, number, pinyin")
        )
        self.search.setAccessibleName(say("搜索", "Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(280)
        self.search.addAction(
            look.icon("search", "faint"), QLineEdit.ActionPosition.LeadingPosition
        )
        row.addWidget(self.search)
        return row

    def _narrowing(self, row: QHBoxLayout) -> None:
        """What narrows the list stands beside the search; the row below is for what is done."""
        self.clear = QPushButton(look.icon("x"), say("清除筛选", "Clear filter"))
        look.mark(self.clear, "flat")
        self.clear.clicked.connect(self.clear_filter)
        self.clear.hide()
        row.addWidget(self.clear)
        self.filters = Filters(self.desk, self.listed, self)
        self.filters.changed.connect(self._filter)
        self.filters.view_wanted.connect(self._show_view)
        self.filters.keep_wanted.connect(self._keep_view)
        for button in self.filters.buttons():
            row.addWidget(button)
        self.column_choice = menu_button(say("列", "Columns"))
        self.column_choice.menu().aboutToShow.connect(self._fill_columns)
        row.addWidget(self.column_choice)

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.new = QPushButton(look.icon("plus", "on_accent"), say("新建", "New"))
        look.mark(self.new, "primary")
        self.new.setObjectName("new")
        self.new.clicked.connect(self._begin)
        may = bool(self.listed.form) and self.desk.may_begin(self.listed.form)
        may = may and self.listed.named not in ("site", "site_pi")
        self.new.setVisible(may)
        row.addWidget(self.new)
        self.new_from = self._tool("file-plus", say("新建自…", "New from…"), self.begin_from)
        self.new_from.setToolTip(
            say(
                "从以前的研究、模板、ClinicalTrials.gov 或 ChiCTR 的记录新建",
                "From an earlier study, a template, a record of ClinicalTrials.gov or ChiCTR",
            )
        )
        self.new_from.setVisible(may and self.listed.form in FILLED_FROM)
        self.setAcceptDrops(may and self.listed.form in FILLED_FROM)
        row.addWidget(self.new_from)
        self.open = self._tool("folder-open", say("打开", "Open"), self.open_selected)
        row.addWidget(self.open)
        self.steps = StepBar(self.desk, with_primary=False, at_most=3)
        self.steps.filing_wanted.connect(lambda record_id: self.opened.emit(record_id, "filing"))
        row.addWidget(self.steps)
        self.several = SeveralBar(self.desk)
        row.addWidget(self.several)
        self.print = self._tool("printer", say("打印", "Print"), self._print)
        row.addWidget(self.print)
        self.export = menu_button(say("导出", "Export"), "export")
        self.export.setIcon(look.icon("download"))
        self.export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        exporting.fill_menu(self.export.menu(), self._export)
        row.addWidget(self.export)
        row.addStretch(1)
        return row

    @staticmethod
    def _tool(icon: str, text: str, then: Callable[[], object]) -> QPushButton:
        button = QPushButton(look.icon(icon), text)
        button.clicked.connect(lambda _on=False: then())
        return button

    def _table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName(told(self.listed.words))
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)  # Tab leaves the table
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._context_menu)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(look.ROW)
        table.doubleClicked.connect(lambda _index: self.open_selected())
        table.selectionModel().selectionChanged.connect(lambda *_: self._on_selected())
        return table

    def _empty_page(self) -> EmptyPage:
        self.empty = EmptyPage("inbox")
        for widget in (self.empty.hint, self.empty.button):
            widget.show()
        self.empty.button.clicked.connect(self._next_step)
        return self.empty

    def _shortcuts(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "copy": partial(copy_selection, self.table),
            "copy_headed": partial(copy_selection, self.table, headings=True),
            "open": self.open_selected,
            "progress": partial(self.open_selected, "progress"),
            "edit": partial(self._take, "save"),
            "submit": partial(self._take, "submit"),
            "change": partial(self._take, "change"),
            "delete": partial(self._take, "delete"),
        }
        here = Qt.ShortcutContext.WidgetShortcut
        for name, then in keys.items():
            shortcuts.bind(name, self.table, then, context=here)
        enter = QShortcut(QKeySequence("Enter"), self.table)
        enter.setContext(here)
        enter.activated.connect(self.open_selected)

    def _take(self, command: str) -> None:
        """Do a step by its key, as its button would; nothing where it is not open."""
        bar = self.several if len(self.selected_ids()) > 1 else self.steps
        button = bar.buttons.get(command)
        if button is not None and button.isEnabled():
            button.click()

    def _on_changed(self, _ids: object) -> None:
        # Whoever founded a committee was given it meanwhile: what waits for them waits here too.
        now = self.listed.query(self.desk.principal)
        asked = replace(self.model.query, waits_for=now.waits_for, party=now.party)
        if asked != self.model.query:
            self.model.ask(asked)
        else:
            self.model.again()

    # Selecting and opening

    def select(self, record_id: UUID) -> None:
        place = self.model.place_of(record_id)
        if place is not None:
            self._select_row(place)

    def _select_row(self, place: int) -> None:
        """Choose this row alone; `selectRow` would only add it while Ctrl or Shift is held."""
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().setCurrentIndex(
            self.model.index(place, 0), flags.ClearAndSelect | flags.Rows
        )

    def _on_selected(self) -> None:
        ids = self.selected_ids()
        self.open.setEnabled(len(ids) == 1)
        self.print.setEnabled(bool(ids))
        self.export.setEnabled(bool(ids))
        self.several.show_records(ids)
        self.selected.emit(self.model.total, len(ids))
        self._chosen = ids[0] if len(ids) == 1 else None
        if self._chosen is None:
            self.steps.show_record(None)
        else:
            wanted = self._chosen
            self.desk.read(lambda copy: copy.get(wanted), self._on_read, owner=self)

    def _on_read(self, record: Record) -> None:
        if record.id == self._chosen:
            self.steps.show_record(record)

    def _context_menu(self, place: QPoint) -> None:
        list_menu.made(self).popup(self.table.viewport().mapToGlobal(place))

    # Searching and filtering

    def _search(self) -> None:
        self._ask(text=self.search.text().strip())

    def clear_filter(self) -> None:
        self.search.clear()
        self.filters.clear()
        self._ask(text="")

    def _filter(self) -> None:
        self._ask()

    def _ask(self, **changes: Any) -> None:
        query = self.filters.applied(replace(self.model.query, **changes))
        self.clear.setVisible(bool(query.text) or self.filters.is_on())
        if query != self.model.query:
            self.model.ask(query)

    def _is_filtered(self) -> bool:
        return bool(self.model.query.text) or self.filters.is_on()

    def _show_view(self, view: dict[str, Any]) -> None:
        self._typing.stop()
        self.search.setText(str(view.get("text", "")))
        self._typing.stop()
        by = view.get("sort")
        known = any(column.sort == by for column in self.model.columns)
        order = {"sort": by, "descending": bool(view.get("descending"))} if known else {}
        self._ask(text=self.search.text().strip(), **order)
        self.columns.show_sorting()

    def _keep_view(self, name: str) -> None:
        self.filters.keep_view(name, self.model.query)

    def _on_loaded(self) -> None:
        self.counted.emit(self.model.total)
        self._stack.setCurrentIndex(0 if self.model.total else 1)
        if self._chosen is not None and not self.selected_ids():
            place = self.model.place_of(self._chosen)
            if place is not None:
                self._select_row(place)
        if not self.model.total:
            self._say_empty()
        self._on_selected()

    def _say_empty(self) -> None:
        if self._is_filtered():
            self.empty.said.setText(say("没有符合条件的结果。", "Nothing matches."))
            self.empty.hint.setText(
                say("换个词，或清除筛选。", "Try another word, or clear the filter.")
            )
            self.empty.button.setText(say("清除筛选", "Clear filter"))
        else:
            self.empty.said.setText(told(self.listed.empty))
            self.empty.hint.setText(told(self.listed.next_step))
            may = not self.new.isHidden()
            self.empty.button.setText(say("新建", "New") if may else say("立即同步", "Sync now"))

    def _next_step(self) -> None:
        if self._is_filtered():
            self.clear_filter()
        elif not self.new.isHidden():
            self._begin()
        else:
            self.desk.sync_now()

    # Doing

    def _begin(self) -> None:
        self.desk.begin(
            self.listed.form, then=lambda record: self.opened.emit(record.id, "filing"), owner=self
        )

    def _export(self, kind: exporting.Kind) -> None:
        exporting.export_records(self.desk, self.selected_ids(), kind, self)

    def _print(self) -> None:
        from ui.records.paper import print_records

        print_records(self.desk, self.selected_ids(), self)

    def _fill_columns(self) -> None:
        self.columns.fill_menu(self.column_choice.menu())

    def state_texts(self) -> list[str]:
        """The words of the state column, top down: what a person reads."""
        place = self.model.columns.index(STATE)
        return [str(self.model.index(row, place).data()) for row in range(self.model.rowCount())]
