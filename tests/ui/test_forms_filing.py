"""The wizard: every page of every form, saved by itself, problems that lead to their answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.answers import shown_pages
from app.forms import FORMS
from app.forms.institution import OWN_FIELDS
from app.forms.schema import Field, Form, Page
from app.forms.types import Text
from app.record import Record
from app.workflows import WORKFLOWS
from tests.builders import right_answers, study_answers
from tests.local_db.desks import TITLE
from tests.ui.conftest import DeskOf, activate
from tests.ui.test_forms_ask import committees
from tests.ui.test_forms_editors import composed
from tests.ui.world import (
    COMMITTEE,
    HOSPITAL,
    MEMBER,
    PI,
    SECRETARY,
    given_opinion,
    news,
    person,
    study,
    submitted,
)
from ui import look, tasks
from ui.desk import Desk
from ui.forms import judging, saving
from ui.forms.ask import AskDialog
from ui.forms.field_search import FieldSearch
from ui.forms.filing import FilingView

SOON = saving.SOON
ROUTES = ("REG-DRUG", "REG-DEV", "REG-IVD", "REG-FSMP", "IIT-INT", "IIT-OBS")
CLASS = "cat.research_classification_level_2"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second and a half is long for a test; the rhythm itself has a test of its own."""
    monkeypatch.setattr(saving, "SOON", 60)
    monkeypatch.setattr(saving, "AGAIN", 60)
    monkeypatch.setattr(judging, "RECHECK", 20)


def shown(qtbot: QtBot, desk: Desk, record: Record) -> FilingView:
    view = FilingView(desk, record.id)
    qtbot.addWidget(view)
    view.resize(1100, 760)
    activate(qtbot, view)
    qtbot.waitUntil(lambda: bool(view.page_id))
    return view


@pytest.fixture
def draft(desk_of: DeskOf) -> tuple[Desk, Record]:
    desk = desk_of(PI)
    return desk, desk.copy.begin("study", study_answers(), role="pi")


def line(view: FilingView, path: str) -> Any:
    return view.pages[view.page_id].cells[path].editor.line  # type: ignore[attr-defined]


def stored(desk: Desk, record: Record, path: str) -> Any:
    return desk.copy.get(record.id).answers.get(path)


@pytest.mark.parametrize("route", ROUTES)
def test_every_page_of_every_route_opens(qtbot: QtBot, desk_of: DeskOf, route: str) -> None:
    desk = desk_of(PI)
    kind = "initiated" if route.startswith("IIT") else "registration"
    answers = study_answers({"cat.research_classification_level_1": kind, CLASS: route})
    record = desk.copy.begin("study", answers, role="pi")
    view = shown(qtbot, desk, record)
    pages = shown_pages(FORMS["study"], answers)
    assert len(pages) >= 7

    for page in pages:
        view.open_page(page.id)
        QApplication.processEvents()
        known = view.draft.known()  # type: ignore[union-attr]
        asked = {f.id for f in page.fields if not f.is_of_review and f.is_shown(known)}
        assert {n for n, c in view.pages[page.id].cells.items() if c.isVisible()} == asked


@pytest.mark.parametrize("form_id", ["person", "institution", "committee", "opinion"])
def test_every_page_of_the_other_forms_opens(qtbot: QtBot, desk_of: DeskOf, form_id: str) -> None:
    who, record = {
        "person": (HOSPITAL, person("何平", mobile="13800000002", id_number="110105194912310029")),
        "institution": (HOSPITAL, of_form("institution", HOSPITAL, "opened")),
        "committee": (SECRETARY, of_form("committee", SECRETARY, "draft")),
        "opinion": (MEMBER, given_opinion(submitted("送审研究", state="ec_members"))),
    }[form_id]
    desk = desk_of(who)
    answers = {**right_answers(form_id)}
    news(desk.copy, replace(record, answers=answers))

    view = shown(qtbot, desk, record)

    assert not view.is_read_only
    for page in view._pages():
        view.open_page(page.id)
        QApplication.processEvents()
        assert view.pages[page.id].cells


