"""Signing in and out, and the password."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from server import accounts
from server.api import accounts as own_account
from server.api.caller import Asking, Database, Token
from server.moments import clock
from sync.protocol import NewPassword, Session, SignIn

router = APIRouter()
router.include_router(own_account.router)


@router.post("/session")
def sign_in(request: Request, engine: Database, who: SignIn) -> Session:
    address = request.client.host if request.client else ""
    return accounts.sign_in(engine, who, clock(), address)


@router.get("/session")
def session(engine: Database, asking: Asking) -> Session:
    return accounts.session_message(engine, asking, clock())


@router.delete("/session", status_code=204)
def sign_out(engine: Database, asking: Asking) -> Response:
    accounts.sign_out(engine, asking, clock())
    return Response(status_code=204)


@router.post("/password")
def change_password(
    engine: Database, asking: Asking, token: Token, passwords: NewPassword
) -> Session:
    """The same session goes on: a lost reply must not sign anybody out."""
    now = clock()
    accounts.change_password(engine, asking, passwords, now)
    fresh = accounts.caller_of(engine, token, now)
    return accounts.session_message(engine, fresh, now, token)
