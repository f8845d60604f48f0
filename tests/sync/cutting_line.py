"""A line that carries so many bytes and then breaks, again and again; it counts what it carried."""

from __future__ import annotations

import select
import socket
from contextlib import closing, suppress

from tests.sync.door import Door


class CuttingLine(Door):
    """Between a desk and a registry: `every` bytes in one direction, then it is closed."""

    def __init__(self, registry: tuple[str, int], every: int, *, up: bool = True) -> None:
        self._registry, self._every, self._cuts_up = registry, every, up
        self._left = every
        self.up = self.down = self.cuts = 0

    def _let_in(self, desk: socket.socket) -> None:
        with closing(socket.create_connection(self._registry, timeout=30)) as there:
            self._carry(desk, there)

    def _carry(self, desk: socket.socket, there: socket.socket) -> None:
        other = {desk: there, there: desk}
        while True:
            ready, _, _ = select.select([desk, there], [], [], 30)
            if not ready:
                return
            for end in ready:
                piece = end.recv(16384)
                if not piece:
                    return
                is_up = end is desk
                self.up += len(piece) if is_up else 0
                self.down += 0 if is_up else len(piece)
                if is_up is self._cuts_up:
                    whole, piece = len(piece), piece[: self._left]
                    self._left -= len(piece)
                    if len(piece) < whole:
                        with suppress(OSError):
                            other[end].sendall(piece)
                        self.cuts += 1
                        self._left = self._every
                        return
                other[end].sendall(piece)
