"""A list of records: search, filter, sort, copy, and what may be done to the one selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.record import Record
from app.workflows import WORKFLOWS
from ui import look
from ui.desk import Desk
from ui.language import say, told
from ui.records.clipboard import copy_selection
from ui.records.columns import ColumnLayout
from ui.records.lists import RecordList
from ui.records.rows_model import STATE, RowsModel
from ui.records.steps import StepBar

REVIEWED = ("study", "opinion")
"""Forms that a reviewer reads in three panes."""
SEARCH_AFTER = 150
"""Milliseconds between the last letter typed and the search."""


class RecordsView(QWidget):
    """One list of the navigation."""

    opened = Signal(object, str)
    """(id of a record, "record" | "filing" | "review")"""
    counted = Signal(int)
    """How many records there are, once they are read."""
    selected = Signal(int, int)
    """How many there are in all, and how many are selected."""

    def __init__(self, desk: Desk, listed: RecordList) -> None:
        super().__init__()
        self.desk, self.listed = desk, listed
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
        self._stack.addWidget(self._empty())
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
        return RowsModel(self.desk, self.listed.query(self.desk.principal), self)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(look.label(told(self.listed.words), "title"))
        row.addStretch(1)
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

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.new = QPushButton(look.icon("plus", "on_accent"), say("新建", "New"))
        look.mark(self.new, "primary")
        self.new.setObjectName("new")
        self.new.clicked.connect(self._begin)
        may = bool(self.listed.form) and self.desk.may_begin(self.listed.form)
        self.new.setVisible(may)
        row.addWidget(self.new)
        self.open = self._tool("folder-open", say("打开", "Open"), self.open_selected)
        row.addWidget(self.open)
        self.steps = StepBar(self.desk, with_primary=False)
        self.steps.filing_wanted.connect(lambda record_id: self.opened.emit(record_id, "filing"))
        row.addWidget(self.steps)
        self.print = self._tool("printer", say("打印", "Print"), self._print)
        row.addWidget(self.print)
        row.addStretch(1)
        self.clear = QPushButton(look.icon("x"), say("清除筛选", "Clear filter"))
        look.mark(self.clear, "flat")
        self.clear.clicked.connect(self.clear_filter)
        self.clear.hide()
        row.addWidget(self.clear)
        self.filter = self._menu_tool(say("状态", "State"))
        self.filter.setVisible(bool(self.listed.form))
        self._fill_filter()
        row.addWidget(self.filter)
        self.column_choice = self._menu_tool(say("列", "Columns"))
        self.column_choice.menu().aboutToShow.connect(self._fill_columns)
        row.addWidget(self.column_choice)
        return row

    @staticmethod
    def _tool(icon: str, text: str, then: object) -> QPushButton:
        button = QPushButton(look.icon(icon), text)
        button.clicked.connect(then)
        return button

    def _menu_tool(self, text: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(QMenu(button))
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

    def _empty(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(2)
        picture = QLabel()
        picture.setPixmap(look.pixmap("inbox", "faint", 40))
        self._empty_text, self._empty_hint = look.label("", "section"), look.label("", "dim")
        self._empty_button = QPushButton()
        self._empty_button.clicked.connect(self._next_step)
        for widget in (picture, self._empty_text, self._empty_hint, self._empty_button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _shortcuts(self) -> None:
        for keys, then in (
            (QKeySequence.StandardKey.Copy, lambda: copy_selection(self.table)),
            (QKeySequence("Ctrl+Shift+C"), lambda: copy_selection(self.table, headings=True)),
            (QKeySequence("Return"), self.open_selected),
            (QKeySequence("Enter"), self.open_selected),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(then)

    def _on_changed(self, _ids: object) -> None:
        self.model.again()

    # Selecting and opening

    def selected_ids(self) -> list[UUID]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [found for row in rows if (found := self.model.id_at(row))]

    def open_selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        row = self.model.row(rows[0].row()) if rows else None
        if row is not None:
            is_review = self.listed.review and row.head.form in REVIEWED
            self.opened.emit(UUID(row.head.id), "review" if is_review else "record")

    def select(self, record_id: UUID) -> None:
        place = self.model.place_of(record_id)
        if place is not None:
            self.table.selectRow(place)

    def _on_selected(self) -> None:
        ids = self.selected_ids()
        self.open.setEnabled(len(ids) == 1)
        self.print.setEnabled(bool(ids))
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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(look.icon("folder-open"), self.open.text(), self.open_selected)
        for button in self.steps.buttons.values():
            menu.addAction(button.icon(), button.text(), button.click)
        menu.addSeparator()
        menu.addAction(look.icon("copy"), say("复制", "Copy"), lambda: copy_selection(self.table))
        menu.addAction(look.icon("printer"), self.print.text(), self._print)
        menu.popup(self.table.viewport().mapToGlobal(place))

    # Searching and filtering

    def _search(self) -> None:
        self._ask(text=self.search.text().strip())

    def clear_filter(self) -> None:
        self.search.clear()
        for action in self.filter.menu().actions():
            action.setChecked(False)
        self._ask(text="", states=self.listed.states)

    def _fill_filter(self) -> None:
        workflow = WORKFLOWS.get(self.listed.form)
        for state in workflow.states if workflow else ():
            action = QAction(told(state.words), self.filter)
            action.setCheckable(True)
            action.setData(state.id)
            action.toggled.connect(lambda _on: self._filter())
            self.filter.menu().addAction(action)

    def _filter(self) -> None:
        ticked = tuple(a.data() for a in self.filter.menu().actions() if a.isChecked())
        self._ask(states=ticked or self.listed.states)

    def _ask(self, **changes: object) -> None:
        query = replace(self.model.query, **changes)  # type: ignore[arg-type]
        self.clear.setVisible(self._is_filtered(query.text, query.states))
        if query != self.model.query:
            self.model.ask(query)

    def _is_filtered(self, text: str, states: Sequence[str]) -> bool:
        return bool(text) or tuple(states) != self.listed.states

    def _on_loaded(self) -> None:
        self.counted.emit(self.model.total)
        self._stack.setCurrentIndex(0 if self.model.total else 1)
        if self._chosen is not None and not self.selected_ids():
            place = self.model.place_of(self._chosen)
            if place is not None:
                flags = QItemSelectionModel.SelectionFlag
                self.table.selectionModel().setCurrentIndex(
                    self.model.index(place, 0), flags.ClearAndSelect | flags.Rows
                )
        if not self.model.total:
            self._say_empty()
        self._on_selected()

    def _say_empty(self) -> None:
        filtered = self._is_filtered(self.model.query.text, self.model.query.states)
        if filtered:
            self._empty_text.setText(say("没有符合条件的结果。", "Nothing matches."))
            self._empty_hint.setText(
                say("换个词，或清除筛选。", "Try another word, or clear the filter.")
            )
            self._empty_button.setText(say("清除筛选", "Clear filter"))
        else:
            self._empty_text.setText(told(self.listed.empty))
            self._empty_hint.setText(told(self.listed.next_step))
            may = not self.new.isHidden()
            self._empty_button.setText(say("新建", "New") if may else say("立即同步", "Sync now"))

    def _next_step(self) -> None:
        if self._is_filtered(self.model.query.text, self.model.query.states):
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

    def _print(self) -> None:
        from ui.records.paper import print_records

        print_records(self.desk, self.selected_ids(), self)

    def _fill_columns(self) -> None:
        self.columns.fill_menu(self.column_choice.menu())

    def state_texts(self) -> list[str]:
        """The words of the state column, top down: what a person reads."""
        place = self.model.columns.index(STATE)
        return [str(self.model.index(row, place).data()) for row in range(self.model.rowCount())]
