"""What is missing or wrong in a draft: asked of the rules that the registry asks too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.answers import Problem
from app.forms.schema import Form
from app.record import Answers, Record
from app.rules import Known, examine
from ui import moments

if TYPE_CHECKING:
    from local_db import WorkingCopy


def problems_of(form: Form, answers: Answers, known: Known) -> list[Problem]:
    """Every problem of these answers, in the order of the form."""
    today = moments.now().astimezone().date()
    return examine(form, answers, today=today, known=known)


def known_of(copy: WorkingCopy, record: Record) -> Known:
    """What the rules may know beyond the answers. To be asked in the data lane."""
    named = record.parties.get("pi", ())
    card = copy.card(named[0]) if named else None
    return Known(investigator_title=str(card.get("title", "")) if card else None)
