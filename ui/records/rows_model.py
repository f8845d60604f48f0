"""A list of records as a table model: sorted, filtered and paged by the working copy in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.errors import NotFound
from app.forms import FORMS
from app.heads import kinds_of
from app.words import Words
from ui import look, moments
from ui.desk import Desk
from ui.language import chosen, say, told
from ui.names import title_of
from ui.records import states

if TYPE_CHECKING:
    from local_db import Query, Row, RowPage, WorkingCopy

PAGE = 200
Details: TypeAlias = dict[str, dict[str, str]]
"""By record id, what stands in columns that a head does not know, by column."""
Index: TypeAlias = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """A column of a list: its name in the stored layout, its words, what it sorts by."""

    id: str
    words: Words
    width: int
    sort: str = ""
    english: int = 0
    """The width for English words, where they are longer."""

    @property
    def usual(self) -> int:
        """How wide it stands before a person drags it."""
        return self.english if self.english and chosen() == "en" else self.width


NUMBER = Column("number", Words("编号", "Number"), 140, "number")
TITLE = Column("title", Words("题目", "Title"), 380, "title")
KIND = Column("kind", Words("类型", "Kind"), 160, english=200)
PEOPLE = Column("people", Words("负责人", "Investigator"), 90)
STUDY_KIND = Column("study_kind", Words("研究分类", "Class"), 110, english=142)
STATE = Column("state", Words("状态", "State"), 182, "state", english=190)
HOLDER = Column("holder", Words("当前环节", "Now with"), 140, english=170)
UPDATED = Column("updated", Words("更新", "Updated"), 118, "updated")
COLUMNS = (NUMBER, TITLE, STATE, HOLDER, UPDATED)
BY_NAME = {c.id: c for c in (NUMBER, TITLE, KIND, PEOPLE, STUDY_KIND, STATE, HOLDER, UPDATED)}
DIM = (HOLDER, UPDATED, NUMBER, KIND, PEOPLE, STUDY_KIND)
COLUMNS_OF_ALL_FORMS = (NUMBER, TITLE, KIND, STATE, HOLDER, UPDATED)


def _title_above(copy: WorkingCopy, parent: str) -> str:
    """The title of the study that an opinion is on: an opinion has none of its own."""
    try:
        return title_of(copy.get(UUID(parent)))
    except NotFound:  # the study is no longer ours to read
        return ""


class RowsModel(QAbstractTableModel):
    """The rows of one query. Reads pages in the data lane; tells when a page has come."""

    loaded = Signal()

    def __init__(
        self,
        desk: Desk,
        query: Query,
        parent: QObject | None = None,
        columns: Sequence[str] = (),
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self.query = query
        of_all = COLUMNS if query.form else COLUMNS_OF_ALL_FORMS
        self.columns: tuple[Column, ...] = tuple(BY_NAME[name] for name in columns) or of_all
        self.details: Details = {}
        self._rows: list[Row] = []
        self.total = 0
        self._asked = 0
        """The number of the newest question; answers to older ones are dropped."""
        self._under_way = False

    def words_of(self, column: Column) -> Words:
        """What a column is called: a title by what the form itself calls it."""
        form = FORMS.get(self.query.form)
        if column is not TITLE or form is None or not form.title_fields:
            return column.words
        return form.field(form.title_fields[0]).words

    # What is asked

    def ask(self, query: Query) -> None:
        """Show another query, from its first page."""
        self.query = query
        self._read(offset=0, limit=PAGE)

    def again(self) -> None:
        """Read anew what is shown, as many rows as were shown."""
        self._read(offset=0, limit=max(PAGE, len(self._rows)))

    def _read(self, offset: int, limit: int) -> None:
        self._asked += 1
        number = self._asked
        query = replace(self.query, offset=offset, limit=limit)
        self._under_way = True

        def arrived(fetched: tuple[RowPage, Details]) -> None:
            if number == self._asked:
                self.details |= fetched[1]
                self._take(fetched[0], offset)

        self._desk.read(lambda copy: self.fetch(copy, query), arrived, owner=self)

    def fetch(self, copy: WorkingCopy, query: Query) -> tuple[RowPage, Details]:
        """A page, and what its columns show besides heads. In the data lane."""
        page = copy.rows(query)
        return page, {
            row.head.id: {"title": _title_above(copy, row.head.parent)}
            for row in page.rows
            if row.head.parent and not row.head.title
        }

    def _take(self, page: RowPage, offset: int) -> None:
        self._under_way = False
        self.total = page.total
        rows = list(page.rows)
        if offset:
            self.beginInsertRows(QModelIndex(), offset, offset + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        self.loaded.emit()

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's signature
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._rows) < self.total and not self._under_way

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._read(offset=len(self._rows), limit=PAGE)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return told(self.words_of(self.columns[section]))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._hint(row, column)
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(row, column)
            case Qt.ItemDataRole.ForegroundRole if column in DIM:
                return look.colour("dim")
        return None

    # What stands in a row

    def row(self, number: int) -> Row | None:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def id_at(self, number: int) -> UUID | None:
        row = self.row(number)
        return UUID(row.head.id) if row else None

    def place_of(self, record_id: UUID) -> int | None:
        sought = str(record_id)
        return next((n for n, row in enumerate(self._rows) if row.head.id == sought), None)

    def text(self, row: Row, column: Column) -> str:  # noqa: PLR0911, C901 -- one for each column
        head = row.head
        if more := self.details.get(head.id, {}).get(column.id):
            return more
        match column.id:
            case "number":
                return head.number or "—"
            case "title":
                return head.title or say("（未命名）", "(untitled)")
            case "kind":
                form = FORMS.get(head.form)
                return told(form.words) if form else head.form
            case "people":
                return head.people
            case "study_kind":
                kind = kinds_of(head.form).get(head.mark("kind"))
                return told(kind) if kind else ""
            case "state":
                return told(states.state_of(head.form, head.state).words)
            case "holder":
                return states.held_by(head.form, head.state)
            case "updated":
                return moments.day(head.updated_at) or say("尚未同步", "Not sent yet")
            case _:
                return ""

    def _hint(self, row: Row, column: Column) -> str | None:
        if column is TITLE:
            if row.problem:
                return say("有修改需要您处理，见“待发送”。", "A change needs you: see the outbox.")
            if row.unsent:
                return say("有修改等待发送。", "A change waits to be sent.")
        return self.text(row, column)

    @staticmethod
    def _icon(row: Row, column: Column) -> Any:
        if column is STATE:
            name, role = states.MOODS[states.state_of(row.head.form, row.head.state).mood]
            return look.icon(name, role)
        if column is TITLE and row.problem:
            return look.icon("circle-alert", "block")
        if column is TITLE and row.unsent:
            return look.icon("send", "note")
        return None
