"""What the registry has confirmed, a batch at a time.

A plain save is answered with what it became; the record is then made here as the registry made it,
and proved by its SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import Connection

from app.answers import replay
from app.record import Principal, Record
from local_db import kept, news, outbox
from local_db.seen import edits_of, record_from

if TYPE_CHECKING:
    from typing import Protocol

    from local_db.news import Outcome

    class Published(Protocol):
        """`sync.protocol.Published`."""

        @property
        def first(self) -> int: ...
        @property
        def items(self) -> tuple[int, ...]: ...


PASSING = ("try_later", "faulty")
"""Codes of refusals that say nothing about the change itself: it is sent again."""


def settle_all(
    db: Connection,
    outcomes: Sequence[Outcome],
    published: Mapping[str, Published],
    by: tuple[Principal, str],
) -> list[str]:
    """Note what became of a batch; give the changes whose record must come whole."""
    who, at = by
    made = _made(db, outcomes)
    _store(db, [m for m in made.values() if m.is_alone], at)
    unproved = []
    for outcome in outcomes:
        change_id = str(outcome.change_id)
        if outcome.became is None:
            _settle(db, outcome, who, at)
        elif change_id not in made:
            if _is_waiting(db, change_id):
                unproved.append(change_id)
        elif not made[change_id].is_alone:
            _settle_one(db, made[change_id], who, at)
    _note_places(db, outcomes, published)
    return unproved


class _Made(NamedTuple):
    k: int
    n: int
    revision: int
    updated_at: str
    body: bytes
    message: bytes
    record_id: str
    is_alone: bool
    """Whether no other change of the record waits."""


def _made(db: Connection, outcomes: Sequence[Outcome]) -> dict[str, _Made]:
    """The records that these saves became, where they are proved to be those of the registry."""
    became = {str(o.change_id): o.became for o in outcomes if o.became is not None}
    if not became:
        return {}
    found = db.exec_driver_sql(
        "SELECT o.change_id, o.k, o.n, o.message, r.id, r.body, "
        "(SELECT count(*) FROM outbox p WHERE p.n = o.n) FROM outbox o JOIN record r USING (n) "
        "WHERE o.change_id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(list(became)).decode(),),
    )
    made = {}
    for change_id, k, n, message, record_id, body, waiting in found:
        told = became[change_id]
        base = record_from(body)
        answers = replay(base.answers, edits_of(orjson.loads(message))).answers
        record = replace(base, answers=answers, revision=told.revision, updated_at=told.updated_at)
        bytes_ = orjson.dumps(record.to_wire())
        if hashlib.sha256(bytes_).hexdigest() == told.sha256:
            made[change_id] = _Made(
                k, n, told.revision, told.updated_at, bytes_, message, record_id, waiting == 1
            )
    return made


def _store(db: Connection, made: Sequence[_Made], at: str) -> None:
    """Of these the lists show already what they became."""
    if not made:
        return
    db.exec_driver_sql(
        "UPDATE record SET revision = ?1, known = ?1, body = ?2 WHERE n = ?3 AND known <= ?1",
        [(m.revision, m.body, m.n) for m in made],
    )
    db.exec_driver_sql(
        "UPDATE head SET revision = ?, updated_at = ?, unsent = 0, problem = 0 WHERE n = ?",
        [(m.revision, m.updated_at, m.n) for m in made],
    )
    kept.keep(db, [(m.k, m.record_id, m.message) for m in made], at)
    outbox.drop(db, [m.k for m in made])
    news.look(db, [m.n for m in made if news.NAMES_FILE in m.body])


def _settle_one(db: Connection, made: _Made, who: Principal, at: str) -> None:
    record = record_from(made.body)
    outbox.store_base(db, record, made.body)
    kept.keep(db, [(made.k, made.record_id, made.message)], at)
    outbox.drop(db, [made.k])
    outbox.rebase(db, made.n, record)
    outbox.refresh(db, made.n, who)


def _is_waiting(db: Connection, change_id: str) -> bool:
    found = db.exec_driver_sql("SELECT 1 FROM outbox WHERE change_id = ?", (change_id,))
    return found.scalar() is not None


def _note_places(
    db: Connection, outcomes: Sequence[Outcome], published: Mapping[str, Published]
) -> None:
    """Where this desk stands just before its own changes, it has read them with their outcome."""
    if not published:
        return
    feeds = news.feeds_by_name(db, list(published))
    positions = news.positions(db)
    for feed, told in published.items():
        if positions.get(feed, 0) != told.first - 1:
            continue
        ids = [_record_of(db, outcomes[place]) for place in told.items]
        rows = [
            (feeds[feed], n, news.mark_of(record_id, position))
            for position, (n, record_id) in enumerate(ids, start=told.first)
            if n
        ]
        if len(rows) == len(told.items):
            db.exec_driver_sql("INSERT OR REPLACE INTO told (f, n, mark) VALUES (?, ?, ?)", rows)
            last = told.first + len(rows) - 1
            db.exec_driver_sql("UPDATE feed SET position = ? WHERE f = ?", (last, feeds[feed]))


def _record_of(db: Connection, outcome: Outcome) -> tuple[int, str]:
    """A record's number and id, by the change that was confirmed."""
    found = db.exec_driver_sql(
        "SELECT r.n, r.id FROM kept JOIN record r ON r.id = kept.record_id "
        "WHERE kept.change_id = ?",
        (str(outcome.change_id),),
    ).first()
    return (int(found[0]), str(found[1])) if found else (0, "")


