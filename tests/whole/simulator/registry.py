"""The registry without HTTP: the functions its API calls, on its real database, and it may die."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import Engine

from app.errors import AppError
from server import accounts, rounds
from server.accounts import Caller, caller_of, session_message
from server.api import files as files_api
from server.api import sync as sync_api
from server.app import STATUS
from server.db import connect
from server.files import Archive
from sync.protocol import SignIn
from tests.whole.simulator.deaths import Fuse


@dataclass(frozen=True)
class Request:
    """One request of a desk, as it travels."""

    method: str
    path: str
    token: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    ticket: int = 0
    """In which order requests were sent; what a bad registry might number its news by."""


@dataclass
class Answer:
    """What comes back; the body is made while it is read."""

    status: int
    pieces: Iterator[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)


class SimulatedRegistry:
    """Answers requests; `Died` comes out of it when its fuse burns down."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.engine = _engine(f"sqlite:///{folder / 'registry.sqlite3'}")
        self.archive = Archive(folder / "files")
        self.now = now
        self.fuse = Fuse()
        self.serving = 0
        """The ticket of the request that is being done."""
        self._callers: dict[str, Caller] = {}
        self.fuse.lay(self.engine)

    def restart(self) -> None:
        """After a death: what is in the file is all there is."""
        self.fuse.douse()
        self.engine.dispose()

    def close(self) -> None:
        self.fuse.douse()
        self.engine.dispose()

    def answer(self, request: Request) -> Answer:
        self.serving = request.ticket
        clocks = rounds.clock, sync_api.clock
        rounds.clock = sync_api.clock = self.now
        try:
            return self._answer(request)
        except AppError as error:
            return Answer(STATUS.get(type(error), 400), iter([orjson.dumps(error.to_wire())]))
        finally:
            rounds.clock, sync_api.clock = clocks

    def _answer(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", "/session"):
            who = SignIn.model_validate_json(request.body)
            return _json(accounts.sign_in(self.engine, who, self.now()))
        asking = self._caller(request.token)
        if request.path.startswith("/files/"):
            return self._file(asking, request)
        if request.path == "/round":
            return self._round(asking, request)
        return {"/session": self._session, "/digest": self._digest}[request.path](asking)

    def _caller(self, token: str) -> Caller:
        # Nobody's roles change in a run, and looking them up would be a third of its time; what
        # decides on a change asks for them anew (`_receive`).
        if token not in self._callers:
            self._callers[token] = caller_of(self.engine, token, self.now())
        return self._callers[token]

    def _session(self, asking: Caller) -> Answer:
        return _json(session_message(self.engine, asking, self.now()))

    def _digest(self, asking: Caller) -> Answer:
        return Answer(200, iter([orjson.dumps(sync_api.digest(self.engine, asking))]))

    def _round(self, asking: Caller, request: Request) -> Answer:
        packed = request.headers.get("Content-Encoding") == "zstd"
        lines = sync_api.round_lines(self.engine, lambda _: asking, request.body, packed=packed)
        return Answer(200, map(sync_api.frame, lines), {"Content-Encoding": "zstd"})

    def _file(self, asking: Caller, request: Request) -> Answer:
        sha256 = request.path.split("/")[2]
        door: Any = SimpleNamespace(
            app=SimpleNamespace(state=SimpleNamespace(archive=self.archive))
        )
        if request.path.endswith("/head"):
            return _json(files_api.head(door, self.engine, asking, sha256))
        if request.method == "PUT":
            with self.archive.arriving(sha256) as arrival:
                arrival.write(request.body)
                arrival.keep()
            files_api.know(self.engine, asking.principal, sha256, arrival.size)
            return Answer(204, iter(()))
        files_api.get(door, self.engine, asking, sha256)  # refuses whom it is not for
        content = b"".join(self.archive.pieces(sha256))
        begin = request.headers.get("Range", "bytes=0-")[6:-1]
        status = 206 if int(begin) else 200
        return Answer(status, iter([content[int(begin) :]]))


@lru_cache(maxsize=4)
def _engine(url: str) -> Engine:
    """One engine for all runs at one place: it keeps the statements that it has compiled."""
    return connect(url, pool=4)


def _json(message: Any) -> Answer:
    return Answer(200, iter([message.model_dump_json().encode()]))
