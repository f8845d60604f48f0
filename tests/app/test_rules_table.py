"""Every rule in a table: what breaks it, where it points, and what just keeps it.

A line reads: the rule, what a person did, where the program points, the answers that break it,
and the nearest answers that keep it. All are changes to a whole right study, committee, person
or institution; a path set to None is taken away. Broken, exactly this rule speaks, at exactly
this path; kept, it is silent.
"""

# ruff: noqa: E501 -- tables, one case a line

from __future__ import annotations

import copy
import datetime
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.answers import Problem
from app.forms import FORMS
from app.record import Answers
from app.rules import (
    KEPT_ELSEWHERE,
    RULES,
    STEP_RULES,
    FiledCommittee,
    Known,
    OwnRecord,
    Rule,
    examine,
    examine_step,
)
from app.words import Words
from tests.builders import (
    INVESTIGATOR,
    OFFICE,
    OTHER_INVESTIGATOR,
    OTHER_OFFICE,
    document,
    right_answers,
)

TODAY = datetime.date(2026, 11, 21)
NOTHING = Known()


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    rule: str
    """Number and level: `V-07 block`."""
    about: str
    """What was done; with “；” also what is done when it is kept."""
    at: str
    """The path at which it is told."""
    broken: Answers = field(default_factory=dict)
    kept: Answers = field(default_factory=dict)
    known: Known = NOTHING
    known_kept: Known | None = None
    """What is known when it is kept; the same unless said."""
    form: str = "study"


def changed(form_id: str, changes: Answers) -> Answers:
    """Right answers with some paths changed; None takes one away."""
    answers = copy.deepcopy(right_answers(form_id))
    for path, value in changes.items():
        *groups, last = path.split("/")
        node = answers
        for group in groups:
            node = node.setdefault(group, {})
        node[last] = value
        if value is None:
            del node[last]
    return answers


def told(problems: list[Problem], form: str = "") -> set[tuple[str, str]]:
    """Which rule speaks, and where; of what is missing, the rule whose sentence is told."""
    lent = {r.message: r.id for r in RULES.get(form, ()) if r.instead}
    return {(f"{lent.get(p.message, p.rule)} {p.level}", p.path) for p in problems}


def asked(line: Line, changes: Answers, known: Known) -> set[tuple[str, str]]:
    """What is told, but for what the form itself asks on another route that a line takes."""
    answers = changed(line.form, changes)
    found = examine(FORMS[line.form], answers, today=TODAY, known=known)
    return {(by, at) for by, at in told(found, line.form) if by != "V-01 block"}


# -- the table of the study -----------------------------------------------------------------

CHICTR = {"basic.sync_platform": "chictr"}
ARM = "design.research_groups/g0000001/"
SITE = "impl.participating_organization_repeat/b0000001/"
PLATFORM = "other.other_platform_records/p/"
NUMBER = PLATFORM + "other.platform_record_number"
CONSENT = "attach.consent_or_waiver_file"
DRUG = {
    "cat.research_classification_level_1": "registration",
    "cat.research_classification_level_2": "REG-DRUG",
}
OBSERVES = {"cat.research_classification_level_2": "IIT-OBS"}
DIAGNOSES = DRUG | {
    "cat.research_classification_level_2": "REG-IVD",
    "design.study_design": "diagnostic",
    "design.diagnostic_target_sample_size": 60,
}
NURSE = {
    "impl.team_members/t0000001/title": "chief_nurse",
    "impl.team_members/t0000001/title_class": "nursing",
}
RECRUITS = {"recruit.recruitment_status": "recruiting"}
SMALL = {"design.study_design": "non_randomised"}
COMMITTEE = "committee:66666666-6666-4666-8666-666666666666"
CHOSEN = {"attach.ethicsCommitteeId": COMMITTEE}
TITLE = "二甲双胍缓释片两种剂量治疗2型糖尿病的随机对照研究"
OFF_LABEL = {ARM + "design.drug_out_of_guideline": "yes"}
SHA = document("研究方案.pdf")["sha256"]


def platform(name: str, number: str | None = None) -> Answers:
    return {PLATFORM + "other.platform_name": name} | ({NUMBER: number} if number else {})


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def filed(ends: str | None = None, institution: str = OFFICE) -> dict[str, FiledCommittee]:
    return {COMMITTEE: FiledCommittee(institution, day(ends) if ends else None)}


def consent(name: str, size: int = 1_000) -> Answers:
    return {CONSENT: {"x": document(name) | {"size": size}}}


