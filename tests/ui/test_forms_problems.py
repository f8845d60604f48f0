"""The wizard says what is missing or wrong, leads there, and fills long pages by and by."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
)
from pytestqt.qtbot import QtBot

from app.forms import FORMS
from app.forms.schema import Rows
from app.record import Record
from tests.builders import study_answers
from tests.local_db.desks import TITLE
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_filing import draft, line, quick, shown
from tests.ui.world import (
    PI,
)
from ui.desk import Desk
from ui.forms.rows import RowsEditor

__all__ = ["draft", "quick"]


def test_problems_lead_to_their_answers_on_other_pages_and_inside_rows(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    answers = study_answers()
    form = FORMS["study"]
    group = next(
        f for f in form.fields() if isinstance(f.type, Rows) and len(answers.get(f.id, {})) > 1
    )
    rows = list(answers[group.id])
    inner = next(
        f for f in group.type.fields  # type: ignore[attr-defined]
        if f.required is True and answers[group.id][rows[1]].get(f.id)
    )  # fmt: skip
    del answers[group.id][rows[1]][inner.id]
    record = desk.copy.begin("study", answers, role="pi")
    view = shown(qtbot, desk, record)
    assert view.page_id == "cat"

    QTest.keyClick(view, Qt.Key.Key_F8)

    path = f"{group.id}/{rows[1]}/{inner.id}"
    assert [p.path for p in view.problems if p.level == "block"] == [path]
    assert view.page_id == form.page_of(path).id
    editor = view.pages[view.page_id].cells[group.id].editor
    assert isinstance(editor, RowsEditor)
    assert editor.current == rows[1]
    cell = editor.page.cells[inner.id]
    assert cell.isAncestorOf(QApplication.focusWidget())
    told = view.panel.list.item(view.panel.list.currentRow()).text()
    assert cell.problem_texts()[0] in told  # the same words in both places
    assert "（第 2 项）" in told


def test_the_problem_list_empties_itself(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = desk.copy.begin("study", study_answers({TITLE: None}), role="pi")
    view = shown(qtbot, desk, record)
    view.check()
    paths = [p.path for p in view.panel.problems]
    assert TITLE in paths
    view.panel.list.setCurrentRow(paths.index(TITLE))
    QTest.keyClick(view.panel.list, Qt.Key.Key_Return)

    focus = QApplication.focusWidget()
    assert focus is line(view, TITLE)
    item = view.list.item(1)
    assert "●" in item.text()
    QTest.keyClicks(focus, "Now there is a title")

    qtbot.waitUntil(lambda: TITLE not in [p.path for p in view.panel.problems])
    assert "●" not in view.list.item(1).text()


def test_an_answer_is_judged_when_it_is_left_and_not_before(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    cell = view.pages["basic"].cells["basic.total_funds"]
    number = line(view, "basic.total_funds")
    number.setFocus()
    number.clear()

    QTest.keyClicks(number, "many")
    qtbot.wait(100)
    assert cell.problem_texts() == []
    line(view, TITLE).setFocus()

    qtbot.waitUntil(lambda: bool(cell.problem_texts()))
    assert number.property("kind") == "block"


def test_what_is_wrong_is_never_cut_off(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    answers = study_answers({TITLE: None, "basic.sync_platform": "chictr"})
    record = desk.copy.begin("study", answers, role="pi")
    view = shown(qtbot, desk, record)

    view.open_page("basic")  # and at once, before it has been laid out:
    view.toggle_help()
    view.check()
    view.step_problem(1)

    def whole() -> None:
        cells = [cell for cell in view.pages["basic"].cells.values() if cell.isVisible()]
        assert sum(bool(cell.problem_texts()) for cell in cells) > 3
        for cell in cells:
            assert cell.height() >= cell.layout().totalHeightForWidth(cell.width()), cell.path

    qtbot.waitUntil(whole)


def test_a_long_page_grows_only_below_what_is_in_sight(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    view = shown(qtbot, *draft)
    view.open_page("design")
    page, area = view.pages["design"], view.stack.areas["design"]
    first = dict(page._cells)
    assert not page.is_whole
    QApplication.sendPostedEvents()
    bottom = area.viewport().mapToGlobal(area.viewport().rect().bottomLeft()).y()
    last = list(first.values())[-1]
    assert last.mapToGlobal(last.rect().bottomLeft()).y() >= bottom  # the window is full
    was = {path: cell.mapToGlobal(cell.rect().topLeft()) for path, cell in first.items()}
    focus = QApplication.focusWidget()

    qtbot.waitUntil(lambda: page.is_whole)
    QApplication.sendPostedEvents()

    assert len(page.cells) > len(first)
    assert was == {path: c.mapToGlobal(c.rect().topLeft()) for path, c in first.items()}
    assert QApplication.focusWidget() is focus


def test_a_problem_further_down_is_gone_to_before_its_question_was_made(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    view = shown(qtbot, *draft)
    page = FORMS["study"].page_of("design.study_design")
    last = [f for f in page.fields if f.is_shown(view.draft.known())][-1]  # type: ignore[union-attr]

    view.open_page(page.id)
    assert last.id not in view.pages[page.id]._cells
    view.go_to(last.id)

    cell = view.pages[page.id].cells[last.id]
    area = view.stack.areas[page.id].viewport()
    qtbot.waitUntil(lambda: area.rect().contains(cell.mapTo(area, cell.rect().topLeft())))
    assert cell.isAncestorOf(QApplication.focusWidget())


def test_what_is_made_later_is_judged_and_comes_in_its_turn(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, _record = draft
    view = shown(qtbot, desk, desk.copy.begin("study", {}, role="pi"))
    view.check()
    view.open_page("basic")
    page = view.pages["basic"]
    first = set(page._cells)

    qtbot.waitUntil(lambda: page.is_whole)

    later = {p.path for p in view.problems if p.path in page.cells} - first
    assert later
    assert all(page.cells[path].problem_texts() for path in later)
    order = [f.id for f in page.fields if f.id in page.cells]
    assert [i.widget().field.id for i in page.flow._items] == order  # type: ignore[attr-defined]
