"""What stands on the paper: headings, lines of label and answer, small tables, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table, TableStyle

from app.answers import Line, Section
from app.exchange.pdf import fonts
from app.exchange.pdf.lines import Lines, Look, is_han
from app.exchange.pdf.sheet import INK, QUIET, RULE, SHADE, WIDTH
from app.forms.schema import Files
from app.words import Language

LABEL = 46 * mm
PAD_X, PAD_Y = 2.2 * mm, 1.3 * mm
NO_ANSWER = "—"
CELL_MOST, ONE_MOST = 60, 300
"""A group is a table only where its answers are no longer than this, and one column than that."""
COLUMNS_MOST = 6
SHORT_MOST = 24
"""Half-widths of a short answer that may share its line."""


LOOKS = {
    "title": Look(fonts.BOLD, 17, 25, INK, centred=True),
    "subtitle": Look(fonts.BODY, 12, 19, INK, centred=True),
    "section": Look(fonts.BOLD, 12.5, 18, INK),
    "group": Look(fonts.BOLD, 9.5, 14, INK),
    "label": Look(fonts.PLAIN, 9, 15.5, QUIET),
    "value": Look(fonts.BODY, 10, 15.5, INK),
    "head": Look(fonts.PLAIN, 9, 13, QUIET),
    "cell": Look(fonts.BODY, 9.5, 14, INK),
}
"""The few kinds of text there are."""


def words(text: str, kind: str) -> Lines:
    return Lines(text, LOOKS[kind])


class Heading(Lines):
    """A heading that the reader's outline leads to."""

    def __init__(self, text: str, *, kind: str = "section", level: int = 0, key: str = "") -> None:
        super().__init__(text, LOOKS[kind])
        self._entry = (fonts.printable(text, fonts.BOLD), level, key)

    def draw(self) -> None:
        super().draw()
        text, level, key = self._entry
        if key:
            self.canv.bookmarkHorizontal(key, 0, self.height + 4)
            self.canv.addOutlineEntry(text, key, level, closed=level > 0)


class Entry(Flowable):  # type: ignore[misc]  # reportlab has no types
    """One question and its answer side by side, ruled; a long answer goes on over the page."""

    def __init__(self, label: Lines, value: Lines) -> None:
        super().__init__()
        self._label, self._value = label, value

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        tall = max(
            self._value.wrap(width - LABEL - 2 * PAD_X, height)[1],
            self._label.wrap(LABEL - 2 * PAD_X, height)[1],
        )
        self.width, self.height = width, tall + 2 * PAD_Y
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Part the answer between two lines; the label stays above."""
        self.wrap(width, height)
        room = height - 2 * PAD_Y
        if self._label.height > room:
            return []
        parts = self._value.split(width - LABEL - 2 * PAD_X, room)
        if not parts:
            return []
        first, rest = parts
        again = Lines(continued(self._label.text), self._label.look)
        return [Entry(self._label, first), Entry(again, rest)]

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.rect(0, 0, self.width, self.height)
        canvas.line(LABEL, 0, LABEL, self.height)
        canvas.restoreState()
        self._label.drawOn(canvas, PAD_X, self.height - PAD_Y - self._label.height)
        self._value.drawOn(canvas, LABEL + PAD_X, self.height - PAD_Y - self._value.height)


def continued(label: str) -> str:
    """The label of an answer that goes on from the page before: loose pages must speak too."""
    mark = "（续）" if any(map(is_han, label)) else " (continued)"
    return label if label.endswith(mark) else label + mark


class Pair(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Two short answers on one line, each with its question."""

    def __init__(self, left: tuple[Lines, Lines], right: tuple[Lines, Lines]) -> None:
        super().__init__()
        self._cells = (*left, *right)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        middle = LABEL + (width - LABEL) * 0.3
        self._starts = (0.0, LABEL, middle, middle + LABEL)  # the first column goes through
        ends = (*self._starts[1:], width)
        rooms = [end - start - 2 * PAD_X for start, end in zip(self._starts, ends, strict=True)]
        cells = zip(self._cells, rooms, strict=True)
        tall = max(cell.wrap(room, height)[1] for cell, room in cells)
        self.width, self.height = width, tall + 2 * PAD_Y
        return width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.rect(0, 0, self.width, self.height)
        for x in self._starts[1:]:
            canvas.line(x, 0, x, self.height)
        canvas.restoreState()
        for cell, x in zip(self._cells, self._starts, strict=True):
            cell.drawOn(canvas, x + PAD_X, self.height - PAD_Y - cell.height)


class Bar(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The shaded line above one row of a group."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = words(text, "group")

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.height = self._text.wrap(width - 2 * PAD_X, height)[1] + 2 * PAD_Y
        return width, self.height

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.setFillColor(SHADE)
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.4)
        self.canv.rect(0, 0, self.width, self.height, stroke=1, fill=1)
        self.canv.restoreState()
        self._text.drawOn(self.canv, PAD_X, PAD_Y)


