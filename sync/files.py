"""Documents over a line that breaks: sent and fetched from where they were left, at any byte.

Knows nothing of sessions and errors of the registry: it is given a way to ask (`Ask`), which raises
`AppError`s. What is on a desk comes as a `Source` and goes into a `Store`; either may be a piece of
memory or an encrypted file.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import requests

from app.errors import Conflict, Faulty, NotFound, TryLater, Unreachable, Unreadable

Ask: TypeAlias = Callable[..., requests.Response]
"""`ask(method, path, headers=…, data=…)`: the reply, its body still to be read; or an AppError."""
Unpack: TypeAlias = Callable[[requests.Response], Iterator[bytes]]
"""The body of a reply as it arrives, with a deadline; Unreachable where it breaks off."""
Tell: TypeAlias = Callable[[int, int], object]
"""Told how many bytes of how many are through; may raise to stop, and it goes on there later."""

SMALLEST, LARGEST = 32 * 1024, 512 * 1024
"""Bytes of one request: what a broken line costs at most. A thin line takes a minute for it."""
SHARE = 64
"""A request carries this part of what the line carries before it breaks."""
AT_ONCE = 256 * 1024
"""Up to here a document goes in a single request."""
PATIENCE = 6
"""Tries in a row that brought nothing before it is given up for this round."""
PAUSES = (0.0, 0.3, 1.0, 2.0, 4.0, 8.0)
"""Seconds before the next try; a line that only hiccups is asked at once."""
LONGEST_PAUSE = 30
TUS = {"Tus-Resumable": "1.0.0"}
PARTIAL, UNSATISFIABLE = 206, 416


class Source(Protocol):
    """A document to be sent."""

    @property
    def size(self) -> int: ...

    def part(self, start: int, length: int) -> bytes:
        """Some of its bytes."""
        ...


class Store(Protocol):
    """Where a document that is fetched goes."""

    @property
    def here(self) -> int:
        """How many bytes of it are here; the next one goes behind them."""
        ...

    def add(self, piece: bytes) -> None: ...

    def clear(self) -> None:
        """Begin anew."""
        ...


class InMemory(bytearray):
    """A store for a document that is wanted whole, at once."""

    @property
    def here(self) -> int:
        return len(self)

    def add(self, piece: bytes) -> None:
        self.extend(piece)


@dataclass(frozen=True)
class Memory:
    """A document that is in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def part(self, start: int, length: int) -> bytes:
        return self.content[start : start + length]


