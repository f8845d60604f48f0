"""Databases to be measured: files of their own, and a PostgreSQL that really writes to the disk."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from server.dumps import found

SETTINGS = {
    "listen_addresses": "127.0.0.1", "shared_buffers": "512MB", "max_connections": "100",
    "log_min_messages": "fatal", "max_wal_size": "4GB",
}  # fmt: skip
"""Beside these it is as its package brings it: fsync and synchronous_commit are on."""


class Postgres:
    """A server of its own on this machine; `address` is that of an empty database."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, str(folder / "data")
        password = secrets.token_urlsafe(16)
        (folder / "password").write_text(password, encoding="utf-8")
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres")
        _run(
            "initdb", "--pgdata", self._data, "--username", "yanbei", "--auth", "scram-sha-256",
            "--pwfile", str(folder / "password"), "--encoding", "UTF8", "--locale", "C.UTF-8",
        )  # fmt: skip
        with socket.create_server(("127.0.0.1", 0)) as door:
            self._port = door.getsockname()[1]
        self.address = f"postgresql+psycopg://yanbei:{password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it where it was; it is up when this returns."""
        options = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        _run("pg_ctl", "start", "--wait", "--silent", "--pgdata", self._data,
             "--log", str(self._folder / "log"),
             "--options", f"{options} -c port={self._port} -k {self._folder}")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` breaks every line, `immediate` is as when the machine fails."""
        _run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode, "--pgdata", self._data)


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A running server, gone afterwards with all it held."""
    with TemporaryDirectory(prefix="yanbei-bench-pg-", ignore_cleanup_errors=True) as name:
        server = Postgres(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty PostgreSQL database, gone afterwards."""
    with postgres_server() as server:
        yield server.address


def _run(program: str, *arguments: str) -> None:
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run(
        [*as_postgres, found(program), *arguments], cwd="/", check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
