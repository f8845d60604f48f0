"""What was open when the program last ended without saying goodbye: kept, told and offered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import orjson
import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from app.errors import NotFound
from app.forms import FORMS
from app.words import Words
from ui import look, moments, tasks
from ui.language import say, told

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from ui.desk import Desk

log = logging.getLogger(__name__)
OPEN = "open_filings"
RUN = uuid4().hex
"""This run of the program: what it has open itself, it did not leave behind."""
NOWHERE = Words("", "")


@dataclass(frozen=True)
class LeftOpen:
    """A filing that was open, what it is called, and where and when it was saved last."""

    record_id: UUID
    title: str
    path: str
    """The answer typed last; nothing where it was only read."""
    place: Words
    at: str


def note(copy: WorkingCopy, record_id: UUID, path: str, at: datetime) -> None:
    """A filing was just saved, or is open ("" as path). To be called in the data lane."""
    kept = _kept(copy)
    before = kept.get(str(record_id))
    new = [path, at.isoformat(timespec="seconds")] if path or before is None else before[:2]
    kept[str(record_id)] = [*new, RUN]
    _keep(copy, kept)


def place_of(copy: WorkingCopy, record_id: UUID) -> str:
    """The answer typed last in a filing that nobody closed. To be called in the data lane."""
    return _kept(copy).get(str(record_id), [""])[0]


def left_open(copy: WorkingCopy) -> list[LeftOpen]:
    """What nobody closed. To be called in the data lane."""
    found = []
    for record_id, (path, at, *run) in _kept(copy).items():
        if run == [RUN]:
            continue
        try:
            record = copy.get(UUID(record_id))
        except NotFound:
            _forget(copy, record_id)  # it went away while the program was not running
            continue
        form = FORMS[record.form]
        try:
            place = form.label(path.rstrip("/")) if path else NOWHERE
        except KeyError:
            place = NOWHERE  # the field was of another version of the form
        found.append(LeftOpen(record.id, form.title_of(record.answers), path, place, at))
    return found


def _forget(copy: WorkingCopy, *record_ids: str) -> None:
    kept = _kept(copy)
    left = {record_id: how for record_id, how in kept.items() if record_id not in record_ids}
    if left != kept:
        _keep(copy, left)


def _kept(copy: WorkingCopy) -> dict[str, list[str]]:
    kept = orjson.loads(copy.preference(OPEN) or "{}")
    return kept if isinstance(kept, dict) else {}


def _keep(copy: WorkingCopy, kept: dict[str, list[str]]) -> None:
    copy.prefer(OPEN, orjson.dumps(kept).decode())


class Mark:
    """Remembers that a filing is open until it is taken away: closed by the person, however."""

    def __init__(self, desk: Desk, record_id: UUID) -> None:
        self._desk, self._id, self._stands = desk, record_id, True
        self._later(lambda copy: note(copy, record_id, "", moments.now()))

    def take_away(self, *_what: object) -> None:
        if self._stands:
            self._stands = False
            self._later(lambda copy: _forget(copy, str(self._id)))

    def _later(self, work: Callable[[WorkingCopy], None]) -> None:
        if shiboken6.isValid(self._desk):
            copy = self._desk.copy
            tasks.run(lambda: work(copy), then=_nothing, failed=_failed, owner=self._desk)


def _nothing(_result: object) -> None:
    return


def _failed(error: Exception) -> None:
    # It costs an offer after a crash and nothing that was typed: nobody is disturbed for it.
    log.info("what is open was not noted: %s", type(error).__name__)


class RecoveredBar(QFrame):
    """After a program that was killed: what was kept of each open filing, and a way back to it."""

    wanted = Signal(object, str)
    """The id of a record, and how to open it: as a filing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.found: list[LeftOpen] = []
        look.mark(self, "bar-warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.WIDE, look.TIGHT, look.WIDE, look.TIGHT)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        row.addLayout(self._lines, 1)
        self.go_on = QPushButton(look.icon("pencil"), say("继续填写", "Go on"))
        look.mark(self.go_on, "primary")
        self.go_on.clicked.connect(self._open)
        row.addWidget(self.go_on)
        self.later = QPushButton(say("以后再说", "Later"))
        self.later.clicked.connect(self.dismiss)
        row.addWidget(self.later)
        self.hide()
        desk.read(left_open, self._show, owner=self)

    def _show(self, found: list[LeftOpen]) -> None:
        self.found = found
        if not found:
            return
        self._add(
            say(
                "程序上次没有正常退出。下面的内容都已保存在本机，最多缺少最后 2 秒的输入：",
                "The program was not closed the last time. This is kept on this machine; "
                "at most the last 2 seconds of typing are missing:",
            ),
            "strong",
        )
        for one in found:
            self._add(sentence(one), "")
        self.show()

    def _add(self, text: str, kind: str) -> None:
        self._lines.addWidget(look.label(text, kind, wrap=True))

    def _open(self) -> None:
        found, self.found = self.found, []
        self.hide()
        for one in found:
            self.wanted.emit(one.record_id, "filing")

    def dismiss(self) -> None:
        """They stay in the list as drafts; they are not offered again."""
        found, self.found = self.found, []
        self.hide()
        ids = [str(one.record_id) for one in found]
        if ids:
            self._desk.read(lambda copy: _forget(copy, *ids), _nothing, owner=self._desk)


def sentence(one: LeftOpen) -> str:
    """What was kept of one filing."""
    title = one.title or say("（未命名）", "(untitled)")
    if not one.path:
        return say(f"“{title}”：没有未保存的内容", f"“{title}”: nothing was unsaved")
    moment = moments.parsed(one.at)
    at = moments.clock(moment) if moment else ""
    where = told(one.place)
    return say(
        f"“{title}”：保存到 {at}" + (f"，最后填写的是“{where}”" if where else ""),
        f"“{title}”: kept up to {at}" + (f"; the last field was “{where}”" if where else ""),
    )
