"""What was seen to be wrong in pictures of the screens, so that it is not seen again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.answers import Problem
from app.errors import NotAllowed
from app.exchange.pdf import review_summary_pdf
from app.forms import FORMS
from app.words import Language, Words
from app.workflows import WORKFLOWS
from tests import builders
from tests.app.exchange.papers import pages_of
from tests.ui.conftest import DeskOf
from tests.ui.world import AUTHORITY, LONG_ZH, PI, news, passage, study, submitted
from ui import language, look, problems
from ui.forms.ask import AskDialog
from ui.forms.field_search import labels_of
from ui.forms.problem_panel import ProblemPanel
from ui.records.lists import ACADEMIC_COMMITTEES, INSTITUTIONS
from ui.records.record_view import RecordView
from ui.records.rows_model import HOLDER, KIND, STATE
from ui.records.states import held_by, state_of

BESIDE_WORD = 30
"""Pixels of a cell that are not text: its padding, and the icon of a state."""


def test_a_dangerous_button_that_cannot_be_pressed_is_not_red(qtbot: QtBot) -> None:
    button = QPushButton("删除")
    look.mark(button, "danger")
    qtbot.addWidget(button)
    button.show()

    def reds() -> int:
        image, red = button.grab().toImage(), look.colour("block").rgb()
        return sum(image.pixel(x, 0) == red for x in range(image.width()))

    assert reds() > button.width() // 2, "its frame is red"
    button.setEnabled(False)
    assert reds() == 0


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("form_id", ["study", "committee", "stem_cell"])
def test_states_and_holders_of_a_list_are_not_cut(
    qtbot: QtBot, form_id: str, spoken: Language
) -> None:
    language.choose(spoken)
    label = QLabel()
    qtbot.addWidget(label)
    label.setFont(look.font())
    wide = label.fontMetrics().horizontalAdvance

    for state in WORKFLOWS[form_id].states:
        word = language.told(state_of(form_id, state.id).words)
        assert wide(word) + BESIDE_WORD <= STATE.usual, word
        if spoken == "zh" and len(state.holders) == 1:  # a title needs the room in English
            holder = held_by(form_id, state.id)
            assert wide(holder) + BESIDE_WORD // 2 <= HOLDER.usual, holder
    if spoken == "zh":
        kind = language.told(FORMS[form_id].words)
        assert wide(kind) + BESIDE_WORD // 2 <= KIND.usual, kind


def test_a_message_with_details_is_left_by_esc(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    problems.show(NotAllowed("不能审核。", "Not to be approved.", state="draft"), window)
    box = window.findChild(QMessageBox)
    assert box is not None
    assert box.detailedText()

    QTest.keyClick(box, Qt.Key.Key_Escape)

    assert not box.isVisible()


def test_only_questions_that_are_asked_are_found_by_their_label() -> None:
    form = FORMS["study"]
    answers = builders.study_answers()

    found = {path for path, _words in labels_of(form.pages, answers)}

    assert "basic.research_title" in found
    assert "design.minimum_age_value" in found
    unasked = [f.id for f in form.fields() if f.only is not None and not f.only.holds(answers)]
    assert unasked, "an interventional study is not asked everything"
    assert not found & set(unasked)


def test_the_problem_panel_is_no_empty_list(qtbot: QtBot) -> None:
    panel = ProblemPanel(lambda path: Words(path, path))
    qtbot.addWidget(panel)
    panel.show()

    panel.show_problems([])
    assert not panel.list.isVisible()
    assert not panel.keys.isVisible()
    assert panel.heading.text() == "✓ 没有发现问题"
    assert panel.wanted_height() < 80

    panel.show_problems([Problem("title", Words("请填写。", "Please fill in."))])
    assert panel.list.isVisible()
    assert panel.keys.isVisible()
    assert panel.wanted_height() >= 110


def test_a_group_read_as_a_table_stands_under_its_question(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study(LONG_ZH, state="filed", revision=3, answers=builders.study_answers())
    news(desk.copy, record)
    view = RecordView(desk, record.id)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: view.reading is not None and view.summary.is_whole())

    table = view.findChild(QWidget, "table:basic.funding_repeat")

    assert table is not None
    beside = table.parentWidget()
    assert beside is not None
    (question,) = (w for w in beside.findChildren(QLabel) if w.text() == "本研究经费来源")
    qtbot.waitUntil(lambda: 0 < table.y() - question.geometry().bottom() < 20)


@pytest.mark.parametrize(("command", "printed"), [("authorise", False), ("submit", True)])
def test_a_review_summary_is_printed_of_what_was_sent_to_review(
    qtbot: QtBot, desk_of: DeskOf, command: str, printed: bool
) -> None:
    desk = desk_of(PI)
    log = (passage(command, "draft", "draft"),)
    record = replace(study(LONG_ZH, state="returned", revision=3), log=log)
    news(desk.copy, record)
    view = RecordView(desk, record.id)
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: view.reading is not None)

    assert view.print_summary.isHidden() is not printed


def test_an_authority_is_not_among_the_offices_below_it(desk_of: DeskOf) -> None:
    query = INSTITUTIONS.query(desk_of(AUTHORITY).principal)

    assert query.party == f"authority={AUTHORITY.office}"


def test_what_never_has_a_number_has_no_column_of_numbers() -> None:
    assert "number" not in ACADEMIC_COMMITTEES.columns
    assert ACADEMIC_COMMITTEES.columns


def test_a_dialog_that_asks_one_question_is_called_as_what_it_does(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = study(LONG_ZH, state="inst", revision=3)
    news(desk.copy, record)
    steps = [s for s in WORKFLOWS["study"].steps if s.command == "approve" and "inst" in s.at]
    dialog = AskDialog(desk, record, steps[0])
    qtbot.addWidget(dialog)

    headings = [w.text() for w in dialog.findChildren(QLabel) if w.property("kind") == "title"]

    assert headings == ["审核通过"]


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_no_date_is_broken_in_two_in_a_column_of_the_review_summary(spoken: Language) -> None:
    record = submitted(LONG_ZH, state="filed", answers=builders.study_answers())

    pages = pages_of(review_summary_pdf(record, [], language=spoken))

    assert sum(page.count("2026-10-08") for page in pages) == 4
