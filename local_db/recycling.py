"""The recycle list: what a person took back or threw away, for 30 days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import Connection

from app.errors import NotAllowed, NotFound
from app.heads import head_of
from app.record import Principal, Record
from local_db import news, outbox
from local_db.outbox import Item
from local_db.seen import Message, as_seen, record_from
from local_db.values import Recycled

DAYS = 30


def put_aside(db: Connection, n: int, items: Sequence[Item], who: Principal, at: str) -> None:
    """Take these changes out of the outbox, and keep them with the record they were made on."""
    if not items:
        return
    record = outbox.base(db, n)
    _keep(db, record, items, who, at)
    outbox.drop(db, [item.k for item in items])


def discard(db: Connection, record_id: UUID, who: Principal, at: str) -> None:
    n = outbox.known(db, record_id)
    record, items = outbox.base(db, n), outbox.items(db, n)
    if record.revision or any(item.attempts for item in items):
        raise NotAllowed(
            "这条记录已经上报或正在上报，不能直接丢弃。请同步后用“删除草稿”。",
            "This record was sent, or is on its way, and cannot just be thrown away. Please sync, "
            "then use “Delete draft”.",
            reason="sent",
        )
    _keep(db, record, items, who, at)
    outbox.drop(db, [item.k for item in items])
    news.leave(db, [n])


def retract(db: Connection, change_id: UUID, who: Principal, at: str) -> None:
    found = db.exec_driver_sql(
        "SELECT n, k FROM outbox WHERE change_id = ?", (str(change_id),)
    ).first()
    if found is None:
        raise NotFound(
            "这条修改已经上报，或已被撤回。", "This change was already sent, or already taken back."
        )
    n, first = found
    items = [item for item in outbox.items(db, n) if item.k >= first]
    if any(item.state == "sent" for item in items):
        raise NotAllowed(
            "这条修改正在上报，登记中心可能已经收到。请先同步，再看结果。",
            "This change is on its way, and the registry may already have it. Please sync first.",
            reason="sent",
        )
    put_aside(db, n, items, who, at)
    if outbox.base(db, n).revision == 0 and not outbox.items(db, n):
        news.leave(db, [n])
    else:
        outbox.refresh(db, n, who)


def listed(db: Connection, who: Principal) -> list[Recycled]:
    found = db.exec_driver_sql(
        "SELECT k, record_id, form, title, record, changes, removed_at "
        "FROM recycled ORDER BY k DESC"
    )
    return [
        Recycled(
            id=k,
            record_id=UUID(record_id),
            form=form,
            title=title,
            answers=as_seen(record_from(body), orjson.loads(changes), who).record.answers,
            removed_at=at,
        )
        for k, record_id, form, title, body, changes, at in found
    ]


def restore(db: Connection, k: int, who: Principal, at: str, new_id: Callable[[], UUID]) -> Record:
    """Put a draft back whole; put retracted changes back at the end of the outbox."""
    found = db.exec_driver_sql("SELECT record, changes FROM recycled WHERE k = ?", (k,)).first()
    if found is None:
        raise NotFound("回收站里没有这一项。", "The recycle list does not hold this any more.")
    record = record_from(found[0])
    n = outbox.number_of(db, record.id)
    if n is None and record.revision:
        raise outbox.not_here()
    n = n or outbox.store_base(db, record)
    for change in orjson.loads(found[1]):
        # Under a new id: to the old one the registry may have an answer already.
        outbox.add(db, n, {**change, "change_id": str(new_id()), "made_at": at})
    db.exec_driver_sql("DELETE FROM recycled WHERE k = ?", (k,))
    return outbox.refresh(db, n, who).record


def purge(db: Connection, before: datetime) -> None:
    db.exec_driver_sql(
        "DELETE FROM recycled WHERE removed_at < ?", (before.isoformat(timespec="seconds"),)
    )


def _keep(db: Connection, record: Record, items: Sequence[Item], who: Principal, at: str) -> None:
    keep(db, record, [item.message for item in items], who, at)


def keep(
    db: Connection, record: Record, changes: Sequence[Message], who: Principal, at: str
) -> None:
    """Put a record with changes that were made on it into the recycle list."""
    title = head_of(as_seen(record, changes, who).record).title
    db.exec_driver_sql(
        "INSERT INTO recycled (record_id, form, title, record, changes, removed_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            str(record.id),
            record.form,
            title,
            orjson.dumps(record.to_wire()),
            orjson.dumps(changes),
            at,
        ),
    )
