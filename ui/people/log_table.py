"""A log to read: lines that do not change, newest first, more of them when they are wanted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui import look
from ui.language import say

Line = Sequence[str]


class LogTable(QWidget):
    """Lines in columns; `more_wanted` asks for those before the last one."""

    more_wanted = Signal()

    def __init__(self, name: str, columns: Sequence[tuple[str, int]]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.SMALL)
        self.table = QTableWidget(0, len(columns))
        self.table.setAccessibleName(name)
        self.table.setHorizontalHeaderLabels([word for word, _width in columns])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(look.ROW)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        for number, (_word, width) in enumerate(columns):
            self.table.setColumnWidth(number, width)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        self.sentence = look.label("", "dim", wrap=True)
        row.addWidget(self.sentence, 1)
        self.more = QPushButton(say("更早的记录", "Earlier ones"))
        self.more.clicked.connect(self.more_wanted)
        self.more.hide()
        row.addWidget(self.more)
        column.addLayout(row)

    def clear(self) -> None:
        self.table.setRowCount(0)
        self.more.hide()

    def add(self, lines: Sequence[Line], *, warned: Sequence[int] = ()) -> None:
        """Add lines below; `warned` are the numbers of those that somebody should look at."""
        for number, line in enumerate(lines):
            place = self.table.rowCount()
            self.table.insertRow(place)
            for column, text in enumerate(line):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if number in warned and column == 1:
                    item.setIcon(look.icon("triangle-alert", "warn"))
                self.table.setItem(place, column, item)
        empty = not self.table.rowCount()
        self.say(say("还没有记录。", "There is nothing yet.") if empty else "")

    def say(self, text: str) -> None:
        """Tell why there is nothing, or not everything."""
        self.sentence.setText(text)

    def texts(self) -> list[list[str]]:
        """What stands in the lines."""
        found = []
        for row in range(self.table.rowCount()):
            items = [self.table.item(row, column) for column in range(self.table.columnCount())]
            found.append([item.text() if item else "" for item in items])
        return found
