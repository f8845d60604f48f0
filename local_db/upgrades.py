"""Bring a working copy of any age up to date, one numbered step after the other.

To add a step: change `tables.py`, append a function here, save a copy of the last version as
`tests/data/old_copies/vN.sql`. A step is never edited after a release.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine

from app.errors import TooOld
from local_db.engine import Store, connect, open_engine, told_in_words
from local_db.listing import pairs
from local_db.tables import FIND, KEPT, LOOK, METADATA, PAIR, VERSION

Step = Callable[[Connection], None]


def index_pairs(connection: Connection) -> None:
    """To version 2: words of one character or two are found by an index."""
    connection.exec_driver_sql(PAIR)
    last = -1
    while page := connection.exec_driver_sql(
        "SELECT n, text FROM words WHERE n > ? ORDER BY n LIMIT 1000", (last,)
    ).all():
        connection.exec_driver_sql(
            "INSERT INTO pair (rowid, text) VALUES (?, ?)", [(n, pairs(text)) for n, text in page]
        )
        last = page[-1][0]


def keep_versions(connection: Connection) -> None:
    """To version 3: earlier versions that were looked at stay on the desk."""
    VERSION.create(connection)


def keep_confirmed(connection: Connection) -> None:
    """To version 4: confirmed changes stay for a while; what is here can be compared with feeds."""
    for table in ("told", "card"):
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ADD COLUMN mark INTEGER DEFAULT '0' NOT NULL"
        )
    for new in (KEPT, LOOK):
        new.create(connection)
    connection.exec_driver_sql(
        "INSERT INTO look (n) SELECT n FROM record WHERE instr(body, CAST('\"sha256\"' AS BLOB))"
    )


STEPS: tuple[Step, ...] = (index_pairs, keep_versions, keep_confirmed)
"""The first step leads from version 1 to version 2."""


def open_up_to_date(path: Path, key: bytes, steps: Sequence[Step] = STEPS) -> Store:
    """Open the file as this program knows it: a new one, an old one upgraded, or not at all."""
    latest = 1 + len(steps)
    with told_in_words():
        version = version_of(path, key)
        if version > latest:
            raise TooOld(
                "本机数据由更新版本的程序保存。请先升级本程序；数据没有被改动。",
                "The data on this computer was saved by a newer program. Please update this one; "
                "nothing was changed.",
            )
        if 0 < version < latest:
            save_copy(path, key, path.with_name(f"{path.stem}.v{version}.bak"))
        engine = open_engine(path, key)
        try:
            _walk(engine, version, steps)
        except BaseException:
            engine.dispose()
            raise
    return Store(engine)


def _walk(engine: Engine, version: int, steps: Sequence[Step]) -> None:
    writes = engine.execution_options(writes=True)
    if version == 0:
        with writes.begin() as connection:
            METADATA.create_all(connection, checkfirst=False)
            connection.exec_driver_sql(FIND)
            connection.exec_driver_sql(PAIR)
            _set_version(connection, 1 + len(steps))
        return
    for number, step in enumerate(steps[version - 1 :], start=version + 1):
        with writes.begin() as connection:
            step(connection)
            _set_version(connection, number)


def version_of(path: Path, key: bytes) -> int:
    """The version of the file, without altering a byte of it; 0 where there is none yet."""
    if not path.exists() or path.stat().st_size == 0:
        return 0
    with closing(connect(path, key, read_only=True)) as raw:
        return int(raw.execute("PRAGMA user_version").fetchone()[0])


def _set_version(connection: Connection, number: int) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {number}")


def save_copy(path: Path, key: bytes, to: Path) -> None:
    """Copy the store, under the same key, while it may be in use."""
    # A plain file copy would miss what is still in the write-ahead log.
    to.unlink(missing_ok=True)
    with closing(connect(path, key)) as raw:
        raw.execute("VACUUM INTO ?", (str(to),)).close()
