"""The wizard keeps what is typed: by itself, when a page is left, when a save fails."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QMessageBox,
)
from pytestqt.qtbot import QtBot

from app.errors import DiskFull
from app.record import Record
from tests.local_db.desks import TITLE
from tests.ui.test_forms_editors import composed
from tests.ui.test_forms_filing import SOON, draft, line, quick, shown, stored
from ui import tasks
from ui.desk import Desk
from ui.forms import saving
from ui.forms.leaving import saved_now

__all__ = ["draft", "quick"]


def test_what_is_typed_is_saved_by_itself_and_said(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")

    line(view, TITLE).selectAll()
    QTest.keyClicks(line(view, TITLE), "IL-6 ")
    composed(line(view, TITLE), commit="抑制剂研究")

    assert view.footer.sentence.text() == "有未保存的修改"
    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "IL-6 抑制剂研究")
    qtbot.waitUntil(lambda: view.footer.sentence.text().startswith("已保存 "))


def test_what_is_typed_is_saved_within_two_seconds(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", SOON)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()

    QTest.keyClicks(line(view, TITLE), "In time")
    # By a timer of the same loop: where the machine is slow, it is late for both.
    then: list[str] = []
    QTimer.singleShot(2200, lambda: then.append(stored(desk, record, TITLE)))
    qtbot.wait(200)
    assert stored(desk, record, TITLE) != "In time"  # not at every letter either

    qtbot.waitUntil(lambda: bool(then))
    assert then == ["In time"]


def test_nothing_is_saved_in_the_middle_of_a_word(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
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
    assert title.composing
    composed(title, commit="研究")

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "A研究")


def test_leaving_a_page_saves_it(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "On another page")

    view.footer.next.click()

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "On another page")


def test_closing_saves_what_was_typed_a_moment_ago(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "Just before closing")

    with qtbot.waitSignal(view.closed):
        assert view.close()
    tasks.finish()

    assert stored(desk, record, TITLE) == "Just before closing"


def failing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Let the disk be full while the list says so."""
    is_full = [True]
    perform = desk.copy.perform

    def maybe(*args: Any, **more: Any) -> Record:
        if is_full[0]:
            raise DiskFull("磁盘已满。请清理后再试。", "The disk is full. Please make room.")
        return perform(*args, **more)

    monkeypatch.setattr(desk.copy, "perform", maybe)
    return is_full


def test_a_failing_save_says_so_in_red_and_is_tried_again(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    is_full = failing(desk, monkeypatch)
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "Kept")

    qtbot.waitUntil(lambda: "未能保存：磁盘已满" in view.footer.sentence.text())
    assert view.footer.sentence.property("kind") == "block"
    assert line(view, TITLE).text() == "Kept"
    is_full[0] = False

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "Kept")
    qtbot.waitUntil(lambda: view.saving.error is None)  # type: ignore[union-attr]


def test_closing_with_a_failing_save_asks_and_cancel_stays(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    is_full = failing(desk, monkeypatch)
    QTest.keyClicks(line(view, TITLE), "x")
    assert view.saving is not None
    qtbot.waitUntil(lambda: view.saving.error is not None)  # type: ignore[union-attr]
    asked: list[str] = []

    def escape(box: QMessageBox) -> int:
        asked.extend(b.text() for b in box.buttons())
        QTest.keyClick(box, Qt.Key.Key_Escape)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", escape)
    assert not view.close()
    assert sorted(asked) == sorted(["保存", "不保存", "取消"])
    assert view.draft_is_changed
    is_full[0] = False

    assert saved_now(view.saving)
