"""One private PostgreSQL for a whole run of the tests, however many workers share it.

It lies in a folder of its own, listens on loopback only, on a free port, with a password made for
this run, and without fsync: nothing in it is meant to last. The process that started pytest ends it
(`end`); should that process be killed, a watchdog beside the server does it instead.
"""

from __future__ import annotations

import glob
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from filelock import FileLock
from psycopg import sql

FOLDER = "YANBEI_TEST_POSTGRES"
"""The environment variable by which the workers of one run find the same folder."""

_WATCHDOG = """
import os, shutil, subprocess, sys, time
whose, folder, stop = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
while os.path.isdir(folder) and os.path.exists(f"/proc/{whose}"):
    time.sleep(0.5)
if os.path.isdir(folder):
    subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)
"""

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


class PostgresMissing(Exception):
    """PostgreSQL's programs are not on this machine; the message says what to do."""


class PrivatePostgres:
    """A running server: makes databases, empty or copied from a prepared one, and drops them."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self._folder = folder
        self._port = port
        self._password = password

    def url(self, database: str) -> str:
        """The address of a database as SQLAlchemy reads it."""
        return f"postgresql+psycopg://yanbei:{self._password}@127.0.0.1:{self._port}/{database}"

    @contextmanager
    def database(self, *, like: str = "template0") -> Iterator[str]:
        """The address of a fresh database, gone afterwards; `like` names one to copy."""
        name = f"t_{secrets.token_hex(6)}"
        self._create(name, like)
        try:
            yield self.url(name)
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def prepared(self, name: str, fill: Callable[[str], None]) -> str:
        """The name of a database that `fill` filled once in this run, to be copied `like` it.

        `fill` gets its address and must have closed every connection when it returns.
        """
        with FileLock(self._folder / f"{name}.lock"):
            done = self._folder / f"{name}.prepared"
            if not done.exists():
                self._create(name, "template0")
                fill(self.url(name))
                done.touch()
        return name

    def _create(self, name: str, like: str) -> None:
        # FILE_COPY: without fsync the fastest for databases as small as these.
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(like)
            )
        )

    def _run(self, statement: sql.Composed) -> None:
        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


def begin() -> None:
    """Choose this run's folder; called once, in the process that started pytest."""
    folder = Path(tempfile.mkdtemp(prefix="yanbei-pg-"))
    os.environ[FOLDER] = str(folder)


def running() -> PrivatePostgres:
    """Give the server of this run; whoever asks first starts it."""
    folder = Path(os.environ[FOLDER])
    note = folder / "running.json"
    with FileLock(folder / "start.lock"):
        if not note.exists():
            note.write_text(json.dumps(_start(folder)), encoding="utf-8")
    told = json.loads(note.read_text(encoding="utf-8"))
    return PrivatePostgres(folder, told["port"], told["password"])


def end() -> None:
    """Stop this run's server if anybody started it, and remove every trace."""
    folder = Path(os.environ.pop(FOLDER))
    if (folder / "data").exists():
        subprocess.run(_stop(folder), check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> dict[str, object]:
    password = secrets.token_urlsafe(16)
    password_file = folder / "password"
    password_file.write_text(password, encoding="utf-8")
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root; its Debian package brings the account.
        shutil.chown(folder, "postgres")
        shutil.chown(password_file, "postgres")
    _checked(
        folder,
        *(_program("initdb"), "--pgdata", str(folder / "data"), "--username", "yanbei"),
        *("--auth", "scram-sha-256", "--pwfile", str(password_file)),
        *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
    )
    started_by = int(os.environ.get("YANBEI_TEST_STARTED_BY", os.getpid()))
    subprocess.Popen(
        [sys.executable, "-c", _WATCHDOG, str(started_by), str(folder), *_stop(folder)],
        cwd="/",
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode = 0  # it outlives us on purpose: no ResourceWarning
    for attempt in range(3):
        port = _free_port()
        settings = {**_SETTINGS, "listen_addresses": "127.0.0.1", "port": str(port)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        try:
            _checked(
                folder,
                *(_program("pg_ctl"), "start", "--wait", "--silent"),
                *("--pgdata", str(folder / "data"), "--log", str(folder / "log")),
                *("--options", f"{options} -k {folder}"),
            )
        except RuntimeError:
            # Somebody may have taken the port between our looking and our listening.
            if attempt == 2:
                raise
            time.sleep(0.2)
        else:
            break
    return {"port": port, "password": password}


def _stop(folder: Path) -> list[str]:
    stop = [_program("pg_ctl"), "stop", "--mode", "immediate", "--pgdata", str(folder / "data")]
    return [*_as_postgres(), *stop]


def _checked(folder: Path, *command: str) -> None:
    # Output goes to a file: a server keeps its parent's pipes open, and we would wait for ever.
    said = folder / "said"
    with said.open("w", encoding="utf-8") as output:
        code = subprocess.run(
            [*_as_postgres(), *command],
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        ).returncode
    if code:
        log = folder / "log"
        more = log.read_text(encoding="utf-8") if log.exists() else ""
        raise RuntimeError(f"{command[0]} failed: {said.read_text(encoding='utf-8')}{more}")


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


def _program(name: str) -> str:
    versions = glob.glob("/usr/lib/postgresql/*/bin")
    newest = sorted(versions, key=lambda folder: int(folder.split("/")[4]))[-1:]
    found = shutil.which(name, path=os.pathsep.join([*newest, os.environ.get("PATH", "")]))
    if found is None:
        raise PostgresMissing(
            "The tests need PostgreSQL, which is not on this machine. Run `make test`: "
            "it installs what is missing, or prints the line that does."
        )
    return found


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
