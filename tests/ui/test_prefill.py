"""新建自…: what is taken is shown before it is, and nothing is begun until the verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.answers import flat
from local_db import Query
from tests.ui.conftest import DeskOf
from tests.ui.world import PI, news, study
from ui import language
from ui.desk import Desk
from ui.prefill import templates
from ui.prefill.template_list import TemplatesView
from ui.prefill.view import PrefillDialog
from ui.records import list_menu
from ui.records.list_view import RecordsView
from ui.records.lists import MY_STUDIES, SITES

FOLDER = Path(__file__).parents[1] / "data" / "exchange"
RECORD = FOLDER / "clinicaltrials_gov" / "NCT04469387.json"
TABLE = FOLDER / "chictr" / "ictrp_rows.csv"


def dialog(qtbot: QtBot, desk: Desk) -> PrefillDialog:
    made = PrefillDialog(desk)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def listed(qtbot: QtBot, desk: Desk) -> RecordsView:
    view = RecordsView(desk, MY_STUDIES)
    qtbot.addWidget(view)
    with qtbot.waitSignal(view.model.loaded):
        view.show()
    return view


def begun(qtbot: QtBot, made: PrefillDialog) -> dict[str, Any]:
    with qtbot.waitSignal(made.begun) as told:
        made.begin.click()
    record = made._desk.copy.get(told.args[0])
    assert record.state == "draft"
    return record.answers


def test_a_file_is_shown_before_anything_is_begun(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    made = dialog(qtbot, desk)

    made.show_files([RECORD])
    qtbot.waitUntil(lambda: made.offer is not None)

    assert made.tabs.tabText(0).startswith("填入 1")
    questions = {
        made.taken.topLevelItem(n).child(m).text(0)
        for n in range(made.taken.topLevelItemCount())
        for m in range(made.taken.topLevelItem(n).childCount())
    }
    assert {"研究设计", "研究总样本量"} & questions
    texts = [made.left.topLevelItem(n).text(2) for n in range(made.left.topLevelItemCount())]
    assert texts
    assert all(texts)
    assert made.warned.topLevelItemCount() > 0
    assert desk.copy.count(Query(form="study")) == 0


def test_what_was_ticked_is_in_the_draft_and_nothing_else(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    made = dialog(qtbot, desk)
    made.show_files([RECORD])
    qtbot.waitUntil(lambda: made.offer is not None)
    assert made.offer is not None
    pages = [part.id for part in made.offer.parts]
    dropped = pages.index("design")

    made.taken.tick(dropped, on=False)
    answers = begun(qtbot, made)

    assert not [path for path in flat(answers) if path.startswith("design.")]
    assert answers["basic.research_title"] == made.offer.prefill.answers["basic.research_title"]
    assert answers["cat.implementing_organization"] == PI.office_name


def test_nothing_ticked_begins_nothing(qtbot: QtBot, desk_of: DeskOf) -> None:
    made = dialog(qtbot, desk_of(PI))
    made.show_files([RECORD])
    qtbot.waitUntil(lambda: made.offer is not None)

    for page in range(made.taken.topLevelItemCount()):
        made.taken.tick(page, on=False)

    assert not made.begin.isEnabled()


def test_a_table_of_many_records_lets_one_be_found(qtbot: QtBot, desk_of: DeskOf) -> None:
    made = dialog(qtbot, desk_of(PI))
    made.show_files([TABLE])
    qtbot.waitUntil(lambda: made.list.count() == 16)
    assert made.offer is None, "which one is for the person to say"
    assert made.nothing.isVisible()
    assert made.kinds["file"].isChecked()
    assert made.list.horizontalScrollBar().maximum() == 0, "a long title is cut off, not scrolled"

    made.search.setText("ChiCTR2000029741")
    qtbot.waitUntil(lambda: made.list.count() == 1)

    qtbot.waitUntil(lambda: made.offer is not None)
    assert made.offer is not None
    assert made.offer.id == "ChiCTR2000029741"
    assert made.nothing.isHidden()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b'{"a": 1}', b"PK\x03\x04zip"])
def test_an_odd_file_is_told_in_words(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "odd.json"
    file.write_bytes(content)
    made = dialog(qtbot, desk_of(PI))

    made.show_files([file])

    qtbot.waitUntil(lambda: "odd.json" in made.hint.text())
    assert made.hint.text().endswith("。")
    assert not made.begin.isEnabled()


def test_an_earlier_study_leaves_its_days_and_documents(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    old = study("某研究", answers={"basic.research_start_time": "2024-01-01"})
    news(desk.copy, old)
    made = dialog(qtbot, desk)

    made.show_earlier(old.id)
    qtbot.waitUntil(lambda: made.offer is not None)

    answers = begun(qtbot, made)
    assert answers["basic.research_title"] == "某研究"
    assert "basic.research_start_time" not in answers
    shown = [made.left.topLevelItem(n) for n in range(made.left.topLevelItemCount())]
    assert any("2024-01-01" in item.text(1) and "日期" in item.text(2) for item in shown)


def test_in_english_the_offer_is_in_english(qtbot: QtBot, desk_of: DeskOf) -> None:
    language.choose("en")
    made = dialog(qtbot, desk_of(PI))
    made.show_files([RECORD])
    qtbot.waitUntil(lambda: made.offer is not None)

    texts = [made.windowTitle(), made.state.text(), made.begin.text(), made.tabs.tabText(1)]
    for n in range(made.taken.topLevelItemCount()):
        page = made.taken.topLevelItem(n)
        texts += [page.text(0), *(page.child(m).text(0) for m in range(page.childCount()))]
    assert not [t for t in texts if any("\u3400" < letter < "\u9fff" for letter in t)]


# --- from the list ----------------------------------------------------------------------------


def mime(*files: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return data


def test_a_file_dropped_on_the_list_is_shown(qtbot: QtBot, desk_of: DeskOf) -> None:
    view, data = listed(qtbot, desk_of(PI)), mime(RECORD)
    either = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, *either)

    QApplication.sendEvent(view, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, *either)
    QApplication.sendEvent(view, drop)

    shown = view.window().findChild(PrefillDialog)
    assert shown is not None
    qtbot.waitUntil(lambda: shown.offer is not None)
    shown.close()


def test_a_folder_or_a_text_dropped_is_no_file(
    qtbot: QtBot, desk_of: DeskOf, tmp_path: Path
) -> None:
    view = listed(qtbot, desk_of(PI))
    words = QMimeData()
    words.setText("x")
    for data in (mime(tmp_path), words):
        event = QDragEnterEvent(
            QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
        assert not event.isAccepted()


def test_who_may_not_begin_a_study_is_not_offered_to(qtbot: QtBot, desk_of: DeskOf) -> None:
    view = RecordsView(desk_of(PI), SITES)
    qtbot.addWidget(view)

    assert view.new_from.isHidden()
    assert not view.acceptDrops()


# --- templates --------------------------------------------------------------------------------


def test_a_study_is_kept_as_a_template_and_used(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    news(desk.copy, study("心衰研究", answers={"basic.research_start_time": "2024-01-01"}))
    view = listed(qtbot, desk)
    view.table.selectRow(0)

    list_menu.ask_template(view)
    qtbot.waitUntil(lambda: view.findChild(QInputDialog) is not None)
    asked = view.findChild(QInputDialog)
    assert asked.textValue() == "心衰研究"
    asked.setTextValue("心衰模板")
    asked.accept()
    qtbot.waitUntil(lambda: [t.name for t in templates.templates(desk.copy)] == ["心衰模板"])
    for box in view.window().findChildren(QMessageBox):
        box.close()

    kept = TemplatesView(desk)
    qtbot.addWidget(kept)
    kept.show()
    qtbot.waitUntil(lambda: kept.list.count() == 1)
    kept.begin.click()
    made = kept.findChild(PrefillDialog)
    qtbot.waitUntil(lambda: made.offer is not None)
    answers = begun(qtbot, made)
    assert answers["basic.research_title"] == "心衰研究"
    assert "basic.research_start_time" not in answers


def test_throwing_a_template_away_can_be_undone(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    templates.keep(desk.copy, study("甲"), "甲", now="2026-11-21T00:00:00+00:00")
    kept = TemplatesView(desk)
    qtbot.addWidget(kept)
    kept.show()
    qtbot.waitUntil(lambda: kept.list.count() == 1)

    kept.delete.click()
    qtbot.waitUntil(lambda: kept.list.count() == 0)
    assert templates.templates(desk.copy) == []
    kept.undo.click()

    qtbot.waitUntil(lambda: kept.list.count() == 1)
    assert [t.name for t in templates.templates(desk.copy)] == ["甲"]


def test_the_same_name_is_put_in_the_place_of_the_old(desk_of: DeskOf) -> None:
    copy = desk_of(PI).copy
    for title in ("甲", "乙"):
        templates.keep(copy, study(title), "一", now="2026-11-21T00:00:00+00:00")

    [only] = templates.templates(copy)
    assert only.answers["basic.research_title"] == "乙"
    templates.rename(copy, only.id, "二")
    assert [t.name for t in templates.templates(copy)] == ["二"]


def test_templates_of_a_newer_program_are_not_shown_and_not_lost(desk_of: DeskOf) -> None:
    copy = desk_of(PI).copy
    copy.prefer(templates.KEPT, json.dumps([{"id": "1", "unknown": True}]))

    assert templates.templates(copy) == []
    assert "unknown" in (copy.preference(templates.KEPT) or "")
