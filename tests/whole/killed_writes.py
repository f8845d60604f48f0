"""A desk killed instead of one write to its disk, in the middle of a sync of sixty changes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.record import Record
from local_db import Query, WorkingCopy
from sync import engine as exchange
from sync.client import RegistryClient
from tests import builders
from tests.whole import disklog
from tests.whole.desk_process import Killable
from tests.whole.desks import KEY
from tests.whole.failing_calls import Scene, documents

NEW, SAVED, THERE = 48, 12, 20
"""New studies and saves of known ones that this desk has to send; studies that wait for it."""


class Sixty(Scene):
    """Sixty changes and five documents to be sent, news and a document to be fetched."""

    def _fill(self, client: RegistryClient) -> None:
        here = WorkingCopy(self.folder / "desk", KEY)
        there = WorkingCopy(self.folder / "other", KEY)
        for copy in (here, there):
            copy.remember(client.session())
        known = [self._begin(here, f"已有{n}") for n in range(SAVED)]
        exchange.run(here, client)
        for n in range(THERE):
            self._begin(there, f"别处{n}")
        answers = builders.study_answers()
        for content in {*documents(answers)}:
            there.add_file(content)
        there.begin("study", answers, role="pi")
        exchange.run(there, client)
        there.close()
        for n in range(NEW):
            self._begin(here, f"新的{n}")
        for n, record in enumerate(known):
            self._write(here, record.id, f"改过{n}")
        for n in range(5):
            here.add_file(b"%PDF-1.7\n" + b"%d" % n * 200_000)
        here.close()

    @staticmethod
    def _begin(copy: WorkingCopy, title: str) -> Record:
        return copy.begin("study", {"basic.research_title": title}, role="pi")

    @contextmanager
    def watched(self) -> Iterator[Killable]:
        """The desk of a run as a process of its own, whose writes are counted."""
        desk = self.folder / "run"
        killable = Killable(desk, KEY, environment=disklog.environment(desk))
        yield killable
        killable.close()


@dataclass(frozen=True)
class Kill:
    """What became of a sync that was killed."""

    was_killed: bool
    restart: float
    """Seconds until the desk's records could be read again."""
    wrong: str
    """What was lost, doubled or damaged, or nothing."""


class Writes:
    """Kills a sync at its writes, one in each run."""

    def __init__(self, scene: Sixty, killable: Killable) -> None:
        self._scene, self._killable = scene, killable
        self.untouched = scene.run("desk", 0)

    def kill(self, at: int) -> Kill:
        """Kill a sync instead of its write number `at`; then start again and exchange."""
        scene = self._scene
        desk = scene.again()
        ended, _ = self._killable.run(f"sync {scene.registry.address} {scene.token} {at}")
        began = time.monotonic()
        copy = WorkingCopy(desk, KEY)
        restart = time.monotonic() - began
        try:
            wrong = "" if copy.is_sound() else "the store is damaged"
            missing = NEW + SAVED - len({title for title in _titles(copy) if _is_mine(title)})
        finally:
            copy.close()
        if missing:
            wrong = wrong or f"{missing} of the sixty are not to be seen after the restart"
        broken = scene.round(desk)
        stands = scene.stands(desk, broken)
        return Kill(not ended, restart, wrong or stands.differs_from(self.untouched))


def _titles(copy: WorkingCopy) -> list[str]:
    return [row.head.title for row in copy.rows(Query("study", limit=10_000)).rows]


def _is_mine(title: str) -> bool:
    return title.startswith(("新的", "改过"))
