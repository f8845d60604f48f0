"""Choosing instead of typing: radio buttons, boxes, ticks, long lists, keywords."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

import app.forms
from app.forms.conditions import Is
from app.forms.schema import Field
from app.forms.types import (
    Choice,
    Choices,
    Keywords,
    Listed,
    ListedMany,
    Text,
    options,
)
from app.lists import entries
from tests.ui.test_forms_editors import COLOURS, composed, editor_of, page_of
from ui.forms.choices import DropEditor, RadioEditor, TicksEditor
from ui.forms.lines import KeywordsEditor
from ui.forms.listed import LongListEditor, ManyListedEditor


def test_few_options_are_radio_buttons_and_can_be_taken_back(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Choice(options(("yes", "是", "Yes"), ("no", "否", "No"))))
    assert isinstance(editor, RadioEditor)

    editor.buttons["no"].click()
    assert view.around.draft.value("f") == "no"
    QTest.keyClick(editor.buttons["no"], Qt.Key.Key_Delete)

    assert view.around.draft.value("f") is None
    assert not editor.buttons["no"].isChecked()


def test_many_options_drop_down_and_are_found_by_pinyin(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, COLOURS)
    assert isinstance(editor, DropEditor)

    editor.box.setFocus()
    QTest.keyClicks(editor.box, "ls")  # 绿色 (lv se), 蓝色 (lan se): the first of them
    assert view.around.draft.value("f") == "green"
    QTest.keyClick(editor.box, Qt.Key.Key_Delete)

    assert view.around.draft.value("f") is None


def test_the_wheel_changes_no_answer(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, COLOURS)
    editor.set_value("red")

    for focused in (False, True):
        if focused:
            editor.box.setFocus()
        wheel = QWheelEvent(
            QPointF(5, 5), QPointF(editor.box.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, -240),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
            False,
        )  # fmt: skip
        QApplication.sendEvent(editor.box, wheel)

    assert editor.value() == "red"
    assert view.around.draft.value("f") is None


def test_options_follow_the_answers_before_them(qtbot: QtBot) -> None:
    kind = Choice((
        *options(("a", "甲", "A"), ("b", "乙", "B")),
        *(app.forms.types.Option(c, c, c, only=Is("first", "yes")) for c in "cdef"),
    ))  # fmt: skip
    first = Field("first", "先", Choice(options(("yes", "是", "Yes"), ("no", "否", "No"))))
    view = page_of(qtbot, first, Field("then", "后", kind), answers={"first": "yes", "then": "c"})
    box = view.cells["then"].editor.findChild(QComboBox)
    assert isinstance(box, QComboBox)
    assert box.count() == 7

    view.cells["first"].editor.buttons["no"].click()  # type: ignore[attr-defined]

    assert [box.itemText(n) for n in range(box.count())] == [
        "",
        "甲",
        "乙",
        "c（与前面的选择不符）",
    ]
    assert view.around.draft.value("then") == "c"  # kept until the person chooses again


def test_an_option_that_is_closed_is_shown_and_cannot_be_chosen(qtbot: QtBot) -> None:
    shut = app.forms.types.Option("later", "暂未开通", "Later", closed=True)
    _view, editor = editor_of(qtbot, Choice((*options(("now", "现在", "Now")), shut)))

    assert not editor.buttons["later"].isEnabled()


def test_several_options_are_ticked_in_their_order(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Choices(COLOURS.options))
    assert isinstance(editor, TicksEditor)

    editor.boxes["blue"].click()
    editor.boxes["red"].click()

    assert view.around.draft.value("f") == ["red", "blue"]


def test_a_long_list_is_searched_by_name_code_and_initials(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Listed("countries"))
    assert isinstance(editor, LongListEditor)
    editor.line.setFocus()

    QTest.keyClicks(editor.line, "deguo")
    editor.line.clear()
    composed(editor.line, commit="德国")
    qtbot.waitUntil(lambda: bool(editor.line.offers))
    assert editor.line.offers[0].text == "德国"
    editor.line.pick(editor.line.offers[0])

    assert view.around.draft.value("f") == editor.line.offers[0].stored
    assert editor.line.text() == "德国"


def test_a_list_below_another_offers_only_what_is_below_it(qtbot: QtBot) -> None:
    province, other = app.lists.entries("provinces")[17], app.lists.entries("provinces")[3]
    city = app.lists.children("divisions", province.code)[0]
    fields = (
        Field("province", "省", Listed("provinces")),
        Field("city", "市", Listed("cities", within="province")),
    )
    view = page_of(qtbot, *fields, answers={"province": province.code})
    line = view.cells["city"].editor.line  # type: ignore[attr-defined]
    line.setFocus()

    line.look_at_all()
    offered = {offer.stored for offer in line.offers}
    view.around.draft.put("province", other.code)
    line.look_at_all()

    assert city.code in offered
    assert city.code not in {offer.stored for offer in line.offers}


def test_several_entries_of_a_list_are_picked_and_removed(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, ListedMany("countries"))
    assert isinstance(editor, ManyListedEditor)
    editor.line.setFocus()

    for name in ("德国", "法国"):
        composed(editor.line, commit=name)
        QTest.keyClick(editor.line, Qt.Key.Key_Return)
    both = view.around.draft.value("f")
    editor.chips.findChildren(QWidget)
    editor.chips.removed.emit(both[0])

    assert len(both) == 2
    assert view.around.draft.value("f") == both[1:]
    assert editor.line.text() == ""


def test_initials_and_enter_add_what_is_marked_and_not_the_letters(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, ListedMany("countries"))
    assert isinstance(editor, ManyListedEditor)
    editor.line.setFocus()

    QTest.keyClicks(editor.line, "dg")
    qtbot.waitUntil(lambda: any(o.text == "德国" for o in editor.line.offers))
    popup = QApplication.activePopupWidget()
    assert popup is not None
    for _ in range([o.text for o in editor.line.offers].index("德国") + 1):
        QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)

    germany = next(e.code for e in entries("countries") if e.words.zh == "德国")
    assert view.around.draft.value("f") == [germany]
    assert editor.line.text() == ""


def test_a_list_of_keywords_pasted_into_one_box_is_spread(qtbot: QtBot) -> None:
    view = page_of(qtbot, Field("f", "关键词", Keywords()), Field("g", "其他", Text()))
    editor = view.cells["f"].editor
    assert isinstance(editor, KeywordsEditor)

    editor.lines[0].setFocus()
    editor.lines[0].insert("糖尿病；二甲双胍，随机")
    editor.lines[0].textEdited.emit("")
    view.cells["g"].editor.setFocus()

    assert view.around.draft.value("f") == ["糖尿病", "二甲双胍", "随机"]
    assert [line.text() for line in editor.lines] == ["糖尿病", "二甲双胍", "随机", "", ""]
