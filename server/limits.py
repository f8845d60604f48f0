"""How much one request may bring: refused while it arrives, not after it filled the memory."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError, TooLarge

MEGABYTE = 1024 * 1024
LARGEST_FILE = 100 * MEGABYTE
LARGEST_MESSAGE = 32 * MEGABYTE


class RequestLimit:
    """Count the bytes of a body; once there are too many, `answer` for the application."""

    def __init__(self, app: ASGIApp, answer: Callable[[AppError], Response]) -> None:
        self._app, self._answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_file = scope["method"] == "PUT" and "/files/" in scope["path"]
        most = LARGEST_FILE if is_file else LARGEST_MESSAGE
        told = dict(scope["headers"]).get(b"content-length", b"0")
        taken, is_over = 0, not told.isdigit() or len(told) > 15 or int(told) > most

        async def counted() -> Message:
            nonlocal taken, is_over
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                is_over = True
                return {"type": "http.disconnect"}  # the application stops reading and waiting
            return message

        async def unless_over(message: Message) -> None:
            if not is_over:
                await send(message)

        if not is_over:
            await self._app(scope, counted, unless_over)
        if is_over:
            await self._answer(_too_large(most))(scope, receive, send)


def _too_large(most: int) -> TooLarge:
    megabytes = most // MEGABYTE
    return TooLarge(
        f"内容超过 {megabytes} MB，登记中心不能接收。请缩小或拆分后再试。",
        f"This is over {megabytes} MB and cannot be taken. Please make it smaller or split it.",
        megabytes=megabytes,
    )
