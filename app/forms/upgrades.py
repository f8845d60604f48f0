"""Answers of older form versions, brought up to date.

Each step is a plain function from answers to answers, and must be right for some of the
answers as well as for all. The same steps run when the working copy opens an old record, when
the registry receives a change from an older program, and when an old file is imported.
"""

from __future__ import annotations

from collections.abc import Callable

from app.record import Answers, Edits

Step = Callable[[Answers], Answers]
STEPS: dict[tuple[str, int], Step] = {}


def upgrade(form: str, to: int) -> Callable[[Step], Step]:
    """Declare the step that brings answers of `form` to version `to`."""

    def register(step: Step) -> Step:
        if (form, to) in STEPS:
            raise ValueError(f"two upgrades of {form} to version {to}")
        STEPS[form, to] = step
        return step

    return register


def up_to_date(form: str, version: int, answers: Answers, *, latest: int) -> Answers:
    for to in range(version + 1, latest + 1):
        answers = STEPS[form, to](dict(answers))
    return answers


def edits_up_to_date(form: str, version: int, edits: Edits, *, latest: int) -> Edits:
    """Bring a change made by an older program up to date: only top-level fields are renamed so."""
    if version >= latest:
        return edits
    was = up_to_date(form, version, {k: w for k, (w, _) in edits.items()}, latest=latest)
    now = up_to_date(form, version, {k: n for k, (_, n) in edits.items()}, latest=latest)
    return {k: (was.get(k), now.get(k)) for k in was.keys() | now.keys()}
