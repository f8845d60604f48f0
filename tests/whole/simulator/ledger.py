"""What a run must have kept, noted on the way and compared with both sides at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.forms.types import Secret
from app.record import Record
from app.workflows import WORKFLOWS
from app.workflows.readers import as_in_force
from app.workflows.roles import feeds_of
from app.workflows.table import IN_FORCE
from server.accounts import principal_of
from server.books import record_of
from server.db import read
from server.sample import ident
from server.soundness import faults
from server.tables import CardRow, DoneRow, FeedRow, NewsRow, RecordRow, RevisionRow
from sync.protocol import Outcome
from tests.whole.simulator.desk import SimulatedDesk
from tests.whole.simulator.registry import SimulatedRegistry

OWN = ("ask", "sample")
"""What the registry writes by itself, besides the steps of its own role."""
PASSING = ("try_later", "faulty")


class Ledger:
    """Every message that was sent and every answer that a desk had, by change id.

    `known` is what stood in the history before the run began.
    """

    def __init__(self, known: Counter[bytes], answered: frozenset[str]) -> None:
        self.known, self.answered = known, answered
        self.sent: dict[str, bytes] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self.broken: list[str] = []
        self.counts: Counter[str] = Counter()

    def note_sending(self, changes: Sequence[Mapping[str, Any]]) -> None:
        for change in changes:
            body, change_id = orjson.dumps(change), str(change["change_id"])
            if self.sent.setdefault(change_id, body) != body:
                self.broken.append(f"change {change_id} was edited after it was sent")

    def note_told(self, _changes: object, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            told = _answer(outcome)
            code = (outcome.error or {}).get("code")
            self.counts[f"{outcome.result} {code or ''}".strip()] += 1
            if code == "faulty":
                self.broken.append(f"change {outcome.change_id} meets a fault of the registry")
            if code in PASSING:
                continue
            before = self.told.setdefault(str(outcome.change_id), told)
            if before != told:
                self.broken.append(f"change {outcome.change_id} was answered in two ways")


def broken(
    ledger: Ledger, registry: SimulatedRegistry, desks: Sequence[SimulatedDesk]
) -> list[str]:
    """Every promise that this run broke, in words; call it once the network is healed and quiet."""
    found = list(ledger.broken)
    found += read(registry.engine, lambda session: list(_history(session, ledger)))
    found += read(registry.engine, lambda session: list(_states(session)))
    found += read(registry.engine, lambda session: list(_counted(session)))
    found += [f"registry: {fault}" for fault in faults(registry.engine, registry.archive)]
    history = read(registry.engine, _texts)
    for desk in desks:
        told = (f"{desk.place.name}: {fault}" for fault in _desk(ledger, registry, desk, history))
        found += told
    return found


def _answer(outcome: Outcome) -> dict[str, Any]:
    """What was answered; not the record, which is told as it stands when somebody asks."""
    return outcome.model_dump(mode="json", exclude={"record", "became", "by"})


# -- the registry ------------------------------------------------------------------


def _history(session: Session, ledger: Ledger) -> Iterator[str]:
    """Each change that was done stands in the history once, and nothing else does."""
    answered = {
        str(change): _answer(Outcome.model_validate_json(outcome))
        for change, outcome in session.execute(select(DoneRow.change, DoneRow.outcome))
        if str(change) not in ledger.answered
    }
    for change_id, told in ledger.told.items():
        if answered.get(change_id) not in (None, told):
            yield f"change {change_id}: the registry remembers another answer"
    done = {change_id for change_id, told in {**ledger.told, **answered}.items()
            if told["result"] == "done"}  # fmt: skip
    if unknown := done - ledger.sent.keys():
        yield f"{len(unknown)} changes were done that nobody sent"
    expected = Counter(_deed_of(orjson.loads(ledger.sent[c])) for c in done & ledger.sent.keys())
    kept = _deeds(session) - ledger.known
    for deed, times in (expected - kept).items():
        yield f"lost {times} times: {deed.decode()[:300]}"
    for deed, times in (kept - expected).items():
        yield f"done {times} times too often: {deed.decode()[:300]}"


def begun(session: Session) -> Ledger:
    """A ledger for a run that begins with what the registry has now."""
    answered = frozenset(map(str, session.scalars(select(DoneRow.change))))
    return Ledger(_deeds(session), answered)


def _deeds(session: Session) -> Counter[bytes]:
    kept: Counter[bytes] = Counter()
    for row in session.scalars(select(RevisionRow)):
        if row.command not in OWN and row.role != "system":
            kept[_deed(str(row.record), row.command, row.role, orjson.loads(row.change))] += 1
    return kept


def _deed_of(message: Mapping[str, Any]) -> bytes:
    fields = {
        field.id: isinstance(field.type, Secret)
        for step in WORKFLOWS[message["form"]].steps
        if step.command == message["command"] and step.asks
        for field in step.asks.fields
    }
    said = {key: value for key, value in message["said"].items() if not fields.get(key, True)}
    change = {"edits": message["edits"], "said": said}
    if "settled" in message:
        change["settled"] = message["settled"]
    return _deed(message["record_id"], message["command"], message["role"], change)


def _deed(record: str, command: str, role: str, change: Mapping[str, Any]) -> bytes:
    if command == "submit":
        # Which committees are asked for is decided by what the registry finds changed: a small
        # change of what is filed goes to the institution, and keeps none.
        change = {**change, "said": {}}
    return orjson.dumps([record, command, role, change], option=orjson.OPT_SORT_KEYS)


def _states(session: Session) -> Iterator[str]:
    """Every record came to its state by steps of its table, each by a role that may take it."""
    before: dict[Any, str] = {}
    forms: dict[Any, str] = _pairs(session, select(RecordRow.id, RecordRow.form))
    left: dict[Any, str] = {}
    order = select(RevisionRow).order_by(RevisionRow.record, RevisionRow.revision)
    for row in session.scalars(order):
        workflow = WORKFLOWS[forms[row.record]]
        was = before.get(row.record, workflow.start)
        before[row.record] = row.state
        if row.command in OWN:
            continue
        steps = [
            step
            for step in workflow.steps
            if step.command == row.command and was in step.at and row.role in step.by
        ]
        if any(step.keeps for step in steps):
            left[row.record] = was
        back = {IN_FORCE: left.get(row.record), None: was}
        if row.state not in {back.get(step.to, step.to) for step in steps}:
            yield f"record {row.record}: no step {row.command} by {row.role}: {was} → {row.state}"


def _counted(session: Session) -> Iterator[str]:
    """Numbers are without gaps and given once; feeds count without gaps."""
    numbers = list(
        session.scalars(
            select(RecordRow.number).where(RecordRow.form == "study", RecordRow.number.is_not(None))
        )
    )
    series: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        series[str(number)[:-6]].append(int(str(number)[-6:]))
    for name, given in series.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"numbers of {name}: {sorted(given)}"
    last: dict[str, int] = _pairs(
        session, select(NewsRow.feed, func.max(NewsRow.position)).group_by(NewsRow.feed)
    )
    counted: dict[str, int] = _pairs(session, select(FeedRow.name, FeedRow.value))
    if last != counted:
        yield f"feeds end at {last}, their counters say {counted}"


def _pairs(session: Session, asked: Any) -> dict[Any, Any]:
    return {row[0]: row[1] for row in session.execute(asked)}


def _texts(session: Session) -> str:
    return "\n".join(body.decode() for body in session.scalars(select(RevisionRow.change)))


# -- a desk ------------------------------------------------------------------------


def _desk(
    ledger: Ledger, registry: SimulatedRegistry, desk: SimulatedDesk, history: str
) -> Iterator[str]:
    if not desk.copy.is_sound():
        yield "the store is damaged"
    yield from _unsent(ledger, desk)
    yield from _written(desk, history)
    yield from _same(registry, desk)


def _unsent(ledger: Ledger, desk: SimulatedDesk) -> Iterator[str]:
    for item in desk.copy.outbox():
        told = ledger.told.get(str(item.change_id), {}).get("result")
        if told == "done":
            yield f"change {item.change_id} was done and is still in the outbox"
        elif item.state in ("clash", "refused"):
            if told != item.state or (item.state == "refused" and not item.error):
                yield f"change {item.change_id} is held as {item.state}, was answered {told}"
        elif not _waits_behind(desk, item.record_id):
            yield f"change {item.change_id} ({item.command}, {item.state}) is never sent"


def _waits_behind(desk: SimulatedDesk, record_id: object) -> bool:
    return any(
        item.record_id == record_id and item.state in ("clash", "refused")
        for item in desk.copy.outbox()
    )


def _written(desk: SimulatedDesk, history: str) -> Iterator[str]:
    """Every text is in the registry's history, or here to be sent or taken up again."""
    with desk.copy._store.reading() as db:
        kept = [
            bytes(body).decode()
            for sql in ("SELECT message FROM outbox", "SELECT changes FROM recycled")
            for body in db.exec_driver_sql(sql).scalars()
        ]
    everything = "\n".join([history, *kept])
    for text in sorted(desk.pen.kept()):
        if text not in everything:
            yield f"{text} is nowhere"


