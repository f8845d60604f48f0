"""How often one account, one address may ask: beyond it, wait a moment, told in words.

Counted in each process by itself, in memory: a guard against a program run wild, not a ledger.
Failed sign-ins are counted in the database besides (`server.accounts`), for all processes.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import AppError, TryLater
from server import metrics
from server.limits import DOCUMENTS

MOST = 20_000
"""Buckets remembered; beyond that the one unused for longest is forgotten."""


MOST_INSIDE = 400
"""Requests inside one process at once; whoever comes then is told at once to come again."""
ALWAYS = "/v1/health"
"""Answered however much is asked: a process that is busy is neither dead nor broken."""


@dataclass(frozen=True)
class Rate:
    """So many at once, then so many a second."""

    at_once: float
    a_second: float


@dataclass(frozen=True)
class Rates:
    """What is allowed. A hospital of hundreds of desks may stand behind one address."""

    account: Rate = Rate(300, 20)
    address: Rate = Rate(3000, 300)
    documents: Rate = Rate(2000, 200)
    """Of an account, with parts of documents: small ones where a line breaks often."""
    sign_in: Rate = Rate(300, 2)
    """From one address."""


class Paces:
    """Buckets that fill with time; `take` gives the seconds to wait, 0 where it may go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, rate: Rate) -> float:
        now = self._clock()
        left, at = self._left.pop(name, (rate.at_once, now))
        left = min(rate.at_once, left + (now - at) * rate.a_second)
        may = left >= 1
        self._left[name] = (left - 1 if may else left, now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return 0.0 if may else (1 - left) / rate.a_second


class RateLimit:
    """Refuse who asks too often, before anything is done for them."""

    def __init__(
        self,
        app: ASGIApp,
        answer: Callable[[AppError, int], Response],
        *,
        rates: Rates = Rates(),
        most: int = MOST_INSIDE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._answer, self._rates, self._most = app, answer, rates, most
        self._paces = Paces(clock)
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS):
            await self._app(scope, receive, send)
            return
        if refusal := self._refusal(scope):
            await self._answer(refusal, 0)(scope, receive, send)
            return
        self._inside += 1
        metrics.INSIDE.inc()
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1
            metrics.INSIDE.dec()

    def _refusal(self, scope: Scope) -> TryLater | None:
        if not scope["path"].startswith("/v1/"):
            return None
        wait = max(self._paces.take(name, rate) for name, rate in self._asked(scope))
        if wait > 0:
            metrics.REFUSED.labels("rate").inc()
            return too_often(wait)
        if self._inside >= self._most:
            metrics.REFUSED.labels("busy").inc()
            return too_busy()
        return None

    def _asked(self, scope: Scope) -> list[tuple[str, Rate]]:
        address = scope["client"][0] if scope.get("client") else ""
        asked = [(f"from {address}", self._rates.address)]
        token = dict(scope["headers"]).get(b"authorization", b"")
        if token:
            name = hashlib.sha256(token).hexdigest()
            carries = scope["path"].startswith(DOCUMENTS)
            asked.append(
                (f"documents {name}", self._rates.documents)
                if carries
                else (name, self._rates.account)
            )
        elif (scope["method"], scope["path"]) == ("POST", "/v1/session"):
            asked.append((f"sign-in from {address}", self._rates.sign_in))
        return asked


def too_often(wait: float) -> TryLater:
    seconds = int(wait) + 1
    return TryLater(
        f"请求过于频繁，请在 {seconds} 秒后再试。未上报的内容都保存在本机。",
        f"This was asked too often. Please try again in {seconds} s; what was not sent yet is kept "
        "on your computer.",
        seconds=seconds,
    )


class TooBusy(TryLater):
    """So many are asking at once that one more would only wait."""


def too_busy() -> TooBusy:
    return TooBusy(
        "登记中心现在很忙，请稍后再试。未上报的内容都保存在本机。",
        "The registry is busy just now. Please try again in a moment; what was not sent yet is "
        "kept on your computer.",
        seconds=5,
    )