class Signatures(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Lines to sign on at the left, room for the seal at the right; never parted."""

    ROW = 11 * mm

    def __init__(self, places: Sequence[str], seal: str) -> None:
        super().__init__()
        self._places = [words(place, "value") for place in places]
        self._seal = Lines(seal, Look(fonts.BODY, 10, 15.5, INK, centred=True))

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.height = max(self.ROW * len(self._places), 40 * mm)
        for place in self._places:
            place.wrap(30 * mm, height)
        self._seal.wrap(width * 0.42, height)
        return width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.5)
        y = self.height
        for place in self._places:
            y -= self.ROW
            place.drawOn(canvas, 0, y)
            canvas.line(31 * mm, y + 2, self.width * 0.5, y + 2)
        canvas.restoreState()
        self._seal.drawOn(canvas, self.width * 0.56, self.height / 2 - self._seal.height / 2)


def entry(label: str, text: str) -> Entry:
    return Entry(words(label, "label"), words(text.strip() or NO_ANSWER, "value"))


def sections(parts: Sequence[Section], language: Language) -> Iterator[Flowable]:
    """Every section of a summary, in its order."""
    for number, section in enumerate(parts, 1):
        if not section.lines:
            continue
        yield Spacer(1, 5 * mm)
        # The first row of a table needs more room under its heading than a line does.
        yield CondPageBreak((55 if _is_table(section.lines[0]) else 30) * mm)
        yield Heading(f"{number}  {section.title.say(language)}", key=f"section-{section.id}")
        yield Spacer(1, 2 * mm)
        if len(section.lines) == 1 and section.lines[0].label == section.title:
            # A group that is all of its section needs no second heading.
            yield from of_line(section.lines[0], language, bare=True)
        else:
            yield from of_lines(section.lines, language)


def of_lines(lines: Sequence[Line], language: Language) -> Iterator[Flowable]:
    """The lines in their order; two short ones that are neighbours share theirs."""
    n = 0
    while n < len(lines):
        if n + 1 < len(lines) and _is_short(lines[n]) and _is_short(lines[n + 1]):
            left, right = (
                (words(line.label.say(language), "label"), words(line.text or NO_ANSWER, "value"))
                for line in lines[n : n + 2]
            )
            yield Pair(left, right)
            n += 2
        else:
            yield from of_line(lines[n], language)
            n += 1


def _is_short(line: Line) -> bool:
    return line.field.short and not line.rows and _size(line.text) <= SHORT_MOST


def of_line(line: Line, language: Language, *, bare: bool = False) -> Iterator[Flowable]:
    if not line.rows:
        yield entry(line.label.say(language), line.text)
    elif _is_table(line):
        yield CondPageBreak(30 * mm)
        if not bare:
            yield Bar(line.label.say(language))
        yield _table(line, language)
    else:
        yield from _numbered(line, language)


def _is_table(line: Line) -> bool:
    """A group of few and mostly short answers reads best as a table."""
    columns: dict[str, int] = {}
    for row in line.rows:
        for inner in row:
            if inner.rows or isinstance(inner.field.type, Files) or inner.text.count("\n") > 10:
                return False
            key = _column(inner)
            columns[key] = max(columns.get(key, 0), len(inner.text))
    *short, longest = sorted(columns.values()) or [0]
    return (
        len(columns) <= COLUMNS_MOST and max(short, default=0) <= CELL_MOST and longest <= ONE_MOST
    )


def _column(line: Line) -> str:
    return line.path.rsplit("/", 1)[-1]


def _table(line: Line, language: Language) -> Table:
    heads: dict[str, str] = {}
    for row in line.rows:
        for inner in row:
            heads.setdefault(_column(inner), inner.label.say(language))
    cells = []
    for n, row in enumerate(line.rows, 1):
        told = {_column(inner): inner.text for inner in row}
        answers = [told.get(field_id, "").strip() or NO_ANSWER for field_id in heads]
        cells.append([words(str(n), "cell"), *(words(text, "cell") for text in answers)])
    number = 9 * mm
    names = list(heads.values())
    headed = names != [line.label.say(language)]  # a list of one column needs no second name
    top = [[words("", "head"), *(words(name, "head") for name in names)]] if headed else []
    table = Table(
        [*top, *cells],
        colWidths=[number, *_shares(line, list(heads), WIDTH - number)],
        repeatRows=len(top),
    )
    table.setStyle(ruled(headed=headed))
    return table


def ruled(*, headed: bool = True) -> TableStyle:
    """Every table on paper: thin rules, and a shade under its head."""
    return TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), fonts.BODY),  # else the file names Helvetica
            ("GRID", (0, 0), (-1, -1), 0.4, RULE),
            *([("BACKGROUND", (0, 0), (-1, 0), SHADE)] if headed else []),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), PAD_X),
            ("RIGHTPADDING", (0, 0), (-1, -1), PAD_X),
            ("TOPPADDING", (0, 0), (-1, -1), PAD_Y),
            ("BOTTOMPADDING", (0, 0), (-1, -1), PAD_Y),
        ]
    )


HALF = 5.2
"""Points that half of a Chinese character takes in a cell, a little room included."""
WHOLE = 12
"""Half-widths up to which an answer keeps its line."""


def _shares(line: Line, fields: list[str], room: float) -> list[float]:
    """Widths of the columns by what stands in them: a date or a word is not broken in two."""
    wanted = dict.fromkeys(fields, 8)
    for row in line.rows:
        for inner in row:
            key = _column(inner)
            text = max(map(_size, inner.text.split("\n")))
            wanted[key] = max(wanted[key], min(text, 36), min(_size(inner.label.zh), 16))
    given = {key: size * HALF + 2 * PAD_X for key, size in wanted.items() if size <= WHOLE}
    others = {key: size for key, size in wanted.items() if key not in given}
    if not others or sum(given.values()) > room * 0.7:
        given, others = {}, wanted
    left, whole = room - sum(given.values()), sum(others.values())
    return [given.get(key) or left * wanted[key] / whole for key in fields]


def _size(text: str) -> int:
    return sum(2 if is_han(c) else 1 for c in text)


def _numbered(line: Line, language: Language) -> Iterator[Flowable]:
    label = line.label.say(language)
    of = len(line.rows)
    for n, row in enumerate(line.rows, 1):
        yield CondPageBreak(26 * mm)
        yield Bar(f"{label}  {n} / {of}" if of > 1 else label)
        if not row:
            yield entry(label, "")
        yield from of_lines(row, language)
