"""Lists narrowed and kept; several records at once; files made of them."""

from __future__ import annotations

import re
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.heads import kinds_of
from app.record import Record
from app.words import Language, Words
from local_db import Query
from tests.ui.conftest import DeskOf
from tests.ui.world import HOSPITAL, LONG_ZH, OFFICE, PI, news, passage, study, submitted
from ui import language
from ui.desk import Desk
from ui.navigation import WIDTH
from ui.records import exporting, list_menu
from ui.records.exporting import file_name
from ui.records.list_view import RecordsView
from ui.records.lists import MY_SITES, MY_STUDIES, SITES, STUDIES
from ui.records.several import Outcome, account_of, is_for_several, perform_all

ROUTE = "cat.research_classification_level_2"


def shown(qtbot: QtBot, desk: Desk, listed: Any = MY_STUDIES) -> RecordsView:
    view = RecordsView(desk, listed)
    qtbot.addWidget(view)
    view.resize(1200, 500)
    with qtbot.waitSignal(view.model.loaded):
        view.show()
    return view


def titles(view: RecordsView) -> set[str]:
    place = [c.id for c in view.model.columns].index("title")
    return {str(view.model.index(n, place).data()) for n in range(view.model.rowCount())}


def aged(title: str, year: int, kind: str, **more: Any) -> Record:
    made = study(title, answers={ROUTE: kind}, updated_at=f"{year}-05-01T00:00:00+00:00", **more)
    began = passage("save", "draft", "draft", at=f"{year}-03-01T00:00:00+00:00")
    return Record(**{**vars(made), "log": (began,)})


# --- narrowing --------------------------------------------------------------------------------


def test_a_list_is_narrowed_by_state_year_and_type(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(
        desk.copy,
        aged("甲", 2026, "IIT-INT"), aged("乙", 2025, "IIT-INT", state="filed"),
        aged("丙", 2025, "IIT-OBS"), aged("丁", 2024, "IIT-OBS", state="filed"),
    )  # fmt: skip
    view = shown(qtbot, desk)
    qtbot.waitUntil(lambda: len(titles(view)) == 4)

    view.filters.years.tick(("2025", "2024"))
    view.filters.changed.emit()
    qtbot.waitUntil(lambda: titles(view) == {"乙", "丙", "丁"})
    view.filters.kinds.tick(("IIT-OBS",))
    view.filters.changed.emit()
    qtbot.waitUntil(lambda: titles(view) == {"丙", "丁"})
    view.filters.states.tick(("filed",))
    view.filters.changed.emit()
    qtbot.waitUntil(lambda: titles(view) == {"丁"})

    assert view.filters.years.button.text() == "年份 2"
    view.clear.click()
    qtbot.waitUntil(lambda: len(titles(view)) == 4)
    assert view.filters.years.button.text() == "年份"


def test_a_kept_view_comes_back_in_the_next_session(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲研究", state="returned"), study("乙研究", state="returned"),
         study("丙研究"))  # fmt: skip
    view = shown(qtbot, desk)
    view.search.setText("研究")
    view.filters.states.tick(("returned",))
    view.filters.changed.emit()
    qtbot.waitUntil(lambda: titles(view) == {"甲研究", "乙研究"} and view.model.query.text != "")
    view.filters.keep_wanted.emit("被退回的")
    qtbot.waitUntil(lambda: bool(desk.copy.preference("views:my_studies:pi")))

    again = shown(qtbot, desk)
    qtbot.waitUntil(lambda: "被退回的" in again.filters._views)
    again.filters.fill_views()
    named = [a for a in again.filters.views.menu().actions() if a.text() == "被退回的"]
    named[0].trigger()

    qtbot.waitUntil(lambda: titles(again) == {"甲研究", "乙研究"})
    assert again.search.text() == "研究"
    again.filters.drop_view("被退回的")
    qtbot.waitUntil(lambda: desk.copy.preference("views:my_studies:pi") == "{}")


def test_the_class_of_a_study_is_told_in_words(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, aged("甲", 2026, "IIT-INT"))
    view = shown(qtbot, desk)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)

    place = [c.id for c in view.model.columns].index("study_kind")

    assert view.model.index(0, place).data() == kinds_of("study")["IIT-INT"].zh == "干预性研究"


