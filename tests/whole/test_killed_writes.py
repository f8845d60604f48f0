"""A desk killed (SIGKILL) at a write to its disk while it syncs: nothing is lost or done twice."""

from __future__ import annotations

import pytest

from tests.whole import disklog
from tests.whole.killed_writes import Sixty, Writes
from tests.whole.simulator.world import workshop

MOMENTS = range(1, 220, 31)
"""Writes at which it is killed; `python -m bench.faults writes` takes every one."""
RESTART = 5.0

pytestmark = pytest.mark.skipif(not disklog.COMPILER, reason="needs a C compiler (apt: gcc)")


def test_a_sync_killed_at_a_write_loses_nothing_and_does_nothing_twice() -> None:
    with (
        workshop() as folder,
        Sixty(folder / "scene").prepared() as scene,
        scene.watched() as killable,
    ):
        writes = Writes(scene, killable)
        assert writes.untouched.broken is None
        for at in MOMENTS:
            kill = writes.kill(at)

            assert kill.was_killed
            assert kill.wrong == "", f"write {at}"
            assert kill.restart < RESTART
