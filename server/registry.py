"""The registry's own rules: what becomes of a change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from app import answers as rules
from app.errors import AppError, Conflict, Faulty, Invalid, NotAllowed, NotFound, TryLater
from app.forms import FORMS
from app.record import Answers, Principal, Record
from app.rules import where_asked
from app.workflows import WORKFLOWS
from app.workflows.readers import may_read
from app.workflows.roles import granted, taken_away
from app.workflows.table import Step, Workflow, answers_after, taken
from app.workflows.writing import refuse_unwritable
from server import effects
from server.access import may_use
from server.books import Books, Deed, files_named, files_of
from server.moments import told
from server.sayable import asked, checked_edits, declared, refuse_said, said_of
from server.tables import CardRow, DoneRow, RevisionRow
from server.turn import Turn
from sync.protocol import Change, Outcome, Wrote

DONE = cast("Table", DoneRow.__table__)
INSERT_DONE = insert(DONE)
ANSWERED = select(DONE.c.change, DONE.c.principal, DONE.c.outcome).where(
    DONE.c.change.in_(bindparam("ids", expanding=True))
)
PASSING = (TryLater, Faulty)
PASSING_CODES = tuple(kind.code for kind in PASSING)
"""Refusals that say nothing about the change itself: a repeat is judged again."""


class Registry:
    """All that may be done to the registry within one transaction, by one principal.

    The caller begins and commits. `receive` does a change once and answers a repeat with what
    was answered before; a change that is refused leaves nothing but its answer.
    """

    def __init__(
        self,
        session: Session,
        principal: Principal,
        now: datetime,
        is_pdf: effects.IsPdf = lambda _sha256: None,
    ) -> None:
        self._session = session
        self._is_pdf = is_pdf
        self._principal = principal
        self._now = now

    def receive(self, change: Change) -> Outcome:
        """Do a change once; say what became of it."""
        books = Books(self._session, self._now)
        books.take_turn(change.record_id, change.parent)
        found = answered(self._session, [change.change_id])
        if change.change_id in found:
            return self._again(change.change_id, found[change.change_id], books)
        try:
            with self._session.begin_nested():
                outcome = self._judge(change, books)
                books.tell()
        except PASSING as error:
            return refused(change.change_id, error)
        except AppError as error:
            outcome = refused(change.change_id, error)
        remember(self._session, self._principal.id, [outcome], self._now)
        return outcome

    def receive_saves(self, changes: Sequence[Change]) -> Received:
        """Do plain saves (`is_plain`) together, each as if alone: a refused one leaves nothing.

        What all of them write is written in few statements. Whatever else goes wrong is raised,
        and none of them is done.
        """
        books, outcomes = Books(self._session, self._now), list[Outcome]()
        books.take_turns([(change.record_id, change.parent) for change in changes])
        before = answered(self._session, [change.change_id for change in changes])
        books.look_up(sorted({change.record_id for change in changes}))
        with books.gathering():
            for change in changes:
                if change.change_id in before:
                    outcomes.append(self._again(change.change_id, before[change.change_id], books))
                    continue
                try:
                    outcome = self._judge(change, books)
                except AppError as error:
                    outcome = refused(change.change_id, error)
                outcomes.append(outcome)
        new = [o for o in outcomes if o.change_id not in before and not _is_passing(o)]
        remember(self._session, self._principal.id, new, self._now)
        return Received(tuple(outcomes), books.tell(), books.bodies)

    def receive_all(self, changes: Sequence[Change]) -> list[Outcome]:
        """Do changes of any kind in their order, each on what those before it have left.

        Where one is refused the caller must leave nothing of any: nothing is told then.
        """
        books, outcomes = Books(self._session, self._now), list[Outcome]()
        books.take_turns([(change.record_id, change.parent) for change in changes])
        before = answered(self._session, [change.change_id for change in changes])
        for change in changes:
            try:
                if change.change_id in before:
                    outcome = self._again(change.change_id, before[change.change_id], books)
                else:
                    outcome = self._judge(change, books)
            except AppError as error:
                outcome = refused(change.change_id, error)
            outcomes.append(outcome)
        if all(outcome.result == "done" for outcome in outcomes):
            new = [o for o in outcomes if o.change_id not in before]
            remember(self._session, self._principal.id, new, self._now)
            books.tell()
        return outcomes

    def _again(self, change_id: UUID, kept: Answered, books: Books) -> Outcome:
        """What was answered before, with the record as it stands now."""
        if kept.principal != self._principal.id:
            return refused(
                change_id,
                NotAllowed(
                    "这一操作是以另一个账号上报的，不能重复。请重新办理。",
                    "This was sent under another account and cannot be repeated. Do it anew.",
                    reason="principal",
                ),
            )
        outcome = Outcome.model_validate_json(kept.outcome)
        if outcome.record is None:
            return outcome
        record = books.find(UUID(outcome.record["id"]))
        if record is None or not self._may_read(record):
            return outcome.model_copy(update={"record": None})
        by = self._who_was_first(record.id, outcome.clashes)
        return outcome.model_copy(update={"record": record.to_wire(), "by": by})

    def _who_was_first(self, record_id: UUID, paths: Collection[str]) -> dict[str, Wrote]:
        """Who wrote last on each of these paths, and when."""
        if not paths:
            return {}
        asked = (
            select(RevisionRow.actor, RevisionRow.at, RevisionRow.change, CardRow.body)
            .outerjoin(CardRow, CardRow.ref == RevisionRow.actor)
            .where(RevisionRow.record == record_id)
            .order_by(RevisionRow.revision.desc())
        )
        found, left = dict[str, Wrote](), set(paths)
        for actor, at, change, card in self._session.execute(asked):
            written = left & orjson.loads(change)["edits"].keys()
            name = orjson.loads(card).get("name", "") if card else ""
            found |= dict.fromkeys(written, Wrote(ref=actor, name=name, at=told(at)))
            left -= written
            if not left:
                break
        return found

    def _may_read(self, record: Record) -> bool:
        workflow = WORKFLOWS[record.form]
        return may_read(workflow, record.state, record.parties, self._principal)

    def _judge(self, change: Change, books: Books) -> Outcome:
        form, workflow = declared(change)
        standing = books.find(change.record_id)
        record = standing or self._begun(change, workflow)
        self._refuse_strangers(standing, change, workflow)
        edits = checked_edits(form, change)
        replayed = rules.replay(record.answers, edits)
        said = asked(workflow, change)
        mine = {change.role} & workflow.roles_in(record, self._principal)
        step = rules.step_of(record, change.command, mine, said, replayed.answers)
        refuse_unwritable(form, step, edits)
        if "seen" in step.needs:
            self._refuse_unseen(record, change)
        if replayed.clashes:
            return Outcome(
                change_id=change.change_id,
                result="clash",
                record=record.to_wire(),
                clashes=replayed.clashes,
                by=self._who_was_first(record.id, replayed.clashes),
            )
        said = said_of(step, said, replayed.answers)
        answers = answers_after(step, replayed.answers, said)
        answers = self._completed(books, step, replace(record, answers=answers))
        after = taken(workflow, record, step, answers, said)
        after = replace(after, form_version=form.version)
        if said or any(path.endswith("sha256") for path in edits):  # else it names no new one
            self._refuse_foreign_files(after, said, standing)
        turn = Turn(books, self._principal, change.role, change.command, record, said)
        after = effects.of(turn, after)
        refuse_said(books, replace(record, answers=replayed.answers), step, said)
        choice: Answers = {}
        if change.settled:
            choice = rules.settling(form, change.settled, record.answers, after.answers)
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
                settled=dict(change.settled),
                choice=choice,
                is_told=change.command != "save" or after.state != record.state or bool(choice),
            ),
        )
        effects.following(turn, after)
        return Outcome(change_id=change.change_id, result="done", record=after.to_wire())

    # -- what may not be ------------------------------------------------------

    def _begun(self, change: Change, workflow: Workflow) -> Record:
        form = FORMS[change.form]
        if change.base_revision:
            raise _not_here()
        acting = self._principal.acting_as(granted(change.role))
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
        if standing.form == change.form and readable:
            return
        if lost := taken_away(standing.parties, self._principal):
            zh = "、".join(role.zh for role in lost)
            raise NotAllowed(
                f"您的“{zh}”角色已被取消，不能再办理这条记录。您写的内容保留在本机的“待发送”中；"
                "如需继续，请联系机构管理员恢复角色。",
                f"Your role “{', '.join(role.en for role in lost)}” was taken away, so this can no "
                "longer be done. What you wrote is kept in the outbox; to go on, ask the "
                "administrator of your institution for the role.",
                reason="role",
            )
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

    def _completed(self, books: Books, step: Step, record: Record) -> Answers:
        form, answers = FORMS[record.form], record.answers
        if "complete" not in step.needs:
            return answers
        found = where_asked(effects.examined(books, record, self._is_pdf), step.fills)
        if wrong := [p for p in found if p.level == "block"]:
            raise Invalid(
                f"还有 {len(wrong)} 处需要填写或改正，请按问题清单逐一处理后再{step.zh}。",
                f"{len(wrong)} answers are missing or need correcting. Please go through the list "
                f"of problems, then “{step.en}” again.",
                problems=[p.path for p in wrong],
            )
        return rules.without_hidden(form, answers)

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


@dataclass(frozen=True)
class Received:
    """What became of several saves."""

    outcomes: tuple[Outcome, ...]
    published: dict[str, tuple[int, list[str]]]
    """By feed the first position at which they were told, and the refs one after the other."""
    bodies: dict[UUID, bytes]
    """Of the records written, the bytes as they are stored."""


@dataclass(frozen=True)
class Answered:
    """What was answered to a change, and to whom."""

    principal: str
    outcome: bytes


def answered(session: Session, ids: Sequence[UUID]) -> dict[UUID, Answered]:
    """Those of these changes that were answered before."""
    found = session.connection().execute(ANSWERED, {"ids": list(ids)})
    return {change: Answered(principal, outcome) for change, principal, outcome in found}


def remember(session: Session, principal: str, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Keep what was answered, to answer the same again for as long as a desk may be away.

    Of the record only its id: it is told as it stands when somebody asks again.
    """
    rows = [
        {
            "change": outcome.change_id,
            "principal": principal,
            "outcome": orjson.dumps(_kept(outcome)),
            "at": now,
        }
        for outcome in outcomes
    ]
    if rows:
        session.connection().execute(INSERT_DONE, rows)


def _kept(outcome: Outcome) -> dict[str, Any]:
    kept: dict[str, Any] = {"change_id": str(outcome.change_id), "result": outcome.result}
    if outcome.record is not None:
        kept["record"] = {"id": outcome.record["id"]}
    if outcome.clashes:
        kept["clashes"] = outcome.clashes
    if outcome.error is not None:
        kept["error"] = outcome.error
    return kept


def is_plain(change: Change) -> bool:
    """Whether it only saves, and nothing follows from it: many of them are done together."""
    what = change.form, change.command
    return change.command == "save" and what not in effects.BEFORE and what not in effects.AFTER


def _is_passing(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error["code"] in PASSING_CODES


def refused(change_id: UUID, error: AppError) -> Outcome:
    return Outcome(change_id=change_id, result="refused", error=error.to_wire())


def _not_here() -> NotFound:
    return NotFound(
        "登记中心没有这条记录，或您已不能查看。请同步后再看。",
        "The registry has no such record, or you may no longer read it. Please sync and look.",
    )
