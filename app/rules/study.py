"""Rules over several answers of a study. Source: spec/domain.md §2.11, by number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from app import lists
from app.forms.schema import Field, Rows
from app.forms.study import STUDY
from app.rules.rule import Case, Found, Rules
from app.words import Words

STUDY_RULES = Rules()
rule = STUDY_RULES.rule

PHYSICIANS = frozenset(
    ("chief_physician", "associate_chief_physician", "attending_physician", "physician",
     "assistant_physician")
)  # fmt: skip
"""The titles that make somebody a physician (V-12, seed 001)."""

NONE = "无"
SHAPES = {
    "chictr": r"ChiCTR(-[A-Z]{2,4})?-?\d{8,12}",
    "nih": r"NCT\d{8}",
    "cde": r"CTR\d{8}",
}
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def is_route(case: Case, *routes: str) -> bool:
    return case["cat.research_classification_level_2"] in routes


def amount(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


@rule(
    "V-05",
    "block",
    "已选择研究平台，请填写平台研究编号；没有编号请填“无”。",
    "A registry is chosen: please fill in the number there, or 无 (none).",
    "seed 001",
    at=("other.other_platform_records/other.platform_record_number",),
)
def _platform_without_number(case: Case) -> Iterator[str]:
    for at, row in case.rows("other.other_platform_records"):
        if row.get("other.platform_name") and not row.get("other.platform_record_number"):
            yield at + "other.platform_record_number"


@rule(
    "V-06",
    "warn",
    "研究编号格式与所选平台不符。",
    "The number does not have the form of that registry.",
    at=("other.other_platform_records/other.platform_record_number",),
)
def _number_of_another_shape(case: Case) -> Iterator[str]:
    for at, row in case.rows("other.other_platform_records"):
        number = row.get("other.platform_record_number")
        shape = SHAPES.get(row.get("other.platform_name", ""))
        if shape and isinstance(number, str) and number != NONE and not re.fullmatch(shape, number):
            yield at + "other.platform_record_number"


TEAM = "impl.team_members"


def titles_of_team(case: Case) -> dict[str, tuple[str, str | None]]:
    """Name and title of the investigator and of each member, by reference or else by row.

    What stands in somebody's own record counts before what was typed beside their name.
    """
    known = case.known.colleagues or {}
    found: dict[str, tuple[str, str | None]] = {}
    for ref in sorted(case.known.investigators or ()):
        if ref in known:
            found[ref] = (known[ref].name, known[ref].title)
    for at, row in case.rows("impl.team_members"):
        ref, title = str(row.get("person") or at), row.get("title")
        own = known[ref].title if ref in known else None
        found[ref] = (str(row.get("name") or ""), own or (title if isinstance(title, str) else ""))
    return found


def has_physician(case: Case) -> bool:
    titles = [title for _, title in titles_of_team(case).values()]
    return any(title in PHYSICIANS for title in (*titles, case.known.investigator_title))


def _who_might_count(case: Case) -> Found:
    """The investigator and the team, each with the title that stands in the way."""
    team = titles_of_team(case)
    none = Words("未填职称", "no title yet")
    told: list[Words] = []
    for name, title in team.values():
        entry = lists.entry("titles", title) if title else None
        words = entry.words if entry else none
        told.append(Words(f"{name}（{words.zh}）", f"{name} ({words.en})"))
    named = [words for words, (name, _) in zip(told, team.values(), strict=True) if name]
    if not named:
        return Found(TEAM, Words("", ""))
    zh = "、".join(words.zh for words in named)
    en = ", ".join(words.en for words in named)
    people = tuple(ref for ref in team if ref.startswith("person:"))
    return Found(TEAM, Words(f"现有：{zh}。", f"At present: {en}."), people)


@rule(
    "V-12",
    "block",
    "干预性研究需要有医师：请在个人信息或团队成员中填写医疗类职称。",
    "An interventional study needs a physician: fill in the title in the personal data.",
    "seed 001",
    at=(TEAM,),
)
def _no_physician(case: Case) -> Iterator[Found]:
    is_known = case.known.investigator_title is not None
    if is_route(case, "IIT-INT") and is_known and not has_physician(case):
        yield _who_might_count(case)


@rule(
    "V-12",
    "warn",
    "团队成员中没有医师：若项目负责人也不是医师，将不能提交。",
    "No member is a physician: unless the investigator is one, it cannot be submitted.",
    "seed 001",
    at=(TEAM,),
)
def _perhaps_no_physician(case: Case) -> Iterator[Found]:
    is_known = case.known.investigator_title is not None
    if is_route(case, "IIT-INT") and not is_known and not has_physician(case):
        yield _who_might_count(case)


@rule(
    "V-15",
    "warn",
    "各来源资金额度之和大于总经费。",
    "The sources add up to more than the total budget.",
    at=("basic.total_funds",),
)
def _more_than_the_budget(case: Case) -> Iterator[str]:
    total = amount(case["basic.total_funds"])
    given = (amount(r.get("basic.funding_amount")) for _, r in case.rows("basic.funding_repeat"))
    if total is not None and sum((a for a in given if a is not None), Decimal(0)) > total:
        yield "basic.total_funds"


@rule(
    "V-21",
    "warn",
    "同步注册中心的文件建议不超过 10 MB。",
    "Files for ChiCTR should not be above 10 MB.",
    at=("attach.consent_or_waiver_file/name",),
)
def _large_for_chictr(case: Case) -> Iterator[str]:
    for at, row in case.rows("attach.consent_or_waiver_file"):
        size = row.get("size")
        if case["basic.sync_platform"] == "chictr" and isinstance(size, int) and size > 10_000_000:
            yield at + "name"


def _english(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        if (
            field.pair_of
            or field.id == "basic.funding_source_english"
            or isinstance(field.type, Rows)
        ):
            yield field


def _twins() -> Iterator[str]:
    for field in _english(STUDY.fields()):
        if not isinstance(field.type, Rows):
            yield field.id
            continue
        inside = field.type.fields if field.pair_of else _english(field.type.fields)
        yield from (f"{field.id}/{f.id}" for f in inside if not isinstance(f.type, Rows))


TWINS = tuple(_twins())
"""Every answer that is to be in English."""


@rule(
    "V-23",
    "warn",
    "英文信息中含有中文字符。",
    "An English answer has Chinese characters.",
    at=TWINS,
)
def _chinese_in_english(case: Case) -> Iterator[str]:
    for twin in TWINS:
        group, _, inner = twin.partition("/")
        if not inner:
            yield from _chinese(twin, case[twin])
            continue
        for at, row in case.rows(group):
            yield from _chinese(at + inner, row.get(inner))


def _chinese(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and CJK.search(value):
        yield path


@rule(
    "V-27",
    "warn",
    "生物医学新技术临床研究请使用专门的备案模块。",
    "Studies of new biomedical technology are filed in a module of their own.",
    at=("cat.iit_product_attribute",),
)
def _new_technology(case: Case) -> Iterator[str]:
    if case["cat.iit_product_attribute"] == "new_technology":
        yield "cat.iit_product_attribute"


@rule(
    "V-28",
    "warn",
    "多中心研究由牵头单位填报，参与单位无需填报。",
    "The leading institution files a multi-centre study; participants do not.",
    "seed 001",
    at=("impl.organization_role",),
)
def _not_the_lead(case: Case) -> Iterator[str]:
    if case["impl.organization_role"] in (
        "international_participant", "china_parallel", "domestic_participant",
    ):  # fmt: skip
        yield "impl.organization_role"


@rule(
    "V-29",
    "warn",
    "手工输入的机构或负责人无法匹配，分中心登录后将看不到该项目。",
    "A typed institution or person is not matched: the site will not see the study.",
    "seed 001",
    at=(
        "impl.participating_organization_repeat/impl.branch_organization_name",
        "impl.participating_organization_repeat/impl.branch_user_name",
    ),
)
def _typed_not_picked(case: Case) -> Iterator[str]:
    for at, row in case.rows("impl.participating_organization_repeat"):
        for name, reference in (
            ("impl.branch_organization_name", "impl.branch_organization_id"),
            ("impl.branch_user_name", "impl.branch_user_id"),
        ):
            if row.get(name) and not row.get(reference):
                yield at + name


@rule(
    "V-30",
    "block",
    "参与单位重复。",
    "The same institution is named twice.",
    at=("impl.participating_organization_repeat/impl.branch_organization_name",),
)
def _site_twice(case: Case) -> Iterator[str]:
    seen = {case["cat.implementing_organization"]}
    for at, row in case.rows("impl.participating_organization_repeat"):
        name = row.get("impl.branch_organization_name")
        if name and name in seen:
            yield at + "impl.branch_organization_name"
        seen.add(name)


@rule(
    "V-37",
    "note",
    "风险超过最小风险的，应按干预性研究管理。",
    "Above minimal risk, it is managed as an interventional study.",
    at=("content.extra_inspection_measures",),
)
def _extra_measures_in_observation(case: Case) -> Iterator[str]:
    if is_route(case, "IIT-OBS") and case["content.extra_inspection_measures"] == "yes":
        yield "content.extra_inspection_measures"


@rule("V-44", "warn", "关键词重复。", "A keyword stands there twice.", at=("content.keywords",))
def _keyword_twice(case: Case) -> Iterator[str]:
    words = case["content.keywords"]
    if isinstance(words, list):
        folded = [str(word).strip().lower() for word in words]
        if len(set(folded)) < len(folded):
            yield "content.keywords"
