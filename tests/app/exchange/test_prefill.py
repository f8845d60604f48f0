"""A filing from ClinicalTrials.gov: checked by hand against the source, nothing lost or guessed."""

from __future__ import annotations

import copy
import json
import re

import pytest

from app.answers import check, flat, summarise
from app.exchange.ctgov import study_from
from app.exchange.ctgov_places import country_code
from app.exchange.prefill import leaves
from tests.app.exchange.registered import RECORDS, STUDY, answers

# --- every record -----------------------------------------------------------------------------


def test_there_are_records_of_every_sort() -> None:
    kinds = {r["protocolSection"]["designModule"]["studyType"] for r in RECORDS.values()}

    assert len(RECORDS) == 12
    assert kinds == {"INTERVENTIONAL", "OBSERVATIONAL"}


@pytest.mark.parametrize("number", RECORDS)
def test_every_answer_is_one_that_the_form_takes(number: str) -> None:
    for path, value in answers(number).items():
        asked = STUDY.at(path)[-1]
        problem = asked.type.problem(value)
        assert not problem or "最多" in problem.zh, (path, value)


@pytest.mark.parametrize("number", RECORDS)
def test_no_option_is_taken_that_the_earlier_answers_rule_out(number: str) -> None:
    found = study_from(RECORDS[number])

    # Where the class of the study is left to the person, the design waits for it.
    routed = "cat.research_classification_level_2" in found.answers
    wrong = [p.path for p in check(STUDY, found.answers) if "不符" in p.message.zh]
    assert wrong == ([] if routed else [p for p in wrong if p.startswith("design.study_design")])


@pytest.mark.parametrize("number", RECORDS)
def test_every_value_of_the_source_is_taken_or_told(number: str) -> None:
    found = study_from(RECORDS[number])

    spoken = {source for _field, source in found.taken} | {n.source for n in found.not_taken}

    def is_spoken(path: str) -> bool:
        kind = re.sub(r"\[\d+\]", "[]", path)
        return any(
            whole in (path, kind) or path.startswith((f"{whole}.", f"{whole}["))
            or kind.startswith((f"{whole}.", f"{whole}["))
            for whole in spoken
        )  # fmt: skip

    silent = [p for p, _v in leaves(RECORDS[number]["protocolSection"]) if not is_spoken(p)]
    assert not silent


@pytest.mark.parametrize("number", RECORDS)
def test_every_answer_says_where_it_came_from(number: str) -> None:
    found = study_from(RECORDS[number])

    said = {path for path, _source in found.taken}
    # What the record leaves open on purpose (no limit of age) has no value to point at.
    open_ages = {
        path for path in flat(found.answers) if path.startswith("design.m") and "age" in path
    }
    assert set(flat(found.answers)) - said <= open_ages
    assert all(n.reason.zh and n.reason.en for n in found.not_taken)


@pytest.mark.parametrize("number", RECORDS)
def test_every_text_of_the_source_stands_in_the_summary(number: str) -> None:
    body = RECORDS[number]["protocolSection"]
    found = study_from(RECORDS[number])

    said = json.dumps(found.answers, ensure_ascii=False)

    for outcome in body["outcomesModule"]["primaryOutcomes"]:
        assert json.dumps(outcome["measure"], ensure_ascii=False).strip('"').strip()[:40] in said
    assert [s.id for s in summarise(STUDY, found.answers)]


@pytest.mark.parametrize("number", RECORDS)
def test_the_same_record_gives_the_same_draft(number: str) -> None:
    assert study_from(RECORDS[number]) == study_from(copy.deepcopy(RECORDS[number]))


# --- checked by hand against the source -------------------------------------------------------


