"""A filing from ClinicalTrials.gov: checked by hand against the source, nothing lost or guessed."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.answers import check, flat, summarise
from app.errors import Unreadable
from app.exchange.criteria import parted
from app.exchange.ctgov import study_from
from app.exchange.ctgov_places import country_code, province_code
from app.exchange.prefill import Prefill, leaves
from app.forms import FORMS
from app.forms.schema import Rows

FOLDER = Path(__file__).parents[2] / "data" / "exchange" / "clinicaltrials_gov"
RECORDS = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}
STUDY = FORMS["study"]


def record(number: str, **changes: Any) -> dict[str, Any]:
    """One of the records, with values at dotted paths put in the place of others."""
    body = copy.deepcopy(RECORDS[number])
    for path, value in changes.items():
        *folders, last = path.split("__")
        node = body["protocolSection"]
        for folder in folders:
            node = node.setdefault(folder, {})
        node[last] = value
    return body


def answers(number: str, **changes: Any) -> dict[str, Any]:
    return flat(study_from(record(number, **changes)).answers)


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


# --- value by value ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        (["PHASE1"], "p1"), (["PHASE1", "PHASE2"], "p12"), (["PHASE2", "PHASE3"], "p23"),
        (["PHASE4"], "p4"), (["EARLY_PHASE1"], "early_1"), (["NA"], "na"),
        (["PHASE1", "PHASE3"], None), ([], None),
    ],
)  # fmt: skip
def test_phases(phases: list[str], told: str | None) -> None:
    taken = answers("NCT04469387", designModule__phases=phases)

    assert taken.get("content.research_phase") == told


@pytest.mark.parametrize(
    ("allocation", "model", "design", "subtype"),
    [
        ("RANDOMIZED", "PARALLEL", "rct", "parallel"),
        ("RANDOMIZED", "CROSSOVER", "rct", "crossover"),
        ("RANDOMIZED", "FACTORIAL", "rct", "factorial"),
        ("RANDOMIZED", "SEQUENTIAL", "rct", "sequential"),
        ("RANDOMIZED", "SINGLE_GROUP", "rct", None),
        ("NON_RANDOMIZED", "PARALLEL", "non_randomised", None),  # 同期 or 非同期
        ("NA", "SINGLE_GROUP", "non_randomised", "single_arm"),
        ("", "PARALLEL", None, None),
    ],
)
def test_models(allocation: str, model: str, design: str | None, subtype: str | None) -> None:
    taken = answers(
        "NCT02652234",
        designModule__designInfo__allocation=allocation,
        designModule__designInfo__interventionModel=model,
    )

    assert taken.get("design.study_design") == design
    assert taken.get("design.study_design_subtype") == subtype


@pytest.mark.parametrize(
    ("masking", "who", "told", "warned"),
    [
        ("NONE", [], "open", False),
        ("SINGLE", ["PARTICIPANT"], "single", False),
        ("SINGLE", ["OUTCOMES_ASSESSOR"], "open_assessor", False),
        ("SINGLE", ["INVESTIGATOR"], None, False),
        ("DOUBLE", ["PARTICIPANT", "INVESTIGATOR"], "double", False),
        ("DOUBLE", ["OUTCOMES_ASSESSOR", "PARTICIPANT"], "single_assessor", False),
        ("QUADRUPLE", ["PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"],
         "double", True),
    ],
)  # fmt: skip
def test_masking(masking: str, who: list[str], told: str | None, warned: bool) -> None:
    info = {"masking": masking, "whoMasked": who}

    found = study_from(record("NCT04469387", designModule__designInfo__maskingInfo=info))

    assert found.answers.get("design.blinding_type") == told
    assert ("design.blinding_type" in {w.field for w in found.warnings}) is warned
    assert (told is None) == any("maskingInfo" in n.source for n in found.not_taken)


@pytest.mark.parametrize(
    ("age", "unit", "value"),
    [
        ("18 Years", "year", 18), ("1 Year", "year", 1), ("6 Months", "month", 6),
        ("3 Days", "day", 3), ("N/A", "any", None), ("", "any", None), ("30 Minutes", None, None),
        ("18-75", None, None),
    ],
)  # fmt: skip
def test_ages(age: str, unit: str | None, value: int | None) -> None:
    taken = answers("NCT04469387", eligibilityModule__minimumAge=age)

    assert taken.get("design.minimum_age_unit") == unit
    assert taken.get("design.minimum_age_value") == value


def test_children_are_a_vulnerable_group() -> None:
    taken = answers("NCT04469387", eligibilityModule__minimumAge="6 Months")

    assert taken["design.vulnerable_group"] == "yes"
    assert taken["design.vulnerable_group_type"] == ["children"]
    assert "design.vulnerable_group" not in answers("NCT04469387")


@pytest.mark.parametrize(
    ("entry", "platform", "name"),
    [
        ({"id": "ChiCTR2400084905", "type": "REGISTRY", "domain": "ChiCTR"}, "chictr", None),
        ({"id": "CTR20231827", "type": "OTHER", "domain": "CDE"}, "cde", None),
        ({"id": "2020-002324-36", "type": "EUDRACT_NUMBER"}, "other", "EudraCT"),
        ({"id": "U1111-1280-9492", "type": "OTHER", "domain": "WHO"}, "other", "WHO"),
    ],
)
def test_numbers_of_other_registries(
    entry: dict[str, str], platform: str, name: str | None
) -> None:
    taken = answers("NCT04469387", identificationModule__secondaryIdInfos=[entry])

    row = "other.other_platform_records/r2/other."
    assert taken[f"{row}platform_name"] == platform
    assert taken.get(f"{row}platform_other_name") == name
    assert taken[f"{row}platform_record_number"] == entry["id"]


def test_a_number_of_a_company_is_no_registry_number() -> None:
    entry = {"id": "MK-1026-003", "type": "OTHER", "domain": "Merck"}

    found = study_from(record("NCT04469387", identificationModule__secondaryIdInfos=[entry]))

    assert len(found.answers["other.other_platform_records"]) == 1
    assert entry in [n.value for n in found.not_taken]


def test_more_than_five_keywords_are_told() -> None:
    words = [f"word {n}" for n in range(7)]

    found = study_from(record("NCT04469387", conditionsModule__keywords=words))

    assert found.answers["content.keywords"] == words[:5]
    assert ["word 5", "word 6"] in [n.value for n in found.not_taken]


def test_a_chinese_text_needs_no_translation() -> None:
    found = study_from(record("NCT04469387", identificationModule__officialTitle="腰椎研究"))

    assert "basic.research_title" not in {w.field for w in found.warnings}


def test_a_text_that_is_too_long_is_taken_whole_and_said() -> None:
    found = study_from(record("NCT04469387", identificationModule__officialTitle="x" * 600))

    assert len(found.answers["basic.research_title"]) == 600
    assert any("600" in w.message.zh for w in found.warnings if w.field == "basic.research_title")


def test_marks_of_the_registry_are_read_as_signs() -> None:
    taken = answers("NCT04469387", descriptionModule__briefSummary=r"ALT\>2.5×ULN \[a\] 1\. b")

    assert taken["content.research_objective_description"] == "ALT>2.5×ULN [a] 1. b"


@pytest.mark.parametrize(
    ("name", "code"),
    [("China", "CN"), ("Turkey", "TR"), ("Hong Kong", "HK"), ("Taiwan", "TW"), ("Vietnam", "VN"),
     ("United States", "US"), ("Chian", ""), ("", "")],
)  # fmt: skip
def test_countries(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("Hunan", "43"), ("Beijing Municipality", "11"), ("Shanghai", "31"), ("HB", ""), ("", "")],
)
def test_provinces(name: str, code: str) -> None:
    assert province_code(name) == code


# --- criteria ---------------------------------------------------------------------------------


def test_criteria_are_parted_at_their_marks() -> None:
    text = """Inclusion Criteria:

