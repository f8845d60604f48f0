"""What changed between two versions, as paper: each field before and after, changes marked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from app.answers import Difference, compare
from app.exchange.marked import Piece, marked
from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import LOOKS, PAD_X, PAD_Y, Bar, Heading, entry, words
from app.exchange.pdf.filing import INSTITUTION, NTH, NUMBER, UNSENT
from app.exchange.pdf.lines import Look, broken
from app.exchange.pdf.sheet import RULE, SHADE, WIDTH, Sheet, print_pages
from app.exchange.told import Names, masked, named
from app.forms import FORMS
from app.forms.schema import Form
from app.record import Record
from app.words import Language, Words

TITLE = Words("变更对照", "Marked changes")
BEFORE, AFTER = Words("变更前", "Before"), Words("变更后", "After")
COUNT = Words("变更项数", "Changes")
NONE = Words("两个版本没有不同。", "The two versions do not differ.")
EMPTY = Words("（空）", "(empty)")
ADDED, REMOVED = Words("新增一行", "A row was added"), Words("删去一行", "A row was removed")
VERSIONS = Words("对照版本", "Versions compared")
TO = Words("{old} → {new}", "{old} → {new}")
NTH_ROW = Words("（第 {n} 行）", " (row {n})")
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
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
) -> bytes:
    """Two versions of a record compared, as an A4 PDF, in the order of the form."""
    form = FORMS[after.form]
    title = form.title_of(after.answers) or form.words.say(language)
    found = compare(form, before.answers, after.answers)
    with fonts.MAKING:
        fonts.ready()
        heading = TITLE.say(language)
        story = [
            Heading(heading, kind="title", key="start"),
            words(title, "subtitle"),
            Spacer(1, 5 * mm),
            *_facts(before, after, institution, len(found), language),
            *_differences(form, found, Told(before, after, names or {}, language)),
        ]
        sheet = Sheet(
            title=f"{heading} {title}".strip(),
            header=(institution, after.number, f"{heading} {title}"),
            printed_by=printed_by,
            printed_at=printed_at,
            language=language,
        )
        return print_pages(story, sheet)


def _facts(
    before: Record, after: Record, institution: str, count: int, language: Language
) -> Iterator[Flowable]:
    old, new = (
        (NTH.fill(n=record.revision) if record.revision else UNSENT).say(language)
        for record in (before, after)
    )
    yield entry(NUMBER.say(language), after.number)
    yield entry(INSTITUTION.say(language), institution)
    yield entry(VERSIONS.say(language), TO.fill(old=old, new=new).say(language))
    yield entry(COUNT.say(language), str(count))


@dataclass(frozen=True)
class Told:
    """What is needed to say a difference in words."""

    before: Record
    after: Record
    names: Names
    language: Language

    def row(self, path: str) -> str:
        """Which row of its group: counted in the later version, or where it was last."""
        group, *rest = path.split("/")
        for record in (self.after, self.before):
            rows = record.answers.get(group)
            if rest and isinstance(rows, dict) and rest[0] in rows:
                n = list(rows).index(rest[0]) + 1
                return NTH_ROW.fill(n=n).say(self.language)
        return ""


def _differences(form: Form, found: Sequence[Difference], told: Told) -> Iterator[Flowable]:
    language = told.language
    yield Spacer(1, 5 * mm)
    if not found:
        yield words(NONE.say(language), "value")
        return
    yield Halves(plain(BEFORE.say(language)), plain(AFTER.say(language)), kind="head")
    nothing = plain(EMPTY.say(language))
    for one in found:
        yield CondPageBreak(26 * mm)
        yield Bar(_label(form, one, language, told.row(one.path)))
        old, new = pieces_of(one, told.names, language)
        yield Halves(old or nothing, new or nothing)


def plain(text: str) -> list[Piece]:
    return [Piece(text, changed=False)]


def whole(text: str) -> list[Piece]:
    """A text that is marked from end to end; nothing where there is none."""
    return [Piece(text, changed=True)] if text else []


def _label(form: Form, one: Difference, language: Language, row: str) -> str:
    label = one.label.say(language)
    if one.field is None:
        parts = one.path.strip("/").split("/")
        label = form.label(parts[0]).say(language) if form.has(parts[0]) else label
    label += row
    is_substantive = one.field is not None and one.field.substantive
    return f"{label}  · {SUBSTANTIVE.say(language)}" if is_substantive else label


def pieces_of(one: Difference, names: Names, language: Language) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces. Private numbers are masked, and so not marked inside."""
    if one.path.endswith("/"):  # a row as a whole, in which nothing was typed yet
        said = REMOVED if one.after is None else ADDED
        row = whole(said.say(language))
        return (row, []) if one.after is None else ([], row)
    was, now = (named(text, names) for text in one.told(language))
    if one.field is not None and one.field.private:
        return whole(masked(was)), whole(masked(now))
    return marked(was, now)


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
        for side, (x, ground, ink) in zip(
            self._sides, ((0.0, OLD, OLD_INK), (HALF, NEW, NEW_INK)), strict=True
        ):
            y = self.height - PAD_Y
            for line in side:
                y -= self._look.leading
                self._line(line, x + PAD_X, y, ground, ink)

    def _line(self, line: list[Piece], x: float, y: float, ground: Any, ink: Any) -> None:
        """One line: what changed on a coloured ground and underlined, so that grey paper tells."""
        canvas, look = self.canv, self._look
        base = y + (look.leading - look.size * 0.76) / 2
        for piece in line:
            wide = fonts.width(piece.text, look.font, look.size)
            if piece.changed:
                canvas.setFillColor(ground)
                canvas.rect(x, y + 1, wide, look.leading - 2, stroke=0, fill=1)
                canvas.setStrokeColor(ink)
                canvas.setLineWidth(0.8)
                canvas.line(x, base - 1.6, x + wide, base - 1.6)
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
