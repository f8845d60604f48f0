"""Rules over several answers: each is broken once, and once not."""

# ruff: noqa: E501 -- tables, one case a line

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest

from app.forms import FORMS
from app.record import Answers
from app.rules import RULES, Known, examine
from tests.builders import document, right_answers, study_answers

TODAY = datetime.date(2026, 11, 21)
CHICTR = {"basic.sync_platform": "chictr"}
FIRST_ARM = "design.research_groups/g0000001/"
SITE = "impl.participating_organization_repeat/b0000001/"


def platform(name: str, number: str = "") -> Answers:
    row = {"other.platform_name": name, "other.platform_record_number": number}
    return {"other.other_platform_records": {"p": {k: v for k, v in row.items() if v}}}


def changed(form_id: str, changes: dict[str, Any]) -> Answers:
    """Right answers with some paths changed; None takes one away."""
    answers = copy.deepcopy(right_answers(form_id))
    for path, value in changes.items():
        *groups, last = path.split("/")
        node = answers
        for group in groups:
            node = node[group]
        node[last] = value
        if value is None:
            del node[last]
    return answers


def broken(form_id: str, changes: dict[str, Any], known: Known) -> set[tuple[str, str, str]]:
    problems = examine(FORMS[form_id], changed(form_id, changes), today=TODAY, known=known)
    return {(p.rule, p.level, p.path) for p in problems}


STUDY_CASES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("V-05", "block", "other.other_platform_records/p/other.platform_record_number", platform("nih")),
    ("V-06", "warn", "other.other_platform_records/p/other.platform_record_number", platform("nih", "NCT123")),
    ("V-06", "warn", "other.other_platform_records/p/other.platform_record_number", platform("chictr", "NCT12345678")),
    ("V-06", "warn", "other.other_platform_records/p/other.platform_record_number", platform("cde", "CTR2026")),
    ("V-07", "block", "basic.research_complete_time", {"basic.research_complete_time": "2027-01-31"}),
    ("V-07", "block", "basic.recruiting_end_time", {"basic.recruiting_end_time": "2027-02-14"}),
    ("V-08", "warn", "basic.recruiting_start_time", {"basic.recruiting_start_time": "2027-01-31"}),
    ("V-08", "warn", "basic.recruiting_end_time", {"basic.recruiting_end_time": "2029-02-01"}),
    ("V-09", "warn", "design.first_consent_expected_date", {"design.first_consent_expected_date": "2027-02-14"}),
    ("V-09", "warn", "design.first_consent_expected_date", {"attach.ethicsApprovalTime": "2027-02-21"}),
    ("V-10", "block", "design.maximum_age_value", {"design.maximum_age_value": 17}),
    ("V-10", "block", "design.maximum_age_value", {"design.maximum_age_unit": "month", "design.maximum_age_value": 200}),
    ("V-11", "warn", "design.vulnerable_group", {"design.minimum_age_value": 12}),
    ("V-12", "warn", "impl.team_members", {"impl.team_members/t0000001/title": "chief_nurse", "impl.team_members/t0000001/title_class": "nursing"}),
    ("V-13", "warn", "design.total_sample_size", {"design.total_sample_size": 121}),
    ("V-14", "block", FIRST_ARM + "design.group_sample_size", {FIRST_ARM + "design.group_sample_size": 0}),
    ("V-14", "block", "design.total_sample_size", {"design.total_sample_size": 0}),
    ("V-15", "warn", "basic.total_funds", {"basic.total_funds": "30.49"}),
    ("V-16", "block", "design.random_group", {"design.random_group": "no"}),
    ("V-17", "block", "design.measurement_indicators", {"design.measurement_indicators/m0000001/design.indicator_type_level_1": "secondary"}),
    ("V-18", "warn", "design.research_groups", {"design.research_groups/g0000002/design.control_group_flag": "no"}),
    ("V-18", "warn", "design.research_groups", {"design.research_groups/g0000001": None}),
    ("V-21", "warn", "attach.consent_or_waiver_file/x/name", CHICTR | {"attach.consent_or_waiver_file": {"x": document("a.pdf") | {"size": 10_000_001}}}),
    ("V-23", "warn", "basic.scientific_title", CHICTR | {"basic.scientific_title": "A study of 二甲双胍"}),
    ("V-23", "warn", FIRST_ARM + "design.group_name_english", CHICTR | {FIRST_ARM + "design.group_name_english": "高剂量"}),
    ("V-23", "warn", "design.inclusion_criteria_english/x/design.inclusion_criterion_english", CHICTR | {"design.inclusion_criteria_english": {"x": {"design.inclusion_criterion_english": "成人"}}}),
    ("V-23", "warn", "basic.funding_repeat/f0000001/basic.funding_source_english", CHICTR | {"basic.funding_repeat/f0000001/basic.funding_source_english": "省基金"}),
    ("V-24", "warn", "basic.registration_status", CHICTR | {"basic.registration_status": "prospective", "basic.recruiting_start_time": "2026-11-20"}),
    ("V-27", "warn", "cat.iit_product_attribute", {"cat.iit_product_attribute": "new_technology"}),
    ("V-28", "warn", "impl.organization_role", {"impl.organization_role": "domestic_participant"}),
    ("V-29", "warn", SITE + "impl.branch_organization_name", {SITE + "impl.branch_organization_id": None}),
    ("V-29", "warn", SITE + "impl.branch_user_name", {SITE + "impl.branch_user_id": None}),
    ("V-30", "block", SITE + "impl.branch_organization_name", {SITE + "impl.branch_organization_name": "长河市第一人民医院"}),
    ("V-32", "block", "recruit.first_participant_enrollment_date", {"recruit.recruitment_status": "recruiting", "recruit.first_participant_enrollment_date": "2026-11-22"}),
    ("V-32", "block", "recruit.last_participant_exit_date", {"recruit.recruitment_status": "completed", "recruit.first_participant_enrollment_date": "2026-05-02", "recruit.last_participant_exit_date": "2026-05-01"}),
    ("V-41", "warn", "basic.research_start_time", {"basic.research_start_time": "2026-12-20"}),
    ("V-44", "warn", "content.keywords", {"content.keywords": ["剂量", "Dose", "dose "]}),
]  # fmt: skip
"""(rule, level, path, what breaks it) on the whole interventional study of the builders."""