class Carried:
    """What a line carries before it breaks, as far as seen: the less, the smaller the pieces."""

    def __init__(self) -> None:
        self._usual, self._since = 16 * 1024 * 1024, 0

    def piece(self) -> int:
        """How many bytes to entrust to it at once."""
        return min(LARGEST, max(SMALLEST, max(self._usual, self._since) // SHARE))

    def well(self, size: int) -> None:
        self._since += size

    def broke(self) -> None:
        if self._since:
            self._usual, self._since = self._since, 0


class _Patience:
    """Tries again while something gets through; gives up where nothing does."""

    def __init__(self, sleep: Callable[[float], None], most: int = PATIENCE) -> None:
        self._sleep, self._most, self._tries, self._best = sleep, most, 0, -1

    def after(self, error: Exception, reached: int) -> None:
        """Wait for the next try, or raise what ended the last one."""
        self._tries = 0 if reached > self._best else self._tries + 1
        self._best = max(self._best, reached)
        if self._tries >= self._most:
            raise error
        asked = error.details.get("seconds", 0) if isinstance(error, TryLater) else 0
        self._sleep(max(PAUSES[min(self._tries, len(PAUSES) - 1)], min(asked, LONGEST_PAUSE)))


def send(
    ask: Ask,
    sha256: str,
    source: Source,
    *,
    sleep: Callable[[float], None],
    line: Carried | None = None,
    tell: Tell = lambda _sent, _size: None,
) -> None:
    """Bring a document to the registry; what it has of it already is not sent again.

    Unreadable where it arrives as another one even the second time.
    """
    if source.size <= AT_ONCE:
        _send_whole(ask, sha256, source, sleep)
        return
    sending = _Sending(ask, sha256, source, line or Carried(), tell)
    patience, damaged = _Patience(sleep), 0
    while True:
        try:
            sending.go_on()
            return
        except (Unreachable, TryLater, Conflict, NotFound) as error:
            # Conflict and NotFound: the registry knows better where this upload stands.
            patience.after(error, sending.reached)
        except Unreadable:
            damaged += 1
            if damaged > 1:
                raise


def _send_whole(ask: Ask, sha256: str, source: Source, sleep: Callable[[float], None]) -> None:
    patience, content = _Patience(sleep, 2), source.part(0, source.size)
    headers = {"Content-Type": "application/octet-stream"}
    while True:
        try:
            # A file, not bytes: requests hands it on in small parts, each with its own deadline.
            ask("PUT", f"/files/{sha256}", data=io.BytesIO(content), headers=headers).close()
            return
        except Unreachable as error:
            patience.after(error, 0)


class _Sending:
    """One document on its way; `reached` is how far it got at best."""

    def __init__(self, ask: Ask, sha256: str, source: Source, line: Carried, tell: Tell) -> None:
        self._ask, self._sha256, self._source = ask, sha256, source
        self._line, self._tell = line, tell
        self.reached = -1

    def go_on(self) -> None:
        """From where the registry has it to the end."""
        place, offset = self._begun()
        size = self._source.size
        while offset < size:
            self._note(offset)
            piece = self._source.part(offset, self._line.piece())
            headers = {
                **TUS,
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }
            try:
                self._ask("PATCH", place, data=io.BytesIO(piece), headers=headers).close()
                offset += len(piece)
                self._line.well(len(piece))
            except Unreachable:
                self._line.broke()
                # The reply or the piece was lost: ask how much came, and go on behind that.
                self._note(self._where(place))
                raise
        self._note(size)

    def _begun(self) -> tuple[str, int]:
        """Where this document goes and how much of it is there already."""
        told = b64encode(self._sha256.encode()).decode()
        headers = {
            **TUS,
            "Upload-Length": str(self._source.size),
            "Upload-Metadata": f"sha256 {told}",
        }
        with closing(self._ask("POST", "/uploads", data=b"", headers=headers)) as reply:
            place = "/uploads/" + reply.headers["Location"].rpartition("/")[2]
            return place, int(reply.headers["Upload-Offset"])

    def _where(self, place: str) -> int:
        try:
            with closing(self._ask("HEAD", place, headers=TUS)) as reply:
                return int(reply.headers["Upload-Offset"])
        except (Unreachable, NotFound, Faulty, KeyError, ValueError):
            return self.reached  # a refused HEAD has no words: to the client it is a fault

    def _note(self, offset: int) -> None:
        self.reached = max(self.reached, offset)
        self._tell(offset, self._source.size)


def fetch(
    ask: Ask,
    unpack: Unpack,
    sha256: str,
    store: Store,
    *,
    sleep: Callable[[float], None],
    tell: Tell = lambda _here, _size: None,
) -> None:
    """Bring a document from the registry, behind what is here of it; the store verifies it."""
    patience = _Patience(sleep)
    while True:
        begin = store.here
        headers: dict[str, Any] = {"Range": f"bytes={begin}-"} if begin else {}
        try:
            with closing(ask("GET", f"/files/{sha256}", headers=headers)) as reply:
                if begin and reply.status_code != PARTIAL:
                    store.clear()
                size = _size(reply, store.here)
                for piece in unpack(reply):
                    store.add(piece)
                    tell(store.here, size)
            if store.here >= size:
                return
            patience.after(_cut_short(), store.here)
        except Unreachable as error:
            patience.after(error, store.here)
        except Faulty as error:
            if error.details.get("status") != UNSATISFIABLE or not begin:
                raise
            store.clear()  # more of it is here than there is: what is here is wrong


def _cut_short() -> Unreachable:
    return Unreachable(
        "附件没有接收完整，稍后会从断开处继续。",
        "The document did not arrive whole; it goes on from where it broke off.",
    )


def _size(reply: requests.Response, begin: int) -> int:
    """How long the whole document is, as far as the reply tells."""
    length = reply.headers.get("Content-Length", "")
    return begin + int(length) if length.isdigit() else 0
