"""A right row as answers of the person form."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from app.forms.person import ROLE
from app.forms.schema import Rows
from app.record import Answers
from app.roster import histories
from app.roster.columns import COLUMNS, research_fields
from app.roster.histories import OPEN
from app.roster.identity import Identity
from app.words import Words

ROLES: dict[str, Words] = {o.code: Words(o.zh, o.en) for o in ROLE.options}
"""What an account can be opened for."""


def person_answers(clean: Sequence[str], who: Identity, today: datetime.date) -> Answers:
    """Say a row in stored form: texts become codes and rows as the form's own types make them."""
    from app.forms import FORMS

    form = FORMS["person"]
    typed: dict[str, Any] = {
        column.field: text for column, text in zip(COLUMNS, clean, strict=True) if column.field
    }
    typed |= {
        "id_kind": who.kind,
        "birth_date": who.birth,
        "research_fields": research_fields(typed["research_fields"]),
        "work_history": histories.work(typed["work_history"], today=today).rows,
        "education": histories.education(typed["education"], today=today).rows,
    }
    answers: Answers = {}
    for field in form.fields():
        if isinstance(field.type, Rows):
            value: Any = _rows(field.type, typed.get(field.id, ()))
        else:
            value = field.type.parse(typed[field.id]) if typed.get(field.id) else None
        if value:
            answers[field.id] = value
    return answers


def _rows(group: Rows, rows: Sequence[Mapping[str, str]]) -> Answers:
    """Rows by their place in the cell: the same row of a file always gets the same identity."""
    found: Answers = {}
    for n, row in enumerate(rows, start=1):
        answers = {
            f.id: f.type.parse(row[f.id])
            for f in group.fields
            if row.get(f.id) and row[f.id] != OPEN
        }
        if answers:
            found[f"{n:08x}"] = answers
    return found
