"""待发送: every change that the registry has not confirmed, why, and the way out."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.forms import FORMS
from local_db import OutboxItem
from ui import look, moments
from ui.desk import Desk
from ui.language import say, told
from ui.questions import confirm
from ui.sync.packages import PackageButton
from ui.sync.settle import SettleDialog


class OutboxView(QWidget):
    """The outbox of this desk; empty when everything has arrived."""

    opened = Signal(object, str)
    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("outbox")
        self.items: list[OutboxItem] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.SMALL)
        column.setSpacing(look.SMALL)
        head = QHBoxLayout()
        head.addWidget(look.label(say("待发送", "Outbox"), "title"))
        head.addStretch(1)
        self.retry = QPushButton(look.icon("refresh-cw", "on_accent"), say("立即同步", "Sync now"))
        look.mark(self.retry, "primary")
        self.retry.clicked.connect(desk.sync_now)
        head.addWidget(PackageButton(desk))
        head.addWidget(self.retry)
        column.addLayout(head)
        hint = say(
            "您做的每一步先保存在本机，联网后自动发送。",
            "Everything you do is kept here first, and sent as soon as there is a network.",
        )
        column.addWidget(look.label(hint, "hint"))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        column.addWidget(self._area, 1)
        desk.changed.connect(self._on_changed)
        desk.synced.connect(self._on_changed)
        self.refresh()

    def _on_changed(self, _what: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        self.desk.read(lambda copy: copy.outbox(), self._show, owner=self)

    def _show(self, items: list[OutboxItem]) -> None:
        self.items = items
        self.counted.emit(len(items))
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, look.SMALL, 0, 0)
        column.setSpacing(look.SMALL)
        if not items:
            column.addWidget(look.label(say("全部已发送。", "Everything has been sent."), "dim"))
        urgent = sorted(items, key=lambda i: i.state not in ("refused", "clash"))
        for item in urgent:
            column.addWidget(OutboxCard(self, item))
        column.addStretch(1)
        self._area.setWidget(sheet)

    def take_back(self, item: OutboxItem) -> None:
        """Take a change back, after asking; it stays in the recycle list for 30 days."""
        thing = f"{told(item.label)} · {item.title or say('（未命名）', '(untitled)')}"
        confirm(say("撤回", "Take back"), thing, self, lambda: self._retract(item.change_id))

    def settle(self, item: OutboxItem) -> None:
        """Choose field by field between what is here and what the registry has."""
        if item.theirs is not None:
            dialog = SettleDialog(self.desk, item, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _retract(self, change_id: UUID) -> None:
        ids = [i.record_id for i in self.items if i.change_id == change_id]
        self.desk.act(lambda copy: copy.retract(change_id), ids=ids, owner=self)


class OutboxCard(QFrame):
    """One change: what, when, how it stands, and what can be done."""

    def __init__(self, view: OutboxView, item: OutboxItem) -> None:
        super().__init__()
        look.mark(self, "card")
        self.setObjectName(f"change:{item.change_id}")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.SMALL)
        row.setSpacing(look.NORMAL)
        icon, tint, sentence = standing(item)
        picture = QLabel()
        picture.setPixmap(look.pixmap(icon, tint))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(2)
        form = FORMS.get(item.form)
        kind = told(form.words) if form else item.form
        title = item.title or say("（未命名）", "(untitled)")
        text.addWidget(look.label(f"{told(item.label)} · {title}", "strong", wrap=True))
        facts = [kind, moments.day(item.made_at)]
        if item.attempts > 1:
            facts.append(say(f"已尝试 {item.attempts} 次", f"tried {item.attempts} times"))
        text.addWidget(look.label("  ".join(filter(None, facts)), "hint"))
        self.standing = look.label(
            sentence, tint if tint in ("block", "warn") else "dim", wrap=True
        )
        text.addWidget(self.standing)
        row.addLayout(text, 1)
        self.buttons: dict[str, QPushButton] = {}
        if item.state == "clash":
            self._button(row, "settle", say("比较并选择", "Compare and choose"))
            self.buttons["settle"].clicked.connect(lambda: view.settle(item))
        if item.state == "waiting":
            self._button(row, "retry", say("重试", "Try again"))
            self.buttons["retry"].clicked.connect(view.desk.sync_now)
        self._button(row, "open", say("打开", "Open"))
        self.buttons["open"].clicked.connect(lambda: view.opened.emit(item.record_id, "record"))
        if item.state != "sent":
            self._button(row, "retract", say("撤回", "Take back"))
            self.buttons["retract"].clicked.connect(lambda: view.take_back(item))

    def _button(self, row: QHBoxLayout, name: str, text: str) -> None:
        button = QPushButton(text)
        button.setObjectName(name)
        self.buttons[name] = button
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)


def standing(item: OutboxItem) -> tuple[str, look.ColourRole, str]:
    """(icon, colour, sentence) for one change."""
    match item.state:
        case "refused":
            said = told(item.error.words) if item.error else ""
            return "circle-alert", "block", say("登记中心没有接受：", "Not accepted: ") + said
        case "clash":
            count = len(item.clashes)
            return (
                "triangle-alert",
                "warn",
                say(
                    f"别人先修改了其中 {count} 处，请比较后选择。",
                    f"Somebody else changed {count} of these first; please compare and choose.",
                ),
            )
        case "sent":
            return "cloud", "note", say("已发出，等待确认。", "Sent; waiting to be confirmed.")
        case _:
            return "clock", "dim", say("等待发送。", "Waits to be sent.")
