"""A database whose i-th call fails, on a desk or in the registry, and a round over it.

Everything is real: the store, the registry's application behind HTTP, the round. Only one call of
one database fails: a statement, or a commit before it is done or after. On SQLite it tells a fault
of the disk; on PostgreSQL the line breaks.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson
import uvicorn
from sqlalchemy import Engine, select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError

from app.errors import AppError
from local_db import WorkingCopy
from server import accounts, sample
from server.app import create_app
from server.books import record_of
from server.db import connect, read, transact
from server.files import Archive
from server.migrations import migrate
from server.moments import clock
from server.rates import Rate, Rates
from server.soundness import faults
from server.tables import RecordRow
from sync import engine as exchange
from sync.client import RegistryClient
from tests import builders
from tests.whole.books import Books, OnSqlite, disk_fault
from tests.whole.desks import KEY, sign_in

Side = Literal["desk", "registry"]
SIDES: tuple[Side, ...] = ("desk", "registry")
UNLIMITED = Rate(1e9, 1e9)
PI = "13800000009"


@dataclass
class Calls:
    """Counts the calls of one side; the one numbered `failing` (from 1) tells a fault."""

    side: Side
    registry: Any
    """The registry's dialect: every other one is a desk's."""
    books: Books
    failing: int = 0
    made: int = 0
    failed: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_watched(self, dialect: Any) -> bool:
        return (dialect is self.registry) is (self.side == "registry")

    def fails(self, what: str) -> bool:
        with self._lock:
            self.made += 1
            if self.made != self.failing:
                return False
            self.failed = what
            return True

    @contextmanager
    def laid(self) -> Iterator[Calls]:
        """Stand between SQLAlchemy and the drivers while inside."""
        kept = {name: getattr(DefaultDialect, name) for name in _DONE}
        for name in _DONE:
            setattr(DefaultDialect, name, self._between(name, kept[name]))
        try:
            yield self
        finally:
            for name, method in kept.items():
                setattr(DefaultDialect, name, method)

    def _between(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def statement(dialect: Any, *given: Any) -> Any:
            if self.is_watched(dialect) and self.fails(str(given[1])[:60]):
                raise self._fault(given[0].connection)
            return method(dialect, *given)

        def commit(dialect: Any, connection: Any) -> Any:
            watched = self.is_watched(dialect)
            if watched and self.fails("commit, not done"):
                raise self._fault(connection.dbapi_connection)
            method(dialect, connection)
            if watched and self.fails("commit, done"):
                raise self._fault(connection.dbapi_connection)

        return commit if name == "do_commit" else statement

    def _fault(self, connection: Any) -> Exception:
        return disk_fault() if self.side == "desk" else self.books.broken(connection)


_DONE = ("do_execute", "do_executemany", "do_execute_no_params", "do_commit")


class InProcess:
    """The registry's application in a thread of this process, on books that can be changed."""

    def __init__(self, folder: Path, books: Books) -> None:
        self.folder, self._books = folder, books
        self.engine: Engine = connect(books.url, pool=4)
        self.archive = Archive(folder / "files")
        rates = Rates(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED)
        config = uvicorn.Config(
            create_app(self.engine, self.archive, rates=rates), log_config=None, access_log=False
        )
        self._server = uvicorn.Server(config)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, args=([self._door],), daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self) -> InProcess:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)
        self._door.close()

    def keep(self) -> None:
        """Everything as it is now is where every run begins."""
        self.engine.dispose()
        self._books.keep()
        shutil.copytree(self.folder / "files", self.folder / "kept")

    def bring_back(self) -> None:
        """Go back there, as if nothing had happened since."""
        self.engine.dispose()
        self._books.bring_back()
        shutil.rmtree(self.folder / "files", ignore_errors=True)
        shutil.copytree(self.folder / "kept", self.folder / "files")
        self.archive.arrivals.mkdir(parents=True, exist_ok=True)


