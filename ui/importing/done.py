"""The last step: how many were imported, and what to do with those that were not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import look
from ui.language import say


class DonePage(QWidget):
    """What has come of it."""

    again = Signal()
    result_wanted = Signal()
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        page = QVBoxLayout(self)
        page.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        card = QFrame()
        look.mark(card, "card")
        card.setMaximumWidth(look.FORM_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(look.HUGE, look.HUGE, look.HUGE, look.HUGE)
        column.setSpacing(look.NORMAL)
        head = QHBoxLayout()
        self._picture = QLabel()
        self.title = QLabel()
        look.mark(self.title, "title")
        head.addWidget(self._picture)
        head.addWidget(self.title)
        head.addStretch(1)
        self.sent = QLabel()
        self.rest = QLabel()
        for label in (self.sent, self.rest):
            label.setWordWrap(True)
        look.mark(self.sent, "dim")
        column.addLayout(head)
        column.addWidget(self.sent)
        column.addWidget(self.rest)
        buttons = QHBoxLayout()
        buttons.setSpacing(look.SMALL)
        self.save = QPushButton(
            look.icon("download"), say("保存未导入的行…", "Save the other rows…")
        )
        self.mend = QPushButton(look.icon("pencil"), say("继续修改", "Mend them now"))
        self.more = QPushButton(look.icon("upload"), say("导入另一个文件", "Import another file"))
        self.save.clicked.connect(self.result_wanted)
        self.mend.clicked.connect(self.back)
        self.more.clicked.connect(self.again)
        for button in (self.save, self.mend, self.more):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addSpacing(look.SMALL)
        column.addLayout(buttons)
        page.addWidget(card)
        page.addStretch(1)

    def tell(self, imported: int, left: int, here_already: int) -> None:
        """Say what was imported and what was not."""
        self._picture.setPixmap(look.pixmap("circle-check", "done", 24))
        self.title.setText(say(f"已导入 {imported} 人", f"{imported} people imported"))
        self.sent.setText(
            say(
                "账号在同步后开通。登录名为手机号或邮箱，首次登录须完善信息并修改密码。",
                "Accounts open with the next sync. The login is the mobile number or e-mail; at "
                "the first sign-in people complete their data and change the password.",
            )
        )
        said = []
        if left:
            said.append(
                say(
                    f"{left} 行有错误，没有导入。可以现在修改，或保存为工作簿退回填表人。",
                    f"{left} rows have errors and were not imported. Mend them now, or save them "
                    "as a workbook for whoever filled them in.",
                )
            )
        if here_already:
            said.append(
                say(
                    f"{here_already} 人已在本机构，没有重复新建。",
                    f"{here_already} people are here already and were not made again.",
                )
            )
        self.rest.setText("\n".join(said))
        self.rest.setVisible(bool(said))
        look.mark(self.rest, "warn" if left else "dim")
        self.save.setVisible(left > 0)
        self.mend.setVisible(left > 0)
        (self.mend if left else self.more).setFocus()
