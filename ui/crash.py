"""What nobody expected: written to the log without anybody's data, and told once."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

from ui import problems

log = logging.getLogger("yanbei")
QUIET = ("This plugin does not support", "propagateSizeHints")
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashHook(QObject):
    """Leads every uncaught error, of whatever thread, to one report on the UI thread."""

    _caught = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._caught.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        qInstallMessageHandler(_on_qt_message)

    @staticmethod
    def uninstall() -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _on_error(
        self, kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.exit(130)
        self._caught.emit(error)

    def _on_thread_error(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._caught.emit(told.exc_value)

    @staticmethod
    def _report(error: Exception) -> None:
        problems.show(error)


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str | None) -> None:
    if text and not text.startswith(QUIET):
        logging.getLogger("qt").log(LEVELS.get(kind, logging.INFO), "%s", text)


def log_to(folder: Path) -> Path:
    """Write the log to a file that never grows large. It holds ids, states and counts only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "yanbei.log"
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return path


def faults_to(folder: Path) -> Path:
    """Where the system ends the program at once, the file keeps at which lines it was.

    Lines only, no values: nobody's data. What earlier ends left stays above.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "faults.log"
    faulthandler.enable(path.open("a", encoding="utf-8"))  # open for as long as the program runs
    return path