@pytest.mark.parametrize(("rule", "level", "path", "changes"), STUDY_CASES)
def test_a_rule_of_the_study_is_broken(
    rule: str, level: str, path: str, changes: dict[str, Any]
) -> None:
    assert (rule, level, path) in broken("study", changes, Known())


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("V-05", platform("nih", "无")),
        ("V-06", platform("nih", "无")),
        ("V-06", platform("nih", "NCT12345678")),
        ("V-06", platform("chictr", "ChiCTR2400084905")),
        ("V-06", platform("chictr", "ChiCTR-TRC-10001234")),
        ("V-06", platform("other", "X-1")),
        ("V-07", {"basic.research_complete_time": "2027-02-01"}),
        ("V-10", {"design.maximum_age_unit": "gestational_week", "design.maximum_age_value": 1}),
        ("V-10", {"design.maximum_age_unit": "any", "design.maximum_age_value": None}),
        ("V-11", {"design.minimum_age_value": 12, "design.vulnerable_group": "yes", "design.vulnerable_group_type": ["children"]}),
        ("V-15", {"basic.total_funds": "30.50"}),
        ("V-16", {"design.study_design": "non_randomised", "design.random_group": "no"}),
        ("V-21", CHICTR | {"attach.consent_or_waiver_file": {"x": document("a.pdf") | {"size": 10_000_000}}}),
        ("V-23", CHICTR | {"basic.scientific_title": "Dose of metformin – α/β"}),
        ("V-23", {"basic.scientific_title": "不公开时不检查"}),
        ("V-24", CHICTR | {"basic.registration_status": "prospective"}),
        ("V-32", {"recruit.recruitment_status": "recruiting", "recruit.first_participant_enrollment_date": "2026-11-21"}),
        ("V-41", {"basic.research_start_time": "2026-12-21"}),
    ],
)  # fmt: skip
def test_a_rule_of_the_study_is_kept(rule: str, changes: dict[str, Any]) -> None:
    assert rule not in {found for found, _, _ in broken("study", changes, Known())}


NO_PHYSICIAN = {"impl.team_members/t0000001/title": None, "impl.team_members/t0000001/title_class": None}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "level"), [(None, "warn"), ("", "block"), ("professor", "block"), ("physician", "")]
)
def test_an_interventional_study_needs_a_physician(title: str | None, level: str) -> None:
    found = {lv for rule, lv, _ in broken("study", NO_PHYSICIAN, Known(title)) if rule == "V-12"}

    assert found == ({level} if level else set())


DRUG = {
    "cat.research_classification_level_1": "registration",
    "cat.research_classification_level_2": "REG-DRUG",
}
DEVICE = DRUG | {"cat.research_classification_level_2": "REG-DEV"}


@pytest.mark.parametrize(
    ("route", "is_needed"),
    [
        (DRUG, True),
        (DEVICE | {"cat.research_classification_level_3": "3"}, True),
        (DEVICE | {"cat.research_classification_level_3": "1"}, False),
        (DRUG | {"cat.research_classification_level_2": "REG-FSMP"}, False),
    ],
)
def test_the_paper_of_the_drug_authority_is_needed_by_class(
    route: Answers, is_needed: bool
) -> None:
    paths = {path for _, level, path in broken("study", route, Known()) if level == "block"}

    needed = {"cat.nmpa_number", "cat.nmpa_date", "cat.nmpa_document"}
    assert needed & paths == (needed if is_needed else set())


