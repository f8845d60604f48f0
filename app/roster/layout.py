"""Where header and rows of a sheet are, and what is wrong with it as a whole (F codes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.roster.cells import visible
from app.roster.codes import Finding, finding, placed
from app.roster.reading import Sheet
from app.roster.rows import NO_KINDS, Line, Template
from app.roster.templates import cell, letter
from app.words import Words

HEADER_WITHIN = 20
"""Rows in which the header is looked for."""

_SERIAL = re.compile(r"(第?\s*\d{1,6}\s*[.、号行]?)?")


@dataclass(frozen=True)
class Layout:
    """A sheet taken apart."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


def lay_out(sheet: Sheet, template: Template, *, row_limit: int) -> Layout:
    """Find the header and the rows below it; below a wrong header nothing can be trusted."""
    found = _laid_out(sheet, template, row_limit)
    return Layout(found.lines, tuple(placed(f, template.columns) for f in found.findings))


def _laid_out(sheet: Sheet, template: Template, row_limit: int) -> Layout:
    if not sheet.rows:
        return Layout((), (finding("F05", 0, -1),))
    at = _header_index(sheet, template)
    number, header = sheet.rows[at]
    wrong = tuple(_header_findings(sheet, template, number, header))
    if wrong:
        return Layout((), wrong)
    lines, skipped = _lines(sheet, at, template.width)
    stops = _stops(sheet, template.width, number, row_limit, lines)
    findings = [*_warnings(sheet, at), *stops, *skipped]
    if not lines:
        findings.append(finding("F05", 0, -1))
    return Layout(tuple(lines), tuple(findings))


def _header_index(sheet: Sheet, template: Template) -> int:
    """Choose the row that says most of the headers; the first row where none says three of them."""
    wanted = set(template.headers)
    first = sheet.rows[:HEADER_WITHIN]
    said = [len({visible(text) for text in values} & wanted) for _number, values in first]
    return said.index(max(said)) if max(said) >= 3 else 0


def _header_findings(
    sheet: Sheet, template: Template, number: int, header: tuple[str, ...]
) -> Iterator[Finding]:
    most, wanted = template.width, template.headers
    last = max((n + 1 for n, text in enumerate(header) if visible(text)), default=0)
    width = sheet.width if sheet.width > most else last
    wrong = [n for n in range(most) if visible(header[n]) != wanted[n]]
    if width != most:
        yield finding("F03", number, width - 1 if width > most else width, n=width, exp=most)
        wrong = [n for n in wrong[:1] if n < width]  # the rest is only moved
    for n in wrong:
        said = finding("F02", number, n, n=n + 1, exp=wanted[n], got=visible(header[n]))
        yield replace(said, value=header[n])


def _stops(
    sheet: Sheet, width: int, header: int, row_limit: int, lines: list[Line]
) -> Iterator[Finding]:
    for ranged in sheet.merged:
        first = re.match(r"([A-Z]+)(\d+)", ranged)
        column = next((n for n in range(width) if first and letter(n) == first[1]), 0)
        yield finding("F04", int(first[2]) if first else header, column, range=ranged)
    below = {cell(column, line.number) for line in lines for column in line.kinds}
    for ref in sheet.formulas:
        if ref not in below:  # those in rows are said with their row, and can be typed over
            yield finding("F08", *_place(ref), ref=ref)
    if sheet.more or len(lines) > row_limit:
        row = lines[row_limit].number if len(lines) > row_limit else header
        yield finding("F07", row, 0, n=row_limit)


def _place(ref: str) -> tuple[int, int]:
    letters = ref.rstrip("0123456789")
    column = 0
    for character in letters:
        column = column * 26 + ord(character) - 64
    return int(ref[len(letters) :]), column - 1


def _warnings(sheet: Sheet, at: int) -> Iterator[Finding]:
    if sheet.others:
        yield finding("F06", 0, -1, names="、".join(sheet.others))
    if sheet.hidden:
        yield finding("F09", 0, -1, what=_hidden(sheet.hidden))
    if at > 0:
        yield finding("F10", sheet.rows[at][0], 0, n=sheet.rows[at][0])


def _hidden(places: tuple[str, ...]) -> Words:
    zh = {"row": "第{}行", "column": "{}列", "filter": "筛选{}"}
    said = [place.split(" ", 1) for place in places[:10]]
    more = "…" if len(places) > 10 else ""
    return Words(
        "、".join(zh[kind].format(*where or [""]) for kind, *where in said) + more,
        ", ".join(" ".join(parts) for parts in said) + more,
    )


def _lines(sheet: Sheet, at: int, width: int) -> tuple[list[Line], list[Finding]]:
    """The rows of people, and one R36 for each stretch of rows that hold nobody."""
    kinds = _kinds(sheet, width)
    lines: list[Line] = []
    empty: list[tuple[int, int]] = []
    expected = sheet.rows[at][0] + 1
    for number, values in sheet.rows[at + 1 :]:
        if number > expected:
            empty.append((expected, number - 1))
        expected = number + 1
        if _holds_nobody(values):
            empty.append((number, number))
        else:
            lines.append(Line(number, values, kinds.get(number, NO_KINDS)))
    return lines, [_skipped(first, last) for first, last in _joined(empty)]


def _joined(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in stretches:
        if joined and joined[-1][1] == first - 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _holds_nobody(values: tuple[str, ...]) -> bool:
    if any(text and visible(text) for text in values[1:]):
        return False
    return _SERIAL.fullmatch(visible(values[0])) is not None


def _skipped(first: int, last: int) -> Finding:
    rows = Words(f"空行：第{first}行", f"Empty: row {first}")
    if last > first:
        rows = Words(f"空行：第{first}至{last}行", f"Empty: rows {first} to {last}")
    return finding("R36", first, 0, rows=rows)


def _kinds(sheet: Sheet, width: int) -> dict[int, dict[int, str]]:
    by_row: dict[int, dict[int, str]] = {}
    for ref, kind in [*sheet.kinds.items(), *((ref, "formula") for ref in sheet.formulas)]:
        row, column = _place(ref)
        if column < width:
            by_row.setdefault(row, {})[column] = kind
    return by_row
