"""证件号码已被使用: whoever wanted to add somebody the system knows is led to 移入."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.record import Answers
from local_db import OutboxItem, WorkingCopy
from ui.desk import Desk
from ui.language import say
from ui.questions import question

KNOWN = "D01"
"""The registry's word for an ID number that is somebody's of the same name."""
Open = Callable[[UUID, str], object]


class Moving:
    """Offers the move once for each account that was refused for this reason."""

    def __init__(self, desk: Desk, window: QWidget, open_: Open) -> None:
        self._desk, self._window, self._open = desk, window, open_
        self._asked: set[UUID] = set()
        desk.synced.connect(self._on_synced)

    def _on_synced(self, _report: object) -> None:
        if self._desk.may_begin("transfer"):
            self._desk.read(_known, self._offer, owner=self._window)

    def _offer(self, found: list[tuple[OutboxItem, Answers]]) -> None:
        for item, answers in found:
            if item.change_id in self._asked:
                continue
            self._asked.add(item.change_id)
            box = question(
                say(
                    f"“{item.title}”的证件号码已在系统中。如为本单位人员，请办理移入，不必新建账号。",
                    f"The ID number of “{item.title}” is in the system already. If the person "
                    "belongs to your institution, move them in; no new account is needed.",
                ),
                say("办理移入", "Move in"),
                self._window,
            )
            box.setObjectName("move_in")
            box.accepted.connect(partial(self._begin, answers))
            box.open()

    def _begin(self, answers: Answers) -> None:
        self._desk.begin(
            "transfer", answers, then=lambda made: self._open(made.id, "filing"),
            owner=self._window,
        )  # fmt: skip


def _known(copy: WorkingCopy) -> list[tuple[OutboxItem, Answers]]:
    found: list[tuple[OutboxItem, Answers]] = []
    for item in copy.outbox():
        code = item.error.details.get("code") if item.error is not None else ""
        if item.form == "person" and item.state == "refused" and code == KNOWN:
            answers = copy.get(item.record_id).answers
            found.append((item, {k: answers[k] for k in ("name", "id_number") if k in answers}))
    return found
