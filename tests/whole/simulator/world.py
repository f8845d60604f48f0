"""One run: what happens, in what order, with which misfortunes — all of it from one seed."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, islice
from operator import mul
from pathlib import Path
from random import Random
from typing import TypeVar

from app.errors import AppError
from server import feeds
from server.db import read
from sync.engine import Report
from tests.whole.simulator import ledger, template
from tests.whole.simulator.deaths import Died
from tests.whole.simulator.desk import SimulatedDesk
from tests.whole.simulator.network import DeskClient, Network, Weather
from tests.whole.simulator.registry import SimulatedRegistry

T = TypeVar("T")

EVENTS = 10
ROUNDS = 15
"""After healing, so many rounds of all desks must be enough for everything to come to rest."""
MEMORY = Path("/dev/shm")
"""A disk in memory: what is tested here is not whether the disk keeps what was synced to it."""


@dataclass
class Result:
    """What became of one seed."""

    seed: int
    broken: list[str]
    counts: Counter[str]
    trace: list[str]
    seconds: float = 0
    """Of the processor."""

    @property
    def fingerprint(self) -> str:
        """Equal for two runs in which the same happened."""
        told = "\n".join([*self.trace, *self.broken])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for runs, in memory where the system has such; gone afterwards."""
    at = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="yanbei-simulator-", dir=at) as folder:
        yield Path(folder)


def run(seed: int, made: Path, events: int = EVENTS) -> Result:
    """Play one seed on a copy of the template `made`; what it broke, and figures."""
    began = time.process_time()
    folder = template.copied(made, made.parent / f"run-{os.getpid()}")
    page = feeds.PAGE
    world = World(seed, folder)
    try:
        feeds.PAGE = world.page
        world.live(events)
        broken = world.rest() or ledger.broken(world.ledger, world.registry, world.desks)
    finally:
        feeds.PAGE = page
        world.close()
        shutil.rmtree(folder)
    counts = world.counts + world.network.counts + world.ledger.counts
    return Result(seed, broken, counts, world.trace, time.process_time() - began)


@dataclass
class _Clock:
    """A clock that somebody sets wrong now and then."""

    base: Callable[[], datetime]
    wrong: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.base() + self.wrong


