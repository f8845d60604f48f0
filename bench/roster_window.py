"""The import screen with a long workbook: how long the window stands still, and that cancel works.

A timer beats every 10 ms in the thread of the window; the longest time between two beats is how
long nothing could be clicked. What the window itself worked in that time is told beside it: the
rest is waiting for a core that others have.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.invented import HOSPITAL
from bench.measure import answer, asked, line, peak, tell_plain
from bench.roster import KEY, write

SELF = "bench.roster_window"
BEAT = 10
"""Milliseconds."""


class Heart:
    """Beats in the thread of the window."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._beat)
        self.last = time.perf_counter()
        self.longest = self.own = 0.0
        self.worked = time.thread_time()
        self.timer.start(BEAT)

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self.last)
        self.own = max(self.own, worked - self.worked)
        self.last, self.worked = now, worked

    def through(self, app: Any, until: Callable[[], bool], most: float = 300) -> list[float]:
        """Seconds until it holds; the longest standstill on the way; the window's own share."""
        self.longest, self.own, self.last = 0.0, 0.0, time.perf_counter()
        self.worked = time.thread_time()
        began = self.last
        while not until():
            app.processEvents()
            time.sleep(0.001)
            if time.perf_counter() - began > most:
                raise TimeoutError
        app.processEvents()
        self._beat()
        return [time.perf_counter() - began, self.longest, self.own]


def _run(path: Path, rows: int) -> dict[str, Any]:
    import pypinyin  # noqa: F401 -- the program has loaded it since somebody signed in
    from PySide6.QtWidgets import QApplication

    from local_db import Query, WorkingCopy
    from ui import garbage, look, tasks
    from ui.desk import Desk
    from ui.importing.view import ImportView

    app = QApplication(sys.argv[:1])
    garbage.keep_to_this_thread(app)
    look.apply(app)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = WorkingCopy(Path(folder) / "desk", KEY)
        copy.remember(
            SimpleNamespace(
                token="t", principal=HOSPITAL.to_wire(), login="h", must_change_password=False,
                feeds=(), epoch="1", now="2026-11-21T00:00:00+00:00",
            )
        )  # fmt: skip
        view = ImportView(Desk(copy), row_limit=rows)
        view.resize(1280, 760)
        view.show()
        heart = Heart()
        heart.through(app, lambda: time.perf_counter() - heart.last > 0 and view.isVisible())
        began = time.perf_counter()
        found["idle"] = heart.through(app, lambda: time.perf_counter() - began > 2)
        view.open(path)
        found["open"] = heart.through(app, lambda: view.pages.currentWidget() is view.mending)
        heard: list[object] = []
        view.checking.learned.connect(heard.append)
        found["not asked"] = heart.through(app, lambda: bool(heard))
        model = view.mending.model
        assert model is not None
        model.setData(model.index(7, 3), "主任医师")
        found["edit"] = heart.through(app, lambda: len(heard) > 1)
        found |= _cancelled(view, copy, heart, app, rows)
        view.take(view.mending.to_import())
        found["import"] = heart.through(app, lambda: view.pages.currentWidget() is view.done)
        began = time.perf_counter()
        found["after"] = heart.through(app, lambda: time.perf_counter() - began > 4)
        found["taken"] = copy.count(Query("person"))
        view.done.more.click()
        view.open(path)
        heart.through(app, lambda: view.choosing.progress.maximum() > 0)
        view.choosing.stop.click()
        found["cancel reading"] = heart.through(app, view.choosing.choose_button.isEnabled)
        tasks.finish()
        found["peak"] = peak()
        copy.close()
    return found


def _cancelled(view: Any, copy: Any, heart: Heart, app: Any, rows: int) -> dict[str, Any]:
    """Cancel while the first and while the last people are written; nobody may stay."""
    from local_db import Query

    found: dict[str, Any] = {"left": 0}
    progress = view.mending.progress
    for tenths in (1, 9):
        view.take(view.mending.to_import())
        enough = rows * tenths // 10
        found[f"{tenths} tenths written"] = heart.through(
            app, lambda enough=enough: progress.value() > enough
        )
        view.mending.stop.click()
        ended = heart.through(app, lambda: not progress.isVisible())
        found[f"cancel after {tenths} tenths"] = ended
        found["left"] += copy.count(Query("person"))
        assert view.pages.currentWidget() is view.mending, "the import was made nevertheless"
    return found


def main(*, quick: bool = False) -> None:
    for rows in (2_000,) if quick else (2_000, 20_000):
        line(f"The import screen with {rows:,} rows")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "people.xlsx"
            write(path, rows)
            found = asked(SELF, "run", path, rows)
        for what, told in found.items():
            if isinstance(told, list):
                tell_plain(
                    f"import screen, {rows:,} rows: {what}",
                    f"{told[0]:.2f} s, longest standstill {told[1] * 1000:.0f} ms",
                    f"of the window's own work {told[2] * 1000:.0f} ms",
                )
        tell_plain(
            f"import screen, {rows:,} rows: people after cancel, and after the import",
            f"{found['left']}, {found['taken']:,}", f"peak {found['peak']:.0f} MB",
        )  # fmt: skip


if __name__ == "__main__":
    answer(_run(Path(sys.argv[2]), int(sys.argv[3])))
