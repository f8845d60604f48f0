"""The foot of a filing: pages back and forth, whether it is saved, 检查, the open steps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from app.workflows.table import State, Step
from ui import look
from ui.language import say, told


class Footer(QFrame):
    """上一步 · 下一步 — 已保存 14:02:31 — 检查 · 提交."""

    wanted = Signal(object)
    """The step whose button was pressed."""

    def __init__(self) -> None:
        super().__init__()
        look.mark(self, "bottom")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.SMALL)
        row.setSpacing(look.SMALL)
        self.previous = QPushButton(look.icon("chevron-left"), say("上一步", "Back"))
        self.previous.setToolTip("Ctrl+PgUp")
        self.next = QPushButton(look.icon("chevron-right"), say("下一步", "Next"))
        self.next.setToolTip("Ctrl+PgDn")
        row.addWidget(self.previous)
        row.addWidget(self.next)
        self.sentence = look.label("", "hint", wrap=True)
        self.sentence.setObjectName("saved")
        row.addWidget(self.sentence, 1)
        self.why = look.label("", "hint", wrap=True)
        self.why.setMaximumWidth(460)  # two lines at most, also at 900 pixels
        self.why.hide()
        row.addWidget(self.why, 3)
        self.check = QPushButton(look.icon("list-checks"), say("检查", "Check"))
        row.addWidget(self.check)
        self._row = row
        self.buttons: dict[str, QPushButton] = {}

    def tell(self, sentence: str, kind: str) -> None:
        self.sentence.setText(sentence)
        look.mark(self.sentence, kind)

    def tell_reading(self, state: State) -> None:
        """It stands in a state in which this person does not write it."""
        self.tell(say(f"{state.zh}，只能查看", f"{state.en}: for reading only"), "hint")

    def tell_place(self, place: int, count: int) -> None:
        self.previous.setVisible(count > 1)
        self.next.setVisible(count > 1)
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place < count - 1)

    def show_steps(self, steps: Sequence[Step], barred: tuple[Step, str] | None) -> None:
        """Buttons for these steps; one that is somebody else's is greyed and says why."""
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        usual = [step for step in steps if not step.danger]
        # What the page was filled in for; where nothing asks for a whole one, the last step.
        main = next((s for s in usual if "complete" in s.needs), usual[-1] if usual else None)
        for step in steps:
            self.buttons[step.command] = self._button(step, is_main=step is main)
        self.why.setVisible(barred is not None)
        if barred is not None:
            step, why = barred
            button = self._button(step, is_main=True)
            button.setEnabled(False)
            button.setToolTip(why)
            self.why.setText(why)
            self.buttons[step.command] = button

    def _button(self, step: Step, *, is_main: bool) -> QPushButton:
        button = QPushButton(told(step.words))
        button.setObjectName(f"step:{step.command}")
        look.mark(button, "danger" if step.danger else "primary" if is_main else "")
        button.clicked.connect(partial(self._on_clicked, step))
        self._row.addWidget(button)
        return button

    def _on_clicked(self, step: Step, *_clicked: object) -> None:
        self.wanted.emit(step)

    def set_busy(self, *, busy: bool) -> None:
        """Nothing can be pressed twice while a step is under way."""
        for button in self.buttons.values():
            button.setDisabled(busy)
