"""Changes in, news out; and both in one request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import orjson
import zstandard
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.errors import Invalid, TooLarge
from app.workflows.roles import feeds_of
from server import feeds, rounds
from server.accounts import Caller, caller_within, epoch, message_of, note_seen
from server.api.caller import Asking, Database, engine_of, token_of
from server.db import read
from server.limits import LARGEST_MESSAGE, MEGABYTE
from server.moments import clock
from sync.protocol import CHANGES_AT_ONCE, NEWS_TYPE, NewsRequest, RoundRequest

router = APIRouter()


class Batch(BaseModel):
    """`protocol.Changes`, each change judged by itself: a wrong one never holds up the others."""

    changes: list[dict[str, Any]] = Field(max_length=CHANGES_AT_ONCE)


class Round(RoundRequest):
    """`protocol.RoundRequest`, each change judged by itself."""

    changes: list[dict[str, Any]] = Field(default=[], max_length=CHANGES_AT_ONCE)  # type: ignore[assignment]


@router.post("/changes")
def changes(engine: Database, asking: Asking, batch: Batch) -> Response:
    """Do each change as if alone; all are committed before the reply begins."""
    for body in batch.changes:
        rounds.change_id(body)
    whole = {rounds.change_id(body) for body in batch.changes}
    done = rounds.do(engine, asking, batch.changes, whole)
    return Response(b'{"outcomes":[%b]}' % b",".join(done.outcomes), media_type="application/json")


@router.post("/news")
def news(request: Request, engine: Database, asking: Asking, wanted: NewsRequest) -> Response:
    """Everything after the positions named, feed by feed; safe to cut anywhere."""
    lines = rounds.news(engine, asking, wanted.positions, wanted.limit, held=False)
    return _streamed(request, lines)


@router.post("/round")
async def round_(request: Request) -> Response:
    """Changes in and news out, in one request."""
    body = await request.body()
    engine, token = engine_of(request), token_of(request.headers.get("authorization", ""))
    return await to_thread.run_sync(_round, request, engine, token, body)


def _round(request: Request, engine: Engine, token: str, body: bytes) -> Response:
    packed = request.headers.get("content-encoding", "") == "zstd"
    who = lambda session: caller_within(session, token, clock())  # noqa: E731
    return _streamed(request, round_lines(engine, who, body, packed=packed))


def round_lines(
    engine: Engine, who: Callable[[Session], Caller], body: bytes, *, packed: bool
) -> Iterator[bytes]:
    """Do what a round asks for; the lines of its reply, the news in them read on the way.

    Without changes, all that is asked of the database is asked in one transaction.
    """

    def look(session: Session) -> tuple[Caller, Round, bytes, rounds.News | None]:
        asking = who(session)  # before anything that was sent is looked at
        wanted = _read(_unpacked(body) if packed else body)
        if wanted.changes:
            return asking, wanted, b"", None
        return asking, wanted, *_told(session, asking, wanted, rounds.Done())

    asking, wanted, first, telling = read(engine, look)
    note_seen(engine, asking, clock())
    if wanted.changes:
        for change in wanted.changes:
            rounds.change_id(change)
        done = rounds.do(engine, asking, wanted.changes, set(wanted.whole))

        def look_again(session: Session) -> tuple[bytes, rounds.News | None]:
            return _told(session, who(session), wanted, done)  # a role may have come or gone

        first, telling = read(engine, look_again)
    return chain((first,), rounds.rest(engine, telling) if telling else ())


def _told(
    session: Session, asking: Caller, wanted: Round, done: rounds.Done
) -> tuple[bytes, rounds.News | None]:
    """The first line of a round's reply with the first of the news, and who tells the rest."""
    positions = dict(wanted.positions)
    for feed, told in done.published.items():
        if positions.get(feed, 0) == told["first"] - 1:  # they need not be told what they did
            positions[feed] = told["first"] + len(told["items"]) - 1
    telling, ahead = None, 0
    if wanted.limit:
        telling = rounds.News(session, asking, positions, wanted.limit, held=True)
        news, ahead = telling.some(session), telling.ahead()
    else:
        end = {"end": True, "feeds": rounds.readable(session, asking, positions), "more": True}
        news = orjson.dumps(end) + b"\n"
    who = message_of(asking, epoch(session), clock()).model_dump_json().encode()
    first = b'{"session":%b,"outcomes":[%b],"published":%b,"ahead":%d}\n%b' % (
        who, b",".join(done.outcomes), orjson.dumps(done.published), ahead, news,
    )  # fmt: skip
    return first, telling


