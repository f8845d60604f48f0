"""查看完整号码: shown only once the registry has noted who looks, and why."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.answers import summarise
from app.errors import Unreachable
from app.forms import FORMS
from app.record import Record
from local_db import OutboxItem
from ui import look
from ui.desk import Desk
from ui.language import chosen, say, told
from ui.names import title_of


class RevealDialog(QDialog):
    """Waits until the look is in the audit log, then shows what lists and pages mask."""

    def __init__(self, desk: Desk, record: Record, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.record = desk, record
        self.setWindowTitle(say("完整号码", "Full numbers"))
        self.setMinimumWidth(440)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(title_of(record), "title"))
        self.sentence = look.label(
            say(
                "正在登记本次查看。登记中心确认后显示；没有网络时请稍后再看。",
                "This look is being noted. The numbers are shown once the registry has it; "
                "without a network, please come back later.",
            ),
            "dim",
            wrap=True,
        )
        column.addWidget(self.sentence)
        self._form = QFormLayout()
        column.addLayout(self._form)
        row = QHBoxLayout()
        row.addStretch(1)
        self.shut = QPushButton(say("关闭", "Close"))
        self.shut.clicked.connect(self.accept)
        row.addWidget(self.shut)
        column.addLayout(row)
        self.numbers: dict[str, str] = {}
        desk.synced.connect(self._on_synced)
        desk.sync_now()
        self._look()

    def _on_synced(self, _report: object) -> None:
        self._look()

    def _look(self) -> None:
        if not self.numbers:
            self.desk.read(lambda copy: copy.outbox(), self._noted, owner=self)

    def _noted(self, outbox: list[OutboxItem]) -> None:
        mine = [i for i in outbox if i.record_id == self.record.id and i.command == "reveal"]
        refused = next((item.error for item in mine if item.error is not None), None)
        if refused is not None and not isinstance(refused, Unreachable):
            self.sentence.setText(told(refused.words))
        if mine or self.numbers:
            return
        lines = [
            line
            for section in summarise(FORMS[self.record.form], self.record.answers, chosen())
            for line in section.lines
            if line.field.private and line.text
        ]
        self.numbers = {line.field.id: line.text for line in lines}
        self.sentence.setText(
            say(
                "本次查看已写入审计日志，本人也能看到。",
                "This look is in the audit log, and the person sees it.",
            )
        )
        for line in lines:
            number = look.label(line.text, "strong")
            number.setObjectName(f"number:{line.field.id}")
            number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(told(line.label), number)


def follow(desk: Desk, window: QWidget) -> None:
    """Show the full numbers of a person whenever that step is taken on this desk."""
    desk.acted.connect(partial(_acted, desk, window))


def _acted(desk: Desk, window: QWidget, record: Record, command: str, _said: object) -> None:
    if command == "reveal":
        RevealDialog(desk, record, window).open()
