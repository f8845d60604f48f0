"""The keys of a filing; they work wherever in it the cursor stands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.forms.filing import FilingView


def add_keys(view: FilingView) -> None:
    """Save, undo, find, help, problems, pages."""
    standard = QKeySequence.StandardKey
    keys: tuple[tuple[QKeySequence.StandardKey | str, Callable[[], object]], ...] = (
        (standard.Save, view.save), (standard.Undo, view.undo), (standard.Redo, view.redo),
        (standard.Find, view.search), (standard.HelpContents, view.toggle_help),
        ("F8", partial(view.step_problem, 1)), ("Shift+F8", partial(view.step_problem, -1)),
        ("Ctrl+PgDown", partial(view.step_page, 1)), ("Ctrl+PgUp", partial(view.step_page, -1)),
    )  # fmt: skip
    for key, act in keys:
        shortcut = QShortcut(QKeySequence(key), view)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
