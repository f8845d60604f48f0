"""How a state looks: a word and an icon, never a colour alone."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.words import Words
from app.workflows import WORKFLOWS
from app.workflows.roles import ROLES
from app.workflows.table import Mood, State
from ui import look
from ui.language import chosen, told

MOODS: dict[Mood, tuple[str, look.ColourRole]] = {
    "draft": ("pencil", "dim"),
    "waiting": ("clock", "note"),
    "back": ("undo-2", "warn"),
    "done": ("circle-check", "done"),
    "ended": ("x", "faint"),
}


def state_of(form: str, state: str) -> State:
    """The state as the workflow declares it; one that only a newer program knows, by its name."""
    workflow = WORKFLOWS.get(form)
    return workflow.state(state) if workflow else State(state, state, state, "waiting")


def held_by(form: str, state: str) -> str:
    """Who holds a record in this state (当前环节), in words."""
    joint = "、" if chosen() == "zh" else ", "
    holders = state_of(form, state).holders
    return joint.join(told(ROLES[role].words) for role in holders if role in ROLES)


def role_words(role: str) -> Words:
    if role == "system":
        return Words("系统", "The registry")
    return ROLES[role].words if role in ROLES else Words(role, role)


class StateChip(QWidget):
    """The state of one record: its icon and its word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.TIGHT)
        self._icon, self._word = QLabel(), look.label()
        row.addWidget(self._icon)
        row.addWidget(self._word)

    def show_state(self, form: str, state: str) -> None:
        found = state_of(form, state)
        name, role = MOODS[found.mood]
        self._icon.setPixmap(look.pixmap(name, role))
        self._word.setText(told(found.words))
        look.mark(self._word, {"note": "note", "warn": "warn", "done": "done"}.get(role, "dim"))

    def text(self) -> str:
        return self._word.text()
