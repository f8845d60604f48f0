"""Bugs planted in the registry, to see that the simulator finds them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table
from sqlalchemy.orm import Session

from server import feeds, registry
from server.tables import NewsRow
from tests.whole.simulator.registry import SimulatedRegistry


def forget_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that comes again is done again: the usual server without idempotency."""
    monkeypatch.setattr(registry, "answered", lambda _session, _ids: {})
    monkeypatch.setattr(registry, "remember", lambda *_what: None)


def number_news_by_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions are drawn when a request is sent, not when it commits: `seq > cursor`.

    A request that was slow on its way commits below what readers have passed already.
    """
    serving = [0]
    answer = SimulatedRegistry.answer

    def noting(self: SimulatedRegistry, request: Any) -> Any:
        serving[0] = request.ticket
        return answer(self, request)

    def drawn(session: Session, table: Table, feed: str, many: int) -> int:
        if table is not feeds.FEEDS:
            return count_up(session, table, feed, many)
        first = 100_000 + serving[0] * 1000
        while _is_taken(session, feed, first):
            first += 1
        last = first + many - 1
        value = max(last, count_up(session, table, feed, 0))
        session.connection().execute(table.update().where(table.c.name == feed).values(value=value))
        return last

    count_up = feeds.count_up
    monkeypatch.setattr(SimulatedRegistry, "answer", noting)
    monkeypatch.setattr(feeds, "count_up", drawn)


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
