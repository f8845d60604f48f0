"""The rows of a roster as a table to be mended: each change is checked at once and undoable."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.roster import checks, passwords
from app.roster.checks import Checked, Entry, Terms
from app.roster.codes import ROUTINE, Finding, Severity
from app.roster.columns import NAME
from app.roster.rows import Line
from app.roster.templates import Column
from ui import look
from ui.language import say, told

Index: TypeAlias = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
Role = Qt.ItemDataRole

ICONS: dict[Severity, str] = {"E": "circle-alert", "W": "triangle-alert"}


def colour_of(severity: Severity) -> look.ColourRole:
    return "block" if severity == "E" else "warn"


class _Change(QUndoCommand):
    """One step of mending: all rows before and after. Rows are values, so this costs little."""

    def __init__(self, model: PeopleModel, lines: list[Line], text: str) -> None:
        super().__init__(text)
        self._model, self._before, self._after = model, model.lines(), lines

    def redo(self) -> None:
        self._model.put(self._after)

    def undo(self) -> None:
        self._model.put(self._before)


class PeopleModel(QAbstractTableModel):
    """One row each, the template's columns; what is wrong is tinted, and said in the tooltip."""

    rechecked = Signal()
    """Something was changed and everything it touches was checked again."""

    def __init__(self, checked: Checked, terms: Terms, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._terms = terms
        self.template = terms.template
        self._about_file = checked.about_file
        self._entries: list[Entry] = list(checked.entries)
        self._checked: Checked | None = checked
        self._only_problems = False
        self._by_cell: dict[tuple[int, int], list[Finding]] = {}
        self._show()
        self._index()
        self.undo_stack = QUndoStack(self)

    # What others ask

    def lines(self) -> list[Line]:
        return [entry.line for entry in self._entries]

    def checked(self) -> Checked:
        """Everything as it stands now."""
        if self._checked is None:
            self._checked = Checked(self._about_file, tuple(self._entries))
        return self._checked

    def problems_at(self, row: int, column: int) -> list[Finding]:
        """What is said of one cell of the workbook."""
        return self._by_cell.get((row, column), [])

    def problems(self) -> list[Finding]:
        """What should be looked at, in reading order; what is said of every row is left out."""
        return list(self.checked().problems)

    def place(self, row: int, column: int) -> QModelIndex:
        """Where a cell of the workbook stands in the table; invalid where its row is not shown."""
        at = self._place_of.get(row)
        return QModelIndex() if at is None else self.index(at, column)

    def row_at(self, index: Index) -> int:
        """The number of a row in the workbook."""
        return self._entries[self._shown[index.row()]].row

    def show_only_problems(self, only: bool) -> None:  # noqa: FBT001 -- a toggle sends it
        """Leave out rows without any; rows mended afterwards stay until this is asked again."""
        self.beginResetModel()
        self._only_problems = only
        self._show()
        self.endResetModel()

    # What people do

    def type_in(self, cells: Mapping[tuple[int, int], str], text: str) -> None:
        """Put texts into cells of the table, as one step; rows below the last one are added."""
        lines = self.lines()
        at = dict(enumerate(self._shown))
        for (row, column), typed in sorted(cells.items()):
            if row not in at:
                at[row] = len(lines)
                number = max((line.number for line in lines), default=1) + 1
                lines.append(Line(number, ("",) * self.template.width))
            lines[at[row]] = lines[at[row]].with_cell(column, typed)
        self.undo_stack.push(_Change(self, lines, text))

    def remove(self, rows: Sequence[int]) -> None:
        """Take rows of the table out of the import, as one step."""
        gone = {self._shown[row] for row in rows}
        kept = [line for n, line in enumerate(self.lines()) if n not in gone]
        self.undo_stack.push(_Change(self, kept, say("移除行", "Remove rows")))

    def put(self, lines: list[Line]) -> None:
        """Make these the rows, and check what has changed and all rows against each other."""
        known = {id(e.line): e for e in self._entries}
        same = [line.number for line in lines] == [e.row for e in self._entries]
        if not same:
            self.beginResetModel()
        self._entries = checks.between(
            known.get(id(line)) or checks.check_line(line, self._terms) for line in lines
        )
        self._checked = None
        self._index()
        if not same:
            self._show()
            self.endResetModel()
        self._tell_changed()

    def learn(self, terms: Terms, rows: Collection[int] | None = None) -> None:
        """Look again at rows, by their numbers, under other terms: the registry has answered."""
        self._terms = terms
        if rows is None or rows:
            self._entries = [
                checks.look_again(e, terms) if rows is None or e.row in rows else e
                for e in self._entries
            ]
            self._checked = None
            self._index()
        # Not `dataChanged`: it would put back what is being typed in an open editor.
        self.rechecked.emit()

    def entries(self) -> list[Entry]:
        return list(self._entries)

    def terms(self) -> Terms:
        return self._terms

    def _tell_changed(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.rowCount() - 1, self.template.width - 1)
            )
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self.rowCount() - 1)
        self.rechecked.emit()

    def _show(self) -> None:
        self._shown = [
            n
            for n, e in enumerate(self._entries)
            if not self._only_problems or any(f.code not in ROUTINE for f in e.findings)
        ]
        self._place_of = {self._entries[n].row: at for at, n in enumerate(self._shown)}

    def _index(self) -> None:
        """Take stock of the findings, so that painting and moving need not look for them."""
        self._by_cell = {}
        for found in self.checked().problems:
            self._by_cell.setdefault((found.row, found.column), []).append(found)

    # What Qt asks

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self.template.width

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        entry = self._entries[self._shown[index.row()]]
        text = entry.line.cells[index.column()]
        if role == Role.EditRole:
            return text
        if role == Role.DisplayRole:
            return text.replace("\n", " ⏎ ") or _default(entry, index.column())
        if role == Role.ForegroundRole and not text:
            return look.colour("faint")
        return self._about_problems(entry, index.column(), role)

    def _about_problems(self, entry: Entry, column: int, role: int) -> Any:
        found = self._by_cell.get((entry.row, column))
        if not found or role not in (Role.BackgroundRole, Role.DecorationRole, Role.ToolTipRole):
            return None
        worst = min(f.severity for f in found)
        if role == Role.BackgroundRole:
            return look.colour("block_soft" if worst == "E" else "warn_soft")
        if role == Role.DecorationRole:
            return look.icon(ICONS[worst], colour_of(worst))
        return "\n".join(f"{f.code} {told(f.message)}\n→ {told(f.remedy)}" for f in found)

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.EditRole:
            return False
        line = self._entries[self._shown[index.row()]].line
        column = index.column()
        # Typing the same text again says of a number or a formula that it is meant as text.
        if str(value) == line.cells[column] and column not in line.kinds:
            return False
        name = told(self.template.columns[column].words)
        self.type_in({(index.row(), column): str(value)}, say(f"修改{name}", f"Change {name}"))
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            return _column_header(self.template.columns[section], role)
        entry = self._entries[self._shown[section]]
        if role == Role.DisplayRole:
            return str(entry.row)
        if role == Role.ToolTipRole:
            return _standing(entry)
        if role != Role.DecorationRole:
            return None
        worst = min((f.severity for f in entry.findings if f.code not in ROUTINE), default=None)
        return look.icon(ICONS[worst], colour_of(worst)) if worst else None


def _column_header(column: Column, role: int) -> Any:
    if role == Role.DisplayRole:
        return told(column.words) + (" *" if column.required else "")
    if role == Role.ToolTipRole and column.required:
        return say("必填", "Required")
    return None


def _default(entry: Entry, column: int) -> str:
    """What stands in an empty cell of the passwords: the default that will be used, masked."""
    if entry.terms.template.columns[column].field:
        return ""
    found = (f for f in entry.findings if f.code == "R21" and f.column == column)
    made = next(found, None) and passwords.default(entry.clean[NAME])
    return (
        say(f"默认 {passwords.masked(made)}", f"default {passwords.masked(made)}") if made else ""
    )


def _standing(entry: Entry) -> str:
    if entry.is_wrong:
        return say("有错误，不能导入", "Has errors; cannot be imported")
    if entry.is_here_already:
        is_skipped = entry.deed == "none"
        return (
            say("以前已导入，跳过", "Was imported before; skipped")
            if is_skipped
            else say("已在本机构，将更新", "Is here already; will be updated")
        )
    return say("可导入", "Can be imported")
