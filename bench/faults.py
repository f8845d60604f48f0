"""`python -m bench.faults NAME`: the deep runs of what must survive every fault, with figures.

Each prints what it did and ends with 1 where anything was lost, doubled or damaged. The same in
short is among the tests.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

from bench.measure import line

if TYPE_CHECKING:
    from tests.whole.failing_calls import Scene, Side


def calls(asked: argparse.Namespace) -> int:
    """The i-th call of the database fails, for every i: a desk's, a registry's on either."""
    from tests import private_postgres
    from tests.whole.books import OnPostgres
    from tests.whole.failing_calls import Scene
    from tests.whole.simulator.world import workshop

    logging.disable(logging.CRITICAL)  # the registry tells each fault that we make
    private_postgres.begin()
    try:
        with workshop() as folder:
            with Scene(folder / "sqlite").prepared() as scene:
                wrong = _calls(scene, "desk", "a desk", asked.every)
                wrong += _calls(scene, "registry", "a registry on SQLite", asked.every)
            books = OnPostgres(private_postgres.running())
            with Scene(folder / "postgresql", books).prepared() as scene:
                wrong += _calls(scene, "registry", "a registry on PostgreSQL", asked.every)
    finally:
        private_postgres.end()
    return wrong


def _calls(scene: Scene, side: Side, who: str, every: int) -> int:
    began, ended, untouched = time.monotonic(), Counter[str](), scene.run(side, 0)
    points, wrong = range(1, untouched.calls + 1, every), 0
    for failing in points:
        run = scene.run(side, failing)
        ended[type(run.ended).__name__ if run.ended else "went through"] += 1
        told = run.differs_from(untouched) or ("" if run.failed else "not reached")
        if told:
            wrong += 1
            line(f"  call {failing} of {who}, {run.failed}: {told}")
    line(
        f"{who}: {len(points)} of {untouched.calls} calls failed, one in each run; {wrong} rounds "
        f"after it did not converge; the failing rounds ended as {dict(ended)}; "
        f"{time.monotonic() - began:.0f} s"
    )
    return wrong


def writes(asked: argparse.Namespace) -> int:
    """SIGKILL instead of the i-th write of the desk's store, for every i, in a sync of 60."""
    from tests.whole.killed_writes import Sixty, Writes
    from tests.whole.simulator.world import workshop

    wrong, slowest, at, killed, began = 0, 0.0, 0, 0, time.monotonic()
    with (
        workshop() as folder,
        Sixty(folder / "scene").prepared() as scene,
        scene.watched() as killable,
    ):
        run = Writes(scene, killable)
        for at in count(1, asked.every):
            kill = run.kill(at)
            slowest = max(slowest, kill.restart)
            if kill.wrong:
                wrong += 1
                line(f"  write {at}: {kill.wrong}")
            if not kill.was_killed:
                break
            killed += 1
    line(
        f"killed at {killed} of {at - 1} writes, one in each run: {wrong} lost, doubled "
        f"or damaged something; "
        f"slowest restart {slowest * 1000:.0f} ms; {time.monotonic() - began:.0f} s"
    )
    return wrong


def power(asked: argparse.Namespace) -> int:
    """The power fails while a desk works: as we write, and where nothing is synced (a control)."""
    from tests.whole import power
    from tests.whole.failing_calls import Scene
    from tests.whole.simulator.world import workshop

    wrong = 0
    with workshop() as folder, Scene(folder / "scene").prepared() as scene:
        for synchronous in ("FULL", "NORMAL", "OFF"):
            began = time.monotonic()
            deeds = power.recorded(scene, folder / synchronous, 200, synchronous)
            states = asked.states if synchronous == "FULL" else asked.states // 10
            found = power.losses(scene, folder / "state", deeds, states, seed=20261121)
            wrong += found.counts["whole"] < states if synchronous == "FULL" else 0
            wrong += found.counts["whole"] == states if synchronous == "OFF" else 0
            line(
                f"synchronous={synchronous}: {states} states of a disk out of {len(deeds)} deeds: "
                f"{dict(found.counts)}, at most {found.most} acknowledged things lost; "
                f"{time.monotonic() - began:.0f} s"
            )
    return wrong


def kills(asked: argparse.Namespace) -> int:
    """SIGKILL at random moments: of a desk that syncs or imports, and of the registry."""
    from bench.killing import Killing

    with Killing(asked.kills, asked.minutes) as killing:
        return killing.desks() + killing.imports() + killing.registries()


def documents(asked: argparse.Namespace) -> int:
    """1 GB of PDFs from a desk to the registry over a line that breaks every 20 MB."""
    from tests.whole.broken_line import MB, sent_somewhere

    found = sent_somewhere(asked.documents, 50 * MB, 20 * MB)
    line(
        f"{found.size / 1e9:.2f} GB in {asked.documents} PDFs over a line that breaks every 20 MB: "
        f"{found.cuts} breaks, {found.rounds} rounds, {found.seconds:.0f} s, {found.missing} "
        f"missing; {found.carried / 1e9:.3f} GB left the desk, {found.share:.4f} times the size"
    )
    return found.missing + (found.share > 1.05)


RUNS = {"calls": calls, "writes": writes, "power": power, "kills": kills, "documents": documents}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("name", choices=RUNS, metavar="NAME", help=", ".join(RUNS))
    parser.add_argument("--every", type=int, default=1, help="one point in so many")
    parser.add_argument("--states", type=int, default=1000, help="of the disk, for power")
    parser.add_argument("--kills", type=int, default=500, help="of each, for kills")
    parser.add_argument("--minutes", type=float, default=60, help="no further batch of kills then")
    parser.add_argument("--documents", type=int, default=20, help="of 50 MB, for documents")
    asked = parser.parse_args()
    raise SystemExit(bool(RUNS[asked.name](asked)))


if __name__ == "__main__":
    main()
