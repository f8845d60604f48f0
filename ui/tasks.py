"""The one way off the UI thread and back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

log = logging.getLogger(__name__)
T = TypeVar("T")

Lane: TypeAlias = Literal["data", "network", "work"]
"""data: whatever touches the working copy, one at a time and in order; network: one exchange at a
time; work: rendering, reading workbooks."""
_LANES: dict[Lane, QThreadPool] = {
    "data": QThreadPool(),
    "network": QThreadPool(),
    "work": QThreadPool(),
}
_LANES["data"].setMaxThreadCount(1)
_LANES["network"].setMaxThreadCount(1)


class _Post(QObject):
    """Carries a result to the thread it was made in."""

    arrived = Signal(object, object)


_UNDER_WAY: set[_Post] = set()


class _Job(QRunnable):
    def __init__(self, work: Callable[[], Any], post: _Post) -> None:
        super().__init__()
        self._work, self._post = work, post

    def run(self) -> None:
        try:
            self._post.arrived.emit(self._work(), None)
        except Exception as error:
            self._post.arrived.emit(None, error)


def run(
    work: Callable[[], T],
    *,
    then: Callable[[T], object],
    failed: Callable[[Exception], object],
    owner: QObject,
    lane: Lane = "data",
) -> None:
    """Do `work` away from the UI thread; give its result, or its error, back on it.

    `work` must not touch a widget. Nothing is given back once `owner` is gone.
    """
    post = _Post()
    _UNDER_WAY.add(post)

    def deliver(result: T, error: Exception | None) -> None:
        _UNDER_WAY.discard(post)
        if not shiboken6.isValid(owner):
            log.debug("a result came too late for its window")
        elif error is None:
            then(result)
        else:
            failed(error)

    post.arrived.connect(deliver)
    _LANES[lane].start(_Job(work, post))


def finish(milliseconds: int = 10_000) -> bool:
    """Wait for what is under way in every lane: before the store is closed."""
    return all(pool.waitForDone(milliseconds) for pool in _LANES.values())
