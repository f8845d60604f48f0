"""Copying rows of a table: as text with tabs and as HTML, so that Excel keeps numbers as text."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication, QTableView


def copy_selection(table: QTableView, *, headings: bool = False) -> None:
    """Put every selected row on the clipboard, columns as they are shown."""
    header, model = table.horizontalHeader(), table.model()
    columns = [
        logical
        for place in range(header.count())
        if not header.isSectionHidden(logical := header.logicalIndex(place))
    ]
    rows = sorted(index.row() for index in table.selectionModel().selectedRows())
    if not rows:
        return
    cells = [[str(model.index(row, c).data() or "") for c in columns] for row in rows]
    if headings:
        orientation = Qt.Orientation.Horizontal
        cells.insert(0, [str(model.headerData(c, orientation) or "") for c in columns])
    text = "\n".join("\t".join(_one_line(cell) for cell in line) for line in cells)
    # mso-number-format: without it Excel turns long numbers into 1.1E+17.
    lines = "".join(
        "<tr>"
        + "".join(f"<td style=\"mso-number-format:'\\@'\">{escape(cell)}</td>" for cell in line)
        + "</tr>"
        for line in cells
    )
    both = QMimeData()
    both.setText(text)
    both.setHtml(f'<meta charset="utf-8"><table>{lines}</table>')
    QApplication.clipboard().setMimeData(both)


def _one_line(cell: str) -> str:
    return " ".join(cell.replace("\t", " ").split("\n"))
