"""撤销导入: an import taken back as a whole, after a question, or left as it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.errors import Unreachable
from ui import questions, tasks
from ui.desk import Desk
from ui.importing import doing
from ui.importing.imports import Import
from ui.language import say


class TakingBack(QObject):
    """Asks, then takes back in the lane of the network; one at a time."""

    begun = Signal()
    undone = Signal(object)
    """The import, now undone."""
    failed = Signal(object)
    """Why it was left as it is."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._window = desk, parent

    def ask(self, wanted: Import) -> None:
        """Ask first."""
        n = len(wanted.rows)
        text = say(
            f"撤销“{wanted.file}”的导入？{n} 行将全部收回：新建的账号删除，更新和移入申请恢复原状。"
            "只要有一人已登录，就一行也不撤销。",
            f"Undo the import of “{wanted.file}”? All {n} rows are taken back: new accounts are "
            "deleted, updates and moves undone. If one person has signed in, nothing is.",
        )
        verb = say("撤销导入", "Undo the import")
        box = questions.question(text, verb, self._window, danger=True)
        box.accepted.connect(lambda: self.undo(wanted))
        box.open()

    def undo(self, wanted: Import) -> None:
        """Take it back as a whole, or leave it as it is and say why."""
        copy, desk, role = self._desk.copy, self._desk, self._desk.role
        self.begun.emit()

        def work() -> Import:
            try:
                with desk.reached() as client:
                    return doing.undo(copy, client, wanted, role=role)
            except Unreachable:
                return doing.undo(copy, None, wanted, role=role)

        tasks.run(work, then=self.undone.emit, failed=self.failed.emit, owner=self, lane="network")
