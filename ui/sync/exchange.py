"""When this desk exchanges with the registry, and how that stands: what the sync bar tells."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import AppError, NotAllowed, SignedOut, TooOld, Unreachable
from sync import engine, packages
from sync.rhythm import Result, Rhythm, asked_of
from ui import moments, problems, tasks
from ui.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_db import OutboxItem, WorkingCopy
    from sync.client import RegistryClient
    from sync.engine import Report, Stage
    from ui.sync.network import Network

log = logging.getLogger(__name__)

Standing: TypeAlias = Literal[
    "new", "running", "cancelling", "cancelled", "done", "offline", "signed_out", "stopped"
]
LAST = "synced_at"
SHOWN_EVERY = 2.0
"""Seconds between two looks at what has arrived, while more of it does."""


@dataclass(frozen=True)
class SyncState:
    """How the exchange stands."""

    standing: Standing = "new"
    last: datetime | None = None
    """When everything was exchanged the last time."""
    stage: str = ""
    through: int = 0
    """While running: what is going on, and how many of it are through."""
    of: int = 0
    """How many there are, where that is known."""
    seconds: float = 0
    """How long it will go on, where there is something to judge it by."""
    waiting: int = 0
    """Changes that have not been sent."""
    oldest: str = ""
    """When the oldest of them was made."""
    trouble: int = 0
    """Changes that a person must look at."""
    error: AppError | None = None


class Exchange(QObject):
    """Runs a round when it is time: after a save, regularly, on demand, on the network's return."""

    told = Signal(object)
    """The new `SyncState`."""
    signed_out = Signal()
    _progressed = Signal(str, int)

    def __init__(
        self,
        desk: Desk,
        client: Callable[[], RegistryClient],
        parent: QObject | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._client, self._network = desk, client, network
        desk.way = client
        self.rhythm = Rhythm()
        self.state = SyncState(last=moments.parsed(desk.copy.preference(LAST) or ""))
        self._stop, self._cancel = Event(), Event()
        self._is_running = self._more = self._again = self._is_back = False
        self._ahead, self._since, self._shown = 0, 0.0, 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._progressed.connect(self._on_progress)
        desk.sync_wanted.connect(self.saved)
        desk.sync_asked.connect(self.now)
        desk.changed.connect(self._on_changed)
        desk.document_wanted.connect(self._fetch_document)
        desk.version_wanted.connect(self._fetch_version)
        if network is not None:
            network.came_back.connect(self.returned)
        self.count()

    def start(self) -> None:
        """Begin with a round at once."""
        self.now()

    def now(self) -> None:
        """A round as soon as the one under way is through: somebody asks for it."""
        self.rhythm.online(time.monotonic())
        self._again = self._is_running
        self._plan()

    def cancel(self) -> None:
        """The person stops the round under way; what came stays, the next one goes on behind it."""
        if self._is_running and not self._cancel.is_set():
            self._cancel.set()
            self._again = False
            self._tell(standing="cancelling", seconds=0)

    def saved(self) -> None:
        """Something was saved: send it soon."""
        self._more = self._is_running
        self.rhythm.saved(time.monotonic())
        self._plan()

    def returned(self) -> None:
        """The network is back: exchange soon."""
        self._is_back = self._is_running  # the round under way may still fail for want of it
        self.rhythm.returned(time.monotonic(), random.random())
        self._plan()

    def stop(self) -> None:
        """No further round; the one under way leaves at its next safe place."""
        self._stop.set()
        self._cancel.set()
        self._timer.stop()

    def _on_changed(self, _what: object) -> None:
        self.count()

    def count(self) -> None:
        """Look at the outbox again."""
        self._desk.read(lambda copy: copy.outbox(), self._counted, owner=self)

    def _counted(self, items: list[OutboxItem]) -> None:
        waiting = [i for i in items if i.state in ("waiting", "sent")]
        trouble = [i for i in items if i.state in ("refused", "clash")]
        oldest = min((i.made_at for i in waiting), default="")
        self._tell(waiting=len(waiting), oldest=oldest, trouble=len(trouble))

    def _plan(self) -> None:
        if not self._is_running and not self._stop.is_set():
            self._timer.start(int(self.rhythm.wait(time.monotonic()) * 1000))

    def _tick(self) -> None:
        if self._is_running or self._stop.is_set():
            return
        self._is_running = True
        self._more = self._again = self._is_back = False
        self._cancel = Event()
        self._ahead, self._since = 0, time.monotonic()
        self._tell(standing="running", stage="session", through=0, of=self.state.waiting, seconds=0)
        copy, stop = self._desk.copy, self._cancel

        def work() -> Report:
            client = self._client()
            try:
                report = engine.run(copy, client, progress=self._told_progress, stop=stop)
                if not report.stopped:
                    _introduce(copy, client)
                return report
            finally:
                client.close()

        tasks.run(work, then=self._done, failed=self._failed, owner=self, lane="network")

    def _told_progress(self, stage: Stage, count: int) -> None:
        self._progressed.emit(stage, count)  # from the network's thread to this one

    def _on_progress(self, stage: str, count: int) -> None:
        if not self._is_running or self._cancel.is_set():
            return
        now = time.monotonic()
        if stage == "ahead":
            self._ahead, self._since = count, now
            return
        of = self._ahead if stage == "news" else self.state.of
        left = 0.0
        if stage == "news" and count and now > self._since:
            left = max(0, of - count) * (now - self._since) / count
        self._tell(stage=stage, through=count, of=of, seconds=left)
        if stage == "news" and now > self._shown + SHOWN_EVERY:
            self._shown = now
            self._desk.changed.emit([])  # the lists are used while the rest arrives

    def _done(self, report: Report) -> None:
        if report.stopped:
            self._tell(standing="cancelled", stage="", error=None)
            self._is_running = False
            now = time.monotonic()
            self.rhythm.cancelled(now)
            if self._more:  # what was saved meanwhile
                self.rhythm.saved(now)
            if self._again:  # they have thought better of it
                self.rhythm.online(now)
            self._plan()
        else:
            at = moments.now()
            copy = self._desk.copy
            self._desk.read(
                lambda _c: copy.prefer(LAST, at.isoformat(timespec="seconds")), _nothing, owner=self
            )
            self._tell(standing="done", last=at, stage="", error=None)
            self._ended("done", asked=max(map(asked_of, report.refused), default=0))
        self._desk.refresh()
        if report.received or report.sent or report.refused or report.clashes:
            self._desk.changed.emit([])
        self._desk.synced.emit(report)
        self.count()

    def _failed(self, error: Exception) -> None:
        asked = asked_of(error) if isinstance(error, AppError) else 0
        match error:
            case Unreachable():
                self._tell(standing="offline", stage="", error=error)
                self._ended("unreachable", asked=asked)
            case SignedOut():
                self._tell(standing="signed_out", stage="", error=error)
                self._ended("refused")
                self.signed_out.emit()
            case AppError():
                log.info("the exchange ended: %s", error.code)
                self._tell(standing="stopped", stage="", error=error)
                ends = isinstance(error, TooOld | NotAllowed)
                self._ended("refused" if ends else "unreachable", asked=asked)
            case _:
                self._tell(standing="stopped", stage="")
                self._ended("unreachable")
                problems.show(error)
        self._desk.changed.emit([])  # what arrived before stays

    def _ended(self, result: Result, *, asked: float = 0) -> None:
        self._is_running = False
        chance = random.random()
        now = time.monotonic()
        self.rhythm.ended(result, now, chance, more=self._more, asked=asked)
        if self._again and result == "done" and not asked:  # asked for while it ran
            self.rhythm.online(now)
        if self._is_back and result == "unreachable" and not asked:
            self.rhythm.returned(now, chance)
        self._plan()

    def _tell(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.told.emit(self.state)

    def _fetch_version(self, record_id: UUID, revision: int) -> None:
        copy, came = self._desk.copy, self._desk.version_came

        def work() -> None:
            client = self._client()
            try:
                copy.keep_version(client.revision(record_id, revision))
            finally:
                client.close()

        tasks.run(
            work,
            then=lambda _none: came.emit(record_id, revision, None),
            failed=lambda error: came.emit(record_id, revision, error),
            owner=self,
            lane="network",
        )

    def _fetch_document(self, sha256: str) -> None:
        copy = self._desk.copy

        def work() -> None:
            client = self._client()
            try:
                with copy.arriving(sha256) as place:
                    client.fetch_file(sha256, place)
            finally:
                client.close()

        tasks.run(
            work,
            then=lambda _none: self._desk.changed.emit([]),
            failed=lambda error: log.info("a document did not come: %s", type(error).__name__),
            owner=self,
            lane="network",
        )


def _introduce(copy: WorkingCopy, client: RegistryClient) -> None:
    """Make this desk's keys known, for packages; where that fails, the round has not failed."""
    try:
        packages.introduce(copy, client)
    except AppError as error:
        log.info("the keys of this desk were not taken: %s", error.code)


def _nothing(_result: object) -> None:
    return
