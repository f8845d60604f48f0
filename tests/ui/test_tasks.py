"""Work away from the UI thread: what comes back, and what is let go of where."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui import garbage, tasks


class Window(QWidget):
    """Somebody who waits for a result."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Any] = []


def test_a_result_or_an_error_is_given_in_the_ui_thread(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    here = threading.get_ident()

    def tell(what: object) -> None:
        window.told.append((what, threading.get_ident() == here))

    tasks.run(threading.get_ident, then=tell, failed=tell, owner=window)
    tasks.run(lambda: 1 // 0, then=tell, failed=tell, owner=window)

    qtbot.waitUntil(lambda: len(window.told) == 2)
    (thread, here_first), (error, here_then) = window.told
    assert thread != here
    assert isinstance(error, ZeroDivisionError)
    assert here_first
    assert here_then


def test_nothing_is_given_to_a_window_that_is_gone(qtbot: QtBot) -> None:
    window, told = QObject(), []
    open_now = threading.Event()
    tasks.run(open_now.wait, then=told.append, failed=told.append, owner=window)

    window.deleteLater()
    del window
    qtbot.wait(10)
    open_now.set()
    tasks.finish()
    qtbot.wait(10)

    assert told == []


def test_a_window_is_let_go_of_once_its_task_is_done(qtbot: QtBot) -> None:
    window = Window()
    gone = weakref.ref(window)
    ended_in: list[int] = []
    weakref.finalize(window, lambda: ended_in.append(threading.get_ident()))

    tasks.run(
        lambda held=window: held is not None,  # type: ignore[misc]  # a default has no type here
        then=window.told.append,
        failed=window.told.append,
        owner=window,
    )
    del window
    qtbot.waitUntil(lambda: gone() is None)

    assert ended_in == [threading.get_ident()]


def test_cycles_are_collected_in_the_ui_thread_only(qtbot: QtBot, qapp: QApplication) -> None:
    garbage.keep_to_this_thread(qapp)
    garbage.keep_to_this_thread(qapp)
    (collector,) = qapp.findChildren(garbage.Collector)
    try:
        assert not gc.isenabled()
        window = Window()
        ended_in: list[int] = []
        weakref.finalize(window, lambda: ended_in.append(threading.get_ident()))
        window.told.append(window)
        del window

        many: list[list[Any]] = []
        thread = threading.Thread(target=lambda: many.extend([] for _ in range(5_000)))
        thread.start()
        thread.join()
        assert ended_in == []
        qtbot.waitUntil(lambda: bool(ended_in), timeout=4 * garbage.EVERY)

        assert ended_in == [threading.get_ident()]
    finally:
        collector.setParent(None)
        collector.deleteLater()
