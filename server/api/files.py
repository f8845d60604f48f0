"""Documents: brought by whoever is signed in, read by whoever may read a record that names them."""

from __future__ import annotations

import re

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from app.errors import Invalid
from server.access import know, may_use, size_of
from server.api.caller import Asking, Database
from server.db import read
from server.files import Archive, Documents, checked, no_such_file
from server.quota import refuse_beyond
from sync.protocol import FileHead

router = APIRouter(prefix="/files")

SAFE = {
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
}
RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")
PARTIAL, UNSATISFIABLE = 206, 416


def documents_of(request: Request) -> Documents:
    """Where this registry keeps documents."""
    documents: Documents = request.app.state.archive
    return documents


@router.get("/{sha256}/head")
def head(request: Request, engine: Database, asking: Asking, sha256: str) -> FileHead:
    """Whether it need not be sent: it is here, and this caller may have it."""
    checked(sha256)  # refuses what is no SHA-256 before a database is asked for it

    def look(session: Session) -> int | None:
        return size_of(session, sha256) if may_use(session, asking.principal, sha256) else None

    size = read(engine, look)
    stored = size is not None and documents_of(request).has(sha256)
    return FileHead(sha256=sha256, size=size if stored and size else 0, stored=stored)


@router.put("/{sha256}", status_code=204)
async def put(request: Request, engine: Database, asking: Asking, sha256: str) -> Response:
    """Take a document: it is verified, on the disk and in its place before it is known."""
    documents = documents_of(request)
    with documents.arriving(sha256) as arrival:
        try:
            async for piece in request.stream():
                await to_thread.run_sync(arrival.write, piece)
        except ClientDisconnect:
            raise Invalid(
                "附件没有传完。请再传一次。",
                "The document did not arrive whole. Please send it again.",
            ) from None
        await to_thread.run_sync(
            refuse_beyond, engine, documents, asking.principal, arrival.size, sha256
        )
        await to_thread.run_sync(arrival.keep)
    await to_thread.run_sync(know, engine, asking.principal, sha256, arrival.size)
    return Response(status_code=204)


@router.get("/{sha256}")
def get(request: Request, engine: Database, asking: Asking, sha256: str) -> Response:
    """Give a document, or the part that `Range` asks for."""
    documents = documents_of(request)
    checked(sha256)
    if not read(engine, lambda session: may_use(session, asking.principal, sha256)):
        raise no_such_file()
    size = documents.size(sha256)
    if size is None:
        raise no_such_file()
    if isinstance(documents, Archive):  # the kernel copies a file by itself
        return FileResponse(
            documents.path(sha256), media_type="application/octet-stream", headers=SAFE
        )
    return _streamed(documents, sha256, size, request.headers.get("range", ""))


def _streamed(documents: Documents, sha256: str, size: int, wanted: str) -> Response:
    part = RANGE.fullmatch(wanted)
    start = int(part[1]) if part else 0
    end = min(int(part[2]) + 1, size) if part and part[2] else size
    headers = {**SAFE, "Accept-Ranges": "bytes"}
    if part and start >= size:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=UNSATISFIABLE, headers=headers)
    headers["Content-Length"] = str(max(0, end - start))
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(
        documents.pieces(sha256, start, end),
        PARTIAL if part else 200,
        headers,
        "application/octet-stream",
    )
