"""Serve: one process, or several behind one address; each ends what it has begun when asked."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import socket
import sys
import tempfile
from contextlib import suppress

import uvicorn
from sqlalchemy import make_url
from uvicorn.supervisors import Multiprocess

from server.app import from_environment
from server.metrics import FOLDER
from server.settings import Settings

log = logging.getLogger(__name__)

QUEUE = 2048
"""Connections that may wait to be taken."""
CONNECTIONS = 4000
"""Open connections of one process, most of them idle between two rounds of a desk."""
ARENA_MAX, ARENAS = -8, 2
"""M_ARENA_MAX of malloc.h, and how many: one for the loop, one for all other threads."""
DRAINING = 30
"""Seconds that what was begun may take to its end once the registry is told to stop."""


class _Announced(uvicorn.Server):
    """Says once where it listens, when it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            _announce(sockets[0])


def _announce(listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    sys.stdout.write(f"listening on http://{host}:{port}\n")
    sys.stdout.flush()


def run(settings: Settings) -> None:
    """Serve until told to stop (SIGTERM); SIGHUP replaces the worker processes one by one."""
    settings.to_environment()
    _few_arenas()
    several = settings.workers > 1
    if several and make_url(settings.database).get_backend_name() == "sqlite":
        log.warning("SQLite has one writer at a time: one process instead of %d", settings.workers)
        several = False
    config = _config(settings, several=several)
    listening = config.bind_socket()
    if not several:
        _Announced(config).run(sockets=[listening])
        return
    listening.listen(QUEUE)
    figures = os.environ[FOLDER] = tempfile.mkdtemp(prefix="yanbei-metrics-")
    try:
        _announce(listening)  # who connects before the workers are up waits in the queue
        Multiprocess(config, sockets=[listening]).run()
    finally:
        shutil.rmtree(figures, ignore_errors=True)


def _few_arenas() -> None:
    """Let threads share what they took: else the C library keeps as much for each of them."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library than that of GNU
            ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def _config(settings: Settings, *, several: bool) -> uvicorn.Config:
    return uvicorn.Config(
        "server.app:from_environment" if several else from_environment,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers if several else None,
        backlog=QUEUE,
        access_log=False,
        log_config=None,
        server_header=False,
        # Only the reverse proxy is believed when it says for whom it asks.
        proxy_headers=bool(settings.proxy),
        forwarded_allow_ips=settings.proxy or None,
        timeout_keep_alive=75,  # longer than a desk's regular round: no new handshake each minute
        timeout_graceful_shutdown=DRAINING,
        timeout_worker_healthcheck=30,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=64 * 1024,
    )
