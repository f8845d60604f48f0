"""Whichever call of a database fails, at a desk or the registry: the next round heals it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.whole.failing_calls import Scene, Side
from tests.whole.simulator.world import workshop

EVERY = {"desk": 23, "registry": 31}
"""One call in so many; `python -m bench.faults calls` takes every one."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with workshop() as folder, Scene(folder / "scene").prepared() as scene:
        yield scene


@pytest.mark.parametrize(
    "side",
    [
        "desk",
        pytest.param(
            "registry", marks=pytest.mark.expects_log("requests: database: |now one by one|failed$")
        ),
    ],
)
def test_a_call_that_fails_is_made_good_by_the_next_round(scene: Scene, side: Side) -> None:
    untouched = scene.run(side, 0)
    assert untouched.ended is None
    assert b"clash" in untouched.standing
    assert untouched.calls > 100

    for failing in range(1, untouched.calls + 1, EVERY[side]):
        run = scene.run(side, failing)

        assert run.failed, f"call {failing} of {untouched.calls} was not reached"
        assert run.differs_from(untouched) == "", f"call {failing}: {run.failed}"
