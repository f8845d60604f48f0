"""A filing from ClinicalTrials.gov, value by value."""

from __future__ import annotations

import pytest

from app.exchange.ctgov import study_from
from app.exchange.ctgov_places import country_code, province_code
from tests.app.exchange.registered import answers, record

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
