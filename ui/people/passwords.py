"""Choosing a password: the rule shown live, and the form in which it is typed."""

from __future__ import annotations

import string
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.words import Words
from ui import look
from ui.language import say, told

KINDS = {
    2: Words(
        "数字、大写字母、小写字母至少两种", "at least two of digits, capitals and small letters"
    ),
    3: Words("数字、大写字母和小写字母都有", "digits, capitals and small letters, all of them"),
    4: Words("数字、大写字母、小写字母和其他符号都有",
             "digits, capitals, small letters and another sign, all of them"),
}  # fmt: skip
SAME = Words("两次输入一致", "both entries are the same")
OTHER = Words("与原密码不同", "different from the old one")


@dataclass(frozen=True)
class Rule:
    """What the registry asks of a chosen password; by itself the rule of seed 000."""

    shortest: int = 6
    longest: int = 14
    kinds: int = 2

    def keeps_length(self, password: str) -> bool:
        is_typed = all(letter.isascii() and letter.isprintable() for letter in password)
        return is_typed and " " not in password and self.shortest <= len(password) <= self.longest

    def has_kinds(self, password: str) -> bool:
        kinds = [string.digits, string.ascii_uppercase, string.ascii_lowercase]
        if self.kinds > len(kinds):
            kinds.append(string.punctuation)
        return sum(any(letter in kind for letter in password) for kind in kinds) >= self.kinds

    def words(self) -> tuple[Words, Words]:
        length = Words("{low} 到 {high} 个字符，不含空格", "{low} to {high} characters, no spaces")
        return length.fill(low=self.shortest, high=self.longest), KINDS[self.kinds]


class PasswordField(QLineEdit):
    """A line for a password, with an eye to show it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAccessibleName(name)
        self.setMaxLength(200)
        self.eye = self.addAction(look.icon("eye"), QLineEdit.ActionPosition.TrailingPosition)
        self.eye.setToolTip(say("显示密码", "Show the password"))
        self.eye.setCheckable(True)
        self.eye.toggled.connect(self._show)

    def _show(self, on: bool) -> None:  # noqa: FBT001 -- a signal gives it
        modes = QLineEdit.EchoMode
        self.setEchoMode(modes.Normal if on else modes.Password)
        self.eye.setToolTip(
            say("隐藏密码", "Hide the password") if on else say("显示密码", "Show the password")
        )


class Trouble(QLabel):
    """Why something did not happen, in the colour of a refusal; nothing while all is well."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        look.mark(self, "block")
        self.hide()

    def tell(self, text: str) -> None:
        """Say this; an empty text takes back what was said."""
        self.setText(text)
        self.setVisible(bool(text))


class PasswordForm(QWidget):
    """Old password, new password twice, and the rule with a tick for each part that holds."""

    chosen = Signal(str, str)
    """(old, new), once 修改密码 is pressed and the rule holds."""

    def __init__(self, *, asks_old: bool = True) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.NORMAL)
        form = QFormLayout()
        form.setSpacing(look.SMALL)
        self.old = PasswordField(say("原密码", "Old password"))
        self.new = PasswordField(say("新密码", "New password"))
        self.again = PasswordField(say("再次输入新密码", "New password again"))
        if asks_old:
            form.addRow(say("原密码", "Old password"), self.old)
        form.addRow(say("新密码", "New password"), self.new)
        form.addRow(say("再次输入新密码", "New password again"), self.again)
        column.addLayout(form)
        self._asks_old = asks_old
        self._marks: list[tuple[QLabel, QLabel]] = []
        self.rule = Rule()
        for _words in (*self.rule.words(), SAME, OTHER):
            row = QHBoxLayout()
            row.setSpacing(look.TIGHT)
            mark, text = QLabel(), look.label(told(_words), "hint")
            row.addWidget(mark)
            row.addWidget(text, 1)
            self._marks.append((mark, text))
            column.addLayout(row)
        self.problem = Trouble()
        column.addWidget(self.problem)
        self.change = QPushButton(say("修改密码", "Change password"))
        look.mark(self.change, "primary")
        self.change.clicked.connect(self._on_change)
        column.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        for field in (self.old, self.new, self.again):
            field.textChanged.connect(lambda _text: self._judge())
            field.returnPressed.connect(self._on_change)
        self._judge()

    def held(self) -> tuple[bool, bool, bool, bool]:
        """Which parts of the rule hold: length, kinds, both the same, not the old one."""
        new = self.new.text()
        return (
            self.rule.keeps_length(new),
            self.rule.has_kinds(new),
            bool(new) and new == self.again.text(),
            bool(new) and (new != self.old.text() or not self._asks_old),
        )

    def show_rule(self, rule: Rule) -> None:
        """Judge by the rule that holds in the registry now."""
        self.rule = rule
        for (_mark, text), words in zip(self._marks, rule.words(), strict=False):
            text.setText(told(words))
        self._judge()

    def say_problem(self, text: str) -> None:
        """Show why the change did not happen, and let it be tried again."""
        self.problem.tell(text)
        self.setEnabled(True)

    def _judge(self) -> None:
        for (mark, _text), holds in zip(self._marks, self.held(), strict=True):
            mark.setPixmap(look.pixmap("check" if holds else "x", "done" if holds else "faint"))
            mark.setAccessibleName(
                say("符合", "holds") if holds else say("不符合", "does not hold")
            )
        self.change.setEnabled(all(self.held()) and (bool(self.old.text()) or not self._asks_old))

    def _on_change(self) -> None:
        if self.change.isEnabled():
            self.say_problem("")
            self.setEnabled(False)
            self.chosen.emit(self.old.text(), self.new.text())


class PasswordDialog(QDialog):
    """修改密码, from the menu of one's name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("修改密码", "Change password"))
        self.setMinimumWidth(420)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        self.form = PasswordForm()
        column.addWidget(self.form)


class PasswordQuestion(QDialog):
    """A password in a window of its own, asked again until it is right."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None, verb: str) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.WIDE)
        self.column.setSpacing(look.NORMAL)
        self.password = PasswordField(say("密码", "Password"))
        self.problem = Trouble()
        self.go = QPushButton(verb)
        look.mark(self.go, "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)

    def end_with(self, row: QHBoxLayout) -> None:
        """Put the line of the password, and below it this row and the button, at the end."""
        self.column.addWidget(self.password)
        self.column.addWidget(self.problem)
        row.addWidget(self.go)
        self.column.addLayout(row)

    def say_problem(self, text: str) -> None:
        """Show why it was not taken, and let it be typed again."""
        self.problem.tell(text)
        self.go.setEnabled(True)
        self.password.selectAll()
        self.password.setFocus()

    def _on_go(self) -> None:
        if self.password.text():
            self.go.setEnabled(False)
            self.given.emit(self.password.text())


class AskPassword(PasswordQuestion):
    """Asks for the password once more: the session has ended, what was written stays."""

    def __init__(self, parent: QWidget | None = None, *, text: str = "") -> None:
        super().__init__(parent, say("登录", "Sign in"))
        self.setWindowTitle(say("重新登录", "Sign in again"))
        self.setMinimumWidth(380)
        why = text or say(
            "登录已过期，请重新输入密码。已写的内容都在，登录后继续发送。",
            "The session has ended; please type your password again. Everything written is kept "
            "and will be sent.",
        )
        self.column.addWidget(look.label(why, wrap=True))
        row = QHBoxLayout()
        row.addStretch(1)
        later = QPushButton(say("以后再说", "Later"))
        later.clicked.connect(self.reject)
        row.addWidget(later)
        self.end_with(row)
