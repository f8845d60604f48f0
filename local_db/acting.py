"""What a person does to records here: judged by the same table as in the registry, then queued."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import partial
from itertools import groupby, islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from app.answers import as_new_draft, edits_between, flat
from app.forms import FORMS
from app.heads import head_of
from app.record import Answers, Edits, Principal, Record
from app.rules import Known, known_of
from app.workflows import WORKFLOWS
from app.workflows.roles import granted
from local_db import listing, outbox, recycling
from local_db.knowing import DeskSource
from local_db.seen import DELETE, SAVE, Beyond, Message, after, as_seen, gate, joined, new_record
from local_db.values import Deed

NONE: Mapping[str, list[Any]] = {}
BATCH = 100
"""Records of an import that are made, written and forgotten together; a stop is heard between."""
PAUSE = 20
"""Steps on records that are here between two words on how far an import is."""


@dataclass(frozen=True)
class By:
    """Who acts, in which role, when."""

    role: str
    who: Principal
    at: str
    new_id: Callable[[], UUID]
    is_pdf: Callable[[str], bool | None] = lambda _sha256: None
    """Whether a document on this desk is a PDF by its content; None where it is not here."""

    @property
    def today(self) -> date:
        """The day it is in China: what the registry will count by."""
        return datetime.fromisoformat(self.at).astimezone(timezone(timedelta(hours=8))).date()


def known(db: Connection, record: Record, by: By) -> Known:
    """What this desk knows beyond the answers: the rules ask for it before a step is taken."""
    return known_of(record, DeskSource(db, by.who, by.is_pdf), today=by.today)


def begin(db: Connection, form_id: str, record_id: UUID, by: By) -> Record:
    """An empty record that only this desk knows."""
    record = _empty(form_id, record_id, by)
    n = outbox.store_base(db, record)
    return outbox.refresh(db, n, by.who).record


def _empty(form_id: str, record_id: UUID, by: By) -> Record:
    who = by.who.acting_as(granted(by.role))
    record = new_record(FORMS[form_id], WORKFLOWS[form_id], record_id, who)
    return replace(record, updated_at=by.at)


def begin_many(
    db: Connection,
    form_id: str,
    command: str,
    entries: Iterable[tuple[Answers, Answers]],
    by: By,
    progress: Callable[[int], object],
) -> Iterator[Record]:
    """New records with one command on each; written in few statements, for long imports.

    Each batch is let go of once it is written: what is freed at once is freed without a word, and
    thousands of records take longer than a window may stand still.
    """
    last = db.exec_driver_sql("SELECT coalesce(max(n), 0) FROM record").scalar_one()
    beyond = Beyond(by.today, partial(known, db, by=by))
    left, done = iter(entries), 0
    progress(done)
    while here := list(islice(left, BATCH)):
        made, bases, changes, heads = [], [], [], []
        for n, (answers, said) in enumerate(here, start=last + done + 1):
            empty = _empty(form_id, by.new_id(), by)
            step, edits = gate(empty, command, answers, said, (by.role, by.who), beyond)
            message = _message(empty, command, edits, said, by)
            record = after(empty, step, answers, said, (by.role, by.who))
            made.append(record)
            bases.append((n, str(empty.id), orjson.dumps(empty.to_wire())))
            changes.append((message["change_id"], n, orjson.dumps(message), by.at))
            heads.append((n, head_of(record).to_wire(), True, False))
        db.exec_driver_sql("INSERT INTO record (n, id, body) VALUES (?, ?, ?)", bases)
        db.exec_driver_sql(outbox.INSERT, changes)
        listing.put(db, heads, frozenset(n for n, *_ in heads))
        yield from made
        done += len(here)
        progress(done)  # whatever it raises leaves nothing of them


def act_many(
    db: Connection, deeds: Iterable[Deed], by: By, progress: Callable[[int], object]
) -> Iterator[Record]:
    """One after the other; those that make new records of one form are written together."""
    before = 0
    for kind, group in groupby(deeds, _kind):
        for record in _take(db, kind, group, by, partial(_count, progress, before)):
            before += 1
            yield record


def _take(
    db: Connection,
    kind: tuple[str, str, bool],
    deeds: Iterable[Deed],
    by: By,
    progress: Callable[[int], object],
) -> Iterator[Record]:
    form_id, command, is_new = kind
    if not is_new:
        return _perform_each(db, command, deeds, by, progress)
    entries = ((deed.answers or {}, deed.said) for deed in deeds)
    return begin_many(db, form_id, command, entries, by, progress)


def _perform_each(
    db: Connection, command: str, deeds: Iterable[Deed], by: By, progress: Callable[[int], object]
) -> Iterator[Record]:
    for n, deed in enumerate(deeds):
        if n % PAUSE == 0:
            progress(n)
        assert deed.record is not None
        yield perform(db, deed.record, command, (deed.answers, deed.said), by)


def _count(progress: Callable[[int], object], before: int, done: int) -> None:
    progress(before + done)


def _kind(deed: Deed) -> tuple[str, str, bool]:
    return deed.form, deed.command, deed.record is None


def perform(
    db: Connection,
    record_id: UUID,
    command: str,
    what: tuple[Answers | None, Answers],
    by: By,
    settled: Mapping[str, list[Any]] = NONE,
) -> Record:
    """Queue one change, joined to the one before it where both only save and neither was sent.

    `settled`: it settles a clash; by path what was mine and what was theirs, for the history.
    """
    n = outbox.known(db, record_id)
    seen = outbox.seen(db, n, by.who)
    if seen.is_deleted:
        raise outbox.not_here()
    answers, said = what
    answers = seen.record.answers if answers is None else answers
    beyond = Beyond(by.today, partial(known, db, by=by))
    _step, edits = gate(seen.record, command, answers, said, (by.role, by.who), beyond)
    message = _message(seen.record, command, edits, said, by)
    if settled:
        message["settled"] = settled
    waiting = outbox.items(db, n)
    last = waiting[-1] if waiting else None
    if last and _goes_with(last, message):
        beneath = as_seen(outbox.base(db, n), (i.message for i in waiting[:-1]), by.who).record
        merged = {
            **last.message,
            **message,
            "change_id": last.message["change_id"],
            "base_revision": last.message["base_revision"],
            "edits": joined(last.message, edits, beneath.answers),
        }
        outbox.rewrite(db, last, merged)
    elif command != SAVE or edits or settled or seen.record.revision == 0:
        outbox.add(db, n, message)  # a save that changes nothing is nothing to send
    if command == DELETE:
        _keep_a_copy(db, seen.record, by)
    return outbox.refresh(db, n, by.who).record


def clashing(db: Connection, n: int, by: By) -> dict[str, list[Any]]:
    """Of each path on which somebody else was first, what is mine and what is theirs."""
    found = db.exec_driver_sql(
        "SELECT clashes FROM outbox WHERE n = ? AND state = 'clash' ORDER BY k", (n,)
    ).scalars()
    paths = [outbox.path_of(c) for clashes in found.all() for c in orjson.loads(clashes or b"[]")]
    mine, theirs = flat(outbox.seen(db, n, by.who).record.answers), flat(outbox.base(db, n).answers)
    return {path: [mine.get(path), theirs.get(path)] for path in paths}


def _keep_a_copy(db: Connection, record: Record, by: By) -> None:
    """What is deleted in the registry can be brought back here for a time, as a new draft."""
    answers = as_new_draft(FORMS[record.form], record.answers)
    if not answers or not WORKFLOWS[record.form].may_begin(by.who.acting_as(by.role)):
        return
    fresh = _empty(record.form, by.new_id(), by)
    message = _message(fresh, SAVE, edits_between({}, answers), {}, by)
    recycling.keep(db, fresh, [message], by.who, by.at)


def _message(record: Record, command: str, edits: Edits, said: Answers, by: By) -> Message:
    return {
        "change_id": str(by.new_id()),
        "record_id": str(record.id),
        "form": record.form,
        "form_version": FORMS[record.form].version,
        "base_revision": record.revision,
        "command": command,
        "role": by.role,
        "edits": {path: list(edit) for path, edit in edits.items()},
        "said": said,
        "parent": str(record.parent) if record.parent else None,
        "made_at": by.at,
    }


def _goes_with(last: outbox.Item, message: Message) -> bool:
    """Whether two changes are one: both saves in the same role, the first never attempted."""
    return (
        last.state == "waiting"
        and last.message["command"] == message["command"] == SAVE
        and last.message["role"] == message["role"]
        and not last.message["said"]
        and not message["said"]
    )
