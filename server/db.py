"""The database: engines for SQLite and PostgreSQL, and the one way to run a transaction.

SQLite is the library that sqlcipher3 brings (3.53, without a key): Debian's 3.40.1 has the
WAL-reset bug. Its transactions are begun by us, `BEGIN IMMEDIATE` for whoever writes: left to the
driver, two threads that read, add one and write lose half of the increments without any error.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import TryLater

T = TypeVar("T")

FRESH = 2.0
"""Seconds for which a connection is believed to be alive."""
POOL = 20
"""Connections of one process: as many as its threads may be inside a transaction at once."""
OLDEST_SQLITE = (3, 51, 3)
"""Older ones may damage a file when two connections write and checkpoint at the same moment."""


def connect(url: str, *, pool: int = POOL, patience: float = 10) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`; the file's folder is made.

    `patience`: seconds to wait for somebody else's lock.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(url, pool, patience)
    engine = create_engine(
        # As people write it, the driver is not named.
        address.set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=15,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text reaches the log, people's data must not
        connect_args={
            "connect_timeout": 10,
            # A machine that is gone says nothing: ask whether it is there, and give up in time.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "application_name": "yanbei",
            "options": f"-c lock_timeout={int(patience * 1000)} -c statement_timeout=60s "
            "-c idle_in_transaction_session_timeout=60s -c timezone=UTC",
        },
    )
    # Of rows sent together that fail at the first it warns of the others; the first is raised.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    event.listen(engine, "checkin", _returned)
    event.listen(engine, "checkout", _proved)
    return engine


def _returned(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = time.monotonic()


def _proved(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask whether a line that lay idle still leads somewhere; if not, none of them is believed.

    One that was used a moment ago is not asked: under load that was every third way.
    """
    if time.monotonic() - record.info.get("returned", time.monotonic()) < FRESH:
        return
    from psycopg import Error  # beside SQLite it is never loaded

    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Error:
        raise InvalidatePoolError from None


def _sqlite(url: str, pool: int, patience: float) -> Engine:
    if sqlcipher3.dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise RuntimeError(f"SQLite {sqlcipher3.dbapi2.sqlite_version} is too old to be trusted")
    file = make_url(url).database
    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlcipher3.dbapi2,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=15,
        hide_parameters=True,
        connect_args={"timeout": patience},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "wal_autocheckpoint=4000",  # 16 MB: each costs somebody two more waits for the disk
)


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def read(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run `work`, which only reads: it waits for no writer.

    On SQLite all of it sees one moment; on PostgreSQL each statement sees its own, as it would in
    a transaction there (`read_at_once` sees one), so none is begun: that saves two ways there.
    """
    try:
        with Session(_reading(engine)) as session, session.begin():
            return work(session)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    with Session(_reading(engine)) as session, session.begin():  # the line broke: another one
        return work(session)


@lru_cache(maxsize=8)
def _reading(engine: Engine) -> Engine:
    # Made once: it took as long as a statement.
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    return engine.execution_options(reads=True, **level)


def read_at_once(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run `work`, which only reads: all of it sees one moment, whatever others write meanwhile."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with Session(engine.execution_options(reads=True, **level)) as session, session.begin():
        return work(session)


TIMES = 6


def transact(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run `work` as one transaction, again if it lost against another one; commit before returning.

    `work` must do nothing outside the database that may not be done twice.
    """
    for again in range(TIMES):
        is_worked = False
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                done = work(session)
                is_worked = True
            return done
        except DBAPIError as error:
            # A line that broke before the commit: certainly nothing was done. One that broke while
            # it was on its way may have done all of it; only who asked can ask again.
            is_cut = error.connection_invalidated and not is_worked and not again
            if not is_cut and not _lost_a_race(error):
                raise
            if isinstance(error, IntegrityError) and again == TIMES - 1:
                raise  # no race lasts so long: it is a fault of ours
            time.sleep(random.uniform(0, 0.02 * 2**again))
    raise TryLater(
        "登记中心现在很忙，没有办成，请稍后再试。",
        "The registry is busy and could not do this. Please try again in a moment.",
        seconds=5,
    )


def unavailable() -> TryLater:
    """What is told while the database does not answer: restarted, full, out of reach."""
    return TryLater(
        "登记中心的数据库暂时不可用，请稍后再试。",
        "The registry's database is not available just now. Please try again in a moment.",
        seconds=5,
    )


def _lost_a_race(error: DBAPIError) -> bool:
    """Somebody else was first: a key that was free is taken, a deadlock, a lock waited for."""
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state in {"40001", "40P01", "55P03"}:
        return True
    told = str(error.orig)
    return isinstance(error, OperationalError) and ("locked" in told or "busy" in told)


def upsert(
    session: Session, table: Table, rows: Sequence[dict[str, Any]], *, key: Sequence[str]
) -> None:
    """Write rows; where one with this key is there already, it takes the new values."""
    if rows:
        statement = _upsert(_dialect(session), table, tuple(rows[0]), tuple(key))
        session.connection().execute(statement, list(rows))


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Any:
    # Built once: building it took longer than the database does.
    insert = _INSERTS[dialect](table).values({name: bindparam(name) for name in columns})
    rest = {name: insert.excluded[name] for name in columns if name not in key}
    if rest:
        return insert.on_conflict_do_update(index_elements=list(key), set_=rest)
    return insert.on_conflict_do_nothing(index_elements=list(key))


def count_up(session: Session, table: Table, name: str, by: int = 1) -> int:
    """Add to a counter row and give the new value; whoever else counts it waits for our commit."""
    statement = _count_up(_dialect(session), table)
    return int(session.connection().execute(statement, {"name": name, "value": by}).scalar_one())


@cache
def _count_up(dialect: str, table: Table) -> Any:
    value = table.c.value
    # What else the row counts begins at nothing.
    rest = {c.name: 0 for c in table.c if c.name not in ("name", "value")}
    insert = _INSERTS[dialect](table).values(
        name=bindparam("name"), value=bindparam("value"), **rest
    )
    return insert.on_conflict_do_update(
        index_elements=["name"], set_={"value": value + insert.excluded.value}
    ).returning(value)


_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