class World:
    """The registry, the desks, the network and time."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = Random(seed)
        self.trace: list[str] = []
        self.counts: Counter[str] = Counter()
        self._passed = timedelta()
        self.registry_now = _Clock(self._true_time)
        self.network = Network(self.random, Weather.drawn(self.random), self._meanwhile)
        self.network.overtaking = self._overtaking
        self.page = self.random.choice((2, 5, 500))
        self.limit = self.random.choice((3, 10, 5000))
        self.deaths = self.random.choice((0, 0.05, 0.15))
        self.haste = self.random.choice((0, 0.1, 0.3))
        """How likely something else happens while a desk waits for an answer."""
        self._depth = 0
        self._heard: dict[str, int] = {}
        """How much had been done when a desk last heard the news."""
        self._clocks = {place.name: _Clock(self._true_time) for place in template.PLACES}
        self.registry = SimulatedRegistry(folder, self.registry_now)
        self.ledger = read(self.registry.engine, ledger.begun)
        self.desks = [
            SimulatedDesk(place, folder, self.random, self._clocks[place.name])
            for place in template.PLACES
        ]

        self._clients = {desk.place.name: self._client(desk) for desk in self.desks}

    def _client(self, desk: SimulatedDesk) -> DeskClient:
        client = DeskClient(self.registry, self.network, desk.token)
        client.page = self.limit
        client.sending, client.told = self.ledger.note_sending, self.ledger.note_told
        return client

    def _true_time(self) -> datetime:
        return template.BEGINS + self._passed

    # -- the bad time ---------------------------------------------------------

    def live(self, events: int) -> None:
        for _ in range(events):
            self._passed += timedelta(seconds=self.random.randint(1, 4000))
            self._something()

    def _something(self) -> None:
        happens = self.random.choices(
            (self._act, self._sync, self.network.deliver_held, self._jump, self._restart),
            (10, 8, 3, 0.5, 0.3),
        )[0]
        happens()

    def _meanwhile(self) -> None:
        """While a desk waits: requests arrive late, people go on typing, other desks sync."""
        if self._depth < 3 and self.random.random() < self.haste:
            self._depth += 1
            try:
                happens = (self._act, self._act, self.network.deliver_held, self._sync)
                self.random.choice(happens)()
            finally:
                self._depth -= 1

    def _overtaking(self) -> None:
        """Some people do something and send it, and others read of it."""
        if self._depth < 2:
            self._depth += 1
            try:
                for _ in range(self.random.randint(1, 3)):
                    acted = self._act()
                    if acted is not None and not acted.is_syncing:
                        self.sync(acted)
                    self._sync()
            finally:
                self._depth -= 1

    def _act(self) -> SimulatedDesk | None:
        """Somebody finds something to do."""
        for _ in range(6):
            idle = [0.2 if desk.is_idle else 1 for desk in self.desks]
            desk = self.random.choices(self.desks, list(map(mul, (3, 3, 3, 2, 2, 3), idle)))[0]
            done = self._alive(desk, desk.act, within=desk.is_syncing)
            if not (done or "").startswith("nothing"):
                self._note(desk, done or "dies")
                return desk
        return None

    def _sync(self) -> None:
        """Mostly somebody who has something to send, or to whom there is something to tell."""
        told = self.ledger.counts["done"]
        likely = [
            1 + 2 * desk.has_unsent + 2 * (self._heard.get(desk.place.name) != told)
            for desk in self.desks
        ]
        desk = self.random.choices(self.desks, likely)[0]
        if not desk.is_syncing:
            self.sync(desk)

    def sync(self, desk: SimulatedDesk) -> Report | None:
        """One round of a desk; None where it did not get through."""
        desk.is_syncing = True
        try:
            report = self._alive(desk, lambda: desk.exchange(self._clients[desk.place.name]))
        except AppError as error:
            self._note(desk, f"sync: {error.code}")
            return None
        finally:
            desk.is_syncing = False
        if report is None:
            self._note(desk, "dies in a sync")
            return None
        self._heard[desk.place.name] = self.ledger.counts["done"]
        if report.differing:
            fault = f"{desk.place.name}: {report.differing} feeds differ from the registry's"
            self.ledger.broken.append(fault)
        self._note(desk, f"sync: {report.sent} sent, {report.received} received")
        return report

    def _alive(
        self, desk: SimulatedDesk, work: Callable[[], T], *, within: bool = False
    ) -> T | None:
        """Do it; where the desk dies over it, start it again and give None.

        `within` a sync of the same desk: that one has died too, and starts it again.
        """
        if self.random.random() < self.deaths:
            desk.fuse.light(self.random.randint(1, 80))
        try:
            return work()
        except Died:
            if within:
                desk.fuse.light(1)
            else:
                desk.restart()
            return None

    def _jump(self) -> None:
        clock = self.random.choice([self.registry_now, *self._clocks.values()])
        clock.wrong = timedelta(hours=self.random.randint(-240, 240))
        self.counts["clock jumps"] += 1

    def _restart(self) -> None:
        self.registry.restart()
        desk = self.random.choice(self.desks)
        if not desk.is_syncing:
            desk.restart()

    def _note(self, desk: SimulatedDesk, what: str) -> None:
        self.counts[what.split(maxsplit=1)[0] if "sync" not in what else "rounds"] += 1
        self.trace.append(f"{'  ' * self._depth}{desk.place.name}: {what}")

    # -- the good time --------------------------------------------------------

    def rest(self) -> list[str]:
        """Heal everything and let it come to rest; what does not."""
        self.counts["deaths of desks"] = sum(desk.fuse.deaths for desk in self.desks)
        self.counts["deaths of registry"] = self.registry.fuse.deaths
        self.network.calm()
        self.deaths = self.haste = 0
        self.registry.fuse.douse()
        for clock in (self.registry_now, *self._clocks.values()):
            clock.wrong = timedelta()
        for desk in self.desks:
            desk.fuse.douse()
        while self.network.held:
            self.network.deliver_held()
        if not self._comes_to_rest():
            return ["the exchange does not come to rest"]
        if self.random.random() < 0.5:
            return self._all_decided()
        return []

    def _comes_to_rest(self) -> bool:
        """Whether all desks, one after the other, find that there is nothing more to exchange."""
        quiet = 0
        for desk in islice(cycle(self.desks), ROUNDS * len(self.desks)):
            report = self.sync(desk)
            quiet = quiet + 1 if report is not None and _is_quiet(report) else 0
            if quiet == len(self.desks):
                return True
        return False

    def _all_decided(self) -> list[str]:
        """Everybody decides what waits for them; then nothing may be left to be sent."""
        for _ in range(ROUNDS):
            decided = sum(desk.resolve() for desk in self.desks)
            if not self._comes_to_rest():
                return ["the exchange does not come to rest after decisions"]
            if not decided:
                break
        left = sum(len(desk.copy.outbox()) for desk in self.desks)
        return [f"{left} changes are left that nobody can decide"] if left else []

    def close(self) -> None:
        for desk in self.desks:
            desk.copy.close()
            self._clients[desk.place.name].close()
        self.registry.close()


def _is_quiet(report: Report) -> bool:
    return not (
        report.sent
        or report.received
        or report.files_sent
        or report.files_received
        or report.refused
        or report.clashes
    )
