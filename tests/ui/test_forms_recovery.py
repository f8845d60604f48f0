"""A program that was killed or closed while somebody typed: what is kept, told and offered."""

from __future__ import annotations

from uuid import UUID

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.record import Record
from tests.local_db.desks import TITLE
from tests.ui.test_forms_editors import composed
from tests.ui.test_forms_filing import draft, line, quick, shown, stored
from ui import moments, tasks
from ui.desk import Desk
from ui.forms import recovery, saving
from ui.forms.filing import FilingView
from ui.main_window import MainWindow

__all__ = ["draft", "quick"]


def killed_while_open(desk: Desk, record: Record) -> None:
    """As a store is left by a program that ended while somebody was typing."""
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(recovery, "RUN", "an earlier run")
        recovery.note(desk.copy, record.id, TITLE, moments.now())


def left_to_the_next_run(desk: Desk) -> list[UUID]:
    with pytest.MonkeyPatch.context() as later:
        later.setattr(recovery, "RUN", "a later run")
        return [one.record_id for one in recovery.left_open(desk.copy)]


def test_what_is_open_in_this_run_was_left_by_nobody(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    # As after a first sign-in: its page goes only when the main window stands.
    desk, record = draft
    shown(qtbot, desk, record)
    tasks.finish()
    window = MainWindow(desk)
    qtbot.addWidget(window)
    window.show()
    tasks.finish()
    QApplication.processEvents()

    assert not window.recovered.isVisible()
    assert left_to_the_next_run(desk) == [record.id]


def test_after_a_kill_the_window_says_what_was_kept_and_leads_back_to_it(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    killed_while_open(desk, record)
    window = MainWindow(desk)
    qtbot.addWidget(window)
    window.show()

    qtbot.waitUntil(window.recovered.isVisible)
    told = " ".join(label.text() for label in window.recovered.findChildren(QLabel))
    assert record.answers[TITLE] in told
    assert "最后填写的是“基本信息 › 医学研究题目”" in told
    window.recovered.go_on.click()
    view = window.pages.current()
    assert isinstance(view, FilingView)
    qtbot.waitUntil(lambda: view.page_id == "basic")

    qtbot.waitUntil(lambda: view.pages["basic"].cells[TITLE].isAncestorOf(window.focusWidget()))
    assert not window.recovered.isVisible()


def test_what_was_closed_is_not_offered_again(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    tasks.finish()
    assert left_to_the_next_run(desk) == [record.id]

    view.close()
    tasks.finish()

    assert left_to_the_next_run(desk) == []


def test_what_is_put_off_after_a_kill_is_not_offered_again(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    killed_while_open(desk, record)
    window = MainWindow(desk)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window.recovered.isVisible)

    window.recovered.later.click()
    tasks.finish()

    assert recovery.left_open(desk.copy) == []
    assert desk.copy.get(record.id).state == "draft"


def test_what_is_typed_while_a_save_is_under_way_is_kept_when_the_page_closes(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    monkeypatch.setattr(saving, "SOON", 60_000)
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "First")
    view.save()
    assert view.saving is not None
    assert view.saving.is_under_way

    QTest.keyClicks(line(view, TITLE), " and second")
    view.close()
    tasks.finish()

    assert stored(desk, record, TITLE) == "First and second"


def test_who_types_on_without_a_pause_is_saved_too(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    monkeypatch.setattr(saving, "LATEST", 200)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()

    typed = ""
    while set(str(stored(desk, record, TITLE))) != {"x"} and len(typed) < 1000:
        QTest.keyClicks(line(view, TITLE), "x")
        typed += "x"
        qtbot.wait(10)

    assert len(typed) < 1000
    assert line(view, TITLE).text() == typed


def test_a_word_that_was_being_composed_is_saved_as_soon_as_it_is_whole(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    monkeypatch.setattr(saving, "LATEST", 100)
    monkeypatch.setattr(saving, "WORD", 20)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    title = line(view, TITLE)
    title.setFocus()
    title.clear()
    QTest.keyClicks(title, "A")
    composed(title, preedit="yanjiu")
    qtbot.wait(300)
    assert stored(desk, record, TITLE) != "A"

    composed(title, commit="研究")

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "A研究")
