"""The rows of a group as a table, and a block of a spreadsheet as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt

from app.answers import Level
from app.forms.schema import Field, Rows
from app.forms.types import EMPTY, Pointer, Secret, Text
from app.record import Answers
from ui import look
from ui.forms.cell import LEVEL_ICONS, ORDER
from ui.forms.draft import Draft
from ui.language import chosen, say, told

Index = QModelIndex | QPersistentModelIndex
SEEN = 4
"""So many fields of a row are shown in the list; the row's own questions show the rest."""


def plain_fields(kind: Rows) -> list[Field]:
    """The fields of a row that a line of a spreadsheet can hold."""
    links = {f.type.link_field for f in kind.fields if isinstance(f.type, Text)}
    return [
        f
        for f in kind.fields
        if not f.is_of_review
        and not isinstance(f.type, Rows | Pointer | Secret)
        and f.id not in links
    ]


def telling_fields(kind: Rows) -> list[Field]:
    """The fields by which a row is known in the list: those always asked, no English twins.

    Where there are more than fit, first those that are linked with the directory, then those
    that are required.
    """
    plain = plain_fields(kind)
    always = [f for f in plain if f.only is None and not f.pair_of]
    always.sort(key=lambda f: (not getattr(f.type, "link_field", ""), f.required is not True))
    chosen_ids = {f.id for f in (always + [f for f in plain if f not in always])[:SEEN]}
    return [f for f in plain if f.id in chosen_ids and (f in always or len(always) < SEEN)]


def rows_of_block(text: str, fields: Sequence[Field]) -> tuple[list[Answers], int]:
    """Rows from cells copied out of a spreadsheet, and how many cells had no field to go to.

    A first line of labels says which column is which; else the columns follow the fields.
    """
    lines = [line for line in csv.reader(io.StringIO(text.strip("\r\n")), delimiter="\t") if line]
    if not lines:
        return [], 0
    columns: list[Field | None] = list(fields)
    named = [_field_named(cell, fields) for cell in lines[0]]
    if sum(f is not None for f in named) * 2 > len(lines[0]):
        columns, lines = named, lines[1:]
    rows, lost = [], 0
    for line in lines:
        row: Answers = {}
        for number, cell in enumerate(line):
            field = columns[number] if number < len(columns) else None
            value = field.type.parse(cell) if field else None
            lost += field is None and bool(cell.strip())
            if field and value not in EMPTY:
                row[field.id] = value
        rows.append(row)
    return rows, lost


def _field_named(cell: str, fields: Sequence[Field]) -> Field | None:
    name = cell.strip().rstrip("*").strip().lower()
    return next((f for f in fields if name and name in (f.label.lower(), f.english.lower())), None)


class RowsModel(QAbstractTableModel):
    """Reads the draft: nothing is kept here but the order of the rows."""

    def __init__(self, draft: Draft, path: str, kind: Rows) -> None:
        super().__init__()
        self._draft, self._path = draft, path
        self.fields = telling_fields(kind)
        self.ids: list[str] = []
        self._levels: dict[str, Level] = {}

    def look_again(self) -> None:
        """Rows came, went or changed places."""
        self.beginResetModel()
        self.ids = list(self._draft.rows(self._path))
        self.endResetModel()

    def row_changed(self, row_id: str) -> None:
        if row_id in self.ids:
            row = self.ids.index(row_id)
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.fields) - 1))

    def judge(self, levels: dict[str, Level]) -> None:
        """Which rows have problems, and how grave."""
        if levels != self._levels:
            self._levels = levels
            if self.ids:
                self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(self.ids) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's default
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's default
        return 0 if parent.isValid() else len(self.fields)

    def _is_unmatched(self, field: Field, row: str) -> bool:
        """Whether a name stands there that is not linked with the directory."""
        link = field.type.link_field if isinstance(field.type, Text) else ""
        if not link or not self._draft.value(f"{row}/{field.id}"):
            return False
        return not self._draft.value(f"{row}/{link}")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        field, row = self.fields[index.column()], f"{self._path}/{self.ids[index.row()]}"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(field, row)
            case Qt.ItemDataRole.ToolTipRole:
                mark = say("（未匹配）", " (unmatched)") if self._is_unmatched(field, row) else ""
                return self._text(field, row) + mark
            case Qt.ItemDataRole.DecorationRole if self._is_unmatched(field, row):
                return look.pixmap("circle-help", "warn", 12)
        return None

    def _text(self, field: Field, row: str) -> str:
        value = self._draft.value(f"{row}/{field.id}")
        text = "" if value is None else field.type.text(value, chosen())
        return text.replace("\n", " ")

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            return told(self.fields[section].words) if role in shown else None
        level = self._levels.get(self.ids[section]) if section < len(self.ids) else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return str(section + 1)
            case Qt.ItemDataRole.DecorationRole if level:
                return look.pixmap(LEVEL_ICONS[level], level, 12)
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(44, look.ROW_COMPACT)
        return None


def gravest(levels: Sequence[Level]) -> Level:
    return min(levels, key=ORDER.index)
