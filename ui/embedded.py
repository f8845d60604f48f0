"""A registry of this computer's own, started as another process: `make run` from source."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

from app.errors import Faulty

LISTENING = re.compile(r"listening.*?(https?://[\w.\-]+:\d+)", re.IGNORECASE)
PATIENCE = 90.0
"""Seconds before giving up: a first start fills the sample province."""


class EmbeddedRegistry:
    """Runs until `stop`. Its data lie in the folder given, so that the next start goes on there.

    It starts while this process does other things: only asking for its address waits.
    """

    def __init__(self, folder: Path, source: Path, *, patience: float = PATIENCE) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # To a file, not a pipe: nobody empties a pipe later, and a full one stops the registry.
        self._said = folder / "registry.log"
        with self._said.open("w", encoding="utf-8") as said:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-u", "-m", "server", "demo",
                    "--db", f"sqlite:///{(folder / 'registry.db').as_posix()}",
                    "--files", str(folder / "files"), "--port", "0",
                ],
                cwd=source,
                stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._patience = patience

    @cached_property
    def address(self) -> str:
        """Where it listens, once it does; Faulty when it does not come up."""
        until = time.monotonic() + self._patience
        while time.monotonic() < until:
            ended = self._process.poll() is not None
            found = LISTENING.search(self._said.read_text(encoding="utf-8", errors="replace"))
            if found:
                return found[1]
            if ended:
                break
            time.sleep(0.05)
        self.stop()
        said = self._said.read_text(encoding="utf-8", errors="replace")
        raise Faulty(
            "本机的登记中心没有启动，请把“详情”发给技术支持。",
            "The registry of this computer did not start; please send the details to support.",
            said=said[-1500:],
        )

    def stop(self) -> None:
        """End the registry; what it committed stays."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
