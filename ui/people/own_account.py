"""账号与登录: where one is signed in, who came to the door, and the rule of passwords."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.words import Words
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import say, told
from ui.people.log_table import LogTable
from ui.questions import confirm

if TYPE_CHECKING:
    from sync.client import RegistryClient
    from sync.protocol import Desk as SignedInDesk
    from sync.protocol import Desks, DoorEvents, PasswordRule

T = TypeVar("T")
PAGE = 100
"""Events that the registry tells at once."""

EVENTS = {
    "in": Words("登录", "Signed in"),
    "wrong": Words("密码错误", "Wrong password"),
    "out": Words("退出", "Signed out"),
    "changed": Words("修改密码", "Password changed"),
    "reset": Words("管理员重置密码", "Password reset by an administrator"),
    "ended": Words("从别处结束登录", "Signed out from elsewhere"),
    "disabled": Words("账号停用", "Account disabled"),
    "enabled": Words("账号启用", "Account enabled"),
}


class AccountView(QWidget):
    """One's own account, as the registry knows it at this moment."""

    change_password_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("account")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.NORMAL)
        column.setSpacing(look.SMALL)
        column.addLayout(self._heading())
        column.addWidget(look.label(say("已登录的电脑", "Signed in at"), "section"))
        self._places = QVBoxLayout()
        self._places.setSpacing(look.TIGHT)
        column.addLayout(self._places)
        self.rule = RuleCard(self)
        self.rule.hide()
        column.addWidget(self.rule)
        column.addWidget(look.label(say("登录日志", "Sign-ins"), "section"))
        self.log = LogTable(
            say("登录日志", "Sign-ins"),
            (
                (say("时间", "When"), 150),
                (say("事件", "What"), 220),
                (say("电脑", "Computer"), 240),
                (say("网络地址", "Address"), 160),
            ),
        )
        self.log.more_wanted.connect(self._more)
        column.addWidget(self.log, 1)
        self.ends: list[QPushButton] = []
        self._cards: list[QFrame] = []
        self._last = ""
        self.refresh()

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(look.label(say("账号与登录", "Account"), "title"))
        row.addStretch(1)
        self.password = QPushButton(look.icon("key-round"), say("修改密码", "Change password"))
        self.password.clicked.connect(self.change_password_wanted)
        row.addWidget(self.password)
        self.again = QPushButton(look.icon("refresh-cw"), say("刷新", "Refresh"))
        self.again.clicked.connect(self.refresh)
        row.addWidget(self.again)
        return row

    # Asking the registry

    def ask(self, work: Callable[[RegistryClient], T], then: Callable[[T], object]) -> None:
        """Ask the registry off the UI thread; where it cannot be reached, say so in the page."""
        desk = self.desk

        def asked() -> T:
            with desk.reached() as client:
                return work(client)

        tasks.run(asked, then=then, failed=self._failed, owner=self, lane="network")

    def _failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.log.say(told(error.words))
        else:
            problems.show(error, self)

    def refresh(self) -> None:
        """Read everything again."""
        self.log.say(say("正在读取…", "Reading…"))
        self.ask(lambda client: (client.desks(), client.door_events()), self._show)
        if "authority" in self.desk.account.roles():
            own = UUID(self.desk.account.id.partition(":")[2])
            self.desk.read(
                lambda copy: str(copy.get(own).answers.get("level") or ""), self._on_level,
                failed=lambda _not_here_yet: None, owner=self,
            )  # fmt: skip

    def _on_level(self, level: str) -> None:
        if level == "national":
            self.ask(lambda client: client.password_rule(), self.rule.show_rule)

    def _show(self, found: tuple[Desks, DoorEvents]) -> None:
        desks, events = found
        self._show_desks(desks)
        self.log.clear()
        self._add(events)

    def _show_desks(self, desks: Desks) -> None:
        for card in self._cards:
            self._places.removeWidget(card)
            card.deleteLater()
        self.ends = []
        self._cards = [self._place(desk) for desk in desks.desks]
        for card in self._cards:
            self._places.addWidget(card)

    def _place(self, desk: SignedInDesk) -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.SMALL)
        name = desk.name or say("（未命名的电脑）", "(a computer without a name)")
        row.addWidget(look.label(name, "strong"))
        since, seen = moments.day(desk.began), moments.day(desk.seen)
        text = say(f"登录：{since}　最近使用：{seen}", f"Since {since}, last used {seen}")
        row.addWidget(look.label(text, "dim"))
        row.addStretch(1)
        if desk.is_this:
            row.addWidget(look.label(say("本机", "This computer"), "dim"))
        else:
            end = QPushButton(look.icon("log-out", "block"), say("结束登录", "Sign out there"))
            end.setObjectName(f"end:{desk.id}")
            end.clicked.connect(partial(self._end, desk.id, name))
            row.addWidget(end)
            self.ends.append(end)
        return card

    def _end(self, desk: str, name: str, *_clicked: object) -> None:
        confirm(
            say("结束登录", "Sign out"), name, self,
            lambda: self.ask(lambda client: client.end_desk(desk), lambda _none: self.refresh()),
        )  # fmt: skip

    def _more(self) -> None:
        last = self._last
        self.ask(lambda client: client.door_events(last), self._add)

    def _add(self, events: DoorEvents) -> None:
        found = events.events
        self._last = found[-1].id if found else self._last
        lines = [
            (
                moments.minute(event.at),
                told(EVENTS[event.event]) if event.event in EVENTS else event.event,
                event.desk_name,
                event.address,
            )
            for event in found
        ]
        self.log.add(lines, warned=[n for n, e in enumerate(found) if e.event == "wrong"])
        self.log.more.setVisible(len(found) >= PAGE)