def _same(registry: SimulatedRegistry, desk: SimulatedDesk) -> Iterator[str]:
    """The desk holds what its feeds hold, byte for byte, and what has unsent changes."""
    feeds = feeds_of(
        read(registry.engine, lambda session: principal_of(session, ident(desk.place.account)))
    )
    theirs, cards = read(registry.engine, lambda session: _standing(session, feeds))
    with desk.copy._store.reading() as db:
        mine = {
            row[0]: _Held(bytes(row[1]), *row[2:])
            for row in db.exec_driver_sql(
                "SELECT id, body, record.revision, n IN (SELECT n FROM outbox), head.state, "
                "head.revision, number, unsent FROM record LEFT JOIN head USING (n)"
            )
        }
        own = {ref: bytes(body) for ref, body in db.exec_driver_sql("SELECT ref, body FROM card")}
    for record_id, body in theirs.items():
        yield from _differences(record_id, body, mine.get(record_id))
    for record_id, held in mine.items():
        if record_id not in theirs and held.revision and not held.in_outbox:
            yield f"record {record_id} is still here and in no feed"
    if own != cards:
        yield f"cards differ: {sorted(own.keys() ^ cards.keys())}"


class _Held(NamedTuple):
    body: bytes
    revision: int
    in_outbox: bool
    state: str
    listed_revision: int
    number: str
    is_unsent: bool