def _settle(connection: Connection, outcome: Outcome, who: Principal, at: str) -> None:
    """Note what became of one change."""
    found = connection.exec_driver_sql(
        "SELECT k, n FROM outbox WHERE change_id = ?", (str(outcome.change_id),)
    ).first()
    if found is None:  # answered before; the reply was lost and came again
        return
    k, n = found
    record = Record.from_wire(outcome.record) if outcome.record else None
    if record is not None:
        outbox.store_base(connection, record)
    if outcome.result == "done":
        _settle_done(connection, (k, n, at), record)
    else:
        error, state = outcome.error or {}, outcome.result
        if error.get("code") in PASSING:
            state = "sent"
            _send_again(connection, error.get("details") or {})
        connection.exec_driver_sql(
            "UPDATE outbox SET state = ?, error = ?, clashes = ? WHERE k = ?",
            (state, orjson.dumps(error) if error else None, _clashes(outcome), k),
        )
    if _exists(connection, n):
        outbox.refresh(connection, n, who)


def _clashes(outcome: Outcome) -> bytes:
    """The paths, each with who was first and when where that is told."""
    told = [
        [path, by.name, by.at] if (by := outcome.by.get(path)) else path for path in outcome.clashes
    ]
    return orjson.dumps(told)


def _send_again(connection: Connection, details: dict[str, Any]) -> None:
    """Queue the documents that the registry misses."""
    files = details.get("files")
    if isinstance(files, list):
        connection.exec_driver_sql(
            "UPDATE file SET to_send = 1 WHERE sha256 IN (SELECT value FROM json_each(?))",
            (orjson.dumps(files).decode(),),
        )


def _exists(connection: Connection, n: int) -> bool:
    return bool(connection.exec_driver_sql("SELECT 1 FROM record WHERE n = ?", (n,)).scalar())


def _settle_done(connection: Connection, item: tuple[int, int, str], record: Record | None) -> None:
    k, n, at = item
    message, record_id = connection.exec_driver_sql(
        "SELECT o.message, r.id FROM outbox o JOIN record r USING (n) WHERE o.k = ?", (k,)
    ).one()
    command = orjson.loads(message)["command"]
    kept.keep(connection, [(k, record_id, message)], at)
    outbox.drop(connection, [k])
    if record is not None:
        outbox.rebase(connection, n, record)
    if command == "delete":
        # What is deleted in the registry is told as gone; until then it stays out of sight.
        connection.exec_driver_sql(
            "DELETE FROM told WHERE n = ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE n = ?)", (n, n)
        )
        if not outbox.items(connection, n):
            news.leave(connection, [n])
