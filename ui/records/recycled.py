"""回收站: what was deleted or taken back on this desk, for 30 days, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.answers import Section
from app.errors import NotFound
from app.exchange.told import told as told_form
from app.forms import FORMS
from app.record import Record
from app.words import Language, counted
from ui import look, moments
from ui.desk import Desk
from ui.empty import EmptyPage
from ui.language import chosen, say, told
from ui.names import Names
from ui.records.summary import SummaryView

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from local_db.values import Recycled

DAYS = 30
"""How long something stays (local_db.recycling keeps it)."""
LAST_DAYS = 3
"""From then on, the days that are left stand in the colour of a warning."""


@dataclass(frozen=True)
class Thrown:
    """One thing of the recycle list, as it is shown."""

    item: Recycled
    is_draft: bool
    """A whole record that is here no more; otherwise a change that was taken back."""
    sections: tuple[Section, ...]

    def days_left(self, now: datetime) -> int:
        removed = moments.parsed(self.item.removed_at) or now
        left = removed + timedelta(days=DAYS) - now
        return max(0, -(-left // timedelta(days=1)))  # the day that has begun counts


def thrown_away(copy: WorkingCopy, language: Language) -> list[Thrown]:
    """Everything in the recycle list, newest first. To be asked in the data lane."""
    names = Names(copy)
    found = []
    for item in copy.recycled():
        sections: list[Section] = []
        if form := FORMS.get(item.form):
            sections = told_form(
                form, item.answers, names=names.within(item.answers), language=language
            )
        found.append(Thrown(item, not _is_here(copy, item.record_id), tuple(sections)))
    return found


def _is_here(copy: WorkingCopy, record_id: UUID) -> bool:
    try:
        copy.get(record_id)
    except NotFound:
        return False
    return True


class RecycledView(QWidget):
    """The recycle list at the left, what stands in the chosen one at the right."""

    opened = Signal(object, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setObjectName("recycled")
        self.thrown: list[Thrown] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.SMALL)
        column.setSpacing(look.SMALL)
        column.addWidget(look.label(say("回收站", "Recycle list"), "title"))
        hint = say(
            "在这台电脑上删除的草稿、撤回的修改在这里保留 30 天，可以恢复。",
            "Drafts deleted and changes taken back on this computer stay here for 30 days.",
        )
        column.addWidget(look.label(hint, "hint"))
        column.addLayout(self._tools())
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list())
        empty = EmptyPage("trash-2", say("回收站是空的。", "The recycle list is empty."))
        self._stack.addWidget(empty)
        self._on_selected()
        column.addWidget(self._stack, 1)
        desk.changed.connect(lambda _ids: self.refresh())
        self.refresh()

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.restore = QPushButton(look.icon("undo-2", "on_accent"), say("恢复", "Restore"))
        look.mark(self.restore, "primary")
        self.restore.clicked.connect(self._restore)
        row.addWidget(self.restore)
        self.said = look.label("", "dim")
        row.addWidget(self.said)
        self.open = QPushButton(look.icon("folder-open"), say("打开", "Open"))
        self.open.clicked.connect(self._open)
        self.open.hide()
        row.addWidget(self.open)
        row.addStretch(1)
        self._restored: UUID | None = None
        return row

    def _list(self) -> QWidget:
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(say("回收站", "Recycle list"))
        headings = (
            say("题目", "Title"),
            say("内容", "What"),
            say("删除时间", "Deleted"),
            say("还可恢复", "Days left"),
        )
        self.table.setHorizontalHeaderLabels(list(headings))
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, width in ((1, 130), (2, 120), (3, 90)):
            self.table.setColumnWidth(place, width)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)  # Tab leaves the table
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(look.ROW)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.summary = SummaryView(with_sections=False, stacked=True)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.summary)
        split.setSizes([640, 400])
        return split

    def refresh(self) -> None:
        """Read the recycle list again."""
        language = chosen()
        self._desk.read(lambda copy: thrown_away(copy, language), self._show, owner=self)

    def _show(self, found: list[Thrown]) -> None:
        chosen = {one.item.id for one in self.selected()}
        self.thrown = found
        self.table.blockSignals(True)  # noqa: FBT003 -- Qt's signature
        self.table.clearSelection()
        self.table.setRowCount(len(found))
        now = moments.now()
        for row, one in enumerate(found):
            for column, cell in enumerate(_cells(one, now)):
                self.table.setItem(row, column, cell)
        self.table.blockSignals(False)  # noqa: FBT003 -- Qt's signature
        self._stack.setCurrentIndex(0 if found else 1)
        if found:
            again = [row for row, one in enumerate(found) if one.item.id in chosen]
            self.table.selectRow(again[0] if again else 0)
        self._on_selected()

    def selected(self) -> list[Thrown]:
        """What is chosen, top down."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.thrown[row] for row in rows if row < len(self.thrown)]

    def _on_selected(self) -> None:
        chosen = self.selected()
        self.restore.setEnabled(bool(chosen))
        self.summary.show_sections(chosen[0].sections if len(chosen) == 1 else ())

    def _restore(self, *_clicked: object) -> None:
        chosen = self.selected()

        def work(copy: WorkingCopy) -> list[Record]:
            # The oldest first: what was taken back twice comes back in the order it was written.
            return [copy.restore(one.item.id) for one in reversed(chosen)]

        if chosen:
            ids = [one.item.record_id for one in chosen]
            self._desk.act(work, ids=ids, then=self._told, owner=self)

    def _told(self, records: list[Record]) -> None:
        self.said.setText(say(f"已恢复 {len(records)} 项。", f"Restored: {len(records)}."))
        self._restored = records[0].id if len(records) == 1 else None
        self.open.setVisible(self._restored is not None)

    def _open(self, *_clicked: object) -> None:
        if self._restored is not None:
            self.opened.emit(self._restored, "record")


def _cells(one: Thrown, now: datetime) -> list[QTableWidgetItem]:
    form = FORMS.get(one.item.form)
    kind = told(form.words) if form else one.item.form
    what = say("草稿", "Draft") if one.is_draft else say("撤回的修改", "Change taken back")
    left = one.days_left(now)
    title = one.item.title or say("（未命名）", "(untitled)")
    texts = (title, what, moments.day(one.item.removed_at), told(counted(left, "天", "day")))
    cells = [QTableWidgetItem(text) for text in texts]
    cells[0].setIcon(look.icon("file-text" if one.is_draft else "pencil", "dim"))
    cells[0].setToolTip(f"{kind}：{title}")
    cells[3].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if left <= LAST_DAYS:
        cells[3].setForeground(look.colour("warn"))
    return cells
