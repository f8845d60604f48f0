"""Whether this computer has a network, as the operating system tells it."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

ORDER = ("Unknown", "Disconnected", "Local", "Site", "Online")
"""From nothing to all; a hospital's own network may never be more than `Site`."""


class Network(QObject):
    """Says when the network has come back.

    Where the system tells nothing (`is_told` is False), nothing is ever said, and the rhythm alone
    finds out: it tries again after 5 seconds, then more rarely, at last every 10 minutes.
    """

    came_back = Signal()

    def __init__(self, source: QObject | None, parent: QObject | None = None) -> None:
        """`source`: what tells it, with the signal and the property of `QNetworkInformation`."""
        super().__init__(parent)
        self.is_told = source is not None
        self._reach = ORDER.index("Online")
        if source is not None:
            self._reach = _reach(source.property("reachability"))
            source.reachabilityChanged.connect(self._changed)  # type: ignore[attr-defined]

    def _changed(self, reachability: object) -> None:
        before, self._reach = self._reach, _reach(reachability)
        if self._reach > max(before, ORDER.index("Disconnected")):
            self.came_back.emit()


def _reach(reachability: object) -> int:
    return ORDER.index(str(getattr(reachability, "name", reachability)))


def of_this_computer(parent: QObject | None = None) -> Network:
    """What Qt can learn from the system: NetworkManager or GLib, Windows, macOS."""
    # Loaded here and not with the first window, which needs no network yet.
    from PySide6.QtNetwork import QNetworkInformation as Information

    # On Linux first by name: without NetworkManager GLib's is taken, which tells how it stands but
    # was seen never to tell of a change.
    is_there = Information.loadBackendByName("networkmanager") or Information.loadBackendByFeatures(
        Information.Feature.Reachability
    )
    if not is_there:
        log.info("the system does not tell when the network comes back")
        return Network(None, parent)
    source = Information.instance()
    log.info("the network is told by %s", source.backendName())
    return Network(source, parent)
