"""The keyboard alone: Tab as one reads, boxes that open in rows; what is answered is there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.record import Record
from tests.local_db.desks import TITLE
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_filing import draft, line, quick, shown, stored
from tests.ui.world import PI
from ui.desk import Desk
from ui.forms import judging
from ui.forms.page import _editor_of

__all__ = ["draft", "quick"]
CLASS = "cat.research_classification_level_"
FUNDING = "basic.funding_repeat"


def tab(*, back: bool = False) -> str:
    """Press Tab; the path of the answer that has the keyboard then."""
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab)
    editor = _editor_of(QApplication.focusWidget())
    return editor.path if editor is not None else ""


def test_tab_reaches_what_an_answer_has_brought_and_then_leaves_the_page(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    view = shown(qtbot, desk, desk.copy.begin("study", {}, role="pi"))
    first: Any = view.pages["cat"].cells[f"{CLASS}1"].editor
    first.buttons["initiated"].setFocus()
    QTest.keyClick(first.buttons["initiated"], Qt.Key.Key_Space)
    assert tab() == f"{CLASS}2"
    second: Any = view.pages["cat"].cells[f"{CLASS}2"].editor
    second.box.setCurrentIndex(second.box.findData("IIT-INT"))
    second.box.activated.emit(second.box.currentIndex())

    after = [tab(), tab(), tab(), tab()]

    assert after == ["cat.iit_product_attribute", "cat.tcm_guided", "cat.invasive_bci", ""]
    assert QApplication.focusWidget() is view.footer.next


def test_tab_goes_through_the_row_that_was_chosen_and_back(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    rows = list(record.answers[FUNDING])
    view.go_to(f"{FUNDING}/{rows[1]}/basic.funding_project_name")
    QApplication.processEvents()

    assert tab() == f"{FUNDING}/{rows[1]}/basic.funding_project_number"
    assert tab(back=True) == f"{FUNDING}/{rows[1]}/basic.funding_project_name"


def test_alt_and_down_opens_a_box_inside_a_row_and_moves_no_row(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    rows = list(record.answers[FUNDING])
    view.go_to(f"{FUNDING}/{rows[0]}/basic.funding_source_level_1")
    QApplication.processEvents()
    box: Any = QApplication.focusWidget()

    QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)

    assert box.view().isVisible()
    assert view.draft is not None
    assert view.draft.rows(FUNDING) == record.answers[FUNDING]
    box.hidePopup()


def test_what_was_just_answered_is_not_called_missing(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: Any
) -> None:
    monkeypatch.setattr(judging, "RECHECK", 60_000)  # nobody has judged the new answer yet
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    title = line(view, TITLE)
    title.setFocus()
    title.clear()
    title.textEdited.emit("")
    view.check()
    assert view.pages["basic"].cells[TITLE].problem_texts()
    view.is_judged = False

    QTest.keyClicks(title, "There now")
    tab()

    assert view.pages["basic"].cells[TITLE].problem_texts() == []


def test_undo_and_redo_go_across_fields_and_pages(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    before = record.answers["cat.tcm_guided"]
    view = shown(qtbot, desk, record)
    button = view.pages["cat"].cells["cat.tcm_guided"].editor.buttons  # type: ignore[attr-defined]
    button["yes"].click()
    view.open_page("share")

    view.setFocus()
    QTest.keySequence(view, QKeySequence.StandardKey.Undo)
    assert view.draft.value("cat.tcm_guided") == before == "no"  # type: ignore[union-attr]
    assert view.page_id == "cat"
    assert button["no"].isChecked()
    QTest.keySequence(view, QKeySequence.StandardKey.Redo)

    assert view.draft.value("cat.tcm_guided") == "yes"  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: stored(desk, record, "cat.tcm_guided") == "yes")


def test_control_z_in_a_line_is_the_lines_own(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    title = line(view, TITLE)
    was = title.text()
    title.setFocus()
    title.end(False)
    QTest.keyClicks(title, "abc")

    QTest.keySequence(title, QKeySequence.StandardKey.Undo)

    assert title.text() == was
    assert view.draft.value(TITLE) == was  # type: ignore[union-attr]
