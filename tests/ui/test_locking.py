"""Locking, one program for each folder, and how large and in what colours the window is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.ui.door import Door, standing
from tests.ui.world import PI, news, study
from ui import look
from ui.locking import LockWindow, _Cover
from ui.records.list_view import RecordsView
from ui.settings import Settings
from ui.single import SingleInstance
from ui.start import Application

LOGIN, PASSWORD = "13800000002", "Changhe26x"
SOURCE = Path(__file__).parents[2]


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path, dressed: None) -> Iterator[Application]:
    """The program with somebody signed in."""
    with standing(Door(PI, LOGIN, PASSWORD)) as door:
        made = Application(door.address, tmp_path / "desk")
        window = made.show()
        window.login.setText(LOGIN)
        window.password.setText(PASSWORD)
        window.sign_in.click()
        qtbot.waitUntil(lambda: made.window is not None, timeout=20_000)
        yield made
        made.close()


def opened_by(qtbot: QtBot, program: Application, password: str) -> None:
    assert program.locked is not None
    program.locked.password.setText(password)
    program.locked.go.click()


# --- locking ----------------------------------------------------------------------------------


def test_nobody_touching_it_for_the_minutes_set_locks_the_desk(
    qtbot: QtBot, program: Application
) -> None:
    now = [0.0]
    program.idle._clock = lambda: now[0]
    program.choose_lock_minutes(10)

    now[0] = 9 * 60
    program.idle.look()
    assert program.locked is None
    now[0] = 10 * 60 + 1
    program.idle.look()

    assert program.locked is not None
    assert Settings(program.settings.folder).lock_minutes == 10
    opened_by(qtbot, program, PASSWORD)
    qtbot.waitUntil(lambda: program.locked is None, timeout=20_000)


def test_a_wrong_password_does_not_open_and_esc_neither(qtbot: QtBot, program: Application) -> None:
    program.lock()
    locked = program.locked
    assert locked is not None

    opened_by(qtbot, program, "wrong password")
    qtbot.waitUntil(lambda: locked.problem.text() != "", timeout=20_000)
    QTest.keyClick(locked, Qt.Key.Key_Escape)
    locked.close()

    assert locked.isVisible()
    assert program.locked is locked
    assert locked.go.isEnabled()


def _cover_of(widget: QWidget) -> _Cover:
    [cover] = [c for c in widget.findChildren(_Cover) if c.parentWidget() is widget]
    return cover


def test_what_stood_on_the_screen_is_covered_and_comes_back(
    qtbot: QtBot, program: Application
) -> None:
    window = program.window
    assert window is not None
    news(window.desk.copy, study("保密研究"))
    window.navigation.go("my_studies")
    view = window.pages.current()
    assert isinstance(view, RecordsView)
    dialog = QDialog(window)
    QLabel("保密的内容", dialog)
    dialog.open()

    program.lock()

    for widget in (window, dialog):
        cover = _cover_of(widget)
        assert cover.geometry() == widget.rect()
        inside = [c for c in widget.children() if isinstance(c, QWidget) and not c.isWindow()]
        assert inside[-1] is cover, "nothing of the window stands before its cover"
    window.resize(window.width() - 40, window.height() - 30)
    assert _cover_of(window).size() == window.size()
    opened_by(qtbot, program, PASSWORD)
    qtbot.waitUntil(lambda: program.locked is None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.findChildren(_Cover))
    assert dialog.isVisible()
    assert window.pages.current() is view
    dialog.close()


def test_colours_that_change_while_it_is_locked_do_not_open_it(
    qtbot: QtBot, program: Application
) -> None:
    program.lock()
    before = program.window

    program.choose_scheme("dark")

    assert program.window is before
    assert program.locked is not None
    assert program.locked.isVisible()
    opened_by(qtbot, program, PASSWORD)
    qtbot.waitUntil(lambda: program.window is not before, timeout=20_000)
    program.choose_scheme("light")


def test_signing_out_from_the_lock_asks_who_it_is(qtbot: QtBot, program: Application) -> None:
    program.lock()
    assert program.locked is not None

    program.locked.sign_out_wanted.emit()

    assert program.window is None
    assert program.sign_in is not None
    program.lock()
    assert program.locked is None, "there is nothing to lock"


def test_a_menu_that_is_open_is_closed_before_it_is_locked(
    qtbot: QtBot, program: Application
) -> None:
    menu = QMenu(program.window)
    menu.addAction("x")
    menu.popup(program.window.mapToGlobal(program.window.rect().center()))  # type: ignore[union-attr]
    qtbot.waitUntil(menu.isVisible)

    program.lock()

    assert not menu.isVisible()


def test_a_key_or_a_move_of_the_mouse_begins_the_minutes_anew(
    qtbot: QtBot, program: Application
) -> None:
    assert program.window is not None
    now = [0.0]
    program.idle._clock = lambda: now[0]
    program.choose_lock_minutes(5)
    program.window.activateWindow()
    handle = program.window.windowHandle()
    program.idle._on_window(handle)

    for touch in (
        lambda: QTest.keyClick(handle, Qt.Key.Key_Shift),
        lambda: QTest.mouseMove(handle, QPoint(20, 20)),
        lambda: QTest.mouseClick(handle, Qt.MouseButton.RightButton, pos=QPoint(5, 5)),
        QApplication.inputMethod().cursorRectangleChanged.emit,
    ):
        now[0] += 299.0
        touch()
        QApplication.processEvents()
        now[0] += 299.0
        program.idle.look()
        assert program.locked is None

    now[0] += 2.0
    program.idle.look()
    assert program.locked is not None


def test_no_minutes_never_locks(qtbot: QtBot, program: Application) -> None:
    now = [0.0]
    program.idle._clock = lambda: now[0]
    program.choose_lock_minutes(0)
    now[0] = 1e6

    program.idle.look()

    assert program.locked is None


# --- signing in -------------------------------------------------------------------------------


def test_another_language_before_signing_in_does_not_end_the_program(
    qtbot: QtBot, tmp_path: Path
) -> None:
    made = Application("http://127.0.0.1:9", tmp_path / "desk")
    before = made.show()

    made.choose_language("en")
    qtbot.waitUntil(lambda: not isValid(before))

    assert made.sign_in is not None
    assert made.sign_in.isVisible()
    made.choose_language("zh")
    made.close()


# --- size and colours -------------------------------------------------------------------------


def test_larger_and_smaller_by_keys_is_kept_and_closes_nothing(
    qtbot: QtBot, program: Application
) -> None:
    window = program.window
    assert window is not None

    window._zoom(1)
    window._zoom(1)

    assert program.window is window
    assert look.scheme.zoom == 1.25
    assert Settings(program.settings.folder).zoom == 1.25
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert app.font().pointSizeF() == pytest.approx(12.5)
    program.choose_zoom(1.0)


def test_the_colours_chosen_stay_whatever_the_system_says(
    qtbot: QtBot, program: Application
) -> None:
    program.choose_scheme("dark")

    assert look.is_dark()
    assert Settings(program.settings.folder).scheme == "dark"
    hints = QApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert look.is_dark()
    program.choose_scheme("light")


# --- one program for each folder --------------------------------------------------------------

SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from ui.single import SingleInstance
app = QCoreApplication([])
sys.exit(0 if SingleInstance(Path(sys.argv[1])).is_first() else 3)
"""


def second(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SECOND, str(folder)], cwd=SOURCE)


def test_a_second_start_wakes_the_first_and_ends(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path)
    assert first.is_first()

    with qtbot.waitSignal(first.woken, timeout=30_000):
        other = second(tmp_path)
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=30_000)

    assert other.returncode == 3
    elsewhere = second(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: elsewhere.poll() is not None, timeout=30_000)
    assert elsewhere.returncode == 0
    first.close()
    again = SingleInstance(tmp_path)
    assert again.is_first()
    again.close()


def test_the_window_that_was_put_away_comes_forward(qtbot: QtBot, program: Application) -> None:
    assert program.window is not None
    program.window.showMinimized()

    program.come_forward()

    assert not program.window.isMinimized()
    assert program.window.isVisible()


def test_a_lock_window_stands_alone_too(qtbot: QtBot) -> None:
    alone = LockWindow("林敏")
    qtbot.addWidget(alone)
    alone.show()

    assert alone.windowModality() == Qt.WindowModality.ApplicationModal
    alone.open_up()
    assert not alone.isVisible()