STUDY = [
    # Other registries
    Line("V-05 block", "选了平台，没填编号", NUMBER, platform("nih"), platform("nih", "无")),
    Line("V-06 warn", "NCT 号少了数字", NUMBER, platform("nih", "NCT123"), platform("nih", "NCT12345678")),
    Line("V-06 warn", "ChiCTR 平台填了 NCT 号", NUMBER, platform("chictr", "NCT12345678"), platform("chictr", "ChiCTR2400084905")),
    Line("V-06 warn", "ChiCTR 旧号少了数字", NUMBER, platform("chictr", "ChiCTR-TRC-1000"), platform("chictr", "ChiCTR-TRC-10001234")),
    Line("V-06 warn", "药物平台号少了数字；无号可填“无”", NUMBER, platform("cde", "CTR2026"), platform("cde", "无")),
    # Dates
    Line("V-07 block", "研究结束早于开始一天", "basic.research_complete_time", {"basic.research_complete_time": "2027-01-31", "basic.recruiting_start_time": "2027-02-01", "basic.recruiting_end_time": None}, {"basic.research_complete_time": "2027-02-01", "basic.recruiting_start_time": "2027-02-01", "basic.recruiting_end_time": None}),
    Line("V-07 block", "征募结束早于开始一天", "basic.recruiting_end_time", {"basic.recruiting_end_time": "2027-02-14"}, {"basic.recruiting_end_time": "2027-02-15"}),
    Line("V-08 warn", "研究开始前一天就征募", "basic.recruiting_start_time", {"basic.recruiting_start_time": "2027-01-31"}, {"basic.recruiting_start_time": "2027-02-01"}),
    Line("V-08 warn", "研究结束后还征募", "basic.recruiting_end_time", {"basic.recruiting_end_time": "2029-02-01"}, {"basic.recruiting_end_time": "2029-01-31"}),
    Line("V-09 warn", "征募前一天签知情同意", "design.first_consent_expected_date", {"design.first_consent_expected_date": "2027-02-14"}, {"design.first_consent_expected_date": "2027-02-15"}),
    Line("V-09 warn", "伦理批准前签知情同意", "design.first_consent_expected_date", {"attach.ethicsApprovalTime": "2027-01-31", "design.first_consent_expected_date": "2027-01-30", "basic.recruiting_start_time": None}, {"attach.ethicsApprovalTime": "2027-01-31", "design.first_consent_expected_date": "2027-01-31", "basic.recruiting_start_time": None}),
    Line("V-41 warn", "距开始 29 天", "basic.research_start_time", {"basic.research_start_time": "2026-12-20"}, {"basic.research_start_time": "2026-12-21"}),
    Line("V-42 block", "第一例在伦理批准前入组", "recruit.first_participant_enrollment_date", RECRUITS | {"recruit.first_participant_enrollment_date": "2026-09-30", "attach.ethicsApprovalTime": "2026-10-01"}, RECRUITS | {"recruit.first_participant_enrollment_date": "2026-10-01", "attach.ethicsApprovalTime": "2026-10-01"}),
    Line("V-42 block", "同上，批准日期由登记中心得知", "recruit.first_participant_enrollment_date", RECRUITS | {"recruit.first_participant_enrollment_date": "2026-09-30"}, RECRUITS | {"recruit.first_participant_enrollment_date": "2026-09-30"}, Known(ethics_approved_on=day("2026-10-01")), NOTHING),
    Line("V-42 warn", "研究开始早于伦理批准", "basic.research_start_time", {"attach.ethicsApprovalTime": "2027-02-02"}, {"attach.ethicsApprovalTime": "2027-02-01"}),
    # Participants
    Line("V-10 block", "最大 17 岁，最小 18 岁", "design.maximum_age_value", {"design.maximum_age_value": 17, "design.vulnerable_group": "yes", "design.vulnerable_group_type": ["children"]}, {"design.maximum_age_value": 18}),
    Line("V-10 block", "最大 200 个月，最小 18 岁", "design.maximum_age_value", {"design.maximum_age_unit": "month", "design.maximum_age_value": 200, "design.vulnerable_group": "yes", "design.vulnerable_group_type": ["children"]}, {"design.maximum_age_unit": "month", "design.maximum_age_value": 217}),
    Line("V-10 block", "孕周只与孕周比较", "design.maximum_age_value", {"design.minimum_age_unit": "gestational_week", "design.minimum_age_value": 30, "design.maximum_age_unit": "gestational_week", "design.maximum_age_value": 29}, {"design.maximum_age_unit": "gestational_week", "design.maximum_age_value": 29}),
    Line("V-11 warn", "12 岁起，没有勾选儿童", "design.vulnerable_group", {"design.minimum_age_value": 12}, {"design.minimum_age_value": 12, "design.vulnerable_group": "yes", "design.vulnerable_group_type": ["children"]}),
    Line("V-12 block", "负责人和成员都不是医师", "impl.team_members", NURSE, NURSE, Known(""), Known("physician")),
    Line("V-12 block", "负责人是教授，没有医师；成员有主任医师", "impl.team_members", NURSE, {}, Known("professor")),
    Line("V-12 warn", "成员没有医师，负责人职称未知", "impl.team_members", NURSE, {}),
    Line("V-24 warn", "昨天已开始征募，仍选预填报", "basic.registration_status", CHICTR | {"basic.registration_status": "prospective", "basic.recruiting_start_time": "2026-11-21", "basic.research_start_time": "2026-11-01"}, CHICTR | {"basic.registration_status": "prospective", "basic.recruiting_start_time": "2026-11-22", "basic.research_start_time": "2026-11-01"}),
    Line("V-24 warn", "正在招募，仍选预填报", "basic.registration_status", CHICTR | RECRUITS | {"basic.registration_status": "prospective"}, CHICTR | RECRUITS | {"basic.registration_status": "retrospective"}),
    Line("V-32 block", "第一例入组在明天", "recruit.first_participant_enrollment_date", RECRUITS | {"recruit.first_participant_enrollment_date": "2026-11-22"}, RECRUITS | {"recruit.first_participant_enrollment_date": "2026-11-21"}),
    Line("V-32 block", "最后一例早于第一例", "recruit.last_participant_exit_date", RECRUITS | {"recruit.first_participant_enrollment_date": "2026-05-02", "recruit.last_participant_exit_date": "2026-05-01"}, RECRUITS | {"recruit.first_participant_enrollment_date": "2026-05-02", "recruit.last_participant_exit_date": "2026-05-02"}),
    # Design
    Line("V-13 warn", "两组 60+60，总数 121", "design.total_sample_size", {"design.total_sample_size": 121}, {"design.total_sample_size": 120}),
    Line("V-13 warn", "诊断：目标 60 + 混淆 61，总数 120", "design.total_sample_size", DIAGNOSES | {"design.diagnostic_confusable_sample_size": 61}, DIAGNOSES | {"design.diagnostic_confusable_sample_size": 60}),
    Line("V-14 block", "一组 0 人", ARM + "design.group_sample_size", {ARM + "design.group_sample_size": 0, "design.total_sample_size": 60}, {ARM + "design.group_sample_size": 1, "design.total_sample_size": 61}),
    Line("V-16 block", "随机对照试验选了不随机", "design.random_group", {"design.random_group": "no"}, SMALL | {"design.random_group": "no"}),
    Line("V-17 block", "没有主要指标", "design.measurement_indicators", {"design.measurement_indicators/m0000001/design.indicator_type_level_1": "secondary"}, {"design.measurement_indicators/m0000002/design.indicator_type_level_1": "primary"}),
    Line("V-18 warn", "随机对照试验没有对照组", "design.research_groups", {"design.research_groups/g0000002/design.control_group_flag": "no"}, SMALL | {"design.research_groups/g0000002/design.control_group_flag": "no"}),
    Line("V-18 warn", "随机对照试验只有一组", "design.research_groups", {"design.research_groups/g0000001": None, "design.total_sample_size": 60}, SMALL | {"design.research_groups/g0000001": None, "design.total_sample_size": 60}),
    Line("V-35 warn", "二级医院超说明书用药", ARM + "design.drug_out_of_guideline", OFF_LABEL, OFF_LABEL, Known(institution_grade="3b"), Known(institution_grade="3a")),
    Line("V-35 warn", "三级乙等医院超范围用器械", ARM + "design.device_out_of_scope", {ARM + "design.marketed_product_type": "device", ARM + "design.device_out_of_scope": "yes"}, {ARM + "design.marketed_product_type": "device", ARM + "design.device_out_of_scope": "no"}, Known(institution_grade="3b")),
    Line("V-35 warn", "机构等级未知则不说", ARM + "design.drug_out_of_guideline", OFF_LABEL, OFF_LABEL, Known(institution_grade="3c"), NOTHING),
    # Money, words
    Line("V-15 warn", "来源合计 30.5 万，总经费 30.49 万", "basic.total_funds", {"basic.total_funds": "30.49"}, {"basic.total_funds": "30.50"}),
    Line("V-44 warn", "关键词只差大小写和空格", "content.keywords", {"content.keywords": ["剂量", "Dose", "dose "]}, {"content.keywords": ["剂量", "Dose", "doses"]}),
    Line("V-23 warn", "英文题目里有中文", "basic.scientific_title", CHICTR | {"basic.scientific_title": "A study of 二甲双胍"}, CHICTR | {"basic.scientific_title": "Dose of metformin – α/β"}),
    Line("V-23 warn", "英文组名是中文", ARM + "design.group_name_english", CHICTR | {ARM + "design.group_name_english": "高剂量"}, CHICTR | {ARM + "design.group_name_english": "High dose"}),
    Line("V-23 warn", "英文纳入标准是中文", "design.inclusion_criteria_english/x/design.inclusion_criterion_english", CHICTR | {"design.inclusion_criteria_english/x/design.inclusion_criterion_english": "成人"}, CHICTR | {"design.inclusion_criteria_english/x/design.inclusion_criterion_english": "Adult"}),
    Line("V-33 warn", "同名研究，只差空格和全角", "basic.research_title", {}, {}, Known(titles_filed=frozenset({TITLE.replace("2", "２ ")})), Known(titles_filed=frozenset({TITLE + "（二期）"}))),
    Line("V-33 note", "题目里有康熙部首“⽤”", "basic.research_title", {"basic.research_title": "两种剂量⽤药的比较"}, {"basic.research_title": "两种剂量用药的比较"}),
    Line("V-34 note", "题目与批件不同", "basic.research_title", {}, {}, Known(approved_title="二甲双胍一种剂量的研究"), Known(approved_title=f" {TITLE}。")),
    # Category, institutions, people
    Line("V-26 warn", "批件满 3 年又一天，没有说明", "cat.nmpa_date", DRUG | {"cat.nmpa_date": "2023-11-20"}, DRUG | {"cat.nmpa_date": "2023-11-22"}),
    Line("V-26 warn", "批件过期，已传说明", "cat.nmpa_date", DRUG | {"cat.nmpa_date": "2023-11-20"}, DRUG | {"cat.nmpa_date": "2023-11-20", "attach.other_files": {"x": document("说明.pdf")}}),
    Line("V-27 warn", "生物医学新技术", "cat.iit_product_attribute", {"cat.iit_product_attribute": "new_technology"}, {"cat.iit_product_attribute": "none"}),
    Line("V-28 warn", "本机构是参与单位", "impl.organization_role", {"impl.organization_role": "domestic_participant"}, {"impl.organization_role": "domestic_lead"}),
    Line("V-29 warn", "参与单位是手工输入", SITE + "impl.branch_organization_name", {SITE + "impl.branch_organization_id": None}),
    Line("V-29 warn", "分中心负责人是手工输入", SITE + "impl.branch_user_name", {SITE + "impl.branch_user_id": None}),
    Line("V-30 block", "参与单位就是本机构", SITE + "impl.branch_organization_name", {SITE + "impl.branch_organization_name": "长河市第一人民医院"}, {SITE + "impl.branch_organization_name": "长河市第二人民医院"}),
    Line("V-31 warn", "负责人是另一机构的人", SITE + "impl.branch_user_name", {}, {}, Known(office_of={OTHER_INVESTIGATOR: OFFICE}), Known(office_of={OTHER_INVESTIGATOR: OTHER_OFFICE})),
    Line("V-31 warn", "负责人的单位未知则不说", SITE + "impl.branch_user_name", {}, {}, Known(office_of={OTHER_INVESTIGATOR: OFFICE}), Known(office_of={})),
    Line("V-36 warn", "二级医院牵头干预性研究", "cat.implementing_organization", {}, {}, Known(institution_grade="2a"), Known(institution_grade="3c")),
    Line("V-36 warn", "二级医院只是参与；疾控中心不分等级", "cat.implementing_organization", {}, {}, Known(institution_grade="ungraded"), Known(institution_grade="na")),
    Line("V-37 note", "观察性研究有额外检查", "content.extra_inspection_measures", OBSERVES | {"content.extra_inspection_measures": "yes", "content.extra_measure_name": "心脏超声"}, OBSERVES | {"content.extra_inspection_measures": "no"}),
    Line("V-38 block", "负责人的个人信息不全", "cat.implementing_organization", {}, {}, Known(investigator_record=OwnRecord(INVESTIGATOR, "何平", (Words("职称", "Title"),))), Known(investigator_record=OwnRecord(INVESTIGATOR, "何平"))),
    Line("V-40 note", "实施单位不是负责人所在单位", "cat.implementing_organization", {}, {}, Known(investigator_institution="长河省中医院"), Known(investigator_institution="长河市第一人民医院")),
    # Committee and documents
    Line("V-04 block", "所选伦理委员会没有备案", "attach.ethicsCommitteeId", CHOSEN, CHOSEN, Known(filed_committees={}), Known(filed_committees=filed())),
    Line("V-04 block", "所选伦理委员会昨天届满", "attach.ethicsCommitteeId", CHOSEN, CHOSEN, Known(filed_committees=filed("2026-11-20")), Known(filed_committees=filed("2026-11-21"))),
    Line("V-04 warn", "没有备案，但本机构允许", "attach.ethicsCommitteeId", CHOSEN, CHOSEN, Known(filed_committees={}, unfiled_is_allowed=True), Known(filed_committees=filed(), unfiled_is_allowed=True)),
    Line("V-19 block", "没有知情同意书", CONSENT, {CONSENT: None}),
    Line("V-19 warn", "要知情同意，附了豁免申请书", f"{CONSENT}/x/name", consent("豁免知情同意申请书.pdf"), {CONSENT: {"x": document("豁免知情同意申请书.pdf"), "y": document("知情同意书.pdf")}}),
    Line("V-19 warn", "免除知情同意，附了同意书", f"{CONSENT}/x/name", {"design.exempt_consent": "yes"} | consent("知情同意书.pdf"), {"design.exempt_consent": "yes"} | consent("知情同意豁免申请书.pdf")),
    Line("V-20 block", "附了 Word 文件", f"{CONSENT}/x/name", consent("知情同意书.docx"), consent("知情同意书 V1.0")),
    Line("V-20 block", "文件名是 PDF，内容不是", "attach.research_protocol_file/a0000001/name", {}, {}, Known(not_pdf=frozenset({SHA})), Known(not_pdf=frozenset())),
    Line("V-21 warn", "同步注册中心，文件超过 10 MB", f"{CONSENT}/x/name", CHICTR | consent("知情同意书.pdf", 10_000_001), CHICTR | consent("知情同意书.pdf", 10_000_000)),
    Line("V-22 block", "没有研究方案", "attach.research_protocol_file", {"attach.research_protocol_file": None}),
]  # fmt: skip


