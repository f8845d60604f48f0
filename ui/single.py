"""One program for each data folder: a second start brings the first one's window to the front."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

PATIENCE = 2000
"""Milliseconds for the first program to answer."""


class SingleInstance(QObject):
    """Whether this start is the first for its folder, and word of later ones."""

    woken = Signal()
    """Somebody started the program again: they want to see its window."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        called = str(folder.resolve()).encode()
        self._name = f"yanbei-{sha256(called).hexdigest()[:20]}"
        self._server: QLocalServer | None = None

    def is_first(self) -> bool:
        """True where no program is at work in this folder; from then on this one is.

        Otherwise the one that is has been asked to show itself.
        """
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(PATIENCE):
            socket.waitForDisconnected(PATIENCE)
            return False
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self._name)  # what a program that was killed left behind
        server.newConnection.connect(self._on_connection)
        # Where the system lets nobody listen, the store's own lock still keeps a second one out.
        server.listen(self._name)
        self._server = server
        return True

    def _on_connection(self) -> None:
        assert self._server is not None, "only a server has connections"
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnectFromServer()
            socket.deleteLater()
            self.woken.emit()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
