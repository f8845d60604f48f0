"""What every folder of tests shares: no screen, two databases, and logs that must stay quiet."""

from __future__ import annotations

import gc
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

# Before any QApplication: no test needs a screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from hypothesis import HealthCheck, settings

from tests import private_postgres
from tests.private_postgres import PostgresMissing, PrivatePostgres

# How long an example takes says how busy the machine is, not whether the program is right.
settings.register_profile("yanbei", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("yanbei")


LONGEST = (
    "whole/test_story.py", "whole/test_committees", "whole/test_simulator.py",
    "server/test_permissions_walk.py", "whole/test_person_story.py", "whole/test_broken_line.py",
    "server/test_operations.py", "server/test_killed_registry.py", "whole/test_kills.py",
    "sync/test_engine.py", "app/roster/test_mutated.py",
)  # fmt: skip
"""Begun first, the longest at the head: begun last, one of them would be waited for alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest; the rest stays in the random order that it was given."""

    def place(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((n for n, long in enumerate(LONGEST) if long in path), len(LONGEST))

    items.sort(key=place)


def pytest_runtest_logfinish() -> None:
    """Collect cycles here, in the thread that owns the windows among them; see `ui.garbage`."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return


def pytest_configure(config: pytest.Config) -> None:
    """Choose where this run's PostgreSQL will lie, before the workers are started."""
    gc.disable()  # by itself it would run in whichever thread makes the next object
    if not hasattr(config, "workerinput"):
        os.environ["YANBEI_TEST_STARTED_BY"] = str(os.getpid())
        private_postgres.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL, whatever became of the tests."""
    if not hasattr(config, "workerinput"):
        private_postgres.end()


@pytest.fixture(scope="session")
def postgres() -> PrivatePostgres:
    """Private PostgreSQL of the whole run, shared by all workers."""
    try:
        return private_postgres.running()
    except PostgresMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def postgres_url(postgres: PrivatePostgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'registry.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once on SQLite and once on PostgreSQL: what uses it runs on both."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


class _Listener(logging.Handler):
    """Remembers what was logged at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line of it."""
        self.heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def quiet_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or an error, unless it says that it expects one.

    `@pytest.mark.expects_log("a part of the line, as a regular expression")`
    """
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)
    marks = list(request.node.iter_markers("expects_log"))
    expected = [re.compile(pattern) for mark in marks for pattern in mark.args]
    if marks and not expected:
        pytest.fail('say which line is expected: expects_log("…")', pytrace=False)
    surprises = [line for line in listener.heard if not any(p.search(line) for p in expected)]
    if surprises:
        pytest.fail("unexpected log lines:\n" + "\n".join(surprises), pytrace=False)
    unheard = [p.pattern for p in expected if not any(p.search(line) for line in listener.heard)]
    if unheard:
        pytest.fail("never logged: " + ", ".join(unheard), pytrace=False)
