"""A desk that sends documents to a real registry process over a line that breaks all the time."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app.errors import TryLater, Unreachable
from local_db import WorkingCopy
from sync import engine as exchange
from sync.client import RegistryClient
from tests.sync.cutting_line import CuttingLine
from tests.whole.desks import HOSPITAL, KEY, sign_in
from tests.whole.registry_process import Launcher, RegistryProcess

MB = 1024 * 1024


@dataclass(frozen=True)
class Sending:
    """How documents came over."""

    size: int
    carried: int
    """Bytes that left the desk, everything included."""
    cuts: int
    rounds: int
    seconds: float
    missing: int
    """Documents that are not in the registry, whole."""

    @property
    def share(self) -> float:
        return self.carried / self.size


def send(folder: Path, documents: int, size: int, every: int) -> Sending:
    """Send so many PDFs of this size over a line that breaks after every so many bytes."""
    launcher = Launcher()
    registry = RegistryProcess(
        f"sqlite:///{folder / 'registry.sqlite3'}", folder / "files", launcher
    )
    try:
        registry.start("demo")
        with CuttingLine(registry.door, every) as line:
            return _sent(registry, line, folder / "desk", documents, size)
    finally:
        registry.stop()
        launcher.close()


def _sent(
    registry: RegistryProcess, line: CuttingLine, desk: Path, documents: int, size: int
) -> Sending:
    direct = RegistryClient(registry.address)
    sign_in(direct, HOSPITAL)
    copy = WorkingCopy(desk, KEY)
    copy.remember(direct.session())
    chance = random.Random(20261121)
    names = [copy.add_file(b"%PDF-1.7\n" + chance.randbytes(size - 9)) for _ in range(documents)]
    client = RegistryClient(line.address, direct._token)
    began, rounds = time.monotonic(), 0
    while copy.files_to_send() and rounds < 100:
        rounds += 1
        try:
            exchange.run(copy, client)
        except (Unreachable, TryLater):
            time.sleep(1)
    seconds = time.monotonic() - began
    missing = sum(direct.get_file(name) != copy.file(name) for name in names)
    copy.close()
    client.close()
    direct.close()
    return Sending(size * documents, line.up, line.cuts, rounds, seconds, missing)


def sent_somewhere(documents: int, size: int, every: int) -> Sending:
    """`send` in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="yanbei-line-") as folder:
        return send(Path(folder), documents, size, every)
