"""The rules as the registry asks them: with what only it knows."""

from __future__ import annotations

from uuid import UUID

from app.answers import Problem
from app.forms.schema import Form
from app.record import Record
from app.rules import Known, examine
from server.books import Books
from server.moments import BEIJING


def examined(books: Books, form: Form, record: Record) -> list[Problem]:
    """Everything wrong with a record that is to be submitted: the desk asks the same rules."""
    known = Known()
    for ref in record.parties.get("pi", ()) if record.form == "study" else ():
        investigator = books.find(UUID(ref.partition(":")[2]))
        if investigator is not None:
            known = Known(investigator_title=str(investigator.answers.get("title") or ""))
    today = books.now.astimezone(BEIJING).date()
    return examine(form, record.answers, today=today, known=known)