def test_an_institution_cannot_type_into_what_its_authority_chose(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(HOSPITAL)
    record = of_form("institution", HOSPITAL, "opened")
    news(desk.copy, replace(record, answers=right_answers("institution")))

    view = shown(qtbot, desk, record)

    cells = {i: c for p in view._pages() for i, c in opened(view, p.id).cells.items()}
    shut = {i for i, cell in cells.items() if is_shut(cell.editor)}
    assert {"name", "uscc", "grade", "kind"} <= shut
    assert shut.isdisjoint({*OWN_FIELDS} & {*cells})


def opened(view: FilingView, page_id: str) -> Any:
    view.open_page(page_id)
    QApplication.processEvents()
    return view.pages[page_id]


def is_shut(editor: QWidget) -> bool:
    inside = [editor, *editor.findChildren(QLineEdit), *editor.findChildren(QPlainTextEdit)]
    typed = [w for w in inside if isinstance(w, QLineEdit | QPlainTextEdit)]
    return not editor.isEnabled() or (bool(typed) and all(w.isReadOnly() for w in typed))


def of_form(form_id: str, who: Any, state: str) -> Record:
    record_id = uuid4()
    parties = WORKFLOWS[form_id].parties_of_new(str(record_id), who)
    if form_id == "institution":
        parties = {"institution": (who.office,)}
    if form_id == "committee":
        parties["ethics_committee"] = tuple(g.scope for g in who.grants)
    return Record(
        id=record_id, form=form_id, form_version=1, state=state, revision=1, parties=parties
    )


def test_submitting_asks_for_the_committees_and_is_refused_with_what_is_missing(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = desk.copy.begin("study", study_answers({TITLE: None}), role="pi")
    view = shown(qtbot, desk, record)

    view.footer.buttons["submit"].click()

    assert view.panel.isVisible()
    assert view.page_id == "basic"
    assert stored(desk, record, TITLE) is None
    assert desk.copy.get(record.id).state == "draft"


def test_a_delegate_is_told_who_may_submit(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(MEMBER)
    record = study("代填研究", parties={"delegate": (MEMBER.id,)})
    news(desk.copy, record)

    view = shown(qtbot, desk, record)

    button = view.footer.buttons["submit"]
    assert not view.is_read_only
    assert not button.isEnabled()
    assert "项目负责人" in view.footer.why.text()
    assert button.toolTip() == view.footer.why.text()


def test_a_filing_that_may_not_be_written_is_for_reading(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = replace(submitted("已提交研究"), answers=study_answers())
    news(desk.copy, record)

    view = shown(qtbot, desk, record)
    view.open_page("basic")

    assert view.is_read_only
    assert line(view, TITLE).isReadOnly()
    QTest.keyClicks(line(view, TITLE), "x")
    for page in view._pages():
        view.open_page(page.id)
        QApplication.processEvents()
        for button in view.pages[page.id].findChildren(QPushButton):
            assert (
                button.text() not in ("添加", "删除", "移除", "选择文件…") or not button.isVisible()
            )
    assert not view.draft_is_changed
    assert "只能查看" in view.footer.sentence.text()


def test_news_of_a_colleague_come_in_and_what_i_typed_stays(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    desk = desk_of(PI)
    record = study("共同填写", answers=study_answers())
    news(desk.copy, record)
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "Mine")
    theirs = {**record.answers, "basic.public_name": "他人填写的通俗名称", TITLE: "他人的题目"}

    news(desk.copy, replace(record, revision=2, answers=theirs))
    desk.changed.emit([record.id])

    qtbot.waitUntil(lambda: line(view, "basic.public_name").text() == "他人填写的通俗名称")
    assert line(view, TITLE).text() == "Mine"
    view.save()
    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "Mine")
    assert stored(desk, record, "basic.public_name") == "他人填写的通俗名称"


@pytest.mark.parametrize("typed", ["题目简写", "Short title", "yxyjtmjx"])
def test_a_field_is_found_by_label_english_and_initials(
    qtbot: QtBot, draft: tuple[Desk, Record], typed: str
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    QTest.keySequence(view, QKeySequence.StandardKey.Find)
    dialog = view.findChild(FieldSearch)
    assert dialog is not None

    composed(dialog.line, commit=typed)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: view.page_id == "basic")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is line(view, "basic.brief_research_title"))


def test_help_is_for_the_field_at_hand(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).setFocus()

    QTest.keyClick(view, Qt.Key.Key_F1)

    texts = [w.text() for w in view.help.findChildren(look.label("").__class__)]
    assert "医学研究题目" in texts
    assert view.draft.form.field(TITLE).example in texts  # type: ignore[union-attr]
    QTest.keyClick(view, Qt.Key.Key_F1)
    assert view.help.isHidden()


def test_one_more_declared_field_is_asked_saved_and_checked(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = FORMS["study"]
    more = Field("basic.newly_declared", "新增栏目", Text(50), required=True, english="New")
    pages = tuple(
        Page(p.id, p.title, p.english, (*p.fields, more), p.only) if p.id == "basic" else p
        for p in form.pages
    )
    monkeypatch.setitem(
        FORMS,
        "study",
        Form("study", form.title, form.english, form.version, pages, form.title_fields),
    )
    desk = desk_of(PI)
    record = desk.copy.begin("study", study_answers(), role="pi")
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    assert "basic.newly_declared" in [p.path for p in view.problems]

    QTest.keyClicks(line(view, "basic.newly_declared"), "answer")

    qtbot.waitUntil(lambda: stored(desk, record, "basic.newly_declared") == "answer")
    qtbot.waitUntil(lambda: "basic.newly_declared" not in [p.path for p in view.problems])


def test_pages_follow_the_route_that_is_chosen(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    assert "recruit" in [p.id for p in view._pages()]

    box = view.pages["cat"].cells[CLASS].editor
    box.set_value("IIT-OBS")
    box.changed.emit()

    assert "recruit" not in [p.id for p in view._pages()]
    qtbot.waitUntil(
        lambda: "招募" not in "".join(view.list.item(n).text() for n in range(view.list.count()))
    )


def test_a_study_is_submitted_from_the_wizard(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    committees(desk)
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "Typed a moment before")  # not saved yet
    seen: list[Any] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, AskDialog):
            QTimer.singleShot(50, answer)
            return
        seen.append(dialog.windowTitle())
        committee = dialog.page.cells["ethics_committee"].editor
        committee.set_value(COMMITTEE)
        committee.changed.emit()
        dialog.verb.click()

    QTimer.singleShot(50, answer)
    with qtbot.waitSignal(view.performed, timeout=10_000) as performed:
        view.footer.buttons["submit"].click()

    after = performed.args[0]
    assert seen == ["提交"]
    assert after.state == "ec_form"
    assert after.parties["ethics_committee"] == (COMMITTEE,)
    assert after.answers[TITLE] == "Typed a moment before"
    assert view.is_read_only
    assert "submit" not in view.footer.buttons


def test_an_opinion_is_given_in_the_same_wizard(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(MEMBER)
    asked = given_opinion(submitted("送审研究", state="ec_members"))
    news(desk.copy, asked)
    view = shown(qtbot, desk, asked)
    assert not view.list.isVisible()  # one page so far: no list of pages

    view.footer.buttons["give"].click()
    assert view.panel.isVisible()  # an opinion is needed
    opinion = view.pages["opinion"].cells["opinion"].editor
    opinion.set_value("agree")
    opinion.changed.emit()
    qtbot.waitUntil(view.list.isVisible)  # the points of review are asked now
    with qtbot.waitSignal(view.performed, timeout=10_000) as performed:
        view.footer.buttons["give"].click()

    assert performed.args[0].state == "given"
    assert performed.args[0].answers["opinion"] == "agree"


def test_a_role_switched_after_closing_does_no_harm(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    view = FilingView(desk, record.id)
    qtbot.waitUntil(lambda: bool(view.page_id))
    with qtbot.waitSignal(view.destroyed):
        view.deleteLater()

    desk.role_changed.emit("pi")
    desk.changed.emit([record.id])
    tasks.finish()
    QApplication.processEvents()

    assert desk.copy.get(record.id).state == "draft"
