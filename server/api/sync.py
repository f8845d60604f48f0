"""Changes in, news out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import zstandard
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.errors import AppError, Faulty, Invalid, SignedOut
from app.workflows.roles import feeds_of
from server import feeds
from server.accounts import Caller, principal_of
from server.api.caller import Asking, Database
from server.db import read, transact
from server.moments import clock
from server.registry import Registry, refused
from sync.protocol import CHANGES_AT_ONCE, NEWS_TYPE, Change, NewsEnd, NewsRequest, Outcome

log = logging.getLogger(__name__)

FURTHEST = 2**53
"""No position is beyond it, whatever a desk says."""
router = APIRouter()


class Batch(BaseModel):
    """`protocol.Changes`, each change judged by itself: a wrong one never holds up the others."""

    changes: list[dict[str, Any]] = Field(max_length=CHANGES_AT_ONCE)


@router.post("/changes")
def changes(engine: Database, asking: Asking, batch: Batch) -> Response:
    """Do each change in a transaction of its own that is committed before the reply begins."""
    ids = [_change_id(body) for body in batch.changes]
    outcomes = [
        _receive(engine, asking, change_id, body)
        for change_id, body in zip(ids, batch.changes, strict=True)
    ]
    told = b",".join(outcome.model_dump_json().encode() for outcome in outcomes)
    return Response(b'{"outcomes":[%b]}' % told, media_type="application/json")


def _change_id(body: dict[str, Any]) -> UUID:
    try:
        return UUID(str(body.get("change_id", "")))
    except ValueError:
        raise Invalid(
            "上报的内容缺少编号，登记中心不能处理。请更新程序后再试。",
            "A change without its id cannot be done. Please update the program and try again.",
        ) from None


def _receive(engine: Engine, asking: Caller, change_id: UUID, body: dict[str, Any]) -> Outcome:
    try:
        change = Change.model_validate(body)
    except ValidationError as error:
        where = sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})
        return refused(
            change_id,
            Invalid(
                "上报的内容不合规定，登记中心不能处理。请更新程序后再试。",
                "This change is not as the protocol says and cannot be done. Please update the "
                "program and try again.",
                parts=where,
            ),
        )

    def work(session: Session) -> Outcome:
        # Read anew for each change: the one before may have given or taken a role.
        return Registry(session, principal_of(session, asking.account), clock()).receive(change)

    try:
        outcome = transact(engine, work)
    except SignedOut:
        raise
    except AppError as error:  # too busy: the others may still be done
        outcome = refused(change_id, error)
    except Exception:
        # The top of one change: a fault in it must not hold up those that come after it.
        log.exception("change %s of form %s failed", change_id, change.form[:20])
        outcome = refused(
            change_id,
            Faulty(
                "登记中心出现故障，这一项没有办成。您的内容都保存在本机，稍后会自动再试。",
                "The registry has a fault and could not do this. Your work is kept on your "
                "computer; it will be tried again.",
            ),
        )
    log.info(
        "change %s: %s.%s %s", change_id, change.form[:20], change.command[:20], outcome.result
    )
    return outcome


@router.post("/news")
def news(request: Request, engine: Database, asking: Asking, wanted: NewsRequest) -> Response:
    """Everything after the positions named, feed by feed; safe to cut anywhere."""
    stream = _lines(engine, asking, wanted)
    if "zstd" in request.headers.get("accept-encoding", ""):
        return StreamingResponse(
            _packed(stream), media_type=NEWS_TYPE, headers={"Content-Encoding": "zstd"}
        )
    return StreamingResponse(stream, media_type=NEWS_TYPE)


def _lines(engine: Engine, asking: Caller, wanted: NewsRequest) -> Iterator[bytes]:
    """A page at a time, in the order of the feeds; no transaction is open while it is sent."""
    allowed = feeds_of(asking.principal)
    left, more = wanted.limit, False
    for feed in allowed:
        after = min(max(wanted.positions.get(feed, 0), 0), FURTHEST)
        while left > 0:
            page = _page(engine, feed, after, min(left, feeds.PAGE))
            if page.lines:
                yield b"".join(page.lines)
            left -= len(page.lines)
            after = page.last
            if len(page.lines) < feeds.PAGE:
                break
        if left <= 0 and _has_more(engine, feed, after):
            more = True
            break
    yield orjson.dumps(NewsEnd(feeds=allowed, more=more).model_dump()) + b"\n"


def _page(engine: Engine, feed: str, after: int, limit: int) -> feeds.Page:
    return read(engine, lambda session: feeds.page(session, feed, after, limit))


def _has_more(engine: Engine, feed: str, after: int) -> bool:
    return read(engine, lambda session: feeds.has_more(session, feed, after))


def _packed(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Each page a zstd frame of its own: a desk believes a page once its checksum has come."""
    packing = zstandard.ZstdCompressor(level=3, write_checksum=True)
    for part in stream:
        yield packing.compress(part)


@router.get("/digest")
def digest(engine: Database, asking: Asking) -> dict[str, dict[str, Any]]:
    """Of each feed how many items stand in it, and the SHA-256 of their refs and positions."""
    allowed = feeds_of(asking.principal)
    return {"feeds": read(engine, lambda session: {f: feeds.digest(session, f) for f in allowed})}
