"""The recycle list: what was deleted is shown, and comes back whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.record import Record
from tests.builders import study_answers
from tests.ui.conftest import DeskOf
from tests.ui.world import BOTH, news, study
from ui import moments
from ui.desk import Desk
from ui.records.recycled import RecycledView

TITLE = "basic.research_title"


def drafted(desk: Desk, title: str) -> Record:
    answers = study_answers(**{TITLE.replace(".", "__"): title})
    return desk.copy.begin("study", answers, role="pi")


def shown(qtbot: QtBot, desk: Desk, many: int) -> RecycledView:
    view = RecycledView(desk)
    qtbot.addWidget(view)
    view.resize(1120, 640)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: len(view.thrown) == many)
    return view


def cells(view: RecycledView) -> list[list[str]]:
    return [
        [view.table.item(row, column).text() for column in range(view.table.columnCount())]
        for row in range(view.table.rowCount())
    ]


def test_a_draft_that_was_deleted_is_listed_with_what_stood_in_it_and_comes_back(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(BOTH, "pi")
    record = drafted(desk, "误删的研究")
    desk.copy.discard(record.id)
    view = shown(qtbot, desk, 1)
    opened: list[tuple[Any, str]] = []
    view.opened.connect(lambda record_id, how: opened.append((record_id, how)))

    assert cells(view)[0][:2] == ["误删的研究", "草稿"]
    assert cells(view)[0][3] == "30 天"
    qtbot.waitUntil(view.summary.is_whole)
    view.restore.click()

    qtbot.waitUntil(lambda: not view.thrown)
    assert desk.copy.get(record.id).answers[TITLE] == "误删的研究"
    assert view.said.text() == "已恢复 1 项。"
    view.open.click()
    assert opened == [(record.id, "record")]


def test_several_come_back_at_once_and_a_change_is_told_from_a_draft(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(BOTH, "pi")
    known = study("在办研究", state="returned")
    news(desk.copy, known)
    desk.copy.perform(known.id, "save", answers={**known.answers, TITLE: "改过的题目"}, role="pi")
    desk.copy.retract(desk.copy.outbox()[0].change_id)
    draft = drafted(desk, "另一项")
    desk.copy.discard(draft.id)
    view = shown(qtbot, desk, 2)
    assert [row[:2] for row in cells(view)] == [["另一项", "草稿"], ["改过的题目", "撤回的修改"]]

    view.table.selectAll()
    view.restore.click()

    qtbot.waitUntil(lambda: not view.thrown)
    assert desk.copy.get(known.id).answers[TITLE] == "改过的题目"
    assert desk.copy.get(draft.id).answers[TITLE] == "另一项"
    assert view.open.isHidden(), "with two of them there is not one to open"


def test_an_empty_recycle_list_says_so(qtbot: QtBot, desk_of: DeskOf) -> None:
    view = shown(qtbot, desk_of(BOTH, "pi"), 0)

    qtbot.waitUntil(lambda: not view.table.isVisible())
    assert not view.restore.isEnabled()


@pytest.mark.parametrize(("age", "left"), [(0, 30), (1, 29), (29, 1), (30, 0), (40, 0)])
def test_the_days_that_are_left_are_told(
    qtbot: QtBot, desk_of: DeskOf, age: int, left: int
) -> None:
    desk = desk_of(BOTH, "pi")
    desk.copy.discard(drafted(desk, "旧稿").id)
    (one,) = shown(qtbot, desk, 1).thrown
    removed = moments.parsed(one.item.removed_at)
    assert removed is not None

    assert one.days_left(removed + timedelta(days=age)) == left