class Scene:
    """A desk with changes, documents and a clash to come, and news that wait for it."""

    def __init__(self, folder: Path, books: Books | None = None) -> None:
        self.folder, place = folder, folder / "registry"
        place.mkdir(parents=True)
        self.books = books or OnSqlite(place)
        _fill(self.books.url, place / "files")
        self.registry = InProcess(place, self.books)

    @contextmanager
    def prepared(self) -> Iterator[Scene]:
        """The registry running, and where every run begins kept."""
        with self.registry:
            client = RegistryClient(self.registry.address, sleep=_at_once)
            sign_in(client, PI, "one")
            self.token = client._token
            self._fill(client)
            client.close()
            self.registry.keep()
            try:
                yield self
            finally:
                self.registry.engine.dispose()

    def _fill(self, client: RegistryClient) -> None:
        here = WorkingCopy(self.folder / "desk", KEY)
        there = WorkingCopy(self.folder / "other", KEY)
        for copy in (here, there):
            copy.remember(client.session())
        shared = [
            here.begin("study", {"basic.research_title": f"共同的研究{n}"}, role="pi").id
            for n in range(2)
        ]
        exchange.run(here, client)
        exchange.run(there, client)
        self._write(there, shared[0], "另一台电脑上的题目")
        there.begin("study", {"basic.research_title": "另一台电脑上的研究"}, role="pi")
        there.add_file(builders.content("别处.pdf"))
        exchange.run(there, client)
        there.close()
        self._write(here, shared[0], "这台电脑上的题目")  # clashes
        self._write(here, shared[1], "第一次改")
        self._write(here, shared[1], "第二次改")
        here.add_file(builders.content("附件.pdf"))
        here.add_file(b"%PDF-1.7\n" + bytes(300_000))  # goes in pieces
        study = here.begin("study", builders.study_answers(), role="pi")
        for content in documents(study.answers):
            here.add_file(content)
        here.begin("study", {"basic.research_title": "新的研究"}, role="pi")
        here.close()

    @staticmethod
    def _write(copy: WorkingCopy, record: UUID, title: str) -> None:
        answers = {**copy.get(record).answers, "basic.research_title": title}
        copy.perform(record, "save", answers=answers, role="pi")

    def again(self) -> Path:
        """Both sides as they were; the desk's folder of this run."""
        self.registry.bring_back()
        desk = self.folder / "run"
        shutil.rmtree(desk, ignore_errors=True)
        shutil.copytree(self.folder / "desk", desk)
        return desk

    def round(self, desk: Path) -> AppError | DBAPIError | None:
        """Open the desk and exchange once; what ended it."""
        client = RegistryClient(self.registry.address, self.token, sleep=_at_once)
        copy: WorkingCopy | None = None
        try:
            copy = WorkingCopy(desk, KEY)
            exchange.run(copy, client)
        except (AppError, DBAPIError) as error:
            return error
        finally:
            if copy:
                copy.close()
            client.close()
        return None

    def run(self, side: Side, failing: int) -> Run:
        """A round in which that call fails, and another one; what stands then."""
        desk = self.again()
        calls = Calls(side, self.registry.engine.dialect, self.books, failing)
        with calls.laid():
            ended = self.round(desk)
        broken = self.round(desk)
        return replace(
            self.stands(desk, broken), calls=calls.made, failed=calls.failed, ended=ended
        )

    def stands(self, desk: Path, broken: AppError | DBAPIError | None) -> Run:
        """How both sides stand after a round that ended so."""
        return Run(0, "", None, broken, self._standing(desk), self._faults(desk))

    def _standing(self, desk: Path) -> bytes:
        """Everything that must not depend on what failed, in one text."""
        with _opened(desk) as copy:
            with copy._store.reading() as db:
                ids = list(db.exec_driver_sql("SELECT id FROM record ORDER BY id").scalars())
            here = {i: _told(copy.get(UUID(i))) for i in ids}
            outbox = [
                [str(i.change_id), str(i.record_id), i.command, i.state, list(i.clashes)]
                for i in copy.outbox()
            ]
            files = copy.files_to_send()
        there = read(
            self.registry.engine,
            lambda s: {str(r.id): _told(record_of(r.body)) for r in s.scalars(select(RecordRow))},
        )
        documents = sorted(self.registry.archive.names())
        told = [here, outbox, files, there, documents]
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)

    def _faults(self, desk: Path) -> list[str]:
        with _opened(desk) as copy:
            unsound = [] if copy.is_sound() else ["the desk's store is damaged"]
        return unsound + faults(self.registry.engine, self.registry.archive)


@dataclass(frozen=True)
class Run:
    """What became of one failing call."""

    calls: int
    failed: str
    ended: AppError | DBAPIError | None
    broken: AppError | DBAPIError | None
    standing: bytes
    faults: list[str]

    def differs_from(self, untouched: Run) -> str:
        """What is not as where nothing failed, or nothing."""
        if self.broken:
            return f"the next round ends with {self.broken!r}"
        if self.faults:
            return "; ".join(self.faults)
        if self.standing != untouched.standing:
            pairs = zip(PARTS, orjson.loads(self.standing), orjson.loads(untouched.standing),
                        strict=True)  # fmt: skip
            return "; ".join(f"{name}: {a} is not {b}" for name, a, b in pairs if a != b)[:2000]
        return ""


PARTS = ("desk", "outbox", "documents to send", "registry", "documents of the registry")


def _told(record: Any) -> list[Any]:
    return [record.form, record.state, record.revision, record.number, record.answers]


@contextmanager
def _opened(desk: Path) -> Iterator[WorkingCopy]:
    copy = WorkingCopy(desk, KEY)
    try:
        yield copy
    finally:
        copy.close()


def documents(answers: Any) -> Iterator[bytes]:
    """The content of every document that these answers name."""
    if isinstance(answers, dict):
        if "sha256" in answers:
            yield builders.content(answers["name"], answers["version"])
        for inner in answers.values():
            yield from documents(inner)


def _fill(url: str, files: Path) -> None:
    engine = connect(url, pool=2)
    migrate(engine)
    transact(engine, accounts.new_epoch)
    sample.fill(engine, Archive(files), clock())
    engine.dispose()


def _at_once(_seconds: float) -> None:
    """Waits for nothing."""
