"""`python -m bench.simulate --seeds N --from S`: play many seeds of the simulator, with figures."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.measure import line
from tests.whole.simulator import template, world


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no seed after these")
    parser.add_argument("--events", type=int, default=world.EVENTS)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--trace", action="store_true", help="tell what happens in each seed")
    asked = parser.parse_args()
    began, counts, failed, played = time.perf_counter(), Counter[str](), list[int](), 0
    with world.workshop() as folder:
        made = folder / "template"
        made.mkdir()
        template.make(made)
        seeds = range(asked.first, asked.first + asked.seeds)
        for result in _played(seeds, made, asked.events, asked.jobs):
            counts, played = counts + result.counts, played + 1
            if asked.trace:
                line("\n".join(result.trace))
            if result.broken:
                failed.append(result.seed)
                line(f"seed {result.seed}: " + "\n    ".join(result.broken[:8]))
            if time.perf_counter() > began + asked.minutes * 60:
                break
    seconds = time.perf_counter() - began
    line(f"{played} seeds from {asked.first}, {asked.events} events each: "
         f"{seconds:.0f} s, {played / seconds:.2f} seeds a second")  # fmt: skip
    line(f"failed: {failed or 'none'}")
    line(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    raise SystemExit(bool(failed))


def _played(seeds: range, made: Path, events: int, jobs: int) -> Iterator[world.Result]:
    if jobs == 1:
        yield from (world.run(seed, made, events) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        several = len(seeds)
        yield from pool.map(world.run, seeds, [made] * several, [events] * several, chunksize=4)


if __name__ == "__main__":
    main()
