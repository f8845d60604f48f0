"""A right row becomes a right person: every column finds its field, in the form's own codes."""

from __future__ import annotations

import pytest

from app.answers import check
from app.forms import FORMS
from app.forms.schema import Rows
from app.forms.types import Keywords, Text
from app.roster import checks
from app.roster.accounts import ACCOUNTS
from app.roster.columns import COLUMNS, DEGREES, FIELD_LENGTH, LEVELS, MOST_FIELDS, PART_LENGTHS
from app.roster.rows import Line
from tests.app.roster.workbooks import TODAY, id_number, person

FORM = FORMS["person"]


def entry(**other: str) -> checks.Entry:
    """A right row, checked."""
    return checks.check_line(
        Line(2, tuple(person(0, **other))), checks.Terms(TODAY, template=ACCOUNTS)
    )


def test_every_column_has_its_field() -> None:
    assert not [c.header for c in COLUMNS if c.field and not FORM.has(c.field)]


def test_no_column_takes_more_than_its_field() -> None:
    for column in COLUMNS:
        kind = FORM.field(column.field).type if column.field else None
        if isinstance(kind, Text):
            assert column.max_length <= kind.max_length or column.header in ("固定电话", "移动电话")


def test_parts_of_a_cell_take_no_more_than_their_fields() -> None:
    for group in ("work_history", "education"):
        rows = FORM.field(group).type
        assert isinstance(rows, Rows)
        for field in rows.fields:
            if field.id in PART_LENGTHS and isinstance(field.type, Text):
                assert PART_LENGTHS[field.id] == field.type.max_length
    kind = FORM.field("research_fields").type
    assert isinstance(kind, Keywords)
    assert (kind.boxes, kind.max_length) == (MOST_FIELDS, FIELD_LENGTH)


def test_a_right_row_fills_every_field_that_the_template_has() -> None:
    answers = entry().answers()

    fields = {c.field for c in COLUMNS if c.field}
    assert fields | {"id_kind", "birth_date"} == set(answers)
    assert answers["birth_date"] == "1980-03-07"
    assert answers["id_number"] == id_number()


def test_what_is_imported_breaks_no_rule_of_the_form() -> None:
    mended = entry().answers()

    asked = set(mended)
    wrong = [p for p in check(FORM, mended) if p.path.split("/")[0] in asked]
    assert not wrong


def test_rows_of_histories_carry_their_parts() -> None:
    answers = entry(
        教育背景="1998-09+2003-06+长河大学+临床医学+本科+学士||2015-09+至今+A+B+博士研究生+"
    ).answers()

    work = list(answers["work_history"].values())
    education = list(answers["education"].values())
    assert [(r["start"], r["end"]) for r in work] == [
        ("2005-04", "2010-03"),
        ("2010-04", "2019-03"),
    ]
    assert education[0]["start"] == "1998-09"
    assert "end" not in education[1]
    for group, said in (("work_history", work), ("education", education)):
        kind = FORM.field(group).type
        assert isinstance(kind, Rows)
        assert set(said[0]) == {f.id for f in kind.fields} & set(said[0])
        assert len(said[0]) == {"work_history": 4, "education": 6}[group]


def test_sex_is_stored_alike_however_it_was_written() -> None:
    stored = {entry(性别=text).answers()["sex"] for text in ("男", "male", "Male")}

    assert len(stored) == 1
    assert not FORM.field("sex").type.problem(stored.pop())


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_known_to_the_form(level: str) -> None:
    (row,) = entry(教育背景=f"1998-09+2003-06+A+B+{level}+").answers()["education"].values()

    kind = FORM.field("education").type
    assert isinstance(kind, Rows)
    field = next(f for f in kind.fields if f.type.text(row.get(f.id)) == level)
    assert not field.type.problem(row[field.id])


@pytest.mark.parametrize("degree", DEGREES)
def test_every_degree_is_known_to_the_form(degree: str) -> None:
    text = f"1998-09+2003-06+A+B+本科+{degree}"
    (row,) = entry(教育背景=text).answers()["education"].values()

    kind = FORM.field("education").type
    assert isinstance(kind, Rows)
    field = next(f for f in kind.fields if f.type.text(row.get(f.id)) == degree)
    assert not field.type.problem(row[field.id])


@pytest.mark.parametrize("number", ["E12345678", "H1234567890", "12345678", "ABC123456789012"])
def test_every_kind_of_document_is_known_to_the_form(number: str) -> None:
    answers = entry(证件号码=number).answers()

    assert not FORM.field("id_kind").type.problem(answers["id_kind"])
    assert answers["id_kind"] != entry().answers()["id_kind"]


def test_the_same_row_gives_the_same_answers_every_time() -> None:
    assert entry().answers() == entry().answers()
