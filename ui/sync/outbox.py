"""待发送: every change that the registry has not confirmed, why, and the way out."""

from __future__ import annotations

from collections.abc import Callable
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
from ui.questions import question
from ui.sync.packages import PackageButton
from ui.sync.settle import SettleDialog

STUCK = ("refused", "clash")
MOST = 200
"""Changes shown at once: an import may have queued thousands, and these stand first."""
TOP = Qt.AlignmentFlag.AlignTop


class OutboxView(QWidget):
    """The outbox of this desk; empty when everything has arrived."""

    opened = Signal(object, str)
    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("outbox")
        self.items: list[OutboxItem] = []
        self._shown: list[tuple[object, ...]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.SMALL)
        column.setSpacing(look.SMALL)
        head = QHBoxLayout()
        head.addWidget(look.label(say("待发送", "Outbox"), "title"))
        head.addStretch(1)
        self.retry = QPushButton(look.icon("refresh-cw", "on_accent"), say("立即同步", "Sync now"))
        look.mark(self.retry, "primary")
        self.retry.clicked.connect(desk.ask_sync)
        self.packages = PackageButton(desk)
        head.addWidget(self.packages)
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
        shown = [_face(item) for item in items]
        if shown == self._shown:
            return  # a button that somebody is about to press stays where it is
        self._shown = shown
        place = self._area.verticalScrollBar().value()
        self._area.setWidget(self._sheet(items))
        self._area.verticalScrollBar().setValue(place)

    def _sheet(self, items: list[OutboxItem]) -> QWidget:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, look.SMALL, look.SMALL, 0)
        column.setSpacing(look.SMALL)
        if not items:
            column.addWidget(look.label(say("全部已发送。", "Everything has been sent."), "dim"))
        stuck = {item.record_id for item in items if item.state in STUCK}
        urgent = sorted(items, key=lambda i: i.state not in STUCK)
        for item in urgent[:MOST]:
            column.addWidget(OutboxCard(self, item, is_behind=item.record_id in stuck))
        if (more := len(items) - MOST) > 0:
            text = say(f"另有 {more} 项等待发送。", f"{more} more wait to be sent.")
            column.addWidget(look.label(text, "dim"))
        column.addStretch(1)
        return sheet

    # -- what can be done ----------------------------------------------------

    def try_again(self, item: OutboxItem) -> None:
        """Send at once; what was refused goes as if it were new."""
        if item.state != "refused":
            self.desk.ask_sync()
            return
        self.desk.act(
            lambda copy: copy.send_again(item.change_id),
            ids=[item.record_id],
            then=lambda _none: self.desk.ask_sync(),
            owner=self,
        )

    def export(self, item: OutboxItem) -> None:
        """An offline package of what waits of this record alone."""
        self.packages.make_one(item)

    def take_back(self, item: OutboxItem) -> None:
        """Take a change back, after asking; it stays in the recycle list for 30 days."""
        verb = say("撤回", "Take back")
        box = question(self._what_taking_back_means(item), verb, self, danger=True)
        box.accepted.connect(lambda: self._retract(item.change_id))
        box.open()

    def _what_taking_back_means(self, item: OutboxItem) -> str:
        thing = f"{told(item.label)} · {item.title or say('（未命名）', '(untitled)')}"
        same = [i.change_id for i in self.items if i.record_id == item.record_id]
        later = len(same) - same.index(item.change_id) - 1 if item.change_id in same else 0
        lines = [
            say(f"撤回“{thing}”？", f"Take back “{thing}”?"),
            say(
                "记录回到这一步之前的样子，可以再修改、再提交。",
                "The record goes back to how it was before, to be changed and submitted again.",
            ),
        ]
        if later:
            lines.append(
                say(
                    f"这条记录后面的 {later} 项也一起撤回。",
                    f"Later steps of this record ({later}) are taken back with it.",
                )
            )
        lines.append(
            say(
                "撤回的内容在回收站保留 30 天，可以恢复。",
                "What is taken back stays in the recycle list for 30 days and can be restored.",
            )
        )
        return "\n".join(lines)

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
    """One change: what, when, how it stands, what was answered last, and what can be done."""

    def __init__(self, view: OutboxView, item: OutboxItem, *, is_behind: bool = False) -> None:
        super().__init__()
        look.mark(self, "card")
        self.setObjectName(f"change:{item.change_id}")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.SMALL)
        row.setSpacing(look.SMALL)
        icon, tint, state, sentence = standing(item, is_behind=is_behind)
        picture = QLabel()
        picture.setPixmap(look.pixmap(icon, tint))
        row.addWidget(picture, 0, TOP)
        text = QVBoxLayout()
        text.setSpacing(2)
        title = item.title or say("（未命名）", "(untitled)")
        text.addWidget(look.label(f"{told(item.label)} · {title}", "strong", wrap=True))
        self.standing = look.label(
            state + say("：", ": ") + sentence,
            tint if tint in ("block", "warn") else "dim",
            wrap=True,
        )
        text.addWidget(self.standing)
        foot = QHBoxLayout()  # below: beside the longest title there is no room for four verbs
        foot.setSpacing(look.SMALL)
        foot.addWidget(look.label(_facts(item), "hint", wrap=True), 1)
        self.buttons: dict[str, QPushButton] = {}
        self._offer(foot, view, item)
        text.addLayout(foot)
        row.addLayout(text, 1)

    def _offer(self, row: QHBoxLayout, view: OutboxView, item: OutboxItem) -> None:
        if item.state == "clash":
            words = say("比较并选择", "Compare and choose")
            self._button(row, "settle", words, lambda: view.settle(item))
        else:
            words = say("重试", "Try again")
            self._button(row, "retry", words, lambda: view.try_again(item))
        self._button(
            row, "open", say("打开", "Open"), lambda: view.opened.emit(item.record_id, "record")
        )
        self._button(
            row, "export", say("导出此项", "Export this one"), lambda: view.export(item),
            why_not=say("请先比较并选择。", "Please compare and choose first.")
            if item.state == "clash" else "",
        )  # fmt: skip
        self._button(
            row, "retract", say("撤回", "Take back"), lambda: view.take_back(item),
            why_not=say(
                "已经发出，登记中心可能已收到，得到答复前不能撤回。",
                "It is on its way and the registry may have it; it can be taken back once the "
                "registry has answered.",
            )
            if item.state == "sent" else "",
        )  # fmt: skip

    def _button(
        self,
        row: QHBoxLayout,
        name: str,
        text: str,
        then: Callable[[], object],
        *,
        why_not: str = "",
    ) -> None:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setEnabled(not why_not)
        button.setToolTip(why_not)
        button.clicked.connect(lambda _on: then())
        self.buttons[name] = button
        row.addWidget(button)


