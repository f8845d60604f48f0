"""The list of what is missing or wrong, docked below the form; it empties itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from app.answers import LEVELS, Problem
from app.words import Words
from ui import look
from ui.forms.cell import LEVEL_ICONS, ORDER
from ui.language import say, told

Label = Callable[[str], Words]


class _List(QListWidget):
    """Enter goes to the problem, as a double click does."""

    entered_at = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_at.emit()
        else:
            super().keyPressEvent(event)


class ProblemPanel(QFrame):
    """Problems in the order of the form, in the very words that stand under the answers."""

    wanted = Signal(str)
    """The path of an answer to go to."""
    closed = Signal()

    def __init__(self, label: Label) -> None:
        super().__init__()
        self._label = label
        self.problems: list[Problem] = []
        look.mark(self, "bottom")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.NORMAL, look.TIGHT, look.NORMAL, look.SMALL)
        column.setSpacing(look.TIGHT)
        head = QHBoxLayout()
        self.heading = look.label("", "strong")
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(
            look.label(say("F8 下一个 · Shift+F8 上一个", "F8 next · Shift+F8 previous"), "hint")
        )
        close = QPushButton(look.icon("x"), say("收起", "Hide"))
        look.mark(close, "flat")
        close.clicked.connect(self.closed)
        head.addWidget(close)
        column.addLayout(head)
        self.list = _List()
        self.list.setAccessibleName(say("问题", "Problems"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemDoubleClicked.connect(lambda _item: self._go())
        self.list.entered_at.connect(self._go)
        column.addWidget(self.list, 1)
        self.setMinimumHeight(110)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these; the one that was chosen stays chosen while it is there."""
        problems = list(problems)
        if problems == self.problems and self.list.count():
            return
        chosen = self.current()
        self.problems = problems
        self.list.clear()
        for problem in problems:
            words = (LEVELS[problem.level], self._label(problem.path), problem.message)
            text = "　".join(map(told, words))
            item = QListWidgetItem(look.icon(LEVEL_ICONS[problem.level], problem.level), text)
            item.setToolTip(text)
            self.list.addItem(item)
        if chosen in problems:
            self.list.setCurrentRow(problems.index(chosen))
        self.heading.setText(_counted(problems))
        look.mark(self.heading, "strong" if problems else "done")

    def current(self) -> Problem | None:
        row = self.list.currentRow()
        return self.problems[row] if 0 <= row < len(self.problems) else None

    def step(self, by: int) -> Problem | None:
        """Go to the next or the previous problem, round and round."""
        if not self.problems:
            return None
        row = self.list.currentRow()
        row = (
            (0 if by > 0 else len(self.problems) - 1)
            if row < 0
            else (row + by) % len(self.problems)
        )
        self.list.setCurrentRow(row)
        self._go()
        return self.problems[row]

    def _go(self) -> None:
        if problem := self.current():
            self.wanted.emit(problem.path)


def _counted(problems: Sequence[Problem]) -> str:
    if not problems:
        return say("✓ 没有发现问题", "✓ No problems found")
    parts = []
    for level in ORDER:
        if count := sum(p.level == level for p in problems):
            parts.append(f"{told(LEVELS[level])} {count}")
    return " · ".join(parts)
