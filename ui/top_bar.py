"""The top bar: the program, the institution, the active role, what waits, and whose desk it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton

from ui import language, look
from ui.desk import Desk
from ui.language import say, told
from ui.records.states import role_words


class TopBar(QFrame):
    """Role and office are always visible: most mistakes are made in the wrong role."""

    role_chosen = Signal(str)
    to_do_wanted = Signal()
    change_password_wanted = Signal()
    language_chosen = Signal(str)
    sign_out_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
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
        menu.addSeparator()
        menu.addAction(look.icon("log-out"), say("退出", "Sign out"), self.sign_out_wanted.emit)
