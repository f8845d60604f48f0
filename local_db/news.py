"""What the registry tells: pages of news, and the answers to what was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import Connection

from app.heads import head_of
from app.record import Principal, Record
from local_db import listing, outbox
from local_db.seen import record_from

if TYPE_CHECKING:  # only their shape is used: the working copy does not depend on the exchange
    from typing import Protocol

    class NewsLine(Protocol):
        """`sync.protocol.NewsLine`."""

        @property
        def feed(self) -> str: ...
        @property
        def position(self) -> int: ...
        @property
        def kind(self) -> str: ...
        @property
        def id(self) -> str: ...
        @property
        def head(self) -> dict[str, Any] | None: ...

    class Outcome(Protocol):
        """`sync.protocol.Outcome`."""

        @property
        def change_id(self) -> Any: ...
        @property
        def result(self) -> str: ...
        @property
        def record(self) -> dict[str, Any] | None: ...
        @property
        def clashes(self) -> tuple[str, ...]: ...
        @property
        def error(self) -> dict[str, Any] | None: ...


PASSING = ("try_later", "faulty")
"""Codes of refusals that say nothing about the change itself: it is sent again."""


def positions(connection: Connection) -> dict[str, int]:
    found = connection.exec_driver_sql("SELECT name, position FROM feed WHERE position > 0")
    return {str(name): int(position) for name, position in found}


def take(
    connection: Connection, page: Sequence[tuple[NewsLine, bytes]], who: Principal
) -> list[str]:
    """Store a page of news and how far each feed is read; give the ids of records touched."""
    feeds = _feeds(connection, {line.feed for line, _ in page})
    records = [(line, body) for line, body in page if line.kind == "record"]
    _take_records(connection, records, who)
    numbers = _numbers(connection, {line.id for line, _ in page if line.kind != "card"})
    # In the order told: what came and went again is gone.
    for line, body in page:
        f = feeds[line.feed]
        if line.kind == "card":
            _put_card(connection, f, line.id, body)
        elif line.kind == "gone" and ":" in line.id:
            connection.exec_driver_sql("DELETE FROM card WHERE ref = ? AND f = ?", (line.id, f))
    _tell(connection, page, feeds, numbers)
    reached: dict[int, int] = {}
    for line, _ in page:
        f = feeds[line.feed]
        reached[f] = max(line.position, reached.get(f, 0))
    connection.exec_driver_sql(
        "UPDATE feed SET position = max(position, ?) WHERE f = ?",
        [(position, f) for f, position in reached.items()],
    )
    return list(numbers)


def _feeds(connection: Connection, names: Collection[str]) -> dict[str, int]:
    connection.exec_driver_sql(
        "INSERT INTO feed (name) VALUES (?) ON CONFLICT DO NOTHING", [(n,) for n in sorted(names)]
    )
    found = connection.exec_driver_sql("SELECT name, f FROM feed")
    return {str(name): int(f) for name, f in found}


def _numbers(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    found = connection.exec_driver_sql(
        "SELECT id, n FROM record WHERE id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(sorted(ids)).decode(),),
    )
    return {str(record_id): int(n) for record_id, n in found}


def _take_records(
    connection: Connection, lines: Sequence[tuple[NewsLine, bytes]], who: Principal
) -> None:
    newest = _newest(lines)
    known = _known(connection, newest)
    last = connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM record").scalar_one()
    numbers = {record_id: known[record_id].n for record_id in newest if record_id in known}
    fresh = [record_id for record_id in newest if record_id not in known]
    numbers |= {record_id: last + place for place, record_id in enumerate(fresh, start=1)}
    renewed = [i for i in newest if i in known and newest[i].revision >= known[i].revision]
    if fresh:
        connection.exec_driver_sql(
            "INSERT INTO record (n, id, revision, known, body) VALUES (?, ?, ?, ?, ?)",
            [
                (numbers[i], i, newest[i].revision, newest[i].revision, newest[i].body)
                for i in fresh
            ],
        )
    if renewed:
        connection.exec_driver_sql(
            "UPDATE record SET revision = ?1, known = ?1, body = ?2 WHERE n = ?3",
            [(newest[i].revision, newest[i].body, numbers[i]) for i in renewed],
        )
    plain = [*fresh, *(i for i in renewed if not known[i].in_outbox)]
    listing.put(
        connection,
        [(numbers[i], newest[i].head, False, False) for i in plain],
        frozenset(numbers[i] for i in fresh),
    )
    for record_id in renewed:
        if known[record_id].in_outbox:
            outbox.refresh(connection, numbers[record_id], who)


class _Told(NamedTuple):
    revision: int
    head: dict[str, Any]
    body: bytes


class _Known(NamedTuple):
    n: int
    revision: int
    in_outbox: bool


def _newest(lines: Sequence[tuple[NewsLine, bytes]]) -> dict[str, _Told]:
    newest: dict[str, _Told] = {}
    for line, body in lines:
        head = line.head or head_of(record_from(body)).to_wire()
        if line.id not in newest or head["revision"] >= newest[line.id].revision:
            newest[line.id] = _Told(head["revision"], head, body)
    return newest


def _known(connection: Connection, ids: Collection[str]) -> dict[str, _Known]:
    found = connection.exec_driver_sql(
        "SELECT id, n, known, EXISTS (SELECT 1 FROM outbox WHERE outbox.n = record.n) "
        "FROM record WHERE id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(list(ids)).decode(),),
    )
    return {record_id: _Known(n, revision, bool(held)) for record_id, n, revision, held in found}


def _put_card(connection: Connection, f: int, ref: str, body: bytes) -> None:
    card = orjson.loads(body)
    roles = "".join(f" {role}" for role in card.get("roles", ())) + " "
    kind = card.get("kind", "")
    columns = (card.get("name", ""), card.get("sort", ""), card.get("initials", ""))
    connection.exec_driver_sql(
        "REPLACE INTO card (ref, f, kind, name, sort, initials, office, roles, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (ref, f, kind, *columns, card.get("office", ""), roles, body),
    )


def _tell(
    connection: Connection,
    page: Sequence[tuple[NewsLine, bytes]],
    feeds: dict[str, int],
    numbers: dict[str, int],
) -> None:
    """Note which feeds each record is in; the last line about a record in a feed counts."""
    last: dict[tuple[int, int], str] = {}
    for line, _ in page:
        if line.kind != "card" and line.id in numbers:
            last[feeds[line.feed], numbers[line.id]] = line.kind
    told = [pair for pair, kind in last.items() if kind == "record"]
    gone = [pair for pair, kind in last.items() if kind == "gone"]
    if told:
        connection.exec_driver_sql(
            "INSERT INTO told (f, n) VALUES (?, ?) ON CONFLICT DO NOTHING", told
        )
    if gone:
        connection.exec_driver_sql("DELETE FROM told WHERE f = ? AND n = ?", gone)


def follow(connection: Connection, feeds: Iterable[str]) -> None:
    """Forget what is in no followed feed any more; whoever has unsent changes on it keeps it."""
    names = orjson.dumps(list(feeds)).decode()
    connection.exec_driver_sql(
        "DELETE FROM feed WHERE name NOT IN (SELECT value FROM json_each(?))", (names,)
    )
    leave(
        connection,
        connection.exec_driver_sql(
            # `id > ''` lets the small index of ids answer: without it every body is decrypted in
            # passing, at the end of every round.
            "SELECT n FROM record WHERE revision > 0 AND n IN (SELECT n FROM record WHERE id > '' "
            "AND n NOT IN (SELECT n FROM told) AND n NOT IN (SELECT n FROM outbox))"
        ).scalars(),
    )


def leave(connection: Connection, numbers: Iterable[int]) -> None:
    gone = list(numbers)
    listing.remove(connection, gone)
    if gone:
        connection.exec_driver_sql("DELETE FROM record WHERE n = ?", [(n,) for n in gone])


def start_over(connection: Connection) -> None:
    """The registry was restored from an older backup: read every feed again and believe it."""
    connection.exec_driver_sql("UPDATE record SET known = 0 WHERE revision > 0")
    connection.exec_driver_sql("DELETE FROM told")
    connection.exec_driver_sql("UPDATE feed SET position = 0")


def settle(connection: Connection, outcome: Outcome, who: Principal) -> None:
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
        _done(connection, k, n, record)
    else:
        error, state = outcome.error or {}, outcome.result
        if error.get("code") in PASSING:
            state = "sent"
            _send_again(connection, error.get("details") or {})
        connection.exec_driver_sql(
            "UPDATE outbox SET state = ?, error = ?, clashes = ? WHERE k = ?",
            (state, orjson.dumps(error) if error else None, orjson.dumps(outcome.clashes), k),
        )
    if _exists(connection, n):
        outbox.refresh(connection, n, who)


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


def _done(connection: Connection, k: int, n: int, record: Record | None) -> None:
    command = orjson.loads(
        connection.exec_driver_sql("SELECT message FROM outbox WHERE k = ?", (k,)).scalar_one()
    )["command"]
    outbox.drop(connection, [k])
    if record is not None:
        outbox.rebase(connection, n, record)
    if command == "delete":
        # What is deleted in the registry is told as gone; until then it stays out of sight.
        connection.exec_driver_sql(
            "DELETE FROM told WHERE n = ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE n = ?)", (n, n)
        )
        if not outbox.items(connection, n):
            leave(connection, [n])
