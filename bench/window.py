"""From the start of the process to the first painted window, beside a window with one label."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from bench.measure import ROOT, Sample, beside, line, tell, tell_plain

FLOOR = """
import time; began = time.perf_counter()
import sys
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
window.setCentralWidget(QLabel("研备"))
window.show()
"""

OURS = """
import time; began = time.perf_counter()
import sys, tempfile
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ui.start import Application
folder = tempfile.TemporaryDirectory()
app = QApplication(sys.argv)
program = Application("http://127.0.0.1:9", Path(folder.name))
window = program.show()
"""

EXPOSED = """
while not window.windowHandle().isExposed():
    app.processEvents()
app.processEvents()
print(time.perf_counter() - began, flush=True)
import os; os._exit(0)
"""

HEAVY = (
    "alembic",
    "openpyxl",
    "reportlab",
    "requests",
    "pypinyin",
    "lxml",
    "sqlalchemy",
    "pydantic",
    "pypdfium2",
    "xlsxwriter",
    "cryptography",
    "argon2",
    "keyring",
    "chinese_calendar",
    "stdnum",
)
LOADED = (
    OURS
    + f"""
print(*(name for name in {HEAVY!r} if name in sys.modules), flush=True)
import os; os._exit(0)
"""
)


def _started(program: str) -> tuple[float, str]:
    """Seconds from starting the process until it says something, and what it says."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        return time.perf_counter() - began, said.strip()


def main(*, quick: bool = False) -> None:
    times = 5 if quick else 15
    line("Start of the program to its first window (offscreen, warm disk cache)")
    inside: dict[str, list[float]] = {"ours": [], "floor": []}

    def run(name: str, program: str) -> Callable[[], float]:
        def once() -> float:
            seconds, said = _started(program)
            inside[name].append(float(said))
            return seconds

        return once

    ours, floor = run("ours", OURS + EXPOSED), run("floor", FLOOR + EXPOSED)
    ours(), floor()
    inside["ours"].clear(), inside["floor"].clear()
    mine, label = beside({"sign-in window": ours, "window with a label": floor}, times)
    tell("process start → sign-in window painted", mine, label)
    tell(
        "the same inside the process",
        Sample("sign-in window", tuple(inside["ours"])),
        Sample("window with a label", tuple(inside["floor"])),
    )
    tell_plain("heavy libraries loaded before the first window", _started(LOADED)[1] or "none")


if __name__ == "__main__":
    main()
