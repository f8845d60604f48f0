"""The list of a committee's members: the same people on paper and in the workbook."""

from __future__ import annotations

import datetime
import io
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from app.exchange.members import has_members, member_list
from app.exchange.members_workbook import member_list_workbook
from app.exchange.pdf import member_list_pdf
from app.record import Record
from app.words import Language
from tests import builders
from tests.app.exchange.papers import AT, text_of

TODAY = datetime.date(2026, 11, 21)
EVIL = '=HYPERLINK("http://x","点")'


def committee(form: str = "committee", state: str = "filed", **changes: Any) -> Record:
    answers = builders.right_answers(form) | changes
    return Record(
        UUID(int=7), form, 2, state, number="EC-20261121-0007", revision=4, answers=answers
    )


def with_member(row_id: str, **changes: Any) -> Record:
    members = committee().answers["members"]
    return committee(members={**members, row_id: {**members[row_id], **changes}})


def first_of(record: Record) -> str:
    return next(iter(record.answers["members"]))


def test_the_chair_comes_first_and_the_secretary_last() -> None:
    duties = [row[3] for row in member_list(committee(), TODAY).rows]

    assert duties[:2] == ["主任委员", "副主任委员"]
    assert duties[-1] == "秘书"
    assert [row[0] for row in member_list(committee(), TODAY).rows] == list("12345678")


def test_who_votes_is_counted_and_whose_term_is_over_is_not() -> None:
    record = committee()
    assert member_list(record, TODAY).count.startswith(
        "委员共 7 人，其中男 4 人、女 3 人，外聘 3 人"
    )

    chair = next(i for i, r in record.answers["members"].items() if r["duty"] == "chair")
    ended = with_member(chair, term_to="2026-11-20")
    assert member_list(ended, TODAY).count.startswith("委员共 6 人，其中男 3 人")
    assert member_list(ended, TODAY).rows[0][-1].endswith("（已届满）")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_of_the_list_stands_on_the_paper(language: Language) -> None:
    record = committee()
    text = text_of(
        member_list_pdf(record, today=TODAY, printed_by="周静", printed_at=AT, language=language)
    )

    listed = member_list(record, TODAY, language)
    for part in (record.number, record.answers["name"], "周静", *(r[1] for r in listed.rows)):
        assert "".join(part.split()) in text
    for part in (listed.head[3], listed.count):
        assert "".join(part.split()) in text


def test_the_list_of_a_draft_says_that_it_is_one() -> None:
    assert "草稿" in text_of(member_list_pdf(committee(state="draft"), today=TODAY))
    assert "草稿" not in text_of(member_list_pdf(committee(), today=TODAY))


def test_the_workbook_holds_the_same_rows_and_no_formula() -> None:
    record = with_member(first_of(committee()), name=EVIL)
    content = member_list_workbook(record, today=TODAY, printed_by="周静", printed_at=AT)

    sheet = load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    listed = member_list(record, TODAY)
    assert rows[0] == list(listed.head)
    assert [[cell or "" for cell in row] for row in rows[1:-1]] == [list(r) for r in listed.rows]
    assert rows[-1][0] == listed.count
    assert any(cell.value == EVIL and cell.data_type == "s" for row in sheet.rows for cell in row)


def test_committees_with_people_have_a_list_and_nothing_else_has() -> None:
    assert has_members(committee())
    assert has_members(committee("academic_committee", "active"))
    assert not has_members(committee(members={}))
    assert not has_members(committee("person", "active"))
