"""A kind of workbook, and a row of it: as it stands, while it is checked, and after its checks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from app.record import Answers
from app.roster.codes import CODES, HERE, Finding, Severity, placed, sentences
from app.roster.known import Already, Known
from app.roster.templates import ROW_LIMIT, Column, Shared
from app.words import Words

Deed: TypeAlias = Literal["none", "new", "update", "move_in", "member", "seat"]
"""What a row is imported as. `member` and `seat` become rows of a committee: of somebody known
here by reference, of everybody else by number and name."""

NO_KINDS: Mapping[int, str] = MappingProxyType({})
"""Of a row in which everything is text, as in nearly every one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number, its texts as they stand, and which of them were no text."""

    number: int
    cells: tuple[str, ...]
    kinds: Mapping[int, str] = field(default_factory=lambda: NO_KINDS)
    """Column → "number", "date", "bool", "error" or "formula"."""

    def with_cell(self, column: int, text: str) -> Line:
        """The row after somebody typed into it: what is typed is text."""
        cells = (*self.cells[:column], text, *self.cells[column + 1 :])
        kinds = {k: v for k, v in self.kinds.items() if k != column}
        return Line(self.number, cells, kinds)


@dataclass(frozen=True)
class Template:
    """One kind of workbook that this program reads, as a declaration.

    What writes the empty template, the reader, the checks, the result workbook and the window all
    read it.
    """

    id: str
    title: str
    """The name of its sheet and of its file."""
    english: str
    form: str
    """What its rows become."""
    command: str
    """The step that is taken with them; empty where they become rows of a record."""
    columns: tuple[Column, ...]
    rules: Sequence[Words]
    example: Sequence[str]
    unique: tuple[tuple[str, int], ...]
    """(code, column): what may stand in one row only."""
    weigh: Callable[[Row], Any]
    """The checks that need several cells of a row, or what is known already; gives what the
    row was understood to say."""
    answers: Callable[[Entry], Answers]
    keys: Mapping[str, int]
    """By which columns the registry finds a row: name, id_number, mobile, email, uscc."""
    asks: str
    """What the registry is asked about: person or institution."""
    by: tuple[str, ...]
    """The roles that may import it."""
    deed: Callable[[Entry], Deed]
    """What a row that is not wrong is imported as."""
    said: Callable[[Entry], Answers] = lambda _entry: {}
    compare: Callable[[Sequence[Entry]], Iterable[Shared]] = lambda _entries: ()
    """What else is said of several rows together."""
    row_limit: int = ROW_LIMIT

    @property
    def words(self) -> Words:
        return Words(self.title, self.english)

    @property
    def width(self) -> int:
        return len(self.columns)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        return tuple(c.header for c in self.columns)


@dataclass(frozen=True)
class Terms:
    """Under what a workbook is checked. Nothing here is asked for: all of it comes from outside."""

    today: datetime.date
    roles: tuple[str, ...] = ("pi",)
    """What people are to be; only accounts have roles."""
    known: Known | None = None
    already: Already = "skip"
    template: Template = field(kw_only=True)


class Row:
    """One row while it is checked: what was cleaned so far, and what was found."""

    __slots__ = ("clean", "found", "line", "number", "terms")

    def __init__(self, line: Line, terms: Terms) -> None:
        self.line, self.terms, self.number = line, terms, line.number
        self.clean: tuple[str, ...] = ()
        self.found: list[Finding] = []

    def say(
        self, code: str, column: int, *, severity: Severity | None = None, **parts: Any
    ) -> None:
        """Tell a problem of one of its cells."""
        declared = self.terms.template.columns[column]
        message, remedy = sentences(code, tuple(parts.items()))
        self.found.append(
            Finding(
                code, self.number, column, severity or CODES[code].severity, message, remedy,
                self.line.cells[column], declared.words, declared.private,
            )
        )  # fmt: skip

    def put(self, found: Finding) -> None:
        """Tell a problem that somebody else has put into words."""
        self.found.append(placed(found, self.terms.template.columns, self.line.cells[found.column]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One row after its checks."""

    line: Line
    clean: tuple[str, ...]
    """The texts as they will be stored."""
    findings: tuple[Finding, ...]
    understood: Any = field(repr=False)
    """What the row was understood to say, in the terms of its template."""
    terms: Terms = field(repr=False)

    def answers(self) -> Answers:
        """What the row says, for the form."""
        return self.terms.template.answers(self)

    def said(self) -> Answers:
        """What the template's step asks for: roles, first password."""
        return self.terms.template.said(self)

    @property
    def row(self) -> int:
        return self.line.number

    @property
    def is_wrong(self) -> bool:
        return any(f.severity == "E" for f in self.findings)

    @property
    def deed(self) -> Deed:
        """What it is imported as; nothing where it is wrong, or where it was done before."""
        return "none" if self.is_wrong else self.terms.template.deed(self)

    @property
    def is_here_already(self) -> bool:
        """Whether the row was done before: the same one is to be made by nobody."""
        return not self.is_wrong and any(f.code in HERE for f in self.findings)

    @property
    def is_importable(self) -> bool:
        return self.deed != "none"

    def known_as(self) -> str:
        """The reference of who has its ID number; empty where nobody is known to have it."""
        known, column = self.terms.known, self.terms.template.keys["id_number"]
        found = known.find("id_number", self.clean[column]) if known else None
        return found.person if found else ""
