"""Leaving a filing whose last save has failed: 保存, 不保存 or 取消."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ui import look
from ui.forms.saving import Saving
from ui.language import say


def may_leave(parent: QWidget, saving: Saving) -> bool:
    """Ask; Esc is 取消, and 取消 really stays. 保存 leaves only once it is saved."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(say("研备", "Yanbei"))
    box.setText(say("刚才的修改没有保存成功。", "The last changes could not be saved."))
    again = box.addButton(say("保存", "Save"), QMessageBox.ButtonRole.AcceptRole)
    drop = box.addButton(say("不保存", "Don't save"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(say("取消", "Cancel"), QMessageBox.ButtonRole.RejectRole)
    look.mark(again, "primary")
    box.setEscapeButton(stay)
    box.setDefaultButton(again)
    box.exec()
    if box.clickedButton() is drop:
        saving.stopped = True
        return True
    return box.clickedButton() is again and saved_now(saving)


def saved_now(saving: Saving) -> bool:
    """Try once more and wait for the outcome."""
    outcome: list[bool] = []
    loop = QEventLoop()

    def end(*, well: bool) -> None:
        outcome.append(well)
        loop.quit()

    saving.saved.connect(lambda _record: end(well=True))
    saving.failed.connect(lambda _error: end(well=False))
    saving.now()
    if not outcome:
        loop.exec()
    return outcome[0]