# -- committees, people, places ---------------------------------------------------------------

M = "members/k000000"


def of(form: str, *lines: tuple[Any, ...]) -> list[Line]:
    return [Line(*line, form=form) for line in lines]


def all_members(key: str, value: str, *, but: int = 0) -> Answers:
    return {f"{M}{n}/{key}": value for n in range(1, 9) if n != but}


BRANCH = {"branch": "branch", "main_committee": COMMITTEE}
TRAINED = frozenset(f"person:{n:08}-5555-4555-8555-555555555555" for n in range(1, 9))
SECOND = "person:00000002-5555-4555-8555-555555555555"
OVER = {f"{M}4/term_to": "2026-11-20"}
ONE_MORE = {
    f"{M}9": right_answers("committee")["members"]["k0000007"]
    | {"person": "person:00000009-5555-4555-8555-555555555555"}
}
STEM = {"scope": ["stem_cell"]}
ETHICS, ACADEMIC = (
    right_answers("stem_cell")[name] for name in ("ethics_committee", "academic_committee")
)
CHAIR_OVER = {
    f"{M}2/term_to": "2026-11-20", f"{M}4/duty": "vice_chair", f"{M}5/field": "law",
    f"{M}7/field": "medicine", f"{M}9": right_answers("committee")["members"]["k0000007"]
    | {"person": "person:00000009-5555-4555-8555-555555555555"},
}  # fmt: skip
SCIENCE = {"science_ethics": "yes"}
AUTONOMOUS = Known(in_autonomous_area=True)
COMMITTEES = of(
    "committee",
    ("K1 block", "在任 6 人（秘书不计）", "members", {f"{M}4": None}),
    ("K1 block", "有一人届满，在任 6 人", "members", OVER, OVER | ONE_MORE),
    ("K2 block", "全是男性", "members", all_members("sex", "male"), all_members("sex", "male", but=5)),
    ("K3 block", "全是本单位的人", "members", all_members("source", "own"), all_members("source", "own", but=5)),
    ("K4 block", "没有法学委员", "members", {f"{M}5/field": "medicine"}, {f"{M}5/field": "law"}),
    ("K4 warn", "没有生命伦理学委员", "members", {f"{M}6/field": "lay"}, {f"{M}6/field": "bioethics"}),
    ("K5 block", "两名主任委员", "members", {f"{M}4/duty": "chair"}, {f"{M}4/duty": "vice_chair"}),
    ("K5 block", "没有秘书", "members", {f"{M}1/duty": "member"}, {f"{M}1/duty": "secretary"}),
    ("K5 block", "没有秘书；有委员兼秘书", "members", {f"{M}1/duty": "member"}, {f"{M}1/duty": "member_secretary"}),
    ("K5 block", "主任委员已届满", "members", {f"{M}3/duty": "member"} | CHAIR_OVER, {f"{M}3/duty": "chair"} | CHAIR_OVER),
    ("K5 warn", "没有副主任委员", "members", {f"{M}3/duty": "member"}, {f"{M}3/duty": "vice_chair"}),
    ("K6 block", "任期 7 年", f"{M}3/term_to", {f"{M}3/term_to": "2031-12-31"}, {f"{M}3/term_to": "2029-12-31"}),
    ("K6 block", "任期 5 年又一天", f"{M}3/term_to", {f"{M}3/term_to": "2030-01-02"}, {f"{M}3/term_to": "2030-01-01"}),
    ("K6 block", "任期结束早于开始", f"{M}3/term_to", {f"{M}3/term_to": "2024-12-31"}, {f"{M}3/term_to": "2025-01-02"}),
    ("K6 note", "任期还有 90 天", f"{M}3/term_to", {f"{M}3/term_to": "2027-02-19"}, {f"{M}3/term_to": "2027-02-20"}),
    ("K6 warn", "秘书任期昨天届满", f"{M}1/term_to", {f"{M}1/term_to": "2026-11-20"}, {f"{M}1/term_to": "2026-11-21"}),
    ("K7 note", "科技伦理委员会有偶数委员", "members", ONE_MORE | SCIENCE, SCIENCE),
    ("K8 block", "同一人列了两次", f"{M}3/name", {f"{M}3/person": SECOND}),
    ("M-01 block", "委员姓名是手工输入的", f"{M}3/name", {f"{M}3/person": None}),
    ("K8 note", "也在学术委员会任职", f"{M}2/name", {}, {}, Known(in_other_committees=frozenset({SECOND})), NOTHING),
    ("K9 block", "主会没有备案", "main_committee", BRANCH, BRANCH, Known(filed_committees={}), Known(filed_committees=filed())),
    ("K9 block", "主会属于别的机构", "main_committee", BRANCH, BRANCH, Known(filed_committees=filed(institution=OTHER_OFFICE), own_institution=OFFICE), NOTHING),
    ("K11 warn", "一名委员没有培训证书等文件", f"{M}2/documents", {f"{M}2/documents": None}, {f"{M}2/documents": {"x": document("GCP证书.pdf")}}),
    ("K11 warn", "没有文件，本人记录中有无证书", f"{M}2/documents", {f"{M}2/documents": None}, {f"{M}2/documents": None}, Known(trained=TRAINED - {SECOND}), Known(trained=TRAINED)),
    ("K12 note", "民族自治地方没有少数民族委员", "members", {f"{M}3/minority": "no"}, {f"{M}3/minority": "yes"}, AUTONOMOUS, AUTONOMOUS),
    ("K13 warn", "审查干细胞研究，没有管理学或社会学委员", "members", STEM, STEM | {f"{M}7/field": "sociology"}),
    ("V-20 block", "章程是图片", "charter_document/h0000001/name", {"charter_document/h0000001/name": "章程.jpg"}),
)  # fmt: skip
STEM_CELLS = of(
    "stem_cell",
    ("S-01 block", "三级乙等医院", "grade", {"grade": "3b"}, {"grade": "3s"}),
    ("S-02 block", "登记的等级是二级", "grade", {}, {}, Known(institution_grade="2a"), Known(institution_grade="3a")),
    ("S-03 block", "伦理委员会没有备案", "ethics_committee", {}, {}, Known(filed_committees={}), Known(filed_committees={ETHICS: FiledCommittee(OFFICE)}, own_institution=OFFICE)),
    ("S-03 block", "伦理委员会属于别的机构", "ethics_committee", {}, {}, Known(filed_committees={ETHICS: FiledCommittee(OTHER_OFFICE)}, own_institution=OFFICE), NOTHING),
    ("S-04 block", "学术委员会已停用", "academic_committee", {}, {}, Known(academic_committees={}), Known(academic_committees={ACADEMIC: OFFICE}, own_institution=OFFICE)),
    ("S-04 block", "学术委员会属于别的机构", "academic_committee", {}, {}, Known(academic_committees={ACADEMIC: OTHER_OFFICE}, own_institution=OFFICE), NOTHING),
    ("S-05 block", "执业许可证昨天到期", "licence_valid_to", {"licence_valid_to": "2026-11-20"}, {"licence_valid_to": "2026-11-21"}),
    ("V-20 block", "诚信承诺书是照片", "pledge_document/q0000001/name", {"pledge_document/q0000001/name": "承诺书.jpg"}),
)  # fmt: skip
ACADEMIC_COMMITTEES = of(
    "academic_committee",
    ("V-20 block", "任命文件是照片", "appointment_document/x/name", {"appointment_document": {"x": document("任命.png")}}, {"appointment_document": {"x": document("任命.pdf")}}),
)  # fmt: skip
PEOPLE = of(
    "person",
    ("P-01 block", "身份证校验位不对", "id_number", {"id_number": "110101198003073016"}),
    ("P-01 block", "护照不按身份证检查", "id_number", {"id_number": "11010119800307301"}, {"id_kind": "passport", "id_number": "E12345678"}),
    ("P-02 warn", "号码是男，选了女", "sex", {"sex": "female"}),
    ("P-03 warn", "出生日期与号码差一天", "birth_date", {"birth_date": "1980-03-08"}),
    ("P-04 block", "毕业早于入学", "education/u0000001/end", {"education/u0000001/end": "1998-08"}, {"education/u0000001/end": "1998-09"}),
    ("V-20 block", "证书是照片", "certificates/c0000001/document/d0000001/name", {"certificates/c0000001/document/d0000001/name": "GCP证书.JPG"}),
)  # fmt: skip
PLACES = of(
    "institution",
    ("I-01 warn", "信用代码校验位不对", "uscc", {"uscc": "12430000MB0X123451"}),
    ("I-02 warn", "执业许可证昨天到期", "licence_valid_to", {"licence_valid_to": "2026-11-20"}, {"licence_valid_to": "2026-11-21"}),
    ("V-20 block", "执业许可证是 Word 文件", "licence_document/x/name", {"licence_document": {"x": document("许可证.doc")}}, {"licence_document": {"x": document("许可证.pdf")}}),
)  # fmt: skip
TABLE = [*STUDY, *COMMITTEES, *ACADEMIC_COMMITTEES, *STEM_CELLS, *PEOPLE, *PLACES]


