"""The 14 columns of the account template, declared once. Source: seed 002; spec/domain.md §7.1.

The template that is written, the reader, the checks, the result workbook and the window all read
this table; a header is compared word for word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from app.roster import cells
from app.roster.templates import Column, Looked, Said
from app.words import Words

TITLE = "医学研究登记备案系统项目负责人账号申请模板"

LEVELS = ("高中", "专科", "本科", "硕士研究生", "博士研究生")
DEGREES = ("学士", "硕士", "博士")
SEXES = {"男": "男", "女": "女", "male": "男", "female": "女"}

PART_LENGTHS = {"employer": 200, "description": 1000, "school": 200, "major": 100}
"""The longest text of a part of the last two columns, by the fields of their rows."""
MOST_FIELDS, FIELD_LENGTH = 20, 100
"""Research fields in one cell, and characters of each."""
FULL_WIDTH = Words(
    "使用了全角分隔符，已按半角处理", "Full-width separators were read as half-width ones"
)

_PARTING = re.compile(r"[;；、，,\n]")
_OTHER_PARTING = re.compile(r"[、，,\n]")
_FIELDS_LENGTH = 500
_FIELDS_WORDS = Words("研究领域", "Research fields")


def research_fields(text: str) -> list[str]:
    """The research fields in a cell, whatever they are parted by."""
    parts = (part.strip() for part in _PARTING.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def _fields(text: str) -> Looked:
    said = []
    if "；" in text:
        said.append(Said("R31", {"what": FULL_WIDTH}))
    found = research_fields(text)
    if _OTHER_PARTING.search(text):
        said.append(Said("R33", {"n": len(found)}))
    longest = max(map(len, found), default=0)
    if longest > FIELD_LENGTH and len(text) <= _FIELDS_LENGTH:
        said.append(Said("R35", {"col": _FIELDS_WORDS, "n": FIELD_LENGTH, "length": longest}))
    return Looked(text, tuple(said))


def cleaned_number(text: str) -> Looked:
    """As typed, without blanks; what it says is judged with the whole row."""
    return Looked("".join(unicodedata.normalize("NFKC", text).split()).upper())


# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("姓名", "Name", "name", 50, "R01", cells.name, width=12, measured=False),
    Column("证件号码", "ID number", "id_number", 25, "R02", cleaned_number, width=22, private=True, strict=True, measured=False),
    Column("院系/科室", "Department", "department", 100, width=18),
    Column("职务", "Position", "position", 100, width=14),
    Column("性别", "Sex", "sex", 10, "", cells.one_of("R13", SEXES), width=8, pick=("男", "女")),
    Column("固定电话", "Landline", "landline", 30, "", cells.shaped("landline", "R15"), width=16, private=True),
    Column("移动电话", "Mobile", "mobile", 30, "R03", cells.shaped("mobile", "R11"), width=16, private=True, strict=True),
    Column("邮箱", "E-mail", "email", 100, "R04", cells.shaped("email", "R12"), width=28),
    Column("邮编", "Postcode", "postcode", 10, "", cells.shaped("postcode", "R16"), width=10),
    Column("地址", "Address", "address", 200, width=30),
    Column("研究领域", "Research fields", "research_fields", _FIELDS_LENGTH, "", _fields, width=26, lines=True),
    Column("密码", "Password", "", 30, width=14, private=True, measured=False),
    Column("工作经历", "Work history", "work_history", 4000, width=50, lines=True),
    Column("教育背景", "Education", "education", 4000, width=50, lines=True),
)
# fmt: on

WIDTH = len(COLUMNS)
HEADERS: tuple[str, ...] = tuple(c.header for c in COLUMNS)
(NAME, ID_NUMBER, DEPARTMENT, POSITION, SEX, LANDLINE, MOBILE, EMAIL, POSTCODE, ADDRESS,
 FIELDS, PASSWORD, WORK, EDUCATION) = range(WIDTH)  # fmt: skip

EXAMPLE: Sequence[str] = (
    "张三",
    "110105199003076435",
    "肿瘤内科",
    "主任",
    "男",
    "0731-84321000",
    "13900000000",
    "zhangsan@example.com",
    "410000",
    "长河市人民路1号",
    "肺癌;临床药理",
    "",
    "2005-04+2010-03+A医院外科+工作描述||2010-04+2019-03+B医院外科+工作描述",
    "2005-04+2010-03+北京大学+计算机科学与技术+本科+学士"
    "||2010-04+2019-03+天津大学+计算机科学与技术+硕士研究生+硕士",
)
"""A right row, shown on the sheet of explanations. The person is invented."""

RULES: Sequence[Words] = (
    Words(
        "该模板为系统标准模板，不得对模板行、列、单元格进行合并、删除或新增操作。",
        "This is the standard template: do not merge, delete or add rows, columns or cells.",
    ),
    Words(
        "姓名、邮箱、手机号、证件号码为必填项。",
        "Name, e-mail, mobile number and ID number are required.",
    ),
    Words("所有字段应填写文本格式。", "Every field is in text format."),
    Words(
        "工作经历填写规则：开始年月+结束年月+工作单位+工作经历，多个工作经历以双竖线分隔，"
        "例如“2005-04+2010-03+A医院外科+工作描述||2010-04+2019-03+B医院外科+工作描述”。",
        "Work history: start month+end month+employer+description; several are parted by ||.",
    ),
    Words(
        "教育背景填写规则：开始年月+结束年月+毕业学校+专业+学历+学位，多个教育背景以双竖线分隔，"
        "例如“2005-04+2010-03+北京大学+计算机科学与技术+本科+学士"
        "||2010-04+2019-03+天津大学+计算机科学与技术+硕士研究生+硕士”。"
        "学历：高中、专科、本科、硕士研究生、博士研究生。学位：学士、硕士、博士。",
        "Education: start month+end month+school+major+level+degree; several are parted by ||.",
    ),
    Words("性别：男、女 或 male、female。", "Sex: 男, 女, male or female."),
    Words(
        "密码列若为空：默认密码为姓名首字母缩写+_123456，例如，张三默认密码为 zs_123456。",
        "An empty password: the initials of the name + _123456, for 张三 zs_123456.",
    ),
    Words(
        "研究领域：多个研究领域之间以英文分号分隔。",
        "Research fields: several are parted by an English semicolon.",
    ),
)
"""The rules printed in the template (seed 002); the seed's “工学历” is a typing error for 学历."""
