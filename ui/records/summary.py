"""A record in words: the sections of `app.answers.summarise`, as labels that show plain text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.answers import Line, Section
from ui import look
from ui.language import say, told
from ui.records.row_table import is_table, row_table

QUESTION_WIDTH = 190
NARROWEST, WIDEST = 176, 264
BESIDE_NAME = 46
"""Pixels of the list of sections that are not text: padding, the bar at the left, scrolling."""


class SummaryView(QWidget):
    """Every question that was asked and its answer.

    The sections are filled in one after another, so that a long filing is readable at once.
    """

    def __init__(self, *, with_sections: bool = True, stacked: bool = False) -> None:
        """`stacked`: answers stand under their questions, for a narrow pane."""
        super().__init__()
        self._stacked = stacked
        self._sections: list[Section] = []
        self._frames: list[QWidget] = []
        self._changed: frozenset[str] = frozenset()
        self._column: QVBoxLayout | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.contents = QListWidget()
        self.contents.setAccessibleName(say("章节", "Sections"))
        self.contents.setFixedWidth(NARROWEST)
        self.contents.setWordWrap(True)
        self.contents.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.contents.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.mark(self.contents, "navigation")
        self.contents.setVisible(with_sections)
        self.contents.currentRowChanged.connect(self._jump)
        row.addWidget(self.contents)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row.addWidget(self.area, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._fill_next)
        self._waiting: list[tuple[QVBoxLayout, Section]] = []

    def show_sections(self, sections: Sequence[Section], changed: Sequence[str] = ()) -> None:
        """Show a record; `changed` are paths marked as changed since the reader saw it last."""
        if list(sections) == self._sections and frozenset(changed) == self._changed:
            return
        place = self.area.verticalScrollBar().value()
        self._sections, self._changed = list(sections), frozenset(changed)
        sheet = QWidget()
        look.mark(sheet, "sheet")
        self._column = column = QVBoxLayout(sheet)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.WIDE)
        column.setSpacing(look.NORMAL)
        self._frames, self._waiting = [], []
        quiet = QSignalBlocker(self.contents)
        self.contents.clear()
        for section in self._sections:
            self.contents.addItem(told(section.title))
            frame = QWidget()
            inside = QVBoxLayout(frame)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.addWidget(look.label(told(section.title), "section"))
            self._frames.append(frame)
            self._waiting.append((inside, section))
            column.addWidget(frame)
        quiet.unblock()
        self._widen()
        column.addStretch(1)
        self.area.setWidget(sheet)
        self._fill_next()
        if place:
            QTimer.singleShot(50, self, lambda: self.area.verticalScrollBar().setValue(place))

    def _widen(self) -> None:
        """Let the longest name of a section stand in one line; one that is very long wraps."""
        room = self.contents.fontMetrics()
        names = [told(section.title) for section in self._sections]
        wide = max((room.horizontalAdvance(name) for name in names), default=0) + BESIDE_NAME
        self.contents.setFixedWidth(max(NARROWEST, min(wide, WIDEST)))

    def is_whole(self) -> bool:
        """Whether every section has been filled in."""
        return not self._waiting

    def _fill_next(self) -> None:
        if not self._waiting:
            self._timer.stop()
            return
        inside, section = self._waiting.pop(0)
        inside.addWidget(self._lines(section.lines))
        if self._waiting:
            self._timer.start()
        else:
            self._timer.stop()

    def _lines(self, lines: Sequence[Line]) -> QWidget:
        frame = QFrame()
        look.mark(frame, "card")
        grid = QGridLayout(frame)
        grid.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.SMALL)
        grid.setHorizontalSpacing(look.WIDE)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0 if self._stacked else 1, 1)
        for number, line in enumerate(lines):
            question = look.label(told(line.label), "hint" if self._stacked else "dim", wrap=True)
            if not self._stacked and is_table(line):
                if len(lines) > 1:  # alone in its section it is called as the section is
                    grid.addWidget(question, 2 * number, 0, 1, 2)
                grid.addWidget(row_table(line), 2 * number + 1, 0, 1, 2)
                continue
            answer = self._group(line) if line.rows else self._answer(line)
            top = Qt.AlignmentFlag.AlignTop
            if self._stacked:
                grid.addWidget(question, 2 * number, 0)
                grid.addWidget(answer, 2 * number + 1, 0)
            else:
                question.setFixedWidth(QUESTION_WIDTH)
                grid.addWidget(question, 2 * number, 0, top)
                grid.addWidget(answer, 2 * number, 1, top)
        return frame

    def _answer(self, line: Line) -> QWidget:
        changed = line.path in self._changed
        answer = look.label(line.text or "—", "note" if changed else "", wrap=True)
        answer.setObjectName(f"answer:{line.path}")
        answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if changed:
            answer.setText("● " + answer.text())
            answer.setToolTip(say("与上次相比有修改", "Changed since the last version"))
        return answer

    def _group(self, line: Line) -> QWidget:
        frame = QWidget()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.SMALL)
        for number, row in enumerate(line.rows, start=1):
            told_row = say("；", "; ").join(
                f"{told(cell.label)}{say('：', ': ')}{cell.text}"
                for cell in row
                if cell.text and not cell.rows
            )
            entry = look.label(f"{number}. {told_row or '—'}", wrap=True)
            entry.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(entry)
            for cell in row:
                if cell.rows:
                    column.addWidget(self._group(cell))
        return frame

    def _jump(self, number: int) -> None:
        if 0 <= number < len(self._frames):
            while len(self._sections) - len(self._waiting) <= number and self._waiting:
                self._fill_next()
            if self._column is not None:
                self._column.activate()
            self.area.verticalScrollBar().setValue(self._frames[number].y() - look.SMALL)
