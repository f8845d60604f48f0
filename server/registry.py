"""The registry's own rules: what becomes of a change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app import answers as rules
from app.errors import AppError, Conflict, Faulty, Invalid, NotAllowed, NotFound, TryLater
from app.forms import FORMS
from app.forms.schema import Form, Rows
from app.forms.upgrades import edits_up_to_date
from app.record import Answers, Edits, Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.table import Step, Workflow, answers_after, may_read, taken
from server import effects
from server.access import may_use
from server.books import Books, Deed, files_named, files_of
from server.tables import DoneRow, RevisionRow
from server.turn import Turn
from sync.protocol import Change, Outcome

PASSING = (TryLater, Faulty)
"""Refusals that say nothing about the change itself: a repeat is judged again."""


class Registry:
    """All that may be done to the registry within one transaction, by one principal.

    The caller begins and commits. `receive` does a change once and answers a repeat with what
    was answered before; a change that is refused leaves nothing but its answer.
    """

    def __init__(self, session: Session, principal: Principal, now: datetime) -> None:
        self._session = session
        self._principal = principal
        self._now = now

    def receive(self, change: Change) -> Outcome:
        """Do a change once; say what became of it."""
        Books(self._session, self._now).take_turn(change.record_id, change.parent)
        if again := self._answered(change):
            return again
        try:
            with self._session.begin_nested():
                outcome = self._judge(change)
        except PASSING as error:
            return refused(change.change_id, error)
        except AppError as error:
            outcome = refused(change.change_id, error)
        self._session.execute(
            insert(DoneRow).values(
                change=change.change_id,
                principal=self._principal.id,
                outcome=orjson.dumps(outcome.model_dump(mode="json")),
                at=self._now,
            )
        )
        return outcome

    def _answered(self, change: Change) -> Outcome | None:
        found = self._session.execute(
            select(DoneRow.principal, DoneRow.outcome).where(DoneRow.change == change.change_id)
        ).one_or_none()
        if found is None:
            return None
        if found.principal != self._principal.id:
            return refused(
                change.change_id,
                NotAllowed(
                    "这一操作是以另一个账号上报的，不能重复。请重新办理。",
                    "This was sent under another account and cannot be repeated. Do it anew.",
                    reason="principal",
                ),
            )
        return Outcome.model_validate_json(found.outcome)

    def _judge(self, change: Change) -> Outcome:
        books = Books(self._session, self._now)
        form, workflow = _declared(change)
        standing = books.find(change.record_id)
        record = standing or self._begun(change, workflow)
        self._refuse_strangers(standing, change, workflow)
        edits = _checked_edits(form, change)
        replayed = rules.replay(record.answers, edits)
        said = _asked(workflow, change)
        mine = {change.role} & workflow.roles_in(record, self._principal)
        step = rules.step_of(record, change.command, mine, said, replayed.answers)
        _refuse_unwritable(form, step, edits)
        if "seen" in step.needs:
            self._refuse_unseen(record, change)
        if replayed.clashes:
            return Outcome(
                change_id=change.change_id,
                result="clash",
                record=record.to_wire(),
                clashes=replayed.clashes,
            )
        said = _said(step, said, replayed.answers)
        answers = answers_after(step, replayed.answers, said)
        answers = _completed(books, step, replace(record, answers=answers))
        after = taken(workflow, record, step, answers, said)
        after = replace(after, form_version=form.version)
        self._refuse_foreign_files(after, said, standing)
        turn = Turn(books, self._principal, change.role, change.command, record, said)
        after = effects.of(turn, after)
        after = books.write(
            after,
            record.state,
            Deed(
                command=change.command,
                actor=self._principal.id,
                name=self._principal.name,
                role=change.role,
                edits=dict(edits),
                said=step.noted(said),
                is_told=change.command != "save" or after.state != record.state,
            ),
        )
        effects.following(turn, after)
        books.tell()
        return Outcome(change_id=change.change_id, result="done", record=after.to_wire())

    # -- what may not be ------------------------------------------------------

    def _begun(self, change: Change, workflow: Workflow) -> Record:
        form = FORMS[change.form]
        if change.base_revision:
            raise _not_here()
        acting = self._principal.acting_as(change.role)
        if not workflow.may_begin(acting):
            raise NotAllowed(
                f"您的角色不能新建“{form.title}”。请切换角色，或请有权限的人办理。",
                f"Your role may not begin a new “{form.english}”. Please switch roles, or ask "
                "somebody who may.",
                reason="role",
            )
        return Record(
            id=change.record_id,
            form=form.id,
            form_version=form.version,
            state=workflow.start,
            parent=change.parent,
            parties=workflow.parties_of_new(str(change.record_id), acting),
        )

    def _refuse_strangers(
        self, standing: Record | None, change: Change, workflow: Workflow
    ) -> None:
        # Who may not read a record learns nothing of it, not even its state or that it exists.
        if standing is None:
            return
        readable = may_read(workflow, standing.state, standing.parties, self._principal)
        if standing.form != change.form or not readable:
            raise _not_here()

    def _refuse_unseen(self, record: Record, change: Change) -> None:
        """A decision counts for the revision that stands; what one did oneself one has seen."""
        is_known = 0 <= change.base_revision <= record.revision
        others = (
            not is_known
            or self._session.execute(
                select(func.count())
                .select_from(RevisionRow)
                .where(
                    RevisionRow.record == record.id,
                    RevisionRow.revision > change.base_revision,
                    RevisionRow.actor != self._principal.id,
                )
            ).scalar_one()
        )
        if others:
            raise Conflict(
                "您阅读之后，这条记录又有变化。请重新阅读，再作决定。",
                "The record has changed since you read it. Please read it again, then decide.",
                revision=record.revision,
            )

    def _refuse_foreign_files(self, after: Record, said: Answers, standing: Record | None) -> None:
        # What was said is kept in the log, and whoever reads the record may have its documents.
        named = files_of(after) | files_named(said)
        named -= files_of(standing) if standing else set()
        missing = sorted(s for s in named if not may_use(self._session, self._principal, s))
        if missing:
            raise TryLater(
                f"有 {len(missing)} 个附件还没有上传完成。请再同步一次。",
                f"{len(missing)} attached documents have not been uploaded yet. Please sync again.",
                reason="file",
                files=missing,
            )


def refused(change_id: UUID, error: AppError) -> Outcome:
    return Outcome(change_id=change_id, result="refused", error=error.to_wire())


def _declared(change: Change) -> tuple[Form, Workflow]:
    form, workflow = FORMS.get(change.form), WORKFLOWS.get(change.form)
    if form is None or workflow is None:
        raise NotFound(
            f"登记中心没有“{change.form}”这种表单。请更新登记中心，或联系技术支持。",
            f"The registry does not know the form “{change.form}”. Please ask for support.",
        )
    if change.form_version < 1:
        raise Invalid(
            "上报的内容不合规定，登记中心不能处理。请更新程序后再试。",
            "This change is not as the protocol says and cannot be done. Please update the "
            "program and try again.",
            parts=["form_version"],
        )
    if change.form_version > form.version:
        raise TryLater(
            "登记中心的表单版本较旧，暂不能接收。待登记中心更新后会自动再试。",
            "The registry still has an older version of this form. It will be tried again once "
            "the registry is updated.",
            reason="version",
        )
    return form, workflow


def _not_here() -> NotFound:
    return NotFound(
        "登记中心没有这条记录，或您已不能查看。请同步后再看。",
        "The registry has no such record, or you may no longer read it. Please sync and look.",
    )


# -- edits -------------------------------------------------------------------------

ROW = re.compile(r"[A-Za-z0-9_-]{1,40}")
LONGEST = 200_000
"""Characters of one answer; forms say shorter, but a draft is not refused for those."""
MOST = 2000
"""Entries of one answer that is a list."""


def _checked_edits(form: Form, change: Change) -> Edits:
    edits = edits_up_to_date(form.id, change.form_version, dict(change.edits), latest=form.version)
    wrong = sorted(
        p for p, (was, now) in edits.items() if not (_is_leaf(form, p, now) and _is_plain(was))
    )
    if wrong:
        raise Invalid(
            f"登记中心不认识这些内容：{'、'.join(wrong[:5])}。请更新程序后再试。",
            f"The registry does not know these answers: {', '.join(wrong[:5])}. Please update the "
            "program and try again.",
            problems=wrong,
        )
    return edits


def _is_leaf(form: Form, path: str, value: Any) -> bool:
    """Whether it leads to one answer of the form, or to an empty row; and the value is plain."""
    try:
        last = form.at(path.rstrip("/"))[-1]
    except (KeyError, IndexError):
        return False
    parts = path.split("/")
    if not all(ROW.fullmatch(row) for row in parts[1::2]) or len(parts) > 7:
        return False
    if path.endswith("/"):
        return isinstance(last.type, Rows) and len(parts) % 2 == 1 and value in (None, True)
    return len(parts) % 2 == 1 and not isinstance(last.type, Rows) and _is_plain(value)


def _is_plain(value: Any, *, inside: bool = False) -> bool:
    if isinstance(value, list):
        return not inside and len(value) <= MOST and all(_is_plain(v, inside=True) for v in value)
    if isinstance(value, str):
        return len(value) <= LONGEST and _is_text(value)
    if isinstance(value, bool) or value is None:
        return True
    return isinstance(value, int | float) and abs(value) < 2**53


def _is_text(value: str) -> bool:
    """Whether it is made of characters: JSON can also write halves of them."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


