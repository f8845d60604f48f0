"""The registry's commands: run, migrate, demo, check, restored."""

from __future__ import annotations

import argparse
import socket
from dataclasses import replace

import uvicorn
from sqlalchemy import make_url
from sqlalchemy.orm import Session
from uvicorn.supervisors import Multiprocess

from server import accounts, logs, sample
from server.app import from_environment
from server.db import connect, transact
from server.migrations import migrate
from server.moments import clock
from server.settings import Settings, documents_at
from server.soundness import faults


def main(arguments: list[str] | None = None) -> int:
    """Do one command; 0 where it went well."""
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    parser.add_argument("command", choices=("run", "migrate", "demo", "check", "restored"))
    parser.add_argument(
        "--db", "--database", dest="database", help="sqlite:///… or postgresql+psycopg://…"
    )
    parser.add_argument("--files", help="the folder of documents, or s3://bucket/prefix")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int, help="0 takes a free one")
    parser.add_argument("--workers", type=int, help="processes; more than one needs PostgreSQL")
    given = vars(parser.parse_args(arguments))
    command = given.pop("command")
    settings = replace(
        Settings.from_environment(), **{k: v for k, v in given.items() if v is not None}
    )
    logs.begin()
    if command == "check":
        return _check(settings)
    _prepare(settings, with_sample=command == "demo", restored=command == "restored")
    if command in ("run", "demo"):
        _run(settings)
    return 0


def _prepare(settings: Settings, *, with_sample: bool, restored: bool) -> None:
    """Bring the tables up to date; a new registry, or a restored one, begins an epoch."""
    engine = connect(settings.database, pool=2)
    documents = documents_at(settings)

    def begin(session: Session) -> None:
        if restored or not accounts.epoch(session):
            accounts.new_epoch(session)

    try:
        migrate(engine)
        transact(engine, begin)
        if with_sample:
            sample.fill(engine, documents, clock())
    finally:
        engine.dispose()


def _check(settings: Settings) -> int:
    engine = connect(settings.database, pool=2)
    try:
        found = faults(engine, documents_at(settings))
    finally:
        engine.dispose()
    for fault in found:
        print(fault)
    print("ok" if not found else f"{len(found)} faults")
    return 1 if found else 0


class _Announced(uvicorn.Server):
    """Says once where it listens, when it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            _announce(sockets[0])


def _announce(listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    print(f"listening on http://{host}:{port}", flush=True)


def _run(settings: Settings) -> None:
    settings.to_environment()
    several = settings.workers > 1 and make_url(settings.database).get_backend_name() != "sqlite"
    config = uvicorn.Config(
        "server.app:from_environment" if several else from_environment,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers if several else None,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
        limit_concurrency=500,
        h11_max_incomplete_event_size=64 * 1024,
    )
    listening = config.bind_socket()
    if several:
        listening.listen(2048)
        _announce(listening)  # who connects before the workers are up waits in the queue
        Multiprocess(config, sockets=[listening]).run()
        return
    _Announced(config).run(sockets=[listening])


if __name__ == "__main__":
    raise SystemExit(main())
