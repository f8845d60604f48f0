"""Python's collector of cycles, kept to the UI thread.

By itself it runs in whichever thread happens to make the next object. Found in a lane, a window
that nobody needs any more would be destroyed there, and the program with it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QObject, QTimer

EVERY = 1000  # ms


_HELD: list[object] = []


@contextmanager
def held() -> Iterator[None]:
    """Collect nothing meanwhile: millions of fresh objects in a lane would be looked through here.

    For work that ends within minutes and makes few cycles, such as reading a long workbook. What
    it leaves is not looked through afterwards either: it goes once nobody holds it.
    """
    mark = object()
    _HELD.append(mark)
    try:
        yield
    finally:
        _HELD.remove(mark)
        gc.freeze()


class Collector(QObject):
    """Collects by Python's thresholds, at most once a second, in the thread it was made in."""

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(EVERY)

    def collect(self) -> None:
        """Collect the oldest generation that is due, if any."""
        if _HELD:
            return
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
                gc.collect(generation)
                return


def keep_to_this_thread(app: QCoreApplication) -> None:
    """Once for each process; again does nothing."""
    if app.findChild(Collector) is None:
        Collector(app)
