"""A small form and records of it for paper: every kind of line, and characters that are hard."""

from __future__ import annotations

import datetime
import io
import re
from dataclasses import replace
from uuid import UUID

from pypdf import PdfReader

from app.forms.conditions import Is
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import YES_NO, Choices, Date, Decimal, Keywords, Pointer, Text, options
from app.record import Answers, Passage, Record
from app.words import Words

# fmt: off
FORM = Form("study", "医学研究登记备案表", "Filing of a study", 1, title_fields=("title",), pages=(
    Page("basic", "基本信息", "Basics", (
        Field("title", "医学研究题目", Text(), english="Title"),
        Field("acronym", "题目简写", Text(), english="Short title"),
        Field("pi", "项目负责人", Pointer("person"), english="Principal investigator"),
        Field("id_number", "证件号码", Text(), english="ID number", private=True),
        Field("funded", "有无经费", YES_NO, english="Funded"),
        Field("amount", "总经费", Decimal(Words("万元", "10k CNY")), only=Is("funded", "yes"),
              english="Budget"),
        Field("ways", "结果发布方式", Choices(options(
            ("paper", "学术论文发表", "Paper"), ("patent", "申请专利后公开", "After patent"),
        )), english="Ways"),
        Field("words", "关键词", Keywords(), english="Keywords"),
        Field("start", "开始日期", Date(), english="Start", short=True),
        Field("end", "结束日期", Date(), english="End", short=True),
    )),
    Page("content", "研究内容", "Content", (
        Field("content", "研究内容", Text(50_000, lines=5), english="Content"),
    )),
    Page("design", "研究设计", "Design", (
        Field("criteria", "纳入标准", Rows((Field("criterion", "纳入标准", Text(2000)),)),
              english="Inclusion criteria"),
        Field("arms", "研究分组信息", Rows(tuple(
            Field(f"arm{n}", label, Text(5000))
            for n, label in enumerate(
                ("分组名称", "样本量", "是否对照组", "干预措施", "类型", "用法", "描述")
            )
        )), english="Arms"),
        Field("sites", "参与单位", Rows((
            Field("name", "机构名称", Text()), Field("since", "启动日期", Date()),
        )), english="Sites"),
    )),
    Page("attach", "相关附件", "Attachments", (
        Field("protocol", "研究方案", Files(), english="Protocol"),
    )),
))
# fmt: on

PI, HE, ZHOU = (f"person:{UUID(int=n)}" for n in (1, 2, 3))
COMMITTEE = f"committee:{UUID(int=9)}"
NAMES = {PI: "李喆", HE: "何平", ZHOU: "周𬭊", COMMITTEE: "长河市第一人民医院伦理委员会"}
TITLE = "二甲双胍用于用户项目的随机、双盲、多中心临床研究"
AT = datetime.datetime(2026, 11, 21, 1, 2, tzinfo=datetime.UTC)


def answers(**changes: object) -> Answers:
    return {"title": TITLE, "pi": PI, "id_number": "11010519491231002X", "funded": "no"} | changes


def study(state: str = "draft", *, log: tuple[Passage, ...] = (), **changes: object) -> Record:
    parties = {"pi": (PI,), "ethics_committee": (COMMITTEE,), "ethics_reviewer": (HE, ZHOU)}
    return Record(
        UUID(int=42), "study", 1, state, revision=3, answers=answers(**changes),
        number="MR-43-26-000001", parties=parties, log=log,
    )  # fmt: skip


def passage(day: int, command: str, before: str, after: str, **said: object) -> Passage:
    by, name, role = (
        (PI, "李喆", "pi") if command == "submit" else ("person:s", "周静", "ethics_secretary")
    )
    at = f"2026-03-{day:02}T02:00:00+00:00"
    return Passage(at, command, by, name, role, before, after, day, dict(said))


REVIEWED = (
    passage(1, "submit", "draft", "ec_form", ethics_committee=COMMITTEE),
    passage(2, "return", "ec_form", "returned", reason="请补充数据安全监察计划。"),
    passage(3, "submit", "returned", "ec_form", ethics_committee=COMMITTEE),
    passage(4, "ec_pass", "ec_form", "ec_members", way="meeting", members=[HE, ZHOU]),
    passage(
        7, "ec_conclude", "ec_concl", "inst",
        decision="agree", approval_number="伦审〔2026〕研018号",
        approval_date="2026-03-07", approval_document={"d": {"name": "批件.pdf", "pages": 2}},
    ),
)  # fmt: skip


def opinion(member: str, text: str, *, state: str = "given") -> Record:
    given = Passage("2026-03-05T03:00:00+00:00", "give", member, NAMES[member], "ethics_member",
                    "asked", "given", 1)  # fmt: skip
    return Record(
        UUID(int=int(member[-1]) + 50), "opinion", 1, state, revision=1,
        answers={"opinion": "agree_after", "comments": text, "study_title": TITLE},
        parent=UUID(int=42), parties={"ethics_reviewer": (member,)},
        log=(given,) if state == "given" else (),
    )  # fmt: skip


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def text_of(pdf: bytes) -> str:
    """All text of a PDF without the breaks that lines and pages bring."""
    return squeezed("".join(pages_of(pdf)))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def with_state(record: Record, state: str) -> Record:
    return replace(record, state=state)
