"""A desk that is killed (SIGKILL) at random moments: afterwards nothing is lost or done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from local_db import Query, WorkingCopy
from sync import engine
from sync.client import RegistryClient
from tests.sync.conftest import KEY
from tests.sync.small_registry import SmallRegistry
from tests.sync.test_engine import ADMIN, NAME, names

MOMENTS = 30
ROOT = Path(__file__).parent.parent.parent


class Killable:
    """Desk processes on one folder, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.desk_process", str(folder), KEY.hex()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str, kill_after: float | None = None) -> tuple[bool, float]:
        """Whether it came to its end, and how long it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline().removeprefix("begun "))
        began = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        said = self._process.stdout.readline()
        took = time.monotonic() - began
        if said == "ended\n":
            assert self._process.stdout.readline() == "over\n"
        return said == "ended\n", took

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    killable = Killable(tmp_path / "desk")
    yield killable
    killable.close()


def opened(tmp_path: Path) -> WorkingCopy:
    return WorkingCopy(tmp_path / "desk", KEY)


def test_an_import_is_there_whole_or_not_at_all_whenever_the_desk_is_killed(
    tmp_path: Path, killable: Killable, client: RegistryClient
) -> None:
    copy = opened(tmp_path)
    copy.remember(client.session())
    copy.close()
    _, typical = killable.run("import " + _batch("first"))
    chance, survived, killed = random.Random(20261121), {"first"}, 0

    for moment in range(MOMENTS):
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

    assert killed >= MOMENTS // 3, "the moments must lie within the import"


def _batch(name: str) -> str:
    return f"{NAME} " + " ".join(f"{name}x{n:02}" for n in range(28))


def test_a_sync_may_be_killed_at_any_moment(
    tmp_path: Path, killable: Killable, registry: SmallRegistry, client: RegistryClient
) -> None:
    copy = opened(tmp_path)
    copy.remember(client.session())
    other = WorkingCopy(tmp_path / "other", KEY)
    other.remember(client.session())
    command = f"sync http://127.0.0.1:{registry.door[1]} t"
    expected: list[str] = []
    chance, killed, typical = random.Random(20261121), 0, 0.3

    for moment in range(MOMENTS):
        for place, desk in (("here", copy), ("there", other)):
            new = [f"{place}{moment}x{n}" for n in range(15)]
            desk.begin_many("person", "save", [({NAME: n}, {}) for n in new], role=ADMIN)
            expected += new
        engine.run(other, client)
        sha256 = copy.add_file(f"%PDF {moment}".encode() * 1000)
        copy.close()
        if not moment:
            _, typical = killable.run(command)
            copy = opened(tmp_path)
            continue
        ended, _ = killable.run(command, chance.uniform(0, typical * 1.1))
        killed += not ended
        copy = opened(tmp_path)
        assert copy.is_sound()
        mine = [n for n in names(copy) if n.startswith("here")]
        assert mine == sorted(n for n in expected if n.startswith("here"))

    engine.run(copy, client)
    engine.run(other, client)

    assert names(copy) == names(other) == sorted(expected)
    assert copy.outbox() == []
    assert len(registry.done) == len(set(registry.done)) == len(expected)
    assert registry.files[sha256] == f"%PDF {MOMENTS - 1}".encode() * 1000
    assert killed >= MOMENTS // 3, "the moments must lie within the sync"
    copy.close()
    other.close()