1. Aged 18 to 75 years;
2. One of the following:

   * a) ECOG 0
   * b) ECOG 1
3. Signed consent.

Exclusion Criteria:

* Pregnant;
- Active infection,
continued here."""

    found = parted(text)

    assert found.inclusion == (
        "Aged 18 to 75 years;",
        "One of the following:\n* a) ECOG 0\n* b) ECOG 1",
        "Signed consent.",
    )
    assert found.exclusion == ("Pregnant;", "Active infection,\ncontinued here.")
    assert found.other == ""


def test_criteria_without_marks_are_parted_at_their_lines() -> None:
    found = parted(
        "Inclusion criteria: adults\nwith diabetes\n\nKey Exclusion Criteria\n\npregnancy"
    )

    assert found.inclusion == ("adults", "with diabetes")
    assert found.exclusion == ("pregnancy",)


def test_a_heading_inside_the_exclusion_stays_there() -> None:
    found = parted("Exclusion Criteria:\n\nExclusion criteria for medical history:\n\n1. stroke")

    assert found.inclusion == ()
    assert "stroke" in found.exclusion[-1]


def test_text_that_cannot_be_parted_is_left_with_the_reason() -> None:
    text = "Adults with diabetes who are not pregnant."

    found = study_from(record("NCT04469387", eligibilityModule__eligibilityCriteria=text))

    assert "design.inclusion_criteria" not in found.answers
    assert text in [n.value for n in found.not_taken]


@pytest.mark.parametrize("number", RECORDS)
def test_no_word_of_the_criteria_is_lost(number: str) -> None:
    text = RECORDS[number]["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    found = parted(text)

    kept = re.findall(r"\w{3,}", " ".join((*found.inclusion, *found.exclusion, found.other)))
    words = [w for w in re.findall(r"\w{3,}", text)
             if w.lower() not in ("inclusion", "exclusion", "criteria", "key", "main")]  # fmt: skip
    assert not set(words) - set(kept)


@given(st.text(max_size=300))
def test_any_text_can_be_parted(text: str) -> None:
    found = parted(text)

    assert all(found.inclusion + found.exclusion)


# --- files that are not as they should be -----------------------------------------------------

JUNK = st.sampled_from(
    [None, "", "x", 0, -1, 2.5, True, [], ["x", 1, None], {}, {"x": "y"}, "9" * 99]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_damaged_record_is_read_as_far_as_it_goes(data: st.DataObject) -> None:
    body = copy.deepcopy(RECORDS[data.draw(st.sampled_from(sorted(RECORDS)))])
    for _ in range(data.draw(st.integers(1, 6))):
        _spoil(body["protocolSection"], data)
    body["protocolSection"].setdefault("identificationModule", {})
    if not isinstance(body["protocolSection"]["identificationModule"], dict):
        body["protocolSection"]["identificationModule"] = {}
    body["protocolSection"]["identificationModule"]["nctId"] = "NCT00000000"

    found = study_from(body)

    json.dumps(found.to_wire())
    for path, value in flat(found.answers).items():
        problem = STUDY.at(path)[-1].type.problem(value)
        assert not problem or "最多" in problem.zh


def _spoil(node: Any, data: st.DataObject) -> None:
    """Put something else in the place of a value somewhere inside."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inside = isinstance(node[key], dict | list) and node[key]
        if not inside or data.draw(st.integers(0, 4)) == 0:
            node[key] = copy.deepcopy(data.draw(JUNK))
            return
        node = node[key]


