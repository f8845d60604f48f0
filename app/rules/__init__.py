"""What needs more than one answer: the rules of each form, and the one way to ask them all.

Both the desk (before it lets somebody submit) and the registry (again) call `examine`, and
`examine_step` for what a step asks, each with what it happens to know besides (`Known`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.answers import Problem, check, flat, nested, without_hidden
from app.forms import FORMS
from app.forms.schema import Form
from app.record import Answers
from app.rules.attachments import ATTACHED_RULES, pdf_rules
from app.rules.committee import COMMITTEE_RULES
from app.rules.design import DESIGN_RULES
from app.rules.elsewhere import KEPT_ELSEWHERE, Kept
from app.rules.institution import INSTITUTION_RULES
from app.rules.knowing import Source, known_of
from app.rules.outside import OUTSIDE_RULES
from app.rules.person import PERSON_RULES
from app.rules.rule import Case, Colleague, FiledCommittee, Known, OwnRecord, Rule
from app.rules.stem_cell import STEM_CELL_RULES
from app.rules.steps import STEP_RULES
from app.rules.study import STUDY_RULES
from app.rules.times import TIME_RULES

_OF_FORM: dict[str, list[Rule]] = {
    "study": [*STUDY_RULES, *TIME_RULES, *DESIGN_RULES, *OUTSIDE_RULES, *ATTACHED_RULES],
    "committee": COMMITTEE_RULES,
    "stem_cell": STEM_CELL_RULES,
    "person": PERSON_RULES,
    "institution": INSTITUTION_RULES,
}
RULES: dict[str, list[Rule]] = {
    form.id: rules
    for form in FORMS.values()
    if (rules := [*_OF_FORM.get(form.id, ()), *pdf_rules(form)])
}
"""The rules of each form that has some."""

MISSING = "V-01"
"""The rule by which the form asks for an answer."""

_NOTHING = Known()


def examine(
    form: Form, answers: Answers, *, today: datetime.date, known: Known = _NOTHING
) -> list[Problem]:
    """Everything a person should know before submitting, in the order of the form.

    A path about which the form itself complains (missing, or not readable) gets no rule on top,
    but a rule may say better what is missing (`Rule.instead`): it lends its sentence only, so
    that whoever tells what is missing from what is wrong goes by V-01 as ever.
    """
    found = check(form, answers)
    told = {problem.path for problem in found}
    case = Case(_readable(without_hidden(form, answers), found), today, known)
    for rule in RULES.get(form.id, ()):
        said = list(rule.problems(case))
        if rule.instead:
            here = {problem.path for problem in said}
            found = [_in_its_words(rule, p) if p.path in here else p for p in found]
        else:
            found += [problem for problem in said if problem.path not in told]
    return sorted(found, key=lambda problem: form.place(problem.path)[0])


def _in_its_words(rule: Rule, problem: Problem) -> Problem:
    return replace(problem, message=rule.message) if problem.rule == MISSING else problem


def examine_step(
    form_id: str,
    command: str,
    said: Answers,
    answers: Answers,
    *,
    today: datetime.date,
    known: Known = _NOTHING,
) -> list[Problem]:
    """What is wrong with what is said for a step; paths are those of the page it asks.

    What is missing or cannot be read is told by `app.answers.check_page`.
    """
    form = FORMS[form_id]
    standing = _readable(without_hidden(form, answers), check(form, answers))
    case = Case(standing, today, known, said)
    rules = STEP_RULES.get((form_id, command), ())
    return [problem for rule in rules for problem in rule.problems(case)]


def where_asked(problems: Iterable[Problem], fills: Mapping[str, str]) -> list[Problem]:
    """Problems of what a step fills in, told where the step asks for it: {field: what is asked}."""
    return [replace(p, path=fills.get(p.path, p.path)) for p in problems]


def _readable(answers: Answers, problems: list[Problem]) -> Answers:
    """Without what its type cannot read, so that no rule has to doubt what it is given."""
    wrong = tuple(problem.path for problem in problems if problem.rule == "V-43")
    if not wrong:
        return answers
    inside = tuple(f"{path}/" for path in wrong)
    return nested(
        {p: v for p, v in flat(answers).items() if p not in wrong and not p.startswith(inside)}
    )


__all__ = [
    "KEPT_ELSEWHERE", "RULES", "STEP_RULES", "Case", "Colleague", "FiledCommittee", "Kept", "Known",
    "OwnRecord",
    "Rule", "Source", "examine", "examine_step", "known_of", "where_asked",
]  # fmt: skip
