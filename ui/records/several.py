"""One step done to several records: where it is open, with one account of what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.errors import AppError, Invalid
from app.record import Answers, Record
from app.words import Words
from app.workflows.table import Step
from ui import look, problems
from ui.desk import Desk
from ui.language import say, told
from ui.names import title_of
from ui.questions import question
from ui.records.steps import ICONS

if TYPE_CHECKING:
    from local_db import WorkingCopy

MOST = 500
"""Records done at once; a list of more is narrowed first."""


@dataclass(frozen=True)
class Outcome:
    """What came of a step on one record."""

    title: str
    why_not: Words | None = None


def is_for_several(step: Step) -> bool:
    """Whether a step may be done to many at once: nothing that has to be read one by one."""
    return step.command != "save" and "seen" not in step.needs and not step.apart


def open_to_several(desk: Desk, records: Sequence[Record]) -> dict[str, tuple[Step, list[Record]]]:
    """Each step that is open on some of these records, with those."""
    found: dict[str, tuple[Step, list[Record]]] = {}
    for record in records:
        for step in desk.open_steps(record):
            if is_for_several(step):
                found.setdefault(step.command, (step, []))[1].append(record)
    return found


def perform_all(
    copy: WorkingCopy, desk: Desk, step: Step, records: Sequence[Record], said: Answers | None
) -> list[Outcome]:
    """Do a step on each; what cannot be done says why and stops nothing. In the data lane."""
    outcomes = []
    for record in records:
        title = title_of(record)
        try:
            if step.command == "delete" and record.revision == 0:
                copy.discard(record.id)
            else:
                role = desk.role_for(copy.get(record.id), step.command)
                copy.perform(record.id, step.command, said=said, role=role)
            outcomes.append(Outcome(title))
        except Invalid as failed:
            count = len(failed.details.get("problems") or ())
            missing = Words(
                f"还有 {count} 处需要填写或更正", f"{count} answers are missing or to be corrected"
            )
            outcomes.append(Outcome(title, missing if count else failed.words))
        except AppError as failed:
            outcomes.append(Outcome(title, failed.words))
    return outcomes


class SeveralBar(QWidget):
    """A button for each step that is open on some of the selected records."""

    performed = Signal(object)
    """The outcomes (list of Outcome)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.SMALL)
        self.buttons: dict[str, QPushButton] = {}
        self._asked: tuple[UUID, ...] = ()
        self.hide()

    def show_records(self, ids: Sequence[UUID]) -> None:
        """Show what may be done to these; fewer than two have buttons of their own."""
        self._asked = tuple(ids) if 2 <= len(ids) <= MOST else ()
        if not self._asked:
            self._show({})
            return
        wanted = self._asked
        self._desk.read(
            lambda copy: [copy.get(record_id) for record_id in wanted],
            lambda records: self._have_read(wanted, records),
            owner=self,
        )

    def _have_read(self, wanted: tuple[UUID, ...], records: list[Record]) -> None:
        if wanted == self._asked:
            self._show(open_to_several(self._desk, records))

    def _show(self, steps: dict[str, tuple[Step, list[Record]]]) -> None:
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for command, (step, records) in steps.items():
            some = "" if len(records) == len(self._asked) else f" / {len(self._asked)}"
            button = QPushButton(f"{told(step.words)} {len(records)}{some}")
            button.setObjectName(f"several:{command}")
            button.setIcon(
                look.icon(ICONS.get(command, "check"), "block" if step.danger else "dim")
            )
            look.mark(button, "danger" if step.danger else "")
            button.clicked.connect(partial(self.take, step, records))
            self.buttons[command] = button
            self._row.addWidget(button)
        self.setVisible(bool(steps))

    def take(self, step: Step, records: list[Record], *_clicked: object) -> None:
        """Ask once what the step asks, or whether to; then do it on each."""
        if step.asks is not None:
            from ui.forms.ask import ask

            said = ask(self._desk, records[0], step, self)
            if said is not None:
                self._perform(step, records, said)
            return
        verb, count = told(step.words), len(records)
        box = question(
            say(f"{verb} {count} 项？", f"{verb}: {count} records?"), verb, self, danger=step.danger
        )
        box.setInformativeText("\n".join(_titles([title_of(r) for r in records])))
        box.accepted.connect(partial(self._perform, step, records, None))
        box.open()

    def _perform(self, step: Step, records: list[Record], said: Answers | None) -> None:
        self._desk.act(
            lambda copy: perform_all(copy, self._desk, step, records, said),
            ids=[record.id for record in records],
            then=partial(self._done, step),
            owner=self,
        )

    def _done(self, step: Step, outcomes: list[Outcome]) -> None:
        self.performed.emit(outcomes)
        problems.tell(account_of(step, outcomes), self.window())


def account_of(step: Step, outcomes: Sequence[Outcome]) -> Words:
    """One account of what was done and what was not, with the reasons."""
    not_done = [o for o in outcomes if o.why_not]
    done = len(outcomes) - len(not_done)
    zh = [
        f"{step.words.zh}：完成 {done} 项"
        + (f"，{len(not_done)} 项没有办理。" if not_done else "。")
    ]
    en = [f"{step.words.en}: {done} done" + (f", {len(not_done)} not." if not_done else ".")]
    for one in not_done:
        assert one.why_not is not None, "only those that were not done are told"
        zh.append(f"· {one.title}：{one.why_not.zh}")
        en.append(f"· {one.title}: {one.why_not.en}")
    return Words("\n".join(zh), "\n".join(en))


def _titles(titles: Sequence[str]) -> list[str]:
    shown = [f"· {title}" for title in titles[:8]]
    rest = len(titles) - len(shown)
    return [*shown, *([say(f"… 另 {rest} 项", f"… and {rest} more")] if rest else [])]
