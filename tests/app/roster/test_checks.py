"""Every code, at its cell and nowhere else; and what is right stays quiet."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.roster import checks, identity, known
from app.roster.accounts import ACCOUNTS
from app.roster.codes import CODES
from app.roster.columns import COLUMNS, HEADERS
from app.roster.rows import Line
from tests.app.roster.workbooks import TODAY, checked, id_number, person, told, written

L = "2005-04+2010-03+长河医院+内科"
E = "1998-09+2003-06+长河大学+临床医学+本科+学士"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a workbook is written."""
    return tmp_path / "账号.xlsx"


def test_right_rows_have_no_problems(path: Path) -> None:
    written(path, [person(n) for n in range(30)])

    assert told(path) == []


FILE_CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("a header in other words", {"header": ["姓 名", *HEADERS[1:]]}, [("F02", "A1")]),
    (
        "two columns exchanged",
        {"header": [HEADERS[1], HEADERS[0], *HEADERS[2:]]},
        [("F02", "A1"), ("F02", "B1")],
    ),
    ("a column too many", {"header": [*HEADERS, "备注"]}, [("F03", "O1")]),
    ("a column missing at the end", {"header": HEADERS[:13]}, [("F03", "N1")]),
    ("no rows", {"rows": []}, [("F05", "")]),
    ("a title above the header", {"above": [["账号申请表"], []]}, [("F10", "A3")]),
    ("a formula", {"rows": [person(0, 地址="=A1")]}, [("F08", "J2")]),
    ("a formula in the header", {"header": [*HEADERS[:13], "=N9"]}, [("F02", "N1")]),
]


@pytest.mark.parametrize(
    ("given", "expected"), [c[1:] for c in FILE_CASES], ids=[c[0] for c in FILE_CASES]
)
def test_what_is_wrong_with_the_file(
    path: Path, given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    written(path, **({"rows": [person()]} | given))

    assert told(path) == expected


def test_a_column_in_between_is_told_once_and_where(path: Path) -> None:
    written(path, [], header=[*HEADERS[:3], "工号", *HEADERS[3:]])

    assert told(path) == [("F02", "D1"), ("F03", "O1")]


def merge(_book: Workbook, sheet: Worksheet) -> None:
    """Merge two cells of a department."""
    sheet.merge_range("C2:C3", "肿瘤内科")


def hide_row(_book: Workbook, sheet: Worksheet) -> None:
    """Hide a row that holds somebody."""
    sheet.set_row(2, None, None, {"hidden": True})


def hide_column(_book: Workbook, sheet: Worksheet) -> None:
    """Hide the passwords."""
    sheet.set_column("L:L", None, None, {"hidden": True})


def filtered(_book: Workbook, sheet: Worksheet) -> None:
    """Put a filter on the header."""
    sheet.autofilter("A1:N3")


def another_sheet(book: Workbook, _sheet: Worksheet) -> None:
    """Put something on a second sheet."""
    book.add_worksheet("旧表").write_string(4, 4, "x")


def empty_and_known_sheets(book: Workbook, _sheet: Worksheet) -> None:
    """Add sheets that do not count."""
    book.add_worksheet("Sheet2")
    book.add_worksheet("填写说明").write_string(0, 0, "x")


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (merge, [("F04", "C2")]),
        (hide_row, [("F09", "")]),
        (hide_column, [("F09", "")]),
        (filtered, [("F09", "")]),
        (another_sheet, [("F06", "")]),
        (empty_and_known_sheets, []),
    ],
)
def test_what_is_wrong_with_the_sheet(path: Path, then: Any, expected: list[Any]) -> None:
    written(path, [person(0), person(1)], then=then)

    assert told(path) == expected


def test_too_many_rows_are_refused_by_number(path: Path) -> None:
    written(path, [person(n) for n in range(40)])

    assert told(path, row_limit=39) == [("F07", "A41")]
    assert told(path, row_limit=40) == []
    assert checked(path, row_limit=10).is_stopped


