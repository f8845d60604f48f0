"""What the story needs around it: the registry, the cable, and a process for each desk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from demo.network import Cable

SOURCE = Path(__file__).parent.parent
OFFSCREEN = f"offscreen:configfile={Path(__file__).parent / 'screen.json'}"
"""No display, but one of an office's size: windows are looked at as a person would see them."""


class Registry:
    """The real registry, on SQLite, with the sample province."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._said = folder / "registry.log"
        with self._said.open("w", encoding="utf-8") as said:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-u", "-m", "server", "demo",
                    "--db", f"sqlite:///{(folder / 'registry.db').as_posix()}",
                    "--files", str(folder / "files"), "--port", "0",
                ],
                cwd=SOURCE, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def port(self) -> int:
        """Where it listens, once it does."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            for line in self._said.read_text(encoding="utf-8").splitlines():
                if "listening" in line and "http://" in line:
                    return int(line.rsplit(":", 1)[1].strip(" /"))
            time.sleep(0.05)
        raise RuntimeError(f"the registry did not start:\n{self._said.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()


class DeskProcess:
    """One computer: a process of its own with its own folder, told what its people do."""

    def __init__(self, name: str, folder: Path, pictures: Path) -> None:
        self.name = name
        self.cable = Cable()
        folder.mkdir(parents=True, exist_ok=True)
        self._errors = (folder / "desk.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [
                sys.executable, "-u", "-m", "demo.desk",
                "--folder", str(folder / "data"),
                "--address", f"http://127.0.0.1:{self.cable.port}",
                "--pictures", str(pictures),
            ],
            cwd=SOURCE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env={**os.environ, "QT_QPA_PLATFORM": OFFSCREEN},
        )  # fmt: skip

    def do(self, what: str, **how: Any) -> Any:
        """Have somebody do something at this desk; what they saw."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **how}, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):
                answer = json.loads(line)
                if "failed" in answer:
                    raise RuntimeError(f"{self.name}: {what}: {answer['failed']}")
                return answer.get("saw")
        self._errors.flush()
        told = Path(self._errors.name).read_text(encoding="utf-8")[-3000:]
        raise RuntimeError(f"{self.name}: the desk ended while doing {what}\n{told}")

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.cable.close()
        self._errors.close()
