"""Figures for Prometheus, summed over the processes of this registry. No names, no ids.

Several processes write theirs into a folder (`PROMETHEUS_MULTIPROC_DIR`, set by `server.serving`);
whichever is asked reads them all.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Engine, event

from app.errors import NotFound

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
REQUESTS = Counter(
    "yanbei_requests_total", "Requests answered", ["method", "route", "status"]
)  # routes, never addresses: those may hold what somebody typed
SECONDS = Histogram(
    "yanbei_request_seconds",
    "Seconds until a request was answered",
    ["route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
CHANGES = Counter("yanbei_changes_total", "What became of changes", ["result"])
PACKAGES = Counter("yanbei_packages_total", "What became of offline packages", ["result"])
CONNECTIONS = Gauge(
    "yanbei_database_connections", "Connections in use", multiprocess_mode="livesum"
)
INSIDE = Gauge("yanbei_requests_inside", "Requests being answered", multiprocess_mode="livesum")
REFUSED = Counter("yanbei_refused_total", "Requests refused before anything was done", ["why"])
JOBS = Counter("yanbei_jobs_total", "What became of periodic jobs", ["job", "result"])

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """All figures, for whoever knows the token; without one set, there is no such address."""
    wanted: str = request.app.state.metrics_token
    _, _, given = request.headers.get("authorization", "").partition(" ")
    if not wanted or not secrets.compare_digest(given.encode(), wanted.encode()):
        raise no_such_address()
    registry: CollectorRegistry = REGISTRY
    if folder := os.environ.get(FOLDER):
        _forget_the_dead(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def watch(engine: Engine) -> None:
    """Count this engine's connections while they are in use."""
    event.listen(engine, "checkout", lambda *_: CONNECTIONS.inc())
    event.listen(engine, "checkin", lambda *_: CONNECTIONS.dec())


def _forget_the_dead(folder: Path) -> None:
    """What a process holds just now counts no more once it has died."""
    for file in folder.glob("gauge_live*_*.db"):
        whose = file.stem.rpartition("_")[2]
        if not Path(f"/proc/{whose}").exists():
            file.unlink(missing_ok=True)


def no_such_address() -> NotFound:
    """What is told of an address that the registry does not have."""
    return NotFound(
        "登记中心没有这个地址。请更新程序。", "The registry has no such address. Please update."
    )
