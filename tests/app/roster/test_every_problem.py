"""One workbook with every problem there is: exactly those are told, each at its cell."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.roster import checks, reading, result
from app.roster.accounts import ACCOUNTS
from app.roster.codes import CODES
from app.roster.columns import HEADERS
from app.roster.known import By, Standing
from app.roster.rows import Terms
from tests.app.roster.workbooks import TODAY, id_number, person, written

WORK = "2005-04+2010-03+长河医院+内科"
STUDY = "1998-09+2003-06+长河大学+临床医学+本科+学士"

ROWS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"姓名": "", "密码": "Ab123456"}, "R01", "A"),
    ({"证件号码": ""}, "R02", "B"),
    ({"移动电话": ""}, "R03", "G"),
    ({"邮箱": ""}, "R04", "H"),
    ({"移动电话": 13900000004}, "R05", "G"),
    ({"证件号码": "430102198003071000"}, "R06", "B"),
    ({"证件号码": "4301021980030"}, "R07", "B"),
    ({"证件号码": id_number(born="19800230")}, "R08", "B"),
    ({"证件号码": "110105194912310021"}, "R09", "B"),
    ({"证件号码": "E12345678"}, "R10", "B"),
    ({"移动电话": "1390000000"}, "R11", "G"),
    ({"邮箱": "staff@example"}, "R12", "H"),
    ({"性别": "男性"}, "R13", "E"),
    ({"性别": "女"}, "R14", "E"),
    ({"固定电话": "84321"}, "R15", "F"),
    ({"邮编": "41000"}, "R16", "I"),
    ({"姓名": "林 敏"}, "R17", "A"),
    ({"姓名": "林"}, "R18", "A"),
    ({"密码": "abcdefgh"}, "R19", "L"),
    ({"姓名": "𠮷野", "密码": ""}, "R20", "L"),
    ({"密码": ""}, "R21", "L"),
    ({"工作经历": "2005-04+2010-03+长河医院"}, "R22", "M"),
    ({"工作经历": "2005-13+2010-03+长河医院+内科"}, "R23", "M"),
    ({"工作经历": "2010-04+2010-03+长河医院+内科"}, "R24", "M"),
    ({"工作经历": f"{WORK}||2009-01+2012-01+B+C"}, "R25", "M"),
    ({"教育背景": f"{STUDY}+优"}, "R26", "N"),
    ({"教育背景": STUDY.replace("1998-09", "2004-09")}, "R27", "N"),
    ({"教育背景": STUDY.replace("本科", "大学")}, "R28", "N"),
    ({"教育背景": STUDY.replace("学士", "学位")}, "R29", "N"),
    ({"教育背景": STUDY.replace("本科", "专科")}, "R30", "N"),
    ({"研究领域": "肺癌；临床药理"}, "R31", "K"),
    ({"工作经历": f"{WORK}|2011-01+2012-01+B+C"}, "R32", "M"),
    ({"研究领域": "肺癌、临床药理"}, "R33", "K"),
    ({"姓名": " 彭湃湃"}, "R34", "A"),
    ({"职务": "主" * 101}, "R35", "D"),
    ({"工作经历": "2005-04+2027-03+长河医院+内科"}, "R37", "M"),
    ({"地址": "=A1"}, "F08", "J"),
)
"""One row for each problem that one row can have by itself."""
KNOWN = {
    "D01": {"place": "nowhere"},
    "D02": {"name": "王芳"},
    "D05": {},
    "D06": {"place": "elsewhere"},
    "D08": {"disabled": True},
}


class Register:
    """Who is known, by number, mobile or address."""

    is_final = True

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Standing] = {}

    def find(self, by: By, value: str) -> Standing | None:
        """Somebody who was put there."""
        return self.found.get((by, value))


def test_a_workbook_with_every_problem_tells_exactly_those_each_at_its_cell(tmp_path: Path) -> None:
    register, expected, rows = Register(), [("F06", ""), ("F09", ""), ("F10", "A3")], []

    def add(**other: Any) -> int:
        """A right row but for what is said; gives its number in the workbook."""
        rows.append(person(len(rows), **other))
        return len(rows) + 3

    for other, code, column in ROWS:
        expected.append((code, f"{column}{add(**other)}"))
    for code, standing in KNOWN.items():
        at = add()
        cells = dict(zip(HEADERS, rows[-1], strict=True))
        said: dict[str, Any] = {"person": f"person:{code}", "name": cells["姓名"], "place": "here"}
        register.found["id_number", cells["证件号码"]] = Standing(**(said | standing))
        expected.append((code, f"B{at}"))
    for code, column, by, header in (
        ("D03", "G", "mobile", "移动电话"),
        ("D04", "H", "email", "邮箱"),
    ):
        at = add()
        value = dict(zip(HEADERS, rows[-1], strict=True))[header]
        register.found[by, value] = Standing(f"person:{code}", "何平", "elsewhere")
        expected.append((code, f"{column}{at}"))
    for code, column, header in (
        ("X01", "B", "证件号码"), ("X02", "G", "移动电话"), ("X03", "H", "邮箱"),
        ("X04", "A", "姓名"),
    ):  # fmt: skip
        first = add()
        value = dict(zip(HEADERS, rows[-1], strict=True))[header]
        expected += [(code, f"{column}{first}"), (code, f"{column}{add(**{header: value})}")]
    rows.append(["99"])
    expected.append(("R36", f"A{len(rows) + 3}"))
    rows.append(person(60))
    path = written(
        tmp_path / "账号.xlsx",
        rows,
        above=[["账号申请表"], ["2026 年"]],
        then=spoil_with(len(rows) + 3),
    )
    expected += [("F04", f"C{len(rows) + 3}"), ("F07", f"A{len(rows) + 3}")]
    limit = len(rows) - 2

    sheet = reading.read(path, row_limit=limit)
    terms = Terms(TODAY, ("pi",), register, template=ACCOUNTS)
    found = checks.check(sheet, terms, row_limit=limit)

    assert sorted((f.code, f.cell) for f in found.findings) == sorted(expected)
    asked = {c for c in CODES if c[0] in "FRXD" and not "R40" <= c < "X01" and c < "X05"}
    seen = {code for code, _cell in expected}
    # Those of the file as a whole hide all others; D07 is said of other roles than D06.
    assert {c for c in asked if c < "D09" or c >= "F01"} - seen == {
        "F01",
        "F02",
        "F03",
        "F05",
        "D07",
    }
    assert all(
        f.message.zh and f.remedy.zh and f.message.en and f.remedy.en for f in found.findings
    )
    assert found.importable == ()
    result.write(tmp_path / "back.xlsx", found, ACCOUNTS)
    assert (tmp_path / "back.xlsx").stat().st_size > 10_000


def spoil_with(last: int) -> Any:
    """Merge two cells of the last row, hide a row, put a filter on, fill another sheet."""

    def spoiled(book: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range(f"C{last}:D{last}", "肿瘤内科")
        sheet.set_row(last - 1, None, None, {"hidden": True})
        sheet.autofilter(f"A3:N{last}")
        book.add_worksheet("旧表").write_string(0, 0, "x")

    return spoiled


@pytest.mark.parametrize(
    ("code", "header", "rows", "cell"),
    [
        ("F02", ["名字", *HEADERS[1:]], [person(0)], "A1"),
        ("F03", HEADERS[:13], [person(0)], "N1"),
        ("F05", HEADERS, [], ""),
    ],
)
def test_what_hides_all_other_problems_is_told_alone(
    tmp_path: Path, code: str, header: Any, rows: Any, cell: str
) -> None:
    sheet = reading.read(written(tmp_path / "账号.xlsx", rows, header=header))
    found = checks.check(sheet, Terms(TODAY, template=ACCOUNTS))
    assert [(f.code, f.cell) for f in found.findings] == [(code, cell)]


def test_somebody_of_another_institution_cannot_be_made_a_member() -> None:
    register = Register()
    row = person(0)
    register.found["id_number", row[1]] = Standing("person:1", row[0], "elsewhere")
    terms = Terms(datetime.date(2026, 11, 21), ("ethics_member",), register, template=ACCOUNTS)
    entry = checks.check_line(checks.Line(4, tuple(row)), terms)
    assert [(f.code, f.cell) for f in entry.findings] == [("D07", "B4")]
