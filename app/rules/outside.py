"""Rules of a study that ask for more than its answers: people, institutions, earlier filings.

Each speaks only where `Known` holds what it asks for. Source: spec/domain.md §2.11, by number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.rules.rule import Case, Found, Rules
from app.rules.study import is_route
from app.words import Words

OUTSIDE_RULES = Rules()
rule = OUTSIDE_RULES.rule

TITLE = "basic.research_title"
INSTITUTION = "cat.implementing_organization"
COMMITTEE = "attach.ethicsCommitteeId"
SITES = "impl.participating_organization_repeat"
GROUPS = "design.research_groups"
FIRST_IN = "recruit.first_participant_enrollment_date"
STARTS = "basic.research_start_time"

TOP = ("3s", "3a")
GRADE_3 = (*TOP, "3b", "3c")
NOT_A_HOSPITAL = "na"
MOST_NAMED = 5
"""So many of what is missing are named; a list of all stands in the record itself."""
LEADS = (None, "international_lead", "china_lead", "domestic_lead")


def _is_not_filed(case: Case) -> bool:
    chosen, filed = case[COMMITTEE], case.known.filed_committees
    if not isinstance(chosen, str) or filed is None:
        return False
    found = filed.get(chosen)
    return found is None or (found.term_ends is not None and found.term_ends < case.today)


@rule(
    "V-04",
    "block",
    "所选伦理委员会尚未完成备案或已届满，请另选一个。",
    "The chosen ethics committee is not filed, or its term is over: please choose another.",
    at=(COMMITTEE,),
)
def _committee_not_filed(case: Case) -> Iterator[str]:
    if _is_not_filed(case) and not case.known.unfiled_is_allowed:
        yield COMMITTEE


@rule(
    "V-04",
    "warn",
    "所选伦理委员会尚未完成备案或已届满；本机构允许先行审查。",
    "The chosen ethics committee is not filed, or its term is over; the institution allows it.",
    at=(COMMITTEE,),
)
def _committee_not_filed_yet(case: Case) -> Iterator[str]:
    if _is_not_filed(case) and case.known.unfiled_is_allowed:
        yield COMMITTEE


@rule(
    "V-31",
    "warn",
    "负责人不属于所选机构。",
    "This person does not belong to the institution that is chosen.",
    at=(f"{SITES}/impl.branch_user_name",),
)
def _of_another_institution(case: Case) -> Iterator[str]:
    for at, row in case.rows(SITES):
        office = row.get("impl.branch_organization_id")
        belongs = (case.known.office_of or {}).get(str(row.get("impl.branch_user_id")))
        if office and belongs and belongs != office:
            yield at + "impl.branch_user_name"


def same_title(title: str) -> str:
    """A title without what does not tell two apart: width, case, spaces, punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title)).casefold()


@rule(
    "V-33",
    "warn",
    "本机构已有同名研究，请确认不是重复填报。",
    "The institution has filed a study of this title: please see that it is not filed twice.",
    at=(TITLE,),
)
def _title_stands_twice(case: Case) -> Iterator[str]:
    title, filed = case[TITLE], case.known.titles_filed or ()
    if isinstance(title, str) and same_title(title) in map(same_title, filed):
        yield TITLE


ODD = re.compile(r"[\u2e80-\u2fdf\ue000-\ufaff\ufffd\U0002f800-\U0002fa1f]")
"""Radicals, private and compatibility characters: look right, come from PDF files, are not."""


@rule(
    "V-33",
    "note",
    "题目中有不规范的汉字（多因从 PDF 复制），请重新输入这些字。",
    "The title has characters that only look like Chinese ones (pasted from a PDF file?): "
    "please type them again.",
    at=(TITLE,),
)
def _odd_characters(case: Case) -> Iterator[str]:
    if isinstance(case[TITLE], str) and ODD.search(case[TITLE]):
        yield TITLE


