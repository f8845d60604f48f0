"""A network that fails on purpose, between a desk and a real registry."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.sync.door import Door

Fault: TypeAlias = Callable[["Exchange"], bytes]
"""Given an exchange, the bytes that the desk receives."""


@dataclass
class Exchange:
    """One request on its way; `reply()` passes it on and gives what the registry said."""

    request: bytes
    registry: tuple[str, int]

    @property
    def line(self) -> str:
        return self.request.split(b"\r\n", 1)[0].decode("latin-1")

    def reply(self) -> bytes:
        with closing(socket.create_connection(self.registry, timeout=30)) as there:
            there.sendall(self.request)
            return b"".join(iter(lambda: there.recv(65536), b""))


def passed_on(exchange: Exchange) -> bytes:
    return exchange.reply()


def request_lost(_exchange: Exchange) -> bytes:
    return b""


def reply_lost(exchange: Exchange) -> bytes:
    exchange.reply()
    return b""


def twice(exchange: Exchange) -> bytes:
    """The registry gets the request two times; the desk hears the second answer."""
    exchange.reply()
    return exchange.reply()


def cut_after(body_bytes: int) -> Fault:
    """The reply breaks off so many bytes into its body."""

    def cut(exchange: Exchange) -> bytes:
        reply = exchange.reply()
        return reply[: reply.index(b"\r\n\r\n") + 4 + body_bytes]

    return cut


def garbled_at(place: float) -> Fault:
    """One byte of the body is another one; `place` is between 0 and 1."""

    def garble(exchange: Exchange) -> bytes:
        reply = bytearray(exchange.reply())
        start = reply.index(b"\r\n\r\n") + 4
        at = start + int((len(reply) - start - 1) * place)
        reply[at] ^= 0x41
        return bytes(reply)

    return garble


def said(status: str, body: bytes = b"", *headers: str) -> Fault:
    """Somebody else answers: a proxy, a sign-in page of a hotel."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return lambda _exchange: "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class FaultyNetwork(Door):
    """Passes requests on to the registry; the faults in `plan` befall the next ones, in order.

    `only`: a part of the request line; others are passed on untouched.
    """

    registry: tuple[str, int]
    plan: list[Fault] = field(default_factory=list)
    only: str = ""
    seen: list[str] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)

    def _let_in(self, desk: socket.socket) -> None:
        desk.settimeout(30)
        request = _read_request(desk)
        if not request:
            return
        exchange = Exchange(request, self.registry)
        self.seen.append(exchange.line)
        fault = self.plan.pop(0) if self.plan and self.only in exchange.line else passed_on
        reply = fault(exchange)
        self.replies.append(reply)
        desk.sendall(reply)


def _read_request(desk: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        piece = desk.recv(65536)
        if not piece:
            return b""
        request += piece
    head, body = request.split(b"\r\n\r\n", 1)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(x[15:]) for x in lines if x.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = desk.recv(65536)
        if not piece:
            return b""
        body += piece
    return b"\r\n".join((*lines, b"Connection: close")) + b"\r\n\r\n" + body
