"""A registry that is a process of its own with the sample province, and desks of its people."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.whole.desks import Desk
from tests.whole.registry_process import Launcher, RegistryProcess

Opened = Callable[..., Desk]


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture(scope="session")
def sample_folder(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry's files with the sample in them, made once by `python -m server demo`."""
    folder = tmp_path_factory.mktemp("sample")
    registry = RegistryProcess(_database(folder), folder / "files", launcher)
    registry.start("demo")
    registry.stop()
    return folder


def _database(folder: Path) -> str:
    return f"sqlite:///{folder / 'registry.sqlite3'}"


@pytest.fixture
def registry(launcher: Launcher, sample_folder: Path, tmp_path: Path) -> Iterator[RegistryProcess]:
    """The sample on SQLite, running; it must not have had a fault."""
    folder = tmp_path / "registry"
    shutil.copytree(sample_folder, folder, ignore=shutil.ignore_patterns("said*", "*.log"))
    registry = RegistryProcess(_database(folder), folder / "files", launcher)
    registry.start()
    yield registry
    registry.stop()
    assert '"level":"ERROR"' not in registry.log


@pytest.fixture
def registry_on_each(
    launcher: Launcher, database_url: str, tmp_path: Path
) -> Iterator[RegistryProcess]:
    """The sample on SQLite, and again on PostgreSQL."""
    folder = tmp_path / "registry"
    folder.mkdir()
    registry = RegistryProcess(database_url, folder / "files", launcher)
    registry.start("demo")
    yield registry
    registry.stop()
    assert '"level":"ERROR"' not in registry.log


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Opened]:
    """`open_desk(registry, login)`: a new desk, signed in."""
    made: list[Desk] = []

    def opened(registry: RegistryProcess, login: str, name: str = "") -> Desk:
        desk = Desk.open(tmp_path / (name or f"desk{len(made)}"), registry.address, login)
        made.append(desk)
        return desk

    yield opened
    for desk in made:
        desk.close()
