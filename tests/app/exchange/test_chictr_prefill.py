"""A filing from ChiCTR and ICTRP: rough files, checked by hand, nothing lost or guessed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answers import flat
from app.errors import Unreadable
from app.exchange import rough
from app.exchange.__main__ import main
from app.exchange.chictr_page import source_of
from app.exchange.ictrp import rows_of, study_from
from app.exchange.prefill import Prefill, leaves
from app.exchange.reading import prefills
from app.forms import FORMS

FOLDER = Path(__file__).parents[2] / "data" / "exchange" / "chictr"
CSV = FOLDER / "ictrp_rows.csv"
XML = FOLDER / "ChiCTR2000034346.xml"
PAGE = FOLDER / "chictr_detail_ChiCTR2400084905.rows.json"
ROWS = {row["TrialID"]: row for row in rows_of(CSV.read_text("utf-8"))}
STUDY = FORMS["study"]
GROUP, INDICATOR = "design.research_groups", "design.measurement_indicators"


def of(number: str, **changes: str) -> Prefill:
    return study_from({**ROWS[number], **{k.replace("_", " "): v for k, v in changes.items()}})


def only(file: Path) -> Prefill:
    [found] = prefills(file)
    return found


EVERY = [*(of(number) for number in ROWS), only(XML), only(PAGE)]


# --- every record -----------------------------------------------------------------------------


def test_there_are_sixteen_rows_of_every_sort() -> None:
    assert len(ROWS) == 16
    assert {row["Study type"] for row in ROWS.values()} >= {
        "Interventional study", "Observational study", "Diagnostic test",
        "Epidemilogical research", "Health services reaserch", "Prognosis study",
    }  # fmt: skip


@pytest.mark.parametrize("found", EVERY, ids=lambda p: p.id)
def test_every_answer_is_one_that_the_form_takes(found: Prefill) -> None:
    for path, value in flat(found.answers).items():
        problem = STUDY.at(path)[-1].type.problem(value)
        assert not problem or "最多" in problem.zh, (path, value)


@pytest.mark.parametrize("found", EVERY, ids=lambda p: p.id)
def test_every_answer_says_where_it_came_from(found: Prefill) -> None:
    assert set(flat(found.answers)) == {path for path, _source in found.taken}
    assert all(n.reason.zh and n.reason.en for n in found.not_taken)


@pytest.mark.parametrize("number", ROWS)
def test_every_column_of_a_row_is_taken_or_told(number: str) -> None:
    found = of(number)
    spoken = {source for _f, source in found.taken} | {n.source for n in found.not_taken}

    assert not [c for c, v in leaves(ROWS[number]) if c not in spoken and str(v).strip()]


def test_every_value_of_a_page_is_taken_or_told() -> None:
    source = source_of(json.loads(PAGE.read_text("utf-8")))
    found = only(PAGE)
    spoken = {s for _f, s in found.taken} | {n.source for n in found.not_taken}

    def is_spoken(path: str) -> bool:
        kinds = {path, re.sub(r"\[\d+\]", "[]", path)}
        return any(k == s or k.startswith((f"{s}.", f"{s}[")) for k in kinds for s in spoken)

    assert not [path for path, _value in leaves(source) if not is_spoken(path)]
    assert not spoken & {"sites", "groups", "outcomes", "samples"}


# --- checked by hand against the source -------------------------------------------------------

BY_HAND: dict[str, dict[str, Any]] = {
    "ChiCTR2000029741": {
        "other.other_platform_records/r1/other.platform_name": "chictr",
        "other.other_platform_records/r1/other.platform_record_number": "ChiCTR2000029741",
        "content.disease_symptom": "2019 Novel Coronavirus Infection (CoVID-19)",
        "content.research_phase": "p4",
        "design.study_design": "rct",
        "design.study_design_subtype": "parallel",
        "design.random_group": "yes",
        "design.participant_sex": "both",
        "design.minimum_age_value": None,
        "design.total_sample_size": 112,
        f"{GROUP}/r1/design.group_name": "experimental group",
        f"{GROUP}/r1/design.group_sample_size": 56,
        f"{GROUP}/r1/design.intervention_name": "Chloroquine Phosphate",
        f"{GROUP}/r2/design.intervention_name_english": "Lopinavir / Ritonavir",
        f"{INDICATOR}/r5/design.indicator_name": "Peripheral blood cell count "
        "(including white blood cells, lymphocytes, neutrophils, etc.)",
        f"{INDICATOR}/r11/design.indicator_name": "Virus nucleic acid",
        f"{INDICATOR}/r12/design.indicator_name": None,
        "recruit.recruitment_status": "recruiting",
        "basic.research_start_time": "2020-02-12",
        "cat.research_classification_level_2": None,
    },
    "ChiCTR2000030768": {
        "basic.research_title": "Risk Factors for Anxiety of Otolaryngology Workers in Hubei "
        "Province Fighting Against novel coronavirus pneumonia (COVID-19)",
        "cat.research_classification_level_2": "IIT-OBS",  # “Epidemilogical research”
        "content.disease_symptom": "Anxiety; Novel Coronavirus Pneumonia (COVID-19)",
        "content.research_phase": "na",
        "design.study_design": None,  # Sequential there means consecutive
        "design.minimum_age_unit": None,
        "design.total_sample_size": 450,
        f"{GROUP}/r1/design.group_name": "Case series",
        f"{GROUP}/r1/design.intervention_name": None,  # “no”
        f"{GROUP}/r2/design.group_name": None,
        f"{INDICATOR}/r1/design.indicator_type_level_1": "primary",
        "design.inclusion_criteria/r1/design.inclusion_criterion":
            "otolaryngology healthcare workers in Hubei Province",
        "design.exclusion_criteria/r1/design.exclusion_criterion":
            "People with anxiety or depression prior to the COVID-19 outbreak.",
        "basic.recruiting_start_time": "2020-02-01",
        "impl.observational_status": "ongoing",
    },
    "ChiCTR2000030223": {
        "cat.research_classification_level_2": None,  # health services may be either
        "design.minimum_age_value": 18,
        "design.maximum_age_value": 100,
        "design.participant_sex": "both",
        "design.total_sample_size": 5000,
        f"{GROUP}/r1/design.group_sample_size": 5000,
        f"{GROUP}/r1/design.intervention_name": "Health Advice based on survey results",
        f"{INDICATOR}/r2/design.indicator_name": "Socio-demographcis and others",  # as it stands
        "recruit.recruitment_status": "recruiting",
        "basic.research_start_time": "2020-02-20",
        "basic.research_complete_time": None,
    },
    "ChiCTR2000029949": {
        "cat.research_classification_level_1": "initiated",
        "cat.research_classification_level_2": "IIT-OBS",
        "content.research_phase": "retro",
        "design.study_design": None,
        "design.minimum_age_unit": "year",
        "design.minimum_age_value": 18,
        "design.maximum_age_unit": None,
        "design.total_sample_size": 40,
        f"{GROUP}/r1/design.intervention_name": "Extracorporeal Membrane Oxygenation",
        f"{INDICATOR}/r2/design.indicator_name": "inhospital mortality",
        "design.inclusion_criteria/r1/design.inclusion_criterion": "Aged >=18 years;",
        "design.inclusion_criteria/r3/design.inclusion_criterion":
            "Failed by conventional treatment needing ECMO support.",
        "design.exclusion_criteria/r1/design.exclusion_criterion_english": None,
        "design.exclusion_criteria_english/r1/design.exclusion_criterion_english":
            "Absolutely forbidden criteria for ECMO application",
        "impl.observational_status": None,
    },
    "ChiCTR2000031023": {
        "design.study_design": "non_randomised",
        "design.study_design_subtype": "non_concurrent",
        "design.random_group": "no",
        "content.research_phase": "na",
        "design.total_sample_size": 320,
        f"{GROUP}/r1/design.group_name": "Group 2",
        f"{GROUP}/r1/design.intervention_name": "thymosin",
        f"{GROUP}/r2/design.intervention_name": "BaZhen soup",
        f"{INDICATOR}/r3/design.indicator_name":
            "2-year tumor-free survival and overall survival",
    },
    "ChiCTR2000029883": {
        "content.primary_purpose": "diagnosis",
        "design.study_design": "diagnostic",
        "content.research_phase": "pilot",
        "design.diagnostic_target_sample_size": 200,
        "design.diagnostic_confusable_sample_size": 0,
        "design.total_sample_size": 200,
        "design.maximum_age_value": 75,
        f"{INDICATOR}/r2/design.indicator_name": "SEN",
        f"{GROUP}/r1/design.group_name": None,
    },
    "ChiCTR2000029639": {
        "design.minimum_age_value": 14,
        "design.maximum_age_value": None,
        "design.vulnerable_group": "yes",
        "design.vulnerable_group_type": ["children"],
        "design.study_design": None,
        "design.total_sample_size": 192,
        f"{GROUP}/r3/design.intervention_name": "Psychological intervention or drug intervention",
        f"{INDICATOR}/r8/design.indicator_name": "Lymphocyte subsets",
    },
    "ChiCTR2000029935": {
        "design.study_design": "non_randomised",
        "design.study_design_subtype": "single_arm",
        "design.total_sample_size": 100,
        f"{INDICATOR}/r1/design.indicator_name": "Length of hospital stay",
        f"{INDICATOR}/r1/design.indicator_type_level_1": "primary",
        "recruit.recruitment_flag": "yes",
    },
}  # fmt: skip


@pytest.mark.parametrize("number", BY_HAND)
def test_a_row_is_read_as_a_person_reads_it(number: str) -> None:
    found = flat(of(number).answers)

    assert {path: found.get(path) for path in BY_HAND[number]} == BY_HAND[number]


def test_the_xml_of_chictr_is_read_as_a_person_reads_it() -> None:
    found = flat(only(XML).answers)

    expected = {
        "basic.research_title": "Survey for Surgery status of a designated Hospital for "
        "COVID-19 management in Guangzhou",
        "basic.research_start_time": "2020-04-10",
        "content.research_phase": "retro",
        "design.total_sample_size": 3239,
        f"{GROUP}/r1/design.group_name": "2019 Y",
        f"{GROUP}/r1/design.group_sample_size": 2418,
        f"{GROUP}/r2/design.group_sample_size": 821,
        f"{GROUP}/r1/design.intervention_name": None,
        f"{INDICATOR}/r1/design.indicator_name": "decrease",
        "design.exclusion_criteria/r2/design.exclusion_criterion":
            "Types of surgery not available previously in our hospital",
        "impl.applicant_email": "masked@example.org",
        "recruit.recruitment_status": "completed",
        "design.study_design": None,
    }  # fmt: skip
    assert {path: found.get(path) for path in expected} == expected


def test_a_page_of_chictr_keeps_chinese_and_english_apart() -> None:
    found = flat(only(PAGE).answers)

    expected = {
        "content.disease_symptom": "KRAS G12C突变、局部晚期或转移性非小细胞肺癌",
        "content.target_disease": "KRAS G12C-Mutant, Locally Advanced or Metastatic "
        "Non-Small Cell Lung Cancer",
        "content.research_phase": "p3",
        "design.study_design": "rct",
        "design.blinding_type": "double",
        "design.minimum_age_value": 18,
        "design.maximum_age_value": None,
        "design.total_sample_size": 192 * 2 + 276 * 2,
        "basic.research_start_time": "2024-06-01",
        "basic.recruiting_end_time": "2026-06-01",
        f"{GROUP}/r2/design.group_name": "对照组（A部分）",
        f"{GROUP}/r2/design.intervention_name_english": "placebo with pembrolizumab",
        f"{INDICATOR}/r2/design.indicator_name": "总生存期",
        f"{INDICATOR}/r2/design.indicator_type_level_1": "secondary",
        "design.biological_samples_standard/r1/design.sample_destination": "destroyed",
        "impl.dsmb_flag": "yes",
        "impl.participating_organization_repeat/r1/impl.branch_province_select": "22",
        "impl.participating_organization_repeat/r2/impl.branch_province_select": "12",
        "share.data_share_statement": "no",
        "share.statistical_result_public": "no",
        "share.data_analysis": None,
    }
    assert {path: found.get(path) for path in expected} == expected
    assert found["design.inclusion_criteria/r7/design.inclusion_criterion"] == "能够吞咽胶囊。"
    sites = {p.split("/")[1] for p in found if p.startswith("impl.participating_org")}
    names = [v for p, v in found.items() if p.endswith("branch_organization_name")]
    assert len(names) == len(set(names)) == len(sites) > 20


# --- rough values -----------------------------------------------------------------------------


def warned(found: Prefill, piece: str) -> bool:
    return any(piece in w.message.zh for w in found.warnings)


def left(found: Prefill, source: str) -> list[Any]:
    return [n.value for n in found.not_taken if n.source == source]


def test_a_title_padded_with_blanks_is_read_without_them_and_said() -> None:
    found = of("ChiCTR2000029953")

    assert len(ROWS["ChiCTR2000029953"]["Scientific title"]) > 1900
    assert len(found.answers["basic.research_title"]) < 120
    assert warned(found, "多余空格")


@pytest.mark.parametrize(
    ("number", "typed"), [("ChiCTR2000029990", "2-1"), ("ChiCTR2000030987", "3-2")]
)
def test_a_date_is_not_taken_for_a_phase(number: str, typed: str) -> None:
    found = of(number)

    assert "content.research_phase" not in found.answers
    [reason] = [n.reason for n in found.not_taken if n.source == "Phase"]
    assert f"“{typed}”" in reason.zh
    assert warned(found, "研究阶段是日期")


def test_misspelt_words_are_read_and_said() -> None:
    epidemic = of("ChiCTR2000030768")

    assert epidemic.answers["cat.research_classification_level_2"] == "IIT-OBS"
    assert warned(epidemic, "Epidemilogical")
    assert warned(of("ChiCTR2000030223"), "reaserch")
    assert warned(of("ChiCTR2000030859"), "Chian")


def test_a_list_that_was_cut_off_gives_no_total() -> None:
    found = of("ChiCTR2000029435")

    assert "design.total_sample_size" not in found.answers
    assert left(found, "Target size") == ["Hospital su"]
    assert len(found.answers[GROUP]) == 6


@pytest.mark.parametrize("age", ["??", "-", "ND", "0", "0.1"])
def test_an_age_that_says_nothing_is_left(age: str) -> None:
    found = of("ChiCTR2000029949", Inclusion_agemin=age)

    assert not [path for path in found.answers if path.startswith("design.minimum_age")]
    assert left(found, "Inclusion agemin") == [age]


@pytest.mark.parametrize(
    ("age", "unit", "value"), [("18 Years", "year", 18), ("6M", "month", 6), ("28 days", "day", 28)]
)
def test_an_age_with_its_unit_is_read(age: str, unit: str, value: int) -> None:
    found = of("ChiCTR2000029949", Inclusion_agemin=age)

    assert found.answers["design.minimum_age_unit"] == unit
    assert found.answers["design.minimum_age_value"] == value
    assert not warned(found, "没有单位")


def test_no_intervention_is_no_name_of_one() -> None:
    found = of("ChiCTR2000029953")

    assert "design.intervention_name" not in str(found.answers)
    assert left(found, "Intervention") == [["survival group: none", "died: none"]]


def test_garbled_signs_are_said_and_kept() -> None:
    found = of("ChiCTR2000030088")

    assert "√ó" in str(found.answers[GROUP])
    assert warned(found, "乱码")


def test_the_sponsor_over_there_is_told_not_taken() -> None:
    found = of("ChiCTR2000029953")

    assert left(found, "Primary sponsor") == ["Zhongnan Hospital of Wuhan University"]
    assert "basic.base_research_sponsor" not in found.answers


@pytest.mark.parametrize(
    ("text", "day"),
    [("2020-02-01 00:00:00", "2020-02-01"), ("01/02/2020", "2020-02-01"),
     ("20200201", "2020-02-01"), ("2020-02-31", ""), ("soon", ""), ("", "")],
)  # fmt: skip
def test_dates_are_read_in_the_shapes_that_come(text: str, day: str) -> None:
    assert rough.day(text) == day


def test_a_label_with_a_semicolon_belongs_to_its_group() -> None:
    groups, rest = rough.sized("A VS B; C VS D:600;control:2;")

    assert groups == [("A VS B; C VS D", 600), ("control", 2)]
    assert rest == ""


def test_interventions_under_other_labels_are_not_given_to_groups() -> None:
    assert rough.labelled("case:drug;control:none;", ["case", "placebo"]) is None
    assert rough.labelled("case:drug; twice;control:none;", ["case", "control"]) == {
        "case": "drug; twice", "control": "none",
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ROWS["ChiCTR2000029953"])), st.text(max_size=60)))
def test_any_text_in_any_column_is_read_without_an_exception(changes: dict[str, str]) -> None:
    row = {**ROWS["ChiCTR2000029949"], **changes, "TrialID": "ChiCTR1"}

    for path, value in flat(study_from(row).answers).items():
        problem = STUDY.at(path)[-1].type.problem(value)
        assert not problem or "最多" in problem.zh, (path, value)


# --- files ------------------------------------------------------------------------------------


def test_the_command_gives_one_object_per_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prefill", str(CSV), str(XML), str(PAGE), "--json"]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == [*ROWS, "ChiCTR2000034346", "ChiCTR2400084905"]
    assert set(lines[0]) == {"source", "id", "answers", "taken", "not_taken", "warnings"}


def test_the_flat_xml_of_ictrp_is_read_as_its_table(tmp_path: Path) -> None:
    row = ROWS["ChiCTR2000031023"]
    tags = {k.replace(" ", "_"): escape(v) for k, v in row.items()}
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in tags.items())
    file = tmp_path / "ICTRP.xml"
    file.write_text(
        "<?xml version='1.0' encoding='utf-8'?><Trials_downloaded_from_ICTRP>"
        f"<Trial>{inner}</Trial></Trials_downloaded_from_ICTRP>",
        "utf-8",
    )

    assert only(file).answers == of("ChiCTR2000031023").answers


def test_a_table_saved_in_chinese_encoding_is_read(tmp_path: Path) -> None:
    file = tmp_path / "旧表.csv"
    file.write_bytes("TrialID,Public title\r\nChiCTR1,心衰研究\r\n".encode("gb18030"))

    assert only(file).answers["basic.public_name"] == "心衰研究"


BOMB = (
    '<!DOCTYPE trials [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/hostname">]>'
    "<trials><trial><main><trial_id>&b;&c;</trial_id></main></trial></trials>"
)


@pytest.mark.parametrize(
    "content",
    ["", "a,b\n1,2\n", "TrialID,b\n1,2\n", "<a/>", "<trials/>", "<trials>", BOMB, "[[]]",
     "<trials><trial><main/></trial></trials>", '[["注册号："]]', "\x00\x01",
     "<trials><trial>" + "<a>" * 200 + "</a>" * 200 + "</trial></trials>"],
)  # fmt: skip
def test_a_file_of_another_kind_ends_with_2_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    file = tmp_path / "other"
    file.write_text(content, "utf-8")

    assert main(["prefill", str(file), "--json"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "请" in said.err or "可以读取" in said.err


def test_a_row_without_a_number_is_refused() -> None:
    with pytest.raises(Unreadable, match="TrialID"):
        of("ChiCTR2000029953", TrialID=" ")
