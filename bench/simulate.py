"""`python -m bench.simulate --seeds N --from S`: play many seeds of the simulator, with figures.

Told to stop (SIGTERM, Ctrl+C), it ends the seeds that are being played, says how far it came and
with what; `--from` goes on there.
"""

from __future__ import annotations

import argparse
import signal
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from types import FrameType

from bench.measure import line
from tests.whole.simulator import template, world

AT_ONCE = 5
"""Seeds that one process plays between two reports."""


@dataclass
class Tally:
    """What came of the seeds so far."""

    began: float = field(default_factory=time.perf_counter)
    played: int = 0
    seconds: float = 0
    """Of processors, not of the clock."""
    failed: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, result: world.Result) -> None:
        self.played += 1
        self.seconds += result.seconds
        self.counts += result.counts
        if result.broken:
            self.failed.append(result.seed)
            line(f"seed {result.seed}: " + "\n    ".join(result.broken[:8]))

    def tell(self) -> None:
        passed = time.perf_counter() - self.began
        line(f"{self.played} seeds: {passed:.0f} s, {self.seconds / max(1, self.played):.2f} s of "
             f"processor time a seed; {self.counts['done']} changes done; "
             f"failed: {self.failed or 'none'}")  # fmt: skip

    def tell_all(self) -> None:
        line(", ".join(f"{name} {count}" for name, count in sorted(self.counts.items())))


class Stop:
    """Whether somebody asked to stop, or the time is over."""

    def __init__(self, minutes: float) -> None:
        self._until = time.perf_counter() + minutes * 60
        self._is_asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._is_asked = True

    def __bool__(self) -> bool:
        return self._is_asked or time.perf_counter() > self._until


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no seed after these")
    parser.add_argument("--events", type=int, default=world.EVENTS)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--every", type=int, default=100, help="tell how far it is after so many")
    parser.add_argument("--trace", action="store_true", help="tell what happens in each seed")
    asked = parser.parse_args()
    tally, stop = Tally(), Stop(asked.minutes)
    seeds = range(asked.first, asked.first + asked.seeds)
    with world.workshop() as folder:
        made = folder / "template"
        made.mkdir()
        template.make(made)
        work = partial(play, made=made, events=asked.events)
        for result in chain.from_iterable(_played(seeds, work, asked.jobs, stop)):
            if asked.trace:
                line("\n".join(result.trace))
            tally.add(result)
            if not tally.played % asked.every:
                tally.tell()
    reached = asked.first + tally.played
    rest = "" if reached == seeds.stop else f"; stopped, go on with --from {reached}"
    line(f"seeds {asked.first} to {reached - 1} of {asked.events} events each{rest}")
    tally.tell()
    tally.tell_all()
    raise SystemExit(bool(tally.failed))


def _played(
    seeds: range, work: Callable[[range], list[world.Result]], jobs: int, stop: Stop
) -> Iterator[list[world.Result]]:
    """The results in the order of their seeds, some at once; none is left out where it stops."""
    several = AT_ONCE if jobs > 1 else 1
    batches = (seeds[at : at + several] for at in range(0, len(seeds), several))
    asked = takewhile(lambda _batch: not stop, batches)
    if jobs == 1:
        yield from map(work, asked)
        return
    with ProcessPoolExecutor(jobs, initializer=_leave_stopping_to_the_first) as pool:
        ahead = deque[Future[list[world.Result]]]()
        for batch in asked:
            ahead.append(pool.submit(work, batch))
            if len(ahead) == 2 * jobs:
                yield ahead.popleft().result()
        yield from (future.result() for future in ahead)


def play(seeds: range, *, made: Path, events: int) -> list[world.Result]:
    """Play seeds one after the other; a fault that ends one is told as what it broke."""
    return [_played_one(seed, made, events) for seed in seeds]


def _played_one(seed: int, made: Path, events: int) -> world.Result:
    try:
        return world.run(seed, made, events)
    except Exception as fault:
        told = traceback.format_exception(fault)
        return world.Result(seed, ["".join(told[-4:])], Counter(), [])


def _leave_stopping_to_the_first() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
