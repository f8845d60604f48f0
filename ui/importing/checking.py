"""Reading and checking a workbook off the UI thread, and asking the registry about its rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import AppError
from app.roster import checks, reading
from app.roster.checks import Checked, Entry, Line, Terms
from app.roster.reading import Stopped
from app.roster.rows import Template
from ui import garbage, tasks
from ui.desk import Desk
from ui.importing.known import Register, ask, own_register, sought

if TYPE_CHECKING:
    from sync.protocol import Sought

SOON = 400
"""Milliseconds after the last change until the registry is asked about it."""


@dataclass(frozen=True)
class Wanted:
    """A workbook, and under what it is to be read."""

    path: Path
    template: Template
    roles: tuple[str, ...] = ()
    committee: UUID | None = None
    row_limit: int | None = None


@dataclass(frozen=True)
class Loaded:
    """A workbook that was read and checked by what this computer knows."""

    checked: Checked
    terms: Terms


@dataclass(frozen=True)
class Learned:
    """What the registry has said: the terms from now on, and the rows to look at again."""

    terms: Terms
    rows: frozenset[int]


class Checking(QObject):
    """One workbook at a time. What is still under way for another one is no longer told."""

    through = Signal(int, int)
    """(rows checked, rows)."""
    loaded = Signal(object)
    failed = Signal(object)
    asking = Signal()
    learned = Signal(object)
    """`Learned`; its register says whether the registry was reached."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stop = Event()
        self._asked: dict[int, Line] = {}
        """The rows that the registry was asked about, by identity: a changed row is another one."""
        self._is_unheard = False
        """Whether it could not be reached: with the next new row it is asked about all of them."""
        self._terms: Terms | None = None
        self._waiting: list[Entry] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask_waiting)

    # Reading

    def open(self, wanted: Wanted) -> None:
        """Read a workbook in its own process and check it; `loaded` or `failed` follows."""
        self.stop()
        self._stop = stop = Event()
        self._asked, self._terms, self._is_unheard = {}, None, False
        copy = self._desk.copy
        tasks.run(
            lambda: own_register(copy, wanted.template, wanted.committee),
            then=lambda register: self._read(wanted, register, stop),
            failed=partial(self._on_failed, stop),
            owner=self,
        )

    def stop(self) -> None:
        """Nobody wants to know any more: nothing follows."""
        self._stop.set()
        self._timer.stop()
        self._waiting = []

    def _read(self, wanted: Wanted, register: Register, stop: Event) -> None:
        limit = wanted.row_limit or wanted.template.row_limit

        def tell(done: int, of: int) -> None:
            if stop.is_set():
                raise Stopped
            self.through.emit(done, of)  # from the lane's thread to this one

        def work() -> Loaded:
            today = datetime.datetime.now(datetime.UTC).astimezone().date()
            terms = Terms(today, wanted.roles, register, template=wanted.template)
            sheet = reading.read(
                wanted.path,
                width=wanted.template.width,
                row_limit=limit,
                stopped=stop.is_set,
            )
            with garbage.held():
                checked = checks.check(sheet, terms, row_limit=limit, progress=tell)
            _ = checked.counts  # taken here, not in the window
            return Loaded(checked, terms)

        tasks.run(
            work,
            then=lambda loaded: self._on_loaded(stop, loaded),
            failed=partial(self._on_failed, stop),
            owner=self,
            lane="work",
        )

    def _on_loaded(self, stop: Event, loaded: Loaded) -> None:
        if not stop.is_set():
            self._terms = loaded.terms
            self.loaded.emit(loaded)

    def _on_failed(self, stop: Event, error: Exception) -> None:
        if not stop.is_set() and not isinstance(error, Stopped):
            self.failed.emit(error)

    # Asking

    def under(self, terms: Terms) -> None:
        """The terms have changed: what becomes of who is known."""
        self._terms = terms

    def look_at(self, entries: Sequence[Entry], *, at_once: bool = False) -> None:
        """Ask about rows that were not asked about yet, once nobody has typed for a moment."""
        new = [e for e in entries if id(e.line) not in self._asked]
        if not new or self._terms is None:
            return
        self._waiting = list(entries) if self._is_unheard else new
        self.asking.emit()
        self._timer.start(0 if at_once else SOON)

    def ask_again(self, entries: Sequence[Entry]) -> None:
        """Ask about all rows anew."""
        self._asked = {}
        self.look_at(entries, at_once=True)

    def ask_if_unheard(self, entries: Sequence[Entry]) -> None:
        """Ask about all rows anew where the registry could not be reached before."""
        if self._is_unheard and not self._timer.isActive():
            self.ask_again(entries)

    def _ask_waiting(self) -> None:
        entries, terms, stop = self._waiting, self._terms, self._stop
        if terms is None:
            return
        self._waiting = []
        for entry in entries:
            self._asked[id(entry.line)] = entry.line

        def work() -> Learned:
            rows = sought(entries)
            return _learned(entries, terms, ask_of(self._desk, terms, rows))

        tasks.run(
            work,
            then=lambda learned: self._on_learned(stop, learned),
            failed=lambda error: self._on_unheard(stop, entries, error),
            owner=self,
            lane="network",
        )

    def _on_learned(self, stop: Event, learned: Learned) -> None:
        if stop.is_set() or self._terms is None:
            return
        self._is_unheard = False
        self._terms = replace(self._terms, known=learned.terms.known)
        self.learned.emit(replace(learned, terms=self._terms))

    def _on_unheard(self, stop: Event, entries: Sequence[Entry], error: Exception) -> None:
        if stop.is_set() or self._terms is None:
            return
        if not isinstance(error, AppError):
            self.failed.emit(error)
        self._is_unheard = True
        register = self._terms.known
        assert isinstance(register, Register)
        self._terms = replace(self._terms, known=register.unheard())
        rows = frozenset(e.row for e in entries if _is_told_of(e))
        self.learned.emit(Learned(self._terms, rows))

    def confirm(self, entries: Sequence[Entry], terms: Terms) -> list[Entry]:
        """Ask once more, in a lane: the rows as they stand by the registry's newest word."""
        rows = sought(entries)
        register = ask_of(self._desk, terms, rows)
        fresh = replace(terms, known=register)
        touched = _touched(entries, register)
        return [
            checks.look_again(e, fresh) if e.row in touched or _is_told_of(e) else e
            for e in entries
        ]


def ask_of(desk: Desk, terms: Terms, rows: Sequence[Sought]) -> Register:
    """The register after the registry's word; Unreachable where it cannot be asked."""
    register = terms.known
    assert isinstance(register, Register)
    with desk.reached() as client:
        return register.told(ask(client, terms.template.asks, rows))


def _learned(entries: Sequence[Entry], terms: Terms, register: Register) -> Learned:
    rows = _touched(entries, register) | {e.row for e in entries if _is_told_of(e)}
    return Learned(replace(terms, known=register), frozenset(rows))


def _touched(entries: Sequence[Entry], register: Register) -> set[int]:
    """The rows of which something is known, and all where everybody must be."""
    found = set()
    for entry in entries:
        template = entry.terms.template
        if template.id == "members":
            found.add(entry.row)
            continue
        for key, column in template.keys.items():
            value = entry.clean[column]
            bys = ("office", "office_alike") if key == "name" else (key,)
            if value and any(register.find(by, value) for by in bys):  # type: ignore[arg-type]
                found.add(entry.row)
    return found


def _is_told_of(entry: Entry) -> bool:
    return any(f.code[0] == "D" for f in entry.findings)
