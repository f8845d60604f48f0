"""Documents: brought by whoever is signed in, read by whoever may read a record that names them."""

from __future__ import annotations

from typing import Any, cast

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy import Engine, Table
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from app.errors import Invalid
from app.record import Principal
from server.access import may_use, size_of
from server.api.caller import Asking, Database
from server.db import read, transact, upsert
from server.files import Archive, no_such_file
from server.moments import clock
from server.tables import FileOwnerRow, FileRow
from sync.protocol import FileHead

router = APIRouter(prefix="/files")

SAFE = {
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
}


def _archive(request: Request) -> Archive:
    archive: Archive = request.app.state.archive
    return archive


@router.get("/{sha256}/head")
def head(request: Request, engine: Database, asking: Asking, sha256: str) -> FileHead:
    """Whether it need not be sent: it is here, and this caller may have it."""
    archive = _archive(request)
    archive.path(sha256)  # refuses what is no SHA-256 before a database is asked for it

    def look(session: Session) -> int | None:
        return size_of(session, sha256) if may_use(session, asking.principal, sha256) else None

    size = read(engine, look)
    stored = size is not None and archive.has(sha256)
    return FileHead(sha256=sha256, size=size if stored and size else 0, stored=stored)


@router.put("/{sha256}", status_code=204)
async def put(request: Request, engine: Database, asking: Asking, sha256: str) -> Response:
    """Take a document: it is verified, on the disk and in its place before it is known."""
    with _archive(request).arriving(sha256) as arrival:
        try:
            async for piece in request.stream():
                await to_thread.run_sync(arrival.write, piece)
        except ClientDisconnect:
            raise Invalid(
                "附件没有传完。请再传一次。",
                "The document did not arrive whole. Please send it again.",
            ) from None
        await to_thread.run_sync(arrival.keep)
    await to_thread.run_sync(_know, engine, asking.principal, sha256, arrival.size)
    return Response(status_code=204)


def _know(engine: Engine, principal: Principal, sha256: str, size: int) -> None:
    def work(session: Session) -> None:
        rows: list[tuple[Any, dict[str, Any], tuple[str, ...]]] = [
            (
                FileRow,
                {"sha256": sha256, "size": size, "stored_at": clock()},
                ("sha256",),
            ),
            (
                FileOwnerRow,
                {"sha256": sha256, "principal": principal.id},
                ("sha256", "principal"),
            ),
        ]
        for table, row, key in rows:
            upsert(session, cast("Table", table.__table__), [row], key=key)

    transact(engine, work)


@router.get("/{sha256}")
def get(request: Request, engine: Database, asking: Asking, sha256: str) -> FileResponse:
    """Give a document, or the part that `Range` asks for."""
    archive = _archive(request)
    path = archive.path(sha256)
    if not read(engine, lambda session: may_use(session, asking.principal, sha256)):
        raise no_such_file()
    if not path.is_file():
        raise no_such_file()
    return FileResponse(path, media_type="application/octet-stream", headers=SAFE)
