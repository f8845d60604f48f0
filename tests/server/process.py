"""A registry as a process of its own, and somebody who speaks to it over HTTP."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import orjson
import requests
import zstandard

from server.sample import PASSWORD
from sync.protocol import CURRENT, VERSION_HEADER


class RegistryProcess:
    """`python -m server run` on a free port; killed or ended, it may be started again."""

    def __init__(self, database: str, files: Path, *more: str, log: IO[str] | None = None) -> None:
        self._log = log
        self._database, self.files, self._more = database, files, more
        self.address = ""

    def __enter__(self) -> RegistryProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.end()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "server", "run", "--db", self._database,
                "--files", str(self.files), "--port", "0", *self._more,
            ],
            stdout=subprocess.PIPE,
            stderr=self._log or subprocess.DEVNULL,
            env={**os.environ, "YANBEI_LOG": "INFO" if self._log else "ERROR"},
            text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.address = line.split()[-1]

    def kill(self) -> None:
        """Nothing is closed, nothing is said."""
        self._process.send_signal(signal.SIGKILL)
        self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask_to_end(self) -> None:
        """As an operator does; what was begun goes on."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        self.ask_to_end()
        return self._wait()

    def _wait(self) -> int:
        code = self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


class MortalRegistry:
    """A registry that is killed and started again many times: `nursery` forks each of its lives."""

    def __init__(self, database: str, files: Path) -> None:
        self.address = ""
        self._parent = subprocess.Popen(
            [
                sys.executable, "-m", "tests.server.nursery", "run", "--db", database,
                "--files", str(files), "--port", "0",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "YANBEI_LOG": "ERROR"},
            text=True,
        )  # fmt: skip

    def start(self) -> None:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("start\n")
        self._parent.stdin.flush()
        for line in (self._parent.stdout.readline(), self._parent.stdout.readline()):
            word, *_, last = line.split()
            if word == "born":
                self._child = int(last)
            else:
                self.address = last
        assert self.address.startswith("http://127.0.0.1:")

    def kill(self) -> None:
        """Nothing is closed, nothing is said."""
        os.kill(self._child, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{self._child}").exists():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def end(self) -> None:
        self.kill()
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.close()
        assert self._parent.wait(10) == 0
        self._parent.stdout.close()


class Desk:
    """Somebody's desk: plain HTTP, one session."""

    def __init__(self, address: str, login: str = "", password: str = PASSWORD) -> None:
        self.address = address
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers[VERSION_HEADER] = str(CURRENT)
        if login:
            self.session = self.sign_in(login, password)
            self.http.headers["Authorization"] = f"Bearer {self.session['token']}"

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, **rest: Any) -> requests.Response:
        return self.http.request(method, f"{self.address}/v1{path}", timeout=60, **rest)

    def sign_in(self, login: str, password: str) -> dict[str, Any]:
        body = {"login": login, "password": password, "desk": f"desk of {login}"}
        answer = self.ask("POST", "/session", json=body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def changes(self, *changes: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.ask("POST", "/changes", json={"changes": changes})
        assert answer.status_code == 200, answer.text
        outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
        return outcomes

    def news(
        self, positions: dict[str, int] | None = None, limit: int = 5000, *, packed: bool = True
    ) -> tuple[list[tuple[dict[str, Any], Any]], dict[str, Any]]:
        headers = {"Accept-Encoding": "zstd" if packed else "identity"}
        answer = self.ask(
            "POST", "/news", json={"positions": positions or {}, "limit": limit},
            headers=headers, stream=True,
        )  # fmt: skip
        assert answer.status_code == 200
        assert (answer.headers.get("Content-Encoding") == "zstd") is packed
        raw = answer.raw.read(decode_content=False)
        if packed:
            raw = (
                zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(raw)
            )
        *lines, end, nothing = raw.split(b"\n")
        assert nothing == b""
        pairs = [
            (orjson.loads(line), orjson.loads(body) if body else None)
            for line, body in zip(lines[::2], lines[1::2], strict=True)
        ]
        return pairs, orjson.loads(end)

    def brings(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        assert self.ask("PUT", f"/files/{sha256}", data=content).status_code == 204
        return sha256
