"""Members of a committee from their workbook, as the step that seats them asks for them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from app.record import Answers
from app.roster import checks, reading
from app.roster.checks import Checked, Entry, Terms
from app.roster.codes import Finding
from app.roster.members import MEMBERS

KEYS = {column: name for name, column in MEMBERS.keys.items()}
"""Columns that tell who somebody is, by the question that asks for it."""


class Read(NamedTuple):
    """What a workbook of members holds."""

    rows: list[Answers]
    """One for each member, in the order of the workbook; what is not understood is left out."""
    findings: list[Finding]
    """What is wrong, at its cell."""


def read(path: Path, today: datetime.date) -> Read:
    """Read the members of a workbook; Unreadable says why not."""
    sheet = reading.read(path, width=MEMBERS.width, row_limit=MEMBERS.row_limit)
    found = checks.check(sheet, Terms(today, template=MEMBERS))
    return Read([_seat(entry) for entry in found.entries], list(_wrong(found)))


def _wrong(found: Checked) -> Iterable[Finding]:
    for one in (*found.about_file, *(f for entry in found.entries for f in entry.findings)):
        if one.severity == "E":
            yield one


def _seat(entry: Entry) -> Answers:
    """The answers of one row whose cells are right; the registry finds the person by the number."""
    wrong = {f.column for f in entry.findings if f.severity == "E"}
    unsaid = {KEYS.get(n, column.field) for n, column in enumerate(MEMBERS.columns) if n in wrong}
    return {name: said for name, said in entry.answers().items() if name not in unsaid}


def keys_of(row: Answers) -> Answers:
    """By what the registry is asked whether it knows somebody; nothing without a number."""
    keys = {name: str(row[name]).strip() for name in MEMBERS.keys if row.get(name)}
    return keys if keys.get("id_number") else {}


def told_apart(asked: Iterable[Answers], found: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Names of those who are new to the registry, and of those whose number has another name."""
    new, other = [], []
    for row in asked:
        name = row.get("name", "")
        there = found.get(row["id_number"])
        if there is None:
            new.append(name)
        elif there != name:
            other.append(name)
    return new, other
