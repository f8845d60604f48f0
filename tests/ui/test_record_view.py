"""Reading one record: the answers in words, the timeline, and the review of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.answers import Section
from app.forms import FORMS
from app.record import Record
from app.words import Language
from app.workflows import WORKFLOWS
from tests.builders import study_answers
from tests.ui.conftest import DeskOf
from tests.ui.world import (
    AUTHORITY,
    COMMITTEE,
    HOSPITAL,
    MEMBER,
    OFFICE,
    PI,
    SECRETARY,
    cards,
    given_opinion,
    news,
    passage,
    person,
    study,
    submitted,
)
from ui import language
from ui.records import timeline
from ui.records.record_view import RecordView
from ui.records.summary import SummaryView
from ui.review.review_view import PREFERENCE, ReviewView


def opened(qtbot: QtBot, view: RecordView) -> RecordView:
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: view.reading is not None)
    qtbot.waitUntil(view.summary.is_whole)
    return view


def texts(view: object) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel)]  # type: ignore[attr-defined]


def test_what_was_written_is_never_taken_for_markup(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study("<h1>大标题</h1><img src='http://x'>")
    news(desk.copy, record)

    view = opened(qtbot, RecordView(desk, record.id))

    assert "<h1>大标题</h1><img src='http://x'>" in texts(view)
    assert all(
        label.textFormat().name == "PlainText"
        for label in view.findChildren(QLabel)
        if label.text()
    )


def test_private_answers_are_masked(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = person("何平", mobile="13800000002", id_number="11010519491231002X", who=PI)
    news(desk.copy, record)

    view = opened(qtbot, RecordView(desk, record.id))

    shown = " ".join(texts(view.summary))
    private = [f for f in FORMS["person"].fields() if f.private]
    assert private, "the form must say what is private"
    assert "19491231" not in shown


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("form_id", sorted(FORMS))
def test_no_name_of_a_section_is_cut(qtbot: QtBot, form_id: str, spoken: Language) -> None:
    language.choose(spoken)
    view = SummaryView()
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()

    view.show_sections([Section(page.id, page.words, ()) for page in FORMS[form_id].pages])

    contents = view.contents
    for number in range(contents.count()):
        item = contents.item(number)
        room = contents.visualItemRect(item)
        text = contents.fontMetrics().boundingRect(
            0, 0, room.width() - 27, 1000, Qt.TextFlag.TextWordWrap, item.text()
        )
        assert room.height() >= text.height() + 12, item.text()
        assert room.width() >= text.width() + 27, item.text()
        assert room.right() < contents.viewport().width() + 1


def test_the_buttons_of_a_record_are_what_its_workflow_opens(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    record = submitted("送审研究", state="ec_concl")
    news(desk.copy, record)

    view = opened(qtbot, RecordView(desk, record.id))

    wanted = [s.command for s in WORKFLOWS["study"].open_to("ec_concl", {"ethics_secretary"})]
    assert list(view.steps.buttons) == wanted
    assert view.steps.buttons["ec_conclude"].property("kind") == "primary"
    assert view.steps.buttons["return"].property("kind") == "danger"


def test_of_the_dangerous_steps_one_stands_at_hand(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(AUTHORITY)
    parties = {"authority": (AUTHORITY.office,), "institution": (OFFICE,)}
    office = Record(uuid4(), "institution", 1, "active", revision=1, parties=parties)
    news(desk.copy, office)

    bar = opened(qtbot, RecordView(desk, office.id)).steps

    menu = [action.objectName() for action in bar.more.menu().actions()]
    assert [n for n, b in bar.buttons.items() if b.property("kind") == "danger"] == [
        "reset_password"
    ]
    assert {"step:hand_on", "step:disable"} <= {*menu}


def test_who_is_to_complete_a_record_has_one_button_for_it(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(HOSPITAL)
    parties = {"institution": (HOSPITAL.office,)}
    own = Record(uuid4(), "institution", 1, "opened", revision=1, parties=parties)
    news(desk.copy, own)

    bar = opened(qtbot, RecordView(desk, own.id)).steps

    assert {"save", "complete"} <= {s.command for s in desk.open_steps(own)}
    assert "complete" in bar.buttons
    assert "save" not in bar.buttons


def test_the_timeline_tells_who_did_what_and_what_was_said(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    cards(desk.copy)
    made = submitted("送审研究", state="returned")
    returned = passage(
        "return", "ec_form", "returned", by=SECRETARY.id, name="周静", role="ethics_secretary",
        said={"reason": "请补充知情同意书。"}, at="2026-11-21T01:00:00+00:00",
    )  # fmt: skip
    record = replace(made, log=(*made.log, returned))
    news(desk.copy, record)

    view = opened(qtbot, RecordView(desk, record.id))

    found = view.timeline.texts()
    assert found[0] == "驳回"
    assert "待伦理委员会形式审查 → 已驳回" in found
    assert "周静（伦理委员会秘书）" in found
    assert "原因：请补充知情同意书。" in found
    assert "伦理委员会：长河市第一人民医院伦理委员会" in found


def test_what_the_registry_did_itself_is_told_in_one_language() -> None:
    by_itself = passage(
        "ec_all_in", "ec_members", "ec_concl", by="system", name="登记中心 Registry", role="system"
    )

    [entry] = timeline.entries(replace(submitted("题目"), log=(by_itself,)))

    assert entry.who == "系统"


def test_what_was_done_here_waits_in_the_timeline(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study("甲研究")
    news(desk.copy, record)
    view = opened(qtbot, RecordView(desk, record.id))

    answers = study_answers(**{FORMS["study"].title_fields[0]: "乙研究"})
    said = {"ethics_committee": "committee:11111111-1111-4111-8111-111111111111"}
    desk.perform(record.id, "submit", answers=answers, said=said, owner=view)

    qtbot.waitUntil(lambda: "待发送" in view.timeline.texts())
    assert view._title.text() == "乙研究"


def test_saves_on_end_are_told_once() -> None:
    saves = [passage("save", "draft", "draft", revision=n) for n in (1, 2, 3)]
    others = [passage("submit", "draft", "ec_form"), passage("save", "ec_form", "ec_form", by="x")]

    assert timeline.shown([*saves, *others]) == [saves[2], *others]


def test_a_record_taken_back_closes_its_page(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = desk.copy.begin("study", role="pi")
    view = opened(qtbot, RecordView(desk, record.id))

    with qtbot.waitSignal(view.closed):
        desk.act(lambda copy: copy.discard(record.id), ids=[record.id], owner=view)


def reviewed(qtbot: QtBot, view: ReviewView) -> ReviewView:
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: view.review is not None)
    return view


def test_a_secretary_reads_the_opinions_of_the_members(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    cards(desk.copy)
    record = submitted("送审研究", state="ec_members")
    news(desk.copy, record, given_opinion(record), given_opinion(record, PI, "given"))

    view = reviewed(qtbot, ReviewView(desk, record.id))

    found = texts(view.opinion)
    assert view.opinion._head.text() == "审查意见 1/2"
    assert {"沈兰", "何平", "待审查", "已提交意见"} <= set(found)
    assert set(view.steps.buttons) == {"ec_close"}


def test_a_review_opens_from_the_opinion_asked_for(qtbot: QtBot, desk_of: DeskOf) -> None:
    pytest.importorskip("ui.forms.filing")
    desk = desk_of(MEMBER)
    record = submitted("送审研究", state="ec_members")
    asked = given_opinion(record)
    news(desk.copy, record, asked)

    view = reviewed(qtbot, ReviewView(desk, asked.id))

    assert view._title.text() == "送审研究"
    assert view.review is not None
    assert view.review.mine is not None
    assert view.review.mine.record.id == asked.id
    assert view.opinion.filing is not None


def test_the_panes_stand_as_they_were_left(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(SECRETARY)
    record = submitted("送审研究")
    news(desk.copy, record)
    view = reviewed(qtbot, ReviewView(desk, record.id))

    view.toggles[1].click()
    qtbot.waitUntil(lambda: "false" in (desk.copy.preference(PREFERENCE) or ""))
    again = reviewed(qtbot, ReviewView(desk, record.id))

    assert not again.documents.isVisible()
    assert again.summary.isVisible()


def test_the_own_record_is_found_by_the_account(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = person("何平", mobile="13800000002", id_number="11010519491231002X", who=PI)
    news(desk.copy, record)

    view = opened(qtbot, RecordView(desk, UUID(PI.id.split(":")[1])))

    assert "complete" in view.steps.buttons, "the person completes their own data in any role"
    assert COMMITTEE not in " ".join(texts(view))
