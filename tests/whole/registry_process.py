"""A registry in a process of its own, that can be killed and started again where it was.

`python -m tests.whole.registry_process` keeps the server's modules loaded and forks one process for
each start, which then runs `python -m server`'s own main: a restart costs what the server does, and
not what importing it does. `cold=True` starts `python -m server` itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent.parent
ANNOUNCED = "listening on "


class Launcher:
    """Starts registries quickly, one at a time or several."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.whole.registry_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, arguments: list[str], log: Path, said: Path) -> int:
        """The id of a new process that runs `python -m server` with these arguments."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([arguments, str(log), str(said)]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=20)


class RegistryProcess:
    """`python -m server` on one database and one folder; keeps its port from start to start."""

    def __init__(self, database: str, files: Path, launcher: Launcher) -> None:
        self.database, self.files = database, files
        self._launcher = launcher
        self._folder = files.parent
        self.port = 0
        self.starts = 0
        self._pid = 0
        self._cold: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def door(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    @property
    def log(self) -> str:
        """What it wrote on its terminal, of all its lives."""
        return (self._folder / "registry.log").read_text(encoding="utf-8")

    def start(self, command: str = "run", *, cold: bool = False) -> float:
        """Start it, wait until it listens; how many seconds that took."""
        began = time.monotonic()
        self.starts += 1
        said = self._folder / f"said{self.starts}"
        log = self._folder / "registry.log"
        arguments = [command, "--db", self.database, "--files", str(self.files)]
        arguments += ["--port", str(self.port)]
        if cold:
            with log.open("ab") as errors, said.open("ab") as out:
                self._cold = self._process(arguments, out, errors)
            self._pid = self._cold.pid
        else:
            self._pid = self._launcher.start(arguments, log, said)
        while not (line := _announced(said)):
            if time.monotonic() - began > 60:
                raise TimeoutError(f"the registry does not start:\n{self.log[-3000:]}")
            time.sleep(0.005)
        self.port = urlsplit(line).port or 0
        return time.monotonic() - began

    @staticmethod
    def _process(
        arguments: list[str], out: IO[bytes], errors: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "server", *arguments], cwd=ROOT, stdout=out, stderr=errors
        )

    def kill(self) -> None:
        """SIGKILL: as when the power fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: it ends what it is doing."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if not self._pid:
            return
        with suppress(ProcessLookupError):
            os.kill(self._pid, how)
        if self._cold:
            self._cold.wait(30)
            self._cold = None
        else:
            _wait_for_end(self._pid)
        self._pid = 0

    def faults(self) -> str:
        """What `python -m server check` says of its books: "ok", or what is wrong."""
        done = subprocess.run(
            [sys.executable, "-m", "server", "check",
             "--db", self.database, "--files", str(self.files)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return done.stdout.strip() + (done.stderr if done.returncode > 1 else "")


def _announced(said: Path) -> str:
    with suppress(FileNotFoundError):
        for line in said.read_text(encoding="utf-8").splitlines():
            if line.startswith(ANNOUNCED) and line[-1].isdigit():
                return line.removeprefix(ANNOUNCED)
    return ""


def _wait_for_end(pid: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.002)
    raise TimeoutError("the registry does not end")


def _serve(arguments: list[str], log: str, said: str) -> None:
    """In the forked process: write where we were told, then be the server."""
    for name, number in ((said, 1), (log, 2)):
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, number)
    from server.__main__ import main

    os._exit(main(arguments))


def _launch() -> None:
    import server.__main__  # noqa: F401 -- loaded once, for all that are forked

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: let none linger
    for line in iter(sys.stdin.readline, ""):
        arguments, log, said = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            _serve(arguments, log, said)
        os.write(1, f"{child}\n".encode())


if __name__ == "__main__":
    _launch()
