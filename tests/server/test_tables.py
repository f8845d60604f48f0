"""The tables are what the migrations make of them, on both databases."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
import sqlcipher3.dbapi2
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.orm import Session

from app.errors import TryLater
from server.db import connect, read, transact
from server.migrations import STEPS, configuration, migrate, newest
from server.tables import Base, CounterRow
from tests.server.province import at_once


@pytest.fixture
def engine(database_url: str) -> Engine:
    return connect(database_url, pool=8)


def test_the_migrations_make_the_tables_that_the_program_declares(engine: Engine) -> None:
    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert found == []


def test_migrating_twice_or_at_once_changes_nothing(engine: Engine) -> None:
    at_once([lambda: migrate(engine)] * 2)
    migrate(engine)

    with engine.connect() as connection:
        versions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    engine.dispose()

    assert versions == [(newest(),)]
    assert newest() == ScriptDirectory(str(STEPS)).get_current_head()


def test_the_way_back_leaves_nothing(engine: Engine) -> None:
    migrate(engine)

    with engine.begin() as connection:
        command.downgrade(configuration(connection), "base")
    left = inspect(engine).get_table_names()
    engine.dispose()

    assert left == ["alembic_version"]


def test_a_migration_that_fails_leaves_nothing(engine: Engine) -> None:
    def cut_off() -> None:
        with engine.begin() as connection:
            command.upgrade(configuration(connection), "head")
            raise RuntimeError("the power failed")

    with pytest.raises(RuntimeError):
        cut_off()
    left = inspect(engine).get_table_names()
    engine.dispose()

    assert left == []


def test_readers_that_write_lose_no_increment(engine: Engine) -> None:
    """F4: read, add one, write, in two threads; SQLite's defaults lost half of them."""
    migrate(engine)
    transact(engine, lambda s: s.execute(insert(CounterRow).values(name="n", value=0)))

    def add() -> None:
        for _ in range(20):
            transact(engine, one)

    def one(session: Session) -> None:
        row = session.scalars(select(CounterRow).where(CounterRow.name == "n").with_for_update())
        row.one().value += 1

    at_once([add, add])
    value = read(engine, lambda s: s.scalar(select(CounterRow.value)))
    engine.dispose()

    assert value == 40


def test_a_race_that_is_lost_is_run_again(engine: Engine) -> None:
    migrate(engine)
    tries = []

    def work(session: Session) -> str:
        tries.append(1)
        if len(tries) == 1:  # somebody else takes the key between our look and our insert
            other = insert(CounterRow).values(name="key", value=1)
            session.execute(other)
            session.execute(other)
        return "done"

    assert transact(engine, work) == "done"
    engine.dispose()
    assert len(tries) == 2


def test_whoever_waits_too_long_is_told_to_try_later(sqlite_url: str) -> None:
    engine = connect(sqlite_url, pool=2)
    migrate(engine)
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        def work(session: Session) -> None:
            session.connection()  # begins
            is_held.set()
            may_go.wait(20)

        transact(engine, work)

    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait(5)
    hurried = connect(sqlite_url, pool=1, patience=0.05)
    with pytest.raises(TryLater, match="很忙"):
        transact(hurried, lambda session: session.connection())
    may_go.set()
    holder.join()
    hurried.dispose()
    engine.dispose()


def test_sqlite_is_new_enough_and_set_to_lose_nothing(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    with engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()
        keys = connection.execute(text("PRAGMA foreign_keys")).scalar()
    engine.dispose()

    assert sqlcipher3.dbapi2.sqlite_version_info >= (3, 51, 3)
    assert (mode, synchronous, keys) == ("wal", 2, 1)


def test_what_only_upgrades_and_backups_need_is_not_loaded_to_serve() -> None:
    """Some 20 MB of a registry's memory."""
    code = "import sys, server.app, server.__main__; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"alembic", "mako", "pygments", "psycopg"} & set(found.stdout.split())