def name(line: Line) -> str:
    return f"{line.form}-{line.rule.replace(' ', '-')}-{line.about}"


@pytest.mark.parametrize("line", TABLE, ids=name)
def test_broken_exactly_this_rule_speaks_at_this_place(line: Line) -> None:
    known = line.known if line.known_kept is None else line.known_kept
    quiet = asked(line, line.kept, known)

    assert asked(line, line.broken, line.known) - quiet == {(line.rule, line.at)}


@pytest.mark.parametrize("line", TABLE, ids=name)
def test_kept_the_rule_is_silent(line: Line) -> None:
    known = line.known if line.known_kept is None else line.known_kept

    assert line.rule not in {rule for rule, _ in asked(line, line.kept, known)}


# -- what is said for a step --------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One line about a step: as above, with what is said for it."""

    command: str
    rule: str
    about: str
    at: str
    broken: Answers
    kept: Answers
    known: Known = NOTHING
    known_kept: Known | None = None


def members(*numbers: int, way: str = "meeting") -> Answers:
    return {"way": way, "members": [f"person:{n:08}-5555-4555-8555-555555555555" for n in numbers]}


def board(*opinions: str, of_all: int = 7, way: str = "meeting") -> Known:
    given = {f"person:{n}": opinion for n, opinion in enumerate(opinions)}
    return Known(way=way, opinions=given, members_in_office=of_all)


