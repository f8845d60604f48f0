"""Live: this process answers. Ready: it can do its work, so requests may be sent to it."""

from __future__ import annotations

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.errors import TryLater
from server.db import read
from server.migrations import newest

router = APIRouter(prefix="/health")

PATIENCE = 3.0
"""Seconds to wait for the database before saying that it does not answer."""
ASKING = CapacityLimiter(2)
"""Threads of its own: that all others are busy is no reason to be taken out of service."""


@router.get("")
async def live() -> dict[str, str]:
    """Whether this process answers; asks no database."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(request: Request) -> dict[str, str]:
    """Whether the database answers and has the tables this program works with; else 503."""
    engine: Engine = request.app.state.engine
    version: str | None = None
    with anyio.move_on_after(PATIENCE):
        version = await to_thread.run_sync(_version, engine, limiter=ASKING, abandon_on_cancel=True)
    if version is None:
        raise NotReady(
            "登记中心的数据库暂时不可用，请稍后再试。",
            "The registry's database is not available just now. Please try again in a moment.",
            seconds=5,
        )
    if version < newest():  # newer ones this program can still work with
        raise NotReady(
            "登记中心正在升级，请稍后再试。",
            "The registry is being upgraded. Please try again in a moment.",
            seconds=30,
        )
    return {"status": "ready", "tables": version}


class NotReady(TryLater):
    """The process lives, but cannot do its work."""


def _version(engine: Engine) -> str | None:
    """The number of the last step that was made, or None where the database does not answer."""
    asked = text("SELECT version_num FROM alembic_version")
    try:
        return read(engine, lambda session: session.scalar(asked)) or ""
    except SQLAlchemyError:
        return None
