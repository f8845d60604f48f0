"""Bugs planted in the registry, to see that the simulator finds them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, cast

import pytest
from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.errors import AppError
from server import feeds
from server.books import Books
from server.db import upsert
from server.registry import Registry, refused
from server.tables import FeedRow, NewsRow
from sync.protocol import Change, Outcome
from tests.whole.simulator.registry import SimulatedRegistry


def forget_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that comes again is done again: the usual server without idempotency."""

    def receive(self: Registry, change: Change) -> Outcome:
        Books(self._session, self._now).take_turn(change.record_id, change.parent)
        try:
            with self._session.begin_nested():
                return self._judge(change)
        except AppError as error:
            return refused(change.change_id, error)

    monkeypatch.setattr(Registry, "receive", receive)


def number_news_by_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions are drawn when a request is sent, not when it commits: `seq > cursor`.

    A request that was slow on its way commits below what readers have passed already.
    """
    serving = [0]
    answer = SimulatedRegistry.answer

    def noting(self: SimulatedRegistry, request: Any) -> Any:
        serving[0] = request.ticket
        return answer(self, request)

    def publish(session: Session, items: Iterable[feeds.Item]) -> None:
        for feed, told in groupby(sorted(set(items)), key=lambda item: item.feed):
            counter = session.get(FeedRow, feed)
            last = counter.value if counter else 0
            drawn = 100_000 + serving[0] * 1000
            while _is_taken(session, feed, drawn):
                drawn += 1
            rows = [
                {"feed": feed, "ref": item.ref, "position": place, "kind": item.kind,
                 "record": item.record}
                for place, item in enumerate(told, start=drawn)
            ]  # fmt: skip
            value = max(last, rows[-1]["position"])
            upsert(session, cast("Table", FeedRow.__table__),
                   [{"name": feed, "value": value}], key=("name",))  # fmt: skip
            upsert(session, cast("Table", NewsRow.__table__), rows, key=("feed", "ref"))

    monkeypatch.setattr(SimulatedRegistry, "answer", noting)
    monkeypatch.setattr(feeds, "publish", publish)


def _is_taken(session: Session, feed: str, position: int) -> bool:
    rows = session.query(NewsRow).filter_by(feed=feed).filter(
        NewsRow.position >= position, NewsRow.position < position + 50
    )  # fmt: skip
    return rows.first() is not None


def give_pages_in_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is whatever comes first by name, and the reader is told its highest position."""
    page = feeds.page

    def shuffled(session: Session, feed: str, after: int, limit: int) -> feeds.Page:
        whole = page(session, feed, after, 10_000)
        lines = tuple(sorted(whole.lines, key=hash_of)[:limit])
        last = max((position_of(line) for line in lines), default=after)
        return feeds.Page(lines, last)

    monkeypatch.setattr(feeds, "page", shuffled)


def hash_of(line: bytes) -> bytes:
    """An order that has nothing to do with positions: the id of the record or card."""
    return line.partition(b'"id":')[2][:60]


def position_of(line: bytes) -> int:
    return int(line.partition(b'"position":')[2].partition(b",")[0])
