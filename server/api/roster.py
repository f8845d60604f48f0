"""What an import asks: who is known already; and to take all of it back, or none."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from server import roster
from server.accounts import principal_of
from server.api.caller import Asking, Database
from server.db import read, transact
from server.moments import clock
from sync.protocol import AllOrNone, RosterAnswer, RosterQuestion

router = APIRouter()


@router.post("/roster/known")
def known(engine: Database, asking: Asking, question: RosterQuestion) -> RosterAnswer:
    """Who of the rows of a workbook is in the system, by number, address and name."""
    now = clock()
    found = read(
        engine, lambda s: roster.known(s, asking.principal, question.form, question.rows, now)
    )
    return RosterAnswer(found=tuple(found))


@router.post("/changes/together")
def together(engine: Database, asking: Asking, changes: AllOrNone) -> Response:
    """Do all of these changes in one transaction, or none of them."""
    now = clock()
    done = transact(
        engine,
        lambda s: roster.together(s, principal_of(s, asking.account), changes.changes, now),
    )
    told = b",".join(outcome.model_dump_json().encode() for outcome in done)
    return Response(b'{"outcomes":[%b]}' % told, media_type="application/json")
