"""Whichever call of a database fails, at a desk or the registry: the next round heals it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.private_postgres import PrivatePostgres
from tests.whole.books import OnPostgres
from tests.whole.failing_calls import Scene, Side
from tests.whole.simulator.world import workshop

EVERY = {"desk": 23, "registry": 31, "registry on PostgreSQL": 61}
"""One call in so many; `python -m bench.faults calls` takes every one."""
HEARD = pytest.mark.expects_log("requests: database: |now one by one|failed$")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with workshop() as folder, Scene(folder / "scene").prepared() as scene:
        yield scene


@pytest.mark.parametrize("side", ["desk", pytest.param("registry", marks=HEARD)])
def test_a_call_that_fails_is_made_good_by_the_next_round(scene: Scene, side: Side) -> None:
    made_good(scene, side, EVERY[side])


@pytest.fixture
def unheard() -> Iterator[None]:
    """Whether a line that breaks is worth a word depends on which call it was."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_line_to_postgresql_that_breaks_is_made_good_by_the_next_round(
    postgres: PrivatePostgres, unheard: None
) -> None:
    books = OnPostgres(postgres)
    with workshop() as folder, Scene(folder / "scene", books).prepared() as scene:
        made_good(scene, "registry", EVERY["registry on PostgreSQL"])
    books.drop()


def made_good(scene: Scene, side: Side, every: int) -> None:
    untouched = scene.run(side, 0)
    assert untouched.ended is None
    assert b"clash" in untouched.standing
    assert untouched.calls > 100

    for failing in range(1, untouched.calls + 1, every):
        run = scene.run(side, failing)

        assert run.failed, f"call {failing} of {untouched.calls} was not reached"
        assert run.differs_from(untouched) == "", f"call {failing}: {run.failed}"
