"""Lists of records: searching, sorting, copying, opening, and the buttons for the one selected."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.workflows import WORKFLOWS
from tests.ui.conftest import DeskOf
from tests.ui.world import (
    BOTH,
    HOSPITAL,
    MEMBER,
    PI,
    SECRETARY,
    cards,
    given_opinion,
    news,
    person,
    study,
    submitted,
)
from ui.desk import Desk
from ui.people.staff import StaffView
from ui.records.columns import LEAST_TITLE
from ui.records.list_view import RecordsView
from ui.records.lists import COMMITTEE, MY_REVIEWS, MY_STUDIES, REVIEWS, TO_DO
from ui.records.rows_model import PAGE
from ui.records.steps import StepBar


def shown(qtbot: QtBot, desk: Desk, listed: Any = MY_STUDIES) -> RecordsView:
    view = RecordsView(desk, listed)
    qtbot.addWidget(view)
    view.resize(1000, 500)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: view.model.total > 0)
    return view


def titles(view: RecordsView) -> list[str]:
    place = [c.id for c in view.model.columns].index("title")
    return [str(view.model.index(n, place).data()) for n in range(view.model.rowCount())]


def typed(view: RecordsView, text: str) -> None:
    """As an input method gives it: QTest.keyClicks aborts on what is not ASCII."""
    for letter in text:
        event = QKeyEvent(QKeyEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(view.search, event)


def test_a_state_is_told_by_a_word_and_an_icon(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲研究"), study("乙研究", state="returned"))

    view = shown(qtbot, desk)

    assert sorted(view.state_texts()) == ["已驳回", "草稿"]
    place = [c.id for c in view.model.columns].index("state")
    icon = view.model.data(view.model.index(0, place), Qt.ItemDataRole.DecorationRole)
    assert not icon.isNull()


def test_searching_finds_by_pinyin_initials_while_typing(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("高血压研究"), study("糖尿病研究"))
    view = shown(qtbot, desk)

    QTest.keyClicks(view.search, "tnb")

    qtbot.waitUntil(lambda: titles(view) == ["糖尿病研究"])
    assert view.clear.isVisible()


@pytest.mark.parametrize(
    "text", ["MR-43-26-000007", "000007", "tangniaobing", "tnb", "糖尿", "AK104", "ak104 糖尿"]
)
def test_a_study_is_found_by_number_title_and_pinyin(
    qtbot: QtBot, desk_of: DeskOf, text: str
) -> None:
    desk = desk_of(PI)
    wanted = study("AK104 治疗糖尿病的研究", state="filed", number="MR-43-26-000007")
    news(desk.copy, study("高血压研究", state="filed", number="MR-43-26-000015"), wanted)
    view = shown(qtbot, desk)

    typed(view, text)

    qtbot.waitUntil(lambda: titles(view) == ["AK104 治疗糖尿病的研究"])


def test_chinese_typed_into_the_search_is_found(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("高血压研究"), study("糖尿病研究"))
    view = shown(qtbot, desk)

    typed(view, "高血压")

    qtbot.waitUntil(lambda: titles(view) == ["高血压研究"])


def test_nothing_found_differs_from_nothing_there(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("高血压研究"))
    view = shown(qtbot, desk)

    QTest.keyClicks(view.search, "zzzz")
    qtbot.waitUntil(lambda: view.model.total == 0)

    assert view.empty.said.text() == "没有符合条件的结果。"
    view.empty.button.click()
    qtbot.waitUntil(lambda: titles(view) == ["高血压研究"])
    assert view.search.text() == ""


def test_an_empty_list_offers_the_next_step(qtbot: QtBot, desk_of: DeskOf) -> None:
    view = RecordsView(desk_of(PI), MY_STUDIES)
    qtbot.addWidget(view)
    begun: list[tuple[Any, str]] = []
    view.opened.connect(lambda record_id, how: begun.append((record_id, how)))

    with qtbot.waitSignal(view.model.loaded):
        pass
    assert view.empty.said.text() == "还没有研究备案。"
    view.empty.button.click()

    qtbot.waitUntil(lambda: bool(begun))
    assert begun[0][1] == "filing"
    assert view.desk.copy.get(begun[0][0]).state == "draft"


def test_a_click_on_a_heading_sorts_in_pinyin_order(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("张三研究"), study("李四研究"), study("安宁研究"))
    view = shown(qtbot, desk)
    place = [c.id for c in view.model.columns].index("title")

    view.table.horizontalHeader().sectionClicked.emit(place)

    qtbot.waitUntil(lambda: titles(view) == ["安宁研究", "李四研究", "张三研究"])
    view.table.horizontalHeader().sectionClicked.emit(place)
    qtbot.waitUntil(lambda: titles(view) == ["张三研究", "李四研究", "安宁研究"])


def test_the_first_page_comes_at_once_and_the_rest_as_it_is_needed(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    news(desk.copy, *(study(f"研究 {n:03}") for n in range(PAGE + 30)))

    view = shown(qtbot, desk)

    assert view.model.rowCount() == PAGE
    assert view.model.total == PAGE + 30
    view.table.scrollToBottom()
    qtbot.waitUntil(lambda: view.model.rowCount() == PAGE + 30)


def test_copied_rows_are_text_with_tabs_and_html_for_excel(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲<b>研究", number="MR-43-26-000001"), study("乙研究"))
    view = shown(qtbot, desk)
    view.table.selectAll()
    view.table.setFocus()

    QTest.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    clipboard = QApplication.clipboard().mimeData()
    lines = clipboard.text().split("\n")
    assert len(lines) == 2
    line = next(line for line in lines if "甲" in line).split("\t")
    assert line[:4] == ["MR-43-26-000001", "甲<b>研究", "", "草稿"]
    assert "甲&lt;b&gt;研究" in clipboard.html()


def test_the_layout_is_kept_by_the_names_of_the_columns(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲研究"))
    view = shown(qtbot, desk)
    number = [c.id for c in view.model.columns].index("number")
    view.table.horizontalHeader().resizeSection(number, 222)
    view.table.horizontalHeader().sectionClicked.emit(number)

    qtbot.waitUntil(
        lambda: "222" in (desk.copy.preference(f"columns:my_studies:{desk.role}") or "")
    )
    again = shown(qtbot, desk)

    assert again.table.horizontalHeader().sectionSize(number) == 222
    assert again.model.query.sort == "number"


def test_the_buttons_are_the_steps_open_to_the_active_role(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(BOTH, "pi")
    record = study("甲研究", state="returned")
    news(desk.copy, record)
    view = shown(qtbot, desk)

    view.select(record.id)

    open_now = WORKFLOWS["study"].open_to("returned", {"pi"}, "first")
    wanted = {s.command for s in open_now if not s.apart}  # those are under 更多
    qtbot.waitUntil(lambda: set(view.steps.buttons) == wanted)
    assert {"save", "submit"} <= wanted


def test_a_role_that_is_not_active_has_no_buttons(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(BOTH, "ethics_member")
    record = study("甲研究", state="returned")
    news(desk.copy, record)

    assert desk.open_steps(record) == []


def test_the_secretary_sees_what_may_be_done_in_review(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    record = submitted("送审研究")
    news(desk.copy, record)
    view = shown(qtbot, desk, REVIEWS)
    opened: list[tuple[Any, str]] = []
    view.opened.connect(lambda record_id, how: opened.append((record_id, how)))

    view.select(record.id)
    qtbot.waitUntil(lambda: set(view.steps.buttons) == {"ec_pass", "return"})
    view.open_selected()

    assert opened == [(record.id, "review")]


def test_the_to_do_list_holds_what_waits_for_this_role_only(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("我的草稿"), submitted("已送审"), study("已备案", state="filed"))

    view = shown(qtbot, desk, TO_DO)

    assert titles(view) == ["我的草稿"]
    assert "kind" in [c.id for c in view.model.columns]


def test_a_change_appears_in_the_list_with_its_mark(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    view = shown(qtbot, desk)
    title = next(iter(record.answers))

    desk.perform(record.id, "save", answers={title: "新题目"}, owner=view)

    qtbot.waitUntil(lambda: titles(view) == ["新题目"])
    place = [c.id for c in view.model.columns].index("title")
    hint = view.model.data(view.model.index(0, place), Qt.ItemDataRole.ToolTipRole)
    assert hint == "有修改等待发送。"


def test_staff_are_listed_with_masked_numbers(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(HOSPITAL)
    cards(desk.copy)
    news(
        desk.copy,
        person("何平", mobile="13800000002", id_number="11010519491231002X", who=PI),
        person("沈兰", mobile="13800000003", id_number="110105194912310038"),
    )
    view = StaffView(desk)
    qtbot.addWidget(view)

    qtbot.waitUntil(lambda: view.model.rowCount() == 2)

    whole = [
        str(view.model.index(row, column).data())
        for row in range(2)
        for column in range(view.model.columnCount())
    ]
    assert "心内科" in whole
    assert "项目负责人" in whole
    assert not [text for text in whole if "13800000002" in text or "19491231" in text]
    assert [text for text in whole if text.startswith("138****")]


def test_an_opinion_is_listed_under_the_title_of_its_study(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(MEMBER)
    record = submitted("送审研究", state="ec_members")
    news(desk.copy, record, given_opinion(record))

    view = shown(qtbot, desk, MY_REVIEWS)

    assert titles(view) == ["送审研究"]


def test_the_title_stays_readable_in_a_narrow_window(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲研究"))
    view = shown(qtbot, desk)
    place = [c.id for c in view.model.columns].index("title")
    header = view.table.horizontalHeader()

    view.resize(600, 400)
    qtbot.waitUntil(lambda: header.sectionSize(place) == LEAST_TITLE)
    view.resize(1300, 400)

    qtbot.waitUntil(lambda: header.sectionSize(place) > LEAST_TITLE)
    assert header.length() == view.table.viewport().width()


def test_a_record_that_is_gone_leaves_the_list_quietly(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    view = RecordsView(desk, MY_STUDIES)
    qtbot.addWidget(view)
    desk.begin("study", owner=view)
    qtbot.waitUntil(lambda: view.model.total == 1)
    record_id = view.model.id_at(0)
    assert record_id is not None
    view.select(record_id)

    desk.act(lambda copy: copy.discard(record_id), ids=[record_id], owner=view)

    qtbot.waitUntil(lambda: view.model.total == 0)
    assert view.steps.buttons == {}
    assert view.model.place_of(uuid4()) is None


def test_steps_that_have_no_room_stand_in_a_menu(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(HOSPITAL)
    record = person("林敏", mobile="13900000001", id_number="110101199003070038")
    news(desk.copy, record)
    wide, narrow = StepBar(desk, at_most=20), StepBar(desk, at_most=3)
    for bar in (wide, narrow):
        qtbot.addWidget(bar)
        bar.show_record(desk.copy.get(record.id))

    def in_menu(bar: StepBar) -> list[str]:
        return [a.objectName().removeprefix("step:") for a in bar.more.menu().actions()]

    assert len(wide.buttons) > 3
    assert len(narrow.buttons) == 2
    assert not any(is_danger(narrow, command) for command in narrow.buttons)
    assert {*narrow.buttons, *in_menu(narrow)} == {*wide.buttons, *in_menu(wide)}
    assert not narrow.more.isHidden()


def is_danger(bar: StepBar, command: str) -> bool:
    return bool(bar.buttons[command].property("kind") == "danger")


def test_the_column_of_titles_is_called_as_its_form_calls_it(qtbot: QtBot, desk_of: DeskOf) -> None:
    def heads(listed: Any) -> list[str]:
        view = RecordsView(desk_of(SECRETARY), listed)
        qtbot.addWidget(view)
        across = Qt.Orientation.Horizontal
        return [view.model.headerData(n, across) for n in range(view.model.columnCount())]

    assert "委员会名称" in heads(COMMITTEE)
    assert "医学研究题目" in heads(MY_STUDIES)
    assert "题目" in heads(TO_DO), "a list of every form"
