"""What every request leaves: a number in the log and in the reply, a line, and a figure."""

from __future__ import annotations

import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics
from server.logs import request_id
from sync.protocol import CURRENT, VERSION_HEADER

log = logging.getLogger("server.requests")
REQUEST_HEADER = "X-Request-Id"


class Noted:
    """Note each request once it was answered; the outermost layer, so that refusals count too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0
        number = secrets.token_hex(6)
        token = request_id.set(number)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[VERSION_HEADER] = str(CURRENT)
                headers[REQUEST_HEADER] = number
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._note(scope, status, time.monotonic() - began)
            request_id.reset(token)

    @staticmethod
    def _note(scope: Scope, status: int, seconds: float) -> None:
        # Never the address itself: it may hold what somebody typed.
        path = getattr(scope.get("route"), "path", "-")
        method = scope["method"] if scope["method"] in METHODS else "-"
        log.info("%s %s %d %d ms", method, path, status, seconds * 1000)
        metrics.REQUESTS.labels(method, path, str(status)).inc()
        metrics.SECONDS.labels(path).observe(seconds)


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
