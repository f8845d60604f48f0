"""The hands of a person at a desk: they type, click, pick and wait, through the real widgets."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

W = TypeVar("W", bound=QObject)
PATIENCE = 40.0


class Stuck(Exception):
    """What a person waited for did not come."""


def wait(until: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Let the program run until something holds; give what it was."""
    end = time.monotonic() + seconds
    while True:
        QApplication.processEvents()
        found = until()
        if found:
            return found
        if time.monotonic() > end:
            raise Stuck(f"waited {seconds:.0f} s for: {what}; windows: {_windows()}")
        time.sleep(0.005)


def pause(seconds: float) -> None:
    """Let the program run for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def _windows() -> list[str]:
    return [
        f"{type(w).__name__}: {w.windowTitle()}"
        for w in QApplication.topLevelWidgets()
        if w.isVisible()
    ]


def click(button: QAbstractButton) -> None:
    wait(lambda: button.isEnabled() and button.isVisible(), f"the button “{button.text()}”")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def write(line: QLineEdit | QPlainTextEdit, text: str) -> None:
    """Type as an input method gives it: any characters, at once."""
    line.setFocus(Qt.FocusReason.OtherFocusReason)
    line.selectAll()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(line, event)


def named(root: QWidget, kind: type[W], name: str, what: str = "") -> W:
    """The widget of this object name, once it is there."""
    found: W = wait(lambda: root.findChild(kind, name), what or f"“{name}”")
    return found


def shown(kind: type[W], what: str) -> W:
    """The visible window of this kind, once it is there."""
    found: W = wait(
        lambda: next(
            (w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()),
            None,
        ),
        what,
    )
    return found


def picture(folder: Path, name: str, window: QWidget) -> None:
    """Leave a picture of a window."""
    pause(0.15)
    folder.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(folder / f"{name}.png"))


def double_click_row(table: Any, row: int) -> None:
    place = table.visualRect(table.model().index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
