"""The right pane of a review: one's own opinion to write, or those of the members to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import look
from ui.desk import Desk
from ui.language import say, told
from ui.records.states import StateChip

if TYPE_CHECKING:
    from ui.records.record_view import Reading


class OpinionPane(QWidget):
    """A member writes here, also without a network; a secretary reads what came in."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._written: UUID | None = None
        self.filing: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(look.SMALL, 0, 0, 0)
        column.setSpacing(look.SMALL)
        self._head = look.label(say("审查意见", "Opinions"), "section")
        column.addWidget(self._head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._area, 1)
        self._column = column

    def show_opinions(self, mine: Reading | None, others: Sequence[Reading]) -> None:
        """Show one's own opinion first: to write where it was not given yet."""
        writes = mine is not None and bool(self._desk.open_steps(mine.record))
        if writes and mine is not None:
            self._write(mine.record.id)
        elif self.filing is not None:
            self.filing.deleteLater()
            self.filing, self._written = None, None
        read = [*([mine] if mine and not writes else []), *others]
        given = sum(o.record.state == "given" for o in others)
        self._head.setText(
            say(f"审查意见 {given}/{len(others)}", f"Opinions {given}/{len(others)}")
            if others
            else say("审查意见", "Opinions")
        )
        self._area.setVisible(bool(read) or not writes)
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.SMALL)
        if not read:
            text = say("还没有分配审查委员。", "No members have been assigned yet.")
            column.addWidget(look.label(text, "dim", wrap=True))
        for reading in read:
            column.addWidget(_card(self._desk, reading))
        column.addStretch(1)
        self._area.setWidget(sheet)

    def _write(self, opinion_id: UUID) -> None:
        if self._written == opinion_id:
            return
        from ui.forms.filing import FilingView

        if self.filing is not None:
            self.filing.deleteLater()
        self.filing, self._written = FilingView(self._desk, opinion_id), opinion_id
        self._column.insertWidget(1, self.filing, 1)


def _card(desk: Desk, reading: Reading) -> QFrame:
    card = QFrame()
    look.mark(card, "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.SMALL)
    column.setSpacing(look.TIGHT)
    row = QHBoxLayout()
    row.addWidget(look.label(_member(desk, reading), "strong"))
    row.addStretch(1)
    chip = StateChip()
    chip.show_state(reading.record.form, reading.record.state)
    row.addWidget(chip)
    column.addLayout(row)
    for section in reading.sections:
        for line in section.lines:
            if line.text and not line.field.is_of_review:
                column.addWidget(look.label(told(line.label), "hint"))
                answer = look.label(line.text, wrap=True)
                answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                column.addWidget(answer)
    return card


def _member(desk: Desk, reading: Reading) -> str:
    for party in ("ethics_reviewer", "academic_reviewer"):
        for who in reading.record.parties.get(party, ()):
            card = desk.copy.card(who)
            if card:
                return str(card.get("name", ""))
    given = next((p.name for p in reversed(reading.record.log) if p.command == "give"), "")
    return given or say("委员", "Member")
