"""What the registry answers, while it arrives: whole lines only, proved by their checksums."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TypeVar

import requests
import urllib3
import zstandard
from pydantic import ValidationError

from app.errors import Faulty, TooLarge, Unreachable, Unreadable
from sync.protocol import (
    Message,
    NewsEnd,
    NewsLine,
    RoundHead,
)

M = TypeVar("M", bound=Message)
CHUNK = 64 * 1024
LONGEST_REPLY = 64 * 1024 * 1024


class News:
    """A page of news while it arrives; `end` is there once all of it has.

    Whatever was given is whole: what is cut off or garbled raises and is not given.
    """

    def __init__(self, reply: requests.Response) -> None:
        self._reply = reply
        self._lines = _lines(reply)
        self.end: NewsEnd | None = None

    def __iter__(self) -> Iterator[tuple[NewsLine, bytes]]:
        with closing(self._reply):
            lines = self._lines
            for line in lines:
                if b'"end":' in line[:10]:
                    self.end = self._parsed(NewsEnd, line)
                    return
                item = self._parsed(NewsLine, line)
                body = next(lines, None)
                if body is None:
                    break
                if item.kind != "gone" and not (body[:1] == b"{" and body[-1:] == b"}"):
                    raise garbled()
                yield item, body
        raise unreachable()  # cut off between two lines

    @staticmethod
    def _parsed(kind: type[M], line: bytes) -> M:
        try:
            return kind.model_validate_json(line)
        except ValidationError as error:
            raise garbled() from error


class Round(News):
    """The reply to a round: `head` at once, then the news while they arrive."""

    def __init__(self, reply: requests.Response) -> None:
        super().__init__(reply)
        try:
            first = next(self._lines, None)
            if first is None:
                raise unreachable()  # cut off before it said anything
            self.head = self._parsed(RoundHead, first)
        except BaseException:
            reply.close()
            raise

    def close(self) -> None:
        """Read no further."""
        self._reply.close()


def pieces(reply: requests.Response) -> Iterator[bytes]:
    """The body as it arrives, unpacked. Of what is packed, only what its checksum has proved."""
    packed = reply.headers.get("Content-Encoding", "") == "zstd"
    return _frames(_raw(reply)) if packed else _raw(reply)


def _raw(reply: requests.Response) -> Iterator[bytes]:
    # urllib3 unpacks zstd only with yet another library, and its `stream` waits for full pieces.
    try:
        while piece := reply.raw.read1(CHUNK, decode_content=False):
            yield piece
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise unreachable() from error


def _frames(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Frame by frame: its checksum comes last, and nothing unproved may reach the store."""
    frame, here, size = zstandard.ZstdDecompressor().decompressobj(), [], 0
    for piece in packed:
        rest = piece
        while rest:
            try:
                here.append(frame.decompress(rest))
            except zstandard.ZstdError as error:
                raise garbled() from error
            size += len(here[-1])
            if size > LONGEST_REPLY:
                raise too_large()
            if not frame.eof:
                break
            rest = frame.unused_data
            yield b"".join(here)
            frame, here, size = zstandard.ZstdDecompressor().decompressobj(), [], 0


def _lines(reply: requests.Response) -> Iterator[bytes]:
    """Whole lines; one without its end was cut off and is not given."""
    rest: list[bytes] = []
    for piece in pieces(reply):
        *whole, last = piece.split(b"\n")
        for line in whole:
            yield b"".join((*rest, line))
            rest = []
        if last:
            rest.append(last)


def unreachable() -> Unreachable:
    return Unreachable(
        "现在连不上登记中心。您的工作都保存在本机，恢复联网后会自动上报。",
        "The registry cannot be reached just now. Your work is kept on this computer and will be "
        "sent once the network is back.",
    )


def too_large() -> TooLarge:
    return TooLarge(
        "登记中心的答复过大，没有接收。请联系技术支持。",
        "The registry's reply is too large and was not taken. Please ask for support.",
    )


def faulty(status: int) -> Faulty:
    return Faulty(
        "登记中心出现故障。您的工作都保存在本机，稍后会自动再试。",
        "The registry has a fault. Your work is kept on this computer; it will be tried again.",
        status=status,
    )


def garbled() -> Unreadable:
    return Unreadable(
        "登记中心的答复在途中损坏，没有接收。您的工作都保存在本机，稍后会自动再试。",
        "The registry's reply was damaged on its way and was not taken. Your work is kept on this "
        "computer; it will be tried again.",
    )
