"""A filled account workbook of thirty invented people, four rows of which are wrong."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from app.roster import template

NAMES = (
    "林敏", "王堃", "赵犇", "李喆", "陈思远", "单雨桐", "孙㛃", "吴清扬", "郑可心", "冯子墨",
    "褚云舒", "卫知行", "蒋一诺", "沈若溪", "韩亦辰", "杨书瑶", "朱明哲", "秦悦", "尤嘉树", "许安然",
    "何晏清", "吕思齐", "施念慈", "张予安", "孔令仪", "曹景行", "严知微", "华清妍", "金泽宇", "魏思源",
)  # fmt: skip
DEPARTMENTS = ("血液内科", "肿瘤内科", "心血管内科", "临床药理室", "神经内科", "呼吸与危重症医学科")
WRONG = {3: "id", 9: "mobile", 17: "email", 24: "name"}
"""Which of the thirty are wrong, and where."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(nth: int, *, man: bool) -> str:
    """An invented ID number with a right check digit: the region code 430102 and made-up birthdays."""
    body = f"430102{1970 + nth % 25}{1 + nth % 12:02}{1 + nth % 28:02}{100 + 2 * nth + (1 if man else 0):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def mobile(nth: int) -> str:
    return f"139{nth:04}{7000 + nth:04}"


def write(path: Path) -> Path:
    """Fill the program's own empty template, as an office would."""
    template.write(path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    first = next(
        number
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
        if cells and cells[0] == "姓名"
    )
    for nth, name in enumerate(NAMES):
        man = nth % 2 == 0
        row = [
            name, id_number(nth, man=man), DEPARTMENTS[nth % len(DEPARTMENTS)], "",
            "男" if man else "女", "", mobile(nth), f"person{nth:02}@example.org", "410005",
            "长河市沿江路 1 号", "白血病;细胞治疗" if nth % 3 == 0 else "", "",
            "2010-07+2018-06+长河市第一人民医院+住院医师||2018-07+至今+长河市第一人民医院+主治医师"
            if nth == 0 else "",
            "2005-09+2010-06+长河医学院+临床医学+本科+学士" if nth == 0 else "",
        ]  # fmt: skip
        match WRONG.get(nth):
            case "id":
                row[1] = row[1][:-1] + ("1" if row[1][-1] != "1" else "2")
            case "mobile":
                row[6] = "1390000"
            case "email":
                row[7] = "person17.example.org"
            case "name":
                row[0] = ""
        for column, value in enumerate(row, start=1):
            sheet.cell(first + 1 + nth, column, value or None).number_format = "@"
    book.save(path)
    return path
