"""A registry filled with invented offices, people and studies: straight into its tables, quickly.

What is written is what the registry itself would write for a study that was saved once: record,
history, parties, news in the feeds of whoever reads it, the number and its counter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
from sqlalchemy import Connection, Engine, Table, insert

from app.heads import card_of, head_of
from app.record import Grant, Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.readers import audience
from bench.invented import study
from server import accounts, passwords
from server.db import connect, transact
from server.migrations import migrate
from server.tables import (
    AccountRow,
    CardRow,
    CounterRow,
    FeedRow,
    GrantRow,
    LoginRow,
    NewsRow,
    OfficeRow,
    PartyRow,
    RecordRow,
    RevisionRow,
)
from sync.protocol import mark_of

PASSWORD = "Bench2026"
PER_OFFICE = 20
"""People of one institution."""
AT_ONCE = 500
INVENTED = 3000
"""Different studies."""
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def login(nth: int) -> str:
    return f"bench{nth}"


def person_id(nth: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"person {nth}")  # as spread as real ones: locks go by their bits


def office_id(nth: int) -> UUID:
    return UUID(int=(9 << 64) + nth)


def principal(nth: int) -> Principal:
    """The nth person: an investigator of one of the offices."""
    office = f"office:{office_id(nth // PER_OFFICE)}"
    name = f"第{nth // PER_OFFICE + 1}医院"
    return Principal(
        f"person:{person_id(nth)}", f"研究者{nth}", office, name, (Grant("pi", office),)
    )


class _Feeds:
    """What stands in each feed while it is filled."""

    def __init__(self) -> None:
        self.held: dict[str, list[int]] = {}

    def row(self, feed: str, ref: str, kind: str, record: UUID | None) -> dict[str, Any]:
        held = self.held.setdefault(feed, [0, 0])
        held[0] += 1
        held[1] += mark_of(ref, held[0])
        return {"feed": feed, "ref": ref, "position": held[0], "kind": kind, "record": record}


def fill(engine: Engine, people: int, studies: int) -> None:
    """Make the tables and fill them; the studies go round among the people."""
    migrate(engine)
    transact(engine, accounts.new_epoch)
    feeds = _Feeds()
    with engine.begin() as connection:
        _people(connection, people, feeds)
    for first in range(0, studies, AT_ONCE):
        page = [
            _study(nth, principal(nth % people))
            for nth in range(first, min(first + AT_ONCE, studies))
        ]
        with engine.begin() as connection:
            _studies(connection, page, feeds)
    with engine.begin() as connection:
        rows = [
            {"name": name, "value": count, "count": count, "mark": mark}
            for name, (count, mark) in feeds.held.items()
        ]
        _write(connection, FeedRow, rows)
        _write(connection, CounterRow, [{"name": "MR-43-26", "value": studies}])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _study(nth: int, who: Principal) -> Record:
    # Inventing takes longer than filing: each is filed again and again under ids of its own.
    record = _invented(nth % INVENTED)
    record_id = uuid5(NAMESPACE_OID, f"study {nth}")
    return replace(
        record,
        id=record_id,
        number=f"MR-43-26-{nth:06}" if record.number else "",
        parties=WORKFLOWS["study"].parties_of_new(str(record_id), who),
    )


@cache
def _invented(nth: int) -> Record:
    record = study(nth)
    return replace(record, revision=1, log=record.log[:1])


def _write(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(cast("Table", table.__table__)), rows)


def _people(connection: Connection, people: int, feeds: _Feeds) -> None:
    password = passwords.hashed(PASSWORD)
    everybody = [principal(nth) for nth in range(people)]
    offices = sorted({(who.office, who.office_name) for who in everybody})
    _write(connection, OfficeRow, [
        {"id": _uuid(office), "parent": None, "kind": "institution", "name": name,
         "division": "430000", "registrar": None}
        for office, name in offices
    ])  # fmt: skip
    _write(connection, AccountRow, [
        {"id": person_id(nth), "principal": who.id, "name": who.name, "office": _uuid(who.office),
         "password": password, "must_change": False, "disabled": False}
        for nth, who in enumerate(everybody)
    ])  # fmt: skip
    _write(
        connection, LoginRow,
        [{"login": login(nth), "account": person_id(nth)} for nth in range(people)],
    )  # fmt: skip
    _write(
        connection, GrantRow,
        [{"principal": who.id, "role": "pi", "scope": who.office} for who in everybody],
    )  # fmt: skip
    records = [_person(nth, who) for nth, who in enumerate(everybody)]
    _records(connection, records)
    news, cards = list[dict[str, Any]](), list[dict[str, Any]]()
    for record in records:
        card = card_of(record, ("pi",))
        feed = f"staff:{record.parties['institution'][0].removeprefix('office:')}"
        cards.append({"ref": card["ref"], "feed": feed, "body": orjson.dumps(card)})
        news.append(feeds.row(feed, card["ref"], "card", None))
        news += _news(record, feeds)
    _write(connection, CardRow, cards)
    _write(connection, NewsRow, news)


def _uuid(office: str) -> UUID:
    return UUID(office.removeprefix("office:"))


def _person(nth: int, who: Principal) -> Record:
    return Record(
        id=person_id(nth),
        form="person",
        form_version=1,
        state="active",
        revision=1,
        answers={"name": who.name, "department": "科研处", "roles": ["pi"]},
        parties={"self": (who.id,), "institution": (who.office,)},
        updated_at="2026-11-21T00:00:00.000Z",
    )


def _studies(connection: Connection, page: list[Record], feeds: _Feeds) -> None:
    _records(connection, page)
    _write(connection, NewsRow, [row for record in page for row in _news(record, feeds)])


def _news(record: Record, feeds: _Feeds) -> Iterator[dict[str, Any]]:
    for feed in sorted(audience(WORKFLOWS[record.form], record.state, record.parties)):
        yield feeds.row(feed, str(record.id), "record", record.id)


def _records(connection: Connection, records: list[Record]) -> None:
    told = {record.id: head_of(record) for record in records}
    _write(connection, RecordRow, [
        {"id": r.id, "form": r.form, "state": r.state, "revision": 1, "number": r.number or None,
         "office": _uuid(r.parties["institution"][0]) if "institution" in r.parties else None,
         "parent": None, "title": told[r.id].title, "body": orjson.dumps(r.to_wire()),
         "head": orjson.dumps(told[r.id].to_wire()), "updated_at": NOW}
        for r in records
    ])  # fmt: skip
    _write(connection, RevisionRow, [
        {"record": r.id, "revision": 1, "command": "save", "actor": "system", "role": "pi",
         "at": NOW, "state": r.state, "form_version": r.form_version,
         "change": orjson.dumps({"edits": {}, "said": {}}), "answers": orjson.dumps(r.answers)}
        for r in records
    ])  # fmt: skip
    _write(connection, PartyRow, [
        {"record": r.id, "party": party, "name": name}
        for r in records
        for party, names in r.parties.items()
        for name in names
    ])  # fmt: skip


def fill_at(url: str, people: int, studies: int) -> None:
    """Fill the database at this address, and let go of it."""
    engine = connect(url, pool=2)
    try:
        fill(engine, people, studies)
    finally:
        engine.dispose()
