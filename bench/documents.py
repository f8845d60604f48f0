"""What one large document costs the desk: memory and time, sent and fetched by a process each."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.measure import MEGA, answer, asked, peak, tell_plain

LARGEST, SMALL = 100 * MEGA, MEGA


def main(*, quick: bool = False) -> None:
    """A document of 100 MB, the largest there may be, beside one of 1 MB."""
    from tests.whole.registry_process import Launcher, RegistryProcess

    launcher = Launcher()
    with tempfile.TemporaryDirectory(prefix="yanbei-document-") as name:
        folder = Path(name)
        registry = RegistryProcess(
            f"sqlite:///{folder / 'registry.sqlite3'}", folder / "files", launcher
        )
        try:
            registry.start("demo")
            for size in (SMALL, LARGEST // 4 if quick else LARGEST):
                _measure(folder / str(size), registry.address, size)
        finally:
            registry.stop()
            launcher.close()


def _measure(folder: Path, address: str, size: int) -> None:
    one, two = folder / "one", folder / "two"
    sha256 = asked("bench.documents", "add", one, address, size)["sha256"]
    for name, desk, what in (("sent", one, "send"), ("fetched", two, "fetch")):
        found = asked("bench.documents", what, desk, address, sha256)
        tell_plain(
            f"a document of {size // MEGA} MB {name}",
            f"peak of the desk process {found['peak']:.0f} MB",
            f"{found['before']:.0f} MB before it, {found['seconds']:.1f} s",
        )


def _add(folder: Path, address: str, size: str) -> dict[str, Any]:
    import random

    from local_db import WorkingCopy
    from sync.client import RegistryClient
    from tests.whole.desks import HOSPITAL, KEY, sign_in

    with closing(RegistryClient(address)) as client:
        sign_in(client, HOSPITAL)
        with closing(WorkingCopy(folder, KEY)) as copy:
            copy.remember(client.session())
            content = b"%PDF-1.7\n" + random.Random(1).randbytes(int(size) - 9)
            return {"sha256": copy.add_file(content)}


def _carried(what: str, folder: Path, address: str, sha256: str) -> dict[str, Any]:
    from local_db import WorkingCopy
    from sync import engine
    from sync.client import RegistryClient
    from tests.whole.desks import HOSPITAL, KEY, sign_in

    with (
        closing(RegistryClient(address)) as client,
        closing(WorkingCopy(folder, KEY)) as copy,
    ):
        sign_in(client, HOSPITAL, folder.name)
        copy.remember(client.session())
        if what == "fetch":
            engine.run(copy, client)
        before, began = peak(), time.monotonic()
        if what == "send":
            assert engine.run(copy, client).files_sent == 1
        else:
            with copy.arriving(sha256) as place:
                client.fetch_file(sha256, place)
        return {"before": before, "peak": peak(), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    what, desk, *rest = sys.argv[1:]
    answer(_add(Path(desk), *rest) if what == "add" else _carried(what, Path(desk), *rest))
