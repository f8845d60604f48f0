"""PostgreSQL goes and comes back in the middle of rounds: the registry finds it again by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bench.databases import Postgres, postgres_server
from tests.whole.kills import Batch, Worker, compared
from tests.whole.registry_process import Launcher, RegistryProcess

LONGEST = 60.0
"""Seconds after which nobody waits any more: the machine may be busy."""


@pytest.fixture
def database() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


def test_a_database_that_is_restarted_costs_no_change_and_nobody_starts_the_registry_again(
    tmp_path: Path, database: Postgres, launcher: Launcher
) -> None:
    registry = RegistryProcess(database.address, tmp_path / "files", launcher)
    registry.start("demo")
    over, batch = threading.Event(), Batch()
    workers = [Worker.at(tmp_path / name, registry, over) for name in ("甲", "乙")]
    for worker in workers:
        worker.thread.start()
    try:
        for mode in ("immediate", "fast"):  # as when its machine fails, and as after an update
            through(workers)
            database.stop(mode)
            assert health(registry, "") == 200, "the process lives"
            assert health(registry, "/ready") == 503, "and says that it cannot work"
            database.start()
            wait_until(lambda: health(registry, "/ready") == 200)
        through(workers)
    finally:
        over.set()
        for worker in workers:
            worker.thread.join(LONGEST)

    compared(batch, workers)

    for worker in workers:
        worker.desk.close()
    registry.stop()
    assert batch.wrong == []
    assert registry.faults() == "ok"


def health(registry: RegistryProcess, which: str) -> int:
    return requests.get(f"{registry.address}/v1/health{which}", timeout=30).status_code


def through(workers: list[Worker]) -> None:
    """Wait until either desk has had changes confirmed once more."""
    before = [worker.confirmed.total() for worker in workers]
    wait_until(
        lambda: all(
            worker.confirmed.total() > was for worker, was in zip(workers, before, strict=True)
        )
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < until, "it never comes back"
        time.sleep(0.05)
