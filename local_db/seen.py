"""A record as its person sees it: the registry's last word with the outbox replayed on top."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import orjson

from app.answers import (
    SETTLED,
    Problem,
    brought_up_to_date,
    check_page,
    edits_between,
    flat,
    replay,
    settling,
    step_of,
)
from app.errors import Invalid, NotAllowed
from app.forms import FORMS
from app.forms.schema import Form
from app.forms.upgrades import edits_up_to_date
from app.record import Answers, Edits, Passage, Principal, Record
from app.rules import STEP_RULES, Known, examine, examine_step, where_asked
from app.words import Words
from app.workflows import WORKFLOWS
from app.workflows.table import Step, Workflow, answers_after, taken
from app.workflows.writing import refuse_unwritable

Message = dict[str, Any]
"""A `sync.protocol.Change` as JSON, word for word as it is sent."""

SAVE, DELETE = "save", "delete"


@dataclass(frozen=True)
class Seen:
    record: Record
    misfits: tuple[str, ...] = ()
    """Change ids whose step is no longer open after what the registry said."""
    is_deleted: bool = False


def record_from(body: bytes) -> Record:
    """The record in these bytes, its answers brought up to date."""
    return brought_up_to_date(Record.from_wire(orjson.loads(body)))


def as_seen(base: Record, changes: Iterable[Message], who: Principal) -> Seen:
    """Replay changes on a record. What no longer fits keeps its answers but moves nothing."""
    record, misfits, is_deleted = base, [], False
    for change in changes:
        edits = edits_of(change)
        answers = replay(record.answers, edits).answers
        said = change["said"]
        workflow = WORKFLOWS[record.form]
        try:
            mine = {change["role"]} & workflow.roles_in(record, who)
            step = step_of(record, change["command"], mine, said, answers)
        except NotAllowed:
            misfits.append(change["change_id"])
            record = replace(record, answers=answers)
            continue
        if settled := change.get("settled"):
            form = FORMS[record.form]
            said = {**said, **settling(form, settled, record.answers, answers)}
        record = after(record, step, answers, said, (change["role"], who))
        is_deleted = is_deleted or step.command == DELETE
    return Seen(record, tuple(misfits), is_deleted)


def edits_of(change: Message) -> Edits:
    edits: Edits = {path: (was, now) for path, (was, now) in change["edits"].items()}
    form = FORMS[change["form"]]
    return edits_up_to_date(form.id, change["form_version"], edits, latest=form.version)


def after(
    record: Record, step: Step, answers: Answers, said: Answers, by: tuple[str, Principal]
) -> Record:
    """The record once a step is taken; its passage has no time until the registry gives one."""
    role, who = by
    before, record = record.state, taken(WORKFLOWS[record.form], record, step, answers, said)
    choice = {SETTLED: said[SETTLED]} if SETTLED in said else {}
    if step.command == SAVE and before == record.state and not choice:
        return record  # saving is not told in the timeline, but what was chosen at a clash is
    passage = Passage(
        at="",
        command=step.command,
        by=who.id,
        name=who.name,
        role=role,
        before=before,
        after=record.state,
        revision=record.revision,
        said=step.noted(said) | choice,
    )
    return replace(record, log=(*record.log, passage))


def new_record(form: Form, workflow: Workflow, record_id: Any, who: Principal) -> Record:
    """An empty record as the workflow begins it, or NotAllowed."""
    if not workflow.may_begin(who):
        raise NotAllowed(
            f"您的角色不能新建“{form.title}”。请切换角色，或请有权限的人办理。",
            f"Your role may not begin a new “{form.english}”. Please switch roles, or ask somebody "
            "who may.",
            reason="role",
        )
    return Record(
        id=record_id,
        form=form.id,
        form_version=form.version,
        state=workflow.start,
        parties=workflow.parties_of_new(str(record_id), who),
    )


class Beyond(NamedTuple):
    """What is known beyond a record."""

    today: date
    known: Callable[[Record], Known]
    """Looks it up for the record as it would be; asked only where there are rules to ask it."""


def gate(
    record: Record,
    command: str,
    answers: Answers,
    said: Answers,
    by: tuple[str, Principal],
    beyond: Beyond,
) -> tuple[Step, Edits]:
    """The step this takes and what it changes, or why it may not: as the registry will judge."""
    role, who = by
    form, workflow = FORMS[record.form], WORKFLOWS[record.form]
    mine = {role} & workflow.roles_in(record, who)
    step = step_of(record, command, mine, said, answers)
    edits = edits_between(record.answers, answers)
    refuse_unwritable(form, step, edits)
    _refuse_said(step, said, replace(record, answers=answers), beyond)
    if "complete" in step.needs:
        filled = replace(record, answers=answers_after(step, answers, said))
        known = beyond.known(filled)
        found = examine(form, filled.answers, today=beyond.today, known=known)
        _refuse_incomplete(step, where_asked(found, step.fills))
    return step, edits


def _refuse_said(step: Step, said: Answers, record: Record, beyond: Beyond) -> None:
    """Refuse what a step may not be told: what is missing first, then what its rules say."""
    if step.asks:
        _refuse_incomplete(step, check_page(step.asks, said, record.answers))
    if (record.form, step.command) not in STEP_RULES:
        return
    found = examine_step(
        record.form, step.command, said, record.answers,
        today=beyond.today, known=beyond.known(record),
    )  # fmt: skip
    if blocking := [p for p in found if p.level == "block"]:
        first = blocking[0]
        raise Invalid(*first.message, code=first.rule, problems=[p.path for p in blocking])


def _refuse_incomplete(step: Step, found: Sequence[Problem]) -> None:
    if problems := [p.path for p in found if p.level == "block"]:
        raise Invalid(
            f"还有 {len(problems)} 处需要填写或改正，请按问题清单逐一处理后再{step.zh}。",
            f"{len(problems)} answers are missing or need correcting. Please go through the list "
            f"of problems, then “{step.en}” again.",
            problems=problems,
        )


def label_of(form_id: str, command: str) -> Words:
    steps: Sequence[Step] = WORKFLOWS[form_id].steps if form_id in WORKFLOWS else ()
    return next((s.words for s in steps if s.command == command), Words(command, command))


def joined(
    earlier: Message, edits: Mapping[str, tuple[Any, Any]], beneath: Answers
) -> dict[str, list[Any]]:
    """Edits of two saves in a row as one, to lie on the answers `beneath` both.

    A path keeps the `was` that its person first saw: if somebody else changed it meanwhile,
    the registry must still notice. An earlier edit that says what lies beneath it by now has
    nothing more to say, and typing back takes an edit away only where that shows what was typed.
    """
    standing = flat(beneath)
    merged: dict[str, list[Any]] = {path: list(edit) for path, edit in earlier["edits"].items()}
    for path, (was, now) in edits.items():
        keeps = path in merged and merged[path][1] != standing.get(path)
        merged[path] = [merged[path][0] if keeps else was, now]
    return {p: e for p, e in merged.items() if e[0] != e[1] or e[1] != standing.get(p)}