def _face(item: OutboxItem) -> tuple[object, ...]:
    """What is seen of a change."""
    said = item.error.words if item.error else None
    return item.change_id, item.state, item.title, item.attempts, said, item.clashes


def _facts(item: OutboxItem) -> str:
    form = FORMS.get(item.form)
    facts = [told(form.words) if form else item.form, moments.day(item.made_at)]
    if item.attempts > 1:
        facts.append(say(f"已尝试 {item.attempts} 次", f"tried {item.attempts} times"))
    return "  ".join(filter(None, facts))


def standing(item: OutboxItem, *, is_behind: bool = False) -> tuple[str, look.ColourRole, str, str]:
    """(icon, colour, state, what was answered last or what comes next) for one change.

    `is_behind`: another change of the record must be looked at first.
    """
    said = told(item.error.words) if item.error else ""
    match item.state:
        case "refused":
            return "circle-alert", "block", say("未被接受", "Not accepted"), said
        case "clash":
            return "triangle-alert", "warn", say("与他人修改冲突", "Clash"), _clash(item)
        case "sent":
            again = say("登记中心答复：", "the registry said: ") + said if said else ""
            waits = say(
                "还没有收到登记中心的答复，会自动再试。",
                "no answer yet; it is tried again by itself.",
            )
            return "cloud", "note", say("已发出", "Sent"), again or waits
        case _:
            return "clock", "dim", say("待发送", "To send"), _waits(said, is_behind=is_behind)


def _clash(item: OutboxItem) -> str:
    count = len(item.clashes)
    names = "、".join(dict.fromkeys(by.name for by in item.by.values() if by.name))
    return say(
        f"{names or '别人'}先修改了其中 {count} 处，请比较后选择。",
        f"{names.replace('、', ', ') or 'somebody else'} changed {count} of these first; please "
        "compare and choose.",
    )


def _waits(said: str, *, is_behind: bool) -> str:
    if is_behind:
        return say(
            "同一记录有需要处理的项目，处理后自动发送。",
            "something else of this record needs you first; then it is sent by itself.",
        )
    if said:
        return say("将再次发送。上次的答复：", "it will be sent again. Last answer: ") + said
    return say("联网后自动发送。", "sent as soon as there is a network.")
