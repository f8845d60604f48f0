"""A database as one file: SQLite by itself, PostgreSQL by its own pg_dump and pg_restore."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlcipher3.dbapi2
from psycopg import conninfo, sql
from sqlalchemy import URL, Connection, Engine, func, inspect, make_url, select, text

from app.errors import AppError, Conflict, NotFound, TryLater
from server.db import connect
from server.tables import AccountRow, FileRow, RecordRow, RevisionRow

COUNTED = {
    "records": RecordRow, "revisions": RevisionRow, "accounts": AccountRow, "documents": FileRow,
}  # fmt: skip


def take(url: str, folder: Path) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """Write the database as it stands at one moment; what it is, and the documents it names."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _take_sqlite(address, folder)
    return _take_postgres(address, folder)


def give_back(file: Path, url: str, make_fit: Callable[[Engine], None]) -> None:
    """Fill an empty database from such a file; `make_fit` sees it before anybody else can."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        _give_sqlite(file, address, make_fit)
    else:
        _give_postgres(file, address, make_fit)


def counts(engine: Engine) -> dict[str, int]:
    """How much there is."""
    with engine.connect() as connection:
        return _counts(connection)


def _counts(connection: Connection) -> dict[str, int]:
    return {
        what: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for what, table in COUNTED.items()
    }


def _facts(connection: Connection) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    asked = select(FileRow.sha256, FileRow.size).order_by(FileRow.sha256)
    named = [(sha256, size) for sha256, size in connection.execute(asked)]
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return {"tables": version, "counts": _counts(connection)}, named


def _not_empty() -> AppError:
    return Conflict(
        "目标数据库里已有内容，没有恢复。请指定一个空的数据库；旧的请保留到确认无误。",
        "The database is not empty, so nothing was restored. Please name an empty one, and keep "
        "the old one until all is well.",
    )


# -- SQLite ----------------------------------------------------------------------------------


def _take_sqlite(address: URL, folder: Path) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    source, name = Path(address.database or ""), "registry.sqlite3"
    if not source.is_file():
        raise NotFound(
            f"没有数据库文件“{source}”。请核对地址。",
            f"There is no database file {source}. Please check the address.",
        )
    # VACUUM INTO: a plain copy would miss what is still in the write-ahead log.
    with closing(
        sqlcipher3.dbapi2.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
    ) as database:
        database.isolation_level = None
        database.execute("VACUUM INTO ?", (str(folder / name),)).close()
    (folder / name).chmod(0o600)
    _settled(folder / name)
    engine = connect(f"sqlite:///{folder / name}", pool=1)
    try:
        with engine.connect() as connection:
            facts, named = _facts(connection)
    finally:
        engine.dispose()
    return {"kind": "sqlite", "database": name, **facts}, named


def _give_sqlite(file: Path, address: URL, make_fit: Callable[[Engine], None]) -> None:
    target = Path(address.database or "")
    if target.exists():
        raise _not_empty()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    shutil.copyfile(file, part)
    part.chmod(0o600)
    engine = connect(f"sqlite:///{part}", pool=1)
    try:
        make_fit(engine)
    finally:
        engine.dispose()
    _settled(part)
    part.rename(target)


def _settled(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())


# -- PostgreSQL --------------------------------------------------------------------------------


def _take_postgres(address: URL, folder: Path) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    engine, name = connect(address.render_as_string(hide_password=False), pool=1), "registry.dump"
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            # What we count and what is dumped is the same moment, however long the dump takes.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            facts, named = _facts(connection)
            _run(
                address, "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                "--lock-wait-timeout=30s", f"--snapshot={snapshot}", f"--file={folder / name}",
            )  # fmt: skip
    finally:
        engine.dispose()
    (folder / name).chmod(0o600)
    _settled(folder / name)
    return {"kind": "postgresql", "database": name, **facts}, named


def _give_postgres(file: Path, address: URL, make_fit: Callable[[Engine], None]) -> None:
    engine = connect(address.render_as_string(hide_password=False), pool=2)
    try:
        if inspect(engine).get_table_names():
            raise _not_empty()
        _run(
            address, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner",
            "--no-privileges", str(file),
        )  # fmt: skip
        make_fit(engine)
    finally:
        engine.dispose()


@contextmanager
def database_beside(url: str, name: str) -> Iterator[str]:
    """The address of a new, empty database on the same server, dropped afterwards."""
    address = make_url(url)
    try:
        _on_server(address, sql.SQL("CREATE DATABASE {} TEMPLATE template0"), name)
    except psycopg.errors.InsufficientPrivilege:
        raise Conflict(
            "这个数据库账号不能新建数据库，演练无法进行。请授予 CREATEDB，或以另一账号演练。",
            "This database account may not create a database, so there can be no drill. Please "
            "grant CREATEDB, or use another account.",
        ) from None
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(address, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def _on_server(address: URL, statement: sql.SQL, name: str) -> None:
    try:
        with psycopg.connect(
            _conninfo(address), password=address.password, connect_timeout=10, autocommit=True
        ) as connection:
            connection.execute(statement.format(sql.Identifier(name)))
    except psycopg.OperationalError:
        raise _not_reached() from None


def _conninfo(address: URL) -> str:
    """How libpq names this database; never with the password, which a command line would show."""
    named = address.translate_connect_args(username="user", database="dbname")
    named.pop("password", None)
    query = {key: value for key, value in address.query.items() if isinstance(value, str)}
    return conninfo.make_conninfo("", **named, **query)


def _run(address: URL, program: str, *arguments: str) -> None:
    command = [found(program), f"--dbname={_conninfo(address)}", *arguments]
    password = {"PGPASSWORD": str(address.password)} if address.password else {}
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10", **password}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        # The first line says what happened; later ones quote what was filed.
        first = (done.stderr.strip().splitlines() or [f"{program}: {done.returncode}"])[0]
        raise TryLater(
            f"{program} 没有成功：{first}。请解决后再试。",
            f"{program} did not succeed: {first}. Please mend that and try again.",
        )


def found(program: str) -> str:
    """Where PostgreSQL's programs are: the newest, which reads every older server."""
    versions = glob.glob("/usr/lib/postgresql/*/bin")
    newest = sorted(versions, key=lambda folder: int(folder.split("/")[4]))[-1:]
    path = os.pathsep.join([*newest, os.environ.get("PATH", "")])
    if place := shutil.which(program, path=path):
        return place
    raise NotFound(
        f"本机没有 {program}。请安装 PostgreSQL 客户端（Debian：postgresql-client）。",
        f"{program} is not on this machine. Please install PostgreSQL's client programs (Debian: "
        "postgresql-client).",
    )


def _not_reached() -> AppError:
    return TryLater(
        "连接不上数据库服务器。请检查地址与服务器。",
        "The database server cannot be reached. Please check the address and the server.",
    )
