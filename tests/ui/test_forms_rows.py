"""Groups: rows come, go, move, are pasted, and 200 of them are as quick as two."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.answers import Problem, edits_between, replay
from app.forms import FORMS
from app.forms.conditions import Is
from app.forms.schema import Field, Rows
from app.forms.types import Choice, Decimal, Integer, Text, options
from app.words import Words
from tests.ui.conftest import activate
from tests.ui.test_forms_editors import page_of
from ui.forms.draft import Draft, new_row_id
from ui.forms.editing import Around
from ui.forms.page import PageView
from ui.forms.rows import RowsEditor

YES_NO = Choice(options(("yes", "是", "Yes"), ("no", "否", "No")))
MONEY = Words("万元", "10k CNY")
ARMS = Rows((
    Field("name", "分组名称", Text(100), required=True, english="Group name"),
    Field("size", "样本量", Integer(), english="Sample size", short=True),
    Field("paid", "有经费", YES_NO, english="Funded", short=True),
    Field("amount", "金额", Decimal(MONEY), only=Is("paid", "yes"), english="Amount"),
))  # fmt: skip
THREE = {
    "00000010": {"name": "甲组", "size": 10},
    "00000020": {"name": "乙组", "size": 20},
    "00000030": {"name": "丙组", "size": 30},
}


@pytest.fixture
def rows(qtbot: QtBot) -> RowsEditor:
    return rows_of(qtbot, THREE)


def rows_of(qtbot: QtBot, given: dict[str, Any] | None) -> RowsEditor:
    field = Field("arms", "研究分组", ARMS, english="Arms", required=True)
    view = page_of(qtbot, field, answers={"arms": given} if given else {})
    editor = view.cells["arms"].editor
    assert isinstance(editor, RowsEditor)
    return editor


def names(editor: RowsEditor) -> list[str]:
    return [row.get("name", "") for row in (editor.value() or {}).values()]


def line(editor: RowsEditor, field: str = "name") -> Any:
    return editor.page.cells[field].editor.line


def test_an_empty_group_shows_one_row_that_is_none_until_typed_in(qtbot: QtBot) -> None:
    editor = rows_of(qtbot, None)
    assert editor.value() is None

    line(editor).setFocus()
    QTest.keyClicks(line(editor), "Arm A")

    assert names(editor) == ["Arm A"]
    assert not editor.table.isVisible()  # one row needs no list


def test_a_row_is_added_behind_and_gets_the_keyboard(rows: RowsEditor) -> None:
    rows.buttons["add"].click()
    QTest.keyClicks(QApplication.focusWidget(), "Arm D")

    assert names(rows) == ["甲组", "乙组", "丙组", "Arm D"]
    assert rows.table.isVisible()
    assert rows.heading.text() == "第 4 项"


def test_rows_keep_their_order_when_they_come_back_from_the_store(rows: RowsEditor) -> None:
    for name in ("丁", "戊", "己"):
        rows.buttons["add"].click()
        rows.page.cells["name"].editor.line.insert(name)
        rows.page.cells["name"].editor.line.textEdited.emit(name)
    now = {"arms": rows.value()}

    again = replay({"arms": THREE}, edits_between({"arms": THREE}, now)).answers

    assert list(again["arms"]) == list(now["arms"]) == sorted(now["arms"])


def test_ids_of_new_rows_lie_behind_all_others() -> None:
    rows = ["ffffffff", "00000001"]
    made = []
    for _number in range(300):
        made.append(new_row_id([*rows, *made]))

    assert made == sorted(made)
    assert len(set(made)) == 300
    assert min(made) > "ffffffff"


def test_a_row_is_duplicated(rows: RowsEditor) -> None:
    rows.go_to([rows.model.ids[1]])
    rows.buttons["duplicate"].click()

    assert names(rows) == ["甲组", "乙组", "丙组", "乙组"]
    assert list(rows.value().values())[3] == {"name": "乙组", "size": 20}


def test_a_row_moves_by_button_and_by_keyboard(rows: RowsEditor) -> None:
    rows.go_to([rows.model.ids[2]])
    rows.buttons["up"].click()
    assert names(rows) == ["甲组", "丙组", "乙组"]

    rows.table.setFocus()
    QTest.keyClick(rows.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(rows) == ["丙组", "甲组", "乙组"]
    line(rows).setFocus()
    QTest.keyClick(line(rows), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)

    assert names(rows) == ["甲组", "丙组", "乙组"]
    assert line(rows).text() == "丙组"


def test_a_moved_row_stays_where_it_was_put_after_saving(rows: RowsEditor) -> None:
    rows.go_to([rows.model.ids[2]])
    rows.buttons["up"].click()

    again = replay({"arms": THREE}, edits_between({"arms": THREE}, {"arms": rows.value()}))

    assert [row["name"] for row in again.answers["arms"].values()] == ["甲组", "丙组", "乙组"]
    assert again.clashes == ()


def test_a_deleted_row_comes_back_where_it_was(rows: RowsEditor) -> None:
    rows.go_to([rows.model.ids[1]])
    rows.table.setFocus()
    QTest.keyClick(rows.table, Qt.Key.Key_Delete)
    assert names(rows) == ["甲组", "丙组"]
    assert rows.undo.text() == "已删除第 2 项 · 撤销"

    rows.undo.click()

    assert rows.value() == THREE
    assert list(rows.value()) == list(THREE)
    assert line(rows).text() == "乙组"


def test_deleting_the_last_row_leaves_an_empty_one_to_type_in(qtbot: QtBot) -> None:
    editor = rows_of(qtbot, {"00000010": {"name": "甲组"}})

    editor.buttons["delete"].click()

    assert editor.value() is None
    assert line(editor).text() == ""


def test_undo_takes_back_what_was_done_to_rows(rows: RowsEditor) -> None:
    stack = rows.around.draft.undo_stack
    rows.buttons["add"].click()
    rows.buttons["delete"].click()
    rows.go_to([rows.model.ids[0]])
    rows.buttons["down"].click()

    while stack.canUndo():
        stack.undo()

    assert rows.value() == THREE
    assert rows.model.ids == list(THREE)


def test_a_block_of_a_spreadsheet_becomes_rows(rows: RowsEditor) -> None:
    rows.paste("丁组\t４０\t是\n戊组\t1,200\tNo\n")

    assert list(rows.value().values())[3:] == [
        {"name": "丁组", "size": 40, "paid": "yes"},
        {"name": "戊组", "size": 1200, "paid": "no"},
    ]
    rows.around.draft.undo_stack.undo()
    assert rows.value() == THREE  # one step back for the whole block


def test_headings_of_the_block_say_which_column_is_which(qtbot: QtBot) -> None:
    editor = rows_of(qtbot, None)

    editor.paste('样本量\t分组名称 *\n5\t"两行\n名称"\n')

    assert list(editor.value().values()) == [{"size": 5, "name": "两行\n名称"}]


def test_a_block_goes_over_the_rows_from_the_chosen_one_on(rows: RowsEditor) -> None:
    QApplication.clipboard().setText("新乙\t21\n新丙\t31\n新丁\t41")
    rows.table.setCurrentIndex(rows.model.index(1, 0))
    rows.table.setFocus()

    QTest.keyClick(rows.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert names(rows) == ["甲组", "新乙", "新丙", "新丁"]
    assert list(rows.value())[:3] == list(THREE)


def test_a_large_block_is_asked_about_first(qtbot: QtBot, rows: RowsEditor) -> None:
    rows.paste("\n".join(f"组{n}\t{n}" for n in range(30)))
    box = rows.findChild(QMessageBox)
    assert box is not None
    assert "30 项" in box.text()
    assert len(rows.value()) == 3

    box.accepted.emit()
    box.close()

    assert len(rows.value()) == 33


def test_only_the_pasted_row_is_selected_while_ctrl_is_held(rows: RowsEditor) -> None:
    QApplication.clipboard().setText("新乙\t21")
    rows.go_to([rows.model.ids[1]])
    rows.table.setFocus()
    QTest.keyPress(rows.table, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(rows.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    rows.go_to([rows.model.ids[2]])
    QTest.keyRelease(rows.table, Qt.Key.Key_Control)

    assert [i.row() for i in rows.table.selectionModel().selectedRows()] == [2]


def test_rows_are_copied_as_cells(rows: RowsEditor) -> None:
    rows.table.selectAll()

    assert rows.copy_rows().split("\n")[1].split("\t")[:2] == ["乙组", "20"]


def test_tab_leaves_the_list(rows: RowsEditor) -> None:
    rows.table.setFocus()
    QTest.keyClick(rows.table, Qt.Key.Key_Tab)

    assert QApplication.focusWidget() is rows.buttons["add"]


def test_a_question_in_a_row_appears_with_the_answer_that_asks_for_it(rows: RowsEditor) -> None:
    assert "amount" not in rows.page.cells

    rows.page.cells["paid"].editor.buttons["yes"].click()

    assert rows.page.cells["amount"].isVisible()


def test_a_problem_is_marked_at_its_row_and_field(rows: RowsEditor) -> None:
    path = "arms/00000030/size"
    found = [Problem(path, Words("应是整数。", "A whole number."), rule="V-43")]

    rows.judge(found, everything=True)
    rows.go_to(["00000030", "size"])

    assert rows.model.headerData(2, Qt.Orientation.Vertical, Qt.ItemDataRole.DecorationRole)
    assert QApplication.focusWidget() is line(rows, "size")
    assert rows.page.cells["size"].problem_texts() == ["应是整数。"]


def test_two_hundred_groups_are_as_quick_as_two(qtbot: QtBot, capsys: Any) -> None:
    form = FORMS["study"]
    group = next(
        f for f in form.fields() if isinstance(f.type, Rows) and len(f.type.fields) > 15
        and any(isinstance(i.type, Integer) for i in f.type.fields)
    )  # fmt: skip
    first = next(f for f in group.type.fields if isinstance(f.type, Text) and f.type.lines == 1)  # type: ignore[attr-defined]
    page = form.page_of(group.id)
    from tests.builders import study_answers

    answers = study_answers()
    answers[group.id] = {f"{n + 1:08x}": {first.id: f"第{n + 1}组"} for n in range(200)}
    draft = Draft(form, answers)

    started = time.thread_time()
    view = PageView(page.fields, Around(draft))
    qtbot.addWidget(view)
    view.resize(760, 700)
    activate(qtbot, view)
    opened = time.thread_time() - started
    editor = view.cells[group.id].editor
    assert isinstance(editor, RowsEditor)
    started = time.thread_time()
    editor.table.selectRow(150)
    QApplication.processEvents()
    switched = time.thread_time() - started
    widget = editor.page.cells[first.id].editor.line
    widget.setFocus()
    QApplication.processEvents()
    started = time.thread_time()
    QTest.keyClicks(widget, "abcdefghij")
    keystroke = (time.thread_time() - started) / 10

    with capsys.disabled():
        sys.stdout.write(
            f"\n200 rows: open {opened * 1000:.0f} ms, row {switched * 1000:.0f} ms, "
            f"key {keystroke * 1000:.1f} ms\n"
        )
    assert draft.value(f"{group.id}/{151:08x}/{first.id}").startswith("abcdefghij")
    assert len(editor.findChildren(QPlainTextEdit)) < 12  # only the row at hand has editors
    assert opened < 2.0
    assert switched < 1.0
    assert keystroke < 0.05
