"""Saving a draft by itself: soon after the last letter, never in the middle of a word."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from app.answers import replay
from app.errors import AppError, DiskFull, NotAllowed, NotFound
from app.record import Edits, Record
from ui import moments, tasks
from ui.forms import recovery
from ui.forms.draft import Draft
from ui.forms.editing import is_composing
from ui.language import say, told

if TYPE_CHECKING:
    from ui.desk import Desk

SOON, LATEST, WORD, AGAIN = 700, 900, 100, 5000
"""Milliseconds: after the last letter; at the latest while somebody types on, so that a program
that is killed takes no more than the last two seconds with it; how often to look whether a word
is composed at last; after a failure."""
TELL_EVERY = 15.0
"""Seconds between two times that lists and the exchange are told, while somebody types on."""


class Saving(QObject):
    """Brings what is typed into the working copy. Nothing typed is dropped when that fails."""

    saved = Signal(object)
    failed = Signal(object)
    said = Signal(str, str)
    """A sentence for the footer and its kind (hint, block)."""

    def __init__(self, desk: Desk, draft: Draft, record_id: UUID, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._draft, self._id = desk, draft, record_id
        self.is_under_way = False
        self.error: Exception | None = None
        self.is_telling = False
        """True while others are told of our own save."""
        self.stopped = False
        self._since: float | None = None
        """When the first letter was typed that no save has taken yet."""
        self._told = 0.0
        self._newest: list[Edits] = []
        self._soon, self._latest = QTimer(self), QTimer(self)
        for timer in (self._soon, self._latest):
            timer.setSingleShot(True)
            timer.timeout.connect(self.now)
        draft.answered.connect(self._on_answered)

    def _on_answered(self, _path: str) -> None:
        if self.stopped:
            return
        if self._since is None:
            self._since = time.monotonic()
        self._wait()
        if self.error is None:
            self.said.emit(say("有未保存的修改", "Changes not saved yet"), "hint")

    def _wait(self) -> None:
        """Save after a pause, or when the oldest letter has waited long enough."""
        since = time.monotonic() if self._since is None else self._since
        left = max(0, LATEST - int((time.monotonic() - since) * 1000))
        self._soon.start(min(SOON, left))
        if not self._latest.isActive():
            self._latest.start(left)

    def now(self) -> None:
        """Save what was typed, unless an input method is composing: then right after the word."""
        if self.stopped or self.is_under_way or not self._draft.is_changed:
            return
        if is_composing():
            self._soon.start(WORD)
            return
        self._save()

    def at_last(self) -> None:
        """The page goes away: save what was typed even while another save is under way."""
        if not self.stopped and self._draft.is_changed:
            self._save()

    def _save(self) -> None:
        self._soon.stop()
        self._latest.stop()
        self._since = None
        self.is_under_way = True
        path = self._draft.last_path
        desk, record_id, snapshot, newest = self._desk, self._id, self._draft.answers, self._newest
        newest[:] = [self._draft.edits()]

        def work() -> Record:
            # On what stands at that moment: news may have come since the page was opened. Always
            # what was typed last: a lane may take two urgent saves in either order.
            standing = desk.copy.get(record_id)
            answers = replay(standing.answers, newest[0]).answers
            role = desk.role_for(standing, "save")
            done = desk.copy.perform(record_id, "save", answers=answers, role=role)
            recovery.note(desk.copy, record_id, path, moments.now())
            return done

        def saved(record: Record) -> None:
            if shiboken6.isValid(self):
                self._on_saved(record, snapshot)
            else:
                desk.changed.emit([record_id])
                desk.sync_now()

        def failed(error: Exception) -> None:
            if shiboken6.isValid(self):
                self._on_failed(error)
            else:
                from ui import problems

                problems.show(error)

        # The desk outlives the page: a save begun by closing it is still told.
        tasks.run(work, then=saved, failed=failed, owner=desk, urgent=True)

    def _on_saved(self, record: Record, snapshot: dict[str, object]) -> None:
        self.is_under_way, self.error = False, None
        self._draft.rebase(record.answers, saved=snapshot)
        self.said.emit(say("已保存 ", "Saved ") + _clock(moments.now()), "done")
        types_on = self._draft.is_changed
        if not types_on or time.monotonic() - self._told > TELL_EVERY:
            self._tell()
        self.saved.emit(record)
        if types_on:
            self._wait()

    def _tell(self) -> None:
        self._told, self.is_telling = time.monotonic(), True
        try:
            self._desk.changed.emit([self._id])
        finally:
            self.is_telling = False
        self._desk.sync_now()

    def _on_failed(self, error: Exception) -> None:
        self.is_under_way, self.error = False, error
        final = isinstance(error, NotAllowed | NotFound)
        why = (
            told(error.words) if isinstance(error, AppError) else say("程序出了差错。", "A fault.")
        )
        wait = "" if final else say(" 将自动重试。", " It will be tried again.")
        self.said.emit(say("未能保存：", "Not saved: ") + why + wait, "block")
        self.failed.emit(error)
        if not isinstance(error, AppError):
            from ui import problems

            problems.show(error)
        if not final:
            self._soon.start(2 * AGAIN if isinstance(error, DiskFull) else AGAIN)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"
