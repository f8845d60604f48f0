"""Members of a committee: picked, pasted, read from a workbook; shown as a table and as a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from PySide6.QtWidgets import QApplication, QFrame
from pytestqt.qtbot import QtBot

from app.forms.committee import MEMBERS as MEMBER_ROWS
from app.forms.committee import ORIGIN
from app.forms.schema import Field
from app.record import Record
from app.roster import template
from app.roster.members import MEMBERS
from app.roster.seats import keys_of, told_apart
from app.workflows import WORKFLOWS
from app.workflows.committee_asks import SEAT
from tests import builders
from tests.local_db.desks import HOSPITAL, carded
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_editors import page_of
from tests.ui.world import AUTHORITY, MEMBER, news, study
from ui.forms.ask import AskDialog
from ui.forms.seats import SeatsEditor
from ui.names import Names, institution_of
from ui.people.committees import CommitteesView
from ui.printing.preview import Preview
from ui.records.lists import COMMITTEES
from ui.records.record_view import RecordView

OUTSIDE = ORIGIN.options[2].zh
HEADER = "\t".join(MEMBERS.headers[:7])
ROW = ("方正", "110105199003076435", "委员", "法学", OUTSIDE, "2026-01-01", "2029-12-31")
PEOPLE = next(field for field in SEAT.fields if field.id == "people")


def seats(qtbot: QtBot, field: Field, answers: dict[str, Any] | None = None) -> SeatsEditor:
    editor = page_of(qtbot, field, answers=answers).cells[field.id].editor
    assert isinstance(editor, SeatsEditor)
    return editor


def rows_of(editor: SeatsEditor) -> list[dict[str, Any]]:
    return list((editor.value() or {}).values())


def workbook(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "委员.xlsx"
    template.write(path, [(*row, *[""] * (MEMBERS.width - len(row))) for row in rows], MEMBERS)
    return path


def test_somebody_picked_from_the_staff_is_of_the_own_institution_for_the_same_term(
    qtbot: QtBot,
) -> None:
    term = {"term_from": "2026-01-01", "term_to": "2029-12-31"}
    editor = seats(qtbot, MEMBER_ROWS_FIELD, {"members": {"a": {"name": "何平", **term}}})
    card = {"ref": MEMBER.id, "kind": "person", "name": "沈兰", "sex": "female"}

    editor.take([card])
    editor.take([card])

    assert rows_of(editor)[1:] == [
        {"name": "沈兰", "person": MEMBER.id, "sex": "female", "source": "own", **term}
    ]


MEMBER_ROWS_FIELD = Field("members", "委员", MEMBER_ROWS)


def test_a_new_row_begins_with_the_term_of_the_one_before_and_with_nothing_else(
    qtbot: QtBot,
) -> None:
    row = {"name": "何平", "duty": "chair", "term_from": "2026-01-01", "term_to": "2029-12-31"}
    editor = seats(qtbot, MEMBER_ROWS_FIELD, {"members": {"a": row}})

    editor.add()

    assert rows_of(editor)[1] == {"term_from": "2026-01-01", "term_to": "2029-12-31"}


def test_lines_of_the_template_are_pasted_as_members(qtbot: QtBot) -> None:
    editor = seats(qtbot, PEOPLE)

    editor.paste(f"{HEADER}\n" + "\t".join(ROW) + "\n" + "\t".join(("许文", *ROW[1:])))

    assert [(r["name"], r["field"], r["term_to"]) for r in rows_of(editor)] == [
        ("方正", "law", "2029-12-31"), ("许文", "law", "2029-12-31"),
    ]  # fmt: skip
    assert rows_of(editor)[0]["id_number"] == ROW[1]


def test_a_workbook_is_read_into_the_rows_of_the_step(qtbot: QtBot, tmp_path: Path) -> None:
    editor = seats(qtbot, PEOPLE)

    editor.read_workbook(workbook(tmp_path, (*ROW, "", "长河律师事务所")))
    qtbot.waitUntil(editor.told.isVisible, timeout=30_000)

    assert rows_of(editor) == [
        {"name": "方正", "id_number": ROW[1], "id_kind": "id_card", "sex": "male",
         "duty": "member", "field": "law", "source": "outside", "employer": "长河律师事务所",
         "term_from": "2026-01-01", "term_to": "2029-12-31"},
    ]  # fmt: skip
    assert "读取 1 人" in editor.told.text()


def test_what_is_wrong_in_a_workbook_is_told_by_its_cell_and_left_to_be_typed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    editor = seats(qtbot, PEOPLE)

    editor.read_workbook(workbook(tmp_path, (*ROW[:3], "星象学", *ROW[4:], "", "律师事务所")))
    qtbot.waitUntil(editor.told.isVisible, timeout=30_000)

    assert "field" not in rows_of(editor)[0]
    assert "D2" in editor.told.text()
    assert "星象学" in editor.told.text()


def test_a_file_that_is_no_workbook_is_refused_in_words(qtbot: QtBot, tmp_path: Path) -> None:
    editor = seats(qtbot, PEOPLE)
    path = tmp_path / "委员.xlsx"
    path.write_text("不是工作簿", encoding="utf-8")

    editor.read_workbook(path)
    qtbot.waitUntil(editor.told.isVisible, timeout=30_000)

    assert "委员" not in (editor.value() or {})
    assert editor.told.property("kind") == "block"
    assert editor.read_button.isEnabled()


def test_who_only_reads_is_offered_no_way_to_add_members(qtbot: QtBot) -> None:
    editor = seats(qtbot, MEMBER_ROWS_FIELD, {"members": {"a": {"name": "何平"}}})
    assert editor.pick_button.isVisible()
    assert not editor.read_button.isVisible(), "own members are picked, not read"

    editor.set_read_only(True)

    assert not editor.pick_button.isVisible()


def test_who_is_new_and_whose_number_has_another_name_is_told_apart() -> None:
    asked = [keys_of({"name": name, "id_number": number, "duty": "member"}) for name, number in (
        ("方正", "1"), ("贺新", "2"), ("韩水", "3"),
    )]  # fmt: skip

    assert told_apart(asked, {"1": "方正", "3": "韩*"}) == (["贺新"], ["韩水"])
    assert keys_of({"name": "方正", "duty": "member"}) == {}, "nobody is asked for by name alone"


def test_without_a_network_the_registry_checks_later(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path
) -> None:
    desk = desk_of(HOSPITAL)
    step = next(s for s in WORKFLOWS["committee"].steps if s.command == "seat")
    dialog = AskDialog(desk, committee(), step)
    qtbot.addWidget(dialog)
    dialog.show()
    editor = dialog.page.cells["people"].editor
    assert isinstance(editor, SeatsEditor)

    editor.read_workbook(workbook(tmp_path, (*ROW, "", "长河律师事务所")))
    qtbot.waitUntil(editor.known.isVisible, timeout=30_000)

    assert "提交后由登记中心核对" in editor.known.text()
    assert len(rows_of(editor)) == 1
    assert editor.check_button.isEnabled()


# -- on a record ---------------------------------------------------------------------------


def committee() -> Record:
    answers = builders.committee_answers()
    office = HOSPITAL.office
    return Record(
        uuid4(), "committee", 2, "filed", number="EC-20261121-0007", revision=4, answers=answers,
        parties={"institution": (office,)}, updated_at="2026-11-20T08:00:00+00:00",
    )  # fmt: skip


def shown(qtbot: QtBot, desk_of: DeskOf, record: Record) -> RecordView:
    desk = desk_of(HOSPITAL)
    news(desk.copy, record)
    view = RecordView(desk, record.id)
    qtbot.addWidget(view)
    view.resize(1100, 800)
    view.show()
    qtbot.waitUntil(lambda: view.reading is not None and view.summary.is_whole())
    return view


def test_members_are_read_as_a_table(qtbot: QtBot, desk_of: DeskOf) -> None:
    view = shown(qtbot, desk_of, committee())

    table = view.findChild(QFrame, "table:members")
    assert table is not None
    told = [label.text() for label in table.findChildren(type(view._title))]
    assert told[:4] == ["姓名", "性别", "委员会职务", "专业领域"]
    assert {"何平", "主任委员", "1 份"} <= set(told)


def test_the_list_of_members_is_printed_and_saved(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = shown(qtbot, desk_of, committee())
    said: list[str] = []
    monkeypatch.setattr("ui.problems.tell", lambda words, _parent: said.append(words.zh))
    assert view.members.isVisible()

    view.members.save_list(tmp_path / "名单.xlsx")
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    view.members.print_list()

    def preview() -> Preview | None:
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, Preview)]
        return found[0] if found else None

    qtbot.waitUntil(lambda: preview() is not None, timeout=30_000)
    window = preview()
    assert window is not None
    assert "委员名单" in window.windowTitle()
    window.close()
    names = [row[1].value for row in load_workbook(tmp_path / "名单.xlsx").active.iter_rows()]
    assert {"何平", "周静"} <= set(names)


def test_a_study_has_no_list_of_members(qtbot: QtBot, desk_of: DeskOf) -> None:
    assert not shown(qtbot, desk_of, study("某研究", state="filed")).members.isVisible()


def test_the_list_of_a_selected_committee_is_offered_and_of_several_none(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(HOSPITAL)
    news(desk.copy, committee(), committee())
    view = CommitteesView(desk, COMMITTEES)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    assert not view.members.isVisible()

    view.table.selectRow(0)
    qtbot.waitUntil(view.members.isVisible)
    view.table.selectAll()

    qtbot.waitUntil(lambda: not view.members.isVisible())


def test_paper_names_the_institution_of_the_record_and_not_the_authority_that_prints_it(
    desk_of: DeskOf,
) -> None:
    desk, record = desk_of(AUTHORITY), committee()
    assert institution_of(record, Names(desk.copy).of(record), "本机关") == "本机关"

    office = {"ref": HOSPITAL.office, "kind": "institution", "name": "长河市第一人民医院"}
    blank = {"state": "active", "office": "", "roles": [], "sort": "", "initials": ""}
    desk.copy.take([carded({**blank, **office}, 1)])

    names = Names(desk.copy).of(record)
    assert institution_of(record, names, "本机关") == "长河市第一人民医院"