AGREE = {"decision": "agree"}
FOUR = ("agree",) * 4
STEPS = [
    Said("ec_pass", "V-39 block", "负责人审自己的项目", "members", members(2, 3), members(3, 4), Known(investigators=frozenset({SECOND}))),
    Said("ac_pass", "V-39 block", "学术审查也一样", "members", members(2), members(3), Known(investigators=frozenset({SECOND}))),
    Said("ec_pass", "K14 block", "团队成员是委员", "members", {"way": "meeting", "members": [INVESTIGATOR]}, members(3)),
    Said("ec_pass", "K14 block", "分中心负责人是委员", "members", {"way": "meeting", "members": [OTHER_INVESTIGATOR]}, members(3)),
    Said("ac_pass", "K14 block", "团队成员是学术委员", "members", {"members": [INVESTIGATOR]}, members(3)),
    Said("ec_pass", "K15 block", "简易程序只有一名委员", "members", members(3, way="expedited"), members(3, 4, way="expedited")),
    Said("ec_conclude", "K15 block", "7 人中 3 人到会", "decision", AGREE, AGREE, board(*FOUR[:3]), board(*FOUR)),
    Said("ec_conclude", "K15 block", "到会 5 人，只有 3 人同意", "decision", AGREE, AGREE, board(*FOUR[:3], "again", "again"), board(*FOUR, "again")),
    Said("ec_conclude", "K15 block", "回避的不算到会", "decision", AGREE, AGREE, board(*FOUR[:3], "withdraw"), board(*FOUR, "withdraw")),
    Said("ec_conclude", "K15 block", "8 人中 4 人不过半数", "decision", AGREE, AGREE, board(*FOUR, of_all=8), board(*FOUR, of_all=7)),
    Said("ec_conclude", "K15 warn", "简易程序两名委员意见不一", "decision", AGREE, AGREE, board("agree", "again", way="expedited"), board("agree", "agree", "withdraw", way="expedited")),
    Said("ec_conclude", "K15 block", "委员人数未知则不说", "decision", AGREE, AGREE, board("agree"), Known(way="meeting")),
]  # fmt: skip


