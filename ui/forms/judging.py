"""What is missing or wrong in a filing: judged anew while a person types, beside their typing."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.answers import Problem
from app.record import Answers
from app.rules import Known
from ui import problems, tasks
from ui.forms.checking import problems_of
from ui.forms.draft import Draft

RECHECK = 300


class Judging(QTimer):
    """The problems of one draft, as of the answers judged last."""

    judged = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.draft: Draft | None = None
        self.known = Known()
        """What the rules know beyond the answers."""
        self.problems: list[Problem] = []
        self.setSingleShot(True)
        self.setInterval(RECHECK)
        self.timeout.connect(self._beside)

    def soon(self) -> None:
        """Judge within a moment of the first change, also while somebody types on."""
        if not self.isActive():
            self.start()

    def now(self) -> None:
        """Judge at once: somebody waits for what is said."""
        if self.draft is not None:
            self.problems = problems_of(self.draft.form, self.draft.answers, self.known)
            self.judged.emit()

    def learn(self, known: Known) -> None:
        """Somebody was picked, attached or mended since: the rules ask again."""
        if known != self.known:
            self.known = known
            self.start()

    def _beside(self) -> None:
        """Judge while the person types on: a long form takes longer than a letter."""
        if self.draft is None:
            return
        form, answers, known = self.draft.form, self.draft.answers, self.known
        tasks.run(
            lambda: problems_of(form, answers, known),
            then=lambda found: self._on_judged(found, answers),
            failed=partial(problems.show, parent=self._view),
            owner=self._view,
            lane="work",
        )

    def _on_judged(self, found: list[Problem], answers: Answers) -> None:
        self.problems = found
        self.judged.emit()
        if self.draft is not None and self.draft.answers is not answers:
            self.soon()
