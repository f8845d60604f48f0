"""People and sites of a study: whose record would help, and who is matched with the directory."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.record import Record
from tests.builders import person_answers, study_answers
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_filing import shown
from tests.ui.world import MEMBER, PI, cards, news, person
from ui.desk import Desk
from ui.forms import filing
from ui.forms.filing import FilingView
from ui.forms.problem_panel import ProblemPanel
from ui.main_window import MainWindow

TEAM = "impl.team_members"
NO_PHYSICIAN = {TEAM: {"t0000001": {"person": MEMBER.id, "name": "沈兰"}}}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "RECHECK", 20)


def own_record(title: str | None = None) -> Record:
    record = person("何平", mobile="13800000002", id_number="110105194912310029", who=PI)
    record.answers.update({**person_answers(), "name": "何平", "title": title})
    return record


def without_physician(desk: Desk) -> Record:
    cards(desk.copy)
    news(desk.copy, own_record("professor"))
    return desk.copy.begin("study", study_answers(NO_PHYSICIAN), role="pi")


def physician_problem(qtbot: QtBot, view: FilingView) -> ProblemPanel:
    """The panel with the problem of the physician chosen, once its people were looked up."""
    view.check()
    panel = view.panel
    qtbot.waitUntil(lambda: any(p.rule == "V-12" and p.people for p in panel.problems))
    panel.list.setCurrentRow([p.rule for p in panel.problems].index("V-12"))
    qtbot.waitUntil(lambda: bool(panel.people_in(panel.current())))
    return panel


def test_the_problem_of_the_physician_opens_the_record_of_whoever_could_count(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = without_physician(desk)
    window = MainWindow(desk)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.open(record.id, "filing")
    view: Any = window.pages.current()
    qtbot.waitUntil(lambda: bool(view.page_id))
    panel = physician_problem(qtbot, view)
    assert "何平" in panel.list.currentItem().text()
    assert panel.people.isVisible()

    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    told = {a.text(): a.isEnabled() for a in menu.actions()}
    assert told == {
        "打开何平的个人信息": True,
        "沈兰：个人信息不在本机，请其本人或机构管理员填写": False,
    }
    QTest.keyClick(menu, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: window.pages.current() is not view)
    opened: Any = window.pages.current()
    assert isinstance(opened, FilingView)
    qtbot.waitUntil(lambda: opened.record is not None)
    assert f"person:{opened.record.id}" == PI.id


def test_a_right_click_on_a_problem_leads_to_the_answer_and_to_the_people(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    view = shown(qtbot, desk, without_physician(desk))
    wanted = []
    view.record_wanted.connect(lambda record_id, how: wanted.append((f"person:{record_id}", how)))
    panel = physician_problem(qtbot, view)

    at = panel.list.visualItemRect(panel.list.currentItem()).center()
    panel.list.customContextMenuRequested.emit(at)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [a.text() for a in menu.actions()][:2] == ["转到该处", "打开何平的个人信息"]
    menu.actions()[1].trigger()
    menu.actions()[0].trigger()
    menu.close()

    assert wanted == [(PI.id, "filing")]
    assert view.page_id == "impl"


def test_the_problem_of_the_physician_goes_once_the_title_stands_in_the_record(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    view = shown(qtbot, desk, without_physician(desk))
    panel = physician_problem(qtbot, view)
    mended = {**own_record().answers, "title_class": "medical", "title": "chief_physician"}

    own = desk.copy.perform(own_record().id, "save", answers=mended, role="self")
    desk.changed.emit([own.id])

    qtbot.waitUntil(lambda: "V-12" not in [p.rule for p in panel.problems])
    assert not panel.people.isVisible()


def test_a_problem_that_speaks_of_nobody_offers_nobody(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    title = {"basic.research_title": None}
    record = desk.copy.begin("study", study_answers({**title}), role="pi")
    view = shown(qtbot, desk, record)
    view.check()
    panel = view.panel
    at = [p.path for p in panel.problems].index("basic.research_title")
    panel.list.setCurrentRow(at)

    assert not panel.people.isVisible()
    QTest.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.activePopupWidget() is None
