"""The people a problem speaks of: whose record lies here, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from app.answers import Problem
from app.errors import NotFound
from app.forms import FORMS

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from ui.desk import Desk


@dataclass(frozen=True)
class Person:
    """Somebody a problem speaks of."""

    ref: str
    name: str
    how: str
    """How their record opens: "filing" for whoever may write it, "record" to read, "" not here."""


class PeopleSpokenOf(QObject):
    """Finds out, for the problems of a record, which people can be opened from here."""

    found = Signal(object)
    """`Person` by reference (dict)."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._refs: tuple[str, ...] = ()

    def look(self, problems: list[Problem]) -> None:
        """Look up whoever these problems speak of; those looked up already are not asked again."""
        refs = tuple(dict.fromkeys(r for p in problems for r in p.people if _is_reference(r)))
        if refs != self._refs:
            self._refs = refs
            self._read()

    def touched_by(self, ids: list[UUID]) -> bool:
        """Whether the record of one of them is among those that have changed."""
        touched = any(id_of(ref) in ids for ref in self._refs)
        if touched:
            self._read()
        return touched

    def _read(self) -> None:
        refs, desk = self._refs, self._desk

        def work(copy: WorkingCopy) -> dict[str, Person]:
            return {ref: _person(copy, desk, ref) for ref in refs}

        self._desk.read(work, self.found.emit, owner=self)


def id_of(ref: str) -> UUID:
    """The id of the record behind `person:…`."""
    return UUID(ref.split(":", 1)[1])


def _is_reference(ref: str) -> bool:
    try:
        id_of(ref)
    except (IndexError, ValueError):
        return False
    return True


def _person(copy: WorkingCopy, desk: Desk, ref: str) -> Person:
    name = str((copy.card(ref) or {}).get("name", ""))
    try:
        record = copy.get(id_of(ref))
    except NotFound:
        return Person(ref, name, "")
    may_write = any(step.command == "save" for step in desk.open_steps(record))
    name = name or FORMS[record.form].title_of(record.answers)
    return Person(ref, name, "filing" if may_write else "record")
