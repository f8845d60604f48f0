"""Keys that work wherever in a view the cursor stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

Keys: TypeAlias = Sequence[tuple[QKeySequence.StandardKey | str, Callable[[], object]]]


def add_keys(view: QWidget, keys: Keys) -> None:
    """Bind each key to what it does, in the view and in everything inside it."""
    for key, act in keys:
        shortcut = QShortcut(QKeySequence(key), view)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
