"""The first copy of a desk from a real registry process, and what a round costs after it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from app.workflows import WORKFLOWS
from app.workflows.readers import audience
from bench import floor_exchange
from bench.invented import OFFICE, PI, studies
from bench.measure import ROOT, Sample, answer, asked, beside, line, peak, sample, tell, tell_plain

SELF = "bench.initial_sync"
KEY = bytes(range(32))
TOKEN = "bench-token"
TITLE = "basic.research_title"


# -- what stands in the registry ------------------------------------------------------------


def prepare(folder: Path, count: int) -> None:
    """A registry's database that holds studies of one investigator, and the floor's beside it."""
    from server.db import connect
    from server.migrations import migrate

    engine = connect(f"sqlite:///{folder / 'registry.db'}", pool=2)
    migrate(engine)
    with Session(engine) as session, session.begin():
        _account(session)
    bodies = []
    for page in _pages(count):
        bodies += [(str(record.id), body) for record, _, body in page]
        _store(engine, page)
    engine.dispose()
    floor_exchange.fill(folder / "floor.db", bodies)


def _pages(count: int) -> Iterator[list[Any]]:
    page: list[Any] = []
    for found in studies(count):
        page.append(found)
        if len(page) == 1000:
            yield page
            page = []
    if page:
        yield page


def _account(session: Session) -> None:
    from server.accounts import digest_of
    from server.moments import clock
    from server.tables import AccountRow, GrantRow, OfficeRow, SessionRow

    account, office, now = UUID(int=7), UUID(OFFICE.removeprefix("office:")), clock()
    session.execute(
        insert(OfficeRow).values(
            id=office, kind="institution", name=PI.office_name, division="43", parent=None,
            registrar=None,
        )
    )  # fmt: skip
    session.execute(
        insert(AccountRow).values(
            id=account, principal=PI.id, name=PI.name, office=office, password="none",
            must_change=False, disabled=False,
        )
    )  # fmt: skip
    session.execute(insert(GrantRow).values(principal=PI.id, role="pi", scope=OFFICE))
    session.execute(
        insert(SessionRow).values(
            token=digest_of(TOKEN), account=account, login="bench", desk="d", desk_name="",
            began=now, seen=now,
        )
    )  # fmt: skip


def _store(engine: Engine, page: list[Any]) -> None:
    """As `server.books` would, many at a time."""
    import orjson

    from server import feeds
    from server.moments import clock
    from server.tables import PartyRow, RecordRow, RevisionRow

    now, office = clock(), UUID(OFFICE.removeprefix("office:"))
    with Session(engine) as session, session.begin():
        session.execute(
            insert(RecordRow),
            [
                {
                    "id": r.id, "form": r.form, "state": r.state, "revision": r.revision,
                    "number": r.number or None, "office": office, "parent": None,
                    "title": head.title, "body": body, "head": orjson.dumps(head.to_wire()),
                    "updated_at": now,
                }
                for r, head, body in page
            ],
        )  # fmt: skip
        session.execute(
            insert(RevisionRow),
            [
                {
                    "record": r.id, "revision": r.revision, "command": "save", "actor": PI.id,
                    "role": "pi", "at": now, "state": r.state, "form_version": r.form_version,
                    "change": b'{"edits":{},"said":{}}', "answers": orjson.dumps(r.answers),
                }
                for r, _, _ in page
            ],
        )  # fmt: skip
        session.execute(
            insert(PartyRow),
            [
                {"record": r.id, "party": party, "name": name}
                for r, _, _ in page
                for party, names in r.parties.items()
                for name in names
            ],
        )
        feeds.publish(
            session,
            [
                feeds.Item(feed, str(r.id), "record", r.id)
                for r, _, _ in page
                for feed in audience(WORKFLOWS[r.form], r.state, r.parties)
            ],
        )


# -- the processes --------------------------------------------------------------------------


@contextmanager
def running(*command: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process, and the first line it prints."""
    with subprocess.Popen(
        [sys.executable, "-m", *map(str, command)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def _desk(address: str, folder: Path) -> dict[str, Any]:
    """A desk's first round, in a process of its own."""
    from local_db import Query, WorkingCopy
    from sync import engine
    from sync.client import RegistryClient

    client, replies = RegistryClient(address, TOKEN), list[Any]()
    # The hook sees every reply before its body is read; how much of it came is asked at the end.
    client._http.hooks["response"].append(lambda reply, **_: replies.append(reply))  # noqa: SLF001
    copy = WorkingCopy(folder, KEY)
    before, began, cpu = peak(), time.perf_counter(), time.process_time()
    report = engine.run(copy, client)
    seconds = time.perf_counter() - began
    found = {
        "seconds": seconds, "cpu": time.process_time() - cpu, "peak": peak(), "before": before,
        "received": report.received, "held": copy.count(Query("study")),
        "wire": sum(r.raw.tell() + len(r.request.body or b"") for r in replies),
        "store": (folder / "store.db").stat().st_size,
    }  # fmt: skip
    copy.close()
    return found


def _floor(port: int, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    desk = floor_exchange.Desk(folder / "desk.db", port)
    began = time.perf_counter()
    received = desk.pull()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "peak": peak(), "received": received, "wire": desk.wire}


def _rounds(
    address: str, folder: Path, port: int, floor_folder: Path, times: int
) -> dict[str, Any]:
    """Rounds with nothing new, and rounds with one change, ours and the floor's in turns."""
    from local_db import Query, WorkingCopy
    from sync import engine
    from sync.client import RegistryClient

    copy, client = WorkingCopy(folder, KEY), RegistryClient(address, TOKEN)
    desk = floor_exchange.Desk(floor_folder / "desk.db", port)
    draft = UUID(copy.rows(Query("study", states=("draft",), limit=1)).rows[0].head.id)
    body = b"x" * 5_000
    turn = 0

    def change() -> None:
        nonlocal turn
        turn += 1
        answers = {**copy.get(draft).answers, TITLE: f"题目改第 {turn} 次"}
        copy.perform(draft, "save", answers=answers, role="pi")
        report = engine.run(copy, client)
        assert report.sent == 1, report
        assert not copy.outbox()

    engine.run(copy, client), desk.pull()
    nothing = beside({"ours": lambda: engine.run(copy, client), "floor": desk.pull}, times)
    one = beside({"ours": change, "floor": lambda: desk.put("one", body)}, times)
    copy.close()
    found: dict[str, Any] = {}
    for name, samples in (("nothing", nothing), ("one", one)):
        found |= {f"{name} {s.name}": list(s.seconds) for s in samples}
    return found


# -- the measurement ------------------------------------------------------------------------


def main(*, quick: bool = False) -> None:
    for count, times in ((2_000, 3 if quick else 5), *(() if quick else ((20_000, 3),))):
        _measure(count, times)


def _measure(count: int, times: int) -> None:
    line(f"Initial copy of {count:,} studies from a registry process (SQLite)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, count)
        registry = (
            "server", "run", "--db", f"sqlite:///{folder / 'registry.db'}",
            "--files", folder / "files", "--port", 0,
        )  # fmt: skip
        with (
            running(*registry) as (process, said),
            running("bench.floor_exchange", folder / "floor.db") as (_, port),
        ):
            address = said.rpartition(" ")[2]
            _first(folder, address, port, count, times)
            _later(folder, address, port, count, 9 if count > 5_000 else 15)
            tell_plain(
                f"{count:,} studies: peak memory of the registry process", _memory(process.pid)
            )


def _first(folder: Path, address: str, port: str, count: int, times: int) -> None:
    asked(SELF, "desk", address, folder / "warm")  # the first reader warms the registry's cache
    ours, floor = [], []
    for n in range(times):
        ours.append(asked(SELF, "desk", address, folder / f"desk{n}"))
        floor.append(asked(SELF, "floor", port, folder / f"floor{n}"))
    assert all(run["held"] == count for run in ours), ours
    assert all(run["received"] == count for run in floor), floor
    seconds = sample("initial copy", ours, "seconds")
    bare = sample("HTTP + one zstd stream + SQLite FULL, no lists, not encrypted", floor, "seconds")
    tell(
        f"{count:,} studies: initial copy", seconds, bare, f"{count / seconds.median:,.0f} a second"
    )
    wire, thin = ours[0]["wire"] / 1e6, floor[0]["wire"] / 1e6
    tell_plain(
        f"{count:,} studies: on the wire",
        f"{wire:.2f} MB",
        f"floor {thin:.2f} MB, ratio {wire / thin:.2f}",
    )
    most = max(run["peak"] for run in ours)
    tell_plain(
        f"{count:,} studies: peak memory of the desk process", f"{most:.0f} MB",
        f"{ours[0]['before']:.0f} MB before; floor {max(run['peak'] for run in floor):.0f} MB; "
        f"processor {ours[0]['cpu']:.2f} s; store {ours[0]['store'] / 1e6:.0f} MB",
    )  # fmt: skip


def _later(folder: Path, address: str, port: str, count: int, times: int) -> None:
    found = asked(SELF, "rounds", address, folder / "desk0", port, folder / "floor0", times)
    for name, what, bare in (
        ("nothing", "a round with nothing new", "one request, nothing new"),
        ("one", "one change, durable at both ends", "one PUT, durable at both ends"),
    ):
        tell(
            f"{count:,} studies: {what}",
            Sample("a round", tuple(found[f"{name} ours"])),
            Sample(bare, tuple(found[f"{name} floor"])),
        )


def _memory(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(told.split()[1] for told in status.splitlines() if told.startswith("VmHWM"))
    return f"{int(kilobytes) / 1024:.0f} MB"


def part(argv: list[str]) -> None:
    name, where, folder = argv[0], argv[1], Path(argv[2])
    match name:
        case "desk":
            answer(_desk(where, folder))
        case "floor":
            answer(_floor(int(where), folder))
        case "rounds":
            answer(_rounds(where, folder, int(argv[3]), Path(argv[4]), int(argv[5])))


if __name__ == "__main__":
    part(sys.argv[1:])
