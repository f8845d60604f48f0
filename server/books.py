"""The registry's books within one transaction: records read, written with their history, and told.

Whoever writes takes the turn of the record's root first (the study of an opinion): nobody decides
on what is about to change. What was written is told in the feeds at the very end (`feeds`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, bindparam, delete, insert, select, text
from sqlalchemy.orm import Session

from app.answers import brought_up_to_date
from app.forms.person import ROLE
from app.heads import CARD_FIELDS, head_of
from app.record import Answers, Passage, Record
from app.workflows import WORKFLOWS
from app.workflows.readers import audience, readers_in_force
from server import cards, feeds
from server.db import upsert
from server.feeds import Item, Kind
from server.hearing import differences, heard
from server.moments import told
from server.tables import (
    GrantRow,
    PartyRow,
    RecordFileRow,
    RecordRow,
    RevisionRow,
)

RECORDS = cast("Table", RecordRow.__table__)
REVISIONS = cast("Table", RevisionRow.__table__)
PARTIES = cast("Table", PartyRow.__table__)
RECORD_FILES = cast("Table", RecordFileRow.__table__)
NAMES_FILE = b'"sha256"'
"""What stands in the bytes of every record that names a document."""
WRITTEN = (RECORDS, REVISIONS, PARTIES, RECORD_FILES)
"""In the order in which they refer to each other."""
INSERTS = {table: insert(table) for table in WRITTEN}
BODIES = select(RECORDS.c.body).where(RECORDS.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True)
class Deed:
    """Who did what: what the history keeps beside the answers. Secrets are in none of it."""

    command: str
    actor: str
    name: str
    role: str
    edits: dict[str, Any] = field(default_factory=dict)
    said: Answers = field(default_factory=dict)
    settled: dict[str, Any] = field(default_factory=dict)
    """After a clash: by path what each of the two had written."""
    choice: Answers = field(default_factory=dict)
    """What the timeline tells of that (`app.answers.settling`)."""
    is_told: bool = True
    """Whether it is a passage of the timeline."""


class Books:
    """All records that one transaction touches."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self._told_before: dict[UUID, dict[str, Kind]] = {}
        self._standing: dict[UUID, Record] = {}
        self._asked: dict[UUID, Record | None] = {}
        self._name_files: set[UUID] = set()
        self._written: dict[UUID, Record] = {}
        self._cards: set[UUID] = set()
        self._regranted: set[UUID] = set()
        self._rows: dict[Table, list[dict[str, Any]]] | None = None
        self.bodies: dict[UUID, bytes] = {}
        """Of what was written, the bytes as they are stored and sent."""

    # -- reading --------------------------------------------------------------

    def take_turn(self, record_id: UUID, parent: UUID | None) -> None:
        """Wait for whoever is writing this record, or the one it belongs to."""
        self.take_turns([(record_id, parent)])

    def take_turns(self, records: Sequence[tuple[UUID, UUID | None]]) -> None:
        """Wait for whoever is writing any of these, or what they belong to; in one order always.

        SQLite has one writer at a time anyhow. On PostgreSQL it is an advisory lock, because
        two desks may begin the same record and then there is no row yet to lock.
        """
        if self.session.get_bind().dialect.name != "postgresql":
            return
        asked = select(RECORDS.c.id, RECORDS.c.parent).where(
            RECORDS.c.id.in_([record_id for record_id, _ in records])
        )
        known = {row.id: row.parent for row in self.session.execute(asked)}
        roots = {known.get(record_id) or parent or record_id for record_id, parent in records}
        for key in sorted(int.from_bytes(root.bytes[:8], "big", signed=True) for root in roots):
            self.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def find(self, record_id: UUID) -> Record | None:
        """The record as it stands now, its answers brought up to date."""
        if record_id in self._written:
            return self._written[record_id]
        if record_id in self._asked:
            return self._asked[record_id]
        body = self.session.execute(
            select(RecordRow.body).where(RecordRow.id == record_id)
        ).scalar_one_or_none()
        return self._found(body) if body is not None else None

    def look_up(self, ids: Sequence[UUID]) -> None:
        """Read these records in one question; `find` gives them then, or that there is none."""
        self._asked |= dict.fromkeys(ids)
        bodies = self.session.connection().scalars(BODIES, {"ids": list(ids)})
        found = (self._found(body) for body in bodies)
        self._asked |= {record.id: record for record in found}

    def _found(self, body: bytes) -> Record:
        record = record_of(body)
        self._told_before.setdefault(record.id, _telling(record))
        self._standing[record.id] = record
        if NAMES_FILE in body:
            self._name_files.add(record.id)
        return record

    def children(self, parent: UUID, form: str) -> list[Record]:
        """The records that belong to another, in the order of their ids."""
        ids = self.session.scalars(
            select(RecordRow.id).where(RecordRow.parent == parent, RecordRow.form == form)
        )
        found = (self.find(record_id) for record_id in sorted(ids))
        return [record for record in found if record is not None]

    # -- writing --------------------------------------------------------------

    def write(self, record: Record, before: str, deed: Deed) -> Record:
        """Store the next revision: `record` as it shall be, `before` the state it came from."""
        revision = record.revision + 1
        log = record.log
        if deed.is_told:
            log = (*log, self._passage(record.state, before, revision, deed))
        record = replace(record, revision=revision, log=log, updated_at=told(self.now))
        self._told_before.setdefault(record.id, {})
        self._store(record)
        self._remember(record, deed)
        self._index(record)
        self._written[record.id] = self._standing[record.id] = record
        if record.form in CARD_FIELDS:
            self._cards.add(record.id)
        return record

    def _passage(self, state: str, before: str, revision: int, deed: Deed) -> Passage:
        return Passage(
            at=told(self.now),
            command=deed.command,
            by=deed.actor,
            name=deed.name,
            role=deed.role,
            before=before,
            after=state,
            revision=revision,
            said=deed.said | deed.choice,
        )

    def _store(self, record: Record) -> None:
        head = head_of(record)
        office = next(iter(record.parties.get("institution", ())), "")
        body = self.bodies[record.id] = orjson.dumps(record.to_wire())
        row = {
            "id": record.id,
            "form": record.form,
            "state": record.state,
            "revision": record.revision,
            "number": record.number or None,
            "office": UUID(office.removeprefix("office:")) if office else None,
            "parent": record.parent,
            "title": head.title.replace("\x00", ""),
            "body": body,
            "head": orjson.dumps(head.to_wire()),
            "updated_at": self.now,
        }
        self._put(RECORDS, row)

    def _remember(self, record: Record, deed: Deed) -> None:
        row = {
            "record": record.id,
            "revision": record.revision,
            "command": deed.command,
            "actor": deed.actor,
            "role": deed.role,
            "at": self.now,
            "state": record.state,
            "form_version": record.form_version,
            "change": orjson.dumps(
                {"edits": deed.edits, "said": deed.said}
                | ({"settled": deed.settled} if deed.settled else {})
            ),
            "answers": orjson.dumps(record.answers),
        }
        self._put(REVISIONS, row)

    def _index(self, record: Record) -> None:
        """Keep the small indexes in step with what the record said before."""
        was = self._standing.get(record.id) if record.revision > 1 else None
        if was is None and record.revision > 1:
            was = self._found(self._stored(record.id))
        known = _engaged(was) if was else set()
        for party, name in known - _engaged(record):
            self.session.execute(
                delete(PartyRow).where(
                    PartyRow.record == record.id, PartyRow.party == party, PartyRow.name == name
                )
            )
        for party, name in sorted(_engaged(record) - known):
            self._put(PARTIES, {"record": record.id, "party": party, "name": name})
        if NAMES_FILE in self.bodies[record.id] or record.id in self._name_files:
            self._index_files(record, files_of(was) if was else set())

    def _stored(self, record_id: UUID) -> bytes:
        asked = select(RECORDS.c.body).where(RECORDS.c.id == record_id)
        return bytes(self.session.connection().execute(asked).scalar_one())

    def _index_files(self, record: Record, known: set[str]) -> None:
        named = files_of(record)
        if gone := known - named:
            self.session.execute(
                delete(RecordFileRow).where(
                    RecordFileRow.record == record.id, RecordFileRow.sha256.in_(gone)
                )
            )
        for sha256 in sorted(named - known):
            self._put(RECORD_FILES, {"record": record.id, "sha256": sha256})

    # -- many at a time --------------------------------------------------------

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Write what is written inside in few statements at the end; nothing where it raises."""
        self._rows = {}
        yield
        rows, self._rows = self._rows, None
        for table in WRITTEN:
            self._write(table, rows.get(table, []))

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        if self._rows is None:
            self._write(table, [row])
        else:
            self._rows.setdefault(table, []).append(row)

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if table is RECORDS:  # each once, as it became
            upsert(self.session, table, list({r["id"]: r for r in rows}.values()), key=("id",))
        elif rows:
            self.session.connection().execute(INSERTS[table], rows)

    # -- telling --------------------------------------------------------------

    def show_card(self, record_id: UUID) -> None:
        """The roles of a person have changed: tell their card anew, and what they may read now."""
        self._cards.add(record_id)
        self._regranted.add(record_id)

    def tell(self) -> dict[str, tuple[int, list[str]]]:
        """Tell what was written to whom it concerns. The last thing before the commit.

        Gives where: by feed the first position, and the refs one after the other.
        """
        for record_id in sorted(self._cards):
            self._say_roles(record_id)
        held: dict[str, set[str]] = {}
        items = [item for record in self._written.values() for item in self._news_of(record, held)]
        for record_id in sorted(self._cards):
            record = self.find(record_id)
            if record is not None:
                items += cards.news_of(self.session, record)
            if record is not None and record_id in self._regranted:
                items += differences(self.session, f"person:{record_id}", self.find, _telling)
        return feeds.publish(self.session, items)

    def _news_of(self, record: Record, held: dict[str, set[str]]) -> Iterator[Item]:
        now = heard(self.session, record, _telling(record), held)
        before = heard(self.session, record, self._told_before[record.id], held)
        for feed, kind in now.items():
            if kind == "record" or before.get(feed) != kind:  # what is in force has not changed
                yield Item(feed, str(record.id), kind, record.id)
        for feed in before.keys() - now.keys():
            yield Item(feed, str(record.id), "gone", record.id)

    def _say_roles(self, record_id: UUID) -> None:
        """Keep a person's record as their roles are: lists filter by it, papers print it."""
        person = self.find(record_id)
        if person is None or person.form != "person" or person.state in ("new", "deleted"):
            return
        held = ROLE.parse(
            self.session.scalars(
                select(GrantRow.role).where(GrantRow.principal == f"person:{record_id}").distinct()
            ).all()
        )
        if person.answers.get("roles") != held:
            self.take_turn(record_id, None)
            answers = {**person.answers, "roles": held}
            answers = answers if held else {k: v for k, v in answers.items() if k != "roles"}
            by_itself = Deed("roles", "system", "登记中心 Registry", "system", is_told=False)
            self.write(replace(person, answers=answers), person.state, by_itself)


def record_of(body: bytes) -> Record:
    """The record in these bytes, its answers brought up to date."""
    return brought_up_to_date(Record.from_wire(orjson.loads(body)))


def files_of(record: Record) -> set[str]:
    """The SHA-256 of every document that the record names, in its answers or in its log."""
    in_force = record.in_force.answers if record.in_force else {}
    return set(_named([record.answers, in_force, *(passage.said for passage in record.log)]))


def files_named(answers: Answers) -> set[str]:
    """The SHA-256 of every document among these answers."""
    return set(_named(answers))


def _engaged(record: Record) -> set[tuple[str, str]]:
    return {(party, name) for party, names in record.parties.items() for name in names}


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str):
            yield value["sha256"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _telling(record: Record) -> dict[str, Kind]:
    """The feeds in which a record is told: as it stands, or as it is in force meanwhile."""
    workflow = WORKFLOWS[record.form]
    told: dict[str, Kind] = dict.fromkeys(readers_in_force(workflow, record), "in_force")
    return told | dict.fromkeys(audience(workflow, record.state, record.parties), "record")
