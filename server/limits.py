"""How much one request may bring and how long it may wait: refused before it fills the memory."""

from __future__ import annotations

import time
from collections.abc import Callable

import anyio
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError, TooLarge, TryLater

MEGABYTE = 1024 * 1024
LARGEST_FILE = 100 * MEGABYTE
LARGEST_MESSAGE = 32 * MEGABYTE
LARGEST_PACKAGE = 256 * MEGABYTE
DOCUMENTS = ("/v1/files/", "/v1/uploads/")
PACKAGES = "/v1/packages"
IDLE = 30.0
"""Seconds that a sender may pause between two pieces."""
WHOLE = 120.0
"""Seconds within which a message must be here; a document may take longer while it comes on."""
UNREAD = 60.0
"""Seconds that a reader may leave an answer unread."""
REQUEST_TIMEOUT = 408


class RequestLimit:
    """Count the bytes and the seconds of a request; over the limit, `answer` for the application.

    What runs in the database has its own deadlines there (`server.db`).
    """

    def __init__(
        self, app: ASGIApp, answer: Callable[[AppError, int], Response], *, idle: float = IDLE
    ) -> None:
        self._app, self._answer, self._idle = app, answer, idle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Limited(scope, receive, send, self._idle)
        if request.refusal is None:
            try:
                await self._app(scope, request.receive, request.send)
            except TimeoutError:
                # Who does not read gets no more of it; nothing else of ours ends like this.
                if not request.is_unread:
                    raise
                return
        if request.refusal is not None and not request.is_answered:
            status = REQUEST_TIMEOUT if isinstance(request.refusal, TryLater) else 0
            await self._answer(request.refusal, status)(scope, receive, send)


class _Limited:
    """One request under its limits."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, idle: float) -> None:
        self._receive, self._send, self._idle = receive, send, idle
        is_file = scope["method"] in ("PUT", "PATCH") and scope["path"].startswith(DOCUMENTS)
        is_package = scope["method"] == "POST" and scope["path"] == PACKAGES
        self._most = LARGEST_MESSAGE
        if is_file or is_package:
            self._most = LARGEST_FILE if is_file else LARGEST_PACKAGE
        self._until = None if is_file or is_package else time.monotonic() + WHOLE
        self._taken, self._is_whole = 0, False
        self.is_answered = self.is_unread = False
        told = dict(scope["headers"]).get(b"content-length", b"0")
        is_over = not told.isdigit() or len(told) > 15 or int(told) > self._most
        self.refusal: AppError | None = too_large(self._most) if is_over else None

    async def receive(self) -> Message:
        if self._is_whole:  # now it waits for the other side to hang up, as long as that takes
            return await self._receive()
        message: Message | None = None
        with anyio.move_on_after(self._idle):
            message = await self._receive()
        if message is None or (self._until and time.monotonic() > self._until):
            self.refusal = _too_slow()
            return {"type": "http.disconnect"}  # the application stops reading and waiting
        self._taken += len(message.get("body", b""))
        if self._taken > self._most:
            self.refusal = too_large(self._most)
            return {"type": "http.disconnect"}
        self._is_whole = message["type"] == "http.request" and not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self.refusal is not None and not self.is_answered:
            return
        self.is_answered = True
        try:
            with anyio.fail_after(UNREAD):
                await self._send(message)
        except TimeoutError:
            self.is_unread = True
            raise


def too_large(most: int) -> TooLarge:
    """What is told to whoever brings more than this many bytes."""
    megabytes = most // MEGABYTE
    return TooLarge(
        f"内容超过 {megabytes} MB，登记中心不能接收。请缩小或拆分后再试。",
        f"This is over {megabytes} MB and cannot be taken. Please make it smaller or split it.",
        megabytes=megabytes,
    )


def _too_slow() -> TryLater:
    return TryLater(
        "网络过慢，登记中心没有等到完整的内容。稍后会自动再试。",
        "The line is too slow: the registry did not get all of it. It will be tried again.",
        seconds=10,
    )
