"""A dressed program and desks with a real working copy."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.record import Principal
from local_db import WorkingCopy
from tests.local_db.desks import desk as working_copy
from ui import language, look, tasks
from ui.desk import Desk
from ui.language import translate

KEY = bytes(range(32))
DeskOf = Callable[..., Desk]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Chinese and light, whatever the test before it left."""
    language.choose("zh")
    look.apply(qapp, dark=False)
    translate(qapp)
    let_go_of_keys()
    yield
    language.choose("zh")
    tasks.finish()
    QGuiApplication.clipboard().clear()  # what Python put there is not for Qt to end after it
    gc.collect(0)  # whatever this test made is young: nothing was collected since


def let_go_of_keys() -> None:
    """A Ctrl or Shift that the test before pressed last: with it, a choice of a row only adds."""
    if QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)


def activate(qtbot: QtBot, window: QWidget) -> None:
    """Show a window and wait until it is the active one."""
    window.show()
    window.activateWindow()
    # Not `waitActive`: beside other programs it gave up in two runs of three.
    qtbot.waitUntil(window.isActiveWindow)


@pytest.fixture
def desk_of(tmp_path: Path, dressed: None) -> Iterator[DeskOf]:
    """Makes the desk of a person; its working copy is closed at the end."""
    copies: list[WorkingCopy] = []

    def made(who: Principal, role: str = "") -> Desk:
        copy = working_copy(tmp_path / f"desk{len(copies)}", KEY, who)
        copies.append(copy)
        return Desk(copy, role)

    yield made
    tasks.finish()
    for copy in copies:
        copy.close()