def _differences(record_id: str, body: bytes | Record, held: _Held | None) -> Iterator[str]:
    if held is None:
        yield f"record {record_id} is missing"
        return
    if isinstance(body, Record):
        # Its revision counts what goes on behind it, of which it is not told each time.
        here = record_of(held.body)
        is_same = replace(body, revision=here.revision) == here
    else:
        is_same = held.body == body
    if not is_same:
        yield f"record {record_id} differs from the registry's"
    elif not held.in_outbox:
        record = record_of(held.body)
        told = (record.state, record.revision, record.number, 0)
        if held[3:] != told:
            yield f"record {record_id} is listed as {held[3:]}, is {told}"


def _standing(
    session: Session, feeds: Sequence[str]
) -> tuple[dict[str, bytes | Record], dict[str, bytes]]:
    """The records that are told in these feeds, as bytes or as they are in force; the cards."""
    records: dict[str, bytes | Record] = {}
    told = session.execute(
        select(RecordRow.id, RecordRow.body, NewsRow.kind)
        .join(NewsRow, NewsRow.record == RecordRow.id)
        .where(NewsRow.feed.in_(feeds), NewsRow.kind.in_(("record", "in_force")))
    )
    for record_id, body, kind in told:
        if kind == "record":
            records[str(record_id)] = body
        else:
            record = record_of(body)
            records.setdefault(str(record_id), as_in_force(WORKFLOWS[record.form], record))
    cards = _pairs(
        session,
        select(CardRow.ref, CardRow.body)
        .join(NewsRow, NewsRow.ref == CardRow.ref)
        .where(NewsRow.feed.in_(feeds), NewsRow.kind == "card"),
    )
    return records, cards
