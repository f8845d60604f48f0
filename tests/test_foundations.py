"""The ground the other tests stand on: two databases, quiet logs, no screen."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from pytestqt.qtbot import QtBot

from tests.private_postgres import PrivatePostgres

HERE = Path(__file__).parent


def test_a_database_url_is_an_empty_database_of_the_test_s_own(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)

    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE paper (title VARCHAR)")
        connection.exec_driver_sql("INSERT INTO paper VALUES ('周𬭊')")
    with engine.begin() as connection:
        titles = connection.exec_driver_sql("SELECT title FROM paper").scalars().all()

    assert titles == ["周𬭊"]
    engine.dispose()


def test_a_copied_database_has_what_the_prepared_one_had_and_shares_nothing(
    postgres: PrivatePostgres,
) -> None:
    filled = []

    def fill(url: str) -> None:
        filled.append(url)
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE office (name text)")
            connection.execute("INSERT INTO office VALUES ('长河省卫生健康委员会')")

    name = f"prepared_{os.getpid()}_{time.monotonic_ns()}"
    first, second = postgres.prepared(name, fill), postgres.prepared(name, fill)

    assert (first, second, len(filled)) == (name, name, 1)
    with postgres.database(like=name) as here, postgres.database(like=name) as there:
        with psycopg.connect(here.replace("+psycopg", "")) as connection:
            connection.execute("DELETE FROM office")
        with psycopg.connect(there.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT count(*) FROM office").fetchone() == (1,)


def test_a_database_is_gone_after_its_test(postgres: PrivatePostgres) -> None:
    with postgres.database() as url:
        address = url.replace("+psycopg", "")
        psycopg.connect(address).close()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(address)


def test_widgets_need_no_screen(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QApplication

    assert QApplication.platformName() == "offscreen"


@pytest.mark.expects_log("the disk is full")
def test_a_warning_that_is_expected_is_no_fault() -> None:
    logging.getLogger("somewhere").warning("the disk is full")


def _run_pytest(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _pytest_command(folder, text), cwd=HERE.parent, capture_output=True, text=True, check=False
    )


def _pytest_command(folder: Path, text: str) -> list[str]:
    test = folder / "test_inner.py"
    test.write_text(text, encoding="utf-8")
    (folder / "conftest.py").write_text("from tests.conftest import *\n", encoding="utf-8")
    config = str(HERE.parent / "pyproject.toml")
    return [sys.executable, "-m", "pytest", "-q", "-c", config, "-p", "no:randomly", str(test)]


def test_a_warning_that_nobody_expects_fails_the_test(tmp_path: Path) -> None:
    done = _run_pytest(
        tmp_path,
        "import logging\ndef test_it():\n    logging.getLogger('x').warning('the wire is cut')\n",
    )

    assert done.returncode == 1
    assert "unexpected log lines:\nWARNING x: the wire is cut" in done.stdout


def test_a_warning_that_never_comes_fails_the_test(tmp_path: Path) -> None:
    done = _run_pytest(
        tmp_path,
        "import pytest\n@pytest.mark.expects_log('rain')\ndef test_it():\n    pass\n",
    )

    assert done.returncode == 1
    assert "never logged: rain" in done.stdout


ASKS_AND_WAITS = """
import os, pathlib, time
def test_it(postgres):
    pathlib.Path({note!r}).write_text(os.environ["YANBEI_TEST_POSTGRES"])
    {then}
"""


@pytest.mark.parametrize("killed", [False, True], ids=["ended by a failure", "killed"])
def test_no_postgresql_is_left_behind(tmp_path: Path, killed: bool) -> None:
    note = tmp_path / "note"
    then = "time.sleep(60)" if killed else "raise RuntimeError('a bug')"
    command = _pytest_command(tmp_path, ASKS_AND_WAITS.format(note=str(note), then=then))
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.DEVNULL) as inner:
        _until(lambda: note.exists() and note.read_text(encoding="utf-8") != "")
        folder = Path(note.read_text(encoding="utf-8"))
        if killed:
            assert (folder / "data" / "postmaster.pid").exists()
            inner.send_signal(signal.SIGKILL)

    _until(lambda: not folder.exists())


def _until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)
