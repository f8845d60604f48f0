"""Whatever the network, the clocks and the power do: nothing is lost, doubled or mixed up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from uuid import UUID

import orjson
import pytest

from app.errors import Invalid, Unreachable
from server.api import sync as sync_api
from sync import replies
from tests.whole.simulator import planted, template, world
from tests.whole.simulator.network import DeskClient, Network, Weather
from tests.whole.simulator.registry import Answer, Request, SimulatedRegistry

SEEDS = 24
SECONDS = 4
"""No more seeds are begun after this long; a machine that is busy plays fewer."""
FEWEST = 6
MISFORTUNES = (
    "lose_request", "lose_reply", "repeat", "delay", "cut", "garble_request", "garble_reply",
    "delivered late", "deaths of desks", "deaths of registry", "clock jumps",
)  # fmt: skip
ONCE_FAILED: tuple[int, ...] = ()
"""Seeds that found a fault of the program once, and have no test of their own."""

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    with world.workshop() as folder:
        (folder / "template").mkdir()
        yield template.make(folder / "template")


def test_no_seed_breaks_a_promise(made: Path) -> None:
    began, counts, played = time.monotonic(), Counter[str](), 0
    for seed in (*ONCE_FAILED, *range(SEEDS)):
        if played >= FEWEST and time.monotonic() > began + SECONDS:
            break
        result = world.run(seed, made)
        assert result.broken == [], f"seed {seed}"
        counts += result.counts
        played += 1

    assert counts["done"] > 4 * played
    assert [name for name in MISFORTUNES if not counts[name]] == []


def test_a_seed_plays_the_same_run_each_time(made: Path) -> None:
    once, again = world.run(2, made), world.run(2, made)

    assert once.trace == again.trace
    assert once.fingerprint == again.fingerprint
    assert once.fingerprint != world.run(1, made).fingerprint


class _Kept(Network):
    """A network that keeps what it was to carry."""

    def carry(self, registry: SimulatedRegistry, request: Request) -> Answer:
        self.request = request
        raise replies.unreachable()


def test_a_packed_request_damaged_on_its_way_is_never_read_as_another(made: Path) -> None:
    network = _Kept(Random(0), Weather())
    registry = SimulatedRegistry(made, lambda: template.BEGINS)
    client = DeskClient(registry, network)
    registry.close()
    change = {"change_id": str(UUID(int=1)), "command": "save", "edits": {"title": "一项研究" * 99}}
    with pytest.raises(Unreachable):
        client.round([orjson.dumps({**change, "n": n}) for n in range(9)], {})
    whole = network.request.body
    asked = sync_api._read(sync_api._unpacked(whole))

    for place, was in enumerate(whole):
        for wrong in {0, *(was ^ (1 << bit) for bit in range(8))} - {was}:
            damaged = whole[:place] + bytes([wrong]) + whole[place + 1 :]
            try:
                assert sync_api._read(sync_api._unpacked(damaged)) == asked
            except Invalid:
                continue


DIFFER = pytest.mark.expects_log("feeds differ from the registry's")


@pytest.mark.parametrize(
    ("plant", "begin", "told"),
    [
        (planted.forget_what_was_done, 0, "too often"),
        pytest.param(
            planted.number_news_by_sequence, 10, "differ from the registry's", marks=DIFFER
        ),
        pytest.param(planted.give_pages_in_no_order, 0, "is missing", marks=DIFFER),
    ],
)
def test_a_planted_bug_is_caught(
    made: Path, monkeypatch: pytest.MonkeyPatch, plant: Plant, begin: int, told: str
) -> None:
    plant(monkeypatch)  # the second is found by one seed in four, first by the tenth

    seeds = range(begin, begin + 30)
    caught = (fault for seed in seeds for fault in world.run(seed, made).broken)

    assert any(told in fault for fault in caught)
