"""How a request leaves this desk: its head and a small body together, in one piece.

Sent one after the other, as the libraries do it, they wake the registry twice.
"""

from __future__ import annotations

from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

TOGETHER = 64 * 1024
"""Bytes that are worth joining; what is larger goes piece by piece, as it is read."""


class AtOnce(HTTPConnection):
    """Holds back what is sent until the request is whole, or no longer small."""

    _held: bytearray | None = None

    def request(self, *args: Any, **rest: Any) -> None:
        self._held = bytearray()
        try:
            super().request(*args, **rest)
            self._let_go()
        finally:
            self._held = None

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        elif isinstance(data, bytes) and len(self._held) + len(data) <= TOGETHER:
            self._held += data
        else:
            self._let_go()
            super().send(data)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held:
            super().send(bytes(held))


class AtOnceSecure(AtOnce, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = AtOnce


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = AtOnceSecure


class Adapter(HTTPAdapter):
    """Lines to a registry; through a proxy they are those of the libraries."""

    def init_poolmanager(self, *args: Any, **rest: Any) -> None:
        super().init_poolmanager(*args, **rest)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
