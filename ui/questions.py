"""Asking before something is done: a verb and 取消, never 确定."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ui import look
from ui.language import say


def question(text: str, verb: str, parent: QWidget, *, danger: bool = False) -> QMessageBox:
    """A box with a verb and 取消; Esc is 取消. The caller opens it."""
    box = QMessageBox(parent)
    box.setWindowTitle(say("研备", "Yanbei"))
    box.setIcon(QMessageBox.Icon.Warning if danger else QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    yes = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
    look.mark(yes, "danger" if danger else "primary")
    no = box.addButton(say("取消", "Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no if danger else yes)
    box.setEscapeButton(no)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def confirm(verb: str, thing: str, parent: QWidget, then: Callable[[], object]) -> None:
    """Ask before what cannot be undone, with the verb and the thing named."""
    text = say(f"{verb}“{thing}”？", f"{verb} “{thing}”?")
    box = question(text, verb, parent, danger=True)
    box.accepted.connect(then)
    box.open()
