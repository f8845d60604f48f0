"""Strangers who guess passwords: the owner still gets in, and nobody is locked out without end.

The full run (1,000 attempts, 50 threads, memory) is `python -m bench guessing`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bench.guessing import OFFICE, OWN_DESK, OWNER, PASSWORD, ask, attack
from server.attempts import PATIENCE, WAITS
from tests.whole.registry_process import RegistryProcess

THREADS, ATTEMPTS = 10, 120


def pass_time(registry: RegistryProcess, seconds: int) -> None:
    """Let the registry believe that so many seconds have passed since the last attempt."""
    with sqlite3.connect(Path(registry.database.removeprefix("sqlite:///")), timeout=30) as books:
        shift = f"-{seconds} seconds"
        books.execute(
            "UPDATE attempt SET wait_until = strftime('%Y-%m-%d %H:%M:%f000', wait_until, ?)",
            (shift,),
        )


@pytest.mark.timeout(120)
def test_the_owner_gets_in_while_strangers_guess_from_many_addresses(
    registry: RegistryProcess,
) -> None:
    assert ask(registry.address, OWNER, PASSWORD, OWN_DESK, OFFICE).status == 200

    found = attack(registry.address, ATTEMPTS, THREADS)

    assert set(found.statuses) == {401, 429}
    assert found.statuses.total() == ATTEMPTS
    assert found.statuses[401] <= THREADS * PATIENCE, "no more than that is even looked at"
    assert found.owner
    assert {answer.status for answer in found.owner} == {200}
    assert found.elsewhere is not None
    assert found.elsewhere.status == 200, found.elsewhere.why
    assert 0 < found.longest_told <= WAITS[-1]


@pytest.mark.timeout(120)
def test_whoever_is_told_to_wait_gets_in_once_that_time_has_passed(
    registry: RegistryProcess,
) -> None:
    """At the very address from which somebody guesses, and however often they did."""
    for n in range(PATIENCE + 2):
        wrong = ask(registry.address, OWNER, f"Wrong{n}", "a new desk", "127.0.0.9")
        if wrong.status == 429:
            pass_time(registry, wrong.seconds_told)

    told = ask(registry.address, OWNER, PASSWORD, "a new desk", "127.0.0.9")
    assert (told.status, 0 < told.seconds_told <= WAITS[-1]) == (429, True)
    pass_time(registry, told.seconds_told)

    assert ask(registry.address, OWNER, PASSWORD, "a new desk", "127.0.0.9").status == 200
