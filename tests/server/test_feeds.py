"""Feeds: numbered in the order of commit, so that a reader with a position misses nothing."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from server import feeds, numbering, rounds
from server.accounts import Caller, principal_of
from server.api import sync
from server.db import read, transact
from server.feeds import Item
from server.moments import clock
from server.tables import FeedRow, NewsRow
from tests import builders
from tests.server.province import Province, Story, at_once


def _page(session: Session, feed: str, after: int, limit: int) -> feeds.Page:
    return feeds.page(session, feed, after, limit)


def test_a_reader_never_misses_what_writers_commit_meanwhile(province: Province) -> None:
    """Writers of three feeds in different orders; the reader only ever asks for what is newer."""
    names = ["office:a", "office:b", "office:c"]
    rounds, writers = 12, 5
    seen: dict[str, set[str]] = {name: set() for name in names}
    positions = dict.fromkeys(names, 0)
    is_over = threading.Event()

    def write(who: int) -> None:
        for n in range(rounds):
            chosen = names if n % 2 else list(reversed(names))
            items = [Item(name, f"{who}-{n}", "gone") for name in chosen]
            transact(province.engine, lambda session, items=items: feeds.publish(session, items))

    def follow() -> None:
        for name in names:
            after = positions[name]
            page = read(province.engine, partial(_page, feed=name, after=after, limit=7))
            seen[name] |= {line.split(b'"id":"')[1].split(b'"')[0].decode() for line in page.lines}
            positions[name] = page.last

    def keep_following() -> None:
        while not is_over.is_set():
            follow()

    reader = threading.Thread(target=keep_following)
    reader.start()
    at_once([lambda who=who: write(who) for who in range(writers)])
    is_over.set()
    reader.join()
    for _ in range(writers * rounds):
        follow()

    expected = {f"{who}-{n}" for who in range(writers) for n in range(rounds)}
    assert all(seen[name] == expected for name in names)
    assert set(positions.values()) == {writers * rounds}


def test_a_position_is_not_visible_before_a_smaller_one(province: Province) -> None:
    """The first writer holds the feed until it commits; the second waits and comes after it."""
    has_written, may_commit = threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        def work(session: Any) -> None:
            feeds.publish(session, [Item("office:a", "first", "gone")])
            has_written.set()
            may_commit.wait(5)
            order.append("first")

        transact(province.engine, work)

    def second() -> None:
        has_written.wait(5)
        threading.Timer(0.1, may_commit.set).start()

        def work(session: Any) -> None:
            feeds.publish(session, [Item("office:a", "second", "gone")])
            order.append("second")

        transact(province.engine, work)

    at_once([first, second])

    rows = select(NewsRow.ref).where(NewsRow.feed == "office:a").order_by(NewsRow.position)
    assert order == ["first", "second"]
    assert read(province.engine, lambda s: s.scalars(rows).all()) == ["first", "second"]


def test_a_record_stands_once_in_a_feed_at_its_last_change(story: Story) -> None:
    story.drafted()
    feed = f"person:{story.pi.account}"
    before = [line for line, _ in story.pi.items(feed)]

    title = builders.study_answers()["basic.research_title"]
    story.pi.does(
        story.study, "study", "save", "pi", edits={"basic.research_title": (title, "新题目")}
    )

    after = [line for line, _ in story.pi.items(feed)]
    assert [line["id"] for line in after].count(str(story.study)) == 1
    assert after[-1]["position"] == before[-1]["position"] + 1
    assert after[-1]["head"]["title"] == "新题目"


def test_a_page_goes_on_where_the_one_before_ended(story: Story) -> None:
    for _ in range(5):
        Story(story.province).drafted()
    feed = f"person:{story.pi.account}"
    whole = [line["position"] for line, _ in story.pi.items(feed)]

    found: list[int] = []
    after = 0
    while True:
        page = read(story.province.engine, partial(_page, feed=feed, after=after, limit=2))
        if not page.lines:
            break
        found += [int(line.split(b'"position":')[1].split(b",")[0]) for line in page.lines]
        after = page.last

    assert found == whole == sorted(whole)
    assert not read(story.province.engine, lambda s: feeds.has_more(s, feed, after))
    assert read(story.province.engine, lambda s: feeds.has_more(s, feed, 0))


def test_no_position_is_skipped(story: Story) -> None:
    story.filed()

    counters = select(FeedRow.name, FeedRow.value)
    items = select(NewsRow.feed, NewsRow.position)
    counted = dict(map(tuple, read(story.province.engine, lambda s: s.execute(counters).all())))
    last: dict[str, int] = {}
    for feed, position in read(story.province.engine, lambda s: s.execute(items).all()):
        last[feed] = max(position, last.get(feed, 0))

    assert counted == last


def test_the_digest_changes_with_every_item(story: Story) -> None:
    feed = f"person:{story.pi.account}"
    first = read(story.province.engine, lambda s: feeds.digest(s, feed))
    story.drafted()
    second = read(story.province.engine, lambda s: feeds.digest(s, feed))
    story.pi.does(story.study, "study", "delete", "pi")
    third = read(story.province.engine, lambda s: feeds.digest(s, feed))

    assert second["count"] == first["count"] + 1
    assert third == first


def test_numbers_have_no_gaps_and_no_twins_under_concurrency(province: Province) -> None:
    given: list[str] = []
    writers, each = 6, 5

    def number(who: int) -> None:
        for n in range(each):
            try:
                transact(province.engine, lambda session, n=n: _one(session, given, n))
            except _CutOffError:
                continue

    at_once([lambda who=who: number(who) for who in range(writers)])
    last = transact(province.engine, lambda s: numbering.study(s, "430100", clock()))

    done = sorted(int(number[-6:]) for number in given)
    assert done == list(range(1, len(done) + 1))
    assert len(done) == writers * (each - 1)
    assert int(last[-6:]) == len(done) + 1


class _CutOffError(Exception):
    pass


def _one(session: Any, given: list[str], n: int) -> None:
    number = numbering.study(session, "430100", clock())
    if n == 2:
        raise _CutOffError  # rolled back: the number is given again
    given.append(number)


def test_numbers_begin_anew_in_each_province_and_year(province: Province) -> None:
    from datetime import UTC, datetime

    autumn = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # already 2027 in Beijing

    def work(session: Any) -> list[str]:
        return [
            numbering.study(session, "430100", autumn),
            numbering.study(session, "430100", new_year),
            numbering.study(session, "110000", new_year),
            numbering.study(session, "", new_year),
            numbering.committee(session, new_year),
        ]

    assert transact(province.engine, work) == [
        "MR-43-26-000001", "MR-43-27-000001", "MR-11-27-000001", "MR-00-27-000001",
        "EC-20270101-0001",
    ]  # fmt: skip


def test_studies_filed_at_once_get_different_numbers(province: Province) -> None:
    stories = [Story(province) for _ in range(4)]
    for story in stories:
        story.submitted()
        story.secretary.does(
            story.study, "study", "ec_pass", "ethics_secretary", said={"way": "exempt"}
        )
        story.concluded()

    at_once([story.approved for story in stories])

    numbers = {province.record(story.study).number[-6:] for story in stories}
    assert numbers == {"000001", "000002", "000003", "000004"}


def test_feeds_of_others_are_not_read(story: Story) -> None:
    story.submitted()
    other = story.province.somebody("长河省中医院")

    assert not other.can_read(story.study)
    assert not other.can_read(uuid4())
    assert f"office:{story.hospital.account}" not in other.reads()


def test_a_quiet_round_asks_the_database_in_one_transaction(province: Province) -> None:
    pi, begun = province.somebody("林远"), list[object]()

    def who(session: Session) -> Caller:
        return Caller(
            pi.account, principal_of(session, pi.account), "x", must_change=False, token=""
        )

    def lines(positions: dict[str, int]) -> list[dict[str, Any]]:
        body = orjson.dumps({"positions": positions})
        told = b"".join(sync.round_lines(province.engine, who, body, packed=False))
        return [orjson.loads(line) for line in told.splitlines() if line]

    end = lines({})[-1]
    assert (end["more"], set(end["held"])) == (False, set(end["feeds"]))
    event.listen(province.engine, "begin", begun.append)

    head, again = lines({feed: held["position"] for feed, held in end["held"].items()})

    assert len(begun) == 1
    assert (head["outcomes"], again) == ([], end)


def test_pages_go_over_feeds_and_end_where_the_limit_is(province: Province) -> None:
    """Whatever the size of a page and the limit, all is told once and in order."""
    pi = province.somebody("林远")
    asking = read(
        province.engine,
        lambda s: Caller(pi.account, principal_of(s, pi.account), "x", must_change=False, token=""),
    )
    told, positions, is_more = list[tuple[str, int]](), dict[str, int](), True
    while is_more:
        parts = b"".join(rounds.news(province.engine, asking, positions, 3, held=True)).splitlines()
        items = [orjson.loads(line) for line in parts[:-1:2]]
        end = orjson.loads(parts[-1])
        told += [(item["feed"], item["position"]) for item in items]
        positions |= dict(told[-len(items) :] if items else ())
        is_more = end["more"]
        assert is_more == bool(set(end["feeds"]) - set(end["held"]))
        assert len(items) == 3 or not is_more

    whole = b"".join(rounds.news(province.engine, asking, {}, 50_000, held=True)).splitlines()
    expected = [orjson.loads(line) for line in whole[:-1:2]]
    assert told == [(item["feed"], item["position"]) for item in expected]
    assert len(told) > 3
