"""A door between a desk and a registry, behind which a line can be made to fail."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress
from typing import Self


class Door:
    """Lets in one desk after the other; what becomes of each, `_let_in` of a line decides."""

    def __enter__(self) -> Self:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(5)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                desk, _ = self._door.accept()
            except OSError:
                return
            with closing(desk), suppress(OSError):
                self._let_in(desk)

    def _let_in(self, desk: socket.socket) -> None:
        raise NotImplementedError
