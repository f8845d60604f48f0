"""Offline packages, brought by whoever is signed in; and the keys that prove who made them."""

from __future__ import annotations

import base64
import tempfile
from typing import IO
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.requests import ClientDisconnect

from app.errors import Invalid
from app.exchange.package import MEDIA
from server import packages
from server.accounts import Caller
from server.api.caller import Asking, Database
from server.api.files import documents_of
from server.files import Documents, no_room
from server.moments import clock
from sync.protocol import DeskKeys, RegistryKeys

router = APIRouter()
IN_MEMORY = 1024 * 1024


@router.put("/desk-keys")
def make_known(engine: Database, asking: Asking, keys: DeskKeys) -> RegistryKeys:
    """Make the keys of this desk known; gives those of the registry."""
    try:
        public = base64.b64decode(keys.keys, validate=True)
    except ValueError:  # as binascii.Error is, and what is told of other characters
        public = b""
    own = packages.make_known(engine, asking, public, clock())
    return RegistryKeys(keys=base64.b64encode(own.keys).decode())


@router.post("/packages")
async def take(request: Request, engine: Database, asking: Asking) -> Response:
    """Take a package, of whichever desk; gives its receipt."""
    documents = documents_of(request)
    with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(documents.arrivals)) as file:
        try:
            async for piece in request.stream():
                await to_thread.run_sync(file.write, piece)
        except ClientDisconnect:
            raise Invalid(
                "离线上报包没有传完。请再送交一次。",
                "The offline package did not arrive whole. Please deliver it again.",
            ) from None
        except OSError as error:
            raise no_room() from error
        receipt = await to_thread.run_sync(_taken, engine, documents, asking, file)
    return Response(receipt, media_type=MEDIA)


def _taken(engine: Engine, documents: Documents, asking: Caller, file: IO[bytes]) -> bytes:
    return packages.take(engine, documents, file, now=clock(), bringer=asking.principal.id)


@router.get("/packages/{package}/receipt")
def receipt(engine: Database, _asking: Asking, package: UUID) -> Response:
    """The receipt of a package that was taken before."""
    return Response(packages.receipt_of(engine, package), media_type=MEDIA)
