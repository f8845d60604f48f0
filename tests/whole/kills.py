"""Desks and registries killed (SIGKILL) at random moments, in batches each compared at its end.

A batch has a registry and desks of its own, so that the last kill of a long run costs what the
first did, and a run that is ended early has shown what it did until then.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from app.errors import TryLater, Unreachable, Unreadable
from local_db import Query, WorkingCopy
from sync import engine
from sync.client import RegistryClient
from sync.replies import Round
from tests.whole.desk_process import Killable
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE, KEY, Desk, sign_in
from tests.whole.registry_process import RegistryProcess

RESTART = 5.0
"""Seconds within which a desk shows its records and a registry serves again."""
LATER = 1.1
"""Moments lie between the beginning and a little after what it takes untouched."""


@dataclass
class Batch:
    """What was done to one registry and its desks, and what was found wrong with it."""

    kills: int = 0
    rounds: int = 0
    records: int = 0
    confirmed: int = 0
    whole: int = 0
    """Imports that were through before the kill."""
    slowest: float = 0.0
    """Seconds of the slowest restart, the program loaded."""
    cold: float = 0.0
    """The same, the program loaded anew."""
    wrong: list[str] = field(default_factory=list)

    def expect(self, true: bool, what: str) -> None:
        if not true:
            self.wrong.append(f"kill {self.kills}: {what}")

    def __iadd__(self, other: Batch) -> Batch:
        for name in ("kills", "rounds", "records", "confirmed", "whole"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest, self.cold = max(self.slowest, other.slowest), max(self.cold, other.cold)
        self.wrong += other.wrong
        return self


def killed_in_a_sync(
    folder: Path, registry: RegistryProcess, kills: int, chance: random.Random, each: int = 4
) -> Batch:
    """Kill a desk in its rounds, each with `each` new people and a document to be sent."""
    batch = Batch()
    with (
        closing(RegistryClient(registry.address, sleep=_at_once)) as client,
        closing(Killable(folder / "desk", KEY)) as killable,
    ):
        sign_in(client, HOSPITAL)
        for name in ("desk", "other"):
            with closing(WorkingCopy(folder / name, KEY)) as copy:
                copy.remember(client.session())
        _Syncs(folder, client, killable, chance, batch, f"{registry.address} {client._token}").run(
            kills, each
        )
    registry.stop()
    found = registry.faults()
    batch.expect(found == "ok", f"the registry's books: {found}")
    return batch


@dataclass
class _Syncs:
    folder: Path
    client: RegistryClient
    killable: Killable
    chance: random.Random
    batch: Batch
    way: str
    expected: list[str] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)

    def run(self, kills: int, each: int) -> None:
        with closing(WorkingCopy(self.folder / "other", KEY)) as other:
            self._prepare(other, 0, each)
            _, typical = self.killable.run(f"sync {self.way}")
            for turn in count(1):
                if self.batch.kills == kills:
                    break
                self._prepare(other, turn, each)
                moment = self.chance.uniform(0, typical * LATER)
                ended, took = self.killable.run(f"sync {self.way}", moment)
                self.batch.kills += not ended
                self.batch.rounds += 1
                if ended:
                    typical = (typical + took) / 2
                self._look()
            with closing(WorkingCopy(self.folder / "desk", KEY)) as desk:
                self._compare(desk, other)

    def _prepare(self, other: WorkingCopy, turn: int, each: int) -> None:
        with closing(WorkingCopy(self.folder / "desk", KEY)) as desk:
            for place, copy in (("here", desk), ("there", other)):
                new = [f"{place}{turn}x{n}" for n in range(each)]
                copy.begin_many(
                    "person", "save", [({"name": n}, {}) for n in new], role=HOSPITAL_ROLE
                )
                self.expected += new
            patiently(other, self.client)
            content = f"%PDF {turn}".encode() * 1000
            self.documents[desk.add_file(content)] = content

    def _look(self) -> None:
        """The desk as it starts again, before it is exchanged anew."""
        began = time.monotonic()
        with closing(WorkingCopy(self.folder / "desk", KEY)) as desk:
            mine = [n for n in names(desk) if n.startswith("here")]
            self.batch.slowest = max(self.batch.slowest, time.monotonic() - began)
            self.batch.expect(desk.is_sound(), "the store is damaged")
            wanted = sorted(n for n in self.expected if n.startswith("here"))
            self.batch.expect(mine == wanted, "not everything written here is to be seen")

    def _compare(self, desk: WorkingCopy, other: WorkingCopy) -> None:
        batch = self.batch
        patiently(desk, self.client)
        patiently(other, self.client)
        batch.records = len(self.expected)
        batch.expect(names(desk) == names(other) == sorted(self.expected), "the desks differ")
        batch.expect(desk.outbox() == other.outbox() == [], "something is still unsent")
        batch.expect({desk.get(r).revision for r in ids(desk)} == {1}, "something was done twice")
        batch.expect(desk.files_to_send() == [], "a document is still unsent")
        batch.expect(
            all(self.client.get_file(n) == content for n, content in self.documents.items()),
            "a document is another one",
        )
        batch.expect(batch.slowest < RESTART, f"a restart took {batch.slowest:.1f} s")


def killed_in_an_import(folder: Path, kills: int, session: Any, chance: random.Random) -> Batch:
    """Kill a desk while it takes a workbook of 28 people in."""
    batch, survived = Batch(), {"first"}
    with closing(Killable(folder / "desk", KEY)) as killable:
        with closing(WorkingCopy(folder / "desk", KEY)) as copy:
            copy.remember(session)
        _, typical = killable.run("import " + _workbook("first"))
        for turn in count():
            if batch.kills == kills:
                break
            name = f"batch{turn}"
            moment = chance.uniform(0, typical * LATER)
            ended, took = killable.run("import " + _workbook(name), moment)
            batch.kills += not ended
            batch.rounds += 1
            if ended:
                typical = (typical + took) / 2
            began = time.monotonic()
            with closing(WorkingCopy(folder / "desk", KEY)) as copy:
                here = copy.count(Query("person", text=name + "x"))
                batch.slowest = max(batch.slowest, time.monotonic() - began)
                batch.expect(copy.is_sound(), "the store is damaged")
                batch.expect(here == 28 or (here == 0 and not ended), f"{here} of 28 are here")
                survived |= {name} if here else set()
                here = copy.count(Query("person"))
                batch.expect(here == len(copy.outbox()) == 28 * len(survived), "an import is lost")
    batch.whole, batch.records = len(survived) - 1, 28 * len(survived)
    batch.expect(batch.slowest < RESTART, f"a restart took {batch.slowest:.1f} s")
    return batch


def _workbook(name: str) -> str:
    return "name " + " ".join(f"{name}x{n:02}" for n in range(28))


def killed_while_serving(
    folder: Path, registry: RegistryProcess, kills: int, chance: random.Random
) -> Batch:
    """Kill a registry while two desks work with it without pause."""
    batch, over = Batch(), threading.Event()
    workers = [Worker.at(folder / name, registry, over) for name in ("甲", "乙")]
    for worker in workers:
        worker.thread.start()
    while batch.kills < kills:
        batch.kills += 1
        time.sleep(chance.uniform(0.03, 0.2))
        registry.kill()
        batch.slowest = max(batch.slowest, registry.start())
    time.sleep(0.3)
    over.set()
    for worker in workers:
        worker.thread.join(60)
    registry.kill()
    batch.cold = registry.start(cold=True)
    took = max(batch.cold, batch.slowest)
    # Where other programs hold the machine, loading Python alone takes longer than that.
    batch.expect(took < RESTART or took < 3 * bare_start(), f"a restart took {took:.1f} s")
    try:
        compared(batch, workers)
    finally:
        for worker in workers:
            worker.desk.close()
    registry.stop()
    found = registry.faults()
    batch.expect(found == "ok", f"the registry's books: {found}")
    return batch


def compared(batch: Batch, workers: Sequence[Worker]) -> None:
    """Exchange until nothing is left to be said, and look whether anything is lost or doubled."""
    for worker in (*workers, *workers):
        patiently(worker.desk.copy, worker.desk.client)
    broke = [repr(error) for worker in workers for error in worker.broke]
    batch.expect(not broke, f"a desk broke: {broke}")
    unreachable = sum(worker.unreachable for worker in workers)
    batch.expect(unreachable * 6 >= batch.kills * 5, "the moments must lie within rounds")
    first, second = (worker.desk.copy for worker in workers)
    added = dict(pair for worker in workers for pair in worker.added)
    batch.records, batch.confirmed = len(added), sum(w.confirmed.total() for w in workers)
    batch.expect(names(first) == names(second) == sorted(added.values()), "the desks differ")
    batch.expect(first.outbox() == second.outbox() == [], "something is still unsent")
    batch.expect(first.is_sound() and second.is_sound(), "a store is damaged")
    confirmed = workers[0].confirmed + workers[1].confirmed
    saved = workers[0].saved | workers[1].saved
    for record_id, name in added.items():
        here, times = first.get(record_id), confirmed[str(record_id)]
        batch.expect(here == second.get(record_id), f"{name} differs from desk to desk")
        kept = here.answers["name"], here.answers.get("department", "")
        batch.expect(kept == (name, saved.get(record_id, "")), f"{name} is not as last saved")
        # A change that is done twice counts twice.
        batch.expect(1 <= here.revision <= times, f"{name}: {here.revision} of {times}")


class Noting(RegistryClient):
    """Remembers what the registry has confirmed."""

    confirmed: Counter[str]

    def round(self, changes: Sequence[bytes], *rest: Any, **more: Any) -> Round:
        reply = super().round(changes, *rest, **more)
        self.confirmed.update(
            orjson.loads(change)["record_id"]
            for change, outcome in zip(changes, reply.head.outcomes, strict=True)
            if outcome.result == "done"
        )
        return reply


class Worker:
    """Works at one desk without pause: new people, old ones changed, and a round after each."""

    def __init__(self, name: str, desk: Desk, over: threading.Event) -> None:
        self.name, self.desk, self._over = name, desk, over
        self.added: list[tuple[UUID, str]] = []
        self.saved: dict[UUID, str] = {}
        self.unreachable = 0
        self.broke: list[BaseException] = []
        self.thread = threading.Thread(target=self._work)

    @staticmethod
    def at(folder: Path, registry: RegistryProcess, over: threading.Event) -> Worker:
        """A new desk in this folder, whose client notes what is confirmed."""
        desk = Desk.open(folder, registry.address, HOSPITAL)
        noting = Noting(registry.address, desk.client._token, sleep=_at_once)
        noting.confirmed = Counter()
        desk.client.close()
        desk.client = noting
        return Worker(folder.name, desk, over)

    @property
    def confirmed(self) -> Counter[str]:
        assert isinstance(self.desk.client, Noting)
        return self.desk.client.confirmed

    def _work(self) -> None:
        try:
            turn = 0
            while not self._over.is_set():
                turn += 1
                self._turn(turn)
        except BaseException as error:
            self.broke.append(error)

    def _turn(self, turn: int) -> None:
        entries = [({"name": f"{self.name}{turn}x{n}"}, {}) for n in range(2)]
        made = self.desk.copy.begin_many("person", "save", entries, role=HOSPITAL_ROLE)
        self.added += [(record.id, record.answers["name"]) for record in made]
        for record_id, _ in self.added[-4::2]:
            self.saved[record_id] = f"科室{turn}"
            self.desk.do(record_id, "save", HOSPITAL_ROLE, answers={"department": f"科室{turn}"})
        try:
            self.desk.sync()
        except (Unreachable, Unreadable, TryLater):
            self.unreachable += 1
            time.sleep(0.02)


def bare_start() -> float:
    """Seconds that an interpreter takes now only to load the registry: what a busy machine adds."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import server.__main__"], check=True)
    return time.monotonic() - began


def patiently(copy: WorkingCopy, client: RegistryClient) -> None:
    """Exchange once; wait where the registry asks to."""
    for _ in range(20):
        try:
            engine.run(copy, client)
            return
        except TryLater:
            time.sleep(1)
    raise AssertionError("the registry never has time")


def names(copy: WorkingCopy) -> list[str]:
    """The people who were added, as the list shows them."""
    rows = copy.rows(Query("person", states=("new",), limit=10_000)).rows
    return sorted(row.head.title for row in rows)


def ids(copy: WorkingCopy) -> list[UUID]:
    rows = copy.rows(Query("person", states=("new",), limit=10_000)).rows
    return [UUID(row.head.id) for row in rows]


def _at_once(_seconds: float) -> None:
    """Waits for nothing."""
