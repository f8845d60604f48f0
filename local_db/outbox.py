"""The outbox: changes that the registry has not confirmed, and how they alter what is seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from app.errors import AppError, NotFound
from app.heads import head_of
from app.record import Principal, Record
from local_db import listing
from local_db.seen import Message, Seen, as_seen, label_of, record_from
from local_db.values import OutboxItem, Unsent, Wrote

STUCK = ("refused", "clash")
PLAIN = b'"command":"save"'
INSERT = "INSERT INTO outbox (change_id, n, message, made_at) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True)
class Item:
    """A change in the outbox. Once attempted it is never edited: the registry may have it."""

    k: int
    message: Message
    state: str
    attempts: int


def number_of(connection: Connection, record_id: UUID | str) -> int | None:
    found = connection.exec_driver_sql("SELECT n FROM record WHERE id = ?", (str(record_id),))
    n = found.scalar()
    return None if n is None else int(n)


def known(connection: Connection, record_id: UUID | str) -> int:
    """The record's number on this desk, or NotFound."""
    n = number_of(connection, record_id)
    if n is None:
        raise not_here()
    return n


def not_here() -> NotFound:
    return NotFound(
        "本机没有这条记录。请同步后再试。",
        "This record is not on this computer. Please sync and try again.",
    )


def base(connection: Connection, n: int) -> Record:
    """The registry's last word."""
    body = connection.exec_driver_sql("SELECT body FROM record WHERE n = ?", (n,)).scalar_one()
    return record_from(body)


def items(connection: Connection, n: int) -> list[Item]:
    found = connection.exec_driver_sql(
        "SELECT k, message, state, attempts FROM outbox WHERE n = ? ORDER BY k", (n,)
    )
    return [Item(k, orjson.loads(body), state, attempts) for k, body, state, attempts in found]


def seen(connection: Connection, n: int, who: Principal) -> Seen:
    return as_seen(base(connection, n), (i.message for i in items(connection, n)), who)


def add(connection: Connection, n: int, message: Message) -> None:
    connection.exec_driver_sql(
        INSERT,
        (message["change_id"], n, orjson.dumps(message), message["made_at"]),
    )


def rewrite(connection: Connection, item: Item, message: Message) -> None:
    """Put another message in the place of one that was never attempted."""
    if item.attempts:
        raise ValueError("the registry may already have this change")
    connection.exec_driver_sql(
        "UPDATE outbox SET message = ?, made_at = ? WHERE k = ?",
        (orjson.dumps(message), message["made_at"], item.k),
    )


def drop(connection: Connection, keys: Iterable[int]) -> None:
    gone = [(k,) for k in keys]
    if gone:
        connection.exec_driver_sql("DELETE FROM outbox WHERE k = ?", gone)


def refresh(connection: Connection, n: int, who: Principal) -> Seen:
    """Bring the record's row in the lists to what is seen now."""
    waiting = items(connection, n)
    now = as_seen(base(connection, n), (i.message for i in waiting), who)
    if now.is_deleted:
        listing.remove(connection, [n])
        return now
    head = head_of(now.record).to_wire()
    if waiting:
        head["updated_at"] = max(head["updated_at"], waiting[-1].message["made_at"])
    unsent = bool(waiting) or now.record.revision == 0
    problem = bool(now.misfits) or any(i.state in STUCK for i in waiting)
    listing.put(connection, [(n, head, unsent, problem)])
    return now


def store_base(connection: Connection, record: Record, body: bytes | None = None) -> int:
    """Take the registry's word for a record, unless a newer one is here; give its number."""
    body = body or orjson.dumps(record.to_wire())
    n = number_of(connection, record.id)
    if n is None:
        made = connection.exec_driver_sql(
            "INSERT INTO record (id, revision, known, body) VALUES (?, ?, ?, ?) RETURNING n",
            (str(record.id), record.revision, record.revision, body),
        )
        return int(made.scalar_one())
    connection.exec_driver_sql(
        "UPDATE record SET revision = ?1, known = ?1, body = ?2 WHERE n = ?3 AND known <= ?1",
        (record.revision, body, n),
    )
    return n


def all_items(connection: Connection) -> list[OutboxItem]:
    found = connection.exec_driver_sql(
        "SELECT o.n, o.message, o.state, o.error, o.clashes, o.attempts, h.title "
        "FROM outbox o LEFT JOIN head h USING (n) ORDER BY o.k"
    )
    return [_told(connection, row) for row in found.all()]


def standings(connection: Connection) -> list[Unsent]:
    found = connection.exec_driver_sql(
        "SELECT o.change_id, r.id, o.state, o.error FROM outbox o JOIN record r USING (n) "
        "ORDER BY o.k"
    )
    return [
        Unsent(
            UUID(change_id),
            UUID(record_id),
            state,
            AppError.from_wire(orjson.loads(error)) if error else None,
        )
        for change_id, record_id, state, error in found
    ]


