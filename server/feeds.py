"""Feeds: what is new for whom, numbered in the order of commit.

A position is taken from the feed's own counter row, which stays locked until the commit: a later
writer of the same feed waits, so a smaller position is always visible before a larger one, and a
reader who stored a position never misses what comes below it. (A database's sequence hands numbers
out before the commit, and a reader steps over a late one for good.) The counters are taken last,
just before the commit and in sorted order: writers wait as briefly as can be, and never for each
other in a circle.

A feed holds one item for each record or card, at the position of its last change. An item reads
the record as it stands when it is sent, in the same statement; if the record has moved on since,
it will come again further on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, TypeAlias, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.heads import head_of
from app.record import Record
from app.workflows import WORKFLOWS
from app.workflows.readers import as_in_force
from server.db import count_up, upsert
from server.tables import CardRow, FeedRow, NewsRow, RecordRow
from sync.protocol import mark_of

Kind: TypeAlias = Literal["record", "in_force", "card", "gone"]
"""What an item tells; "in_force" is a record as it is in force while a change is under way."""

PAGE = 500
"""Items read in one transaction."""
AT_ONCE = 500
"""Parameters of one statement."""

FEEDS = cast("Table", FeedRow.__table__)
NEWS = cast("Table", NewsRow.__table__)
STANDING = select(NEWS.c.ref, NEWS.c.position).where(
    NEWS.c.feed == bindparam("feed"),
    NEWS.c.kind != "gone",
    NEWS.c.ref.in_(bindparam("refs", expanding=True)),
)
WEIGH = (
    update(FEEDS)
    .where(FEEDS.c.name == bindparam("feed"))
    .values(count=FEEDS.c.count + bindparam("plus"), mark=FEEDS.c.mark + bindparam("more"))
)
HELD = select(FEEDS.c.name, FEEDS.c.value, FEEDS.c.count, FEEDS.c.mark).where(
    FEEDS.c.name.in_(bindparam("names", expanding=True))
)


@dataclass(frozen=True, order=True)
class Item:
    """What is told in a feed; `record` where it is about a record."""

    feed: str
    ref: str
    kind: Kind
    record: UUID | None = None


def publish(session: Session, items: Iterable[Item]) -> dict[str, tuple[int, list[str]]]:
    """Tell these items in their feeds. The last thing a transaction does.

    Gives by feed the first of the positions they took, and their refs one after the other.
    """
    placed: dict[str, tuple[int, list[str]]] = {}
    for feed, told in groupby(sorted(set(items)), key=lambda item: item.feed):
        here = list(told)
        last = count_up(session, FEEDS, feed, len(here))
        first = last - len(here) + 1
        _weigh(session, feed, here, first)
        rows = [
            {
                "feed": feed,
                "ref": item.ref,
                "position": position,
                "kind": item.kind,
                "record": item.record,
            }
            for position, item in enumerate(here, start=first)
        ]
        upsert(session, NEWS, rows, key=("feed", "ref"))
        placed[feed] = first, [item.ref for item in here]
    return placed


def _weigh(session: Session, feed: str, here: Sequence[Item], first: int) -> None:
    """Keep what a feed holds: its items less those that these take the place of."""
    count = mark = 0
    for start in range(0, len(here), AT_ONCE):
        refs = [item.ref for item in here[start : start + AT_ONCE]]
        for ref, position in session.connection().execute(STANDING, {"feed": feed, "refs": refs}):
            count, mark = count - 1, mark - mark_of(ref, position)
    for position, item in enumerate(here, start=first):
        if item.kind != "gone":
            count, mark = count + 1, mark + mark_of(item.ref, position)
    session.connection().execute(WEIGH, {"feed": feed, "plus": count, "more": mark})


def held(session: Session, names: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Of each of these feeds the last position, how many items stand in it, and their mark."""
    found = session.connection().execute(HELD, {"names": list(names)})
    return {name: (value, count, mark) for name, value, count, mark in found}


@dataclass(frozen=True)
class Page:
    """Some items of one feed as they are sent: a line and a body each."""

    lines: tuple[bytes, ...]
    last: int
    """The position of the last of them."""


def page(session: Session, feed: str, after: int, limit: int) -> Page:
    """The next items of a feed."""
    found = session.execute(
        select(
            NewsRow.position,
            NewsRow.kind,
            NewsRow.ref,
            RecordRow.head,
            RecordRow.body,
            CardRow.body,
        )
        .outerjoin(RecordRow, RecordRow.id == NewsRow.record)
        .outerjoin(CardRow, CardRow.ref == NewsRow.ref)
        .where(NewsRow.feed == feed, NewsRow.position > after)
        .order_by(NewsRow.position)
        .limit(limit)
    ).all()
    name = orjson.dumps(feed)
    return Page(tuple(_lines(name, found)), found[-1][0] if found else after)


def _lines(feed: bytes, rows: Sequence[Any]) -> Iterator[bytes]:
    for position, kind, ref, *told_of in rows:
        told, head, body = _told(kind, *told_of)
        yield (
            b'{"feed":%b,"position":%d,"kind":%b,"id":%b,"head":%b}\n%b\n'
            % (
                feed,
                position,
                told,
                orjson.dumps(ref),
                head if told == b'"record"' else b"null",
                body,
            )
        )


def _told(kind: Kind, head: bytes, record: bytes, card: bytes) -> tuple[bytes, bytes, bytes]:
    """What a line says it is, its head, and the bytes below it."""
    if kind == "in_force":
        kind, head, record = "record", *_in_force(record)
    body = {"record": record, "card": card}.get(kind) or b""
    return orjson.dumps(kind if body else "gone"), head, body


def _in_force(body: bytes) -> tuple[bytes, bytes]:
    """Head and body of the version in force; few are changed at a time, so none is kept twice."""
    record = Record.from_wire(orjson.loads(body))
    record = as_in_force(WORKFLOWS[record.form], record)
    return orjson.dumps(head_of(record).to_wire()), orjson.dumps(record.to_wire())


def has_more(session: Session, feed: str, after: int) -> bool:
    found = select(func.count()).where(NewsRow.feed == feed, NewsRow.position > after).limit(1)
    return bool(session.execute(found).scalar_one())


def digest(session: Session, feed: str) -> dict[str, Any]:
    """How many items stand in a feed, and the SHA-256 of their lines `ref position` by position."""
    found = session.execute(
        select(NewsRow.ref, NewsRow.position)
        .where(NewsRow.feed == feed, NewsRow.kind != "gone")
        .order_by(NewsRow.position)
    )
    count, sha256 = 0, hashlib.sha256()
    for ref, position in found:
        count += 1
        sha256.update(f"{ref} {position}\n".encode())
    return {"count": count, "sha256": sha256.hexdigest()}
