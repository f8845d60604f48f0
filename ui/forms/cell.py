"""One question on a page: its label in both languages, its answer, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.answers import LEVELS, Level, Problem
from app.forms.schema import Field, Rows
from app.forms.types import EMPTY
from ui import look
from ui.forms.editing import Around, Editor
from ui.language import chosen, say, told

LEVEL_ICONS: dict[Level, str] = {"block": "circle-alert", "warn": "triangle-alert", "note": "info"}
ORDER: tuple[Level, ...] = ("block", "warn", "note")
WIDE_LABEL = 52
"""Letters (a Chinese one counts two) after which the English twin goes to a line of its own."""


class Cell(QWidget):
    """A question as it stands on a page."""

    def __init__(self, field: Field, editor: Editor, around: Around) -> None:
        super().__init__()
        self.field, self.editor, self._around = field, editor, around
        self.path = editor.path
        self.is_group = isinstance(field.type, Rows)
        self.is_short = field.short and not self.is_group
        self.is_twin = bool(field.pair_of) and not self.is_short
        self.was_left = False
        self._required: bool | None = None
        self._missing: bool | None = None
        self._lines: list[QWidget] = []
        self._heights: dict[int, int] = {}
        self._head_heights: dict[int, int] = {}
        self._shown: tuple[tuple[Level, str], ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self.head = QWidget()
        self._column.addWidget(self.head)
        self._make_head()
        self._column.addWidget(editor)
        if field.example and chosen() == "zh" and not self.is_group:
            self._column.addWidget(
                look.label(say("例：", "e.g. ") + field.example, "hint", wrap=True)
            )

    def _make_head(self) -> None:
        self.label = look.label(wrap=True)
        self.label.setBuddy(self.editor)
        twin = self.field.words.en if chosen() == "zh" and self.field.english else ""
        letters = sum(2 if ord(c) > 0x2E7F else 1 for c in told(self.field.words) + twin)
        apart = self.is_short or letters > 2 * WIDE_LABEL - 10
        row = QVBoxLayout(self.head) if apart else QHBoxLayout(self.head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0 if apart else look.SMALL)
        self.label.setWordWrap(apart)
        row.addWidget(self.label)
        self.twin: QLabel | None = None
        if twin:
            self.twin = look.label(twin, "hint", wrap=apart)
            self.twin.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            row.addWidget(self.twin)
        self._line = row if isinstance(row, QHBoxLayout) else None
        if self._line is not None:
            self._line.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside a document there is less room: then the twin stands below, and long ones wrap."""
        super().resizeEvent(event)
        if self._line is None:
            return
        shown = [self.label] if self.twin is None else [self.label, self.twin]
        wide = sum(w.fontMetrics().horizontalAdvance(w.text()) + look.SMALL for w in shown)
        narrow = wide + look.SMALL > self.width()
        if narrow == self.label.wordWrap():
            return
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        self._line.setSpacing(0 if narrow else look.SMALL)
        for one in shown:
            one.setWordWrap(narrow)

    def head_height(self, width: int) -> int:
        if width not in self._head_heights:
            layout = self.head.layout()
            high = layout.totalHeightForWidth(width) if layout is not None else -1
            self._head_heights[width] = high if high >= 0 else self.head.sizeHint().height()
        return self._head_heights[width]

    def height_at(self, width: int) -> int:
        if width not in self._heights:
            high = self._column.totalHeightForWidth(width)
            self._heights[width] = high if high >= 0 else self.sizeHint().height()
        return self._heights[width]

    def event(self, event: QEvent) -> bool:
        # Asked for several times in each round of layout, and slow: kept until something inside
        # asks for another size.
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.FontChange):
            self._heights.clear()
            self._head_heights.clear()
            # Said again, because a layout further out may have asked before it was forgotten.
            self.updateGeometry()
        return super().event(event)

    def look_again(self, known: Mapping[str, Any]) -> None:
        """Take the other answers into account: options, whether an answer is needed."""
        self.editor.refresh(known)
        self._tell_required(self.field.is_required(known))

    def _tell_required(self, required: bool) -> None:  # noqa: FBT001 -- what is told
        missing = required and self._around.draft.value(self.path) in EMPTY
        if (required, missing) == (self._required, self._missing):
            return
        self._required, self._missing = required, missing
        self.label.setText(told(self.field.words) + (" *" if required else ""))
        if missing or self.label.property("kind"):
            look.mark(self.label, "strong" if missing else "")
        self.label.setToolTip(say("必填", "Required") if required else "")

    def answered(self) -> None:
        """The answer has changed."""
        self._tell_required(bool(self._required))

    def tell(self, problems: Sequence[Problem]) -> None:
        """Show these problems under the answer, the gravest first; none clears it."""
        grave = sorted(problems, key=lambda p: ORDER.index(p.level))
        shown = tuple(dict.fromkeys((p.level, told(p.message)) for p in grave))
        if shown == self._shown:
            return
        self._shown = shown
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = [problem_line(level, text) for level, text in shown]
        for line in self._lines:
            self._column.addWidget(line)
        self.editor.mark_problem(shown[0][0] if shown else "")

    def problem_texts(self) -> list[str]:
        return [text for _level, text in self._shown]


def problem_line(level: Level, text: str) -> QWidget:
    """An icon, the level in a word, and the sentence."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.TIGHT)
    picture = QLabel()
    picture.setPixmap(look.pixmap(LEVEL_ICONS[level], level, 14))
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    sentence = look.label(
        f"{told(LEVELS[level])}：{text}" if chosen() == "zh" else text, level, wrap=True
    )
    sentence.setObjectName("problem")
    row.addWidget(sentence, 1)
    return line
