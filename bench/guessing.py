"""1,000 sign-ins with wrong passwords from 50 threads against a registry in a process of its own.

Each thread has an address of its own (127.0.0.x), so that not only the pace of one address stops
them. Meanwhile the rightful owner signs in at their own desk, and at one new to the account.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.measure import MEGA, ROOT, line, tell_plain

OWNER, PASSWORD = "13800000002", "Yanbei2026"
OWN_DESK, OFFICE = "the owner's desk", "127.0.1.1"


@dataclass
class Answer:
    """What the registry said to one sign-in."""

    status: int
    seconds_told: int = 0
    took: float = 0.0
    why: str = ""


@dataclass
class Guessed:
    """What became of an attack."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    longest_told: int = 0
    owner: list[Answer] = field(default_factory=list)
    """Of the owner at their own desk, meanwhile."""
    elsewhere: Answer | None = None
    """Of the owner at a desk that is new to the account, meanwhile."""

    def note(self, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        self.longest_told = max(self.longest_told, answer.seconds_told)


def ask(address: str, login: str, password: str, desk: str, source: str) -> Answer:
    """Sign in once, from an address of this computer."""
    where = urlsplit(address)
    assert where.hostname is not None, address
    line_ = http.client.HTTPConnection(
        where.hostname, where.port, timeout=60, source_address=(source, 0)
    )
    body = json.dumps({"login": login, "password": password, "desk": desk, "desk_name": desk})
    began = time.perf_counter()
    try:
        line_.request("POST", "/v1/session", body, {"Content-Type": "application/json"})
        reply = line_.getresponse()
        said = json.loads(reply.read())
    finally:
        line_.close()
    told = said.get("details", {}).get("seconds", 0) if reply.status == 429 else 0
    why = said.get("message", {}).get("en", "")
    return Answer(reply.status, int(told), time.perf_counter() - began, why)


def attack(address: str, attempts: int, threads: int, *, login: str = OWNER) -> Guessed:
    """Guess at a login from many threads at once, while its owner goes on signing in."""
    found, taken, lock = Guessed(), iter(range(attempts)), threading.Lock()
    over = threading.Event()

    def guess(n: int) -> None:
        while True:
            with lock:
                number = next(taken, None)
            if number is None:
                return
            answer = ask(address, login, f"Wrong{number:04}", f"strange {n}", f"127.0.0.{n + 2}")
            with lock:
                found.note(answer)

    def work() -> None:
        while not over.is_set():
            found.owner.append(ask(address, login, PASSWORD, OWN_DESK, OFFICE))
            over.wait(0.5)

    began = time.perf_counter()
    guessing = [threading.Thread(target=guess, args=(n,)) for n in range(threads)]
    working = threading.Thread(target=work)
    for thread in (working, *guessing):
        thread.start()
    found.elsewhere = ask(address, login, PASSWORD, "a new desk", "127.0.1.2")
    for thread in guessing:
        thread.join()
    over.set()
    working.join()
    found.seconds = time.perf_counter() - began
    return found


def memory_of(process: int) -> float:
    """MB that a process holds in memory."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    kilobytes = next(row.split()[1] for row in status.splitlines() if row.startswith("VmRSS"))
    return int(kilobytes) * 1024 / MEGA


@contextmanager
def registry(folder: Path) -> Iterator[tuple[str, int]]:
    """The sample province, served by a process of its own: its address and its process."""
    said = folder / "said"
    with said.open("wb") as out, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "demo", "--db", f"sqlite:///{folder / 'r.sqlite3'}",
             "--files", str(folder / "files"), "--port", "0"],
            cwd=ROOT, stdout=out, stderr=log,
        )  # fmt: skip
    try:
        yield _address(said, process), process.pid
    finally:
        process.terminate()
        process.wait(30)


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        for row in said.read_text(encoding="utf-8").splitlines():
            if row.startswith("listening on ") and row[-1].isdigit():
                return row.removeprefix("listening on ")
        time.sleep(0.05)
    raise RuntimeError("the registry does not start")


def main(*, quick: bool = False) -> None:
    attempts, threads = (200, 20) if quick else (1000, 50)
    line("guessing passwords")
    with tempfile.TemporaryDirectory() as kept, registry(Path(kept)) as (address, process):
        assert ask(address, OWNER, PASSWORD, OWN_DESK, OFFICE).status == 200
        ask(address, "13800000099", "Wrong0000", "x", "127.0.0.254")
        before = memory_of(process)
        rounds = [attack(address, attempts, threads)]
        middle = memory_of(process)
        rounds.append(attack(address, attempts, threads))
        after = memory_of(process)
    for n, found in enumerate(rounds, 1):
        ins = [answer for answer in found.owner if answer.status == 200]
        slowest = max(answer.took for answer in ins)
        assert found.elsewhere is not None
        tell_plain(
            f"{attempts} wrong passwords from {threads} threads, round {n}",
            f"{found.seconds:.1f} s",
            f"{found.statuses[401]} looked at, {found.statuses[429]} told to wait, longest wait "
            f"told {found.longest_told} s; the owner at their desk {len(ins)} of "
            f"{len(found.owner)} in, slowest {slowest:.2f} s; at a new desk "
            f"{found.elsewhere.status} after {found.elsewhere.took:.2f} s {found.elsewhere.why}",
        )
    tell_plain(
        "memory of the registry before, between, after",
        f"{before:.0f}, {middle:.0f}, {after:.0f} MB",
    )