@pytest.mark.parametrize(
    "body", [{}, [], "x", None, {"protocolSection": {}}, {"protocolSection": []}]
)
def test_what_is_no_record_is_refused_with_what_to_do(body: Any) -> None:
    with pytest.raises(Unreadable) as told:
        study_from(body)

    assert "请" in told.value.say("zh")


# --- the command ------------------------------------------------------------------------------


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.exchange", "prefill", *map(str, arguments)],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_writes_one_object_a_record(tmp_path: Path) -> None:
    many = tmp_path / "search.json"
    many.write_text(json.dumps({"studies": [RECORDS["NCT04469387"], RECORDS["NCT06610240"]]}))

    done = command(FOLDER / "NCT04467944.json", many, "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [line["id"] for line in lines] == ["NCT04467944", "NCT04469387", "NCT06610240"]
    assert set(lines[0]) == {"source", "id", "answers", "taken", "not_taken", "warnings"}
    assert set(lines[0]["not_taken"][0]) == {"source", "value", "reason"}
    assert lines[0]["source"].endswith("NCT04467944.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[[[",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"studies": []}',
    ],
)
def test_a_file_of_another_kind_ends_with_2_and_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(content)

    done = command(file, "--json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "请" in done.stderr or "可以读取" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    done = command(tmp_path / "missing.json", FOLDER / "NCT04467944.json", "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["id"] == "NCT04467944"


def test_prefilled_rows_are_rows_of_the_form() -> None:
    found: Prefill = study_from(RECORDS["NCT03058094"])

    for field_id, value in found.answers.items():
        asked = STUDY.field(field_id)
        assert isinstance(value, dict) == isinstance(asked.type, Rows)
