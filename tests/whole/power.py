"""A desk whose power fails: what an honest disk may hold then, and what must be there.

A desk process works and notes each thing once the program has said that it is kept. Everything it
does to its files is written down (`disklog`). From that, states of the disk at any moment are
built: whatever was synced, and of the rest nothing, the beginning, any part, or torn sectors.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

from app.errors import AppError, NotFound
from local_db import WorkingCopy
from tests.whole import disklog
from tests.whole.desk_process import Killable
from tests.whole.desks import KEY
from tests.whole.disklog import Deed
from tests.whole.failing_calls import Scene

SECTOR = 512
NOTE = "acknowledged"
NAMES = "RU"
"""Kinds that change a folder: on the disk once the folder is synced."""


def recorded(scene: Scene, folder: Path, times: int, synchronous: str = "FULL") -> list[Deed]:
    """What a desk does to its disk that begins `times` things and exchanges now and then."""
    scene.again()
    folder.mkdir()
    desk, log = folder / "desk", folder / "log"
    shutil.copytree(scene.folder / "desk", desk)
    watched = disklog.environment(desk, log)
    killable = Killable(desk, KEY, synchronous, environment=watched)
    words = f"{scene.registry.address} {scene.token} {times} {desk / NOTE}"
    ended, _ = killable.run(f"work {words}")
    killable.close()
    assert ended
    return [_within(desk, deed) for deed in disklog.deeds(log)]


def _within(desk: Path, deed: Deed) -> Deed:
    root = str(desk)
    names = [path.removeprefix(root).lstrip("/") for path in (deed.path, deed.other)]
    return Deed(deed.kind, names[0], names[1], deed.at, deed.content)


class Disk:
    """Files as an honest disk keeps them: `synced` for certain, `pending` perhaps."""

    def __init__(self, begun: dict[str, bytes]) -> None:
        self.synced = {name: bytearray(content) for name, content in begun.items()}
        self.pending: list[Deed] = []
        self.acknowledged: list[str] = []

    def do(self, deed: Deed) -> None:
        if deed.path == NOTE:
            if deed.kind == "W":
                self.acknowledged.append(deed.content.decode())
        elif deed.path.endswith("-shm") or deed.path == "lock":
            pass  # made anew by whoever opens the store
        elif deed.kind == "S":
            self._sync(deed.path)
        elif deed.kind == "C" and deed.path not in self.synced:
            self.synced[deed.path] = bytearray()
        elif deed.kind != "C":
            self.pending.append(deed)

    def _sync(self, path: str) -> None:
        kept = []
        for deed in self.pending:
            if deed.kind in NAMES:
                settled = path == deed.path.rpartition("/")[0]
            else:
                settled = path == deed.path
            if settled:
                _apply(self.synced, deed)
            else:
                kept.append(deed)
        self.pending = kept

    def state(self, random: Random) -> dict[str, bytes]:
        """What may be on it if the power fails now."""
        files = {name: bytearray(content) for name, content in self.synced.items()}
        for deed in self._chosen(random):
            _apply(files, deed)
        return {name: bytes(content) for name, content in files.items()}

    def _chosen(self, random: Random) -> Sequence[Deed]:
        way = random.choice(("none", "beginning", "part", "torn"))
        if way == "none":
            return []
        if way == "part":
            return [deed for deed in self.pending if random.random() < 0.5]
        chosen = self.pending[: random.randint(0, len(self.pending))]
        if way == "torn" and chosen and chosen[-1].kind == "W":
            last = chosen.pop()
            sectors = random.randint(0, len(last.content) // SECTOR)
            torn = last.content[: sectors * SECTOR]
            chosen.append(Deed("W", last.path, "", last.at, torn))
        return chosen


def _apply(files: dict[str, bytearray], deed: Deed) -> None:
    if deed.kind == "R":
        files[deed.other] = files.pop(deed.path, bytearray())
    elif deed.kind == "U":
        files.pop(deed.path, None)
    else:
        content = files.setdefault(deed.path, bytearray())
        end = deed.at + len(deed.content)
        content.extend(bytes(max(0, deed.at - len(content))))
        if deed.kind == "T":
            del content[deed.at :]
        else:
            content[deed.at : end] = deed.content


@dataclass(frozen=True)
class Losses:
    """What was found in so many states."""

    states: int
    counts: Counter[str]
    most: int
    """How many acknowledged things were lost at worst."""


def losses(scene: Scene, folder: Path, deeds: Sequence[Deed], states: int, seed: int) -> Losses:
    """Let the power fail at so many moments, and look at each disk."""
    random, counts, most = Random(seed), Counter[str](), 0
    moments = sorted(random.randrange(len(deeds) + 1) for _ in range(states))
    disk, done = Disk(_files(scene.folder / "desk")), 0
    for moment in moments:
        for deed in deeds[done:moment]:
            disk.do(deed)
        done = max(done, moment)
        shutil.rmtree(folder, ignore_errors=True)
        for name, content in disk.state(random).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        found, lost = _look(folder, disk.acknowledged)
        counts[found] += 1
        most = max(most, lost)
    return Losses(states, counts, most)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def _look(folder: Path, acknowledged: Sequence[str]) -> tuple[str, int]:
    try:
        copy = WorkingCopy(folder, KEY)
    except AppError:
        return "damaged", 0
    try:
        if not copy.is_sound():
            return "damaged", 0
        lost = sum(1 for _ in _missing(copy, acknowledged))
    except AppError:
        return "damaged", 0
    finally:
        copy.close()
    return ("lost" if lost else "whole"), lost


def _missing(copy: WorkingCopy, acknowledged: Sequence[str]) -> Iterator[str]:
    """What the program had said it keeps, and does not."""
    last: defaultdict[str, int] = defaultdict(int)
    for line in acknowledged:
        kind, name, turn = line.split()
        if kind == "study":
            last[name] = int(turn)
        elif not copy.has_file(name) or name not in _kept(copy, name):
            yield name
    for name, turn in last.items():
        try:
            title = copy.get(UUID(name)).answers["basic.research_title"]
        except NotFound:
            yield name
        else:
            if int(title) < turn:  # what was being done may be there already
                yield name


def _kept(copy: WorkingCopy, sha256: str) -> str:
    copy.file(sha256)  # verified, or Unreadable
    return sha256
