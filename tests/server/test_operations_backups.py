"""Backups: taken while people work, given back whole, tried in a drill, damaged ones found."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from app.errors import AppError, Conflict, NotFound, Unreadable
from server import accounts, backups, dumps
from server.__main__ import main
from server.backups import Backup
from server.db import connect, read
from server.files import Archive
from server.moments import clock
from server.soundness import faults
from tests.private_postgres import PrivatePostgres
from tests.server.province import Province, Story


@pytest.fixture
def url(province_url: str) -> str:
    return province_url


@pytest.fixture
def empty(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the same kind."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored' / 'registry.sqlite3'}"
        return
    postgres: PrivatePostgres = request.getfixturevalue("postgres")
    with postgres.database() as address:
        yield address


def epoch_at(url: str) -> str:
    engine = connect(url, pool=1)
    try:
        return read(engine, accounts.epoch)
    finally:
        engine.dispose()


def counts_at(url: str) -> dict[str, int]:
    engine = connect(url, pool=1)
    try:
        return dumps.counts(engine)
    finally:
        engine.dispose()


def taken(url: str, files: Path, folder: Path) -> Backup:
    return backups.make(url, Archive(files), folder, clock())


def test_what_is_restored_is_what_was_there_with_a_new_epoch(
    story: Story, url: str, empty: str, files: Path, tmp_path: Path
) -> None:
    answers = {"basic.research_title": "备份之前"}
    story.pi.does(story.study, "study", "save", "pi", answers=answers)
    before = counts_at(url)
    backup = taken(url, files, tmp_path / "backups")

    backups.restore(backup, empty, Archive(tmp_path / "new files"))

    engine = connect(empty, pool=2)
    assert counts_at(empty) == before == backup.facts["counts"]
    assert faults(engine, Archive(tmp_path / "new files")) == []
    restored = Province(engine, Archive(tmp_path / "new files")).record(story.study)
    engine.dispose()
    assert restored == story.province.record(story.study)
    assert epoch_at(empty) not in ("", epoch_at(url))


def test_a_backup_is_of_one_moment_while_people_work(
    story: Story, url: str, files: Path, tmp_path: Path
) -> None:
    stop, saved = threading.Event(), list[int]()

    def work() -> None:
        n = 0
        while not stop.is_set():
            answers = {"basic.research_title": f"第{n}稿"}
            story.pi.does(story.study, "study", "save", "pi", answers=answers)
            saved.append(n)
            n += 1

    writer = threading.Thread(target=work)
    writer.start()
    while not saved:
        stop.wait(0.01)
    backup = taken(url, files, tmp_path / "backups")
    stop.set()
    writer.join()

    found = backups.drill(backup, url)

    assert found.faults == []
    assert found.told().startswith("ok, ")


def test_documents_are_copied_once_and_checked_in_the_drill(
    province: Province, url: str, files: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    first = taken(url, files, folder)
    documents = {path: path.stat().st_mtime_ns for path in folder.glob("documents/*/*/*")}
    first.folder.rename(folder / "20200101T000000Z")
    second = taken(url, files, folder)

    assert len(documents) == first.facts["counts"]["documents"] > 0
    assert documents == {path: path.stat().st_mtime_ns for path in documents}

    damaged, missing, *_ = sorted(documents)
    damaged.write_bytes(b"something else")
    missing.unlink()
    found = backups.drill(second, url).faults
    assert f"document {damaged.name}: damaged or missing" in found
    assert f"document {missing.name}: missing" in found


def test_a_document_missing_at_the_registry_is_told_and_the_rest_is_backed_up(
    province: Province, url: str, files: Path, tmp_path: Path
) -> None:
    lost = sorted(files.glob("[0-9a-f]*/*/*"))[0]
    lost.unlink()

    backup = taken(url, files, tmp_path / "backups")

    assert backup.facts["missing"] == [lost.name]
    assert len(list(backup.documents())) == backup.facts["counts"]["documents"] - 1
    assert backups.drill(backup, url).faults == [f"document {lost.name}: missing"]


def test_the_drill_leaves_nothing_behind(
    province: Province, url: str, files: Path, tmp_path: Path
) -> None:
    backups.drill(taken(url, files, tmp_path / "backups"), url)

    if make_url(url).get_backend_name() == "postgresql":
        with province.engine.connect() as connection:
            asked = text("SELECT datname FROM pg_database WHERE datname LIKE 'yanbei_drill%'")
            assert connection.execute(asked).all() == []
    assert epoch_at(url) != ""


def test_nothing_is_restored_over_what_is_there(
    province: Province, url: str, files: Path, tmp_path: Path
) -> None:
    before = counts_at(url), epoch_at(url)
    backup = taken(url, files, tmp_path / "backups")

    with pytest.raises(Conflict, match="目标数据库里已有内容"):
        backups.restore(backup, url, Archive(files))

    assert (counts_at(url), epoch_at(url)) == before


def test_a_damaged_backup_is_not_restored(
    province: Province, url: str, empty: str, files: Path, tmp_path: Path
) -> None:
    backup = taken(url, files, tmp_path / "backups")
    content = bytearray(backup.database.read_bytes())
    content[len(content) // 2] ^= 1
    backup.database.write_bytes(content)

    with pytest.raises(Unreadable, match="已损坏"):
        backups.restore(backup, empty, Archive(tmp_path / "new"))


def test_what_broke_off_counts_for_nothing_and_is_cleared_away(
    sqlite_province_url: str, files: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    with pytest.raises(NotFound, match="没有备份"):
        backups.find(folder)
    broken = folder / "20260101T000000Z.part"
    broken.mkdir(parents=True)
    (broken / "facts.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NotFound):
        backups.find(folder)

    backup = taken(sqlite_province_url, files, folder)

    assert backups.all_of(folder) == [backup]
    assert not broken.exists()


def test_only_the_newest_are_kept_where_that_is_asked(
    sqlite_province_url: str, files: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    backup = taken(sqlite_province_url, files, folder)
    for day in ("01", "02", "03"):
        shutil.copytree(backup.folder, folder / f"202001{day}T000000Z")

    assert backups.thin_out(folder, 0) == []
    gone = backups.thin_out(folder, 2)

    assert [path.name for path in gone] == ["20200102T000000Z", "20200101T000000Z"]
    assert [b.folder.name for b in backups.all_of(folder)] == [
        backup.folder.name, "20200103T000000Z",
    ]  # fmt: skip


def test_the_commands_say_what_they_did_and_why_not(
    sqlite_province_url: str, files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--db", sqlite_province_url, "--files", str(files), "--backups", str(tmp_path / "b")]
    new = ["--db", f"sqlite:///{tmp_path / 'new.sqlite3'}", "--files", str(tmp_path / "nf")]

    assert main(["drill", *given]) == 1
    assert "先做一次备份" in capsys.readouterr().err
    assert main(["backup", *given]) == 0
    assert main(["drill", *given]) == 0
    assert main(["restore", *given]) == 1
    assert main(["restore", *new, "--backups", str(tmp_path / "b")]) == 0
    said = capsys.readouterr()

    assert "records" in said.out
    assert "ok, restored and checked in" in said.out
    assert said.out.endswith("ok\n")
    assert "not empty" in said.err


def test_a_backup_of_one_kind_of_database_goes_into_no_other(
    sqlite_province_url: str, postgres_url: str, files: Path, tmp_path: Path
) -> None:
    backup = taken(sqlite_province_url, files, tmp_path / "backups")
    with pytest.raises(AppError, match="请指定同类的数据库"):
        backups.restore(backup, postgres_url, Archive(files))
