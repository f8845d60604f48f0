"""The choice at a clash in the timeline of a record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.answers import SETTLED
from app.forms import FORMS
from tests.local_db.desks import clash
from tests.ui.conftest import DeskOf
from tests.ui.world import PI, news, passage, study
from ui import language
from ui.records.timeline import Timeline, entries

TITLE = FORMS["study"].title_fields[0]


def test_a_choice_is_in_the_timeline_at_once_while_it_waits_to_be_sent(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    copy = desk_of(PI).copy
    record = study("旧题目")
    news(copy, record)
    copy.perform(record.id, "save", answers={TITLE: "我的题目"}, role="pi")
    theirs = study("别人的题目", revision=2, record_id=record.id)
    copy.settle_outcomes([clash(copy.pending(10)[0], theirs, TITLE)])

    settled = copy.settle(record.id, {TITLE: "我的题目"}, role="pi")

    shown = Timeline()
    qtbot.addWidget(shown)
    shown.show_entries(entries(settled))
    label = FORMS["study"].label(TITLE).zh
    assert shown.texts() == [
        "处理冲突", "待发送", "何平（项目负责人）",
        f"{label}：保留自己的“我的题目”，未用对方的“别人的题目”",
    ]  # fmt: skip
    assert copy.get(record.id).log == settled.log


@pytest.mark.parametrize(
    ("choice", "zh", "en"),
    [
        ({"stands": "theirs", "mine": "甲", "theirs": "乙"},
         "采用对方的“乙”，未用自己的“甲”", "took the other’s “乙”, not their own “甲”"),
        ({"stands": "mine", "mine": "甲"},
         "保留自己的“甲”，未用对方的（空）", "kept their own “甲”, not the other’s (empty)"),
        ({"stands": "mine"},
         "保留自己的内容，未用对方的内容", "kept their own, not the other’s"),
        ({"stands": "new", "mine": "甲", "theirs": "乙"},
         "自己的“甲”与对方的“乙”都已改写",
         "wrote anew in place of their own “甲” and the other’s “乙”"),
    ],
)  # fmt: skip
def test_each_choice_is_said_in_words(choice: dict[str, str], zh: str, en: str) -> None:
    log = (passage("save", "draft", "draft", said={SETTLED: {TITLE: choice}}),)
    record = replace(study("题目"), log=log)

    [entry] = entries(record)
    assert [line for _label, line in entry.said] == [zh]
    language.choose("en")
    [entry] = entries(record)
    assert [line for _label, line in entry.said] == [en]
    assert entry.what == "Settled a clash"


def test_a_choice_is_not_lost_among_the_saves_around_it() -> None:
    said = {SETTLED: {TITLE: {"stands": "mine", "mine": "甲", "theirs": "乙"}}}
    log = (
        passage("save", "draft", "draft"),
        passage("save", "draft", "draft", said=said),
        passage("save", "draft", "draft"),
    )

    found = entries(replace(study("题目"), log=log))

    assert [entry.what for entry in found] == ["保存", "处理冲突"]
    unknown = {SETTLED: {"by.newer": {"stands": "mine"}}}
    log = (passage("save", "draft", "draft", said=unknown),)
    assert entries(replace(study("题目"), log=log))[0].said == ()


def test_members_whose_names_are_not_told_here_are_counted() -> None:
    said = {"way": "expedited", "members": ["person:1", "person:2"]}
    log = (passage("ec_pass", "ec_form", "ec_members", said=said),)
    record = replace(study("题目"), log=log)

    (unknown,) = entries(
        record, lambda text: text.replace("person:1", "—").replace("person:2", "—")
    )
    (known,) = entries(
        record, lambda text: text.replace("person:1", "—").replace("person:2", "沈兰")
    )

    assert "2 人" in dict(unknown.said).values()
    assert "—；沈兰" in dict(known.said).values()