class RuleCard(QFrame):
    """The rule for chosen passwords; only the national account may set it."""

    def __init__(self, view: AccountView) -> None:
        super().__init__()
        self._view = view
        look.mark(self, "card")
        column = QVBoxLayout(self)
        column.addWidget(look.label(say("密码规则", "Rule of passwords"), "section"))
        text = say(
            "适用于今后修改的密码。不能低于 6 到 14 位、两种字符；由国家级账号设置。",
            "For passwords chosen from now on. Never less than 6 to 14 characters of two kinds; "
            "the national account sets it.",
        )
        column.addWidget(look.label(text, "hint", wrap=True))
        form = QFormLayout()
        self.shortest, self.longest, self.kinds = QSpinBox(), QSpinBox(), QSpinBox()
        for box, low, high in (
            (self.shortest, 6, 64), (self.longest, 14, 64), (self.kinds, 2, 4),
        ):  # fmt: skip
            box.setRange(low, high)
            box.setFixedWidth(90)
        form.addRow(say("最短（位）", "Shortest"), self.shortest)
        form.addRow(say("最长（位）", "Longest"), self.longest)
        form.addRow(
            say("字符种类（数字、大写、小写、其他符号）", "Kinds (digits, capitals, small, signs)"),
            self.kinds,
        )
        column.addLayout(form)
        row = QHBoxLayout()
        self.keep = QPushButton(say("保存规则", "Keep the rule"))
        look.mark(self.keep, "primary")
        self.keep.clicked.connect(self._keep)
        row.addWidget(self.keep)
        self.sentence = look.label("", "dim", wrap=True)
        row.addWidget(self.sentence, 1)
        column.addLayout(row)

    def show_rule(self, rule: PasswordRule) -> None:
        self.shortest.setValue(rule.shortest)
        self.longest.setValue(rule.longest)
        self.kinds.setValue(rule.kinds)
        self.show()

    def _keep(self) -> None:
        from sync.protocol import PasswordRule

        asked = PasswordRule(
            shortest=self.shortest.value(), longest=self.longest.value(), kinds=self.kinds.value()
        )
        view = self._view

        def work() -> PasswordRule:
            with view.desk.reached() as client:
                return client.set_password_rule(asked)

        tasks.run(work, then=self._kept, failed=self._refused, owner=self, lane="network")

    def _kept(self, rule: PasswordRule) -> None:
        self.show_rule(rule)
        self.sentence.setText(say("已保存。", "Kept."))

    def _refused(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.sentence.setText(told(error.words))
        else:
            problems.show(error, self)
