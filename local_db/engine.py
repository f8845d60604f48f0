"""Encrypted SQLite, made to keep its promises."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from app.errors import AppError, DiskFull, StoreLocked, Unreadable

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # NORMAL loses saved work when the power fails (reliability.md §0)
    "foreign_keys = ON",
    "busy_timeout = 5000",
    "secure_delete = FAST",
    "cache_size = -16000",
    "wal_autocheckpoint = 4000",  # 16 MB: each costs two more waits for the disk
)


def connect(path: Path, key: bytes, *, read_only: bool = False) -> Any:
    """Open the file with its key; read-only leaves every byte of it as it was."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    raw = sqlcipher.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    raw.execute("PRAGMA cipher_log_level = NONE").close()
    # A raw key: a passphrase would cost 100 ms at every connection.
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"").close()
    if not read_only:
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}").close()
    return raw


def open_engine(path: Path, key: bytes) -> Engine:
    """Open the file; `.execution_options(writes=True)` gives the engine for changes."""
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect(path, key),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=4,
    )

    # The driver begins a transaction only at the first INSERT or UPDATE: what was read before
    # it, and every CREATE TABLE, would be outside. So we begin ourselves.
    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Store:
    """The open file: transactions to read and to write, with faults told in words."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine
        self._writes = engine.execution_options(writes=True)
        # Threads of this program queue here, in order, instead of polling SQLite's lock.
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with told_in_words(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing."""
        with self._turn, told_in_words(), self._writes.begin() as connection:
            yield connection

    def close(self) -> None:
        self._reads.dispose()


@contextmanager
def told_in_words() -> Iterator[None]:
    """Turn the faults of SQLite and of the disk that a person can mend into AppErrors."""
    try:
        yield
    except DBAPIError as error:
        refuse(error.orig, error)
    except sqlcipher.Error as error:
        refuse(error, error)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full() from error
        raise


def refuse(fault: BaseException | None, cause: BaseException) -> NoReturn:
    """Raise what a person can be told of an SQLite fault; the fault itself where it is a bug."""
    name = str(getattr(fault, "sqlite_errorname", ""))
    for begin, told in TOLD.items():
        if name.startswith(begin):
            raise told() from cause
    raise cause


def full() -> AppError:
    return DiskFull(
        "磁盘已满，这一步没有保存。请先清理磁盘空间，再做一次；之前保存的内容都在。",
        "The disk is full, and this step was not saved. Please free some space and do it again; "
        "everything saved before is still there.",
    )


def locked() -> AppError:
    return StoreLocked(
        "这个账号的数据正被另一个窗口或程序使用。请关闭它后再试。",
        "Another window or program is using this account's data. Please close it and try again.",
    )


def unreadable() -> AppError:
    return Unreadable(
        "本机数据文件无法读取：它已损坏，或不是本程序的文件。请不要删除它；请从备份恢复，或请技术支持协助。",
        "The data file on this computer cannot be read: it is damaged, or not a file of this "
        "program. Please do not delete it; restore a backup or ask for support.",
    )


def not_writable() -> AppError:
    return Unreadable(
        "本机数据文件夹不能写入。请检查文件夹权限和磁盘后再试。",
        "The data folder on this computer cannot be written to. Please check its permissions and "
        "the disk, then try again.",
    )


TOLD = {
    "SQLITE_FULL": full,
    "SQLITE_BUSY": locked,
    "SQLITE_LOCKED": locked,
    "SQLITE_NOTADB": unreadable,
    "SQLITE_CORRUPT": unreadable,
    "SQLITE_READONLY": not_writable,
    "SQLITE_CANTOPEN": not_writable,
    "SQLITE_IOERR": not_writable,
}
