"""A desk without a window, to be killed.

`python -m tests.whole.desk_process FOLDER KEY [SYNCHRONOUS]` reads one command a line and forks a
process for each, which says "begun", does it, says "ended". `Killable` speaks to it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import local_db.engine
from app.errors import TryLater
from local_db import WorkingCopy
from sync import engine
from sync.client import RegistryClient

ROOT = Path(__file__).parent.parent.parent


class Killable:
    """Desk processes on one folder, one at a time."""

    def __init__(
        self, folder: Path, key: bytes, *more: str, environment: dict[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.whole.desk_process", str(folder), key.hex(), *more],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str, kill_after: float | None = None) -> tuple[bool, float]:
        """Whether it came to its end, and how long it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline().removeprefix("begun "))
        began = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        said = self._process.stdout.readline()
        took = time.monotonic() - began
        if said == "ended\n":
            assert self._process.stdout.readline() == "over\n"
        return said == "ended\n", took

    def close(self) -> None:
        self._process.communicate(timeout=10)


def people(text: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    field, *names = text.split()
    return [({field: name}, {}) for name in names]


def do(folder: Path, key: bytes, command: str, text: str) -> None:
    """`import FIELD NAME …` · `sync ADDRESS TOKEN [K]` · `work ADDRESS TOKEN TIMES ACKNOWLEDGED`.

    K: die instead of the K-th write, where the process is watched (`disklog`).
    """
    if command == "sync" and len(text.split()) > 2:
        *words, at = text.split()
        text, os.environ["DISKLOG_KILL"] = " ".join(words), at
    copy = WorkingCopy(folder, key)
    if command == "import":
        copy.begin_many("person", "save", people(text), role="institution_admin")
    elif command == "work":
        address, token, times, acknowledged = text.split()
        client = RegistryClient(address, token, sleep=lambda _seconds: None)
        _work(copy, client, int(times), Path(acknowledged))
    else:
        address, token = text.split()
        _exchange(copy, RegistryClient(address, token, sleep=lambda _seconds: None))
    copy.close()


def _exchange(copy: WorkingCopy, client: RegistryClient) -> None:
    while True:
        try:
            engine.run(copy, client)
            return
        except TryLater:
            time.sleep(1)


def _work(copy: WorkingCopy, client: RegistryClient, times: int, acknowledged: Path) -> None:
    """Write, attach and exchange; each thing is noted once the program has said that it is kept."""
    note = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    studies: list[str] = []
    for turn in range(times):
        if turn % 4 == 0:
            study = copy.begin("study", {"basic.research_title": f"{turn}"}, role="pi")
            studies.append(str(study.id))
        elif turn % 4 == 3:
            sha256 = copy.add_file(b"%PDF-1.7\n" + b"%06d" % turn * (100 + turn % 7 * 900))
            os.write(note, f"file {sha256} 0\n".encode())
            continue
        else:
            study = copy.get(UUID(studies[-1 - turn % min(5, len(studies))]))
            answers = {**study.answers, "basic.research_title": f"{turn}"}
            copy.perform(study.id, "save", answers=answers, role="pi")
        os.write(note, f"study {study.id} {turn}\n".encode())
        if turn % 40 == 38:
            _exchange(copy, client)
    os.close(note)


def main() -> None:
    folder, key = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
    if len(sys.argv) > 3:
        local_db.engine.PRAGMAS += (f"synchronous = {sys.argv[3]}",)
    for line in sys.stdin:
        command, _, text = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            os.write(1, f"begun {os.getpid()}\n".encode())
            do(folder, key, command, text)
            os.write(1, b"ended\n")
            os._exit(0)
        os.waitpid(child, 0)
        os.write(1, b"over\n")


if __name__ == "__main__":
    main()
