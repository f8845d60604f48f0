"""The dialog for what a step asks: a reason, committees, members, a conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.answers import Problem, check_page, without_hidden
from app.forms import FORMS
from app.forms.committee import Seats
from app.forms.schema import Files, Form, Page, Rows
from app.forms.types import Choices, Text
from app.record import Answers, Record
from app.rules import Known
from app.workflows.table import Step
from ui import look
from ui.forms import editors  # noqa: F401 -- fills the table of editors
from ui.forms.checking import known_of, problems_of_step
from ui.forms.draft import Draft
from ui.forms.editing import Around
from ui.forms.page import PageView
from ui.forms.scrolling import scrolled
from ui.language import say, told

if TYPE_CHECKING:
    from ui.desk import Desk


def ask(desk: Desk, record: Record, step: Step, parent: QWidget | None = None) -> Answers | None:
    """Ask what a step needs to know; None if the person would rather not."""
    if step.asks is None:
        return {}
    dialog = AskDialog(desk, record, step, parent)
    done = dialog.exec() == QDialog.DialogCode.Accepted
    said = dialog.said() if done else None
    dialog.deleteLater()
    return said


class AskDialog(QDialog):
    """What a step asks, with the same editors as the form; its button is the step's verb."""

    def __init__(
        self, desk: Desk, record: Record, step: Step, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        assert step.asks is not None
        self._asks = step.asks
        self._form = Form(f"{record.form}.{step.command}", step.asks.title, step.asks.english,
                          version=1, pages=(step.asks,))  # fmt: skip
        self._known = record.answers
        before = {name: record.answers[name] for name in step.as_is if name in record.answers}
        self._record, self._command = record, step.command
        self._beyond = Known()
        """What is known beyond the record: the rules of the step speak once it has arrived."""
        self.draft = Draft(self._form, before, around=record.answers, parent=self)
        self.setWindowTitle(told(step.words))
        self._judged = False
        column = QVBoxLayout(self)
        column.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.WIDE)
        column.setSpacing(look.NORMAL)
        # A page that is called as its only question says nothing of what is done.
        is_bare = step.asks.words == step.asks.fields[0].words
        column.addWidget(look.label(told(step.words if is_bare else step.asks.words), "title"))
        named = FORMS[record.form].title_of(record.answers)
        if named:
            column.addWidget(look.label(named, "dim", wrap=True))
        for help_ in (f.help for f in step.asks.fields if f.help):
            column.addWidget(look.label(told(help_), "hint", wrap=True))
        self.page = PageView(step.asks.fields, Around(self.draft, desk, record))
        if any(isinstance(f.type, Seats) for f in step.asks.fields):
            self.setMinimumSize(880, 680)  # a list of people has columns
        column.addWidget(scrolled(self.page), 1)
        column.addLayout(self._make_buttons(step))
        self.draft.answered.connect(lambda _path: self._check())
        self.resize(640, _room(step.asks))
        self.page.beyond = lambda next_: self.cancel if next_ else self.verb
        self.page.go_to_first()
        desk.read(lambda copy: known_of(copy, record), self._on_known, owner=self)

    def _on_known(self, known: Known) -> None:
        self._beyond = known
        self._check()

    def _make_buttons(self, step: Step) -> QHBoxLayout:
        row = QHBoxLayout()
        self.sentence = look.label("", "block", wrap=True)
        row.addWidget(self.sentence, 1)
        self.cancel = QPushButton(say("取消", "Cancel"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self.verb = QPushButton(told(step.words))
        self.verb.setObjectName(f"verb:{step.command}")
        look.mark(self.verb, "danger" if step.danger else "primary")
        self.verb.setAutoDefault(False)
        self.verb.clicked.connect(self.accept)
        row.addWidget(self.cancel)
        row.addWidget(self.verb)
        return row

    def said(self) -> Answers:
        """What was answered; what is not asked under these answers is left out."""
        kept = without_hidden(self._form, self.draft.answers)
        return {name: value for name, value in kept.items() if value is not None}

    def problems(self) -> list[Problem]:
        missing = check_page(self._asks, self.draft.answers, self._known)
        told = {problem.path for problem in missing}
        said = problems_of_step(self._record, self._command, self.draft.answers, self._beyond)
        return missing + [problem for problem in said if problem.path not in told]

    def accept(self) -> None:
        """Close when nothing is missing; else say what, at its place."""
        self._judged = True
        if found := self._check():
            self.page.go_to(found[0].path.split("/"))
        else:
            super().accept()

    def _check(self) -> list[Problem]:
        every = self.problems()
        found = [p for p in every if p.level == "block"]
        self.page.judge(every, everything=self._judged)
        shown = self._judged and bool(found)
        self.sentence.setText(
            say(
                f"还有 {len(found)} 处需要填写或更正", f"{len(found)} answers to fill in or correct"
            )
            if shown
            else ""
        )
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter ends a line or picks from a list; Ctrl+Enter does the step.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.accept()
            return
        super().keyPressEvent(event)


def _room(page: Page) -> int:
    """How high a window shows these questions without scrolling, as far as one can say."""
    if any(isinstance(f.type, Rows | Files) or f.only for f in page.fields):
        return 560
    needed = 200 + 40 * sum(f.help is not None for f in page.fields)
    beside = sum(f.short for f in page.fields)
    for field in page.fields:
        lines = field.type.lines if isinstance(field.type, Text) else 1
        if isinstance(field.type, Choices):
            lines = len(field.type.options)
        needed += 0 if field.short else 46 + 24 * lines
    return min(560, needed + 86 * -(-beside // 2))
