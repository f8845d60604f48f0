"""A registry that is killed at any moment: what it acknowledged stands, and once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import func, select

from server import sample
from server.books import record_of
from server.db import connect, read
from server.files import Archive
from server.soundness import faults
from server.tables import DoneRow, RecordRow, RevisionRow
from tests.server.process import Desk, MortalRegistry
from tests.server.province import ident

MOMENTS = 12
"""How many times the registry on SQLite is killed."""
PEOPLE = ("13800000009", "13800000010")


class Writer:
    """Somebody who keeps saving, and sends again what was not acknowledged."""

    def __init__(self, login: str) -> None:
        self.login = login
        self.record = uuid4()
        self.sent: list[dict[str, Any]] = []
        self.acknowledged: set[str] = set()
        self.token = ""
        self.faults: list[str] = []
        """What was answered that is neither done nor silence."""

    def write(self, address: str, stop: threading.Event) -> None:
        """Until the registry is gone or `stop` is set."""
        try:
            with self.desk(address) as desk:
                while not stop.is_set():
                    self.send(desk, self._next())
        except requests.RequestException:
            return
        except AssertionError as error:
            self.faults.append(str(error))

    def desk(self, address: str) -> Desk:
        desk = Desk(address)
        if not self.token:
            self.token = desk.sign_in(self.login, sample.PASSWORD)["token"]
        desk.http.headers["Authorization"] = f"Bearer {self.token}"
        return desk

    def send(self, desk: Desk, change: dict[str, Any]) -> None:
        [outcome] = desk.changes(change)
        assert outcome["result"] == "done", outcome
        self.acknowledged.add(outcome["change_id"])

    def _next(self) -> dict[str, Any]:
        if self.sent and self.sent[-1]["change_id"] not in self.acknowledged:
            return self.sent[-1]  # its reply was lost: the same change once more
        n = len(self.sent)
        was = f"第{n - 1}稿" if n else None
        self.sent.append({
            "change_id": str(uuid4()), "record_id": str(self.record), "form": "study",
            "form_version": 1, "base_revision": 0, "command": "save", "role": "pi",
            "edits": {"basic.research_title": [was, f"第{n}稿"]},
        })  # fmt: skip
        return self.sent[-1]


@pytest.mark.parametrize(("database", "moments"), [("sqlite", MOMENTS), ("postgresql", 6)])
def test_what_was_acknowledged_stands_once_after_any_kill(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, moments: int
) -> None:
    short = "postgres" if database == "postgresql" else "sqlite"
    url: str = request.getfixturevalue(f"{short}_province_url")
    chance = random.Random(20261121)
    files = tmp_path / "files"
    sample.store_documents(Archive(files))
    writers = [Writer(login) for login in PEOPLE]
    registry = MortalRegistry(url, files)
    registry.start()
    finish(registry, writers)  # signs them in

    for _ in range(moments):
        with killed_within(registry, writers, chance):
            pass
        registry.start()
    finish(registry, writers)
    registry.end()  # once more, by SIGKILL

    engine = connect(url, pool=2)
    assert sum(len(writer.sent) for writer in writers) > moments, "hardly working when killed"
    for writer in writers:
        assert writer.faults == []
        assert writer.acknowledged == {change["change_id"] for change in writer.sent}
        assert standing(engine, writer.record) == (len(writer.sent), f"第{len(writer.sent) - 1}稿")
        assert answered(engine, writer) == len(writer.sent)
    assert faults(engine, Archive(files)) == []
    engine.dispose()


class killed_within:  # noqa: N801 -- reads as what happens
    """Let them write, and kill the registry a moment after some changes were acknowledged."""

    def __init__(
        self, registry: MortalRegistry, writers: list[Writer], chance: random.Random
    ) -> None:
        self._registry, self._writers = registry, writers
        self._count, self._moment = chance.randint(0, 4), chance.uniform(0, 0.03)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=writer.write, args=(registry.address, self._stop))
            for writer in writers
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()
        enough = self._acknowledged() + self._count
        deadline = time.monotonic() + 10
        while self._acknowledged() < enough and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(self._moment)

    def _acknowledged(self) -> int:
        return sum(len(writer.acknowledged) for writer in self._writers)

    def __exit__(self, *_: object) -> None:
        self._registry.kill()
        self._stop.set()
        for thread in self._threads:
            thread.join()


def finish(registry: MortalRegistry, writers: list[Writer]) -> None:
    """Send again what is still open, until everything is acknowledged."""
    for writer in writers:
        with writer.desk(registry.address) as desk:
            for change in list(open_of(writer)):
                writer.send(desk, change)


def open_of(writer: Writer) -> Iterator[dict[str, Any]]:
    return (c for c in writer.sent if c["change_id"] not in writer.acknowledged)


def standing(engine: Any, record: UUID) -> tuple[int, str]:
    """How many revisions a record has, and its title."""
    counted = select(func.count()).select_from(RevisionRow).where(RevisionRow.record == record)
    body = select(RecordRow.body).where(RecordRow.id == record)
    count, stored = read(engine, lambda s: (s.scalar(counted), s.scalar(body)))
    assert stored is not None
    assert count is not None
    return count, record_of(stored).answers["basic.research_title"]


def answered(engine: Any, writer: Writer) -> int:
    name = {PEOPLE[0]: "林远", PEOPLE[1]: "苏晴"}[writer.login]
    counted = (
        select(func.count())
        .select_from(DoneRow)
        .where(DoneRow.principal == f"person:{ident(name)}")
    )
    return int(read(engine, lambda s: s.scalar(counted)) or 0)
