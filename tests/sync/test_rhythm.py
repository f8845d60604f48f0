"""When the desk tries again."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import DiskFull, Faulty, SignedOut, TooOld, TryLater, Unreachable, Unreadable
from sync.rhythm import (
    AFTER_RETURN,
    AFTER_SAVE,
    LONGEST_ASKED,
    LONGEST_RETRY,
    REGULAR,
    Rhythm,
    asked_of,
    result_of,
)


def test_what_was_saved_is_sent_two_seconds_later() -> None:
    rhythm = Rhythm(next_at=100)

    rhythm.saved(10)

    assert rhythm.next_at == 10 + AFTER_SAVE
    rhythm.saved(11)
    assert rhythm.next_at == 10 + AFTER_SAVE, "saving on and on must not put it off for ever"
    assert not rhythm.is_due(11.9)
    assert rhythm.is_due(12)
    assert rhythm.wait(11) == 1
    assert rhythm.wait(15) == 0


@pytest.mark.parametrize(("chance", "factor"), [(0, 0.8), (0.5, 1), (1, 1.2)])
def test_regular_rounds_are_spread_by_a_fifth(chance: float, factor: float) -> None:
    rhythm = Rhythm()

    rhythm.ended("done", 1000, chance)

    assert rhythm.next_at == pytest.approx(1000 + REGULAR * factor)


def test_an_unreachable_registry_is_asked_less_and_less_up_to_ten_minutes() -> None:
    rhythm, waits = Rhythm(), []
    for _ in range(12):
        rhythm.ended("unreachable", 0, 0.5)
        waits.append(rhythm.next_at)

    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == LONGEST_RETRY
    assert waits == sorted(waits)


def test_saving_does_not_hurry_a_registry_that_cannot_be_reached() -> None:
    rhythm = Rhythm()
    for _ in range(5):
        rhythm.ended("unreachable", 0, 0.5)

    rhythm.saved(1)

    assert rhythm.next_at == 80


def test_when_a_person_asks_it_is_tried_at_once_and_begins_anew() -> None:
    rhythm = Rhythm()
    for _ in range(5):
        rhythm.ended("unreachable", 0, 0.5)

    rhythm.online(33)
    assert rhythm.is_due(33)
    rhythm.ended("unreachable", 33, 0.5)
    assert rhythm.next_at == 38


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_when_the_network_is_back_it_is_tried_soon_but_not_by_all_at_once(chance: float) -> None:
    rhythm, (first, last) = Rhythm(), AFTER_RETURN
    for _ in range(9):
        rhythm.ended("unreachable", 0, 0.5)
    assert rhythm.wait(0) == LONGEST_RETRY

    rhythm.returned(100, chance)

    assert rhythm.wait(100) == pytest.approx(first + (last - first) * chance)
    rhythm.ended("unreachable", 110, 0.5)
    assert rhythm.wait(110) == 5, "and its back-off begins anew"


def test_a_network_that_comes_back_puts_nothing_off_and_respects_a_pause_asked_for() -> None:
    rhythm = Rhythm()
    rhythm.saved(99)
    rhythm.returned(100, 1)
    assert rhythm.next_at <= 101

    rhythm.ended("unreachable", 101, 0, asked=30)
    rhythm.returned(102, 0)
    assert rhythm.next_at == 131


def test_what_was_saved_during_a_round_is_sent_soon_after_it() -> None:
    rhythm = Rhythm()

    rhythm.ended("done", 100, 0.5, more=True)

    assert rhythm.next_at == 100 + AFTER_SAVE


def test_only_what_a_person_must_mend_stops_the_hurry() -> None:
    assert result_of(None) == "done"
    assert {result_of(kind("", "")) for kind in (Unreachable, Faulty, Unreadable)} == {
        "unreachable"
    }
    assert {result_of(kind("", "")) for kind in (SignedOut, TooOld, DiskFull)} == {"refused"}


def test_a_registry_that_asks_for_30_seconds_is_not_asked_before_they_are_over() -> None:
    rhythm = Rhythm()
    error = TryLater("请稍后。", "Later.", seconds=30)

    rhythm.ended(result_of(error), 100, 0, asked=asked_of(error))

    assert rhythm.wait(100) == 30, "its own back-off would have been 4 seconds"
    rhythm.saved(101)
    assert not rhythm.is_due(129.9), "what is saved meanwhile waits too"
    assert rhythm.is_due(130)


def test_a_registry_that_asks_for_2_seconds_does_not_wait_for_a_longer_back_off() -> None:
    rhythm = Rhythm()
    for _ in range(8):
        rhythm.ended("unreachable", 0, 0.5)
    assert rhythm.wait(0) == LONGEST_RETRY

    rhythm.ended("unreachable", 0, 1, asked=2)

    assert rhythm.wait(0) == pytest.approx(2.4)
    rhythm.ended("unreachable", 3, 0.5)
    assert rhythm.wait(3) == 5, "and its own back-off begins anew"


def test_after_the_pause_that_was_asked_for_saving_hurries_again() -> None:
    rhythm = Rhythm()
    rhythm.ended("unreachable", 0, 0, asked=30)
    rhythm.ended("done", 30, 0.5)

    rhythm.saved(31)

    assert rhythm.wait(31) == AFTER_SAVE


def test_a_person_may_ask_during_the_pause() -> None:
    rhythm = Rhythm()
    rhythm.ended("unreachable", 0, 0, asked=30)

    rhythm.online(5)

    assert rhythm.is_due(5)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [(30, 30), (1.5, 1.5), (0, 0), (-5, 0), ("30", 0), (None, 0), (True, 0),
     (float("nan"), 0), (10**12, LONGEST_ASKED)],
)  # fmt: skip
def test_only_a_sensible_number_of_seconds_is_honoured(told: Any, seconds: float) -> None:
    assert asked_of(TryLater("", "", seconds=told)) == seconds
    assert asked_of(None) == asked_of(Unreachable("", "")) == 0


def test_a_round_that_was_cancelled_goes_on_much_later_or_when_something_is_saved() -> None:
    rhythm = Rhythm()

    rhythm.cancelled(100)

    assert rhythm.wait(100) == LONGEST_RETRY
    rhythm.saved(101)
    assert rhythm.wait(101) == AFTER_SAVE
