"""What stands where a list would while it is empty: a picture, a sentence, what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ui import look

PICTURE = 40


class EmptyPage(QWidget):
    """`hint` says how something comes here; `button` leads there, where there is a way."""

    def __init__(self, icon: str, said: str = "", hint: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.addStretch(2)
        picture = QLabel()
        picture.setPixmap(look.pixmap(icon, "faint", PICTURE))
        self.said, self.hint = look.label(said, "section"), look.label(hint, "dim")
        if not hint:
            self.hint.hide()
        self.button = QPushButton()
        self.button.hide()
        for widget in (picture, self.said, self.hint, self.button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