@pytest.mark.parametrize(
    ("date", "other_files", "is_broken"),
    [("2023-11-20", None, True), ("2023-11-22", None, False),
     ("2023-11-20", {"x": document("说明.pdf")}, False)],
)  # fmt: skip
def test_an_old_approval_needs_a_statement(date: str, other_files: Any, is_broken: bool) -> None:
    changes = DRUG | {"cat.nmpa_date": date}
    if other_files:
        changes |= {"attach.other_files": other_files}

    assert ("V-26", "warn", "cat.nmpa_date") in broken("study", changes, Known()) or not is_broken
    assert is_broken or "V-26" not in {rule for rule, _, _ in broken("study", changes, Known())}


def test_a_diagnostic_study_adds_up_its_two_populations() -> None:
    answers = {
        "cat.research_classification_level_1": "registration",
        "cat.research_classification_level_2": "REG-IVD",
        "design.total_sample_size": 100,
        "design.diagnostic_target_sample_size": 60,
        "design.diagnostic_confusable_sample_size": 39,
    }
    found = {p.rule for p in examine(FORMS["study"], answers, today=TODAY)}
    assert "V-13" in found
    answers["design.diagnostic_confusable_sample_size"] = 40
    assert "V-13" not in {p.rule for p in examine(FORMS["study"], answers, today=TODAY)}


COMMITTEE_CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("K1", "block", {"members/k0000004": None}),
    ("K1", "block", {"members/k0000004/term_to": "2026-11-20"}),
    ("K2", "block", {f"members/k{n:07}/sex": "male" for n in range(1, 9)}),
    ("K3", "block", {f"members/k{n:07}/source": "own" for n in range(1, 9)}),
    ("K4", "block", {"members/k0000005/field": "medicine"}),
    ("K4", "warn", {"members/k0000006/field": "lay"}),
    ("K5", "block", {"members/k0000003/duty": "chair"}),
    ("K5", "block", {"members/k0000001/duty": "member"}),
    ("K5", "warn", {"members/k0000003/duty": "member"}),
    ("K6", "block", {"members/k0000003/term_to": "2031-12-31"}),
    ("K6", "block", {"members/k0000003/term_to": "2024-12-31"}),
    ("K6", "warn", {"members/k0000003/term_to": "2026-11-20"}),
    ("K8", "block", {"members/k0000003/person": "person:00000002-5555-4555-8555-555555555555"}),
]


@pytest.mark.parametrize(("rule", "level", "changes"), COMMITTEE_CASES)
def test_a_committee_that_is_not_well_composed_is_told_so(
    rule: str, level: str, changes: dict[str, Any]
) -> None:
    assert (rule, level) in {(r, lv) for r, lv, _ in broken("committee", changes, Known())}


def test_an_academic_committee_is_composed_freely() -> None:
    found = broken("committee", {"kind": "academic", "members/k0000004": None}, Known())

    assert not {rule for rule, _, _ in found if rule.startswith("K")}


@pytest.mark.parametrize(
    ("form_id", "rule", "changes"),
    [
        ("person", "P-01", {"id_number": "110101198003073016"}),
        ("person", "P-02", {"sex": "female"}),
        ("person", "P-03", {"birth_date": "1980-03-08"}),
        ("person", "P-04", {"education/u0000001/end": "1998-08"}),
        ("institution", "I-01", {"uscc": "12430000MB0X123451"}),
        ("institution", "I-02", {"licence_valid_to": "2026-11-20"}),
    ],
)
def test_a_rule_of_people_and_places_is_broken(
    form_id: str, rule: str, changes: dict[str, Any]
) -> None:
    assert rule in {found for found, _, _ in broken(form_id, changes, Known())}


def test_a_passport_is_not_judged_as_an_identity_card() -> None:
    changes = {"id_kind": "passport", "id_number": "E12345678"}

    assert not broken("person", changes, Known())


@pytest.mark.parametrize("form_id", FORMS)
def test_right_answers_break_no_rule(form_id: str) -> None:
    assert not broken(form_id, {}, Known())


def test_every_rule_is_tried() -> None:
    tried = {rule for rule, *_ in (*STUDY_CASES, *COMMITTEE_CASES)}
    tried |= {"V-26", "V-37", "P-01", "P-02", "P-03", "P-04", "I-01", "I-02"}

    assert {rule.id for rules in RULES.values() for rule in rules} == tried


def test_extra_measures_in_an_observational_study_are_noted() -> None:
    answers = study_answers(
        {"cat.research_classification_level_2": "IIT-OBS", "content.extra_inspection_measures": "yes"}
    )  # fmt: skip
    assert "V-37" in {p.rule for p in examine(FORMS["study"], answers, today=TODAY)}


def test_problems_come_in_the_order_of_the_form() -> None:
    answers = study_answers(
        {"basic.research_title": None, "design.total_sample_size": 0, "content.keywords": ["a", "A"]}
    )  # fmt: skip
    paths = [p.path for p in examine(FORMS["study"], answers, today=TODAY)]

    assert paths == ["basic.research_title", "content.keywords", *["design.total_sample_size"] * 2]
