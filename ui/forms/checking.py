"""What is missing or wrong in a draft: asked of the rules."""

from __future__ import annotations

from app import answers as app_answers
from app.answers import Problem
from app.forms.schema import Form
from app.record import Answers


def problems_of(form: Form, answers: Answers) -> list[Problem]:
    """Every problem of these answers, in the order of the form."""
    order = {f.id: n for n, f in enumerate(form.fields())}
    found = app_answers.check(form, answers)
    return sorted(found, key=lambda p: order.get(p.path.split("/")[0], len(order)))
