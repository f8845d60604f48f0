"""The sample province: whole, right, and made once."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select

from app.forms import FORMS
from app.rules import examine
from server import sample
from server.books import record_of
from server.db import read, transact
from server.moments import clock
from server.soundness import faults
from server.tables import RecordRow, RevisionRow
from tests.server.province import Province, Story, ident


def test_every_record_of_it_is_right_by_its_form(province: Province) -> None:
    bodies = read(province.engine, lambda s: s.scalars(select(RecordRow.body)).all())
    records = [record_of(body) for body in bodies]

    wrong = {
        (r.form, r.answers["name"]): [
            (p.path, p.message.zh)
            for p in examine(FORMS[r.form], r.answers, today=clock().date())
            if p.level == "block"
        ]
        for r in records
    }

    assert len(records) == 6 + len(sample.PEOPLE) + 3
    assert {k: v for k, v in wrong.items() if v} == {
        ("institution", "长河市第一人民医院"): [
            ("contact_name", "请填写“联系人”。"),
            ("contact_phone", "请填写“联系电话”。"),
            ("address", "请填写“地址”。"),
        ]
    }, "only the hospital that is still to complete its record has something to fill in"


def test_filling_twice_changes_nothing(province: Province) -> None:
    counted = select(func.count(), func.sum(RecordRow.revision))
    before = read(province.engine, lambda s: s.execute(counted).all())

    assert sample.fill(province.engine, province.archive, clock()) is False
    assert read(province.engine, lambda s: s.execute(counted).all()) == before


@pytest.mark.parametrize("name", ["长河市第一人民医院伦理委员会", "长河省中医院伦理委员会"])
def test_its_ethics_committees_could_have_been_filed(province: Province, name: str) -> None:
    record = province.record(ident(name))
    members = record.answers["members"].values()

    assert (record.state, record.number[:3]) == ("filed", "EC-")
    assert len([m for m in members if m["duty"] != "secretary"]) >= 7
    assert {m["sex"] for m in members} == {"male", "female"}
    assert {"law", "bioethics", "medicine"} <= {m["field"] for m in members}
    assert [m["duty"] for m in members].count("chair") == 1


def test_everybody_finds_places_and_committees_in_the_directory(province: Province) -> None:
    cards = province.somebody("林远").reads()["directory"]

    assert {card["name"] for card in cards.values()} == {
        "国家卫生健康委员会", "长河省卫生健康委员会", "长河市卫生健康委员会", "临江区卫生健康局",
        "长河市第一人民医院", "长河省中医院",
        "长河市第一人民医院伦理委员会", "长河市第一人民医院学术委员会", "长河省中医院伦理委员会",
    }  # fmt: skip


def test_the_books_are_sound_after_the_whole_chain(story: Story) -> None:
    story.filed()

    told = faults(story.province.engine, story.province.archive)

    # Documents that tests bring have rows but no bytes; everything else must be sound.
    assert [fault for fault in told if not fault.startswith("document")] == []


def test_a_missing_document_and_a_torn_history_are_found(story: Story) -> None:
    story.drafted()
    sha256 = sample.store_documents(story.province.archive)["章程"]["sha256"]
    story.province.archive.path(sha256).unlink()
    torn = delete(RevisionRow).where(RevisionRow.record == story.study)
    transact(story.province.engine, lambda session: session.execute(torn))

    told = faults(story.province.engine, story.province.archive)

    assert f"document {sha256}: missing" in told
    assert f"record {story.study}: its history has gaps" in told
