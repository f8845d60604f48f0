"""tus 1.0: documents that go on where they broke off."""

from __future__ import annotations

import base64
from contextlib import AbstractContextManager, ExitStack
from email.utils import formatdate
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy import Engine
from starlette.requests import ClientDisconnect

from app.errors import Invalid
from server import uploads
from server.access import know
from server.accounts import Caller
from server.api.caller import Asking, Database
from server.api.files import documents_of
from server.files import SHA256, Documents
from server.limits import LARGEST_FILE, too_large
from server.quota import refuse_beyond
from server.uploads import Upload

T = TypeVar("T")
TUS = "1.0.0"
PLAIN = {"Tus-Resumable": TUS}
ABOUT = {
    **PLAIN,
    "Tus-Version": TUS,
    "Tus-Extension": "creation,checksum,termination,expiration",
    "Tus-Checksum-Algorithm": "sha256",
    "Tus-Max-Size": str(LARGEST_FILE),
}
PIECES = "application/offset+octet-stream"


def spoken(tus_resumable: Annotated[str, Header()] = "") -> None:
    """Refuse whoever speaks another tus."""
    if tus_resumable != TUS:
        raise _misspoken("Tus-Resumable")


def _misspoken(part: str) -> Invalid:
    return Invalid(
        "续传的方式与登记中心不符。请更新程序后再试。",
        "This is not the way of resuming that the registry speaks. Please update the program.",
        parts=[part],
    )


router = APIRouter(prefix="/uploads")
Tus = Depends(spoken)


@router.options("")
def about() -> Response:
    return Response(status_code=204, headers=ABOUT)


@router.post("", status_code=201, dependencies=[Tus])
def create(
    request: Request,
    engine: Database,
    asking: Asking,
    upload_length: Annotated[int, Header(ge=0)],
    upload_metadata: Annotated[str, Header(max_length=2000)],
) -> Response:
    """Begin to send a document, or find what was begun: both tell how much is here."""
    sha256 = _named(upload_metadata)
    if upload_length > LARGEST_FILE:
        raise too_large(LARGEST_FILE)
    documents = documents_of(request)
    refuse_beyond(engine, documents, asking.principal, upload_length, sha256)
    upload = uploads.begin(documents, asking.principal.id, sha256, upload_length)
    offset = upload.offset
    if offset == upload_length:  # the process died between the last byte and keeping it
        _finished(engine, documents, asking, upload)
    headers = {**PLAIN, "Location": f"/v1/uploads/{upload.id}", "Upload-Offset": str(offset)}
    return Response(status_code=201, headers=headers)


def _named(metadata: str) -> str:
    """The SHA-256 in `Upload-Metadata: sha256 <base64>`."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "sha256":
            try:
                named = base64.b64decode(value, validate=True).decode("ascii")
            except ValueError:
                break
            if SHA256.fullmatch(named):
                return named
    raise Invalid(
        "上传的附件没有说明它的校验值。请更新程序后再试。",
        "The upload does not say the SHA-256 of its document. Please update the program.",
        parts=["Upload-Metadata"],
    )


@router.head("/{name}", dependencies=[Tus])
def offset(request: Request, asking: Asking, name: str) -> Response:
    """How much of it is here."""
    upload = uploads.find(documents_of(request), asking.principal.id, name)
    return Response(
        headers={
            **PLAIN,
            "Upload-Offset": str(upload.offset),
            "Upload-Length": str(upload.length),
            "Upload-Expires": formatdate(upload.expires, usegmt=True),
        }
    )


def _told(
    upload_offset: Annotated[int, Header(ge=0)],
    content_type: Annotated[str, Header()] = "",
    upload_checksum: Annotated[str, Header(max_length=200)] = "",
) -> tuple[int, str]:
    """From where on a piece comes, and its SHA-256 where that is told."""
    if content_type != PIECES:
        raise _misspoken("Content-Type")
    return upload_offset, _checksum(upload_checksum)


@router.patch("/{name}", status_code=204, dependencies=[Tus])
async def append(
    request: Request,
    engine: Database,
    asking: Asking,
    told: Annotated[tuple[int, str], Depends(_told)],
    name: str,
) -> Response:
    """Take the next piece; the last one brings the document into its place.

    Where the line breaks, what came stays.
    """
    documents = documents_of(request)
    upload = await to_thread.run_sync(uploads.find, documents, asking.principal.id, name)
    with ExitStack() as held:
        await _enter(held, upload.alone())
        here = await _received(request, uploads.Piece(upload, *told))
        if here == upload.length:
            await to_thread.run_sync(_finished, engine, documents, asking, upload)
    return Response(status_code=204, headers={**PLAIN, "Upload-Offset": str(here)})


async def _enter(held: ExitStack, context: AbstractContextManager[T]) -> T:
    return await to_thread.run_sync(held.enter_context, context)


async def _received(request: Request, piece: uploads.Piece) -> int:
    with piece:
        try:
            async for part in request.stream():
                await to_thread.run_sync(piece.write, part)
        except ClientDisconnect:
            raise Invalid(
                "附件没有传完，稍后会从断开处继续。",
                "The document did not arrive whole; it goes on from where it broke off.",
            ) from None
        return await to_thread.run_sync(piece.keep)


def _checksum(told: str) -> str:
    """The SHA-256 in `Upload-Checksum: sha256 <base64>`, in hexadecimal; "" where none is told."""
    if not told:
        return ""
    algorithm, _, value = told.partition(" ")
    try:
        checksum = base64.b64decode(value, validate=True).hex()
    except ValueError:
        checksum = ""
    if algorithm != "sha256" or len(checksum) != 64:
        raise _misspoken("Upload-Checksum")
    return checksum


def _finished(engine: Engine, documents: Documents, asking: Caller, upload: Upload) -> None:
    uploads.finish(documents, upload)
    know(engine, asking.principal, upload.sha256, upload.length)
    upload.end()


@router.delete("/{name}", status_code=204, dependencies=[Tus])
def terminate(request: Request, asking: Asking, name: str) -> Response:
    """Give an upload up."""
    upload = uploads.find(documents_of(request), asking.principal.id, name)
    with upload.alone():
        upload.end()
    return Response(status_code=204, headers=PLAIN)
