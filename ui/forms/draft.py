"""The answers while somebody is typing them: what is known, what was changed, and the way back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.answers import edits_between, replay, shown
from app.forms.schema import Field, Form, Rows
from app.forms.types import EMPTY
from app.record import Answers, Edits
from app.words import Words


class Draft(QObject):
    """Answers of one form under the hands of a person.

    Answers are replaced, never altered: a snapshot is just a reference. Whatever changes them
    goes through `put`, so that it can be undone.
    """

    answered = Signal(str)
    """The path that has another answer now, by whatever cause."""
    refreshed = Signal()
    """Answers came from elsewhere: look at all of them again."""

    def __init__(
        self,
        form: Form,
        answers: Answers | None = None,
        *,
        around: Mapping[str, Any] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.form = form
        self.answers: Answers = dict(answers or {})
        self._base = self.answers
        self._around = dict(around or {})
        self._known: dict[str, Any] | None = None
        self.last_path = ""
        """What was answered, undone or redone last."""
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(500)

    @cached_property
    def watched(self) -> frozenset[str]:
        """The fields that decide what else is asked: only they make the page look again."""
        return frozenset(
            {name for page in self.form.pages if page.only for name in page.only.fields()}
            | {name for f in _all_fields(self.form.fields()) for name in f.depends_on()}
        )

    def value(self, path: str) -> Any:
        """The answer at a path (`field`, `group/row`, `group/row/field`), or None."""
        found: Any = self.answers
        for step in path.split("/"):
            if not isinstance(found, dict):
                return None
            found = found.get(step)
        return found

    def known(self, at: str = "") -> Mapping[str, Any]:
        """What conditions may read, on a page or inside the row `group/row`."""
        if self._known is None:
            self._known = {**self._around, **shown(self.form, self.answers)}
        known = self._known
        if not at:
            return known
        found: Any = known
        inside: dict[str, Any] = dict(known)
        steps = at.split("/")
        for number, step in enumerate(steps):
            found = found.get(step) if isinstance(found, dict) else None
            if number % 2 and isinstance(found, dict):
                inside |= found
        return inside

    def put(self, path: str, value: Any, said: str = "") -> None:
        """Answer one path, undoably. Typing in one field is one step back."""
        is_row = path.count("/") % 2 == 1  # an empty row is there; an empty group is not
        value = None if value in EMPTY and not is_row else value
        before = self.value(path)
        if before == value:
            return
        self.undo_stack.push(_Answer(self, path, before, value, said))

    def put_many(self, answers: Mapping[str, Any], said: str = "") -> None:
        """Answer several paths in one step back."""
        if len(answers) == 1:
            for path, value in answers.items():
                self.put(path, value, said)
        elif any(self.value(path) != value for path, value in answers.items()):
            self.undo_stack.beginMacro(said)
            for path, value in answers.items():
                self.put(path, value, said)
            self.undo_stack.endMacro()

    def set_quietly(self, path: str, value: Any) -> None:
        """Answer one path without a step back: what undo and redo do."""
        self.answers = _with(self.answers, path.split("/"), value)
        self._known = None
        self.answered.emit(path)

    @property
    def is_changed(self) -> bool:
        return self.answers is not self._base and bool(edits_between(self._base, self.answers))

    def edits(self) -> Edits:
        """What was typed here since the last save."""
        return edits_between(self._base, self.answers)

    def rebase(self, standing: Answers, *, saved: Answers | None = None) -> None:
        """Take over what stands now; what was typed here since (since `saved`) is kept."""
        mine = edits_between(self._base if saved is None else saved, self.answers)
        after = replay(standing, mine).answers if mine else dict(standing)
        self._base = standing
        if edits_between(self.answers, after):
            self.answers, self._known = after, None
            self.refreshed.emit()
        elif not mine:
            self._base = self.answers

    # Rows of groups ------------------------------------------------------------------------

    def label(self, path: str) -> Words:
        """What an answer is called; in a row also which row that is."""
        label = self.form.label(path.rstrip("/"))
        steps = path.split("/")
        if len(steps) > 1 and steps[1] in (rows := list(self.rows(steps[0]))):
            number = rows.index(steps[1]) + 1
            return Words(f"{label.zh}（第 {number} 项）", f"{label.en} (no. {number})")
        return label

    def rows(self, path: str) -> dict[str, Any]:
        found = self.value(path)
        return found if isinstance(found, dict) else {}

    def add_rows(self, path: str, new: Iterable[Answers], said: str = "") -> list[str]:
        """Put rows at the end; gives their ids."""
        rows = dict(self.rows(path))
        made = []
        for row in new:
            made.append(new_row_id(rows))
            rows[made[-1]] = row
        self.put(path, rows, said)
        return made


class _Answer(QUndoCommand):
    """One answer and the one before it."""

    def __init__(self, draft: Draft, path: str, before: Any, after: Any, said: str) -> None:
        super().__init__(said)
        self._draft, self.path, self.said = draft, path, said
        self._before, self.after = before, after

    def id(self) -> int:
        return 1

    def undo(self) -> None:
        self._draft.last_path = self.path
        self._draft.set_quietly(self.path, self._before)

    def redo(self) -> None:
        self._draft.last_path = self.path
        self._draft.set_quietly(self.path, self.after)

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Letters typed one after the other are one step; rows come and go one by one."""
        if not isinstance(other, _Answer) or other.path != self.path or other.said or self.said:
            return False
        self.after = other.after
        return True


def new_row_id(rows: Iterable[str]) -> str:
    """An id for a row after all these.

    A store keeps rows by their id and may give them back sorted by it, so later rows have larger
    ids; the random part keeps two desks from choosing the same.
    """
    largest = max((_place(row) for row in rows), default=0)
    short = (largest >> 32) + secrets.randbelow(1 << 18) + 1
    if short <= 0xFFFF_FFFF:
        return f"{short:08x}"
    left = (1 << 64) - 1 - largest  # ids made at random elsewhere reach to the end: add digits
    return f"{largest + 1 + secrets.randbelow(max(1, left >> 10)):016x}"


def _place(row_id: str) -> int:
    """Where an id sorts, as a number of 16 hexadecimal digits."""
    digits = row_id if row_id and set(row_id) <= set("0123456789abcdef") else ""
    return int(digits[:16].ljust(16, "0"), 16)


def _with(node: Mapping[str, Any], steps: list[str], value: Any) -> dict[str, Any]:
    """A copy with one answer replaced; everything beside its path is shared."""
    first, *rest = steps
    made = dict(node)
    if rest:
        inner = node.get(first)
        made[first] = _with(inner if isinstance(inner, dict) else {}, rest, value)
    elif value is None:
        made.pop(first, None)
    else:
        made[first] = value
    return made


def _all_fields(fields: Iterable[Field]) -> Iterable[Field]:
    for field in fields:
        yield field
        if isinstance(field.type, Rows):
            yield from _all_fields(field.type.fields)
