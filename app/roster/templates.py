"""The language of templates, in the small: columns, and what one cell may hold.

A header is compared word for word. The whole of a workbook is a `Template` (app.roster.rows).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from app.words import Words

GUIDE_SHEET = "填写说明"
RESULT_SHEET = "校验结果"
ROW_LIMIT = 2_000


class Said(NamedTuple):
    """A code with the parts of its sentence, before it has a place."""

    code: str
    parts: Mapping[str, Any]


class Looked(NamedTuple):
    """What became of the text of one cell, looked at by itself."""

    clean: str
    said: tuple[Said, ...] = ()


Shared: TypeAlias = tuple[str, int, list[int]]
"""A code, the column it is said of, and the rows that share something."""
Look: TypeAlias = Callable[[str], Looked]
"""The check of a cell that is not empty. It sees nothing but its text: it is asked once a text."""


def as_it_is(text: str) -> Looked:
    """Take any text."""
    return Looked(text)


@dataclass(frozen=True)
class Column:
    """One column: its exact header, the answer it fills, and what may stand there."""

    header: str
    english: str
    field: str
    """The field of the form that it fills; empty where it goes elsewhere (a password)."""
    max_length: int
    missing: str = ""
    """The code that is said of an empty cell; empty where it may be."""
    look: Look = as_it_is
    width: int = 14
    """In characters, on paper and in the template."""
    private: bool = False
    """Masked wherever it is repeated outside the table itself."""
    lines: bool = False
    """Whether a text may have several lines."""
    strict: bool = False
    """Whether a cell that is no text is an error: digits may be lost."""
    measured: bool = True
    """Whether its length is judged here (R35); otherwise its own check does it."""
    pick: tuple[str, ...] = ()
    """What the written template offers in a list."""

    @property
    def required(self) -> bool:
        return bool(self.missing)

    @cached_property
    def words(self) -> Words:
        return Words(self.header, self.english)


def letter(column: int) -> str:
    """Say a column, counted from 0, as a workbook does: 0 → "A", 27 → "AB"."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(column: int, row: int) -> str:
    return f"{letter(column)}{row}"
