"""After a clash: for each answer that two people changed, whose stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.answers import Difference, compare, flat, nested
from app.forms import FORMS
from app.record import Answers, Record
from ui import look
from ui.desk import Desk
from ui.language import chosen, say, told

if TYPE_CHECKING:
    from local_db import OutboxItem


class SettleDialog(QDialog):
    """Mine and theirs side by side; what is chosen goes out as one new save on top of theirs."""

    settled = Signal(object)

    def __init__(self, desk: Desk, item: OutboxItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert item.theirs is not None, "only a clash brings theirs"
        self._desk, self._item, self._theirs = desk, item, item.theirs
        self.setWindowTitle(say("比较并选择", "Compare and choose"))
        self.resize(760, 520)
        self.choices: dict[str, QButtonGroup] = {}
        """By path: button 0 is mine, 1 is theirs."""
        self._mine: Answers = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        column.addWidget(look.label(item.title, "section", wrap=True))
        text = say(
            "下列各处，您和别人都修改过。请逐项选择保留哪一个；其余修改已自动合并。",
            "You and somebody else both changed these. Please choose for each which one stays; the "
            "other changes have been put together already.",
        )
        column.addWidget(look.label(text, "dim", wrap=True))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        column.addWidget(self._area, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        later = QPushButton(say("以后再说", "Later"))
        later.clicked.connect(self.reject)
        self.keep = QPushButton(say("保存选择", "Save the choice"))
        look.mark(self.keep, "primary")
        self.keep.setEnabled(False)
        self.keep.clicked.connect(self._settle)
        row.addWidget(later)
        row.addWidget(self.keep)
        column.addLayout(row)
        desk.read(lambda copy: copy.get(item.record_id), self._show, owner=self)

    def _show(self, mine: Record) -> None:
        self._mine = mine.answers
        form = FORMS[self._item.form]
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, look.SMALL, 0)
        clashing = set(self._item.clashes)
        for difference in compare(form, self._theirs.answers, mine.answers):
            if difference.path in clashing:
                column.addWidget(self._choice(difference))
        column.addStretch(1)
        self._area.setWidget(sheet)
        self._judge()

    def _choice(self, difference: Difference) -> QFrame:
        card = QFrame()
        look.mark(card, "card")
        column = QVBoxLayout(card)
        column.addWidget(look.label(told(difference.label), "strong", wrap=True))
        theirs, mine = difference.told(chosen())
        group = QButtonGroup(card)
        for number, (whose, text) in enumerate(
            ((say("我的", "Mine"), mine), (say("登记中心的", "The registry's"), theirs))
        ):
            row = QHBoxLayout()
            button = QRadioButton(whose)
            button.setMinimumWidth(110)
            group.addButton(button, number)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(look.label(text or say("（空）", "(empty)"), wrap=True), 1)
            column.addLayout(row)
        group.idToggled.connect(lambda *_: self._judge())
        self.choices[difference.path] = group
        return card

    def _judge(self) -> None:
        self.keep.setEnabled(all(group.checkedId() >= 0 for group in self.choices.values()))

    def chosen_answers(self) -> Answers:
        """My answers, with theirs where theirs was chosen."""
        standing, theirs = flat(self._mine), flat(self._theirs.answers)
        for path, group in self.choices.items():
            if group.checkedId() == 1:
                standing[path] = theirs.get(path)
        return nested(standing)

    def _settle(self) -> None:
        answers, record_id = self.chosen_answers(), self._item.record_id
        self.keep.setEnabled(False)
        role = self._desk.role_for(self._theirs, "save")
        self._desk.act(
            lambda copy: copy.settle(record_id, answers, role=role),
            ids=[record_id],
            then=self._done,
            owner=self,
        )

    def _done(self, record: object) -> None:
        self.settled.emit(record)
        self.accept()
