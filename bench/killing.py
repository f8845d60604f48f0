"""Kills in batches of 25, each with a registry and desks of its own, told as they go."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from bench import databases
from bench.measure import line
from sync.client import RegistryClient
from tests.whole import kills
from tests.whole.desks import HOSPITAL, sign_in
from tests.whole.kills import Batch
from tests.whole.registry_process import Launcher, RegistryProcess

AT_ONCE = 25
"""Kills of one batch."""
SEED = 20261121


class Killing:
    """So many kills of a desk in its syncs, and of the registry; a tenth of the others."""

    def __init__(self, kills: int, minutes: float) -> None:
        self._kills, self._until = kills, time.monotonic() + 60 * minutes
        self._batches = 0

    def __enter__(self) -> Killing:
        self._ends = ExitStack()
        folder = TemporaryDirectory(prefix="yanbei-kills-", ignore_cleanup_errors=True)
        self._folder = Path(self._ends.enter_context(folder))
        self._launcher = self._ends.enter_context(closing(Launcher()))
        sample = self._folder / "sample"
        sample.mkdir()
        registry = self._registry(sample)
        registry.start("demo")
        registry.stop()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ends.close()

    def desks(self) -> int:
        """A desk that syncs."""

        def batch(folder: Path, most: int, chance: random.Random) -> Batch:
            with self._on_sqlite(folder) as registry:
                return kills.killed_in_a_sync(folder, registry, most, chance)

        return self._all("a desk in a sync", self._kills, batch)

    def imports(self) -> int:
        """A desk that takes a workbook in."""

        def batch(folder: Path, most: int, chance: random.Random) -> Batch:
            with (
                self._on_sqlite(folder) as registry,
                closing(RegistryClient(registry.address)) as client,
            ):
                sign_in(client, HOSPITAL)
                return kills.killed_in_an_import(folder, most, client.session(), chance)

        return self._all("a desk in an import", self._kills // 10, batch)

    def registries(self) -> int:
        """A registry while two desks work with it, on either database."""

        def on_sqlite(folder: Path, most: int, chance: random.Random) -> Batch:
            with self._on_sqlite(folder) as registry:
                return kills.killed_while_serving(folder, registry, most, chance)

        def on_postgres(folder: Path, most: int, chance: random.Random) -> Batch:
            with databases.postgres() as database:
                registry = RegistryProcess(database, folder / "files", self._launcher)
                registry.start("demo")
                try:
                    return kills.killed_while_serving(folder, registry, most, chance)
                finally:
                    registry.stop()

        return self._all("a registry on SQLite", self._kills, on_sqlite) + self._all(
            "a registry on PostgreSQL", self._kills // 10, on_postgres
        )

    def _all(self, what: str, most: int, work: Callable[[Path, int, random.Random], Batch]) -> int:
        """Batches until there were so many kills; how many things were wrong."""
        chance, total, began = random.Random(SEED), Batch(), time.monotonic()
        while total.kills < most and time.monotonic() < self._until:
            self._batches += 1
            folder = self._folder / f"batch{self._batches}"
            folder.mkdir()
            batch = work(folder, min(AT_ONCE, most - total.kills), chance)
            for wrong in batch.wrong:
                line(f"  {what}, batch {self._batches}: {wrong}")
            total += batch
            line(f"  {what}: {total.kills} kills, {time.monotonic() - began:.0f} s")
            if not batch.wrong:  # else it is kept until the end, to be looked at
                shutil.rmtree(folder, ignore_errors=True)
        line(f"{what}: {told(total)}; {time.monotonic() - began:.0f} s")
        return len(total.wrong)

    @contextmanager
    def _on_sqlite(self, folder: Path) -> Iterator[RegistryProcess]:
        place = folder / "registry"
        ignored = shutil.ignore_patterns("said*", "*.log")
        shutil.copytree(self._folder / "sample", place, ignore=ignored)
        registry = self._registry(place)
        registry.start()
        try:
            yield registry
        finally:
            registry.stop()

    def _registry(self, folder: Path) -> RegistryProcess:
        database = f"sqlite:///{folder / 'registry.sqlite3'}"
        return RegistryProcess(database, folder / "files", self._launcher)


def told(total: Batch) -> str:
    """The figures of all batches, in one line."""
    parts = [f"{total.kills} kills"]
    parts += [f"in {total.rounds} rounds"] if total.rounds else []
    parts += [f"{total.whole} imports whole"] if total.whole else []
    parts += [f"{total.confirmed} changes confirmed"] if total.confirmed else []
    parts += [f"{total.records} records", f"{len(total.wrong)} things wrong"]
    parts += [f"slowest restart {total.slowest:.2f} s"]
    parts += [f"cold {total.cold:.2f} s"] if total.cold else []
    return ", ".join(parts)