ROW_CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"姓名": "", "密码": "Ab123456"}, [("R01", "A2")]),
    ({"证件号码": ""}, [("R02", "B2")]),
    ({"移动电话": ""}, [("R03", "G2")]),
    ({"邮箱": ""}, [("R04", "H2")]),
    ({"移动电话": 13900000001}, [("R05", "G2")]),
    ({"邮编": 410000}, [("R05", "I2")]),
    ({"职务": datetime.date(2026, 3, 1)}, [("R05", "D2")]),
    ({"职务": True}, [("R05", "D2")]),
    ({"证件号码": 430102198003070012}, [("R05", "B2"), ("R06", "B2")]),
    ({"证件号码": "430102198003071000"}, [("R06", "B2")]),
    ({"证件号码": "430102198009150000", "性别": "女"}, [("R06", "B2")]),
    ({"证件号码": "43010219800307001"}, [("R07", "B2")]),
    ({"证件号码": "430102800307001"}, [("R07", "B2")]),
    ({"证件号码": "43010219800307A01X"}, [("R07", "B2")]),
    ({"证件号码": id_number(region="660102")}, [("R07", "B2")]),
    ({"证件号码": "暂缺"}, [("R07", "B2")]),
    ({"证件号码": id_number(born="19800230")}, [("R08", "B2")]),
    ({"证件号码": id_number(born="20270101")}, [("R08", "B2")]),
    ({"证件号码": "110105194912310021"}, [("R09", "B2")]),
    ({"证件号码": "E12345678"}, [("R10", "B2")]),
    ({"证件号码": "H1234567890"}, [("R10", "B2")]),
    ({"移动电话": "1390000000"}, [("R11", "G2")]),
    ({"移动电话": "12900000000"}, [("R11", "G2")]),
    ({"邮箱": "staff@example"}, [("R12", "H2")]),
    ({"邮箱": "a@b.com;c@d.com"}, [("R12", "H2")]),
    ({"性别": "男性"}, [("R13", "E2")]),
    ({"性别": "female"}, [("R14", "E2")]),
    ({"性别": "Male"}, []),
    ({"固定电话": "84321"}, [("R15", "F2")]),
    ({"邮编": "41000"}, [("R16", "I2")]),
    ({"姓名": "林 敏"}, [("R17", "A2")]),
    ({"姓名": "林敏2"}, [("R17", "A2")]),
    ({"姓名": "林"}, [("R18", "A2")]),
    ({"姓名": "林1"}, [("R17", "A2"), ("R18", "A2")]),
    ({"姓名": "-1", "密码": "Ab123456"}, [("R17", "A2"), ("R18", "A2")]),
    ({"姓名": "买买提·吐尔逊"}, []),
    ({"姓名": "Anna Lind"}, []),
    ({"密码": "abc12"}, [("R19", "L2")]),
    ({"密码": "abcdefgh"}, [("R19", "L2")]),
    ({"密码": "Abcdefgh1234567"}, [("R19", "L2")]),
    ({"姓名": "𠮷野", "密码": ""}, [("R20", "L2")]),
    ({"姓名": "Maximilian Lindqvist", "密码": ""}, [("R20", "L2")]),
    ({"密码": ""}, [("R21", "L2")]),
    ({"工作经历": "2005-04+2010-03+长河医院"}, [("R22", "M2")]),
    ({"工作经历": "2005-04+2010-03++内科"}, [("R22", "M2")]),
    ({"工作经历": "2005-13+2010-03+长河医院+内科"}, [("R23", "M2")]),
    ({"工作经历": "2005+2010-03+长河医院+内科"}, [("R23", "M2")]),
    ({"工作经历": "2010-04+2010-03+长河医院+内科"}, [("R24", "M2")]),
    ({"工作经历": f"{L}||2009-01+2012-01+B+C"}, [("R25", "M2")]),
    ({"教育背景": "1998-09+2003-06+长河大学+临床医学+本科"}, [("R26", "N2")]),
    ({"教育背景": f"{E}+优"}, [("R26", "N2")]),
    ({"教育背景": "1998.9月底+2003-06+长河大学+临床医学+本科+学士"}, [("R27", "N2")]),
    ({"教育背景": "2003-09+1998-06+长河大学+临床医学+本科+学士"}, [("R27", "N2")]),
    ({"教育背景": "1998-09+2003-06+长河大学+临床医学+大学+学士"}, [("R28", "N2")]),
    ({"教育背景": "1998-09+2003-06+长河大学+临床医学+本科+学位"}, [("R29", "N2")]),
    ({"教育背景": "1998-09+2003-06+长河大学+临床医学+专科+学士"}, [("R30", "N2")]),
    ({"教育背景": "1998-09+2003-06+长河大学+临床医学+专科+"}, []),
    ({"教育背景": "1998-09+2003-06+长河大学+临床医学+本科+无"}, []),
    ({"工作经历": "2005-04＋2010-03＋长河医院＋内科"}, [("R31", "M2")]),
    ({"工作经历": f"{L}｜｜2011-01+2012-01+B+C"}, [("R31", "M2")]),
    ({"工作经历": "2005/04+2010.3+长河医院+内科"}, [("R31", "M2")]),
    ({"工作经历": "200504+201003+长河医院+内科"}, [("R31", "M2")]),
    ({"工作经历": "2005-04+至今+长河医院+内科"}, [("R31", "M2")]),
    ({"研究领域": "肺癌；临床药理"}, [("R31", "K2")]),
    ({"工作经历": f"{L}|2011-01+2012-01+B+C"}, [("R32", "M2")]),
    ({"工作经历": f"{L}\n2011-01+2012-01+B+C"}, [("R32", "M2")]),
    ({"教育背景": f"{E}；{E}"}, [("R32", "N2")]),
    ({"工作经历": f"{L}；教学；科研+管理"}, []),
    ({"研究领域": "肺癌、临床药理"}, [("R33", "K2")]),
    ({"姓名": " 林敏\xa0"}, [("R34", "A2")]),
    ({"邮箱": "lin\u200bmin@example.com"}, [("R34", "H2")]),
    ({"证件号码": f"'{id_number()}"}, [("R34", "B2")]),
    ({"工作经历": "2005-04 + 2010-03 + 长河医院 + 内科"}, [("R34", "M2")]),
    ({"职务": "主" * 101}, [("R35", "D2")]),
    ({"工作经历": f"2005-04+2010-03+长河医院+{'长' * 4000}"}, [("R35", "M2")]),
    ({"工作经历": f"2005-04+2010-03+{'长' * 201}+内科"}, [("R35", "M2")]),
    ({"教育背景": f"1998-09+2003-06+长河大学+{'临' * 101}+本科+学士"}, [("R35", "N2")]),
    ({"研究领域": "肺" * 101}, [("R35", "K2")]),
    ({"工作经历": "2005-04+2027-03+长河医院+内科"}, [("R37", "M2")]),
    ({"教育背景": "1979-09+1985-06+长河小学+无+高中+"}, [("R37", "N2")]),
    ({"证件号码": id_number().lower(), "邮箱": "LIN@Example.COM"}, []),
    ({"移动电话": "+86 139-0000-0000"}, []),
]