DEEPEST = 6
"""Levels of what is said to a step: a group, its row, its documents and their rows."""


def _is_sayable(value: Any, left: int = DEEPEST) -> bool:
    if isinstance(value, dict):
        inner = (*value.keys(), *value.values())
        return left > 0 and len(value) <= MOST and all(_is_sayable(v, left - 1) for v in inner)
    return _is_plain(value)


def _refuse_unwritable(form: Form, step: Step, edits: Iterable[str]) -> None:
    barred = sorted(p for p in edits if not _may_write(form, step, p.split("/")[0]))
    if barred:
        where = form.label(barred[0].rstrip("/"))
        raise NotAllowed(
            f"“{step.zh}”时不能改动“{where.zh}”。请先恢复原值。",
            f"“{where.en}” cannot be changed with “{step.en}”. Please put it back as it was.",
            reason="writes",
            paths=barred,
        )


def _may_write(form: Form, step: Step, field_id: str) -> bool:
    if step.writes != "all":
        return field_id in step.writes
    return not form.field(field_id).is_of_review


# -- what was said -------------------------------------------------------------------


def _asked(workflow: Workflow, change: Change) -> Answers:
    """What was said, as far as steps of this command ask for it: nothing else may decide."""
    fields = {
        f.id
        for step in workflow.steps
        if step.command == change.command and step.asks
        for f in step.asks.fields
    }
    said = {key: value for key, value in change.said.items() if key in fields}
    if wrong := sorted(key for key, value in said.items() if not _is_sayable(value)):
        raise Invalid(
            f"登记中心不认识这些内容：{'、'.join(wrong)}。请更新程序后再试。",
            f"The registry does not know these answers: {', '.join(wrong)}. Please update the "
            "program and try again.",
            problems=wrong,
        )
    return said


def _said(step: Step, said: Answers, answers: Answers) -> Answers:
    if step.asks is None:
        return {}
    wrong = [p for p in rules.check_page(step.asks, said, answers) if p.level == "block"]
    if wrong:
        raise Invalid(
            f"“{step.zh}”还缺少或填错 {len(wrong)} 项。{wrong[0].message.zh}",
            f"“{step.en}” still has {len(wrong)} answers missing or wrong. {wrong[0].message.en}",
            problems=[p.path for p in wrong],
        )
    known = {**answers, **said}
    return {f.id: said[f.id] for f in step.asks.fields if f.id in said and f.is_shown(known)}


def _completed(books: Books, step: Step, record: Record) -> Answers:
    form, answers = FORMS[record.form], record.answers
    if "complete" not in step.needs:
        return answers
    wrong = [p for p in effects.examined(books, form, record) if p.level == "block"]
    if wrong:
        raise Invalid(
            f"还有 {len(wrong)} 处需要填写或改正，请按问题清单逐一处理后再{step.zh}。",
            f"{len(wrong)} answers are missing or need correcting. Please go through the list of "
            f"problems, then “{step.en}” again.",
            problems=[p.path for p in wrong],
        )
    return rules.without_hidden(form, answers)
