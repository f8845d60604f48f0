"""Questions in a window of their own: they scroll where there is no room, and never sideways."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ui import look


def scrolled(page: QWidget) -> QScrollArea:
    """The page at the top of an area that scrolls; the bar does not lie on the fields."""
    sheet = QWidget()
    inside = QVBoxLayout(sheet)
    inside.setContentsMargins(0, 0, look.SMALL, 0)
    inside.addWidget(page)
    inside.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(sheet)
    return area
