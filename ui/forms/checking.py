"""What is missing or wrong in a draft: asked of the rules that the registry asks too."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.answers import Problem
from app.forms.schema import Form
from app.record import Answers, Record
from app.rules import Known, examine, examine_step
from ui import moments

if TYPE_CHECKING:
    from local_db import WorkingCopy


def problems_of(form: Form, answers: Answers, known: Known) -> list[Problem]:
    """Every problem of these answers, in the order of the form."""
    return examine(form, answers, today=_today(), known=known)


def problems_of_step(record: Record, command: str, said: Answers, known: Known) -> list[Problem]:
    """What the rules of a step say of what is said for it, besides what is missing."""
    return examine_step(record.form, command, said, record.answers, today=_today(), known=known)


def _today() -> date:
    return moments.now().astimezone().date()


def known_of(copy: WorkingCopy, record: Record) -> Known:
    """What the rules may know beyond the answers. To be asked in the data lane."""
    return copy.known(record)
