"""Buttons side by side that do without their words where there is no room for them."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ui import look


class ButtonRow(QWidget):
    """The first button keeps its word; the others fall back to icon and tooltip."""

    def __init__(self, end: QWidget) -> None:
        super().__init__()
        self._words: dict[QPushButton, str] = {}
        self._end = end
        self._fitted: tuple[int, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.TIGHT)
        self._row.addStretch(1)
        self._row.addWidget(end)

    def add(self, button: QPushButton) -> None:
        """Put a button after those that are there."""
        if not button.toolTip():
            button.setToolTip(button.text())
        self._row.insertWidget(len(self._words), button)
        self._words[button] = button.text()

    def fit(self) -> None:
        """Look again at the room, once other buttons are shown."""
        shown = [button for button in self._words if not button.isHidden()]
        fitted = (self.width(), self._end.sizeHint().width(), *map(id, shown))
        if fitted == self._fitted:
            return
        self._fitted = fitted
        for button in shown:
            button.setText(self._words[button])
        wide = sum(button.sizeHint().width() + look.TIGHT for button in shown)
        if wide + self._end.sizeHint().width() > self.width():
            for button in shown[1:]:
                button.setText("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
