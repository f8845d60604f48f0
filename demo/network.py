"""The cable between a desk and the registry: a proxy that can be pulled out and put in."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Cable:
    """Forwards connections; while it is out, nothing gets through and lines are cut."""

    def __init__(self) -> None:
        self._to = 0
        self._is_in = True
        self._lines: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """Where the registry listens, once it does."""
        self._to = port

    def pull_out(self) -> None:
        self._is_in = False
        for line in tuple(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def put_in(self) -> None:
        self._is_in = True

    def close(self) -> None:
        self.pull_out()
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._door.accept()
            except OSError:
                return
            if not self._is_in:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._to), 5)
            except OSError:
                near.close()
                continue
            for source, target in ((near, far), (far, near)):
                self._lines.add(source)
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        for line in (source, target):
            self._lines.discard(line)
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
