"""The first sign-in: complete one's own data, then change the password."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError, NotFound, Unreachable
from app.record import Record
from ui import look, problems, tasks
from ui.desk import Desk
from ui.language import say, told
from ui.people import accounts
from ui.people.passwords import PasswordForm
from ui.records.steps import blocking
from ui.sync.words import time_left

if TYPE_CHECKING:
    from sync.engine import Report
    from ui.people.accounts import Account
    from ui.sync.exchange import Exchange, SyncState

FETCH, COMPLETE, PASSWORD = range(3)


class FirstSignIn(QWidget):
    """Three steps, each shown only while it is needed: fetch, complete, change the password."""

    finished = Signal(object)
    """The `Account` with its new password."""

    def __init__(self, desk: Desk, account: Account, exchange: Exchange | None = None) -> None:
        super().__init__()
        self.desk, self.account = desk, account
        self.setWindowTitle(say("首次登录", "First sign-in"))
        self.resize(1080, 760)
        self.own = UUID(desk.account.id.split(":", 1)[1])
        self._fetched = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top())
        self.stack = QStackedWidget()
        self.stack.addWidget(self._fetching())
        self._holder = QWidget()
        self._filing_place = QVBoxLayout(self._holder)
        self._filing_place.setContentsMargins(0, 0, 0, 0)
        self.filing: QWidget | None = None
        self.stack.addWidget(self._holder)
        self.stack.addWidget(self._password())
        column.addWidget(self.stack, 1)
        self._show(FETCH)
        if exchange is not None:
            exchange.told.connect(self._on_sync)
            self.again.clicked.connect(exchange.now)
            self.stop.clicked.connect(exchange.cancel)
        desk.changed.connect(self._on_changed)
        desk.synced.connect(self._on_synced)
        self.look_at_own()

    def _top(self) -> QFrame:
        top = QFrame()
        look.mark(top, "top")
        column = QVBoxLayout(top)
        column.setContentsMargins(look.HUGE, look.NORMAL, look.HUGE, look.NORMAL)
        column.addWidget(look.label(say("欢迎使用研备", "Welcome to Yanbei"), "title"))
        row = QHBoxLayout()
        row.setSpacing(look.HUGE)
        self._marks: list[tuple[QLabel, QLabel]] = []
        for text in (
            say("取得您的信息", "Fetch your data"),
            say("核对并完善信息", "Check and complete it"),
            say("修改初始密码", "Change the first password"),
        ):
            pair = QHBoxLayout()
            pair.setSpacing(look.TIGHT)
            mark, label = QLabel(), look.label(text)
            pair.addWidget(mark)
            pair.addWidget(label)
            row.addLayout(pair)
            self._marks.append((mark, label))
        row.addStretch(1)
        column.addLayout(row)
        return top

    def _fetching(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(320)
        self.sentence = look.label(say("正在取得您的信息…", "Fetching your data…"), wrap=True)
        self.stop = QPushButton(look.icon("x", "dim"), say("停止", "Stop"))
        self.stop.setObjectName("stop_fetching")
        self.stop.setToolTip(
            say(
                "停止取得。已取得的都保留，下次从停下处继续。",
                "Stop. What has arrived stays; the next time goes on from there.",
            )
        )
        self.stop.hide()
        self.again = QPushButton(say("重试", "Try again"))
        self.again.hide()
        for widget in (self.sentence, self.progress, self.stop, self.again):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _password(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        card = QFrame()
        look.mark(card, "card")
        card.setFixedWidth(460)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        inside.addWidget(look.label(say("修改初始密码", "Change the first password"), "section"))
        text = say(
            "初始密码别人可能知道。修改后，本机的数据也用新密码打开。",
            "Others may know the first password. The new one also opens the data here.",
        )
        inside.addWidget(look.label(text, "dim", wrap=True))
        self.form = PasswordForm()
        self.form.chosen.connect(self._change)
        account = self.account
        tasks.run(
            lambda: accounts.password_rule(account), then=self.form.show_rule,
            failed=self._failed, owner=self, lane="network",
        )  # fmt: skip
        inside.addWidget(self.form)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        column.addStretch(1)
        return page

    # The steps

    def _on_changed(self, _what: object) -> None:
        self.look_at_own()

    def look_at_own(self) -> None:
        """See whether one's own record is here, and whether something is missing in it."""
        if self.stack.currentIndex() == PASSWORD or self.filing is not None:
            return  # the page never jumps under somebody's hands: 完善信息 leads on
        own = self.own
        self.desk.read(lambda copy: copy.get(own), self._on_own, failed=self._no_own, owner=self)

    def _on_own(self, record: Record) -> None:
        steps = {step.command for step in self.desk.open_steps(record)}
        needs = record.state == "opened" or bool(blocking(record))
        if "complete" in steps and needs:
            self._complete(record)
        else:
            self._show(PASSWORD)

    def _no_own(self, error: Exception) -> None:
        if not isinstance(error, NotFound):
            problems.show(error, self)
        elif self._fetched:  # the registry has told everything, and this was not among it
            self._show(PASSWORD)

    def _on_completed(self, _record: object) -> None:
        self._show(PASSWORD)

    def _complete(self, record: Record) -> None:
        if self.filing is None:
            from ui.forms.filing import FilingView

            self._tell_registrar(record)
            view = FilingView(self.desk, record.id)
            view.performed.connect(self._on_completed)
            self.filing = view
            self._filing_place.addWidget(view)
        self._show(COMPLETE)

    def _tell_registrar(self, record: Record) -> None:
        """An institution checks what was chosen above, and can send it back for correction."""
        step = next((s for s in self.desk.open_steps(record) if s.command == "send_back"), None)
        if step is None:
            return
        bar = QFrame()
        look.mark(bar, "bar-note")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look.WIDE, look.TIGHT, look.WIDE, look.TIGHT)
        self.registrar = look.label(
            say("请核对由执业登记机关选定的内容。", "Please check."), wrap=True
        )
        row.addWidget(self.registrar, 1)
        self.send_back = QPushButton(look.icon("undo-2"), told(step.words))
        self.send_back.clicked.connect(lambda: self._send_back(record.id))
        row.addWidget(self.send_back)
        self._filing_place.insertWidget(0, bar)
        ref = str(record.answers.get("registrar") or "")
        self.desk.read(lambda copy: copy.card(ref), self._on_registrar, owner=self)

    def _on_registrar(self, card: dict[str, Any] | None) -> None:
        name = str((card or {}).get("name") or say("执业登记机关", "the registering authority"))
        self.registrar.setText(
            say(
                f"机构层级、名称、代码、类别、等级、区划由“{name}”（执业登记机关）选定，请核对；有误请反馈更正。",
                f"Level, name, code, kind, grade and division were chosen by “{name}”, the "
                "registering authority. Please check them, and ask for correction where wrong.",
            )
        )

    def _send_back(self, record_id: UUID) -> None:
        def asked(record: Record) -> None:
            from ui.forms.ask import ask

            step = next(s for s in self.desk.open_steps(record) if s.command == "send_back")
            said = ask(self.desk, record, step, self)
            if said is not None:
                self.desk.perform(
                    record_id, "send_back", said=said, then=self._on_completed, owner=self
                )

        self.desk.read(lambda copy: copy.get(record_id), asked, owner=self)

    def _on_synced(self, report: Report) -> None:
        self._fetched = not report.stopped  # else what was not told yet may still come
        self.look_at_own()

    def _on_sync(self, state: SyncState) -> None:
        rests = state.standing in ("offline", "stopped", "cancelled")
        self.again.setVisible(rests)
        self.again.setText(
            say("继续", "Go on") if state.standing == "cancelled" else say("重试", "Try again")
        )
        self.progress.setVisible(not rests)
        self.stop.setVisible(state.standing == "running")
        of = state.of if state.stage == "news" else 0
        self.progress.setRange(0, of)  # how far, or only that something moves
        self.progress.setValue(min(state.through, of))
        if sentence := _fetching(state, of):
            self.sentence.setText(sentence)

    def _show(self, step: int) -> None:
        self.stack.setCurrentIndex(step)
        for number, (mark, text) in enumerate(self._marks):
            done = number < step
            mark.setPixmap(
                look.pixmap("circle-check" if done else "chevron-right", "done" if done else "dim")
            )
            look.mark(text, "strong" if number == step else "dim")

    def _change(self, old: str, new: str) -> None:
        account = self.account
        tasks.run(
            lambda: accounts.change_password(account, old, new),
            then=self.finished.emit,
            failed=partial(self._failed),
            owner=self,
            lane="network",
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Unreachable):
            self.form.say_problem(
                say(
                    "连接不上登记中心，密码没有修改。请检查网络后再试。",
                    "The registry cannot be reached; nothing was changed. Please try again.",
                )
            )
        elif isinstance(error, AppError):
            self.form.say_problem(told(error.words))
        else:
            self.form.say_problem("")
            problems.show(error, self)


def _fetching(state: SyncState, of: int) -> str:
    """What is going on while one's data come, or nothing new."""
    match state.standing:
        case "offline" | "stopped":
            return told(state.error.words) if state.error else say("未完成。", "Not done.")
        case "cancelling":
            return say("正在停止…", "Stopping…")
        case "cancelled":
            return say(
                "已停止。已取得的都保留，继续时从停下处接着取。",
                "Stopped. What has arrived stays; it goes on from there.",
            )
        case "running":
            count = f" {state.through}" if state.through else ""
            count += f"/{of}" if of > state.through else ""
            left = time_left(state.seconds) if of > state.through else ""
            return say("正在取得您的信息…", "Fetching your data…") + count + left
    return ""
