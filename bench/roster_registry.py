"""2,000 accounts from a workbook in one go, at a registry in a process of its own, and back again.

Online; then without a network, where the registry refuses some of the rows later; then an update
of all of them, which is two changes a row, undone as a whole. Meanwhile somebody of another
hospital saves and sends something again and again: how long they wait is told beside it.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.guessing import memory_of, registry
from bench.invented import person_row
from bench.measure import answer, asked, line, tell_plain

SELF = "bench.roster_registry"
KEY = bytes(range(32))
HOSPITAL, OTHER, OWN_ROLE = "长河市第一人民医院", "长河省中医院", "institution_admin"
PASSWORD, CHANGED = "Yanbei2026", "Changhe2026a"
TAKEN = 40
"""Mobiles of rows that another hospital takes while the network is away."""


class Office:
    """The administrator of a hospital at a desk without a window."""

    def __init__(self, folder: Path, address: str, login: str) -> None:
        from local_db import WorkingCopy
        from sync.client import RegistryClient
        from sync.protocol import NewPassword, SignIn

        self.client = RegistryClient(address)
        self.client.sign_in(SignIn(login=login, password=PASSWORD, desk=folder.name))
        self.client.change_password(NewPassword(old=PASSWORD, new=CHANGED))
        self.copy = WorkingCopy(folder, KEY)
        self.copy.remember(self.client.session())
        self.sync()

    def sync(self) -> Any:
        from sync import engine

        return engine.run(self.copy, self.client)

    def close(self) -> None:
        self.copy.close()
        self.client.close()


class Somebody(threading.Thread):
    """Saves and sends, again and again, while something else goes on."""

    def __init__(self, office: Office) -> None:
        super().__init__(daemon=True)
        self.office, self.over, self.waits = office, threading.Event(), list[float]()
        self.record = office.copy.begin("person", {"name": "罗一"}, role=OWN_ROLE)
        office.sync()

    def run(self) -> None:
        turn = 0
        while not self.over.wait(0.3):
            turn += 1
            said = {"name": "罗一", "department": f"第{turn}科"}
            self.office.copy.perform(self.record.id, "save", answers=said, role=OWN_ROLE)
            began = time.perf_counter()
            self.office.sync()
            self.waits.append(time.perf_counter() - began)


@contextmanager
def beside(office: Office, found: dict[str, Any], what: str) -> Iterator[None]:
    """Tell how long it took, and how long somebody else waited meanwhile."""
    other = Somebody(office)
    other.start()
    began = time.perf_counter()
    yield
    found[what] = time.perf_counter() - began
    other.over.set()
    other.join()
    found[f"{what}: others"] = sorted(other.waits)


def _rows(count: int) -> list[list[str]]:
    """Rows without any error."""
    rows = (person_row(nth) for nth in range(count * 2) if nth % 50 != 49)
    return [row for row, _ in zip(rows, range(count), strict=False)]


def _entries(path: Path, office: Office, already: str = "skip", roles: Sequence[str] = ()) -> Any:
    """The rows as the window has them once the registry has said whom it knows."""
    from app.roster import checks, reading
    from app.roster.accounts import ACCOUNTS
    from ui.importing.known import ask, own_register, sought

    register = own_register(office.copy, ACCOUNTS)
    given = tuple(roles) or ("pi",)
    day = datetime.date(2026, 11, 21)
    terms = checks.Terms(day, given, register, template=ACCOUNTS, already=already)
    checked = checks.check(reading.read(path), terms)
    told = register.told(ask(office.client, "person", sought(checked.importable)))
    terms = checks.Terms(day, given, told, template=ACCOUNTS, already=already)
    return [checks.look_again(entry, terms) for entry in checked.entries]


class Imports:
    """The imports of one administrator, one after the other, and what they cost."""

    def __init__(self, folder: Path, rows: int, office: Office, other: Office) -> None:
        self.office, self.other, self.found = office, other, dict[str, Any]()
        self.people = _rows(rows)
        self.path, self.second = folder / "people.xlsx", folder / "more.xlsx"
        write_rows(self.path, [[*row[:2], "", *row[3:]] for row in self.people])  # no department
        write_rows(self.second, self.people)

    def taken(self, entries: Any, what: str) -> Any:
        """Take these rows at the desk."""
        from ui.importing import doing

        order = doing.Order(OWN_ROLE, "2026-11-21T08:00:00+00:00", self.path.name)
        began = time.perf_counter()
        made = doing.take(self.office.copy, [e for e in entries if e.deed != "none"], order)
        self.found[f"{what}: written here"] = time.perf_counter() - began
        return made

    def sent(self, made: Any, what: str) -> Any:
        """Exchange until the registry has answered every row."""
        from ui.importing import imports

        with beside(self.other, self.found, f"{what}: sent and answered"):
            while True:
                self.office.sync()
                now = imports.progress(self.office.copy, made)
                if now.is_over:
                    break
        self.found[f"{what}: rows"] = [now.count("done"), now.count("refused")]
        return now

    def undone(self, made: Any, what: str) -> None:
        from ui.importing import doing

        with beside(self.other, self.found, f"{what}: undone as a whole"):
            doing.undo(self.office.copy, self.office.client, made, role=OWN_ROLE)
        self.office.sync()

    def online(self) -> None:
        began = time.perf_counter()
        entries = _entries(self.path, self.office)
        self.found["checked, the registry asked"] = time.perf_counter() - began
        made = self.taken(entries, "online")
        self.sent(made, "online")
        self.undone(made, "online")
        assert not _known(self.office, self.people), "somebody is left behind"

    def offline(self) -> None:
        """Another hospital takes some of the mobiles before the network is back."""
        from ui.importing import doing

        made = self.taken(_entries(self.path, self.office), "offline")
        lost = self.people[:: max(1, len(self.people) // TAKEN)][:TAKEN]
        _engage(self.other, lost)
        now = self.sent(made, "offline")
        refused = [one for one in now.rows if one.standing == "refused"]
        theirs = {self.people[one.row.row - 2][6] for one in refused}
        assert theirs == {row[6] for row in lost}, "each answer stands at its row"
        assert all("手机号" in one.error.words.zh for one in refused if one.error)
        doing.give_up(self.office.copy, made, [one.row for one in refused])

    def update(self) -> None:
        """Everybody gets a department and another role: two changes a row."""
        from ui.importing import imports

        entries = _entries(self.second, self.office, "update", ("pi", "other"))
        made = self.taken([e for e in entries if e.deed == "update"], "update")
        self.sent(made, "update")
        self.undone(made, "update")
        for row in made.rows:
            record = self.office.copy.get(imports.record_of(row))
            assert (record.answers["roles"], record.answers.get("department")) == (["pi"], None)


def _run(folder: Path, rows: int, *parts: str) -> dict[str, Any]:
    with registry(folder) as (address, process):
        office, other = (
            Office(folder / f"desk{n}", address, login) for n, login in enumerate((HOSPITAL, OTHER))
        )
        imports = Imports(folder, rows, office, other)
        for part in parts or ("online", "offline", "update"):
            getattr(imports, part)()
        imports.found["registry, MB"] = memory_of(process)
        for one in (office, other):
            one.close()
    return imports.found


def _known(office: Office, people: Sequence[Sequence[str]]) -> int:
    """How many of these the registry knows."""
    from sync.protocol import Sought

    rows = [Sought(mobile=row[6]) for row in people]
    return len(office.client.known("person", rows))


def _engage(office: Office, rows: Sequence[Sequence[str]]) -> None:
    """Open accounts with the mobiles of these rows, for others."""
    said = {"roles": ["pi"], "password": "Changhe2026"}
    entries = [
        (
            {"name": "罗二", "id_kind": "passport", "id_number": f"E{n:08}", "mobile": row[6],
             "email": f"taken{n}@example.org", "birth_date": "1980-03-07", "sex": "male"},
            said,
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    office.copy.begin_many("person", "open", entries, role=OWN_ROLE)
    while office.copy.outbox_count():
        report = office.sync()
        assert not report.refused, report.refused[0]


def write_rows(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """A filled workbook of these rows."""
    from app.roster import template
    from app.roster.accounts import ACCOUNTS

    template.write(path, rows, ACCOUNTS)


def main(*, quick: bool = False) -> None:
    rows = 200 if quick else 2_000
    line(f"{rows:,} accounts in one go, at a registry on SQLite")
    with tempfile.TemporaryDirectory() as kept:
        found = asked(SELF, kept, rows)
    for what, told in found.items():
        if what.endswith(": others"):
            continue
        if isinstance(told, list):
            tell_plain(f"{rows:,} accounts, {what}", f"{told[0]} done, {told[1]} refused")
        elif isinstance(told, float) and (waits := found.get(f"{what}: others")) is not None:
            middle = waits[len(waits) // 2] if waits else 0.0
            slowest = waits[-1] if waits else 0.0
            note = f"somebody else's saves meanwhile: {len(waits)}, median {middle:.2f} s, "
            tell_plain(
                f"{rows:,} accounts, {what}", f"{told:.1f} s", f"{note}slowest {slowest:.2f} s"
            )
        else:
            tell_plain(f"{rows:,} accounts, {what}", f"{told:.1f}")


if __name__ == "__main__":
    answer(_run(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
