"""Taking a step from the foot of a filing: save, check, ask, perform."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.answers import Problem
from app.errors import Invalid, NotAllowed
from app.record import Answers, Record
from app.words import counted
from app.workflows import WORKFLOWS
from app.workflows.table import Step
from ui import problems
from ui.desk import Desk
from ui.forms.footer import Footer
from ui.forms.saving import Saving
from ui.language import say, told


class Written(Protocol):
    """What a step needs of the wizard in which its answers are typed."""

    record: Record | None
    saving: Saving | None
    footer: Footer

    @property
    def record_id(self) -> UUID: ...
    @property
    def problems(self) -> list[Problem]: ...
    @property
    def is_read_only(self) -> bool: ...
    @property
    def draft_is_changed(self) -> bool: ...
    def check(self) -> None: ...
    def step_problem(self, by: int) -> None: ...


class Taking(QObject):
    """The steps of one filing, one at a time; nothing is done before what was typed is saved."""

    performed = Signal(object)
    """The record after the step."""

    def __init__(self, view: Written, window: QWidget, desk: Desk) -> None:
        """`window`: the wizard again, as the parent of the dialogs."""
        super().__init__(window)
        self._view, self._window, self._desk = view, window, desk
        self.is_under_way = False

    def barred(self) -> tuple[Step, str] | None:
        """The step that completes the form where it is not this person's, and whose it is."""
        assert self._view.record is not None
        workflow, mine = WORKFLOWS[self._view.record.form], self._desk.roles_on(self._view.record)
        for step in workflow.steps:
            fits = self._view.record.state in step.at and "complete" in step.needs
            if fits and not mine & set(step.by) and not self._view.is_read_only:
                try:
                    workflow.step(step.command, self._view.record.state, mine)
                except NotAllowed as refusal:
                    return step, told(refusal.words)
        return None

    def take(self, step: Step) -> None:
        """Do a step: what was typed is saved first, what is missing is shown instead."""
        if self._view.saving is None or self._view.record is None:
            return
        if self._view.draft_is_changed or self._view.saving.is_under_way:
            self._after_saving(partial(self.take, step))
            return
        if "complete" in step.needs:
            self._view.check()
            if any(p.level == "block" for p in self._view.problems):
                self._view.step_problem(1)
                return
        self._ask(step)

    def _after_saving(self, then: Callable[[], object]) -> None:
        """Do something once what was typed is saved; not at all if it cannot be."""
        assert self._view.saving is not None
        saving = self._view.saving

        def gone_on(_what: object) -> None:
            saving.saved.disconnect(gone_on)
            saving.failed.disconnect(given_up)
            QTimer.singleShot(0, self, then)

        def given_up(error: Exception) -> None:
            saving.saved.disconnect(gone_on)
            saving.failed.disconnect(given_up)
            problems.show(error, self._window)

        saving.saved.connect(gone_on)
        saving.failed.connect(given_up)
        saving.now()

    def _ask(self, step: Step) -> None:
        assert self._view.record is not None
        said: Answers | None = None
        warnings = [p for p in self._view.problems if p.level == "warn"]
        if step.asks is not None:
            from ui.forms.ask import ask

            said = ask(self._desk, self._view.record, step, self._window)
            if said is None:
                return
        elif warnings and "complete" in step.needs:
            self._confirm(step, len(warnings))
            return
        self._perform(step, said)

    def _confirm(self, step: Step, count: int) -> None:
        from ui.questions import question

        text = say(
            f"还有 {count} 条警告，仍要{step.zh}吗？",
            f"{counted(count, '', 'warning is', 'warnings are').en} left. {step.en} anyway?",
        )
        box = question(text, told(step.words), self._window)
        box.accepted.connect(lambda: self._perform(step, None))
        box.open()

    def _perform(self, step: Step, said: Answers | None) -> None:
        self.is_under_way = True
        self._view.footer.set_busy(busy=True)
        self._desk.perform(
            self._view.record_id,
            step.command,
            said=said,
            then=self._on_performed,
            failed=self._on_refused,
            owner=self,
        )

    def _on_performed(self, record: Record) -> None:
        self.is_under_way = False
        self._view.footer.set_busy(busy=False)
        self.performed.emit(record)

    def _on_refused(self, error: Exception) -> None:
        self.is_under_way = False
        self._view.footer.set_busy(busy=False)
        if isinstance(error, Invalid) and error.details.get("problems"):
            self._view.check()
            self._view.step_problem(1)
        else:
            problems.show(error, self._window)