def test_studies_of_sites_are_in_their_own_list_only(qtbot: QtBot, desk_of: DeskOf) -> None:
    other = "office:77777777-7777-4777-8777-777777777777"
    led = study("本院牵头")
    taken_part = study(
        "外院牵头", state="filed",
        parties={"pi": ("person:x",), "institution": (other,), "site_pi": (PI.id,),
                 "site": (OFFICE,)},
    )  # fmt: skip
    desk = desk_of(PI)
    news(desk.copy, led, taken_part)

    assert titles(_loaded(qtbot, desk, MY_STUDIES)) == {"本院牵头"}
    assert titles(_loaded(qtbot, desk, MY_SITES)) == {"外院牵头"}
    office = desk_of(HOSPITAL)
    news(office.copy, led, taken_part, feed=OFFICE)
    assert titles(_loaded(qtbot, office, STUDIES)) == {"本院牵头"}
    assert titles(_loaded(qtbot, office, SITES)) == {"外院牵头"}


def _loaded(qtbot: QtBot, desk: Desk, listed: Any) -> RecordsView:
    view = shown(qtbot, desk, listed)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    return view


def test_an_empty_list_of_sites_says_how_studies_come_there(qtbot: QtBot, desk_of: DeskOf) -> None:
    view = shown(qtbot, desk_of(PI), MY_SITES)

    assert "列表中选择" in view.empty.hint.text()
    assert view.empty.button.text() == "立即同步"


# --- several at once --------------------------------------------------------------------------