def _told(connection: Connection, row: Any) -> OutboxItem:
    n, body, state, error, clashes, attempts, title = row
    message: Message = orjson.loads(body)
    found = orjson.loads(clashes) if clashes else []
    theirs = None
    if state == "clash":
        theirs = base(connection, n)
    return OutboxItem(
        change_id=UUID(message["change_id"]),
        record_id=UUID(message["record_id"]),
        form=message["form"],
        title=title or "",
        command=message["command"],
        label=label_of(message["form"], message["command"]),
        state=state,
        error=AppError.from_wire(orjson.loads(error)) if error else None,
        clashes=tuple(map(path_of, found)),
        by={c[0]: Wrote(c[1], c[2]) for c in found if not isinstance(c, str)},
        was={path: was for path, (was, _now) in message["edits"].items()},
        theirs=theirs,
        made_at=message["made_at"],
        attempts=attempts,
    )


def send_again(connection: Connection, change_id: UUID, new_id: UUID, who: Principal) -> None:
    """Let a refused change wait to be sent once more; its last answer stays told until the next.

    Under a new id: to the old one the registry gives the answer that it gave before.
    """
    found = connection.exec_driver_sql(
        "SELECT k, n, message FROM outbox WHERE change_id = ? AND state = 'refused'",
        (str(change_id),),
    ).first()
    if found is None:
        raise NotFound(
            "这条修改不是被拒绝的，或已被撤回，不需要重新发送。",
            "This change was not refused, or was taken back; it need not be sent again.",
        )
    k, n, body = found
    message = {**orjson.loads(body), "change_id": str(new_id)}
    connection.exec_driver_sql(
        "UPDATE outbox SET change_id = ?, message = ?, state = 'waiting', attempts = 0 WHERE k = ?",
        (str(new_id), orjson.dumps(message), k),
    )
    refresh(connection, n, who)


def path_of(clash: str | list[str]) -> str:
    """The path in a clash as it is stored: alone, or with who was first and when."""
    return clash if isinstance(clash, str) else clash[0]


def pending(connection: Connection, limit: int, without: Collection[str]) -> list[Message]:
    """The next changes to send, marked as attempted; of each record only the first.

    What follows on a record waits for the answer to what it was made on: sent together, a
    submission could arrive whose last correction was refused.
    """
    found = connection.exec_driver_sql(
        "SELECT k, message FROM outbox WHERE k IN (SELECT min(k) FROM outbox GROUP BY n) "
        "AND state IN ('waiting', 'sent') "
        "AND n NOT IN (SELECT n FROM outbox WHERE state IN ('refused', 'clash')) "
        "AND change_id NOT IN (SELECT value FROM json_each(?)) ORDER BY k LIMIT ?",
        (orjson.dumps(list(without)).decode(), limit),
    ).all()
    if found:
        connection.exec_driver_sql(
            "UPDATE outbox SET state = 'sent', attempts = attempts + 1 WHERE k = ?",
            [(k,) for k, _ in found],
        )
    return [orjson.loads(body) for _k, body in found]


def files_to_send(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("SELECT sha256 FROM file WHERE to_send ORDER BY rowid")
    return list(found.scalars())


SENDABLE = (
    "k > ? AND state IN ('waiting', 'sent') AND NOT EXISTS (SELECT 1 FROM outbox p "
    "WHERE p.n = o.n AND (p.k < o.k OR p.state IN ('refused', 'clash'))) "
    "AND change_id NOT IN (SELECT value FROM json_each(?))"
)


def has_messages(connection: Connection, without: Collection[str]) -> bool:
    found = connection.exec_driver_sql(
        f"SELECT 1 FROM outbox o WHERE {SENDABLE} LIMIT 1",
        (0, orjson.dumps(list(without)).decode()),
    )
    return found.scalar() is not None


def next_messages(
    connection: Connection, limit: int, after: int, without: Collection[str], steps: int
) -> list[tuple[int, str, bytes]]:
    """As `pending`, from behind `after` on: (k, change id, the message as it lies here).

    No more than so many `steps`: changes from which something follows.
    """
    found = connection.exec_driver_sql(
        f"SELECT k, change_id, message FROM outbox o WHERE {SENDABLE} ORDER BY k LIMIT ?",
        (after, orjson.dumps(list(without)).decode(), limit),
    ).all()
    taken = [n for n, (*_, message) in enumerate(found, start=1) if is_step(message)]
    if len(taken) >= steps:
        found = found[: taken[steps - 1]]
    if found:
        connection.exec_driver_sql(
            "UPDATE outbox SET state = 'sent', attempts = attempts + 1 WHERE k = ?",
            [(k,) for k, *_ in found],
        )
    return [(k, change_id, bytes(message)) for k, change_id, message in found]


def is_step(message: bytes) -> bool:
    """Whether a message does more than save. Within a text the marks would not stand alone."""
    return PLAIN not in message


def rebase(connection: Connection, n: int, record: Record) -> None:
    """Let later changes stand on what their person's own change has just become.

    They were made on top of it, so the revision it became is the one that was seen; but not
    when somebody else's came in between.
    """
    for item in items(connection, n):
        if not item.attempts and item.message["base_revision"] + 1 == record.revision:
            rewrite(connection, item, {**item.message, "base_revision": record.revision})