def _read(body: bytes) -> Round:
    try:
        # orjson is quicker, but refuses the whole for one half of a character.
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            said = json.loads(body)
        except ValueError:
            raise _misshapen() from None
    try:
        return Round.model_validate(said)
    except ValidationError as error:
        where = {".".join(map(str, part["loc"][:2])) for part in error.errors()}
        raise _misshapen(*sorted(where)[:20]) from None


def _misshapen(*where: str) -> Invalid:
    return Invalid(
        "请求的内容不合规定。请更新程序后再试。",
        "The request is not as the protocol says. Please update the program and try again.",
        parts=list(where),
    )


def _unpacked(body: bytes) -> bytes:
    """The message that is packed in these bytes, but never larger than one may be."""
    try:
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            plain = reader.read(LARGEST_MESSAGE + 1)
    except zstandard.ZstdError:
        raise _misshapen("content-encoding") from None
    if len(plain) > LARGEST_MESSAGE:
        megabytes = LARGEST_MESSAGE // MEGABYTE
        raise TooLarge(
            f"内容超过 {megabytes} MB，登记中心不能接收。请缩小或拆分后再试。",
            f"This is over {megabytes} MB and cannot be taken. Please make it smaller or split it.",
            megabytes=megabytes,
        )
    return plain


SMALL = 256 * 1024
"""What is not larger is sent at once, with its length, which costs less than a stream."""


def _streamed(request: Request, lines: Iterator[bytes]) -> Response:
    packs = "zstd" in request.headers.get("accept-encoding", "")
    headers = {"Content-Encoding": "zstd"} if packs else {}
    begun, size = list[bytes](), 0
    for part in lines:
        begun.append(part)
        size += len(part)
        if size > SMALL:
            break
    else:
        whole = b"".join(begun)
        return Response(frame(whole) if packs else whole, media_type=NEWS_TYPE, headers=headers)
    rest = _again(begun, lines)
    stream = map(frame, rest) if packs else rest
    return StreamingResponse(stream, media_type=NEWS_TYPE, headers=headers)


def _again(begun: list[bytes], lines: Iterator[bytes]) -> Iterator[bytes]:
    yield b"".join(begun)
    yield from lines


def frame(part: bytes) -> bytes:
    """Each page a frame of its own: a desk believes a page once its checksum has come."""
    if len(part) > SMALL_FRAME:
        return _packer().compress(part)
    kept: zstandard.ZstdCompressor | None = getattr(_KEPT, "packer", None)
    if kept is None:
        kept = _KEPT.packer = _packer()
    return kept.compress(part)


def _packer() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)


LEVEL = 5
"""A hospital's line is thin: 6 % fewer bytes than with 3 for 0.06 ms a study."""
SMALL_FRAME = 16 * 1024
"""Making what packs costs more than packing so little; for more, it would keep megabytes."""
_KEPT = threading.local()
"""For small frames, what packs them: one for each thread."""


@router.get("/digest")
def digest(engine: Database, asking: Asking) -> dict[str, dict[str, Any]]:
    """Of each feed how many items stand in it, and the SHA-256 of their refs and positions."""
    allowed = feeds_of(asking.principal)
    return {"feeds": read(engine, lambda session: {f: feeds.digest(session, f) for f in allowed})}
