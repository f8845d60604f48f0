"""Accounts from a spreadsheet, as an administrator imports them: real files, real widgets."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from app.errors import DiskFull
from app.roster import reading
from app.roster.columns import (
    EMAIL,
    HEADERS,
    ID_NUMBER,
    MOBILE,
    NAME,
    SEX,
    TITLE,
    WORK,
)
from app.roster.templates import RESULT_SHEET
from local_db import Query
from tests.app.roster.workbooks import id_number, person, written
from tests.local_db.desks import HOSPITAL
from ui import garbage, problems, tasks
from ui.desk import Desk
from ui.importing.table import joined, parted
from ui.importing.view import ImportView


@pytest.fixture
def desk(desk_of: Callable[..., Desk]) -> Desk:
    """The administrator's desk, without a network."""
    return desk_of(HOSPITAL)


def sent(desk: Desk) -> list[dict[str, Any]]:
    """What waits to be sent."""
    return desk.copy.pending(10_000)


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> Iterator[ImportView]:
    """The view, on the screen."""
    made = ImportView(desk)
    qtbot.addWidget(made)
    made.resize(1180, 720)
    made.show()
    qtbot.waitExposed(made)
    yield made
    tasks.finish()


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """30 people, 4 of them wrong: rows 6, 11, 17 and 24."""
    rows = [person(n) for n in range(30)]
    rows[4][ID_NUMBER] = "110105194912310021"
    rows[9][MOBILE] = 13900000009
    rows[15][WORK] = "2005-04+2010-03+A医院"
    rows[22][SEX] = "男性"
    return written(tmp_path / "科研处.xlsx", rows)


@pytest.fixture
def opened(view: ImportView, workbook: Path, qtbot: QtBot) -> ImportView:
    """The view with the workbook in the table."""
    view.open(workbook)
    qtbot.waitUntil(lambda: view.pages.currentWidget() is view.mending, timeout=20_000)
    return view


def type_in(view: ImportView, qtbot: QtBot, row: int, column: int, text: str) -> None:
    """Type into a cell as a person does: go there, F2, replace, Enter."""
    table, model = view.mending.table, view.mending.model
    assert model is not None
    table.go(model.place(row, column))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    editor.insert(text)  # as an input method does; QTest has keys for ASCII only
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.findChild(QLineEdit) is None)


def chips(view: ImportView) -> list[str]:
    """What the summary says."""
    page = view.mending
    shown = (page.total, page.good, page.wrong, page.warned)
    return [chip.text() for chip in shown if chip.isVisibleTo(page)]


def test_thirty_people_two_mended_by_typing_and_28_imported(
    opened: ImportView, desk: Desk, qtbot: QtBot
) -> None:
    told: list[object] = []
    syncs: list[bool] = []
    desk.changed.connect(told.append)
    desk.sync_wanted.connect(lambda: syncs.append(True))
    assert chips(opened) == ["共 30 行", "可导入 26", "错误 4 行"]

    type_in(opened, qtbot, 6, ID_NUMBER, id_number(4))
    type_in(opened, qtbot, 11, MOBILE, "13900000009")
    assert chips(opened) == ["共 30 行", "可导入 28", "错误 2 行"]
    qtbot.mouseClick(opened.mending.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.pages.currentWidget() is opened.done, timeout=20_000)

    changes = sent(desk)
    assert {(c["form"], c["command"], c["role"]) for c in changes} == {
        ("person", "open", "institution_admin")
    }
    assert len(changes) == 28
    assert changes[0]["edits"]["name"] == [None, "林敏"]
    assert changes[0]["edits"]["mobile"] == [None, "13900000000"]
    assert changes[0]["said"] == {"roles": ["pi"], "password": "Changhe2026"}
    assert opened.done.title.text() == "已导入 28 行，登记中心已答复 0 行"
    assert "2 行有错误" in opened.done.rest.text()
    assert "待服务器复核" in opened.done.sent.text()
    assert told == [[]]
    assert len(syncs) == 1


