"""Text broken into lines as Chinese and English readers expect it, and drawn just as it is.

Our own, because reportlab's Paragraph reads its text as markup, may begin a line with “：”, and
shifts lines that go on over a page.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable

from app.exchange.pdf import fonts

NO_START = frozenset("。，、；：？！）》〉」』】〕”’％‰℃…—·.,;:?!)]}%~～々")
"""Characters that no line begins with."""
NO_END = frozenset("（《〈「『【〔“‘([{＄￥$#")
"""Characters that no line ends with."""


def is_han(char: str) -> bool:
    """Written without spaces: Han characters, kana, and full-width signs."""
    return ord(char) >= 0x2E80


def may_part(before: str, after: str) -> bool:
    """Whether a line may end between these two characters."""
    if after == " " or after in NO_START or before in NO_END or unicodedata.combining(after):
        return False
    if before == " " or is_han(before) or is_han(after):
        return True
    return before in "-/_‐" and after.isalpha()


def broken(text: str, font: str, size: float, room: float) -> list[str]:
    """The text as lines of at most `room`; a word longer than a line is cut where the line ends."""
    widths = fonts.widths_of(font)
    return [
        line
        for paragraph in fonts.printable(text, font).split("\n")
        for line in _broken(paragraph, widths, room * 1000 / size)
    ]


def _broken(text: str, widths: Any, room: float) -> list[str]:
    lines, start, used, chance = [], 0, 0.0, 0
    n = 0
    while n < len(text):
        char = text[n]
        if n > start and may_part(text[n - 1], char):
            chance = n
        used += widths.get(ord(char), 1000)
        if used > room and n > start and char != " ":
            end = chance if chance > start else n
            lines.append(text[start:end].rstrip(" "))
            start = n = chance = end
            used = 0.0
            continue
        n += 1
    return [*lines, text[start:].rstrip(" ")]


@dataclass(frozen=True)
class Look:
    """How a text is set."""

    font: str
    size: float
    leading: float
    colour: Any
    centred: bool = False


class Lines(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A text that knows its lines once it knows its room."""

    def __init__(self, text: str, look: Look, lines: list[str] | None = None) -> None:
        super().__init__()
        self.text, self.look = text, look
        self._lines = lines
        self._room = -1.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:  # noqa: ARG002 -- as Flowable has it
        if self._room < 0 and self._lines is not None:
            self._room = width  # a part of a text that was broken for this same room
        if self._lines is None or abs(self._room - width) > 0.01:
            self._lines = broken(self.text, self.look.font, self.look.size, width)
            self._room = width
        self.width, self.height = width, len(self._lines) * self.look.leading
        return width, self.height

    def count(self) -> int:
        return len(self._lines or ())

    def split(self, width: float, height: float) -> list[Flowable]:
        """Part it so that at least two lines stay on either side."""
        self.wrap(width, height)
        lines = self._lines or []
        fits = min(int(height // self.look.leading), len(lines) - 2)
        if fits < 2:
            return []
        return [Lines("\n".join(part), self.look, part) for part in (lines[:fits], lines[fits:])]

    def draw(self) -> None:
        look = self.look
        text = self.canv.beginText()
        text.setFont(look.font, look.size, look.leading)
        text.setFillColor(look.colour)
        y = self.height - (look.leading + look.size * 0.76) / 2
        for line in self._lines or ():
            x = 0.0
            if look.centred:
                x = (self.width - fonts.width(line, look.font, look.size)) / 2
            text.setTextOrigin(x, y)
            text.textOut(line)
            y -= look.leading
        self.canv.drawText(text)
