"""A group of a record as a table to read: rows of short answers under their questions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from app.answers import Line
from app.forms.schema import Files
from ui import look
from ui.language import say, told

LEAST_ROWS, COLUMNS_MOST = 2, 10
LONGEST = 40
"""Half-widths of an answer; a longer one reads better as a sentence."""
NARROWEST, WIDEST = 5, 22
"""Half-widths that a column is given at least and at most."""
EVEN_MORE = 120
"""Rows that a grid of labels shows without being slow."""


def is_table(line: Line) -> bool:
    """Whether a group reads best as a table: several rows, every answer short."""
    if not LEAST_ROWS <= len(line.rows) <= EVEN_MORE:
        return False
    cells = [cell for row in line.rows for cell in row]
    if any(cell.rows and not isinstance(cell.field.type, Files) for cell in cells):
        return False
    columns = {cell.field.id for cell in cells if cell.text}
    is_short = all(_size(_text(cell)) <= LONGEST for cell in cells)
    return is_short and 3 <= len(columns) <= COLUMNS_MOST


def row_table(line: Line) -> QWidget:
    """The group as a grid whose texts can be selected; nobody's answers are in a column of none."""
    heads: dict[str, str] = {}
    widths: dict[str, int] = {}
    for cell in (cell for row in line.rows for cell in row if cell.text):
        heads.setdefault(cell.field.id, told(cell.label))
        widths[cell.field.id] = max(widths.get(cell.field.id, 0), _size(_text(cell)))
    frame = QFrame()
    frame.setObjectName(f"table:{line.path}")
    frame.setAccessibleName(told(line.label))
    grid = QGridLayout(frame)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(look.NORMAL)
    grid.setVerticalSpacing(look.SMALL)
    top = Qt.AlignmentFlag.AlignTop
    for column, (field_id, head) in enumerate(heads.items(), 1):
        widest = max(widths[field_id], min(_size(head), 10))
        grid.setColumnStretch(column, max(NARROWEST, min(WIDEST, widest)))
        grid.addWidget(look.label(head, "hint", wrap=True), 0, column, top)
    for number, row in enumerate(line.rows, 1):
        grid.addWidget(look.label(str(number), "hint"), number, 0, top)
        told_row = {cell.field.id: _text(cell) for cell in row}
        for column, field_id in enumerate(heads, 1):
            answer = look.label(told_row.get(field_id, ""), wrap=True)
            answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(answer, number, column, top)
    return frame


def _text(cell: Line) -> str:
    """Of documents how many there are: they stand under 附件 with their names."""
    if isinstance(cell.field.type, Files):
        count = len(cell.text.splitlines())
        return say(f"{count} 份", f"{count} files" if count > 1 else "1 file") if count else ""
    return cell.text


def _size(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
