"""What changed between two versions, as paper: each field before and after, changes marked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from app.exchange.compared import (
    ADDED,
    REMOVED,
    Block,
    Chapter,
    Side,
    compared,
    counted,
)
from app.exchange.marked import Piece
from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import LOOKS, PAD_X, PAD_Y, Bar, Heading, entry, words
from app.exchange.pdf.filing import INSTITUTION, NTH, NUMBER, UNSENT
from app.exchange.pdf.lines import Look, broken
from app.exchange.pdf.sheet import RULE, SHADE, WIDTH, Sheet, print_pages
from app.exchange.told import Names
from app.forms import FORMS
from app.record import Record
from app.words import Language, Words

TITLE = Words("变更对照", "Marked changes")
BEFORE, AFTER = Words("变更前", "Before"), Words("变更后", "After")
COUNT = Words("变更项数", "Changes")
NONE = Words("两个版本没有不同。", "The two versions do not differ.")
EMPTY = Words("（空）", "(empty)")
VERSIONS = Words("对照版本", "Versions compared")
TO = Words("{old} → {new}", "{old} → {new}")
COUNTED = Words("{all}（其中实质性 {major}）", "{all} ({major} substantive)")
JOINT = Words("：", ": ")
SUBSTANTIVE = Words("实质性变更，须重新审查", "substantive: needs a new review")

OLD, NEW = HexColor("#fbe3df"), HexColor("#dcefe0")
OLD_INK, NEW_INK = HexColor("#9c2b20"), HexColor("#1c5f37")
HALF = WIDTH / 2


def changes_pdf(  # noqa: PLR0913 -- each is one thing that stands on the paper
    before: Record,
    after: Record,
    *,
    institution: str = "",
    names: Names | None = None,
    versions: tuple[str, str] | None = None,
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
) -> bytes:
    """Two versions of a record compared, as an A4 PDF, in the order of the form.

    `versions` is what they are called; without it their revisions are told.
    """
    form = FORMS[after.form]
    title = form.title_of(after.answers) or form.words.say(language)
    found = compared(form, before.answers, after.answers, names=names, language=language)
    with fonts.MAKING:
        fonts.ready()
        heading = TITLE.say(language)
        story = [
            Heading(heading, kind="title", key="start"),
            words(title, "subtitle"),
            Spacer(1, 5 * mm),
            entry(NUMBER.say(language), after.number),
            entry(INSTITUTION.say(language), institution),
            entry(VERSIONS.say(language), _told_versions(before, after, versions, language)),
            entry(COUNT.say(language), _told_count(found, language)),
            *_differences(found, language),
        ]
        sheet = Sheet(
            title=f"{heading} {title}".strip(),
            header=(institution, after.number, f"{heading} {title}"),
            printed_by=printed_by,
            printed_at=printed_at,
            language=language,
        )
        return print_pages(story, sheet)


def _told_versions(
    before: Record, after: Record, called: tuple[str, str] | None, language: Language
) -> str:
    old, new = called or (
        (NTH.fill(n=record.revision) if record.revision else UNSENT).say(language)
        for record in (before, after)
    )
    return TO.fill(old=old, new=new).say(language)


def _told_count(found: Sequence[Chapter], language: Language) -> str:
    everything, major = counted(found)
    return COUNTED.fill(all=everything, major=major).say(language)


def _differences(found: Sequence[Chapter], language: Language) -> Iterator[Flowable]:
    yield Spacer(1, 5 * mm)
    if not found:
        yield words(NONE.say(language), "value")
        return
    yield Halves(plain(BEFORE.say(language)), plain(AFTER.say(language)), kind="head")
    for chapter in found:
        for block in chapter.blocks:
            yield CondPageBreak(26 * mm)
            yield Bar(_label(chapter, block, language))
            for side in block.sides:
                yield _side(side, language)


def plain(text: str) -> list[Piece]:
    return [Piece(text, changed=False)]


def _label(chapter: Chapter, block: Block, language: Language) -> str:
    parts = [f"{chapter.title} › {block.title}"]
    if block.kind != "changed":
        parts.append({"added": ADDED, "removed": REMOVED}[block.kind].say(language))
    if block.substantive:
        parts.append(SUBSTANTIVE.say(language))
    return "  · ".join(parts)


def _side(side: Side, language: Language) -> Halves:
    """Before and after; in a row each half says which question it answers."""
    nothing = Piece(EMPTY.say(language), changed=False)
    label = plain(side.label + JOINT.say(language)) if side.label else []
    old, new = ([*label, *(pieces or (nothing,))] for pieces in (side.before, side.after))
    return Halves(old, new)


class Halves(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Before at the left, after at the right; goes on over the page line by line."""

    def __init__(self, old: list[Piece], new: list[Piece], *, kind: str = "cell") -> None:
        super().__init__()
        look = LOOKS[kind]
        self._is_head = kind == "head"
        room = HALF - 2 * PAD_X
        self._sides = [side_lines(pieces, look, room) for pieces in (old, new)]
        self._look = look

    def wrap(self, width: float, height: float) -> tuple[float, float]:  # noqa: ARG002 -- as Flowable has it
        rows = max(map(len, self._sides))
        self.width, self.height = width, rows * self._look.leading + 2 * PAD_Y
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        fits = int((height - 2 * PAD_Y) // self._look.leading)
        if fits < 2 or fits >= max(map(len, self._sides)):
            return []
        return [self._part(0, fits), self._part(fits, None)]

    def _part(self, start: int, end: int | None) -> Halves:
        part = Halves([], [])
        part._sides = [side[start:end] for side in self._sides]
        part._look, part._is_head = self._look, self._is_head
        return part

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        if self._is_head:
            canvas.setFillColor(SHADE)
        canvas.rect(0, 0, self.width, self.height, stroke=1, fill=int(self._is_head))
        canvas.line(HALF, 0, HALF, self.height)
        canvas.restoreState()
        marks = ((0.0, OLD, OLD_INK, True), (HALF, NEW, NEW_INK, False))
        for side, (x, ground, ink, is_struck) in zip(self._sides, marks, strict=True):
            y = self.height - PAD_Y
            for line in side:
                y -= self._look.leading
                self._line(line, (x + PAD_X, y), ground, ink, is_struck=is_struck)

    def _line(
        self, line: list[Piece], at: tuple[float, float], ground: Any, ink: Any, *, is_struck: bool
    ) -> None:
        """One line: what went struck through, what came underlined, so that grey paper tells."""
        canvas, look = self.canv, self._look
        x, y = at
        base = y + (look.leading - look.size * 0.76) / 2
        for piece in line:
            wide = fonts.width(piece.text, look.font, look.size)
            if piece.changed:
                canvas.setFillColor(ground)
                canvas.rect(x, y + 1, wide, look.leading - 2, stroke=0, fill=1)
                canvas.setStrokeColor(ink)
                canvas.setLineWidth(0.8)
                level = base + look.size * 0.3 if is_struck else base - 1.6
                canvas.line(x, level, x + wide, level)
            canvas.setFillColor(ink if piece.changed else look.colour)
            canvas.setFont(look.font, look.size)
            canvas.drawString(x, base, piece.text)
            x += wide


def side_lines(pieces: Sequence[Piece], look: Look, room: float) -> list[list[Piece]]:
    """The pieces parted into lines where the whole text would break."""
    ready = [Piece(fonts.printable(p.text, look.font), p.changed) for p in pieces]
    flags = [p.changed for p in ready for _char in p.text]
    text = "".join(p.text for p in ready)
    lines, at = [], 0
    for line in broken(text, look.font, look.size, room):
        # Blanks and line ends between two lines stand in neither of them.
        at = text.index(line, at) if line else at
        lines.append(_pieces(line, flags[at : at + len(line)]))
        at += len(line)
        if text[at : at + 1] == "\n":
            at += 1
    return lines


def _pieces(line: str, flags: Sequence[bool]) -> list[Piece]:
    found: list[Piece] = []
    for char, changed in zip(line, flags, strict=True):
        if found and found[-1].changed == changed:
            found[-1] = Piece(found[-1].text + char, changed)
        else:
            found.append(Piece(char, changed))
    return found
