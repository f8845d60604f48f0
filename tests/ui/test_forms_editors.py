"""Editors: one for each kind of answer, understood as a person means it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import app.forms
from app.forms import FORMS
from app.forms.conditions import Is
from app.forms.schema import Field, Files, Form, Page, People, Rows
from app.forms.types import (
    Choice,
    Date,
    Decimal,
    FieldType,
    Integer,
    Pointer,
    Pointers,
    Secret,
    Text,
    options,
)
from app.words import Words
from app.workflows import WORKFLOWS
from tests.ui.conftest import activate
from ui.forms.dates import DateEditor
from ui.forms.draft import Draft
from ui.forms.editing import Around
from ui.forms.editors import EDITORS, make_editor
from ui.forms.lines import LineEditor, NumberEditor, ParagraphEditor, SecretEditor
from ui.forms.page import PageView

COLOURS = Choice(options(*((c, zh, c) for c, zh in (
    ("red", "红色"), ("orange", "橙色"), ("yellow", "黄色"), ("green", "绿色"), ("blue", "蓝色"),
))))  # fmt: skip


def form_of(*fields: Field) -> Form:
    return Form("trial", "试填", "Trial", version=1, pages=(Page("one", "一", "One", fields),))


def page_of(qtbot: QtBot, *fields: Field, answers: dict[str, Any] | None = None) -> PageView:
    """A page on the screen that asks these."""
    view = PageView(fields, Around(Draft(form_of(*fields), answers or {})))
    qtbot.addWidget(view)
    view.resize(700, 400)
    activate(qtbot, view)
    return view


def editor_of(qtbot: QtBot, kind: FieldType, **more: Any) -> tuple[PageView, Any]:
    view = page_of(qtbot, Field("f", "栏目", kind, english="Field", **more))
    return view, view.cells["f"].editor


def composed(widget: QWidget, preedit: str = "", commit: str = "") -> None:
    """Type Chinese as an input method does."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(widget, event)


def every_kind() -> list[type[FieldType]]:
    for module in pkgutil.walk_packages(app.forms.__path__, "app.forms."):
        importlib.import_module(module.name)
    found, waiting = [], [FieldType]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind is not FieldType and kind.__module__.startswith("app."):
            found.append(kind)
    return found


def test_every_kind_of_answer_has_an_editor() -> None:
    kinds = every_kind()

    assert len(kinds) >= 15
    assert [k.__name__ for k in kinds if k not in EDITORS] == []
    assert all(inspect.isclass(kind) for kind in EDITORS)


def every_field() -> list[Field]:
    def of(fields: Any) -> list[Field]:
        found = []
        for field in fields:
            found.append(field)
            if isinstance(field.type, Rows):
                found += of(field.type.fields)
        return found

    asked = [s.asks for w in WORKFLOWS.values() for s in w.steps if s.asks]
    pages = [*(p for f in FORMS.values() for p in f.pages), *asked]
    return [f for page in pages for f in of(page.fields) if not f.is_of_review]


def test_every_declared_field_can_be_edited(qtbot: QtBot) -> None:
    fields = every_field()
    assert len(fields) > 250

    for field in fields:
        around = Around(Draft(form_of(Field("x", "x", Text())), {}))
        editor = make_editor(field, around)
        qtbot.addWidget(editor)
        editor.refresh({})
        editor.set_value(None)
        assert editor.objectName() == field.id
        assert editor.accessibleName() == field.label
        if not isinstance(field.type, Rows):
            assert editor.value() is None, field.id


def test_latin_keys_and_chinese_words_become_the_answer(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Text(50))
    assert isinstance(editor, LineEditor)

    editor.line.setFocus()
    QTest.keyClicks(editor.line, "IL-6 ")
    composed(editor.line, preedit="baijie")
    assert view.around.draft.value("f") == "IL-6"
    composed(editor.line, commit="白介素")

    assert view.around.draft.value("f") == "IL-6 白介素"


def test_composing_in_a_paragraph_is_no_answer_yet(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Text(500, lines=4))
    assert isinstance(editor, ParagraphEditor)
    heard = []
    editor.changed.connect(lambda: heard.append(editor.value()))

    composed(editor.text, preedit="yan")
    composed(editor.text, preedit="yanjiu")
    assert heard == []
    composed(editor.text, commit="研究")

    assert heard == ["研究"]
    assert view.around.draft.value("f") == "研究"


def test_a_paragraph_grows_and_tab_leaves_it(qtbot: QtBot) -> None:
    view = page_of(qtbot, Field("a", "甲", Text(500, lines=3)), Field("b", "乙", Text()))
    text = view.cells["a"].editor.text  # type: ignore[attr-defined]
    text.setFocus()
    before = text.height()

    text.insertPlainText("行\n" * 9)
    qtbot.waitUntil(lambda: text.height() > before)
    QTest.keyClick(text, Qt.Key.Key_Tab)

    assert view.cells["b"].isAncestorOf(QApplication.focusWidget())


