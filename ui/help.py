"""帮助: the keys of the program, and what to do when something does not go on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.words import Words
from ui import look, shortcuts
from ui.language import say, told

TOPICS: tuple[tuple[Words, Words], ...] = (
    (
        Words("没有网络怎么办？", "What if there is no network?"),
        Words(
            "照常工作。填报、审查都保存在本机，联网后自动发送；窗口底部显示还有几项待发送。",
            "Go on working. Filings and reviews are kept here and sent once there is a network; "
            "the bottom of the window says how many wait.",
        ),
    ),
    (
        Words("找不到“提交”按钮？", "Where is the “Submit” button?"),
        Words(
            "只有项目负责人可以提交。请在右上角切换为“项目负责人”；授权人填报后请通知项目负责人提交。",
            "Only the principal investigator may submit. Switch the role at the top right; a "
            "delegate fills in, then asks the investigator to submit.",
        ),
    ),
    (
        Words("在哪里看审核进度和编号？", "Where are the progress and the number?"),
        Words(
            "打开研究，看“审核进度”；备案完成后编号显示在列表的第一列。",
            "Open the study and look at “Progress”; once filed, its number is in the first column.",
        ),
    ),
    (
        Words("“n 项需处理”是什么？", "What does “n need you” mean?"),
        Words(
            "登记中心没有接受，或别人先改了同一处。点开“待发送”，那里写明原因和办法；您写的内容不会丢失。",
            "The registry did not accept it, or somebody else changed the same first. The outbox "
            "says why and what to do; nothing that you wrote is lost.",
        ),
    ),
    (
        Words("忘记密码？", "Forgot the password?"),
        Words(
            "个人账号请找本机构管理员重置，机构账号请找执业登记机关重置。",
            "Personal accounts are reset by the institution's administrator, an institution's "
            "by the authority that registers them.",
        ),
    ),
)  # fmt: skip


class HelpView(QScrollArea):
    """Questions that were asked, and every key."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("help")
        self.setWidgetResizable(True)
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(say("帮助", "Help"), "title"))
        card = QFrame()
        look.mark(card, "card")
        card.setMaximumWidth(look.FORM_WIDTH)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.NORMAL)
        inside.setSpacing(look.TIGHT)
        for question, answer in TOPICS:
            inside.addWidget(look.label(told(question), "strong", wrap=True))
            inside.addWidget(look.label(told(answer), "dim", wrap=True))
            inside.addSpacing(look.SMALL)
        column.addWidget(card)
        column.addWidget(look.label(say("快捷键", "Keys"), "section"))
        column.addWidget(self._keys())
        column.addStretch(1)
        self.setWidget(sheet)

    @staticmethod
    def _keys() -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        card.setMaximumWidth(look.FORM_WIDTH)
        grid = QGridLayout(card)
        grid.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.NORMAL)
        grid.setHorizontalSpacing(look.HUGE)
        grid.setColumnStretch(2, 1)
        for row, key in enumerate(shortcuts.KEYS):
            grid.addWidget(look.label(key.text(), "strong"), row, 0)
            grid.addWidget(look.label(told(key.where), "dim"), row, 1)
            grid.addWidget(
                look.label(told(key.words), wrap=True), row, 2, Qt.AlignmentFlag.AlignTop
            )
        return card
