"""Signing out with unsent work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.forms import FORMS
from tests.ui.door import Door, standing
from tests.ui.world import LONG_ZH, PI
from ui import language, tasks
from ui.main_window import MainWindow
from ui.start import Application
from ui.sync.leaving import unsent

TITLE = FORMS["study"].title_fields[0]
LOGIN, PASSWORD = "13800000002", "Yanbei2026"


@pytest.fixture
def door() -> Iterator[Door]:
    with standing(Door(PI, LOGIN, PASSWORD)) as found:
        yield found


@pytest.fixture
def program(tmp_path: Path, door: Door, qtbot: QtBot) -> Iterator[Application]:
    made = Application(door.address, tmp_path / "desk")
    sign_in(made)
    qtbot.waitUntil(lambda: made.exchange is not None and made.exchange.state.standing == "done")
    yield made
    made.close()
    tasks.finish()


def sign_in(program: Application) -> None:
    window = program.sign_in or program.show()
    window.login.setText(LOGIN)
    window.password.setText(PASSWORD)
    window.sign_in.click()


def written(program: Application, *titles: str) -> MainWindow:
    """Write studies while the registry is not asked."""
    assert program.desk is not None
    assert program.exchange is not None
    assert program.window is not None
    program.exchange.stop()
    for title in titles:
        program.desk.copy.begin("study", {TITLE: title}, role="pi")
    return program.window


def asked(qtbot: QtBot, window: MainWindow) -> QMessageBox:
    window.top.sign_out_wanted.emit()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "leaving") is not None)
    box = window.findChild(QMessageBox, "leaving")
    assert isinstance(box, QMessageBox)
    return box


def test_where_everything_is_sent_one_is_signed_out_without_a_question(
    qtbot: QtBot, program: Application
) -> None:
    window = program.window
    assert window is not None

    window.top.sign_out_wanted.emit()

    qtbot.waitUntil(lambda: program.sign_in is not None)
    assert program.window is None


def test_what_is_unsent_is_named_kept_and_there_again_at_the_next_sign_in(
    qtbot: QtBot, program: Application
) -> None:
    window = written(program, "甲研究", "乙研究")

    box = asked(qtbot, window)

    assert box.text().startswith("还有 2 项没有发送：\n· 保存 · 甲研究\n· 保存 · 乙研究")
    assert "加密保存在这台电脑上，不会丢失" in box.text()
    assert [button.text() for button in box.buttons()] == ["退出", "取消"]
    assert program.window is window, "nothing happens before the answer"
    box.buttons()[0].click()
    qtbot.waitUntil(lambda: program.sign_in is not None)
    assert program.desk is None
    sign_in(program)
    qtbot.waitUntil(lambda: program.desk is not None)
    assert program.desk is not None
    assert [item.title for item in program.desk.copy.outbox()] == ["甲研究", "乙研究"]


def test_who_thinks_better_of_it_goes_on_working(qtbot: QtBot, program: Application) -> None:
    window = written(program, "甲研究")

    asked(qtbot, window).buttons()[1].click()

    assert program.window is window
    assert window.isVisible()
    assert program.desk is not None
    assert len(program.desk.copy.outbox()) == 1


def test_of_many_only_the_first_are_named_in_both_languages(program: Application) -> None:
    written(program, *(f"研究 {n}" for n in range(7)), LONG_ZH)
    assert program.desk is not None
    items = program.desk.copy.outbox()

    assert unsent(items).count("\n· ") == 6
    assert "· 另有 3 项" in unsent(items)
    language.choose("en")
    assert unsent(items).startswith("Not sent yet (8):\n· Save · 研究 0")
    assert "· 3 more\n" in unsent(items)
