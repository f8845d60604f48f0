"""The top bar: the program, the institution, the active role, what waits, and whose desk it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton

from ui import language, look, shortcuts
from ui.desk import Desk
from ui.language import say, told
from ui.locking import MINUTES
from ui.records.states import role_words
from ui.settings import SCHEMES, ZOOMS, Settings


class TopBar(QFrame):
    """Role and office are always visible: most mistakes are made in the wrong role."""

    role_chosen = Signal(str)
    to_do_wanted = Signal()
    change_password_wanted = Signal()
    language_chosen = Signal(str)
    sign_out_wanted = Signal()
    lock_wanted = Signal()
    zoom_chosen = Signal(float)
    scheme_chosen = Signal(str)
    lock_minutes_chosen = Signal(int)

    def __init__(self, desk: Desk, settings: Settings | None = None) -> None:
        super().__init__()
        self._desk, self._settings = desk, settings
        look.mark(self, "top")
        self.setFixedHeight(look.TOP_BAR + 8)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.WIDE, 0, look.WIDE, 0)
        row.setSpacing(look.NORMAL)
        row.addWidget(look.label(say("研备", "Yanbei"), "brand"))
        self.office = look.label("", "dim")
        row.addWidget(self.office)
        row.addStretch(1)
        self.role = self._menu_button(say("切换角色", "Switch the role"))
        row.addWidget(self.role)
        self.bell = QPushButton(look.icon("bell"), "")
        look.mark(self.bell, "flat")
        self.bell.setToolTip(say("待办", "To do"))
        self.bell.setAccessibleName(say("待办", "To do"))
        self.bell.clicked.connect(self.to_do_wanted)
        row.addWidget(self.bell)
        self.name = self._menu_button(say("账号", "Account"))
        look.mark(self.name, "flat")
        row.addWidget(self.name)
        self.show_who()
        self.show_to_do(0)

    @staticmethod
    def _menu_button(name: str) -> QToolButton:
        button = QToolButton()
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setMenu(QMenu(button))
        return button

    def show_who(self) -> None:
        """Show the account and its active role."""
        who = self._desk.account
        self.office.setText(who.office_name)
        self.name.setText(who.name)
        self.role.setText(say("角色：", "Role: ") + told(role_words(self._desk.role)))
        self._fill_roles()
        self._fill_name()

    def show_to_do(self, count: int) -> None:
        self.bell.setText(str(count) if count else "")

    def _fill_roles(self) -> None:
        menu = self.role.menu()
        menu.clear()
        group = QActionGroup(menu)
        for role in self._desk.roles():
            action = menu.addAction(told(role_words(role)))
            action.setCheckable(True)
            action.setChecked(role == self._desk.role)
            action.triggered.connect(lambda _on=False, r=role: self.role_chosen.emit(r))
            group.addAction(action)

    def _fill_name(self) -> None:
        menu = self.name.menu()
        menu.clear()
        menu.addAction(
            look.icon("key-round"), say("修改密码", "Change password"),
            self.change_password_wanted.emit,
        )  # fmt: skip
        other, word = ("en", "English") if language.chosen() == "zh" else ("zh", "中文")
        menu.addAction(word, lambda: self.language_chosen.emit(other))
        if self._settings is not None:
            self._fill_settings(menu, self._settings)
        menu.addSeparator()
        lock = menu.addAction(look.icon("key-round"), say("锁定", "Lock"), self.lock_wanted.emit)
        lock.setText(f"{lock.text()}\t{shortcuts.key('lock').text()}")
        menu.addAction(look.icon("log-out"), say("退出", "Sign out"), self.sign_out_wanted.emit)

    def _fill_settings(self, menu: QMenu, settings: Settings) -> None:
        zooms = {f"{round(zoom * 100)} %": zoom for zoom in ZOOMS}
        self._choices(menu, say("界面大小", "Size"), zooms, settings.zoom, self.zoom_chosen.emit)
        schemes = dict(
            zip(
                (say("跟随系统", "As the system"), say("浅色", "Light"), say("深色", "Dark")),
                SCHEMES,
                strict=True,
            )
        )
        self._choices(
            menu, say("外观", "Colours"), schemes, settings.scheme, self.scheme_chosen.emit
        )
        minutes = {
            say(f"{n} 分钟", f"{n} minutes") if n else say("不自动锁定", "Never"): n
            for n in MINUTES
        }
        self._choices(
            menu, say("无操作时锁定", "Lock when idle"), minutes, settings.lock_minutes,
            self.lock_minutes_chosen.emit,
        )  # fmt: skip

    @staticmethod
    def _choices(
        menu: QMenu, word: str, choices: dict[str, Any], now: Any, then: Callable[[Any], object]
    ) -> None:
        inner = menu.addMenu(word)
        group = QActionGroup(inner)
        for text, value in choices.items():
            action = inner.addAction(text)
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(lambda _on=False, v=value: then(v))
            group.addAction(action)

    def show_settings(self) -> None:
        """Tick what is set now."""
        self._fill_name()
