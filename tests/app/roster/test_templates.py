"""Every template by the same engine: written, read back, checked, and each of its codes seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import uscc

from app.answers import check, check_page
from app.forms import FORMS
from app.forms.schema import Rows
from app.roster import checks, institutions, members, reading, result, template
from app.roster.codes import CODES
from app.roster.kinds import TEMPLATES
from app.roster.known import Standing
from app.roster.rows import Line, Template, Terms
from app.roster.templates import RESULT_SHEET
from app.workflows import WORKFLOWS
from tests.app.roster.workbooks import TODAY, id_number, person, written


def code(n: int) -> str:
    """A right unified social credit code of an invented hospital."""
    body = f"12430100MB{1000000 + n:07}"
    return body + str(uscc.calc_check_digit(body))


def hospital(n: int = 0, **other: str) -> list[str]:
    """A right row of an institution, but for what the test says, by header."""
    cells = dict(
        zip(institutions.INSTITUTIONS.headers, institutions.INSTITUTIONS.example, strict=True)
    )
    place = ("江南", "山北", "城东", "湖西", "林场", "云岭")[n]
    cells |= {"机构名称": f"长河市{place}医院", "统一社会信用代码": code(n)}
    assert not set(other) - set(cells)
    return list((cells | other).values())


def member(n: int = 0, **other: str) -> list[str]:
    """A right row of a member, but for what the test says, by header."""
    cells = dict(zip(members.MEMBERS.headers, members.MEMBERS.example, strict=True))
    cells |= {"姓名": person(n)[0], "证件号码": id_number(n)}
    assert not set(other) - set(cells)
    return list((cells | other).values())


class Register:
    """Knows one institution and one person, whatever is asked."""

    is_final = True

    def __init__(self, **found: Standing) -> None:
        self.found = found

    def find(self, by: str, _value: str) -> Standing | None:
        """Whoever was put there under this kind of key."""
        return self.found.get(by)


def told(declared: Template, rows: Sequence[Sequence[str]], known: Any = None) -> list[Any]:
    """Which codes are said of which cells."""
    terms = Terms(TODAY, known=known, template=declared)
    entries = [checks.check_line(Line(n, tuple(r)), terms) for n, r in enumerate(rows, start=2)]
    return [(f.code, f.cell) for e in checks.between(entries) for f in e.findings]


HERE = Standing("person:1", person(0)[0], "here")
ELSEWHERE = Standing("person:1", person(0)[0], "elsewhere")
OUTSIDE = members.ORIGIN.options[1].zh
OUTSIDER = {"来源": OUTSIDE, "工作单位": "长河律师事务所", "移动电话": "13900000099",
            "邮箱": "lawyer@example.com"}  # fmt: skip
OFFICE = Standing("office:1", "长河市示例医院", "elsewhere")

HOSPITAL_CASES: list[tuple[dict[str, str], dict[str, Standing], list[tuple[str, str]]]] = [
    ({}, {}, []),
    ({"机构名称": ""}, {}, [("R40", "A2")]),
    ({"统一社会信用代码": "12430100MB1000000X"}, {}, [("R42", "B2")]),
    ({"统一社会信用代码": "1243"}, {}, [("R42", "B2")]),
    ({"机构类别": "大医院"}, {}, [("R41", "C2")]),
    ({"机构等级": "三甲"}, {}, [("R41", "D2")]),
    ({"省份": "湖北省", "城市": "长沙市"}, {}, [("R48", "H2")]),
    ({"城市": "长沙市", "区县": "石峰区"}, {}, [("R48", "I2")]),
    ({"联系电话": "无"}, {}, [("R47", "L2")]),
    ({"密码": ""}, {}, [("R40", "P2")]),
    ({"密码": "123456"}, {}, [("R19", "P2")]),
    ({}, {"uscc": OFFICE}, [("D09", "B2")]),
    ({}, {"uscc": OFFICE, "office": OFFICE}, [("D09", "B2")]),
    ({}, {"office": OFFICE}, [("D10", "A2")]),
    ({}, {"office_alike": OFFICE}, [("D11", "A2")]),
]
MEMBER_CASES: list[tuple[dict[str, str], dict[str, Standing], list[tuple[str, str]]]] = [
    ({}, {"id_number": HERE}, []),
    ({"委员会职务": "组长"}, {"id_number": HERE}, [("R41", "C2")]),
    ({"专业领域": ""}, {"id_number": HERE}, [("R40", "D2")]),
    ({"任期起": "明年"}, {"id_number": HERE}, [("R43", "F2")]),
    ({"任期起": "2026年1月1日"}, {"id_number": HERE}, [("R44", "F2")]),
    ({"任期止": "2025-12-31"}, {"id_number": HERE}, [("R45", "G2")]),
    ({"任期止": "2033-01-01"}, {"id_number": HERE}, [("R46", "G2")]),
    ({"证件号码": "110105194912310021"}, {"id_number": HERE}, [("R09", "B2")]),
    ({"姓名": "王芳"}, {"id_number": HERE}, [("D02", "B2")]),
    (
        {"来源": OUTSIDE},
        {"nobody": HERE},
        [
            ("D12", "B2"),
            ("R40", "I2"),
            ("R40", "J2"),
            ("R40", "K2"),
        ],
    ),
    (OUTSIDER, {"nobody": HERE}, [("D12", "B2")]),
    ({**OUTSIDER, "移动电话": "", "邮箱": ""}, {"id_number": ELSEWHERE}, []),
    ({}, {"id_number": HERE, "member": HERE}, [("D15", "B2")]),
    ({"证件号码": "E12345678"}, {"id_number": HERE}, [("R10", "B2"), ("R40", "H2")]),
    ({"性别": "女"}, {"id_number": HERE}, [("R14", "H2")]),
    ({}, {"nobody": HERE}, [("D13", "E2")]),
    ({}, {"id_number": ELSEWHERE}, [("D13", "E2")]),
    (OUTSIDER, {"id_number": HERE}, [("D14", "E2")]),
]


@pytest.mark.parametrize(("given", "known", "expected"), HOSPITAL_CASES)
def test_what_is_wrong_with_an_institution(
    given: dict[str, str], known: dict[str, Standing], expected: list[tuple[str, str]]
) -> None:
    rows = [hospital(0, **given)]
    assert told(institutions.INSTITUTIONS, rows, Register(**known) if known else None) == expected


@pytest.mark.parametrize(("given", "known", "expected"), MEMBER_CASES)
def test_what_is_wrong_with_a_member(
    given: dict[str, str], known: dict[str, Standing], expected: list[tuple[str, str]]
) -> None:
    assert told(members.MEMBERS, [member(0, **given)], Register(**known)) == expected


def test_institutions_are_compared_with_each_other() -> None:
    first = hospital(0)
    rows = [
        first,
        hospital(1, 统一社会信用代码=first[1]),
        hospital(2, 机构名称=first[0]),
        hospital(3, 机构名称=first[0].replace("市", "")),
        hospital(4, 机构名称="长河县人民医院"),
    ]

    assert told(institutions.INSTITUTIONS, rows) == [
        ("X06", "A2"), ("X07", "A2"), ("X05", "B2"), ("X05", "B3"),
        ("X06", "A4"), ("X07", "A4"), ("X07", "A5"),
    ]  # fmt: skip


def test_every_code_of_the_other_templates_has_its_case() -> None:
    cases = (*HOSPITAL_CASES, *MEMBER_CASES)
    seen = {code for _given, _known, expected in cases for code, _cell in expected}
    seen |= {"X05", "X06", "X07"}

    ours = {c for c in CODES if (c[0] == "R" and c >= "R40") or (c[0] == "D" and c >= "D09")}
    assert ours | {"X05", "X06", "X07"} == seen & (ours | {"X05", "X06", "X07"})


def test_an_institution_that_was_imported_before_is_skipped_and_not_wrong() -> None:
    again = Terms(
        TODAY, known=Register(uscc=OFFICE, office=OFFICE), template=TEMPLATES["institutions"]
    )
    entry = checks.check_line(Line(2, tuple(hospital(0))), again)
    assert (entry.is_wrong, entry.is_here_already, entry.is_importable) == (False, True, False)


def test_a_member_from_outside_is_said_as_the_step_asks_for_them() -> None:
    terms = Terms(TODAY, known=Register(), template=members.MEMBERS)
    entry = checks.check_line(Line(2, tuple(member(0, **OUTSIDER))), terms)
    seat = next(s for s in WORKFLOWS["committee"].steps if s.command == "seat").asks
    assert seat is not None
    assert entry.deed == "seat"
    assert check_page(seat, {"people": {"a1": entry.answers()}}) == []


@pytest.mark.parametrize("declared", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_written_filled_and_read_back(declared: Template, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    template.write(path, [declared.example], declared)

    sheet = reading.read(path, width=declared.width, row_limit=declared.row_limit)
    found = checks.check(sheet, Terms(TODAY, template=declared))

    assert [f.code for f in found.findings if f.code not in ("R21", "R25")] == []
    (entry,) = found.importable
    assert entry.line.cells == tuple(declared.example)


@pytest.mark.parametrize("declared", TEMPLATES.values(), ids=TEMPLATES)
def test_what_a_template_says_breaks_no_rule_of_its_form(declared: Template) -> None:
    who = "person:11111111-1111-4111-8111-111111111111"
    known = Register(id_number=Standing(who, declared.example[0], "here"))
    terms = Terms(TODAY, template=declared, known=known if not declared.command else None)
    entry = checks.check_line(Line(2, tuple(declared.example)), terms)
    answers = entry.answers()
    form = FORMS[declared.form]
    if not declared.command:
        kind = form.field("members").type
        assert isinstance(kind, Rows)
        fields = {f.id: f for f in kind.fields}
        assert not [n for n, v in answers.items() if fields[n].type.problem(v)]
        assert {"name", "duty", "field", "source", "term_from", "term_to"} <= set(answers)
        return
    wrong = [p for p in check(form, answers) if p.path.split("/")[0] in answers]
    assert not wrong
    steps = [s for s in WORKFLOWS[declared.form].steps if s.command == declared.command]
    asked = {f.id for s in steps if s.asks for f in s.asks.fields}
    assert set(entry.said()) <= asked


def test_a_district_is_stored_by_the_code_within_its_city() -> None:
    entry = checks.check_line(
        Line(2, tuple(hospital(0))), Terms(TODAY, template=institutions.INSTITUTIONS)
    )
    answers = entry.answers()
    assert (answers["province"], answers["city"], answers["county"]) == ("43", "4301", "430104")
    assert answers["level"] == "hospital"
    assert answers["kind"] == "general"


def test_a_member_is_named_by_who_has_the_number() -> None:
    terms = Terms(TODAY, template=members.MEMBERS, known=Register(id_number=HERE))
    answers = checks.check_line(Line(2, tuple(member(0))), terms).answers()
    assert answers["person"] == "person:1"
    assert answers["sex"] == "male"


def test_the_header_of_another_template_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "people.xlsx", [person(0)])
    declared = institutions.INSTITUTIONS
    found = checks.check(reading.read(path, width=declared.width), Terms(TODAY, template=declared))
    assert {f.code for f in found.findings} <= {"F02", "F03"}
    assert found.is_stopped
    assert found.importable == ()


def test_the_result_of_another_template_is_written_and_read_back(tmp_path: Path) -> None:
    declared = institutions.INSTITUTIONS
    path, back = tmp_path / "in.xlsx", tmp_path / "back.xlsx"
    template.write(path, [hospital(0), hospital(1, 机构等级="三甲")], declared)
    found = checks.check(reading.read(path, width=declared.width), Terms(TODAY, template=declared))

    result.write(back, found, declared)

    again = checks.check(reading.read(back, width=declared.width), Terms(TODAY, template=declared))
    assert [(f.code, f.cell) for f in again.findings] == [("R41", "D3")]
    import openpyxl

    assert RESULT_SHEET in openpyxl.load_workbook(back).sheetnames