def asked_of(line: Said, said: Answers, known: Known) -> set[tuple[str, str]]:
    answers = right_answers("study")
    return told(examine_step("study", line.command, said, answers, today=TODAY, known=known))


def step_name(line: Said) -> str:
    return f"{line.command}-{line.rule.replace(' ', '-')}-{line.about}"


@pytest.mark.parametrize("line", STEPS, ids=step_name)
def test_of_a_step_exactly_this_rule_speaks_and_kept_nothing(line: Said) -> None:
    known = line.known if line.known_kept is None else line.known_kept

    assert asked_of(line, line.broken, line.known) == {(line.rule, line.at)}
    assert not asked_of(line, line.kept, known)


# -- the table is whole -------------------------------------------------------------------------


def test_every_rule_is_in_the_table() -> None:
    declared = {(form, f"{r.id} {r.level}") for form, rules in RULES.items() for r in rules}

    assert {(line.form, line.rule) for line in TABLE} == declared


def test_every_rule_of_a_step_is_in_the_table() -> None:
    declared = {(step, f"{r.id} {r.level}") for step, rules in STEP_RULES.items() for r in rules}

    assert {(("study", line.command), line.rule) for line in STEPS} == declared


@pytest.mark.parametrize("rules", [*RULES.values(), *STEP_RULES.values()])
def test_a_number_and_a_level_name_one_rule(rules: list[Rule]) -> None:
    names = [(rule.id, rule.level) for rule in rules]

    assert len(set(names)) == len(names)