def test_what_is_imported_cannot_be_imported_twice(
    opened: ImportView, desk: Desk, qtbot: QtBot
) -> None:
    opened.take(opened.mending.to_import())
    qtbot.waitUntil(lambda: opened.pages.currentWidget() is opened.done, timeout=20_000)
    qtbot.mouseClick(opened.done.mend, Qt.MouseButton.LeftButton)
    # Which rows the registry refused is asked in the data lane first; then the table is shown.
    qtbot.waitUntil(lambda: opened.pages.currentWidget() is opened.mending, timeout=20_000)

    assert chips(opened) == ["共 4 行", "可导入 0", "错误 4 行"]
    assert not opened.mending.go.isEnabled()
    type_in(opened, qtbot, 24, SEX, "男")
    qtbot.waitUntil(opened.mending.go.isEnabled, timeout=20_000)
    qtbot.mouseClick(opened.mending.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.copy.count(Query("person")) == 27, timeout=60_000)


def test_a_failed_import_leaves_the_table_as_it_was(
    opened: ImportView, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Exception] = []
    monkeypatch.setattr(problems, "show", lambda error, *_parent: shown.append(error))

    def full(*_what: object, **_how: object) -> None:
        raise DiskFull("磁盘已满。", "The disk is full.")

    monkeypatch.setattr(desk.copy, "act_many", full)

    qtbot.mouseClick(opened.mending.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(shown), timeout=20_000)

    assert opened.pages.currentWidget() is opened.mending
    assert chips(opened)[0] == "共 30 行"
    assert opened.mending.go.isEnabled()
    assert desk.copy.outbox() == []


def test_all_or_none_waits_until_every_row_is_right(opened: ImportView, qtbot: QtBot) -> None:
    opened.mending.how.setCurrentIndex(1)
    assert not opened.mending.go.isEnabled()

    type_in(opened, qtbot, 6, ID_NUMBER, id_number(4))
    type_in(opened, qtbot, 11, MOBILE, "13900000009")
    type_in(opened, qtbot, 17, WORK, "2005-04+2010-03+A医院+内科")
    type_in(opened, qtbot, 24, SEX, "男")

    assert opened.mending.go.isEnabled()
    assert opened.mending.go.text() == "导入 30 人"


def test_every_change_is_checked_against_all_rows_and_can_be_undone(
    opened: ImportView, qtbot: QtBot
) -> None:
    type_in(opened, qtbot, 2, EMAIL, "staff1@example.com")
    assert chips(opened)[1:] == ["可导入 24", "错误 6 行"]

    qtbot.mouseClick(opened.mending.undo, Qt.MouseButton.LeftButton)
    assert chips(opened)[1:] == ["可导入 26", "错误 4 行"]
    qtbot.mouseClick(opened.mending.redo, Qt.MouseButton.LeftButton)
    assert chips(opened)[1:] == ["可导入 24", "错误 6 行"]


def test_typing_a_number_again_says_that_it_is_text(opened: ImportView, qtbot: QtBot) -> None:
    type_in(opened, qtbot, 11, MOBILE, "13900000009")
    assert chips(opened)[2] == "错误 3 行"

    opened.mending.model and opened.mending.model.undo_stack.undo()
    assert chips(opened)[2] == "错误 4 行"


def test_what_is_being_typed_stays_when_the_registry_answers(
    opened: ImportView, qtbot: QtBot
) -> None:
    table, model = opened.mending.table, opened.mending.model
    assert model is not None
    table.go(model.place(6, ID_NUMBER))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("4301")

    model.learn(model.terms())

    assert editor.text() == "4301"


