"""The one way off the UI thread and back."""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

log = logging.getLogger(__name__)
T = TypeVar("T")
TURN = 0.0005
"""Seconds for which a lane keeps the interpreter while the window wants it.

Painting a table asks Python thousands of times; with the 5 ms that are usual, a lane at work would
make the window wait for most of a second.
"""

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


@dataclass
class _Task:
    """What is to be done and for whom. It lives and dies in the UI thread.

    A lane knows it by number only: the last to let go of a window destroys it, and a window that
    is destroyed away from the UI thread takes the program with it.
    """

    work: Callable[[], Any] | None
    then: Callable[[Any], object]
    failed: Callable[[Exception], object]
    owner: QObject
    result: Any = None
    error: Exception | None = None

    def do(self) -> None:
        assert self.work is not None, "a task is done once"
        try:
            self.result = self.work()
        except Exception as error:
            self.error = error


_NUMBERS = itertools.count()
_UNDER_WAY: dict[int, _Task] = {}


class _Mail(QObject):
    """Brings the number of a task that was done to the thread it was made in."""

    arrived = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.arrived.connect(_deliver)


_MAIL: list[_Mail] = []  # one for the process, made with the first task


class _Job(QRunnable):
    def __init__(self, number: int, mail: _Mail) -> None:
        super().__init__()
        self._number, self._mail = number, mail

    def run(self) -> None:
        _UNDER_WAY[self._number].do()
        self._mail.arrived.emit(self._number)


def run(
    work: Callable[[], T],
    *,
    then: Callable[[T], object],
    failed: Callable[[Exception], object],
    owner: QObject,
    lane: Lane = "data",
    urgent: bool = False,
) -> None:
    """Do `work` away from the UI thread; give its result, or its error, back on it.

    `work` must not touch a widget. Nothing is given back once `owner` is gone. What is urgent
    (what somebody has typed) is done before whatever else waits in its lane.
    """
    if not _MAIL:
        _MAIL.append(_Mail())
        sys.setswitchinterval(TURN)
    number = next(_NUMBERS)
    _UNDER_WAY[number] = _Task(work, then, failed, owner)
    _LANES[lane].start(_Job(number, _MAIL[0]), 1 if urgent else 0)


def _deliver(number: int) -> None:
    task = _UNDER_WAY.pop(number)
    if not shiboken6.isValid(task.owner):
        log.debug("a result came too late for its window")
    elif task.error is None:
        task.then(task.result)
    else:
        task.failed(task.error)


def finish(milliseconds: int = 10_000) -> bool:
    """Wait for what is under way in every lane: before the store is closed."""
    return all(pool.waitForDone(milliseconds) for pool in _LANES.values())