@pytest.mark.parametrize(("given", "expected"), ROW_CASES)
def test_what_is_wrong_with_a_row(given: dict[str, Any], expected: list[Any], path: Path) -> None:
    texts = {h: v for h, v in given.items() if isinstance(v, str)}
    if len(texts) == len(given):  # without a number or a date there is no need of a workbook
        entry = checks.check_line(
            Line(2, tuple(person(0, **given))), checks.Terms(TODAY, template=ACCOUNTS)
        )
        assert [(f.code, f.cell) for f in entry.findings] == expected
    else:
        assert told(written(path, [person(0, **given)])) == expected


def test_every_code_has_its_case() -> None:
    rows = {code for _given, expected in ROW_CASES for code, _cell in expected}
    files = {code for _name, _given, expected in FILE_CASES for code, _cell in expected}
    elsewhere = {"F01", "F04", "F06", "F07", "F09", "R36"}

    asked = {code for code in CODES if code[0] in "FR" and code < "R40"}
    assert asked == rows | files | elsewhere


def test_rows_that_hold_nobody_are_skipped_and_told_once_a_stretch(path: Path) -> None:
    written(path, [person(0), ["3"], [], [" "], person(1), ["7、"]])

    found = checked(path)

    assert [(f.code, f.cell) for f in found.findings] == [("R36", "A3"), ("R36", "A7")]
    assert "3至5" in found.findings[0].remedy.zh
    assert [e.row for e in found.entries] == [2, 6]


def test_a_row_tells_all_its_problems_at_once(path: Path) -> None:
    written(path, [person(0, 姓名="", 证件号码="1", 移动电话="2", 邮箱="3", 性别="?", 密码="4")])

    assert told(path) == [
        ("R01", "A2"), ("R07", "B2"), ("R13", "E2"), ("R11", "G2"), ("R12", "H2"), ("R19", "L2"),
    ]  # fmt: skip


def test_rows_are_compared_with_each_other(path: Path) -> None:
    same = person(0)
    written(path, [
        person(0),
        person(1, 证件号码=f" {same[1].lower()}"),
        person(2, 移动电话=f"+86{same[6]}"),
        person(3, 邮箱=same[7].upper()),
        person(4, 姓名=same[0]),
    ])  # fmt: skip

    assert told(path) == [
        ("X04", "A2"), ("X01", "B2"), ("X02", "G2"), ("X03", "H2"),
        ("R34", "B3"), ("X01", "B3"), ("X02", "G4"), ("X03", "H5"), ("X04", "A6"),
    ]  # fmt: skip
    sentence = next(f for f in checked(path).findings if f.code == "X01").message
    assert sentence == ("文件内证件号码重复（行 2、3）", "The same ID number stands in rows 2, 3")


class Register:
    """What is known of two people."""

    def __init__(self, *, is_final: bool, **standing: Any) -> None:
        self.is_final = is_final
        here: dict[str, Any] = {"person": "person:1", "name": "林敏", "place": "here"}
        self._one = known.Standing(**(here | standing))

    def find(self, by: known.By, value: str) -> known.Standing | None:
        """Somebody has the first ID number; another one the second mobile and address."""
        if by == "id_number":
            return self._one if value == id_number(0) else None
        taken = value in ("13900000001", "staff1@example.com")
        return known.Standing("person:2", "何平", "elsewhere") if taken else None