def fields_of(path: str) -> str:
    """A path without its rows: what a rule declares."""
    return "/".join(path.split("/")[::2])


@pytest.mark.parametrize("line", TABLE, ids=name)
def test_a_rule_points_only_where_it_declares(line: Line) -> None:
    (rule,) = [r for r in RULES[line.form] if f"{r.id} {r.level}" == line.rule]

    assert fields_of(line.at) in rule.at


@pytest.mark.parametrize("form_id", RULES)
def test_every_place_that_a_rule_declares_is_in_its_form(form_id: str) -> None:
    for rule in RULES[form_id]:
        for at in rule.at:
            FORMS[form_id].at("/row/".join(at.split("/")))


NUMBERS = {f"V-{n:02}" for n in range(1, 46)} | {f"K{n}" for n in range(1, 16)}


def test_every_number_of_the_specification_is_judged_or_kept_elsewhere() -> None:
    judged = {r.id for rules in (*RULES.values(), *STEP_RULES.values()) for r in rules}
    kept = {kept.id for kept in KEPT_ELSEWHERE}

    assert not NUMBERS - judged - kept


# -- what is not known --------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", FORMS)
def test_right_answers_break_no_rule(form_id: str) -> None:
    assert not examine(FORMS[form_id], right_answers(form_id), today=TODAY)


@pytest.mark.parametrize("line", [x for x in TABLE if x.known is not NOTHING], ids=name)
def test_what_is_not_known_blocks_nobody(line: Line) -> None:
    """Answers that only a known fact breaks are let through where the fact is not known."""
    found = asked(line, line.kept, NOTHING)

    assert not {rule for rule, _ in found if rule.endswith("block")}


def test_a_missing_document_is_asked_for_once_and_in_its_own_words() -> None:
    answers = changed("study", {CONSENT: None, "attach.research_protocol_file": None})
    found = examine(FORMS["study"], answers, today=TODAY)

    assert [p.rule for p in found] == ["V-01", "V-01"], "it is missing, not wrong"
    assert "请上传研究方案" in found[0].message.zh
    assert "豁免申请书" in found[1].message.zh
