"""`python -m bench.load [sqlite] [postgresql]`: 200 desks at once against real registry processes.

On PostgreSQL two processes behind one address, on SQLite one (it has one writer at a time). First
all desks as fast as they get answers, then each with a pause, as people work. What is told: median
and 99th percentile of each step, how many a second, errors. The desks share the machine's
processors with the registry and the database.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import databases, filled
from bench.measure import ROOT, asked, line, table, tell_plain

DESKS = 200
STUDIES = 10_000
AT_ONCE = (6, 0.0)
"""Loops, and seconds of pause between."""
AT_WORK = (4, 10.0)
PROCESSES = {"postgresql": 2, "sqlite": 1}
BEFORE = ("sign-in", "first round")
"""Steps that are over before the rest is counted."""


def main(*, quick: bool = False, kinds: tuple[str, ...] = ("postgresql", "sqlite")) -> None:
    desks, studies = (40, 1000) if quick else (DESKS, STUDIES)
    for kind in kinds:
        load = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
        line(
            f"{desks} desks, {studies:,} studies, {kind}, {PROCESSES[kind]} processes; load {load}"
        )
        with database(kind) as url, tempfile.TemporaryDirectory() as files:
            filled.fill_at(url, desks, studies)
            with serving(url, Path(files), PROCESSES[kind]) as server:
                for what, (loops, pause) in {"at once": AT_ONCE, "at work": AT_WORK}.items():
                    given = (server.address, desks, loops, pause, server.pid)
                    run = asked("bench.load_desks", *given)
                    _tell(f"{kind}, {desks} desks {what}", run)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty database of this kind, gone afterwards."""
    if kind == "postgresql":
        with databases.postgres() as url:
            yield url
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/registry.sqlite3"


class Serving:
    """`python -m server run`, its workers too."""

    def __init__(self, pid: int, address: str) -> None:
        self.pid, self.address = pid, address


@contextmanager
def serving(url: str, files: Path, processes: int) -> Iterator[Serving]:
    """A registry on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "run", "--files", str(files), "--port", "0",
         "--workers", str(processes)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "YANBEI_DB": url, "YANBEI_LOG": "WARNING"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield Serving(process.pid, process.stdout.readline().split()[-1])
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def _tell(what: str, run: dict[str, Any]) -> None:
    for step, seconds in run["seconds"].items():
        tell_plain(f"{what}: {step}", _percentiles(seconds), f"n={len(seconds)}")
    count = sum(len(s) for step, s in run["seconds"].items() if step not in BEFORE)
    tell_plain(
        f"{what}: errors", str(sum(run["errors"].values())),
        f"{count / run['whole']:.0f} requests a second; processor "
        f"{run['cpu_registry'] / count * 1000:.1f} ms each at the registry, "
        f"{run['cpu'] / count * 1000:.1f} ms at the desks; {run['became']}"
        f"{' ' + str(run['errors']) if run['errors'] else ''}",
    )  # fmt: skip


def _percentiles(seconds: list[float]) -> str:
    median = statistics.median(seconds)
    slow = statistics.quantiles(seconds, n=100)[98] if len(seconds) > 1 else median
    return f"median {median * 1000:.0f} ms, 99 % within {slow * 1000:.0f} ms"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["postgresql", "sqlite"])
    parser.add_argument("--quick", action="store_true", help="fewer desks and studies")
    given = parser.parse_args()
    main(quick=given.quick, kinds=tuple(given.kinds))
    line()
    line(table())
