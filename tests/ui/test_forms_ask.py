"""What a step asks: committees, members, conclusions; and picking from the directory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.forms.schema import Field, Files, People, Rows
from app.forms.types import Date, Text
from app.record import Record
from app.workflows import WORKFLOWS
from app.workflows.table import Step
from tests.local_db.desks import carded
from tests.ui.conftest import DeskOf, activate
from tests.ui.test_documents import pdf
from tests.ui.test_forms_editors import composed, form_of
from tests.ui.world import (
    COMMITTEE,
    HOSPITAL,
    MEMBER,
    OFFICE,
    PI,
    SECRETARY,
    news,
    person,
    study,
    submitted,
)
from ui.desk import Desk
from ui.forms.ask import AskDialog, ask
from ui.forms.draft import Draft
from ui.forms.editing import Around
from ui.forms.files import FilesEditor
from ui.forms.page import PageView
from ui.forms.people import PeopleEditor, StaffDialog

OTHER = "committee:77777777-7777-4777-8777-777777777777"
ACADEMIC = "committee:88888888-8888-4888-8888-888888888888"
HOSPITAL_2 = "office:99999999-9999-4999-8999-999999999999"
ELSE = "person:66666666-6666-4666-8666-666666666667"


def told(desk: Desk, *cards: dict[str, Any]) -> None:
    start = desk.copy.positions().get("directory", 0) + 1
    whole = [
        {"state": "", "office": "", "roles": [], "sort": "", "initials": ""} | c for c in cards
    ]
    desk.copy.take([carded(card, start + n) for n, card in enumerate(whole)])


def committees(desk: Desk, *, members: list[dict[str, Any]] | None = None) -> None:
    told(
        desk,
        {"ref": OTHER, "kind": "committee", "type": "ethics", "name": "甲区域伦理委员会",
         "state": "filed",
         "office": HOSPITAL_2, "sort": "a"},
        {"ref": COMMITTEE, "kind": "committee", "type": "ethics",
         "name": "长河市第一人民医院伦理委员会",
         "state": "filed", "office": OFFICE, "sort": "c", "initials": "chsdyrmyyllwyh",
         "institution_name": "长河市第一人民医院", "members": members or []},
        {"ref": ACADEMIC, "kind": "committee", "type": "academic", "name": "学术委员会",
         "state": "filed", "office": OFFICE, "sort": "x"},
        {"ref": OTHER[:-1] + "8", "kind": "committee", "type": "ethics", "name": "未备案委员会",
         "state": "draft", "office": OFFICE, "sort": "w"},
    )  # fmt: skip


def step_of(command: str, state: str, form: str = "study") -> Step:
    return next(s for s in WORKFLOWS[form].steps if s.command == command and state in s.at)


def dialog_of(qtbot: QtBot, desk: Desk, record: Record, step: Step) -> AskDialog:
    dialog = AskDialog(desk, record, step)
    qtbot.addWidget(dialog)
    activate(qtbot, dialog)
    return dialog


def editor(dialog: AskDialog, field: str) -> Any:
    return dialog.page.cells[field].editor


def test_submitting_offers_filed_committees_the_own_first(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    committees(desk)
    dialog = dialog_of(qtbot, desk, study("研究"), step_of("submit", "draft"))
    line = editor(dialog, "ethics_committee").line

    line.look_at_all()
    qtbot.waitUntil(lambda: len(line.offers) > 0)
    offered = [offer.text for offer in line.offers]
    dialog.verb.click()  # nothing chosen yet: said at its place
    refused = dialog.result() != QDialog.DialogCode.Accepted
    missing = dialog.page.cells["ethics_committee"].problem_texts()
    line.pick(line.offers[0])
    dialog.verb.click()

    assert offered == ["长河市第一人民医院伦理委员会", "甲区域伦理委员会"]
    assert refused
    assert missing == ["请填写“伦理委员会”。"]
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.said() == {"ethics_committee": COMMITTEE}
    assert dialog.verb.text() == "提交"


def test_a_committee_is_picked_with_the_keyboard_alone(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    committees(desk)
    dialog = dialog_of(qtbot, desk, study("研究"), step_of("submit", "draft"))
    line = editor(dialog, "ethics_committee").line
    line.setFocus()

    QTest.keyClicks(line, "chs")
    qtbot.waitUntil(lambda: bool(line.offers) and line._names is not None)
    popup = line._names.popup()
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: dialog.said() == {"ethics_committee": COMMITTEE})
    assert line.text() == "长河市第一人民医院伦理委员会"


def test_members_are_ticked_and_the_investigator_cannot_be(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    members = [
        {"person": MEMBER.id, "name": "沈兰", "duty": "member", "field": "medicine"},
        {"person": PI.id, "name": "何平", "duty": "chair", "field": "medicine"},
        {"person": ELSE, "name": "唐立", "duty": "member", "field": "law"},
    ]
    committees(desk, members=members)
    record = submitted("送审研究", answers={"team": {"00000001": {"person": ELSE}}})
    dialog = dialog_of(qtbot, desk, record, step_of("ec_pass", "ec_form"))
    assert "members" not in dialog.page.cells  # asked only where there is a meeting

    editor(dialog, "way").buttons["meeting"].click()
    boxes = editor(dialog, "members").boxes
    qtbot.waitUntil(lambda: len(boxes) == 3)
    boxes[MEMBER.id].click()

    assert not boxes[PI.id].isEnabled()
    assert "应回避" in boxes[PI.id].text()
    assert not boxes[ELSE].isEnabled()
    assert dialog.said() == {"way": "meeting", "members": [MEMBER.id]}


def test_what_is_hidden_again_is_not_said(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    record = submitted("送审研究", state="ec_concl")
    dialog = dialog_of(qtbot, desk, record, step_of("ec_conclude", "ec_concl"))
    decisions = editor(dialog, "decision")
    decisions.set_value("agree")
    decisions.changed.emit()
    editor(dialog, "approval_number").line.insert("伦审〔2026〕研018号")
    editor(dialog, "approval_number").line.textEdited.emit("")

    decisions.set_value("refuse")
    decisions.changed.emit()
    composed(editor(dialog, "reason").text, commit="方案不可行。")

    assert dialog.said() == {"decision": "refuse", "reason": "方案不可行。"}
    assert dialog.problems() == []


def test_every_step_that_asks_opens_its_dialog(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    asked = [(w.id, s) for w in WORKFLOWS.values() for s in w.steps if s.asks]
    assert len(asked) > 10

    for form, step in asked:
        record = submitted("研究", state="ec_concl") if form == "study" else None
        record = record or Record(id=submitted("x").id, form=form, form_version=1, state=step.at[0])
        dialog = AskDialog(desk, record, step)
        qtbot.addWidget(dialog)
        assert dialog.verb.text() == step.zh
        assert dialog.page.cells


def test_the_roles_that_somebody_holds_are_ticked_to_begin_with(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    """Else whoever adds one role would take all the others away."""
    desk = desk_of(HOSPITAL)
    held = person("何平", mobile="13800000002", id_number="11010519491231002X")
    held = replace(held, answers={**held.answers, "roles": ["pi", "other"]})

    dialog = dialog_of(qtbot, desk, held, step_of("set_roles", "active", "person"))

    assert dialog.said() == {"roles": ["pi", "other"]}


def test_cancelling_says_nothing(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    committees(desk)
    QTimer.singleShot(
        100, lambda: QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape)
    )

    assert ask(desk, study("研究"), step_of("submit", "draft")) is None


def test_a_step_that_asks_nothing_opens_no_dialog(desk_of: DeskOf) -> None:
    assert ask(desk_of(PI), study("研究"), step_of("save", "draft")) == {}


# -- the directory in a form -----------------------------------------------------------------

SITES = Rows((
    Field("impl.id", "机构", Text(80)),
    Field("impl.name", "机构名称", Text(200, linked="institution", link_field="impl.id")),
    Field("impl.address", "地址", Text(200)),
))  # fmt: skip


@pytest.fixture
def page_at(qtbot: QtBot, desk_of: DeskOf) -> Callable[..., PageView]:
    def made(*fields: Field, answers: dict[str, Any] | None = None) -> PageView:
        desk = desk_of(PI)
        told(
            desk,
            {"ref": HOSPITAL_2, "kind": "institution", "name": "长河省中医院",
             "address": "新河路8号",
             "sort": "changheshengzhongyiyuan", "initials": "chszyy"},
            {"ref": MEMBER.id, "kind": "person", "name": "沈兰", "state": "active",
             "department": "心内科", "sort": "shenlan", "initials": "sl", "title_class": "med"},
            {"ref": ELSE, "kind": "person", "name": "唐立", "state": "active", "sort": "tangli"},
        )  # fmt: skip
        view = PageView(fields, Around(Draft(form_of(*fields), answers or {}), desk))
        qtbot.addWidget(view)
        view.resize(700, 500)
        activate(qtbot, view)
        return view

    return made


def test_a_picked_institution_is_linked_and_a_typed_one_is_unmatched(
    qtbot: QtBot, page_at: Callable[..., PageView]
) -> None:
    view = page_at(Field("sites", "参与单位", SITES))
    rows: Any = view.cells["sites"].editor
    name = rows.page.cells["impl.name"].editor
    name.line.setFocus()

    composed(name.line, commit="某某医院")
    assert name.badge.isVisible()
    assert name.badge.text() == "未匹配"
    name.line.clear()
    QTest.keyClicks(name.line, "chszyy")
    qtbot.waitUntil(lambda: [o.text for o in name.line.offers] == ["长河省中医院"])
    name.line.pick(name.line.offers[0])

    row = next(iter(view.around.draft.value("sites").values()))
    assert row == {"impl.id": HOSPITAL_2, "impl.name": "长河省中医院", "impl.address": "新河路8号"}
    assert not name.badge.isVisible()
    QTest.keyClicks(name.line, "x")
    row = next(iter(view.around.draft.value("sites").values()))
    assert "impl.id" not in row  # typed over: it is no longer the one that was picked
    assert name.badge.isVisible()


def test_people_are_picked_from_the_staff_several_at_once(
    qtbot: QtBot, page_at: Callable[..., PageView]
) -> None:
    view = page_at(Field("team", "团队", People()))
    people = view.cells["team"].editor
    assert isinstance(people, PeopleEditor)

    people.pick_button.click()
    dialog = people.findChild(StaffDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.list.count() == 2)
    for number in range(2):
        dialog.list.item(number).setCheckState(Qt.CheckState.Checked)
    assert dialog.add_button.text() == "添加 2 人"
    dialog.add_button.click()

    rows = list(view.around.draft.value("team").values())
    assert [(r["person"], r["name"]) for r in rows] == [(MEMBER.id, "沈兰"), (ELSE, "唐立")]
    assert people.table.isVisible()


# -- documents ---------------------------------------------------------------------------------


def files_of(view: PageView) -> FilesEditor:
    found = view.cells["f"].editor
    assert isinstance(found, FilesEditor)
    return found


def test_a_pdf_is_judged_by_its_content(
    qtbot: QtBot, page_at: Callable[..., PageView], tmp_path: Path
) -> None:
    view = page_at(Field("f", "研究方案", Files()))
    files = files_of(view)
    good, bad = tmp_path / "方案.pdf", tmp_path / "图片.pdf"
    good.write_bytes(pdf())
    bad.write_bytes(b"\x89PNG not a pdf")

    files.add([bad])
    qtbot.waitUntil(lambda: "不是 PDF" in files.message.text())
    assert view.around.draft.value("f") is None
    files.add([good])
    qtbot.waitUntil(lambda: view.around.draft.value("f") is not None)

    row_id, row = next(iter(view.around.draft.value("f").items()))
    assert (row["name"], row["pages"]) == ("方案.pdf", 1)
    assert view.around.desk is not None
    assert view.around.desk.copy.file(row["sha256"]) == pdf()
    card = files.cards[row_id]
    QTest.keyClicks(card.editors["version"].line, "V1.0")  # type: ignore[attr-defined]
    card.editors["date"].line.insert("2026.10.8")  # type: ignore[attr-defined]
    card.editors["date"].line.textEdited.emit("")  # type: ignore[attr-defined]
    assert view.around.draft.value(f"f/{row_id}/version") == "V1.0"
    assert view.around.draft.value(f"f/{row_id}/date") == "2026-10-08"


def test_a_removed_document_comes_back(qtbot: QtBot, page_at: Callable[..., PageView]) -> None:
    row = {"name": "方案.pdf", "sha256": "a" * 64, "size": 2048, "pages": 3}
    view = page_at(Field("f", "研究方案", Files()), answers={"f": {"00000001": row}})
    files = files_of(view)

    files.cards["00000001"].remove_button.click()
    assert view.around.draft.value("f") is None
    assert files.undo.text() == "已移除“方案.pdf” · 撤销"
    files.undo.click()

    assert view.around.draft.value("f") == {"00000001": row}


def test_only_pdfs_may_be_dropped(
    qtbot: QtBot, page_at: Callable[..., PageView], tmp_path: Path
) -> None:
    view = page_at(Field("f", "研究方案", Files()))
    place = files_of(view).place
    good = tmp_path / "方案.pdf"
    good.write_bytes(pdf())

    def drag(path: Path) -> tuple[QDragEnterEvent, QMimeData]:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDragEnterEvent(
            QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        place.dragEnterEvent(event)
        return event, data

    refused, _data = drag(tmp_path / "表.xlsx")
    assert not refused.isAccepted()
    assert place.hint.text() == "这里只收 PDF 文件"
    taken, data = drag(good)
    assert taken.isAccepted()
    place.dropEvent(
        QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                   Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip

    qtbot.waitUntil(lambda: view.around.draft.value("f") is not None)


def test_a_file_that_is_too_large_is_refused_with_its_size(
    qtbot: QtBot, page_at: Callable[..., PageView], tmp_path: Path
) -> None:
    view = page_at(Field("f", "研究方案", Files(megabytes=1)), Field("d", "日期", Date()))
    large = tmp_path / "大.pdf"
    large.write_bytes(b"%PDF-" + b"0" * 2_200_000)

    files_of(view).add([large])

    qtbot.waitUntil(lambda: "最多 1 MB" in files_of(view).message.text())


def test_names_stand_for_references_that_were_stored(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    committees(desk)
    record = study("研究")
    news(desk.copy, record)
    dialog = dialog_of(qtbot, desk, record, step_of("submit", "draft"))

    editor(dialog, "ethics_committee").set_value(COMMITTEE)

    line = editor(dialog, "ethics_committee").line
    qtbot.waitUntil(lambda: line.text() == "长河市第一人民医院伦理委员会")