@rule(
    "V-34",
    "note",
    "项目名称请与伦理批件名称保持一致。",
    "The title should be that of the ethics approval.",
    at=(TITLE,),
)
def _not_the_approved_title(case: Case) -> Iterator[str]:
    approved, title = case.known.approved_title, case[TITLE]
    if approved and isinstance(title, str) and same_title(title) != same_title(approved):
        yield TITLE


@rule(
    "V-35",
    "warn",
    "超说明书或超范围使用的干预性研究一般由三级甲等医院开展。",
    "Off-label use in an interventional study is as a rule for hospitals of grade 3, class A.",
    at=(f"{GROUPS}/design.drug_out_of_guideline", f"{GROUPS}/design.device_out_of_scope"),
)
def _off_label_below_the_top(case: Case) -> Iterator[str]:
    grade = case.known.institution_grade
    if not grade or grade in TOP or not is_route(case, "IIT-INT"):
        return
    for at, row in case.rows(GROUPS):
        for field_id in ("design.drug_out_of_guideline", "design.device_out_of_scope"):
            if row.get(field_id) == "yes":
                yield at + field_id


@rule(
    "V-36",
    "warn",
    "干预性研究一般由三级医疗机构、设区的市级及以上卫生机构牵头开展。",
    "An interventional study is as a rule led by a hospital of grade 3 or a health institution "
    "of a city or above.",
    at=(INSTITUTION,),
)
def _led_from_below(case: Case) -> Iterator[str]:
    grade = case.known.institution_grade
    leads = case["impl.organization_role"] in LEADS
    if grade and grade not in (*GRADE_3, NOT_A_HOSPITAL) and leads and is_route(case, "IIT-INT"):
        yield INSTITUTION


@rule(
    "V-38",
    "block",
    "请先完善项目负责人的个人信息。",
    "Please complete the investigator's own record first.",
    "seed 001",
    at=(INSTITUTION,),
)
def _investigator_incomplete(case: Case) -> Iterator[Found]:
    own = case.known.investigator_record
    if own is None or not own.lacks:
        return
    first, more = own.lacks[:MOST_NAMED], len(own.lacks) - MOST_NAMED
    zh = "、".join(words.zh for words in first) + (f"等 {len(own.lacks)} 项" if more > 0 else "")
    en = ", ".join(words.en for words in first) + (f" and {more} more" if more > 0 else "")
    told = Words(f"{own.name}还需完善：{zh}。", f"{own.name} still needs: {en}.")
    # The answer that is taken from the investigator; it is mended in their own record only.
    yield Found(INSTITUTION, told, (own.person,), is_theirs=True)


@rule(
    "V-40",
    "note",
    "研究实施单位不是项目负责人所在单位；系统默认为项目负责人所在单位，不支持双聘。",
    "This is not the investigator's institution; a second employment is not supported.",
    at=(INSTITUTION,),
)
def _not_the_own_institution(case: Case) -> Iterator[str]:
    own, here = case.known.investigator_institution, case[INSTITUTION]
    if own and here and own != here:
        yield INSTITUTION


@rule(
    "V-42",
    "block",
    "第一例入组早于伦理批准日期。",
    "The first participant entered before the ethics approval.",
    at=(FIRST_IN,),
)
def _entered_before_approval(case: Case) -> Iterator[str]:
    approved = case.day("attach.ethicsApprovalTime") or case.known.ethics_approved_on
    first = case.day(FIRST_IN)
    if approved and first and first < approved:
        yield FIRST_IN


@rule(
    "V-42",
    "warn",
    "研究开始早于伦理批准日期。",
    "The study starts before the ethics approval.",
    at=(STARTS,),
)
def _starts_before_approval(case: Case) -> Iterator[str]:
    approved = case.day("attach.ethicsApprovalTime") or case.known.ethics_approved_on
    start = case.day(STARTS)
    if approved and start and start < approved:
        yield STARTS
