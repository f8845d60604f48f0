"""The desk locks itself when nobody has touched it for a while; the password opens it again."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QWindow
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from ui import look
from ui.language import say
from ui.people.passwords import PasswordQuestion

LOOK_EVERY = 5_000
"""Milliseconds between two looks at how long nobody has touched anything."""
MINUTES = (0, 5, 10, 15, 30, 60)
"""What can be chosen; 0: never."""
TOUCHES = frozenset(
    (
        QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove,
        QEvent.Type.Wheel, QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
    )
)  # fmt: skip
"""What a window of the system is told when somebody touches it."""


class Idle(QObject):
    """Tells once when nobody has touched the program for so many minutes.

    It listens to the system's windows, not to every widget: a filter in Python on every event of
    the program would be felt at each keystroke.
    """

    passed = Signal()

    def __init__(
        self,
        app: QApplication,
        parent: QObject | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock, self._touched = clock, clock()
        self.minutes = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)
        app.focusWindowChanged.connect(self._on_window)
        # An input method takes the keys for itself: of Chinese that is typed, the cursor tells.
        app.inputMethod().cursorRectangleChanged.connect(self.touch)

    def watch(self, minutes: int) -> None:
        """Begin to count; 0 counts no more."""
        self.minutes = minutes
        self.touch()
        if minutes:
            self._timer.start()
        else:
            self._timer.stop()

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self._clock()

    def look(self) -> None:
        """Tell if the time has passed."""
        if self.minutes and self._clock() - self._touched >= self.minutes * 60:
            self._timer.stop()
            self.passed.emit()

    def _on_window(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)
            self.touch()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in TOUCHES:
            self.touch()
        return False


class _Cover(QFrame):
    """Hides what a window shows, whatever its size."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        look.mark(self, "cover")
        self.setAutoFillBackground(True)
        window.installEventFilter(self)
        self._fit()
        self.show()
        self.raise_()

    def _fit(self) -> None:
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False


class LockWindow(PasswordQuestion):
    """Asks for the password; every other window is covered and takes no input meanwhile."""

    sign_out_wanted = Signal()

    def __init__(self, who: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, say("解锁", "Unlock"))
        self.setWindowTitle(say("已锁定", "Locked"))
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setMinimumWidth(400)
        self._open = False
        self.column.addWidget(look.label(say("已锁定", "Locked"), "title"))
        self.column.addWidget(look.label(who, "section", wrap=True))
        why = say(
            "输入密码继续。打开的内容都在，同步照常进行。",
            "Type the password to go on. Everything open is kept; the exchange goes on.",
        )
        self.column.addWidget(look.label(why, "dim", wrap=True))
        self.go.setIcon(look.icon("key-round", "on_accent"))
        row = QHBoxLayout()
        leave = QPushButton(look.icon("log-out"), say("退出登录", "Sign out"))
        leave.setAutoDefault(False)
        leave.clicked.connect(self.sign_out_wanted)
        row.addWidget(leave)
        row.addStretch(1)
        self.end_with(row)
        self._covers = [_Cover(window) for window in _windows() if window is not self]
        self.password.setFocus()

    def open_up(self) -> None:
        """The password was right: give everything back as it was."""
        self._open = True
        for cover in self._covers:
            cover.hide()
            cover.deleteLater()
        self._covers = []
        self.accept()

    def reject(self) -> None:
        """Esc does not open what is locked."""

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._open:
            event.accept()
        else:
            event.ignore()


def _windows() -> list[QWidget]:
    """The windows that can be seen; menus that are open are closed first."""
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
        if QApplication.activePopupWidget() is popup:
            break
    return [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.isWindow()]
