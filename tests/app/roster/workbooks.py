"""Workbooks as people and their programs make them: right rows, and every way to spoil them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stdnum.cn import ric
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.roster import checks, reading
from app.roster.accounts import ACCOUNTS
from app.roster.columns import HEADERS
from app.roster.known import Known

TODAY = datetime.date(2026, 11, 21)


def id_number(
    n: int = 0, *, sex: str = "男", born: str = "19800307", region: str = "430102"
) -> str:
    """A right ID card number of an invented person."""
    body = f"{region}{born}{n % 100:02}{1 if sex == '男' else 2}"
    return body + ric.calc_check_digit(body + "0")


NAMES = (
    "林敏", "何平", "周静", "沈兰", "高远", "罗琴", "彭涛", "谢宁",
    "唐睿", "韩雪", "曹阳", "邓洁", "许诺", "傅宇", "曾山",
)  # fmt: skip
MORE = "之一二三四五六七八九"


def person(n: int = 0, **other: Any) -> list[Any]:
    """A right row, but for what the test says, by header."""
    cells = {
        "姓名": NAMES[n % 15] + (MORE[n // 15] if n >= 15 else ""),
        "证件号码": id_number(n),
        "院系/科室": "肿瘤内科",
        "职务": "主任",
        "性别": "男",
        "固定电话": "0731-84321000",
        "移动电话": f"139{n:08}",
        "邮箱": f"staff{n}@example.com",
        "邮编": "410000",
        "地址": "长河市人民路1号",
        "研究领域": "肺癌;临床药理",
        "密码": "Changhe2026",
        "工作经历": "2005-04+2010-03+A医院外科+工作描述||2010-04+2019-03+B医院外科+工作描述",
        "教育背景": "1998-09+2003-06+长河大学+临床医学+本科+学士",
    }
    unknown = set(other) - set(cells)
    assert not unknown, unknown
    return list((cells | other).values())


def written(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    header: Sequence[str] = HEADERS,
    above: Sequence[Sequence[str]] = (),
    then: Callable[[Workbook, Worksheet], object] | None = None,
) -> Path:
    """Write a workbook: str as text, int and float as numbers, dates as dates, "=…" as formulas."""
    book = Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("人员")
    for r, row in enumerate([*above, header, *rows]):
        for c, value in enumerate(row):
            _put(sheet, (r, c), value, day)
    if then:
        then(book, sheet)
    book.close()
    return path


def _put(sheet: Worksheet, place: tuple[int, int], value: Any, day: Any) -> None:
    if isinstance(value, datetime.date):
        sheet.write_datetime(*place, datetime.datetime.combine(value, datetime.time()), day)
    elif isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float):
        sheet.write_number(*place, value)
    elif value.startswith("="):
        sheet.write_formula(*place, value, value="张三")
    elif value:
        sheet.write_string(*place, value)


def checked(path: Path, known: Known | None = None, **limits: int) -> checks.Checked:
    """Read and check, on the day of the tests."""
    sheet = reading.read(path, **limits)
    return checks.check(sheet, checks.Terms(TODAY, template=ACCOUNTS, known=known), **limits)


def told(path: Path, **limits: int) -> list[tuple[str, str]]:
    """Which codes are said of which cells, in the order of the list."""
    return [(f.code, f.cell) for f in checked(path, **limits).findings]
