"""What needs more than one answer: the rules of each form, and the one way to ask them all.

Both the desk (before it lets somebody submit) and the registry (again) call `examine`.
"""

from __future__ import annotations

import datetime

from app.answers import Problem, check, flat, nested, without_hidden
from app.forms.schema import Form
from app.record import Answers
from app.rules.committee import COMMITTEE_RULES
from app.rules.design import DESIGN_RULES
from app.rules.institution import INSTITUTION_RULES
from app.rules.person import PERSON_RULES
from app.rules.rule import Case, Known, Rule
from app.rules.study import STUDY_RULES

RULES: dict[str, list[Rule]] = {
    "study": [*STUDY_RULES, *DESIGN_RULES],
    "committee": COMMITTEE_RULES,
    "person": PERSON_RULES,
    "institution": INSTITUTION_RULES,
}
"""The rules of each form that has some."""

_NOTHING = Known()


def examine(
    form: Form, answers: Answers, *, today: datetime.date, known: Known = _NOTHING
) -> list[Problem]:
    """Everything a person should know before submitting, in the order of the form.

    A path about which the form itself complains (missing, or not readable) gets no rule on top.
    """
    found = check(form, answers)
    told = {problem.path for problem in found}
    case = Case(_readable(without_hidden(form, answers), found), today, known)
    for rule in RULES.get(form.id, ()):
        found += [problem for problem in rule.problems(case) if problem.path not in told]
    return sorted(found, key=lambda problem: form.place(problem.path)[0])


def _readable(answers: Answers, problems: list[Problem]) -> Answers:
    """Without what its type cannot read, so that no rule has to doubt what it is given."""
    wrong = tuple(problem.path for problem in problems if problem.rule == "V-43")
    if not wrong:
        return answers
    inside = tuple(f"{path}/" for path in wrong)
    return nested(
        {p: v for p, v in flat(answers).items() if p not in wrong and not p.startswith(inside)}
    )


__all__ = ["RULES", "Case", "Known", "Rule", "examine"]