def test_without_a_network_the_registry_is_asked_once_and_again_after_the_next_exchange(
    view: ImportView, workbook: Path, desk: Desk, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(view.checking.learned, timeout=20_000):
        view.open(workbook)
    assert "待服务器复核" in view.mending.asked.text(), "not asked on and on"
    asked: list[bool] = []
    view.checking.asking.connect(lambda: asked.append(True))

    type_in(view, qtbot, 6, ID_NUMBER, id_number(4))
    assert asked == [True]
    qtbot.waitUntil(lambda: "待服务器复核" in view.mending.asked.text(), timeout=20_000)
    with qtbot.waitSignal(view.checking.learned, timeout=20_000):
        desk.synced.emit(None)

    assert asked == [True, True]


def test_while_a_workbook_is_checked_nothing_is_collected_in_the_window(
    qapp: QCoreApplication,
) -> None:
    class Told:
        """Says when it goes."""

        def __init__(self, gone: list[bool]) -> None:
            self.me, self.gone = self, gone

        def __del__(self) -> None:
            self.gone.append(True)

    collector, gone, before = garbage.Collector(qapp), list[bool](), gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        with garbage.held():
            Told(gone)
            for _n in range(3):
                collector.collect()
            assert not gone
        gc.unfreeze()
        gc.collect()
        assert gone
    finally:
        gc.set_threshold(*before)
        gc.disable()
        collector.deleteLater()


def test_f8_goes_from_problem_to_problem_and_round(opened: ImportView, qtbot: QtBot) -> None:
    table = opened.mending.table
    wanted = [(6, ID_NUMBER), (11, MOBILE), (17, WORK), (24, SEX)]

    def here() -> tuple[int, int]:
        model = opened.mending.model
        assert model is not None
        return model.row_at(table.currentIndex()), table.currentIndex().column()

    seen = [here()]
    for _n in range(4):
        qtbot.keyClick(table, Qt.Key.Key_F8)
        seen.append(here())
    assert seen == [*wanted, wanted[0]]
    qtbot.keyClick(table, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert here() == wanted[-1]
    assert "性别只能为" in opened.mending.note.text()


def test_only_rows_with_problems_can_be_shown(opened: ImportView, qtbot: QtBot) -> None:
    model = opened.mending.model
    assert model is not None
    opened.mending.only.setChecked(True)
    shown = [model.headerData(n, Qt.Orientation.Vertical) for n in range(model.rowCount())]
    assert shown == ["6", "11", "17", "24"]

    type_in(opened, qtbot, 24, SEX, "男")
    assert model.rowCount() == 4  # what is being worked on does not vanish
    opened.mending.only.setChecked(False)
    assert model.rowCount() == 30


def test_a_problem_chosen_in_the_list_is_gone_to(opened: ImportView, qtbot: QtBot) -> None:
    found = opened.mending.findings
    qtbot.mouseClick(
        found.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=found.list.visualRect(found.model.index(2)).center(),
    )

    table, model = opened.mending.table, opened.mending.model
    assert model is not None
    assert (model.row_at(table.currentIndex()), table.currentIndex().column()) == (17, WORK)


def test_a_block_from_excel_is_pasted_as_one_step_and_adds_rows(
    opened: ImportView, qtbot: QtBot
) -> None:
    table, model = opened.mending.table, opened.mending.model
    assert model is not None
    block = [
        [str(t) for t in person(n, 工作经历=f"2005-04+2010-03+A+第一行\n第{n}行")]
        for n in (40, 41, 42)
    ]
    QGuiApplication.clipboard().setText(joined(block))
    table.go(model.index(29, NAME))

    table.paste_action.trigger()

    assert model.rowCount() == 32
    assert [line.cells[NAME] for line in model.lines()[29:]] == [row[NAME] for row in block]
    assert chips(opened)[:2] == ["共 32 行", "可导入 28"]
    model.undo_stack.undo()
    assert model.rowCount() == 30


def test_a_block_goes_to_the_clipboard_and_back() -> None:
    block = [["a\tb", 'c"d', ""], ["两\n行", "x", "110105194912310021"]]

    assert parted(joined(block)) == block
    assert parted("张三\t男\r\n李四\t女\r\n") == [["张三", "男"], ["李四", "女"]]


def test_chosen_cells_are_copied_cleared_and_rows_removed(opened: ImportView, qtbot: QtBot) -> None:
    table, model = opened.mending.table, opened.mending.model
    assert model is not None
    table.go(model.place(6, ID_NUMBER))

    table.copy_action.trigger()
    assert QGuiApplication.clipboard().text().strip() == "110105194912310021"
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert "证件号码不能为空" in opened.mending.note.text()
    table.remove_action.trigger()
    assert chips(opened)[0] == "共 29 行"
    model.undo_stack.undo()
    model.undo_stack.undo()
    assert chips(opened) == ["共 30 行", "可导入 26", "错误 4 行"]


def test_a_file_that_is_no_workbook_is_refused_with_what_to_do(
    view: ImportView, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "扫描件.xlsx"
    path.write_bytes(b"%PDF-1.7")

    view.open(path)
    qtbot.waitUntil(lambda: bool(view.choosing.trouble.text()), timeout=20_000)

    assert view.choosing.trouble.text() == "无法读取文件，请使用 .xlsx 格式。文件内容不是工作簿。"
    assert view.pages.currentWidget() is view.choosing
    assert view.choosing.choose_button.isEnabled()


def test_a_wrong_header_is_said_before_anything_is_shown(
    view: ImportView, tmp_path: Path, qtbot: QtBot
) -> None:
    path = written(tmp_path / "旧模板.xlsx", [person(0)], header=["名字", *HEADERS[1:]])

    view.open(path)
    qtbot.waitUntil(lambda: bool(view.choosing.trouble.text()), timeout=20_000)

    assert '第1列应为"姓名"，实际为"名字"' in view.choosing.trouble.text()


def test_a_workbook_is_dropped_and_anything_else_refused(
    view: ImportView, workbook: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    def drop(path: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        view.choosing.dropEvent(
            QDropEvent(
                QPoint(5, 5),
                Qt.DropAction.CopyAction,
                mime,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )

    drop(tmp_path / "照片.png")
    assert view.choosing.choose_button.isEnabled()
    drop(workbook)
    qtbot.waitUntil(lambda: view.pages.currentWidget() is view.mending, timeout=20_000)
    assert view.mending.title.text() == "科研处.xlsx"


def saving_to(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Answer the next question for a file's name."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))


def test_the_template_is_saved_where_it_is_wanted(
    view: ImportView, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving_to(monkeypatch, tmp_path / "模板")

    qtbot.mouseClick(view.choosing.template_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "模板.xlsx").exists, timeout=20_000)
    tasks.finish()

    assert reading.read(tmp_path / "模板.xlsx").rows == ((1, HEADERS),)


def test_the_rows_that_were_not_imported_go_back_as_a_workbook(
    opened: ImportView, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.take(opened.mending.to_import())
    qtbot.waitUntil(lambda: opened.pages.currentWidget() is opened.done, timeout=20_000)
    back = tmp_path / "退回.xlsx"
    saving_to(monkeypatch, back)

    qtbot.mouseClick(opened.done.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(back.exists, timeout=20_000)
    tasks.finish()

    book = openpyxl.load_workbook(back)
    assert book[TITLE].max_row == 5
    assert [c.value for c in book[RESULT_SHEET]["D"]][3:] == ["R09", "R05", "R22", "R13"]


def test_no_role_no_import(view: ImportView, qtbot: QtBot) -> None:
    view.choosing.roles["pi"].setChecked(False)
    assert not view.choosing.choose_button.isEnabled()

    view.choosing.roles["other"].setChecked(True)
    assert view.choosing.choose_button.isEnabled()
    assert view.choosing.chosen_roles() == ("other",)


def test_no_widget_is_made_for_a_cell(opened: ImportView) -> None:
    # 2,000 people are as many widgets as 30.
    before = len(opened.mending.table.findChildren(QObject))
    model = opened.mending.model
    assert model is not None

    model.type_in({(n, NAME): "林敏" for n in range(30, 2000)}, "x")

    assert model.rowCount() == 2000
    assert len(opened.mending.table.findChildren(QObject)) == before


def test_the_working_copy_takes_them_and_knows_them_the_next_time(
    view: ImportView, desk: Desk, workbook: Path, qtbot: QtBot
) -> None:
    view.open(workbook)
    qtbot.waitUntil(lambda: view.pages.currentWidget() is view.mending, timeout=20_000)

    view.take(view.mending.to_import())
    qtbot.waitUntil(lambda: view.pages.currentWidget() is view.done, timeout=20_000)

    assert desk.copy.count(Query("person")) == 26
    assert len(desk.copy.outbox()) == 26
    view.open(workbook)
    qtbot.waitUntil(lambda: view.pages.currentWidget() is view.mending, timeout=20_000)
    assert not view.mending.to_import()
    assert view.mending.here.text() == "已在本机构 26"
    assert len(desk.copy.outbox()) == 26
