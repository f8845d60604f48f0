"""Whatever the network, the clocks and the power do: nothing is lost, doubled or mixed up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.whole.simulator import planted, template, world

SEEDS = 24
SECONDS = 4
"""No more seeds are begun after this long; a machine that is busy plays fewer."""
FEWEST = 6
MISFORTUNES = (
    "lose_request", "lose_reply", "repeat", "delay", "cut", "garble_request", "garble_reply",
    "delivered late", "deaths of desks", "deaths of registry", "clock jumps",
)  # fmt: skip
ONCE_FAILED: tuple[int, ...] = ()
"""Seeds that found a fault of the program once."""

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


DIFFER = pytest.mark.expects_log("feeds differ from the registry's")


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (planted.forget_what_was_done, "too often"),
        pytest.param(planted.number_news_by_sequence, "differ from the registry's", marks=DIFFER),
        pytest.param(planted.give_pages_in_no_order, "is missing", marks=DIFFER),
    ],
)
def test_a_planted_bug_is_caught(
    made: Path, monkeypatch: pytest.MonkeyPatch, plant: Plant, told: str
) -> None:
    plant(monkeypatch)

    caught = (fault for seed in range(30) for fault in world.run(seed, made).broken)

    assert any(told in fault for fault in caught)
