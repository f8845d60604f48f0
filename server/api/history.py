"""Earlier revisions of a record."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Path
from fastapi.responses import Response

from server.api.caller import Asking, Database
from server.db import read
from server.history import revision_of

router = APIRouter(prefix="/records")
Number = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/{record_id}/revisions/{number}")
def revision(engine: Database, asking: Asking, record_id: UUID, number: Number) -> Response:
    """The record as it stood then, as `app.record.Record.to_wire`."""
    found = read(engine, lambda session: revision_of(session, asking.principal, record_id, number))
    return Response(orjson.dumps(found.to_wire()), media_type="application/json")
