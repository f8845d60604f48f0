"""Right answers of every form, to begin a test with; all people, hospitals and studies invented."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from app.record import Answers

TODAY = "2026-11-21"
"""The day on which these answers are right."""

OFFICE = "office:11111111-1111-4111-8111-111111111111"
OTHER_OFFICE = "office:22222222-2222-4222-8222-222222222222"
INVESTIGATOR = "person:33333333-3333-4333-8333-333333333333"
OTHER_INVESTIGATOR = "person:44444444-4444-4444-8444-444444444444"


def content(name: str, version: str = "V1.0") -> bytes:
    """What stands in a document of this name: a PDF as far as its first bytes tell."""
    return f"%PDF-1.7\n% {name} {version}\n%%EOF\n".encode()


def document(name: str, version: str = "V1.0", date: str = "2026-10-08") -> Answers:
    """One attached document, as a row of `Files`."""
    return {
        "name": name,
        "version": version,
        "date": date,
        "sha256": hashlib.sha256(content(name, version)).hexdigest(),
        "size": 182_044,
        "pages": 12,
    }


def _group(name: str, size: int, *, control: str, dose: str) -> Answers:
    return {
        "design.group_name": name,
        "design.group_sample_size": size,
        "design.control_group_flag": control,
        "design.intervention_name": f"{name}用药",
        "design.joint_measures": "no",
        "design.intervention_type": "marketed",
        "design.marketed_product_type": "drug",
        "design.drug_name": "二甲双胍缓释片",
        "design.drug_approval_number": "国药准字H20230001",
        "design.chinese_medicine_drug": "no",
        "design.biologic_drug": "no",
        "design.drug_out_of_guideline": "no",
        "design.drug_dosage": dose,
        "design.unsafe_combination_drug": "no",
        "design.drug_instructions_file": {"d1000001": document(f"{name}说明书.pdf")},
        "design.current_treatment": "目前以生活方式干预和口服降糖药为主。",
        "design.safety_description": "上市后安全性资料充分，常见不良反应为胃肠道反应。",
        "design.previous_research_basis": "课题组已完成单中心预试验。",
        "design.intervention_description": "连续用药 24 周，每 4 周随访一次。",
    }


def _site(name: str, office: str, person: str, investigator: str) -> Answers:
    return {
        "impl.branch_organization_name": name,
        "impl.branch_organization_id": office,
        "impl.branch_postcode": "410000",
        "impl.branch_country": "CN",
        "impl.branch_province_select": "43",
        "impl.branch_organization_level": "3a",
        "impl.branch_address": "长河市新河路8号",
        "impl.branch_user_name": investigator,
        "impl.branch_user_id": person,
        "impl.branch_user_mobile": "13800000012",
        "impl.branch_user_email": "site@example.com",
    }


_STUDY: Answers = {
    "cat.implementing_organization": "长河市第一人民医院",
    "cat.research_classification_level_1": "initiated",
    "cat.research_classification_level_2": "IIT-INT",
    "cat.iit_product_attribute": "none",
    "cat.tcm_guided": "no",
    "cat.invasive_bci": "no",
    "basic.sync_platform": "none",
    "basic.research_title": "二甲双胍缓释片两种剂量治疗2型糖尿病的随机对照研究",
    "basic.brief_research_title": "二甲双胍剂量研究",
    "basic.public_name": "两种剂量降糖药的比较",
    "basic.funding_repeat": {
        "f0000001": {
            "basic.funding_source_level_1": "province",
            "basic.funding_source_level_2": "province_nsf",
            "basic.funding_project_name": "2型糖尿病个体化用药研究",
            "basic.funding_project_number": "2026CH0101",
            "basic.funding_international_cooperation": "no",
            "basic.funding_project_time": "2026-06-01",
            "basic.funding_amount": "20",
        },
        "f0000002": {
            "basic.funding_source_level_1": "self",
            "basic.funding_project_name": "院内配套",
            "basic.funding_project_number": "CH-2026-07",
            "basic.funding_international_cooperation": "no",
            "basic.funding_project_time": "2026-07-01",
            "basic.funding_amount": "10.5",
        },
    },
    "basic.material_donation_flag": "no",
    "basic.total_funds": "30.5",
    "basic.research_start_time": "2027-02-01",
    "basic.research_complete_time": "2029-01-31",
    "basic.recruiting_start_time": "2027-02-15",
    "basic.recruiting_end_time": "2028-06-30",
    "impl.dsmb_flag": "no",
    "impl.applicant_name": "沈兰",
    "impl.applicant_telephone": "0731-84321000",
    "impl.applicant_email": "contact@example.com",
    "impl.applicant_address": "长河市新河路1号",
    "impl.applicant_organization": "长河市第一人民医院",
    "impl.team_members": {
        "t0000001": {
            "person": INVESTIGATOR,
            "name": "何平",
            "title_class": "medical",
            "title": "chief_physician",
            "duty": "项目负责",
        },
        "t0000002": {
            "name": "沈兰",
            "title_class": "nursing",
            "title": "nurse_in_charge",
            "duty": "入组与随访",
        },
    },
    "impl.multicenter_flag": "yes",
    "impl.multicenter_type": "domestic",
    "impl.organization_role": "domestic_lead",
    "impl.has_participating_branches": "yes",
    "impl.participating_organization_repeat": {
        "b0000001": _site("长河省中医院", OTHER_OFFICE, OTHER_INVESTIGATOR, "唐立"),
    },
    "content.primary_purpose": "treatment",
    "content.research_objective_description": "比较两种剂量对糖化血红蛋白的影响。",
    "content.research_content_description": "120 名参与者随机分为两组，用药 24 周。",
    "content.discipline_classification": ["NSFC:H0713", "GBT:320.24.40"],
    "content.icd11_classification": ["05", "5A11 2型糖尿病"],
    "content.disease_symptom": "2型糖尿病",
    "content.keywords": ["2型糖尿病", "二甲双胍", "剂量"],
    "content.study_type": "confirmatory",
    "content.extra_inspection_measures": "no",
    "content.research_phase": "p4",
    "design.study_design": "rct",
    "design.study_design_subtype": "parallel",
    "design.participant_sex": "both",
    "design.minimum_age_unit": "year",
    "design.minimum_age_value": 18,
    "design.minimum_age_secondary_unit": "any",
    "design.maximum_age_unit": "year",
    "design.maximum_age_value": 75,
    "design.maximum_age_secondary_unit": "any",
    "design.healthy_volunteer": "no",
    "design.vulnerable_group": "no",
    "design.inclusion_criteria": {
        "i0000001": {"design.inclusion_criterion": "年龄 18 至 75 岁，确诊 2 型糖尿病。"},
        "i0000002": {"design.inclusion_criterion": "糖化血红蛋白 7.0% 至 10.0%。"},
    },
    "design.exclusion_criteria": {
        "e0000001": {"design.exclusion_criterion": "严重肝肾功能不全。"},
    },
    "design.total_sample_size": 120,
    "design.sample_calculation_basis": "按双侧 α=0.05、把握度 80% 计算，考虑 10% 脱落。",
    "design.exempt_consent": "no",
    "design.first_consent_expected_date": "2027-02-20",
    "design.research_groups": {
        "g0000001": _group("高剂量组", 60, control="no", dose="每次 1000mg，每日 2 次，口服"),
        "g0000002": _group("常规剂量组", 60, control="yes", dose="每次 500mg，每日 2 次，口服"),
    },
    "design.random_group": "yes",
    "design.random_group_method": "block",
    "design.random_sequence_method": "由统计师用 SAS 产生区组随机数列。",
    "design.blinding_type": "double",
    "design.unblinding_method": "紧急情况下由负责人按程序破盲。",
    "design.allocation_concealment_method": "central",
    "design.allocation_concealment_description": "由中央随机系统分配。",
    "design.statistical_analysis_method": "意向性分析，组间比较用协方差分析。",
    "design.measurement_indicators": {
        "m0000001": {
            "design.indicator_name": "糖化血红蛋白（HbA1c）变化",
            "design.indicator_type_level_1": "primary",
            "design.indicator_type_level_2": "treatment",
            "design.indicator_type_level_3": "objective",
            "design.indicator_timepoint": "基线、第 24 周",
            "design.indicator_measurement_method": "高效液相色谱法",
        },
        "m0000002": {
            "design.indicator_name": "不良事件发生率",
            "design.indicator_type_level_1": "secondary",
            "design.indicator_type_level_2": "safety",
            "design.indicator_timepoint": "每次随访",
            "design.indicator_measurement_method": "按访视记录",
        },
    },
    "design.biological_sample_collection": "yes",
    "design.biological_samples_standard": {
        "s0000001": {
            "design.sample_name": "静脉血",
            "design.sample_type": "blood",
            "design.sample_destination": "destroyed",
        },
    },
    "design.human_health_data_collection": "yes",
    "recruit.recruitment_flag": "yes",
    "recruit.recruitment_status": "not_yet",
    "share.data_share_statement": "share",
    "share.data_share_plan": "结束后 6 个月内在国家人口健康科学数据中心公开。",
    "share.data_analysis": "采用纸质 CRF 和 EDC 系统双录入。",
    "share.statistical_result_public": "public",
    "share.result_release_method": ["paper"],
    "attach.research_protocol_file": {"a0000001": document("研究方案.pdf")},
    "attach.consent_or_waiver_file": {"a0000002": document("知情同意书.pdf", "V1.1")},
}

_PERSON: Answers = {
    "name": "何平",
    "sex": "male",
    "id_kind": "id_card",
    "id_number": "110101198003073015",
    "birth_date": "1980-03-07",
    "mobile": "13800000002",
    "email": "he.ping@example.com",
    "landline": "0731-84321001",
    "postcode": "410000",
    "address": "长河市新河路1号",
    "department": "内分泌科",
    "position": "科主任",
    "title_class": "medical",
    "title": "chief_physician",
    "licence_number": "110430000000001",
    "research_fields": ["糖尿病", "代谢病"],
    "work_history": {
        "w0000001": {
            "start": "2005-07",
            "employer": "长河市第一人民医院",
            "description": "临床与科研",
        },
    },
    "education": {
        "u0000001": {
            "start": "1998-09",
            "end": "2005-06",
            "school": "长河医科大学",
            "major": "临床医学",
            "level": "master",
            "degree": "master",
        },
    },
    "certificates": {
        "c0000001": {
            "name": "GCP 培训证书",
            "date": "2025-04-18",
            "valid_to": "2028-04-17",
            "document": {"d0000001": document("GCP证书.pdf")},
        },
    },
}

_INSTITUTION: Answers = {
    "level": "hospital",
    "name": "长河市第一人民医院",
    "english_name": "Changhe First People's Hospital",
    "uscc": "12430000MB0X12345T",
    "kind": "general",
    "grade": "3a",
    "ownership": "public",
    "province": "43",
    "city": "4301",
    "county": "430102",
    "registrar": OTHER_OFFICE,
    "licence_number": "PDY00000043010211A1001",
    "licence_valid_to": "2031-12-31",
    "legal_representative": "高远",
    "responsible_leader": "江明",
    "has_committee": "yes",
    "department": "科研处",
    "contact_name": "周静",
    "contact_phone": "0731-84321000",
    "contact_email": "office@example.com",
    "postcode": "410000",
    "address": "长河市新河路1号",
    "address_english": "1 Xinhe Road, Changhe",
}

_MEMBERS = (
    ("周静", "female", "secretary", "medicine", "own"),
    ("何平", "male", "chair", "medicine", "own"),
    ("沈兰", "female", "vice_chair", "nursing", "own"),
    ("唐立", "male", "member", "pharmacy", "own"),
    ("梅雪", "female", "member", "law", "outside"),
    ("孟川", "male", "member", "bioethics", "outside"),
    ("罗文", "male", "member", "statistics", "own"),
    ("简宁", "female", "member", "lay", "outside"),
)


def _members() -> Answers:
    return {
        f"k{n:07}": {
            "person": f"person:{n:08}-5555-4555-8555-555555555555",
            "name": name,
            "sex": sex,
            "duty": duty,
            "field": field,
            "source": source,
            "term_from": "2025-01-01",
            "term_to": "2029-12-31",
            "documents": {f"p{n:07}": document(f"{name}的培训证书和声明.pdf")},
        }
        for n, (name, sex, duty, field, source) in enumerate(_MEMBERS, start=1)
    }


_COMMITTEE: Answers = {
    "branch": "main",
    "name": "长河市第一人民医院伦理委员会",
    "english_name": "Ethics Committee of Changhe First People's Hospital",
    "institution_name": "长河市第一人民医院",
    "founded": "2015-03-01",
    "scope": ["drug", "iit"],
    "members": _members(),
    "charter_document": {"h0000001": document("章程.pdf")},
    "rules_document": {"h0000002": document("工作制度.pdf")},
    "members_document": {"h0000003": document("委员名单.pdf")},
    "contact_name": "周静",
    "contact_phone": "0731-84321009",
    "contact_email": "ec@example.com",
    "office_address": "长河市新河路1号行政楼301",
}

_ACADEMIC_COMMITTEE: Answers = {
    "name": "长河市第一人民医院学术委员会",
    "institution_name": "长河市第一人民医院",
    "founded": "2016-05-12",
    "members": {key: row for key, row in _members().items() if row["source"] == "own"},
    "contact_name": "高原",
    "contact_phone": "0731-84321010",
    "contact_email": "ac@example.com",
    "office_address": "长河市新河路1号行政楼302",
}

_STEM_CELL: Answers = {
    "institution_name": "长河市第一人民医院",
    "grade": "3a",
    "drug_trial_number": "药临机构备字2020000001",
    "licence_number": "PDY00000043010211A1001",
    "licence_valid_to": "2031-12-31",
    "responsible_person": "高远",
    "responsible_title": "主任医师",
    "quality_person": "江明",
    "quality_title": "主任药师",
    "ethics_committee": "committee:66666666-6666-4666-8666-666666666666",
    "academic_committee": "committee:77777777-7777-4777-8777-777777777777",
    "cell_types": "人脐带间充质干细胞治疗膝骨关节炎。",
    "pledge_document": {"q0000001": document("诚信承诺书.pdf")},
    "licence_document": {"q0000002": document("执业许可证和药物临床试验机构资格.pdf")},
    "organisation_document": {"q0000003": document("组织管理体系框架图.pdf")},
    "staff_document": {"q0000004": document("人员资质和培训.pdf")},
    "committees_document": {"q0000005": document("委员会组成和工作制度.pdf")},
    "preparation_document": {"q0000006": document("制备和质量控制.pdf")},
    "rules_document": {"q0000007": document("管理制度.pdf")},
    "risk_document": {"q0000008": document("风险防控.pdf")},
    "contact_name": "高原",
    "contact_phone": "0731-84321010",
    "contact_email": "sc@example.com",
    "address": "长河市新河路1号",
}

_OPINION: Answers = {
    "study_title": _STUDY["basic.research_title"],
    "study_number": "",
    "study_revision": 3,
    "member_name": "沈兰",
    "opinion": "agree_after",
    "comments": "知情同意书第 3 页的风险说明请补充低血糖的处理办法。",
    "protocol": "good",
    "risk_benefit": "good",
    "consent": "change",
}

_TRANSFER: Answers = {
    "name": _PERSON["name"],
    "id_number": _PERSON["id_number"],
    "since": "2026-12-01",
    "remark": "本人已与我院签订聘用合同。",
}


def _with(answers: Answers, changes: dict[str, Any]) -> Answers:
    changed = copy.deepcopy(answers) | changes
    return {key: value for key, value in changed.items() if value not in (None, "")}


def study_answers(changes: Answers | None = None, /, **other: Any) -> Answers:
    """A whole interventional study that may be submitted.

    `study_answers({"basic.research_title": "…"})`; None leaves an answer out. A keyword stands for
    a field with its dot written as two underscores: `basic__research_title="…"`.
    """
    named = {key.replace("__", ".", 1): value for key, value in other.items()}
    return _with(_STUDY, {**(changes or {}), **named})


def person_answers(**changes: Any) -> Answers:
    """A physician with everything filled in."""
    return _with(_PERSON, changes)


def institution_answers(**changes: Any) -> Answers:
    """A hospital that has completed its own record."""
    return _with(_INSTITUTION, changes)


def committee_answers(**changes: Any) -> Answers:
    """An ethics committee of eight that may be filed."""
    return _with(_COMMITTEE, changes)


def academic_committee_answers(**changes: Any) -> Answers:
    """An academic committee that may be established."""
    return _with(_ACADEMIC_COMMITTEE, changes)


def stem_cell_answers(**changes: Any) -> Answers:
    """A hospital that may file for stem-cell studies, if its committees are as named."""
    return _with(_STEM_CELL, changes)


def transfer_answers(**changes: Any) -> Answers:
    """Somebody whom the system knows, to be moved in."""
    return _with(_TRANSFER, changes)


def opinion_answers(**changes: Any) -> Answers:
    """A member's opinion that may be given."""
    return _with(_OPINION, changes)


def right_answers(form_id: str) -> Answers:
    """Answers of a form in which nothing is wrong."""
    return {
        "study": study_answers,
        "person": person_answers,
        "institution": institution_answers,
        "committee": committee_answers,
        "academic_committee": academic_committee_answers,
        "stem_cell": stem_cell_answers,
        "transfer": transfer_answers,
        "opinion": opinion_answers,
    }[form_id]()
