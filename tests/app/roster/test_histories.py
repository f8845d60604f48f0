"""The grammar of 工作经历 and 教育背景: what is understood, and as what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roster import histories
from tests.app.roster.workbooks import TODAY


def test_the_example_of_the_template_is_understood() -> None:
    read = histories.work(
        "2005-04+2010-03+A医院外科+工作描述||2010-04+2019-03+B医院外科+工作描述", today=TODAY
    )

    assert not read.problems
    assert [(r["start"], r["end"], r["employer"]) for r in read.rows] == [
        ("2005-04", "2010-03", "A医院外科"),
        ("2010-04", "2019-03", "B医院外科"),
    ]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2005/04+2010/3+A+b", "2005-04", "2010-03"),
        ("2005.4+2010.03+A+b", "2005-04", "2010-03"),
        ("200504+201003+A+b", "2005-04", "2010-03"),
        ("2005年4月+2010年3月+A+b", "2005-04", "2010-03"),
        ("２００５－０４+2010-03+A+b", "2005-04", "2010-03"),
        ("2005-04+至今+A+b", "2005-04", histories.OPEN),
    ],
)
def test_months_written_otherwise_are_read_with_a_warning(text: str, start: str, end: str) -> None:
    read = histories.work(text, today=TODAY)

    assert [(r["start"], r["end"]) for r in read.rows] == [(start, end)]
    assert [code for code, _parts in read.problems] == ["R31"]


def test_a_description_may_hold_plus_signs_and_lines() -> None:
    (row,) = histories.work("2005-04+2010-03+A+教学+科研\n带教", today=TODAY).rows

    assert row["description"] == "教学+科研 带教"


def test_months_that_touch_do_not_overlap_and_each_overlap_is_told_by_its_parts() -> None:
    text = "2001-01+2003-01+A+b||2003-01+2005-01+A+b||2004-01+至今+A+b"

    read = histories.work(text, today=TODAY)

    assert ("R25", {"i": "2", "j": "3"}) in read.problems
    assert len([code for code, _parts in read.problems if code == "R25"]) == 1


def test_nothing_may_begin_before_birth_or_in_the_future() -> None:
    assert histories.work("1979-01+1999-01+A+b", birth="1980-03-07", today=TODAY).problems == [
        ("R37", {"i": 1, "what": histories.BEFORE_BIRTH})
    ]
    assert histories.work("2026-12+至今+A+b", today=TODAY).problems[-1] == (
        "R37",
        {"i": 1, "what": histories.IN_FUTURE},
    )


def test_education_may_end_without_a_degree() -> None:
    (row,) = histories.education("1998-09+2001-06+长河卫校+护理+专科+", today=TODAY).rows

    assert (row["level"], row["degree"]) == ("专科", "")


MONTHS = st.builds("{0}-{1:02}".format, st.integers(1950, 2025), st.integers(1, 12))
WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)


@given(st.lists(st.tuples(MONTHS, MONTHS, WORDS, WORDS), max_size=6))
def test_whatever_the_grammar_allows_is_read_back(rows: list[Any]) -> None:
    rows = [(*sorted(row[:2]), *row[2:]) for row in rows]

    read = histories.work("||".join("+".join(row) for row in rows), today=TODAY)

    assert [tuple(r.values())[1:] for r in read.rows] == rows
    assert {code for code, _parts in read.problems} <= {"R25"}


@given(st.text(alphabet="2019-0+|＋｜；;\n 至今年.本科学士A", max_size=80))
def test_any_text_is_either_understood_or_told(text: str) -> None:
    for understand in (histories.work, histories.education):
        read = understand(text, today=TODAY)

        assert read.rows or read.problems or not text.strip("| ｜\n")
        if not any(code in ("R23", "R24", "R27") for code, _parts in read.problems):
            assert all(r["start"] <= r["end"] for r in read.rows)


_MONTHS = st.sampled_from(
    ["1959-12", "1960-01", "2005-04", "2010-03", "2010-3", "2026-11", "2026-12", "至今", "2010-13"]
)
_ITEMS = st.sampled_from(
    ["医院", "A 院", "A ", "", "x" * 90, "x" * 101, "一＋二", "一;二", "一|二"]
)
_TITLES = st.sampled_from(
    ["本科+学士", "专科+", "专科+学士", "博士研究生+博士", "本科+无", "大学+学士", "本科+"]
)
_WORK = st.tuples(_MONTHS, _MONTHS, _ITEMS, _ITEMS).map("+".join)
_EDUCATION = st.tuples(_MONTHS, _MONTHS, _ITEMS, _ITEMS, _TITLES).map("+".join)


@given(st.lists(_WORK, max_size=3).map("||".join))
def test_of_plain_work_there_is_nothing_to_say(text: str) -> None:
    birth = "1960-01-31"
    if histories.is_plain(text, histories.PLAIN_WORK, birth=birth, today=TODAY):
        read = histories.work(text, birth=birth, today=TODAY)

        assert not read.problems
        assert "||".join("+".join([*r.values()][1:]) for r in read.rows) == text


@given(st.lists(_EDUCATION, max_size=3).map("||".join))
def test_of_plain_education_there_is_nothing_to_say(text: str) -> None:
    birth = "1960-01-31"
    if histories.is_plain(text, histories.PLAIN_EDUCATION, birth=birth, today=TODAY):
        read = histories.education(text, birth=birth, today=TODAY)

        assert not read.problems
        assert "||".join("+".join([*r.values()][1:]) for r in read.rows) == text


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("2005-04+2010-03+A院+外科||2010-03+2026-11+B院+外科", True),
        ("2010-03+2026-11+B院+外科||2005-04+2010-03+A院+外科", False),
        ("2005-04+2010-04+A院+外科||2010-03+2026-11+B院+外科", False),
        ("2005-04+2026-12+A院+外科", False),
        ("1959-12+2010-03+A院+外科", False),
        (f"2005-04+2010-03+A院+{'x' * 90}", False),
    ],
)
def test_what_is_plain_is_seen_at_a_glance(text: str, is_plain: bool) -> None:
    seen = histories.is_plain(text, histories.PLAIN_WORK, birth="1960-01-31", today=TODAY)

    assert seen == is_plain
