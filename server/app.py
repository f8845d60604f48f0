"""Build the registry's web application; the only place that knows status numbers."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache

from anyio import to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app import pinyin
from app.errors import (
    AppError,
    Conflict,
    DiskFull,
    Faulty,
    Invalid,
    NotAllowed,
    NotFound,
    SignedOut,
    SignInFailed,
    TooLarge,
    TooOld,
    TryLater,
    Unreadable,
)
from server import health, logs, metrics, passwords, periodic
from server.api import files, history, packages, roster, session, sync, uploads
from server.api.caller import spoken
from server.db import POOL, connect, unavailable
from server.files import Documents
from server.limits import RequestLimit
from server.noting import Noted
from server.rates import RateLimit, Rates, TooBusy
from server.settings import Settings, documents_at

log = logging.getLogger("server.requests")
RATES = Rates()
GARBAGE = 20_000
"""Objects made before garbage is looked for: a change has hundreds, none of them in a circle."""

STATUS: dict[type[AppError], int] = {
    Invalid: 422,
    NotAllowed: 403,
    Conflict: 409,
    NotFound: 404,
    SignInFailed: 401,
    SignedOut: 401,
    TryLater: 429,
    TooBusy: 503,
    health.NotReady: 503,
    Faulty: 500,
    TooOld: 426,
    TooLarge: 413,
    Unreadable: 422,
    DiskFull: 507,
}


def from_environment() -> FastAPI:
    """The application of a worker process."""
    logs.begin()
    settings = Settings.from_environment()
    documents = documents_at(settings)
    engine = connect(settings.database)
    return create_app(engine, documents, metrics_token=settings.metrics_token, has_jobs=True)


def create_app(
    engine: Engine,
    documents: Documents,
    *,
    metrics_token: str = "",
    rates: Rates = RATES,
    has_jobs: bool = False,
) -> FastAPI:
    """The application on this database and these documents; ends the engine when it ends.

    `has_jobs`: it is a process of its own and looks after the periodic jobs too
    (`server.periodic`).
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # No more threads than connections, or they would wait for each other's.
        to_thread.current_default_thread_limiter().total_tokens = POOL
        await to_thread.run_sync(passwords.is_right, None, "")  # its own hash, before anybody waits
        tasks = [asyncio.create_task(to_thread.run_sync(_load, has_jobs))]
        if has_jobs:
            tasks.append(asyncio.create_task(periodic.keep_on(engine, documents)))
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        engine.dispose()

    api = FastAPI(
        title="研备登记中心 Yanbei registry",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    api.state.engine, api.state.archive = engine, documents
    api.state.metrics_token = metrics_token
    metrics.watch(engine)
    routers = (session, sync, history, files, uploads, packages, roster)
    for router in (module.router for module in routers):
        api.include_router(router, prefix="/v1", dependencies=[Depends(spoken)])
    api.include_router(health.router, prefix="/v1")
    api.include_router(metrics.router)
    api.add_middleware(RequestLimit, answer=_answer)
    api.add_middleware(RateLimit, answer=_answer, rates=rates)
    api.add_middleware(Noted)
    api.add_exception_handler(AppError, _told)
    api.add_exception_handler(RequestValidationError, _misshapen)
    api.add_exception_handler(HTTPException, _elsewhere)
    api.add_exception_handler(OperationalError, _busy)
    api.add_exception_handler(InterfaceError, _busy)
    api.add_exception_handler(PoolTimeout, _busy)
    api.add_exception_handler(Exception, _faulty)
    return api


@cache
def _load(is_own_process: bool) -> None:  # noqa: FBT001 -- called by position
    """The dictionary of sounds takes a quarter of a second: before the first change needs it.

    Its 47,000 words are made of 1,249 sounds, each of which is kept once; a third of its room.
    """
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin.constants import PHRASES_DICT

    sounds: dict[tuple[str, ...], list[str]] = {}
    for word, told in PHRASES_DICT.items():  # it copies what it finds there before it changes it
        PHRASES_DICT[word] = [sounds.setdefault(tuple(sound), sound) for sound in told]
    pinyin.sort_key("重庆研究备案")
    if is_own_process:
        # None of this ever becomes garbage: looking through it again and again was a third of the
        # time of a large round.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE)


def _answer(error: AppError, status: int = 0) -> JSONResponse:
    status = status or STATUS.get(type(error), 400)
    headers = {"Retry-After": str(error.details["seconds"])} if "seconds" in error.details else None
    return JSONResponse(error.to_wire(), status, headers=headers)


async def _told(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)
    return _answer(error)


async def _misshapen(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Where it is wrong, never what was sent: that may be a password.
    where = sorted({".".join(map(str, part["loc"][:3])) for part in error.errors()})
    told = Invalid(
        "请求的内容不合规定。请更新程序后再试。",
        "The request is not as the protocol says. Please update the program and try again.",
        parts=where[:20],
    )
    return _answer(told)


async def _elsewhere(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _answer(metrics.no_such_address(), error.status_code)


async def _busy(_request: Request, error: Exception) -> JSONResponse:
    log.error("database: %s", type(error).__name__)
    return _answer(unavailable(), 503)


async def _faulty(_request: Request, error: Exception) -> JSONResponse:
    log.error("fault", exc_info=error)
    told = Faulty(
        "登记中心出现故障。您的工作都保存在本机，稍后会自动再试。",
        "The registry has a fault. Your work is kept on your computer; it will be tried again.",
    )
    return _answer(told)
