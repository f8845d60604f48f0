"""How much one request may bring: refused while it arrives, not after it filled the memory."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge

MEGABYTE = 1024 * 1024
LARGEST_FILE = 100 * MEGABYTE
LARGEST_MESSAGE = 32 * MEGABYTE


class RequestLimit:
    """Count the bytes of a body; over the limit, TooLarge rises in whoever reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_file = scope["method"] == "PUT" and "/files/" in scope["path"]
        most = LARGEST_FILE if is_file else LARGEST_MESSAGE
        told = dict(scope["headers"]).get(b"content-length", b"0")
        announced = int(told) if told.isdigit() else most + 1
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if max(taken, announced) > most:
                raise TooLarge(
                    f"内容超过 {most // MEGABYTE} MB，登记中心不能接收。请缩小或拆分后再试。",
                    f"This is over {most // MEGABYTE} MB and cannot be taken. Please make it "
                    "smaller or split it.",
                    megabytes=most // MEGABYTE,
                )
            return message

        await self._app(scope, counted, send)
