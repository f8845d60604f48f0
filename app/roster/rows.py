"""A row of a workbook: as it stands, while it is checked, and after its checks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.record import Answers
from app.roster.accounts import ACCOUNTS
from app.roster.codes import CODES, Finding, Severity, placed, sentences
from app.roster.known import Known
from app.roster.templates import Template

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
class Terms:
    """Under what a workbook is checked. Nothing here is asked for: all of it comes from outside."""

    today: datetime.date
    roles: tuple[str, ...] = ("pi",)
    """What people are to be; only accounts have roles."""
    known: Known | None = None
    template: Template = ACCOUNTS


class Row:
    """One row while it is checked: what was cleaned so far, and what was found."""

    __slots__ = ("clean", "found", "line", "number", "terms")

    def __init__(self, line: Line, terms: Terms) -> None:
        self.line, self.terms, self.number = line, terms, line.number
        self.clean: list[str] = []
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
        self.found.append(placed(found, self.terms.template, self.line.cells[found.column]))


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
    def is_here_already(self) -> bool:
        """Whether the person is in this institution: nothing new is to be made of them."""
        return any(f.code == "D05" for f in self.findings)

    @property
    def is_importable(self) -> bool:
        return not self.is_wrong and not self.is_here_already
