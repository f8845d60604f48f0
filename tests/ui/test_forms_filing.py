"""The wizard: every page of every form, saved by itself, problems that lead to their answers."""

from __future__ import annotations

import time
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
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.answers import shown_pages
from app.errors import DiskFull
from app.forms import FORMS
from app.forms.institution import OWN_FIELDS
from app.forms.schema import Field, Form, Page, Rows
from app.forms.types import Text
from app.record import Record
from app.workflows import WORKFLOWS
from tests.builders import right_answers, study_answers
from tests.local_db.desks import TITLE
from tests.ui.conftest import DeskOf
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
from ui.forms.leaving import saved_now
from ui.forms.rows import RowsEditor

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
    with qtbot.waitActive(view):
        view.show()
        view.activateWindow()
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


def test_what_is_typed_is_saved_by_itself_and_said(
    qtbot: QtBot, draft: tuple[Desk, Record]
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")

    line(view, TITLE).selectAll()
    QTest.keyClicks(line(view, TITLE), "IL-6 ")
    composed(line(view, TITLE), commit="抑制剂研究")

    assert view.footer.sentence.text() == "有未保存的修改"
    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "IL-6 抑制剂研究")
    qtbot.waitUntil(lambda: view.footer.sentence.text().startswith("已保存 "))


def test_what_is_typed_is_saved_within_two_seconds(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", SOON)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()

    QTest.keyClicks(line(view, TITLE), "In time")
    typed_at = time.monotonic()
    qtbot.wait(200)
    assert stored(desk, record, TITLE) != "In time"  # not at every letter either
    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "In time")

    assert time.monotonic() - typed_at < 2.2


def test_nothing_is_saved_in_the_middle_of_a_word(qtbot: QtBot, draft: tuple[Desk, Record]) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    title = line(view, TITLE)
    title.setFocus()
    title.clear()

    QTest.keyClicks(title, "A")
    composed(title, preedit="yanjiu")
    qtbot.wait(300)
    assert stored(desk, record, TITLE) != "A"
    assert title.composing
    composed(title, commit="研究")

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "A研究")


def test_leaving_a_page_saves_it(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "On another page")

    view.footer.next.click()

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "On another page")


def test_closing_saves_what_was_typed_a_moment_ago(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SOON", 60_000)
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "Just before closing")

    with qtbot.waitSignal(view.closed):
        assert view.close()
    tasks.finish()

    assert stored(desk, record, TITLE) == "Just before closing"


def failing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Let the disk be full while the list says so."""
    is_full = [True]
    perform = desk.copy.perform

    def maybe(*args: Any, **more: Any) -> Record:
        if is_full[0]:
            raise DiskFull("磁盘已满。请清理后再试。", "The disk is full. Please make room.")
        return perform(*args, **more)

    monkeypatch.setattr(desk.copy, "perform", maybe)
    return is_full


def test_a_failing_save_says_so_in_red_and_is_tried_again(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    is_full = failing(desk, monkeypatch)
    line(view, TITLE).clear()
    QTest.keyClicks(line(view, TITLE), "Kept")

    qtbot.waitUntil(lambda: "未能保存：磁盘已满" in view.footer.sentence.text())
    assert view.footer.sentence.property("kind") == "block"
    assert line(view, TITLE).text() == "Kept"
    is_full[0] = False

    qtbot.waitUntil(lambda: stored(desk, record, TITLE) == "Kept")
    qtbot.waitUntil(lambda: view.saving.error is None)  # type: ignore[union-attr]


def test_closing_with_a_failing_save_asks_and_cancel_stays(
    qtbot: QtBot, draft: tuple[Desk, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = draft
    view = shown(qtbot, desk, record)
    view.open_page("basic")
    is_full = failing(desk, monkeypatch)
    QTest.keyClicks(line(view, TITLE), "x")
    assert view.saving is not None
    qtbot.waitUntil(lambda: view.saving.error is not None)  # type: ignore[union-attr]
    asked: list[str] = []

    def escape(box: QMessageBox) -> int:
        asked.extend(b.text() for b in box.buttons())
        QTest.keyClick(box, Qt.Key.Key_Escape)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", escape)
    assert not view.close()
    assert sorted(asked) == sorted(["保存", "不保存", "取消"])
    assert view.draft_is_changed
    is_full[0] = False

    assert saved_now(view.saving)


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
    assert "basic.newly_declared" not in [p.path for p in view.problems]


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
