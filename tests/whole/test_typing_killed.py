"""A desk killed (SIGKILL) while somebody types into the wizard: two seconds are lost, no more.

`YANBEI_KILLS=200 pytest -s tests/whole/test_typing_killed.py` kills it at so many moments and says
how much was lost.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from app.record import Answers
from local_db import WorkingCopy
from tests.builders import study_answers
from tests.local_db.desks import PI
from tests.local_db.desks import desk as desk_of
from tests.whole.registry_process import ROOT
from ui.forms import recovery

KEY = bytes(range(32))
MOMENTS = int(os.environ.get("YANBEI_KILLS", "3"))
MOST = 2.0
BEFORE = 1.5
"""Seconds after the first key before which nobody is killed: there is nothing to keep yet."""


@dataclass(frozen=True)
class Moment:
    """What a kill cost: keys typed, keys lost, and how old the oldest of the lost ones was."""

    keys: int
    lost: int
    seconds: float
    told: bool
    slow: float
    """The longest that two keys in a row and a save took: what else the machine does."""


class Typists:
    """Processes that type, one at a time, on one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.whole.typing_process", KEY.hex()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )

    def killed(self, record_id: UUID, seed: int, after: float) -> tuple[list[Any], float]:
        """Everything that was typed, and when the process was killed."""
        log = self._folder / f"typed{seed}"
        told = (str(self._folder / "desk"), str(record_id), str(log), str(seed))
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join(told) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        wait_for(lambda: log.is_file() and log.stat().st_size > 0)
        time.sleep(after)
        at = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        assert self._process.stdout.readline() == "over\n"
        # A line that was cut off had not been typed to its end.
        lines = [line for line in log.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"]
        return [orjson.loads(line) for line in lines], at

    def close(self) -> None:
        self._process.communicate(timeout=10)


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def typists(tmp_path: Path) -> Iterator[Typists]:
    typists = Typists(tmp_path)
    yield typists
    typists.close()


def value_at(answers: Answers, path: str) -> Any:
    found: Any = answers
    for step in path.split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def judged(
    before: Answers, copy: WorkingCopy, record_id: UUID, log: list[Any], at: float
) -> Moment:
    """What of the keys typed on these answers is in the store."""
    after, lost = copy.get(record_id).answers, []
    typed = [line for line in log if line[1]]
    for path in {path for _when, path, _value in typed}:
        here = [(0.0, value_at(before, path))]
        here += [(when, value) for when, of, value in typed if of == path]
        stored = value_at(after, path)
        standing = [n for n, (_when, value) in enumerate(here) if value == stored]
        assert standing, f"{path}: nobody ever typed what is stored"
        lost += [when for when, _value in here[standing[-1] + 1 :]]
    return Moment(
        keys=len(typed),
        lost=len(lost),
        seconds=at - min(lost, default=at),
        told=[one.record_id for one in recovery.left_open(copy)] == [record_id],
        slow=slowness(log, at),
    )


def slowness(log: list[Any], at: float) -> float:
    """How long a key and a save took at most; a save that was under way took until the kill."""
    keys = [*[when for when, path, _value in log if path], at]
    saves = [*[when for when, path, _value in log if not path], at]  # begun, ended, begun, …
    longest = max((b - a for a, b in zip(saves[::2], saves[1::2], strict=False)), default=0.0)
    return longest + max((b - a for a, b in itertools.pairwise(keys)), default=0.0)


def test_killed_while_typing_a_desk_loses_two_seconds_at_most_and_says_what_it_kept(
    tmp_path: Path, typists: Typists
) -> None:
    copy = desk_of(tmp_path / "desk", KEY, PI)
    record = copy.begin("study", study_answers(), role="pi")
    answers = record.answers
    copy.close()
    chance, moments = random.Random(20261121), []

    for seed in range(MOMENTS):
        typed, at = typists.killed(record.id, seed, chance.uniform(BEFORE, 4.0))
        copy = WorkingCopy(tmp_path / "desk", KEY)
        assert copy.is_sound()
        moments.append(judged(answers, copy, record.id, typed, at))
        answers = copy.get(record.id).answers
        copy.close()

    tell(moments)
    assert all(moment.told for moment in moments)
    # What a busy machine takes for one key and for one save is not the program that waits too long.
    assert [m for m in moments if m.seconds > MOST + m.slow] == []
    assert sum(m.keys for m in moments) > 10 * MOMENTS, "the moments must lie within the typing"


def tell(moments: list[Moment]) -> None:
    seconds, slow = sorted(m.seconds for m in moments), [m.slow for m in moments]
    sys.stdout.write(
        f"\n{len(moments)} kills, {sum(m.keys for m in moments)} keys, "
        f"{sum(m.lost for m in moments)} lost; oldest lost key: median "
        f"{statistics.median(seconds):.2f} s, 95 % {seconds[int(0.95 * len(seconds))]:.2f} s, "
        f"most {seconds[-1]:.2f} s; above {MOST:.0f} s: {sum(s > MOST for s in seconds)}; "
        f"one key and one save took at most: median {statistics.median(slow):.2f} s, "
        f"most {max(slow):.2f} s; told after {sum(m.told for m in moments)}\n"
    )
