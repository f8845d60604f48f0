"""How something is measured here: several times, beside a floor, told as a ratio."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[1]
MEGA = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """Seconds that something took, each time it was done."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def told(self) -> str:
        """The median, and the smallest and largest between brackets."""
        low, high = min(self.seconds), max(self.seconds)
        if self.median >= 1:
            return f"{self.median:.2f} s [{low:.2f}–{high:.2f}]"
        digits = 0 if self.median >= 0.1 else 1 if self.median >= 0.01 else 2
        return (
            f"{self.median * 1000:.{digits}f} ms [{low * 1000:.{digits}f}–{high * 1000:.{digits}f}]"
        )


TOLD: list[tuple[str, str, str, str, str]] = []
"""What was told in this run, as rows of the table in docs/measurements.md."""


def timed(name: str, work: Callable[[], Any], times: int = 5) -> Sample:
    """Do `work` several times; each time its own seconds, unless it gives seconds itself."""
    return beside({name: work}, times)[0]


def beside(works: dict[str, Callable[[], Any]], times: int) -> list[Sample]:
    """Do several things in turns, so that what else the machine does hits all of them alike."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            start = time.perf_counter()
            gave = work()
            seconds = time.perf_counter() - start
            found[name].append(gave if isinstance(gave, float) else seconds)
    return [Sample(name, tuple(seconds)) for name, seconds in found.items()]


def tell(what: str, ours: Sample, floor: Sample, note: str = "") -> float:
    """Say what, ours, the floor and the ratio of their medians; it goes into the table too."""
    ratio = ours.median / floor.median if floor.median else float("inf")
    line(
        f"  {what}: {ours.told()}   floor ({floor.name}) {floor.told()}"
        f"   ratio {ratio:.2f}   n={len(ours.seconds)}   {note}"
    )
    TOLD.append((what, ours.told(), f"{floor.name}: {floor.told()}", f"{ratio:.2f}", note))
    return ratio


def tell_plain(what: str, found: str, note: str = "") -> None:
    """Say something that has no floor, such as memory."""
    line(f"  {what}: {found}   {note}")
    TOLD.append((what, found, "", "", note))


def table() -> str:
    """Everything told, in Markdown."""
    rows = ["| what | ours | floor | ratio | note |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(f"| {' | '.join(row)} |" for row in TOLD)])


def line(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def peak() -> float:
    """The most memory this process has held, in MB."""
    for told in Path("/proc/self/status").read_text().splitlines():
        if told.startswith("VmHWM"):
            return int(told.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def asked(module: str, *given: object) -> dict[str, Any]:
    """Run a part of a measurement as a process of its own; its last line is one JSON object."""
    command = [sys.executable, "-m", module, *(str(word) for word in given)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(orjson.loads(done.stdout.splitlines()[-1]))


def answer(found: dict[str, Any]) -> None:
    """Give that one JSON object."""
    line(orjson.dumps(found).decode())


def sample(name: str, runs: Sequence[dict[str, Any]], key: str) -> Sample:
    return Sample(name, tuple(float(run[key]) for run in runs))
