"""Every check of every row: one row by itself and with its other cells, rows against each other.

A row tells all its problems at once. What is checked stands in the template; `today`, what is
known of people, and the roles to be granted come from outside (`Terms`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.roster.cells import looked
from app.roster.codes import HERE, ROUTINE, Finding, Severity, finding, placed
from app.roster.layout import lay_out
from app.roster.reading import Sheet
from app.roster.rows import Entry, Line, Row, Template, Terms
from app.roster.sharing import shared
from app.roster.templates import Column, Looked, Shared, cell
from app.words import Words

__all__ = [
    "Checked",
    "Entry",
    "Line",
    "Terms",
    "between",
    "check",
    "check_line",
    "counts",
    "look_again",
]

PAUSE = 200
"""Rows between two words on how far it is."""


@dataclass(frozen=True)
class Checked:
    """A whole workbook after its checks."""

    about_file: tuple[Finding, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything, the file first, then by row and column."""
        rows = (f for e in self.entries for f in e.findings)
        return tuple(sorted((*self.about_file, *rows), key=lambda f: (f.row, f.column, f.code)))

    @property
    def is_stopped(self) -> bool:
        """Whether the file as a whole must be mended before anything may be imported."""
        of_file = (f for f in self.about_file if f.severity == "E")
        of_rows = (f for f in self.problems if f.code == "F08")
        return any(of_file) or any(of_rows)

    @cached_property
    def importable(self) -> tuple[Entry, ...]:
        return () if self.is_stopped else tuple(e for e in self.entries if e.is_importable)

    @cached_property
    def wrong(self) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if e.is_wrong)

    @cached_property
    def problems(self) -> tuple[Finding, ...]:
        """What should be looked at in the rows, in reading order; not what most rows are told."""
        return tuple(f for e in self.entries for f in e.findings if f.code not in ROUTINE)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The summary: rows, importable ones, wrong ones, warnings, and who is here already."""
        found = [*self.about_file, *self.problems]
        return {
            "rows": len(self.entries),
            "importable": len(self.importable),
            "wrong": len(self.wrong),
            "here_already": sum(f.code in HERE for f in self.problems)
            and sum(e.is_here_already for e in self.entries),
            "errors": sum(f.severity == "E" for f in found),
            "warnings": sum(f.severity == "W" for f in found),
            "default_passwords": sum(len(e.findings) for e in self.entries) - len(self.problems),
        }

    @property
    def has_errors(self) -> bool:
        return any(f.severity == "E" for f in self.about_file) or bool(self.wrong)


def check(
    sheet: Sheet,
    terms: Terms,
    *,
    row_limit: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Checked:
    """Check a sheet as it was read.

    `progress` hears (rows checked, rows), and ends it by raising.
    """
    limit = terms.template.row_limit if row_limit is None else row_limit
    layout = lay_out(sheet, terms.template, row_limit=limit)
    examine = _Examination(terms).of
    entries = []
    for n, line in enumerate(layout.lines):
        if progress and n % PAUSE == 0:
            progress(n, len(layout.lines))
        entries.append(examine(line))
    return Checked(layout.findings, tuple(between(entries)))


def check_line(line: Line, terms: Terms) -> Entry:
    """Check one row by itself (R and D codes)."""
    return _Examination(terms).of(line)


def look_again(entry: Entry, terms: Terms) -> Entry:
    """Check a row by itself anew, under other terms; what stands in several rows is the same."""
    between_rows = [f for f in entry.findings if f.code[0] == "X"]
    seen = check_line(entry.line, terms)
    if not between_rows:
        return seen
    return replace(seen, findings=tuple(sorted((*seen.findings, *between_rows), key=_place)))


class _Seen(dict[str, Looked]):
    """What was said of the texts of one column; a new one is looked at when it is asked for."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, text: str) -> Looked:
        told = self[text] = looked(self._column, text)
        return told


class _Examination:
    """Looks at rows one after the other. What it said of a text it says of the same text again."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known = [_Seen(column) for column in terms.template.columns]

    def of(self, line: Line) -> Entry:
        row = Row(line, self._terms)
        if line.kinds:
            self._not_text(row)
        told = [known[text] for known, text in zip(self._known, line.cells, strict=True)]
        row.clean = tuple([one[0] for one in told])
        for column, (_clean, said) in enumerate(told):
            for code, parts in said:
                row.say(code, column, **parts)
        understood = self._terms.template.weigh(row)
        if len(row.found) > 1:
            row.found.sort(key=_place)
        return Entry(line, row.clean, tuple(row.found), understood, self._terms)

    def _not_text(self, row: Row) -> None:
        for column, kind in row.line.kinds.items():
            declared = self._terms.template.columns[column]
            if kind == "formula":
                row.say("F08", column, ref=cell(column, row.number))
            else:
                severity: Severity = "E" if declared.strict else "W"
                row.say("R05", column, severity=severity, col=declared.words)


def _place(f: Finding) -> tuple[int, str]:
    return f.column, f.code


def between(entries: Iterable[Entry]) -> list[Entry]:
    """Compare the rows with each other (X codes), anew: what was found between them before goes."""
    alone = [_alone(e) for e in entries]
    if not alone:
        return alone
    template = alone[0].terms.template
    found: dict[int, list[Finding]] = {}
    for code, column, rows in _between(alone, template):
        listed = _listed(rows)
        for row in rows:
            found.setdefault(row, []).append(finding(code, row, column, rows=listed))
    return [_with(e, found[e.row], template) if e.row in found else e for e in alone]


def _between(entries: Sequence[Entry], template: Template) -> Iterator[Shared]:
    """(code, column, rows) for what stands in several rows."""
    for code, column in template.unique:
        for rows in shared((e.clean[column], e.row) for e in entries):
            yield code, column, rows
    yield from template.compare(entries)


def _alone(entry: Entry) -> Entry:
    if not any(f.code[0] == "X" for f in entry.findings):
        return entry
    return replace(entry, findings=tuple(f for f in entry.findings if f.code[0] != "X"))


def _with(entry: Entry, more: list[Finding], template: Template) -> Entry:
    valued = [placed(f, template.columns, entry.line.cells[f.column]) for f in more]
    return replace(entry, findings=tuple(sorted((*entry.findings, *valued), key=_place)))


def _listed(rows: list[int]) -> Words:
    more: tuple[str, str] = ("…", "…") if len(rows) > 8 else ("", "")
    said = [str(row) for row in rows[:8]]
    return Words("、".join(said) + more[0], ", ".join(said) + more[1])


def counts(checked: Checked) -> dict[str, int]:
    """The summary of a workbook."""
    return checked.counts
