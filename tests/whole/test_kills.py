"""Desks and registries killed (SIGKILL) at random moments: nothing is lost, nothing done twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from app.errors import TryLater, Unreachable, Unreadable
from local_db import Query, WorkingCopy
from sync import engine
from sync.client import RegistryClient
from sync.replies import Round
from tests.whole.conftest import Opened
from tests.whole.desk_process import Killable
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE, KEY, Desk, sign_in
from tests.whole.registry_process import RegistryProcess

DEEP = int(os.environ.get("YANBEI_KILLS", "0"))
"""So many kills of each, where it is set: `python -m bench.faults kills`."""
KILLS = DEEP or 6
SERVER_KILLS = {"sqlite": DEEP or 6, "postgresql": DEEP // 10 or 4}
MINUTES = float(os.environ.get("YANBEI_KILL_MINUTES", "600"))
"""No further kills after these."""
EACH = 4 if DEEP else 15
"""New people at each desk before each round."""
RESTART = 5.0
"""Seconds within which a registry serves again, its program loaded anew."""


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    killable = Killable(tmp_path / "desk", KEY)
    yield killable
    killable.close()


def opened(tmp_path: Path) -> WorkingCopy:
    return WorkingCopy(tmp_path / "desk", KEY)


def names(copy: WorkingCopy) -> list[str]:
    rows = copy.rows(Query("person", states=("new",), limit=10_000)).rows
    return sorted(row.head.title for row in rows)


@pytest.fixture
def client(registry: RegistryProcess) -> Iterator[RegistryClient]:
    client = RegistryClient(registry.address, sleep=lambda _seconds: None)
    sign_in(client, HOSPITAL)
    yield client
    client.close()


def test_an_import_is_there_whole_or_not_at_all_whenever_the_desk_is_killed(
    tmp_path: Path, killable: Killable, client: RegistryClient
) -> None:
    copy = opened(tmp_path)
    copy.remember(client.session())
    copy.close()
    _, typical = killable.run("import " + _batch("first"))
    chance, survived, killed = random.Random(20261121), {"first"}, 0
    began = time.monotonic()

    for moment in count():
        if killed == KILLS or is_late(began):
            break
        name = f"batch{moment}"
        ended, _ = killable.run("import " + _batch(name), chance.uniform(0, typical * 1.1))
        killed += not ended
        copy = opened(tmp_path)
        assert copy.is_sound()
        here = copy.count(Query("person", text=name + "x"))
        assert here in (0, 28)
        assert here == 28 or not ended
        if here:
            survived.add(name)
        assert copy.count(Query("person")) == len(copy.outbox()) == 28 * len(survived)
        copy.close()

    told(f"import of 28: {killed} kills in {moment} imports, {len(survived) - 1} whole, 0 in part")


def _batch(name: str) -> str:
    return "name " + " ".join(f"{name}x{n:02}" for n in range(28))


def test_a_sync_may_be_killed_at_any_moment(
    tmp_path: Path, killable: Killable, registry: RegistryProcess, client: RegistryClient
) -> None:
    copy = opened(tmp_path)
    copy.remember(client.session())
    other = WorkingCopy(tmp_path / "other", KEY)
    other.remember(client.session())
    command = f"sync {registry.address} {client._token}"
    expected: list[str] = []
    chance, killed, typical, slowest = random.Random(20261121), 0, 0.3, 0.0
    begun = time.monotonic()

    for moment in count():
        if killed == KILLS or is_late(begun):
            break
        for place, desk in (("here", copy), ("there", other)):
            new = [f"{place}{moment}x{n}" for n in range(EACH)]
            desk.begin_many("person", "save", [({"name": n}, {}) for n in new], role=HOSPITAL_ROLE)
            expected += new
        patiently(other, client)
        sha256 = copy.add_file(f"%PDF {moment}".encode() * 1000)
        copy.close()
        if not moment:
            _, typical = killable.run(command)
            copy = opened(tmp_path)
            continue
        ended, _ = killable.run(command, chance.uniform(0, typical * 1.1))
        killed += not ended
        began = time.monotonic()
        copy = opened(tmp_path)
        slowest = max(slowest, time.monotonic() - began)
        assert copy.is_sound()
        mine = [n for n in names(copy) if n.startswith("here")]
        assert mine == sorted(n for n in expected if n.startswith("here"))

    patiently(copy, client)
    patiently(other, client)

    assert names(copy) == names(other) == sorted(expected)
    assert copy.outbox() == other.outbox() == []
    assert {copy.get(r).revision for r in ids(copy)} == {1}, "each was done once"
    assert client.get_file(sha256) == f"%PDF {moment - 1}".encode() * 1000
    assert slowest < RESTART
    copy.close()
    other.close()
    registry.stop()
    assert registry.faults() == "ok"
    told(
        f"sync of a desk: {killed} kills in {moment} rounds, {len(expected)} records, 0 lost, "
        f"0 doubled, every store sound; slowest restart {slowest * 1000:.0f} ms"
    )


def patiently(copy: WorkingCopy, client: RegistryClient) -> None:
    """Exchange once; wait where the registry asks to."""
    for _ in range(20):
        try:
            engine.run(copy, client)
            return
        except TryLater:
            time.sleep(1)
    raise AssertionError("the registry never has time")


def is_late(begun: float) -> bool:
    return time.monotonic() > begun + 60 * MINUTES


def told(figures: str) -> None:
    """Say it where somebody listens: `pytest -s`."""
    sys.stdout.write(f"\n{figures}\n")


def ids(copy: WorkingCopy) -> list[UUID]:
    rows = copy.rows(Query("person", states=("new",), limit=10_000)).rows
    return [UUID(row.head.id) for row in rows]


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


@dataclass
class Worker:
    """Works at one desk without pause: new people, old ones changed, and a round after each."""

    name: str
    desk: Desk
    over: threading.Event
    added: list[tuple[UUID, str]] = field(default_factory=list)
    saved: dict[UUID, str] = field(default_factory=dict)
    unreachable: int = 0
    broke: list[BaseException] = field(default_factory=list)

    def work(self) -> None:
        try:
            turn = 0
            while not self.over.is_set():
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


def test_a_registry_killed_at_any_moment_keeps_what_it_confirmed_and_loses_nothing(
    registry_on_each: RegistryProcess, open_desk: Opened, database_url: str
) -> None:
    registry = registry_on_each
    workers, threads, over = [], [], threading.Event()
    for name in ("甲", "乙"):
        desk = open_desk(registry, HOSPITAL, name)
        noting = Noting(registry.address, desk.client._token, sleep=lambda _seconds: None)
        noting.confirmed = Counter()
        desk.client.close()
        desk.client = noting
        worker = Worker(name, desk, over)
        workers.append(worker)
        threads.append(threading.Thread(target=worker.work))
    for thread in threads:
        thread.start()
    chance = random.Random(20261121)
    database, slowest = database_url.partition("+")[0].partition(":")[0], 0.0
    begun, kills = time.monotonic(), 0
    while kills < SERVER_KILLS[database] and not is_late(begun):
        kills += 1
        time.sleep(chance.uniform(0.03, 0.2))
        registry.kill()
        slowest = max(slowest, registry.start())
    time.sleep(0.3)
    over.set()
    for thread in threads:
        thread.join(60)
    registry.kill()
    cold = registry.start(cold=True)
    assert max(cold, slowest) < max(RESTART, 3 * bare_start())

    for worker in (*workers, *workers):
        patiently(worker.desk.copy, worker.desk.client)

    assert [worker.broke for worker in workers] == [[], []]
    assert sum(worker.unreachable for worker in workers) >= 5, "the moments must lie within rounds"
    first, second = (worker.desk for worker in workers)
    added = dict(pair for worker in workers for pair in worker.added)
    assert names(first.copy) == names(second.copy) == sorted(added.values())
    assert first.copy.outbox() == second.copy.outbox() == []
    confirmed = workers[0].desk.client.confirmed + workers[1].desk.client.confirmed
    saved = workers[0].saved | workers[1].saved
    for record_id, name in added.items():
        here, there = first.copy.get(record_id), second.copy.get(record_id)
        assert here == there
        assert here.answers["name"] == name
        assert here.answers.get("department", "") == saved.get(record_id, "")
        assert confirmed[str(record_id)] >= 1
        assert 1 <= here.revision <= confirmed[str(record_id)], "a change done twice counts twice"
    assert first.copy.is_sound()
    assert second.copy.is_sound()
    registry.stop()
    assert registry.faults() == "ok"
    told(
        f"registry on {database}: {kills} kills, {confirmed.total()} changes "
        f"confirmed, {len(added)} records, 0 lost, 0 doubled; slowest restart {slowest:.2f} s, "
        f"cold {cold:.2f} s"
    )
