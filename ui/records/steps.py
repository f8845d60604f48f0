"""What may be done to a record, as buttons; and doing it: ask, confirm, perform."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from app.answers import as_new_draft
from app.errors import Invalid
from app.forms import FORMS
from app.record import Answers, Record
from app.workflows import WORKFLOWS
from app.workflows.table import IN_FORCE, Step
from ui import look, problems
from ui.desk import Desk
from ui.language import say, told
from ui.names import title_of
from ui.questions import confirm, question
from ui.records.undoing import ask_to_undo

ICONS = {
    "save": "pencil", "submit": "send", "delete": "trash-2", "return": "undo-2",
    "approve": "check", "ac_pass": "check", "ec_pass": "check", "ac_conclude": "clipboard-check",
    "ec_conclude": "clipboard-check", "give": "clipboard-check", "complete": "check",
    "open": "key-round", "disable": "x", "enable": "undo-2", "revoke": "x", "change": "pencil",
    "undo": "undo-2", "hand_over": "send", "hand_back": "undo-2", "finish": "circle-check",
    "suspend": "clock", "resume": "redo-2", "terminate": "x", "authorise": "users",
    "withdraw": "users", "seat": "users", "report": "send", "establish": "check", "close": "x",
    "reopen": "undo-2", "reset_password": "key-round", "release": "log-out", "reveal": "eye",
    "set_roles": "users", "send_back": "undo-2", "correct": "check", "hand_on": "external-link",
    "request": "send", "agree": "check", "refuse": "x",
}  # fmt: skip


def is_written(step: Step) -> bool:
    """Whether the step is done in the filing itself, where its answers are typed."""
    return step.command == "save" or ("complete" in step.needs and not step.asks)


def label_of(step: Step) -> str:
    return say("填报", "Fill in") if step.command == "save" else told(step.words)


class StepBar(QWidget):
    """One button for each step that is open to this person on the record shown.

    Where there are more than `at_most`, the others stand in a menu: buttons that have no room
    would be cut off.
    """

    filing_wanted = Signal(object)
    """The id of a record that is to be opened for filling in."""
    performed = Signal(object)

    def __init__(self, desk: Desk, *, with_primary: bool = True, at_most: int = 4) -> None:
        super().__init__()
        self._desk, self._with_primary, self._at_most = desk, with_primary, at_most
        self.record: Record | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.SMALL)
        self.buttons: dict[str, QPushButton] = {}
        self.more = QToolButton()
        self.more.setText(say("更多", "More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.hide()

    def show_record(self, record: Record | None) -> None:
        """Show the steps open on this record; none for no record."""
        self.record = record
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        steps = self._desk.open_steps(record) if record else []
        at_hand, others = self._placed(steps)
        self._show_more(others, record)
        usual = [s for s in at_hand if s.command != "save" and not s.danger]
        primary = next((s for s in usual if s.to or "complete" in s.needs), None)
        for step in at_hand:
            button = QPushButton(label_of(step))
            button.setObjectName(f"step:{step.command}")
            is_primary = step is primary and self._with_primary
            role: look.ColourRole = "on_accent" if is_primary else "dim"
            if step.danger:
                look.mark(button, "danger")
                role = "block"
            elif is_primary:
                look.mark(button, "primary")
            if step.command in ICONS:
                button.setIcon(look.icon(ICONS[step.command], role))
            button.clicked.connect(partial(self.take, step))
            self.buttons[step.command] = button
            self._row.addWidget(button)
        self._row.addWidget(self.more)
        self.setVisible(bool(steps) or not self.more.isHidden())

    def _placed(self, steps: list[Step]) -> tuple[list[Step], list[Step]]:
        """The steps that get a button, and those that stand in the menu."""
        own = [step for step in steps if not step.apart]
        if any(s.command == "complete" and is_written(s) and not s.files for s in own):
            # To complete one's own data is to fill it in: both would lead to the same page.
            own = [step for step in own if step.command != "save"]
            steps = [step for step in steps if step.command != "save"]
        dangers = [step for step in own if step.danger]
        own = [step for step in own if step not in dangers[1:]]  # one red button is enough
        if len(own) > self._at_most:
            first = sorted(own, key=lambda step: step.danger)[: self._at_most - 1]
            own = [step for step in own if step in first]
        return own, [step for step in steps if step not in own]

    def _show_more(self, steps: list[Step], record: Record | None) -> None:
        """What is done to the record as a whole stands in a menu, out of the way of the work."""
        menu = self.more.menu()
        menu.clear()
        for step in steps:
            if record is not None and is_open_to_nobody(step, record):
                continue
            action = menu.addAction(
                look.icon(
                    ICONS.get(step.command, "chevron-right"), "block" if step.danger else "dim"
                ),
                label_of(step) + ("…" if step.asks or step.danger else ""),
            )
            action.setObjectName(f"step:{step.command}")
            action.triggered.connect(partial(self.take, step))
        if record is not None and may_copy(self._desk, record):
            if not menu.isEmpty():
                menu.addSeparator()
            copied = menu.addAction(look.icon("copy"), say("复制为新草稿", "Copy to a new draft"))
            copied.setObjectName("copy_to_draft")
            copied.triggered.connect(lambda: self._copy(record))
        self.more.setVisible(not menu.isEmpty())

    def _copy(self, record: Record) -> None:
        """Begin a new draft with the same answers, and open it."""
        self._desk.begin(
            record.form, as_new_draft(FORMS[record.form], record.answers),
            then=lambda made: self.filing_wanted.emit(made.id), owner=self,
        )  # fmt: skip

    def take(self, step: Step, *_clicked: object) -> None:
        """Do a step on the record shown, asking for what it asks for."""
        if self.record is None:
            return
        record = self.record
        if is_written(step):
            self.filing_wanted.emit(record.id)
            return
        if "complete" in step.needs and (missing := blocking(record)):
            self._offer_filing(record.id, missing)
            return
        if step.to == IN_FORCE and step.asks is None:
            ask_to_undo(self._desk, record, step, self, lambda: self._perform(record, step, None))
        elif step.asks is not None:
            from ui.forms.ask import ask

            said = ask(self._desk, record, step, self)
            if said is not None:
                self._perform(record, step, said)
        elif step.danger:
            confirm(
                told(step.words), title_of(record), self, lambda: self._perform(record, step, None)
            )
        else:
            self._perform(record, step, None)

    def _perform(self, record: Record, step: Step, said: Answers | None) -> None:
        if step.command == "delete" and record.revision == 0:
            # The registry has never seen it: to the recycle list, where it stays 30 days.
            self._desk.act(
                lambda copy: copy.discard(record.id), ids=[record.id], then=self.performed.emit,
                owner=self,
            )  # fmt: skip
            return
        self._desk.perform(
            record.id, step.command, said=said, then=self.performed.emit,
            failed=partial(self._failed, record.id), owner=self,
        )  # fmt: skip

    def _failed(self, record_id: UUID, error: Exception) -> None:
        if isinstance(error, Invalid) and error.details.get("problems"):
            self._offer_filing(record_id, len(error.details["problems"]))
        else:
            problems.show(error, self)

    def _offer_filing(self, record_id: UUID, missing: int) -> None:
        box = question(
            say(
                f"还有 {missing} 处需要填写或更正，才能提交。",
                f"{missing} answers are missing or to be corrected before this can be submitted.",
            ),
            say("去填写", "Go there"),
            self,
        )
        box.accepted.connect(lambda: self.filing_wanted.emit(record_id))
        box.open()


def is_open_to_nobody(step: Step, record: Record) -> bool:
    """Whether a step takes somebody out of a party in which there is nobody."""
    return bool(step.leaves) and not any(record.parties.get(party) for party in step.leaves)


def may_copy(desk: Desk, record: Record) -> bool:
    """Whether this person may begin a record like this one of theirs."""
    workflow = WORKFLOWS.get(record.form)
    mine = desk.account.id in {n for p in ("pi", "delegate") for n in record.parties.get(p, ())}
    return bool(workflow and mine and desk.may_begin(record.form) and record.answers)


def blocking(record: Record) -> int:
    """How many problems keep a record from being submitted."""
    from app.rules import Known
    from ui.forms.checking import problems_of

    found = problems_of(FORMS[record.form], record.answers, Known())
    return sum(p.level == "block" for p in found)
