"""What the investigator of the story types: a registered trial (NCT04646330), filed here.

Titles, criteria, arms and outcomes are those of the record and stay English where it is English;
what the national form asks besides is answered as an office would.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from app.record import Answers

RECORD = Path(__file__).parent / "data" / "NCT04646330.json"
FORGOTTEN = ("content.keywords", "design.sample_calculation_basis")
"""What is left out at first: the program says so before submitting."""


def answers(investigator: str, site: tuple[str, str]) -> Answers:
    """All answers by field, groups as lists of rows; `site` is (name, address) of the second hospital."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))["protocolSection"]
    names, design = record["identificationModule"], record["designModule"]
    described = record["descriptionModule"]
    enrolled = int(design["enrollmentInfo"]["count"])
    return {
        "cat.research_classification_level_1": "initiated",
        "cat.research_classification_level_2": "IIT-INT",
        "cat.iit_product_attribute": "none",
        "cat.tcm_guided": "no",
        "cat.invasive_bci": "no",
        "basic.sync_platform": "none",
        "basic.research_title": names["officialTitle"],
        "basic.brief_research_title": names["orgStudyIdInfo"]["id"],
        "basic.public_name": names["briefTitle"],
        "basic.funding_repeat": [
            {
                "basic.funding_source_level_1": "self",
                "basic.funding_project_name": names["briefTitle"],
                "basic.funding_project_number": names["orgStudyIdInfo"]["id"],
                "basic.funding_international_cooperation": "no",
                "basic.funding_project_time": "2026-10-01",
                "basic.funding_amount": "86.5",
            }
        ],
        "basic.material_donation_flag": "no",
        "basic.total_funds": "86.5",
        "basic.research_start_time": "2027-02-01",
        "basic.research_complete_time": "2029-01-31",
        "basic.recruiting_start_time": "2027-02-15",
        "basic.recruiting_end_time": "2028-06-30",
        "impl.dsmb_flag": "no",
        "impl.team_members": [
            {
                "name": investigator,
                "title_class": "medical",
                "title": "attending_physician",
                "duty": "项目负责",
            },
        ],
        "impl.multicenter_flag": "yes",
        "impl.multicenter_type": "domestic",
        "impl.organization_role": "domestic_lead",
        "impl.has_participating_branches": "yes",
        "impl.participating_organization_repeat": [
            _site(site[0], site[1], "叶知秋", "13800000012"),
            _site("长河市沿江区人民医院", "长河市沿江区滨河路 20 号", "黎舟", "13800000099"),
        ],
        "content.primary_purpose": "treatment",
        "content.research_objective_description": _plain(described["briefSummary"]),
        "content.research_content_description": _plain(
            described.get("detailedDescription") or described["briefSummary"]
        ),
        "content.discipline_classification": ["NSFC:H1617"],
        "content.icd11_classification": ["02"],
        "content.disease_symptom": "；".join(record["conditionsModule"]["conditions"]),
        "content.keywords": ["AK104", "Anlotinib", "NSCLC"],
        "content.study_type": "exploratory",
        "content.extra_inspection_measures": "no",
        "content.research_phase": "p12",
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
        **_criteria(record["eligibilityModule"]["eligibilityCriteria"]),
        "design.total_sample_size": enrolled,
        "design.sample_calculation_basis": "参照同类研究的客观缓解率，每组 38 例可满足探索性分析。",
        "design.exempt_consent": "no",
        "design.first_consent_expected_date": "2027-02-20",
        "design.research_groups": _arms(record, enrolled),
        "design.random_group": "yes",
        "design.random_group_method": "block",
        "design.random_sequence_method": "由统计师用区组随机产生序列。",
        "design.blinding_type": "open_assessor",
        "design.statistical_analysis_method": "意向性分析；客观缓解率用 Clopper-Pearson 法估计区间。",
        "design.measurement_indicators": _outcomes(record),
        "design.biological_sample_collection": "no",
        "design.human_health_data_collection": "yes",
        "recruit.recruitment_flag": "yes",
        "recruit.recruitment_status": "not_yet",
        "other.other_platform_records": [
            {"other.platform_name": "nih", "other.platform_record_number": names["nctId"]},
        ],
        "share.data_share_statement": "no",
        "share.statistical_result_public": "public",
        "share.result_release_method": ["paper"],
    }


def _site(name: str, address: str, investigator: str, mobile: str) -> Answers:
    return {
        "impl.branch_organization_name": name,
        "impl.branch_country": "CN",
        "impl.branch_province_select": "43",
        "impl.branch_organization_level": "3a",
        "impl.branch_address": address,
        "impl.branch_user_name": investigator,
        "impl.branch_user_mobile": mobile,
    }


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _criteria(text: str) -> Answers:
    within, _, without = text.partition("Exclusion Criteria")
    return {
        "design.inclusion_criteria": [
            {"design.inclusion_criterion": line} for line in _listed(within)[:4]
        ],
        "design.exclusion_criteria": [
            {"design.exclusion_criterion": line} for line in _listed(without)[:4]
        ],
    }


def _listed(text: str) -> list[str]:
    lines = [
        re.sub(r"^\s*(?:\d{1,2}[.)]|[*\-])\s*", "", line).strip() for line in text.splitlines()
    ]
    return [line for line in lines if len(line) > 8 and "criteria:" not in line.lower()]


def _arms(record: dict[str, Any], enrolled: int) -> list[Answers]:
    arms = record["armsInterventionsModule"]["armGroups"]
    share = enrolled // len(arms)
    return [
        {
            "design.group_name": arm["label"],
            "design.group_sample_size": share,
            "design.control_group_flag": "yes" if nth == len(arms) - 1 else "no",
            "design.intervention_name": "AK104 + Anlotinib",
            "design.joint_measures": "yes",
            "design.intervention_type": "other",
            "design.other_intervention_type": "在研药物",
            "design.intervention_description": _plain(arm.get("description", arm["label"])),
        }
        for nth, arm in enumerate(arms)
    ]


def _outcomes(record: dict[str, Any]) -> list[Answers]:
    module = record["outcomesModule"]
    given = [("primary", o) for o in module["primaryOutcomes"]]
    given += [("secondary", o) for o in module.get("secondaryOutcomes", ())[:3]]
    return [
        {
            "design.indicator_name": outcome["measure"],
            "design.indicator_type_level_1": level,
            "design.indicator_type_level_2": "treatment",
            "design.indicator_type_level_3": "objective",
            "design.indicator_timepoint": outcome.get("timeFrame", ""),
            "design.indicator_measurement_method": _plain(
                outcome.get("description") or "RECIST 1.1"
            ),
        }
        for level, outcome in given
    ]
