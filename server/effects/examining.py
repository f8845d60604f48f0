"""The rules as the registry asks them: with what only it knows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy import select

from app.answers import Problem
from app.forms import FORMS
from app.heads import CARD_FIELDS, card_of
from app.record import Answers, Record
from app.rules import STEP_RULES, examine, examine_step, known_of
from app.rules.knowing import Card
from server.books import Books
from server.moments import BEIJING
from server.tables import GrantRow, RecordRow

IsPdf = Callable[[str], bool | None]
"""Whether a stored document is a PDF by its content; None where that cannot be seen."""


class RegistrySource:
    """What the registry knows (`app.rules.Source`), within one transaction."""

    knows_all = True

    def __init__(self, books: Books, is_pdf: IsPdf) -> None:
        self._books, self._is_pdf = books, is_pdf

    def card(self, ref: str) -> Card | None:
        found = self._find(ref)
        return card_of(found) if found is not None and found.form in CARD_FIELDS else None

    def answers(self, ref: str) -> Answers | None:
        found = self._find(ref)
        return None if found is None else found.answers

    def titles(self, institution: str, but: Record) -> frozenset[str] | None:
        office = _id_of(institution)
        filed = select(RecordRow.title).where(
            RecordRow.form == "study",
            RecordRow.state == "filed",
            RecordRow.office == office,
            RecordRow.id != but.id,
        )
        return frozenset(self._books.session.scalars(filed)) if office else None

    def opinions(self, study: Record) -> list[Record]:
        return self._books.children(study.id, "opinion")

    def seats(self, people: Collection[str]) -> dict[str, set[str]] | None:
        granted = select(GrantRow.principal, GrantRow.scope).where(
            GrantRow.principal.in_(people), GrantRow.scope.startswith("committee:")
        )
        found: dict[str, set[str]] = {}
        for person, committee in self._books.session.execute(granted):
            found.setdefault(person, set()).add(committee)
        return found

    def is_pdf(self, sha256: str) -> bool | None:
        return self._is_pdf(sha256)

    def _find(self, ref: str) -> Record | None:
        found = _id_of(ref)
        return self._books.find(found) if found else None


def _id_of(ref: str) -> UUID | None:
    try:
        return UUID(ref.partition(":")[2])
    except ValueError:
        return None


def examined(books: Books, record: Record, is_pdf: IsPdf) -> list[Problem]:
    """Everything wrong with a record that is to be submitted: the desk asks the same rules."""
    today = books.now.astimezone(BEIJING).date()
    known = known_of(record, RegistrySource(books, is_pdf), today=today)
    return examine(FORMS[record.form], record.answers, today=today, known=known)


def examined_step(books: Books, record: Record, command: str, said: Answers) -> list[Problem]:
    """What is wrong with what is said for a step, besides what its own page asks."""
    if (record.form, command) not in STEP_RULES:
        return []
    today = books.now.astimezone(BEIJING).date()
    known = known_of(record, RegistrySource(books, lambda _sha256: None), today=today)
    return examine_step(record.form, command, said, record.answers, today=today, known=known)
