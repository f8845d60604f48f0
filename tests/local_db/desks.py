"""People, records and news to test a desk with; all of them invented."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import orjson

from app.forms import FORMS
from app.heads import head_of
from app.record import Answers, Grant, Principal, Record
from app.workflows import WORKFLOWS
from local_db import WorkingCopy
from sync.protocol import NewsLine, Outcome

TITLE = FORMS["study"].title_fields[0]
OTHER = next(
    f.id for f in FORMS["study"].fields()
    if f.id != TITLE and not f.is_of_review and type(f.type).__name__ == "Text"
)  # fmt: skip
OFFICE = "office:11111111-1111-4111-8111-111111111111"
COMMITTEE = "committee:22222222-2222-4222-8222-222222222222"
PI = Principal(
    "person:33333333-3333-4333-8333-333333333333", "何平", OFFICE, "长河市第一人民医院",
    (Grant("pi", OFFICE),),
)  # fmt: skip
SECRETARY = Principal(
    "person:44444444-4444-4444-8444-444444444444", "周静", OFFICE, "长河市第一人民医院",
    (Grant("ethics_secretary", COMMITTEE),),
)  # fmt: skip
HOSPITAL = Principal(
    OFFICE, "长河市第一人民医院", OFFICE, "长河市第一人民医院",
    (Grant("institution_admin", OFFICE),),
)  # fmt: skip


def session(who: Principal, epoch: str = "1", feeds: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(
        token="a-token",
        principal=who.to_wire(),
        login="13800000002",
        must_change_password=False,
        feeds=feeds,
        epoch=epoch,
        now="2026-11-21T00:00:00+00:00",
    )


def desk(folder: Path, key: bytes, who: Principal = PI, **more: Any) -> WorkingCopy:
    copy = WorkingCopy(folder, key, **more)
    copy.remember(session(who))
    return copy


def study(
    title: str, *, revision: int = 1, state: str = "draft", record_id: UUID | None = None,
    who: Principal = PI, answers: Answers | None = None, number: str = "",
    updated_at: str = "2026-11-20T08:00:00+00:00",
    parties: dict[str, tuple[str, ...]] | None = None,
) -> Record:  # fmt: skip
    record_id = record_id or uuid4()
    return Record(
        id=record_id,
        form="study",
        form_version=FORMS["study"].version,
        state=state,
        revision=revision,
        answers={TITLE: title, **(answers or {})},
        number=number,
        parties={**WORKFLOWS["study"].parties_of_new(str(record_id), who), **(parties or {})},
        updated_at=updated_at,
    )


def told(record: Record, position: int, feed: str = PI.id) -> tuple[NewsLine, bytes]:
    line = NewsLine(
        feed=feed,
        position=position,
        kind="record",
        id=str(record.id),
        head=head_of(record).to_wire(),
    )
    return line, orjson.dumps(record.to_wire())


def gone(record_id: UUID | str, position: int, feed: str = PI.id) -> tuple[NewsLine, bytes]:
    return NewsLine(feed=feed, position=position, kind="gone", id=str(record_id)), b""


def carded(card: dict[str, Any], position: int, feed: str = "directory") -> tuple[NewsLine, bytes]:
    line = NewsLine(feed=feed, position=position, kind="card", id=card["ref"])
    return line, orjson.dumps(card)


def done(change: dict[str, Any], record: Record | None) -> Outcome:
    return Outcome(
        change_id=change["change_id"],
        result="done",
        record=record.to_wire() if record else None,
    )


def clash(change: dict[str, Any], theirs: Record, *paths: str) -> Outcome:
    return Outcome(
        change_id=change["change_id"], result="clash", record=theirs.to_wire(), clashes=paths
    )


def refused(change: dict[str, Any], zh: str) -> Outcome:
    error = {"code": "not_allowed", "message": {"zh": zh, "en": zh}, "details": {}}
    return Outcome(change_id=change["change_id"], result="refused", error=error)


def put(copy: WorkingCopy, record_id: UUID, **changes: str | None) -> None:
    """Save some answers of a study as its PI."""
    was = copy.get(record_id).answers
    now: Answers = {**was, **{{"title": TITLE, "other": OTHER}[k]: v for k, v in changes.items()}}
    answers = {k: v for k, v in now.items() if v is not None}
    copy.perform(record_id, "save", answers=answers, role="pi")


def edits(copy: WorkingCopy) -> list[dict[str, list[object]]]:
    """What waits to be sent, of each change."""
    return [message["edits"] for message in copy.pending(200)]