def test_drafts_are_deleted_together_and_what_may_not_be_is_told(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    for title in ("甲", "乙"):
        record = desk.copy.begin("study", role="pi")
        desk.copy.perform(record.id, "save", answers={"basic.research_title": title}, role="pi")
    news(desk.copy, study("已备案", state="filed"))
    view = shown(qtbot, desk)
    qtbot.waitUntil(lambda: view.model.rowCount() == 3)

    view.table.selectAll()
    qtbot.waitUntil(lambda: "delete" in view.several.buttons)
    button = view.several.buttons["delete"]
    assert "2 / 3" in button.text()
    assert not view.steps.buttons
    with qtbot.waitSignal(view.several.performed) as told:
        button.click()
        box = view.several.findChild(QMessageBox)
        assert "甲" in box.informativeText()
        box.accept()

    assert [o.why_not for o in told.args[0]] == [None, None]
    qtbot.waitUntil(lambda: titles(view) == {"已备案"})
    for box in view.window().findChildren(QMessageBox):
        box.close()


def test_one_that_cannot_be_done_says_why_and_stops_nothing(desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    one, filed, two = study("甲"), study("乙", state="filed"), study("丙")
    news(desk.copy, one, filed, two)
    step = next(s for s in desk.open_steps(one) if s.command == "delete")

    outcomes = perform_all(desk.copy, desk, step, [one, filed, two], None)

    assert [o.why_not is None for o in outcomes] == [True, False, True]
    told = account_of(step, outcomes)
    assert told.zh.startswith("删除草稿：完成 2 项，1 项没有办理。\n· 乙：")
    assert desk.copy.count(Query(form="study")) == 1


def test_an_unfinished_draft_is_not_submitted_with_the_others(desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    draft = study("甲")
    news(desk.copy, draft)
    step = next(s for s in desk.open_steps(draft) if s.command == "submit")
    said = {"ethics_committee": "committee:44444444-4444-4444-8444-444444444444"}

    [outcome] = perform_all(desk.copy, desk, step, [draft], said)

    assert outcome.why_not is not None
    assert re.search(r"还有 \d+ 处", outcome.why_not.zh)
    assert desk.copy.get(draft.id).state == "draft"


def test_what_must_be_read_one_by_one_is_not_for_several(desk_of: DeskOf) -> None:
    desk = desk_of(HOSPITAL)
    record = submitted("甲", "inst")

    steps = {s.command: s for s in desk.open_steps(record)}

    assert {"approve", "return"} <= set(steps)
    assert not any(is_for_several(steps[c]) for c in ("approve", "return"))


def test_one_account_for_all_says_only_what_was_done() -> None:
    from app.workflows import WORKFLOWS

    step = next(s for s in WORKFLOWS["study"].steps if s.command == "submit")

    assert account_of(step, [Outcome("甲"), Outcome("乙")]).zh == "提交：完成 2 项。"
    why = Words("缺附件", "no file")
    assert account_of(step, [Outcome("甲", why)]).en.endswith("· 甲: no file")


# --- the menu and the keys --------------------------------------------------------------------


def test_the_menu_of_a_row_has_everything_with_its_key(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲"))
    view = shown(qtbot, desk)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    view.table.selectRow(0)
    qtbot.waitUntil(lambda: "submit" in view.steps.buttons)

    menu = list_menu.made(view)
    texts = [action.text() for action in menu.actions() if action.text()]

    for wanted in ("打开\t回车", "审核进度\tCtrl+J", "填报\tF2", "提交\tCtrl+回车", "以此新建…",
                   "存为模板…", "打印\tCtrl+P", "导出"):  # fmt: skip
        assert wanted in texts, texts
    assert any(t.startswith("删除草稿\tDel") for t in texts)
    menu.close()


@pytest.mark.parametrize(
    ("key", "modifier", "how"),
    [(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier, "progress"),
     (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, "filing"),
     (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "record")],
)  # fmt: skip
def test_a_key_opens_the_selected_row(
    qtbot: QtBot, desk_of: DeskOf, key: Qt.Key, modifier: Qt.KeyboardModifier, how: str
) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("甲"))
    view = shown(qtbot, desk)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    opened: list[str] = []
    view.opened.connect(lambda _id, told: opened.append(told))
    view.table.selectRow(0)
    view.table.setFocus()
    qtbot.waitUntil(lambda: "save" in view.steps.buttons)

    QTest.keyClick(view.table, key, modifier)

    assert opened == [how]


# --- files ------------------------------------------------------------------------------------


def test_names_of_files_fit_every_system() -> None:
    assert file_name("MR-43-26-000001", 'A/B:"C"', "备案", "pdf") == (
        "MR-43-26-000001 备案 A B C.pdf"
    )
    assert file_name("", "con", "", "docx") == "_con.docx"
    assert file_name("", "..", "", "xlsx") == "_.xlsx"
    long = file_name("MR-43-26-000001", LONG_ZH * 4, "医学研究登记备案", "xlsx")
    assert len(long.encode()) < 400
    assert long.endswith(".xlsx")


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
def test_a_record_is_saved_as_each_kind_of_file(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path, kind: exporting.Kind
) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("心衰研究", number="MR-43-26-000001", state="filed"))
    view = shown(qtbot, desk)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    view.table.selectRow(0)

    view._export(kind)
    qtbot.waitUntil(lambda: view.findChild(QFileDialog) is not None)
    dialog = view.findChild(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name.startswith("MR-43-26-000001 医学研究登记备案 心衰")
    place = tmp_path / f"x.{kind}"
    dialog.fileSelected.emit(str(place))
    dialog.close()

    qtbot.waitUntil(place.exists, timeout=20_000)
    assert "心衰研究" in text_of(place)
    qtbot.waitUntil(lambda: bool(view.findChildren(QMessageBox)))
    for box in view.findChildren(QMessageBox):
        assert str(place) in box.text()
        box.close()


def text_of(place: Path) -> str:
    content = place.read_bytes()
    match place.suffix:
        case ".pdf":
            return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        case ".docx":
            with zipfile.ZipFile(BytesIO(content)) as archive:
                return archive.read("word/document.xml").decode()
        case _:
            book = load_workbook(BytesIO(content))
            rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
            return " ".join(str(cell) for row in rows for cell in row)


def test_several_go_into_a_folder_and_nothing_is_written_over(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path
) -> None:
    desk = desk_of(PI)
    records = [study("同名"), study("同名")]
    news(desk.copy, *records)
    (tmp_path / file_name("", "同名", "医学研究登记备案", "xlsx")).write_bytes(b"mine")

    places = exporting._places(tmp_path, [(r, {}) for r in records], "xlsx")

    assert [p.name for p in places] == [
        "医学研究登记备案 同名 (2).xlsx", "医学研究登记备案 同名 (3).xlsx",
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["zh", "en"])
def test_no_button_is_cut_off_in_a_window_of_1280_points(
    qtbot: QtBot, desk_of: DeskOf, words: Language
) -> None:
    language.choose(words)
    desk = desk_of(PI)
    states = ("draft", "returned", "filed", "suspended", "ec_form")
    news(desk.copy, *(study(f"研究{n}", state=state) for n, state in enumerate(states)))
    view = RecordsView(desk, MY_STUDIES)
    qtbot.addWidget(view)
    view.resize(1280 - WIDTH, 600)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: view.model.total == len(states))

    def cut_off() -> list[str]:
        shown = [b for b in view.findChildren(QAbstractButton) if b.isVisible() and b.text()]
        assert len(shown) > 8
        return [b.text() for b in shown if b.width() < b.sizeHint().width()]

    def is_at_hand(row: int) -> bool:
        return getattr(view.steps.record, "id", None) == view.model.id_at(row)

    with qtbot.waitSignal(view.model.loaded):
        view.search.setText("研究")  # the button that clears the filter stands there too
    assert view.clear.isVisible()
    for row in range(len(states)):
        view.table.selectRow(row)
        qtbot.waitUntil(partial(is_at_hand, row))
        assert not cut_off()
    view.table.selectAll()
    qtbot.waitUntil(lambda: len(view.several.buttons) > 2)

    assert not cut_off()