def test_an_interventional_study_of_a_hospital() -> None:
    found = study_from(RECORDS["NCT04469387"])
    taken = flat(found.answers)

    expected = {
        "cat.research_classification_level_1": "initiated",
        "cat.research_classification_level_2": "IIT-INT",
        "basic.research_start_time": "2020-09-01",
        "basic.research_complete_time": "2032-08-01",
        "recruit.recruitment_status": "recruiting",
        "recruit.first_participant_enrollment_date": "2020-09-01",
        "impl.dsmb_flag": "no",
        "impl.multicenter_flag": "no",
        "content.primary_purpose": "treatment",
        "content.research_phase": "na",
        "design.study_design": "rct",
        "design.study_design_subtype": "parallel",
        "design.random_group": "yes",
        "design.blinding_type": "single",
        "design.total_sample_size": 200,
        "design.participant_sex": "both",
        "design.minimum_age_value": 18,
        "design.minimum_age_unit": "year",
        "design.maximum_age_value": 80,
        "design.healthy_volunteer": "no",
        "other.other_platform_records/r1/other.platform_name": "nih",
        "other.other_platform_records/r1/other.platform_record_number": "NCT04469387",
        "design.research_groups/r1/design.group_name": "NS Group",
        "design.research_groups/r1/design.control_group_flag": "yes",
        "design.research_groups/r1/design.intervention_type": "surgery",
        "design.research_groups/r2/design.group_name": "LD Group",
        "design.research_groups/r2/design.control_group_flag": "no",
        "share.data_share_statement": "share",
    }
    assert {path: taken.get(path) for path in expected} == expected
    assert len(found.answers["design.inclusion_criteria"]) == 3
    assert len(found.answers["design.exclusion_criteria"]) == 4
    assert found.answers["basic.research_title"] == found.answers["basic.scientific_title"]
    assert found.answers["content.keywords"][0] == "Adjacent segment degeneration"
    warned = {w.field for w in found.warnings}
    assert {"basic.research_title", "cat.research_classification_level_2"} <= warned


def test_an_observational_study_of_a_hospital() -> None:
    taken = answers("NCT04467944")

    expected = {
        "cat.research_classification_level_2": "IIT-OBS",
        "impl.observational_status": "ongoing",
        "design.study_design": "cohort",
        "design.study_design_subtype": "prospective_cohort",
        "design.random_group": "no",
    }
    assert {path: taken.get(path) for path in expected} == expected
    assert "recruit.recruitment_status" not in taken
    assert "design.blinding_type" not in taken
    assert sum(path.endswith("/design.group_name") for path in taken) == 3


def test_a_study_of_a_company_leaves_the_class_to_the_person() -> None:
    found = study_from(RECORDS["NCT06115512"])

    assert "cat.research_classification_level_1" not in found.answers
    (left,) = [n for n in found.not_taken if n.source == "designModule.studyType"]
    assert "产品注册" in left.reason.zh
    assert found.answers["design.study_design"] == "rct"


def test_a_study_of_many_sites_lists_them_with_their_country_and_province() -> None:
    found = study_from(RECORDS["NCT03058094"])
    source = RECORDS["NCT03058094"]["protocolSection"]["contactsLocationsModule"]["locations"]

    rows = found.answers["impl.participating_organization_repeat"]

    assert len(rows) == len(source) == 21
    assert found.answers["impl.multicenter_flag"] == "yes"
    for row, site in zip(rows.values(), source, strict=True):
        assert row["impl.branch_organization_name"] == site["facility"]
        assert row["impl.branch_country"] == country_code(site["country"]) != ""
    assert found.answers["design.study_design_subtype"] == "crossover"
    assert found.answers["recruit.recruitment_status"] == "withdrawn"
    # 2018-12 is no day
    assert "basic.research_start_time" not in found.answers
    assert ("statusModule.startDateStruct.date", "2018-12") in {
        (n.source, n.value) for n in found.not_taken if isinstance(n.value, str)
    }


def test_five_sites_with_their_investigators_are_of_one_country() -> None:
    found = study_from(RECORDS["NCT06032936"])

    assert found.answers["impl.multicenter_type"] == "domestic"
    assert len(found.answers["impl.participating_organization_repeat"]) == 5
    assert found.answers["recruit.recruitment_status"] == "terminated"
    assert "statusModule.whyStopped" in {n.source for n in found.not_taken}
