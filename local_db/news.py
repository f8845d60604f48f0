"""What the registry tells: pages of news, and the answers to what was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import Connection

from app.heads import head_of
from app.record import Principal
from local_db import investigators, listing, outbox
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

    class Became(Protocol):
        """`sync.protocol.Became`."""

        @property
        def revision(self) -> int: ...
        @property
        def updated_at(self) -> str: ...
        @property
        def sha256(self) -> str: ...

    class Held(Protocol):
        """`sync.protocol.Held`."""

        @property
        def position(self) -> int: ...
        @property
        def count(self) -> int: ...
        @property
        def mark(self) -> int: ...

    class Wrote(Protocol):
        """`sync.protocol.Wrote`."""

        @property
        def name(self) -> str: ...
        @property
        def at(self) -> str: ...

    class Outcome(Protocol):
        """`sync.protocol.Outcome`."""

        @property
        def change_id(self) -> Any: ...
        @property
        def result(self) -> str: ...
        @property
        def record(self) -> dict[str, Any] | None: ...
        @property
        def became(self) -> Became | None: ...
        @property
        def clashes(self) -> tuple[str, ...]: ...
        @property
        def by(self) -> Mapping[str, Wrote]: ...
        @property
        def error(self) -> dict[str, Any] | None: ...


NAMES_FILE = b'"sha256"'
"""What stands in the bytes of every record that names a document."""
FOLLOWED = "followed"
"""In `meta`: the feeds after whose last change everything outside of them has left."""
HEALING = "healing"
"""In `meta`: the registry was restored; once every feed is read, the rest of what was kept goes."""


def mark_of(ref: str, position: int) -> int:
    """The mark of an item in a feed, as docs/protocol.md §6a says."""
    return int.from_bytes(sha256(f"{ref} {position}".encode()).digest()[:5], "big")


def positions(connection: Connection) -> dict[str, int]:
    """How far each feed is read, and those feeds that are told only to who asks for them."""
    found = connection.exec_driver_sql("SELECT name, position FROM feed WHERE position > 0")
    asked = dict.fromkeys(investigators.wanted(connection), 0)
    told = {str(name): int(position) for name, position in found}
    return asked | {f: at for f, at in told.items() if f in asked or not investigators.is_one(f)}


def take(
    connection: Connection, page: Sequence[tuple[NewsLine, bytes]], who: Principal
) -> list[str]:
    """Store a page of news and how far each feed is read; give the ids of records touched."""
    feeds = feeds_by_name(connection, {line.feed for line, _ in page})
    records = [(line, body) for line, body in page if line.kind == "record"]
    _take_records(connection, records, who)
    numbers = _numbers(connection, {line.id for line, _ in page if line.kind != "card"})
    # In the order told: what came and went again is gone.
    for line, body in page:
        f = feeds[line.feed]
        if line.kind == "card":
            _put_card(connection, f, (line.id, line.position), body)
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


def feeds_by_name(connection: Connection, names: Collection[str]) -> dict[str, int]:
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
    look(connection, [numbers[i] for i in (*fresh, *renewed) if NAMES_FILE in newest[i].body])


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


def _put_card(connection: Connection, f: int, at: tuple[str, int], body: bytes) -> None:
    ref, position = at
    card = orjson.loads(body)
    roles = "".join(f" {role}" for role in card.get("roles", ())) + " "
    kind = card.get("kind", "")
    columns = (card.get("name", ""), card.get("sort", ""), card.get("initials", ""))
    connection.exec_driver_sql(
        "REPLACE INTO card (ref, f, kind, name, sort, initials, office, roles, body, mark) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (ref, f, kind, *columns, card.get("office", ""), roles, body, mark_of(ref, position)),
    )


def _tell(
    connection: Connection,
    page: Sequence[tuple[NewsLine, bytes]],
    feeds: dict[str, int],
    numbers: dict[str, int],
) -> None:
    """Note which feeds each record is in; the last line about a record in a feed counts."""
    last: dict[tuple[int, int], NewsLine] = {}
    for line, _ in page:
        if line.kind != "card" and line.id in numbers:
            last[feeds[line.feed], numbers[line.id]] = line
    told = [
        (*pair, mark_of(line.id, line.position))
        for pair, line in last.items()
        if line.kind == "record"
    ]
    gone = [pair for pair, line in last.items() if line.kind == "gone"]
    if told:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO told (f, n, mark) VALUES (?, ?, ?)", told
        )
    if gone:
        connection.exec_driver_sql("DELETE FROM told WHERE f = ? AND n = ?", gone)
        connection.exec_driver_sql("DELETE FROM meta WHERE key = ?", (FOLLOWED,))


MOST, FEW = 2, 20
"""More than one in `MOST` of all records, and more than `FEW`, do not leave unasked."""


def follow(connection: Connection, feeds: Collection[str], *, sure: bool = False) -> int:
    """Forget what is in no followed feed any more; whoever has unsent changes on it keeps it.

    Where that would be most of what is here, nothing leaves before somebody is `sure`: gives how
    many it would be. Otherwise 0.
    """
    investigators.were_told(connection, feeds)
    names = orjson.dumps(sorted(feeds)).decode()
    swept = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (FOLLOWED,)).scalar()
    if swept == names:  # nothing has left a feed since, and they are the same
        return 0
    told = "SELECT n FROM told JOIN feed USING (f) WHERE name IN (SELECT value FROM json_each(?1))"
    # `id > ''` lets the small index of ids answer: without it every body is decrypted in passing.
    untold = connection.exec_driver_sql(
        "SELECT n, n IN (SELECT n FROM outbox) FROM record WHERE revision > 0 AND n IN "
        f"(SELECT n FROM record WHERE id > '' AND n NOT IN ({told}))",
        (names,),
    ).all()
    going = [n for n, has_unsent in untold if not has_unsent]
    here = connection.exec_driver_sql("SELECT count(*) FROM record WHERE id > ''").scalar_one()
    if not sure and len(going) > FEW and len(going) * MOST > here:
        return len(going)
    connection.exec_driver_sql(
        "DELETE FROM feed WHERE name NOT IN (SELECT value FROM json_each(?))", (names,)
    )
    leave(connection, going)
    if len(going) == len(untold):  # else what stays for its unsent changes is looked at again
        connection.exec_driver_sql(
            "REPLACE INTO meta (key, value) VALUES (?, ?)", (FOLLOWED, names)
        )
    return 0


def is_at_rest(connection: Connection, feeds: Iterable[str]) -> bool:
    """Whether `follow` would do nothing, and no record is to be looked through for documents."""
    names = orjson.dumps(sorted(feeds)).decode()
    found = connection.exec_driver_sql(
        "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ? AND value = ?) "
        "AND NOT EXISTS (SELECT 1 FROM meta WHERE key = ?) AND NOT EXISTS (SELECT 1 FROM look)",
        (FOLLOWED, names, HEALING),
    )
    return bool(found.scalar_one())


def leave(connection: Connection, numbers: Iterable[int]) -> None:
    gone = list(numbers)
    listing.remove(connection, gone)
    if gone:
        connection.exec_driver_sql("DELETE FROM record WHERE n = ?", [(n,) for n in gone])


def differing(connection: Connection, held: Mapping[str, Held]) -> list[str]:
    """The feeds that were read as far as this, and of which something else is here."""
    found = connection.exec_driver_sql(
        "SELECT name, position, "
        "(SELECT count(*) FROM told WHERE told.f = feed.f) + "
        "(SELECT count(*) FROM card WHERE card.f = feed.f), "
        "(SELECT coalesce(sum(mark), 0) FROM told WHERE told.f = feed.f) + "
        "(SELECT coalesce(sum(mark), 0) FROM card WHERE card.f = feed.f) FROM feed"
    )
    return [
        name
        for name, position, count, mark in found
        if (right := held.get(name)) is not None
        and position == right.position
        and (count, mark) != (right.count, right.mark)
    ]


def counts(connection: Connection, feeds: Collection[str]) -> dict[str, int]:
    found = connection.exec_driver_sql(
        "SELECT name, (SELECT count(*) FROM told WHERE told.f = feed.f) + "
        "(SELECT count(*) FROM card WHERE card.f = feed.f) FROM feed"
    )
    return dict.fromkeys(feeds, 0) | {name: int(count) for name, count in found if name in feeds}


def read_again(connection: Connection, names: Collection[str]) -> None:
    """Read these feeds from their beginning; what is not told again leaves at the end of it."""
    for name in names:
        for table in ("told", "card"):
            connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE f = (SELECT f FROM feed WHERE name = ?)", (name,)
            )
        connection.exec_driver_sql("UPDATE feed SET position = 0 WHERE name = ?", (name,))
    connection.exec_driver_sql("DELETE FROM meta WHERE key = ?", (FOLLOWED,))


def look(connection: Connection, numbers: Sequence[int]) -> None:
    """These records name documents, which may not be here."""
    if numbers:
        connection.exec_driver_sql(
            "INSERT INTO look (n) VALUES (?) ON CONFLICT DO NOTHING", [(n,) for n in numbers]
        )


def start_over(connection: Connection) -> None:
    """The registry was restored from an older backup: read every feed again and believe it."""
    connection.exec_driver_sql("UPDATE record SET known = 0 WHERE revision > 0")
    connection.exec_driver_sql("DELETE FROM told")
    connection.exec_driver_sql("UPDATE feed SET position = 0")
    connection.exec_driver_sql("DELETE FROM meta WHERE key = ?", (FOLLOWED,))
    connection.exec_driver_sql("REPLACE INTO meta (key, value) VALUES (?, '1')", (HEALING,))