@pytest.mark.parametrize(
    ("standing", "code", "is_wrong"),
    [
        ({"place": "nowhere"}, "D01", True),
        ({"name": "王芳"}, "D02", True),
        ({}, "D05", False),
        ({"place": "elsewhere"}, "D06", True),
        ({"disabled": True}, "D08", True),
    ],
)
def test_what_is_known_of_somebody(standing: dict[str, Any], code: str, is_wrong: bool) -> None:
    terms = checks.Terms(TODAY, template=ACCOUNTS, known=Register(is_final=True, **standing))

    entry = checks.check_line(Line(2, tuple(person(0))), terms)

    assert [(f.code, f.cell) for f in entry.findings] == [(code, "B2")]
    assert entry.is_wrong == is_wrong
    assert not entry.is_importable


def test_somebody_elses_mobile_and_address_are_told_and_marked_when_not_final() -> None:
    line = Line(2, tuple(person(1)))

    final = checks.check_line(
        line, checks.Terms(TODAY, template=ACCOUNTS, known=Register(is_final=True))
    )
    own = checks.check_line(
        line, checks.Terms(TODAY, template=ACCOUNTS, known=Register(is_final=False))
    )

    assert [(f.code, f.cell) for f in final.findings] == [("D03", "G2"), ("D04", "H2")]
    assert all(f.message.zh.endswith("（待服务器复核）") for f in own.findings)


def test_an_outsider_cannot_be_made_a_member_by_the_institution() -> None:
    outside = Register(is_final=True, place="elsewhere")
    terms = checks.Terms(TODAY, template=ACCOUNTS, roles=("ethics_member",), known=outside)

    assert [f.code for f in checks.check_line(Line(2, tuple(person(0))), terms).findings] == ["D07"]


def test_a_name_of_another_office_is_masked() -> None:
    terms = checks.Terms(TODAY, template=ACCOUNTS, known=Register(is_final=True, name="王小芳"))

    (found,) = checks.check_line(Line(2, tuple(person(0))), terms).findings

    assert "王**" in found.message.zh
    assert "小芳" not in found.message.zh


def test_private_values_are_masked_where_a_problem_is_printed(path: Path) -> None:
    written(path, [person(0, 证件号码="110105194912310021", 移动电话="1391234567")])

    for found in checked(path).findings:
        said = repr(found.to_wire()) + repr(found)
        assert "110105194912310021" not in said
        assert "1391234567" not in said


def test_a_right_number_that_ends_in_zeros_is_only_doubted_and_a_cut_one_refused() -> None:
    def look(number: str) -> list[tuple[str, str]]:
        row = Line(2, tuple(person(0, 证件号码=number, 性别="")))
        return [
            (f.code, f.severity)
            for f in checks.check_line(row, checks.Terms(TODAY, template=ACCOUNTS)).findings
        ]

    assert look("430102198009150000") == [("R06", "W")]
    assert look("430102198003071000") == [("R06", "E")]


def test_a_row_typed_over_is_text() -> None:
    line = Line(2, tuple(person(0)), {6: "number"})
    before = checks.check_line(line, checks.Terms(TODAY, template=ACCOUNTS))

    after = checks.check_line(
        line.with_cell(6, "13900000000"), checks.Terms(TODAY, template=ACCOUNTS)
    )

    assert [f.code for f in before.findings] == ["R05"]
    assert not after.findings


def test_an_error_anywhere_keeps_a_row_out_and_a_stop_keeps_all_out(path: Path) -> None:
    written(path, [person(0), person(1, 邮箱="?"), person(2, 邮编="1")])
    assert [e.row for e in checked(path).importable] == [2, 4]

    written(path, [person(0), person(1, 地址="=A1")])
    assert checked(path).importable == ()


def test_columns_are_named_once() -> None:
    assert len(COLUMNS) == 14 == len(set(HEADERS))
    assert [c.header for c in COLUMNS if c.required] == ["姓名", "证件号码", "移动电话", "邮箱"]


def test_the_check_digit_is_that_of_the_standard():
    # The two examples printed in GB 11643-1999 itself, so that no library judges itself.
    for number in ("11010519491231002X", "440524188001010014"):
        found = identity.examined(number, is_number=False, today=datetime.date(2026, 11, 21))
        assert "R09" not in [code for code, _parts in found.problems]
    wrong = identity.examined(
        "110105194912310021", is_number=False, today=datetime.date(2026, 11, 21)
    )
    assert "R09" in [code for code, _parts in wrong.problems]
