"""Power that fails while a desk works: what the program said is kept, is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.whole import disklog, power
from tests.whole.failing_calls import Scene
from tests.whole.simulator.world import workshop

TURNS, STATES = 60, 60
"""`python -m bench.faults power` looks at thousands."""

pytestmark = pytest.mark.skipif(not disklog.COMPILER, reason="needs a C compiler (apt: gcc)")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with workshop() as folder, Scene(folder / "scene").prepared() as scene:
        yield scene


def test_nothing_acknowledged_is_lost_whenever_the_power_fails(scene: Scene) -> None:
    deeds = power.recorded(scene, scene.folder / "full", TURNS)
    assert len([deed for deed in deeds if deed.kind == "S"]) > TURNS

    found = power.losses(scene, scene.folder / "state", deeds, STATES, seed=20261121)

    assert found.counts == {"whole": STATES}


def test_the_same_look_finds_what_is_lost_where_nothing_is_synced(scene: Scene) -> None:
    deeds = power.recorded(scene, scene.folder / "off", TURNS, "OFF")

    found = power.losses(scene, scene.folder / "state", deeds, STATES, seed=20261121)

    assert found.counts["lost"] + found.counts["damaged"] > STATES // 2
    assert found.most > 1
