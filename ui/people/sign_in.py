"""The window in which somebody signs in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError, Unreachable
from ui import language, look, problems, tasks
from ui.language import say, told
from ui.people.passwords import AskPassword, PasswordField
from ui.settings import Settings

if TYPE_CHECKING:  # the working copy and the exchange are loaded once the window stands
    from ui.people.accounts import Account, OldPasswordNeeded


class SignInWindow(QWidget):
    """Login, password, and under 设置 the registry's address. Works without a network, too."""

    signed_in = Signal(object, str)
    """(`Account`, the password typed: to renew the session with)"""
    language_chosen = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.setWindowTitle(say("登录", "Sign in"))
        self.setWindowIcon(look.icon("clipboard-check", "accent"))
        self.setMinimumSize(440, 460)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(self._card(), 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self.login.setFocus()

    def _card(self) -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        card.setFixedWidth(380)
        column = QVBoxLayout(card)
        column.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(say("研备", "Yanbei"), "title"))
        column.addWidget(
            look.label(
                say("医学研究登记备案工作台", "Registration and filing of medical research"), "dim"
            )
        )
        self.login, self.password = QLineEdit(), PasswordField(say("密码", "Password"))
        self.login.setMaxLength(200)
        self.login.setAccessibleName(say("账号", "Account"))
        for words, field, hint in (
            (
                say("账号", "Account"),
                self.login,
                say("手机号、邮箱，或机构名称", "Mobile, e-mail, or name of the institution"),
            ),
            (say("密码", "Password"), self.password, ""),
        ):
            label = look.label(words)
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field)
            if hint:
                column.addWidget(look.label(hint, "hint"))
        self.problem = look.label("", "block", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.hide()
        column.addWidget(self.progress)
        self.sign_in = QPushButton(say("登录", "Sign in"))
        look.mark(self.sign_in, "primary")
        self.sign_in.clicked.connect(self.submit)
        self.login.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self.submit)
        column.addWidget(self.sign_in)
        column.addLayout(self._foot())
        column.addWidget(self._settings())
        return card

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.more = QPushButton(look.icon("settings"), say("设置", "Settings"))
        look.mark(self.more, "flat")
        self.more.setCheckable(True)
        self.more.toggled.connect(self._show_more)
        row.addWidget(self.more)
        row.addStretch(1)
        other = "English" if language.chosen() == "zh" else "中文"
        self.other = QPushButton(other)
        self.other.setProperty("speaks_other", True)  # noqa: FBT003 -- Qt's signature
        look.mark(self.other, "flat")
        self.other.clicked.connect(
            lambda: self.language_chosen.emit("en" if language.chosen() == "zh" else "zh")
        )
        row.addWidget(self.other)
        return row

    def _settings(self) -> QWidget:
        self._more = QWidget()
        form = QFormLayout(self._more)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.address = QLineEdit(self.settings.address)
        self.address.setPlaceholderText("https://")
        self.address.editingFinished.connect(self._keep_address)
        form.addRow(say("登记中心地址", "Address of the registry"), self.address)
        self.zoom = QComboBox()
        for percent in (90, 100, 110, 125, 150):
            self.zoom.addItem(f"{percent} %", percent / 100)
        self.zoom.setCurrentIndex(max(0, self.zoom.findData(self.settings.zoom)))
        self.zoom.activated.connect(self._keep_zoom)
        form.addRow(say("字号", "Size of type"), self.zoom)
        form.addRow(look.label(say("数据文件夹", "Data folder"), "hint"))
        form.addRow(look.label(str(self.settings.folder), "hint", wrap=True))
        self._more.hide()
        return self._more

    def _show_more(self, on: bool) -> None:  # noqa: FBT001 -- a signal gives it
        self._more.setVisible(on)
        # The card has grown or shrunk: the window goes with it.
        self.setMinimumHeight(640 if on else 460)
        if not on:
            self.resize(self.width(), 460)

    def _keep_address(self) -> None:
        if self.address.text().strip() != self.settings.address:
            self.settings.address = self.address.text()

    def _keep_zoom(self) -> None:
        self.settings.zoom = self.zoom.currentData()

    # Signing in

    def submit(self) -> None:
        """Sign in with what was typed."""
        self._keep_address()
        login, password = self.login.text().strip(), self.password.text()
        if not login or not password:
            self._say(say("请填写账号和密码。", "Please type your account and password."))
            (self.login if not login else self.password).setFocus()
            return
        settings = self.settings

        def work() -> Account:
            from ui.people import accounts

            return accounts.sign_in(settings, login, password)

        self._go(work, login, password)

    def _go(self, work: Callable[[], Account], login: str, password: str) -> None:
        self._be_busy(on=True)
        tasks.run(
            work,
            then=lambda account: self._opened(account, password),
            failed=partial(self._failed, login, password),
            owner=self,
            # Not the data lane: the window of another account may be busy in it.
            lane="network",
        )

    def _opened(self, account: Account, password: str) -> None:
        self._be_busy(on=False)
        self.password.clear()
        self.signed_in.emit(account, password)

    def _failed(self, login: str, password: str, error: Exception) -> None:
        self._be_busy(on=False)
        from ui.people.accounts import FIRST_NEEDS_NETWORK, OldPasswordNeeded

        if isinstance(error, OldPasswordNeeded):
            self._ask_old(login, password, error)
        elif isinstance(error, Unreachable):  # elsewhere the sync bar tells it; here nothing would
            self._say(told(FIRST_NEEDS_NETWORK))
        elif isinstance(error, AppError):
            self._say(told(error.words))
            self.password.selectAll()
            self.password.setFocus()
        else:
            problems.show(error, self)

    def _ask_old(self, login: str, password: str, needed: OldPasswordNeeded) -> None:
        from ui.people import accounts

        dialog = AskPassword(
            self,
            text=say(
                "密码已在别处修改。请输入本机上一次使用的密码，打开本机的数据；以后使用新密码。",
                "The password was changed elsewhere. Please type the one last used on this "
                "computer to open the data here; from then on the new one is used.",
            ),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        settings = self.settings

        def given(old: str) -> None:
            dialog.accept()
            self._go(
                lambda: accounts.sign_in_with_old(settings, login, password, old, needed.session),
                login,
                password,
            )

        dialog.given.connect(given)
        dialog.open()

    def _be_busy(self, *, on: bool) -> None:
        self.progress.setVisible(on)
        for widget in (self.login, self.password, self.sign_in):
            widget.setEnabled(not on)
        if on:
            self._say("")

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
