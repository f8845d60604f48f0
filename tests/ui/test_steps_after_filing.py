"""What follows a filing, through the real dialogs: typed, picked and pressed as a person does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.record import Passage
from local_db import WorkingCopy
from tests.local_db.desks import carded
from tests.ui.conftest import DeskOf
from tests.ui.test_versions import HELPER, changing, commands, filed, pressed, shown
from tests.ui.world import OFFICE, PI, cards, news, passage
from ui.desk import Desk
from ui.forms.ask import AskDialog
from ui.records.list_view import RecordsView
from ui.records.lists import FILLED_IN, places_of

TYPED = {"date": "2026年11月21日", "reason": "补充入组前的安全性数据。", "enrolled": "１２０",
         "summary": "全部随访已完成。", "remark": "已填好，请核对。"}  # fmt: skip
SAID = {**TYPED, "date": "2026-11-21", "enrolled": 120}
"""What is understood of it: a date in Chinese, a number in full width."""


class Person:
    """Whoever sits before the next dialog: fills in what it asks, and presses its verb."""

    def __init__(self, picks: str = "") -> None:
        self.picks = picks
        self.seen: list[str] = []
        self._timer = QTimer()
        self._timer.setInterval(20)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, AskDialog) or not dialog.isVisible():
            return
        self._timer.stop()  # waiting inside runs this very loop
        self.seen.append(dialog.windowTitle())
        try:
            self._answer(dialog)
        finally:
            if dialog.isVisible():  # nobody would ever close it
                self.seen.append(dialog.sentence.text())
                dialog.reject()

    def _answer(self, dialog: AskDialog) -> None:
        for field_id, cell in dialog.page.cells.items():
            if field_id in TYPED:
                self._type(cell.editor, TYPED[field_id])
            else:
                self._pick(cell.editor)
        QTest.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)

    @staticmethod
    def _type(editor: Any, text: str) -> None:
        target = editor.focusProxy() or editor
        target.setFocus()
        for line in (target, *target.findChildren(type(target))):
            if hasattr(line, "insert"):
                line.insert(text)
                break
            if hasattr(line, "insertPlainText"):
                line.insertPlainText(text)
                break
        QApplication.processEvents()

    def _pick(self, editor: Any) -> None:
        """Type a part of a name and take the first that is offered; or tick it in a list."""
        line = getattr(editor, "line", None)
        if line is None:
            until(lambda: bool(editor.boxes))
            next(box for box in editor.boxes.values() if self.picks in box.text()).click()
            return
        line.setFocus()
        QTest.keyClicks(line, self.picks)
        until(lambda: len(line.offers) > 0)
        line.pick(line.offers[0])


def until(ready: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not ready() and time.monotonic() < ends:
        QApplication.processEvents()
    assert ready()


def colleague(copy: WorkingCopy) -> None:
    card = {"ref": HELPER.id, "kind": "person", "name": HELPER.name, "roles": ["other"],
            "office": OFFICE, "state": "active", "sort": "suqing", "initials": "sq",
            "department": "临床研究中心"}  # fmt: skip
    copy.take([carded(card, copy.positions().get("directory", 0) + 1)])


def last(desk: Desk, record_id: Any) -> Passage:
    return desk.copy.get(record_id).log[-1]


@pytest.mark.parametrize(
    ("at", "command", "to"),
    [
        ("filed", "suspend", "suspended"),
        ("filed", "finish", "completed"),
        ("filed", "terminate", "terminated"),
        ("suspended", "resume", "ec_form"),
        ("suspended", "terminate", "terminated"),
    ],
)
def test_a_filed_study_is_suspended_resumed_and_ended_from_the_desk(
    qtbot: QtBot, desk_of: DeskOf, at: str, command: str, to: str
) -> None:
    desk = desk_of(PI)
    record = replace(filed(), state=at)
    news(desk.copy, record)
    view = shown(qtbot, desk, record.id)

    person = Person()
    pressed(view, command)

    qtbot.waitUntil(lambda: desk.copy.get(record.id).state == to)
    assert len(person.seen) == 1, person.seen
    said = desk.copy.outbox()[0]
    assert said.command == command
    asked = desk.copy.pending(10)[0]["said"]
    assert asked == {k: SAID[k] for k in asked}
    assert set(asked) >= {"date"}
    qtbot.waitUntil(lambda: view.reading is not None and view.reading.record.state == to)


def test_a_suspended_study_that_asked_to_go_on_is_with_ethics_and_still_on_file(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = replace(filed(), state="suspended")
    news(desk.copy, record)
    view = shown(qtbot, desk, record.id)

    person = Person()
    pressed(view, "resume")
    qtbot.waitUntil(lambda: desk.copy.get(record.id).state == "ec_form")

    asking = desk.copy.get(record.id)
    assert person.seen == ["申请恢复"]
    assert asking.in_force is not None
    assert (asking.in_force.kind, asking.in_force.state) == ("resume", "suspended")
    assert asking.answers == record.answers


def test_the_investigator_authorises_a_colleague_and_takes_it_back(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    cards(desk.copy)
    colleague(desk.copy)
    record = replace(filed(), state="draft", log=(), number="", revision=2)
    news(desk.copy, record)
    view = shown(qtbot, desk, record.id)
    assert "withdraw" not in commands(view), "nobody is authorised yet"

    person = Person("sq")  # by the initials of the pinyin
    pressed(view, "authorise")
    qtbot.waitUntil(lambda: desk.copy.get(record.id).parties.get("delegate") == (HELPER.id,))
    assert person.seen == ["授权"]
    qtbot.waitUntil(lambda: "withdraw" in commands(view))

    person = Person(HELPER.name)
    pressed(view, "withdraw")
    qtbot.waitUntil(lambda: not desk.copy.get(record.id).parties.get("delegate"))
    assert person.seen == ["取消授权"]


def test_a_delegate_hands_over_and_the_investigator_submits_or_hands_back(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    theirs = {"pi": (PI.id,), "institution": (OFFICE,), "delegate": (HELPER.id,)}
    record = replace(filed(), state="draft", log=(), number="", revision=2, parties=theirs)
    desk = desk_of(HELPER)
    cards(desk.copy)
    news(desk.copy, record)
    view = shown(qtbot, desk, record.id)
    assert "submit" not in commands(view)
    assert "提交须由项目负责人进行" in view.standing.text()
    person = Person()
    pressed(view, "hand_over")
    qtbot.waitUntil(lambda: desk.copy.get(record.id).state == "handed")
    assert person.seen == ["送负责人"]

    at_the_investigator = desk_of(PI)
    handed = replace(
        desk.copy.get(record.id), revision=3,
        log=(passage("hand_over", "draft", "handed", by=HELPER.id, name="苏晴", role="delegate",
                     said={"remark": TYPED["remark"]}),),
    )  # fmt: skip
    news(at_the_investigator.copy, handed)
    view = shown(qtbot, at_the_investigator, record.id)
    assert {"submit", "hand_back"} <= commands(view)
    view.show_progress()
    qtbot.waitUntil(lambda: any(TYPED["remark"] in text for text in view.timeline.texts()))
    person = Person()
    pressed(view, "hand_back")

    qtbot.waitUntil(lambda: at_the_investigator.copy.get(record.id).state == "draft")
    assert person.seen == ["退给授权人"]


def test_a_delegate_finds_the_studies_they_were_chosen_for(qtbot: QtBot, desk_of: DeskOf) -> None:
    theirs = {"pi": (PI.id,), "institution": (OFFICE,), "delegate": (HELPER.id,)}
    handed = replace(filed(), state="handed", log=(), number="", parties=theirs)
    desk = desk_of(HELPER)
    news(desk.copy, handed, filed(), feed=OFFICE)

    view = RecordsView(desk, FILLED_IN)
    qtbot.addWidget(view)
    view.show()

    # Not theirs to do now, so it is no to-do; but theirs to find.
    qtbot.waitUntil(lambda: view.model.total == 1)
    assert view.model.id_at(0) == handed.id
    assert view.new.isHidden()
    assert FILLED_IN in places_of("other")


def test_a_change_is_asked_for_its_reason_and_can_be_given_up(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = filed()
    news(desk.copy, record)
    view = shown(qtbot, desk, record.id)

    person = Person()
    pressed(view, "change")

    qtbot.waitUntil(lambda: desk.copy.get(record.id).state == "changing")
    assert person.seen == ["变更"]
    assert desk.copy.pending(10)[0]["said"]["reason"] == TYPED["reason"]
    assert "delete" not in commands(view), "what was filed is never deleted"


def test_what_was_filed_offers_no_deletion(desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    ever_filed = [replace(filed(), state=s) for s in ("filed", "suspended", "completed")]

    for record in (*ever_filed, changing(filed())):
        assert "delete" not in {step.command for step in desk.open_steps(record)}
    never = replace(filed(), state="returned", log=(), number="")
    assert "delete" in {step.command for step in desk.open_steps(never)}
