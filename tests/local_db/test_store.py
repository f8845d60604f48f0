"""The store on the disk: encrypted, locked by one window, and told in words when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.errors import DiskFull, StoreLocked, TooOld, Unreadable
from app.forms import FORMS
from local_db import Query, WorkingCopy, upgrades
from local_db.engine import connect, full, refuse
from local_db.upgrades import open_up_to_date
from tests.local_db.desks import HOSPITAL, PI, TITLE, desk, done, study, told

ID_NUMBER = "430102199001011234"
SECRET_TITLE = "长河省罕见病队列研究"


def test_nothing_that_was_saved_can_be_read_on_the_disk(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key, HOSPITAL)
    copy.begin("person", {"name": "向晚晴", "id_number": ID_NUMBER}, role="institution_admin")
    copy.take([told(study(SECRET_TITLE), 1)])
    document = b"%PDF-1.7 " + SECRET_TITLE.encode() * 200 + ID_NUMBER.encode()
    sha256 = copy.add_file(document)
    copy.prefer("last folder", "D:/秘密/资料")

    on_disk = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    copy.close()
    on_disk |= {Path(f"{p}.later"): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    sought = [ID_NUMBER, SECRET_TITLE, "向晚晴", "D:/秘密", "a-token", "13800000002", sha256]
    found = [
        (path.name, text)
        for path, content in on_disk.items()
        for text in sought
        for encoded in (text.encode(), text.encode("utf-16-le"), text.encode("gb18030"))
        if encoded in content
    ]
    assert len(on_disk) > 3
    assert sum(map(len, on_disk.values())) > 100_000
    assert not found
    assert not [path.name for path in on_disk if sha256 in path.name]


def test_the_same_grep_finds_the_words_in_a_store_without_a_key(tmp_path: Path) -> None:
    # Else the test above could pass because it looks in the wrong place.
    import sqlite3

    with closing(sqlite3.connect(tmp_path / "plain.db")) as plain:
        plain.execute("CREATE TABLE t (a)")
        plain.execute("INSERT INTO t VALUES (?)", (ID_NUMBER + SECRET_TITLE,))
        plain.commit()

    content = (tmp_path / "plain.db").read_bytes()
    assert ID_NUMBER.encode() in content
    assert SECRET_TITLE.encode() in content


def test_a_second_window_is_told_that_the_store_is_in_use(tmp_path: Path, key: bytes) -> None:
    first = desk(tmp_path, key)

    with pytest.raises(StoreLocked, match="另一个窗口"):
        WorkingCopy(tmp_path, key)
    first.close()

    WorkingCopy(tmp_path, key).close()


def test_a_second_program_is_told_that_the_store_is_in_use(tmp_path: Path, key: bytes) -> None:
    first = desk(tmp_path, key)

    script = (
        "import sys; from pathlib import Path; from local_db import WorkingCopy\n"
        "from app.errors import StoreLocked\n"
        "try: WorkingCopy(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))\n"
        "except StoreLocked: sys.exit(7)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), key.hex()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        check=False,
    )
    first.close()

    assert ended.returncode == 7


def test_a_window_that_could_not_open_leaves_no_lock_behind(tmp_path: Path, key: bytes) -> None:
    desk(tmp_path, key).close()

    with pytest.raises(Unreadable):
        WorkingCopy(tmp_path, bytes(32))

    WorkingCopy(tmp_path, key).close()


def test_a_store_that_another_program_holds_is_told_as_locked(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key)
    with closing(connect(tmp_path / "store.db", key)) as other:
        other.execute("BEGIN IMMEDIATE")
        with copy._store.reading() as db:
            db.exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(StoreLocked):
            _with_short_waits(copy)
        other.execute("ROLLBACK")
    copy.prefer("a", "b")
    assert copy.preference("a") == "b"
    copy.close()


def test_who_writes_has_the_store_from_the_first_look(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key)

    with copy._store.writing(), closing(connect(tmp_path / "store.db", key)) as other:
        other.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(Exception, match="locked"):
            other.execute("BEGIN IMMEDIATE")  # nothing was written yet, and still

    copy.close()


def _with_short_waits(copy: WorkingCopy) -> None:
    raw = copy._store._reads.raw_connection()
    raw.execute("PRAGMA busy_timeout = 50")
    raw.close()
    copy.prefer("a", "c")


def test_a_newer_store_is_refused_and_left_as_it_was(tmp_path: Path, key: bytes) -> None:
    desk(tmp_path, key).close()
    with closing(connect(tmp_path / "store.db", key)) as raw:
        raw.execute("PRAGMA user_version = 99")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (tmp_path / "store.db").read_bytes()

    with pytest.raises(TooOld, match="请先升级本程序"):
        WorkingCopy(tmp_path, key)

    assert (tmp_path / "store.db").read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database" * 500, b"SQLite format 3\0" + bytes(5000)])
def test_what_is_not_a_store_is_refused_and_left_as_it_was(
    tmp_path: Path, key: bytes, content: bytes
) -> None:
    (tmp_path / "store.db").write_bytes(content)

    with pytest.raises(Unreadable, match="请不要删除它"):
        WorkingCopy(tmp_path, key)

    assert (tmp_path / "store.db").read_bytes() == content


def test_a_wrong_key_opens_nothing(tmp_path: Path, key: bytes) -> None:
    desk(tmp_path, key).close()

    with pytest.raises(Unreadable):
        WorkingCopy(tmp_path, bytes(32))


def test_a_full_disk_is_told_and_what_was_saved_before_stays(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key)
    kept = copy.begin("study", {TITLE: "先保存的"}, role="pi")
    with copy._store.writing() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
    _limit(copy, pages + 2)

    with pytest.raises(DiskFull, match="请先清理磁盘空间"):
        copy.begin("study", {TITLE: "后保存的" * 60_000}, role="pi")

    assert [row.head.title for row in copy.rows(Query("study")).rows] == ["先保存的"]
    _limit(copy, 2**30)
    copy.perform(kept.id, "save", answers={TITLE: "又能保存了"}, role="pi")
    assert copy.get(kept.id).answers[TITLE] == "又能保存了"
    assert copy.is_sound()
    copy.close()


def _limit(copy: WorkingCopy, pages: int) -> None:
    # The limit holds for one connection: close the others, then set it on each new one.
    copy._store._reads.dispose()
    raw = copy._store._reads.raw_connection()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    raw.close()


def test_a_fault_that_nobody_can_mend_is_not_dressed_up() -> None:
    bug = ValueError("no such table")

    with pytest.raises(ValueError, match="no such table"):
        refuse(bug, bug)
    assert isinstance(full(), DiskFull)


# -- upgrades ----------------------------------------------------------------------------------

OLD = Path(__file__).parent.parent / "data" / "old_copies"


def _add_a_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE file ADD COLUMN pages INTEGER NOT NULL DEFAULT 0")


def _fail_half_way(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE half (a)")
    raise RuntimeError("the power failed")


def _version_and_tables(path: Path, key: bytes) -> tuple[int, set[str]]:
    with closing(connect(path, key, read_only=True)) as raw:
        version = raw.execute("PRAGMA user_version").fetchone()[0]
        return version, {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}


def test_an_older_store_walks_the_steps_and_a_copy_is_kept_first(
    tmp_path: Path, key: bytes
) -> None:
    copy = desk(tmp_path, key)
    record = copy.begin("study", {TITLE: "升级前写的"}, role="pi")
    copy.close()

    open_up_to_date(tmp_path / "store.db", key, steps=(*upgrades.STEPS, _add_a_column)).close()

    assert _version_and_tables(tmp_path / "store.db", key)[0] == _latest() + 1
    with closing(connect(tmp_path / "store.db", key)) as raw:
        assert raw.execute("SELECT count(pages) FROM file").fetchone() == (0,)
        assert raw.execute("SELECT title FROM head").fetchall() == [("升级前写的",)]
    # Back to the copy: it is the whole store of before, under the same key.
    for stray in tmp_path.glob("store.db*"):
        stray.unlink()
    (tmp_path / f"store.v{_latest()}.bak").rename(tmp_path / "store.db")
    again = WorkingCopy(tmp_path, key)
    assert again.get(record.id).answers[TITLE] == "升级前写的"
    again.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path, key: bytes) -> None:
    desk(tmp_path, key).close()
    before = _version_and_tables(tmp_path / "store.db", key)

    with pytest.raises(RuntimeError, match="power failed"):
        open_up_to_date(tmp_path / "store.db", key, steps=(*upgrades.STEPS, _fail_half_way))

    assert _version_and_tables(tmp_path / "store.db", key) == before
    WorkingCopy(tmp_path, key).close()


def test_every_version_left_an_example() -> None:
    assert {p.stem for p in OLD.glob("v*.sql")} == {f"v{n}" for n in range(1, _latest() + 1)}


def _latest() -> int:
    return 1 + len(upgrades.STEPS)


@pytest.mark.parametrize("example", sorted(OLD.glob("v*.sql")), ids=lambda p: p.stem)
def test_both_roads_end_in_the_same_tables(tmp_path: Path, key: bytes, example: Path) -> None:
    with closing(connect(tmp_path / "old.db", key)) as raw:
        raw.executescript(example.read_text(encoding="utf-8"))

    open_up_to_date(tmp_path / "old.db", key).close()
    open_up_to_date(tmp_path / "new.db", key).close()

    assert _schema(tmp_path / "old.db", key) == _schema(tmp_path / "new.db", key)


def _schema(path: Path, key: bytes) -> dict[str, str]:
    with closing(connect(path, key, read_only=True)) as raw:
        found = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in found}


def test_an_example_of_every_version_opens_with_its_records(tmp_path: Path, key: bytes) -> None:
    for example in OLD.glob("v*.sql"):
        folder = tmp_path / example.stem
        folder.mkdir()
        with closing(connect(folder / "store.db", key)) as raw:
            raw.executescript(example.read_text(encoding="utf-8"))

        copy = WorkingCopy(folder, key)

        assert copy.principal() == PI
        assert [row.head.title for row in copy.rows(Query("person")).rows] == ["向晚晴"]
        for text in ("晴", "晚", "向晚", "晚晴", "向晚晴", "xw"):
            assert copy.count(Query("person", text=text)) == 1, text
        assert copy.count(Query("person", text="晚向")) == 0
        assert [item.command for item in copy.outbox()] == ["save"]
        assert copy.positions() == {PI.id: 7}
        copy.close()


# -- documents ---------------------------------------------------------------------------------


def test_a_change_that_was_confirmed_leaves_a_sound_store(tmp_path: Path, key: bytes) -> None:
    copy = desk(tmp_path, key)
    record = copy.begin("study", {TITLE: "甲"}, role="pi")
    (change,) = copy.pending(10)
    copy.settle_outcomes([done(change, study("甲", record_id=record.id))])
    copy.close()

    again = WorkingCopy(tmp_path, key)

    assert again.is_sound()
    assert again.outbox() == []
    assert again.get(record.id).revision == 1
    assert again.get(record.id).form_version == FORMS["study"].version
    again.close()
