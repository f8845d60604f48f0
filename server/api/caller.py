"""Who is asking: found from the token, in a short transaction of its own that only reads."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request
from sqlalchemy import Engine

from app.errors import TooOld
from server.accounts import Caller, caller_of, signed_out
from server.moments import clock
from sync.protocol import CURRENT, OLDEST, VERSION_HEADER


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def token_of(authorization: Annotated[str, Header()] = "") -> str:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise signed_out()
    return token


Database = Annotated[Engine, Depends(engine_of)]
Token = Annotated[str, Depends(token_of)]


def caller(engine: Database, token: Token) -> Caller:
    return caller_of(engine, token, clock())


Asking = Annotated[Caller, Depends(caller)]


async def spoken(
    version: Annotated[str, Header(alias=VERSION_HEADER)] = str(CURRENT),
) -> None:
    """Refuse a desk older than what is still spoken; a newer one speaks our version."""
    # It waits for nothing: as a coroutine it costs no way through another thread.
    # Digits of other scripts and endless ones are digits too, but no number we could read.
    if not re.fullmatch(r"[0-9]{1,6}", version) or int(version) < OLDEST:
        raise TooOld(
            "本程序版本过旧，登记中心已不再支持。请更新程序；未上报的内容会保留在本机。",
            "This program is too old for the registry. Please update it; unsent work is kept.",
            oldest=OLDEST,
            current=CURRENT,
        )
