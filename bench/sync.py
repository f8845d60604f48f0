"""`python -m bench.sync FOLDER [--count N …] [--times N]`: the exchange beside its floor.

FOLDER is that of the comparison (`gen.py`, `common.py`, `floor_server.py`, `floor_worker.py`,
`peer.py`, `proxy.py`), or the variable YANBEI_SYNC_BENCH names it. Ours and the floor are run in
turns, each as a server process and two desks behind the comparison's counting proxies; every figure
is the median, with the ratio to the floor of the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from bench.measure import ROOT, line

STEPS = {
    "push": "push of new records",
    "pull": "initial copy",
    "quiet": "no change",
    "changed": "1 % changed, received",
    "sent": "1 % changed, sent",
    "one": "one change, durable at both ends",
}
QUIET, ONE = 15, 9
"""How often the short steps are made in each run."""


@dataclass
class Run:
    """What one run of one system took."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    wire: dict[str, dict[str, int]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def note(self, step: str, seconds: float) -> None:
        self.seconds.setdefault(step, []).append(seconds)


@contextmanager
def proxied(folder: Path, port: int) -> Iterator[Proxy]:
    """The comparison's counting proxy before a port."""
    listening = free_port()
    with subprocess.Popen(
        [sys.executable, str(folder / "proxy.py"), str(listening), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        proxy = Proxy(process, f"http://127.0.0.1:{listening}")
        proxy.hear()
        try:
            yield proxy
        finally:
            assert process.stdin is not None
            process.stdin.close()


class Proxy:
    """Counts what passes."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self._process, self.address = process, address

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def ask(self, command: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self.hear()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def peers(folder: Path) -> dict[str, type[Any]]:
    """The floor and ours, as the comparison's interface has them."""
    sys.path.insert(0, str(folder))
    import peer  # type: ignore[import-not-found]

    class Floor(peer.WorkerPeer):  # type: ignore[misc]
        name = "floor"

        def start_server(self, at: str, port: int) -> None:
            Path(at).mkdir(parents=True)
            self.spawn([sys.executable, str(folder / "floor_server.py"), str(port), f"{at}/s.db"])
            peer.wait_port(port)

        def worker_cmd(self) -> list[str]:
            return [sys.executable, str(folder / "floor_worker.py")]

    class Ours(peer.WorkerPeer):  # type: ignore[misc]
        name = "yanbei"
        env: ClassVar[dict[str, str]] = {"PYTHONPATH": str(ROOT)}

        def start_server(self, at: str, port: int) -> None:
            self.spawn([sys.executable, "-m", "bench.sync_server", str(port), at], cwd=ROOT)
            peer.wait_port(port)

        def worker_cmd(self) -> list[str]:
            return [sys.executable, "-m", "bench.sync_worker"]

    return {"floor": Floor, "yanbei": Ours}


def measured(kind: type[Any], folder: Path, data: dict[str, str], count: int) -> Run:
    """One run: a server, two desks, every step, and whether both hold what they should."""
    sys.path.insert(0, str(folder))
    import gen  # type: ignore[import-not-found]

    run, port = Run(), free_port()
    with (
        tempfile.TemporaryDirectory() as name,
        proxied(folder, port) as a,
        proxied(folder, port) as b,
    ):
        system = kind()
        try:
            system.start(name, port)
            system.open(count, data, {"a": a.address, "b": b.address})
            _steps(system, run, count, (a, b), gen)
            documents = {d["id"]: d for d in gen.load(data["docs"])}
            documents |= {d["id"]: d for d in gen.load(data["edits"])}
            one = gen.edit(gen.doc(1), ONE)
            documents[one["id"]] = one
            system.settle()
            right = gen.digest(documents.values())
            assert system.digest("a") == system.digest("b") == right, "they do not hold the same"
            run.memory["server"] = sum(map(_peak, system.server_pids()))
        finally:
            system.stop()
    return run


def _steps(system: Any, run: Run, count: int, lines: tuple[Proxy, Proxy], gen: Any) -> None:
    a, b = lines
    a.ask("reset")
    run.note("push", system.push_new(count))
    run.wire["push"] = a.ask("reset")
    run.memory["sender"] = _peak(system.client_pid("a"))
    system.rest("a")
    system.digest("b")  # opens the second desk, untimed
    b.ask("reset")
    run.note("pull", system.initial_pull())
    run.wire["pull"] = b.ask("reset")
    run.memory["receiver"] = _peak(system.client_pid("b"))
    system.noop()
    b.ask("reset")
    for _ in range(QUIET):
        run.note("quiet", system.noop())
    run.wire["quiet"] = b.ask("reset")
    run.note("sent", system.change(count // 100))
    system.rest("a")
    b.ask("reset")
    run.note("changed", system.pull_changed(count // 100))
    run.wire["changed"] = b.ask("reset")
    for turn in range(1, ONE + 1):
        run.note("one", system.push_one(gen.edit(gen.doc(1), turn)))
    run.wire["one"] = b.ask("reset")


def _peak(pid: int) -> float:
    """The most memory a process has held, in MB."""
    for told in Path(f"/proc/{pid}/status").read_text().splitlines():
        if told.startswith("VmHWM"):
            return int(told.split()[1]) / 1024
    return 0.0


def compare(folder: Path, count: int, times: int) -> str:
    """Run both in turns; the table of medians and ratios."""
    kinds = peers(folder)
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            [sys.executable, str(folder / "gen.py"), name, str(count)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        data = {"docs": f"{name}/docs_{count}.ndjson", "edits": f"{name}/edits_{count}_1.ndjson"}
        packed = _packed(Path(data["docs"]))
        runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
        for turn in range(times):
            for kind, found in runs.items():
                found.append(measured(kinds[kind], folder, data, count))
                line(f"  {count:,} {kind} {turn + 1}: {_brief(found[-1])}")
    return _table(count, runs["yanbei"], runs["floor"], packed)


def _packed(path: Path) -> int:
    """How large the documents are as one zstd stream."""
    import zstandard

    with path.open("rb") as source, path.with_suffix(".zst").open("wb") as to:
        _read, written = zstandard.ZstdCompressor(level=3).copy_stream(source, to)
    return int(written)


def _brief(run: Run) -> str:
    return ", ".join(f"{step} {_told(run.seconds[step])}" for step in STEPS)


def _told(seconds: list[float]) -> str:
    middle = statistics.median(seconds)
    return f"{middle:.2f} s" if middle >= 1 else f"{middle * 1000:.3g} ms"


def _table(count: int, ours: list[Run], floor: list[Run], packed: int) -> str:
    """Ratios run by run: each of ours beside the floor's just before it."""
    rows = [
        f"| {count:,} documents | ours | floor | ratio, run by run | |",
        "|---|---|---|---|---|",
    ]
    for step, told in STEPS.items():
        ratios = [
            statistics.median(o.seconds[step]) / statistics.median(f.seconds[step])
            for o, f in zip(ours, floor, strict=True)
        ]
        mine = [s for run in ours for s in run.seconds[step]]
        bare = [s for run in floor for s in run.seconds[step]]
        shown = " ".join(f"{r:.2f}" for r in ratios)
        middle = f"{statistics.median(ratios):.2f}"
        rows.append(f"| {told} | {_told(mine)} | {_told(bare)} | {middle} | {shown} |")
    for step, way in (("push", "up"), ("pull", "down")):
        mine_wire, bare_wire = ours[0].wire[step][way], floor[0].wire[step][way]
        rows.append(
            f"| bytes {way}, {STEPS[step]} | {mine_wire / 1e6:.2f} MB | {bare_wire / 1e6:.2f} MB "
            f"| {mine_wire / packed:.3f} × zstd | {ours[0].wire[step]} |"
        )
    for who in ("sender", "receiver", "server"):
        most, least = max(r.memory[who] for r in ours), max(r.memory[who] for r in floor)
        rows.append(f"| memory, {who} | {most:.0f} MB | {least:.0f} MB | | |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("YANBEI_SYNC_BENCH"), type=Path)
    parser.add_argument("--count", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    if given.folder is None or not (given.folder / "floor_worker.py").is_file():
        parser.error("say where the comparison's folder is, or set YANBEI_SYNC_BENCH")
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # nothing of ours is written into that folder
    sys.dont_write_bytecode = True
    tables = [compare(given.folder, count, given.times) for count in given.count]
    line()
    line("\n\n".join(tables))


if __name__ == "__main__":
    main()