def test_a_counter_appears_when_the_end_is_near(qtbot: QtBot) -> None:
    _view, editor = editor_of(qtbot, Text(20, lines=3))

    editor.text.insertPlainText("一" * 10)
    assert not editor._count.isVisible()
    editor.text.insertPlainText("二" * 12)

    assert editor._count.text() == "22 / 20"
    assert editor.value() == "一" * 10 + "二" * 12


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "shown"),
    [
        (Integer(), "１２０", 120, "120"),
        (Integer(), "1,200", 1200, "1200"),
        (Integer(), "很多", "很多", "很多"),
        (Decimal(Words("万元", "10k CNY")), "１２．５０万元", "12.50", "12.50"),
        (
            Text(18, shape="id_number"),
            " 110105 19491231 002x",
            "11010519491231002X",
            "11010519491231002X",
        ),
        (Text(30, shape="mobile"), "+86 138-0000-0000", "13800000000", "13800000000"),
    ],
)
def test_numbers_are_understood_as_they_are_typed(
    qtbot: QtBot, kind: FieldType, typed: str, stored: Any, shown: str
) -> None:
    view = page_of(qtbot, Field("f", "数", kind), Field("g", "其他", Text()))
    line = view.cells["f"].editor.line  # type: ignore[attr-defined]
    line.setFocus()

    line.insert(typed)
    assert line.text() == typed
    line.textEdited.emit(typed)
    view.cells["g"].editor.setFocus()

    assert view.around.draft.value("f") == stored
    assert line.text() == shown


def test_the_unit_stands_beside_the_number(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Decimal(Words("万元", "10k CNY")))

    assert isinstance(editor, NumberEditor)
    assert "万元" in [w.text() for w in view.findChildren(QWidget) if hasattr(w, "text")]


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-05",
        "2026.3.5",
        "20260305",
        "2026/3/5",
        "2026年3月5日",
        "２０２６．３．５",
        " 2026-3-5 ",
    ],
)
def test_a_day_is_understood_in_any_usual_shape(qtbot: QtBot, typed: str) -> None:
    view = page_of(qtbot, Field("f", "日期", Date()), Field("g", "其他", Text()))
    line = view.cells["f"].editor.line  # type: ignore[attr-defined]
    line.setFocus()

    line.insert(typed)
    line.textEdited.emit(typed)
    view.cells["g"].editor.setFocus()

    assert view.around.draft.value("f") == "2026-03-05"
    assert line.text() == "2026-03-05"


def test_a_day_is_picked_from_the_calendar_by_keyboard(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Date())
    assert isinstance(editor, DateEditor)
    editor.line.insert("2026-03-05")

    calendar = editor.open_calendar()
    assert calendar is not None
    assert calendar.selectedDate().toString(Qt.DateFormat.ISODate) == "2026-03-05"
    calendar.clicked.emit(calendar.selectedDate().addDays(2))

    assert view.around.draft.value("f") == "2026-03-07"


def test_a_password_is_hidden_and_never_altered(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Secret())
    assert isinstance(editor, SecretEditor)

    QTest.keyClicks(editor.line, " Pass Word ")
    editor.tidy()

    assert view.around.draft.value("f") == " Pass Word "
    assert editor.line.displayText() != editor.line.text()


def test_labels_name_their_fields_for_screen_readers(qtbot: QtBot) -> None:
    view, editor = editor_of(qtbot, Text(), required=True)
    cell = view.cells["f"]

    assert cell.label.buddy() is editor
    assert editor.line.accessibleName() == "栏目"
    assert cell.label.text() == "栏目 *"
    assert cell.label.property("kind") == "strong"
    QTest.keyClicks(editor.line, "x")
    assert cell.label.property("kind") == ""


def test_a_page_tabs_in_the_order_it_is_read(qtbot: QtBot) -> None:
    yes = Choice(options(("yes", "是", "Yes"), ("no", "否", "No")))
    fields = (
        Field("a", "甲", Text()), Field("b", "乙", yes),
        Field("c", "丙", Text(), only=Is("b", "yes")), Field("d", "丁", Date()),
        Field("e", "戊", COLOURS),
    )  # fmt: skip
    view = page_of(qtbot, *fields)
    assert "c" not in view.cells  # its widgets are made when it is first asked

    view.cells["b"].editor.buttons["yes"].click()  # type: ignore[attr-defined]
    view.cells["a"].editor.setFocus()
    order = []
    for _step in range(5):
        focus = QApplication.focusWidget()
        order.append(next(n for n, c in view.cells.items() if c.isAncestorOf(focus)))
        QTest.keyClick(focus, Qt.Key.Key_Tab)

    assert order == ["a", "b", "c", "d", "e"]
    assert view.cells["c"].isVisible()
    assert view.cells["b"].y() < view.cells["c"].y() < view.cells["d"].y()


def test_what_appears_does_not_move_what_is_above(qtbot: QtBot) -> None:
    yes = Choice(options(("yes", "是", "Yes"), ("no", "否", "No")))
    view = page_of(
        qtbot, Field("a", "甲", Text()), Field("b", "乙", yes),
        Field("c", "丙", Text(), only=Is("b", "yes")), Field("d", "丁", Text()),
    )  # fmt: skip
    places = {n: view.cells[n].y() for n in ("a", "b")}

    view.cells["b"].editor.buttons["yes"].click()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: view.cells["c"].height() > 0 and view.cells["c"].y() > 0)

    assert {n: view.cells[n].y() for n in ("a", "b")} == places
    view.cells["b"].editor.buttons["no"].click()  # type: ignore[attr-defined]
    assert not view.cells["c"].isVisible()


def test_a_pointer_and_people_are_for_the_directory() -> None:
    assert {Pointer, Pointers, People, Files} <= set(EDITORS)
