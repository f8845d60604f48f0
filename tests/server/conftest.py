"""A registry with the sample province in it: made once for each database, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import accounts, sample
from server.db import connect, transact
from server.files import Archive
from server.migrations import migrate
from server.moments import clock
from tests.private_postgres import PrivatePostgres
from tests.server.province import Province, Story


def made(url: str, files: Path) -> None:
    """A registry as `python -m server demo` makes it."""
    engine = connect(url, pool=2)
    migrate(engine)
    transact(engine, accounts.new_epoch)
    sample.fill(engine, Archive(files), clock())
    engine.dispose()


def prepared(postgres: PrivatePostgres, folder: Path) -> str:
    """The name of the PostgreSQL database that is ready to be copied."""
    return postgres.prepared("province", lambda url: made(url, folder / "files"))


@pytest.fixture(scope="session")
def sqlite_province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a SQLite registry that is ready; every connection to it is closed."""
    folder = tmp_path_factory.mktemp("province")
    made(f"sqlite:///{folder / 'registry.sqlite3'}", folder / "files")
    return folder / "registry.sqlite3"


@pytest.fixture
def sqlite_province_url(sqlite_province: Path, tmp_path: Path) -> str:
    copy = tmp_path / "registry.sqlite3"
    shutil.copy(sqlite_province, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgres_province_url(
    postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with postgres.database(like=prepared(postgres, tmp_path_factory.mktemp("files"))) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def province_url(request: pytest.FixtureRequest) -> str:
    """The address of a filled registry of this test's own, once on each database."""
    name = "sqlite" if request.param == "sqlite" else "postgres"
    return str(request.getfixturevalue(f"{name}_province_url"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder of documents of this test's registry."""
    folder = tmp_path / "files"
    sample.store_documents(Archive(folder))
    return folder


@pytest.fixture
def province(province_url: str, files: Path) -> Iterator[Province]:
    engine = connect(province_url)
    yield Province(engine, Archive(files))
    engine.dispose()


@pytest.fixture
def story(province: Province) -> Story:
    return Story(province)
