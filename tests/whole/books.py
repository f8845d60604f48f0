"""The registry's database of a fault's run: brought back to where every run begins."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Protocol

import psycopg
import sqlcipher3.dbapi2 as sqlcipher
from psycopg import sql

from tests.private_postgres import PrivatePostgres


class Books(Protocol):
    """A database that can be kept as it is, and brought back to that."""

    url: str

    def keep(self) -> None: ...

    def bring_back(self) -> None: ...

    def broken(self, connection: Any) -> Exception:
        """What a call ends with that fails on this connection; the connection is as it then is."""
        ...


def disk_fault() -> sqlcipher.Error:
    fault = sqlcipher.OperationalError("disk I/O error")
    fault.sqlite_errorname = "SQLITE_IOERR_WRITE"
    return fault


class OnSqlite:
    """A file; its disk fails."""

    def __init__(self, folder: Path) -> None:
        self._file, self._kept = folder / "registry.sqlite3", folder / "kept.sqlite3"
        self.url = f"sqlite:///{self._file}"

    def keep(self) -> None:
        shutil.copyfile(self._file, self._kept)

    def bring_back(self) -> None:
        for end in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._file)

    def broken(self, connection: Any) -> Exception:
        fault: Exception = disk_fault()
        return fault


class OnPostgres:
    """A database of a server; the line to it breaks."""

    def __init__(self, server: PrivatePostgres, name: str = "failing") -> None:
        self._server, self._name, self._kept = server, name, f"{name}_kept"
        self.url = server.url(name)
        self._replace(name, "template0")

    def keep(self) -> None:
        self._replace(self._kept, self._name)

    def bring_back(self) -> None:
        self._replace(self._name, self._kept)

    def broken(self, connection: Any) -> Exception:
        connection.close()
        return psycopg.OperationalError("server closed the connection unexpectedly")

    def drop(self) -> None:
        """Leave nothing on the server."""
        self._run(*(_drop(name) for name in (self._name, self._kept)))

    def _replace(self, name: str, like: str) -> None:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(_drop(name), made.format(sql.Identifier(name), sql.Identifier(like)))

    def _run(self, *statements: sql.Composed) -> None:
        address = self._server.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
