"""Odd files of other registries, seven more records read by hand, and the report of shares."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.answers import flat
from app.exchange.__main__ import main
from app.exchange.ictrp import rows_of
from app.exchange.reading import SIZE_MOST, prefills

FOLDER = Path(__file__).parents[2] / "data" / "exchange"
CTGOV = FOLDER / "clinicaltrials_gov"
ROWS_FILE = FOLDER / "chictr" / "ictrp_rows.csv"
XML = FOLDER / "chictr" / "ChiCTR2000034346.xml"
ROWS = list(rows_of(ROWS_FILE.read_text("utf-8")))

# With those of test_prefill.py (5, one of them again here) and test_chictr_prefill.py (10):
# twenty-two records read by hand against their source.
BY_HAND: dict[str, dict[str, Any]] = {
    "NCT03453307": {
        "cat.research_classification_level_2": None,  # a company: whose purpose is not told
        "design.study_design": "cross_sectional",
        "design.biological_sample_collection": "yes",
        "design.total_sample_size": 100,
        "design.minimum_age_value": 18,
        "design.maximum_age_unit": "any",
        "design.healthy_volunteer": None,
        "impl.dsmb_flag": "yes",
        "basic.research_start_time": "2018-01-30",
        "content.keywords": ["Tumor Organoids", "Drug Sensitivity", "NSCLC"],
        "impl.observational_status": None,  # UNKNOWN over there
        "design.inclusion_criteria/r5/design.inclusion_criterion": "Life expectancy > 12 months.",
        "design.research_groups/r1/design.group_name": "Group-1",
    },
    "NCT04405661": {
        "cat.research_classification_level_2": "IIT-OBS",
        "design.study_design_subtype": "prospective_cohort",
        "design.maximum_age_value": 70,
        "design.healthy_volunteer": "no",
        "basic.research_complete_time": "2022-05-30",
        "basic.base_research_sponsor": "Guangzhou Institute of Respiratory Disease",
        "design.measurement_indicators/r3/design.indicator_type_level_1": "primary",
        "design.measurement_indicators/r4/design.indicator_type_level_1": "secondary",
        "design.measurement_indicators/r6/design.indicator_name": None,
        "design.research_groups/r1/design.group_name": None,
        "content.keywords": ["PD-L1", "NSCLC", "Biomarker", "mIHC", "immune microenvironment"],
    },
    "NCT05649592": {
        "design.study_design": "case_control",
        "impl.observational_status": "ended",
        "basic.english_acronym": "ICCLDHPCMSFT",
        "design.total_sample_size": 110,
        "design.minimum_age_value": 20,
        "design.maximum_age_value": 55,
        "design.healthy_volunteer": "yes",
        "impl.dsmb_flag": None,
        "design.research_groups/r2/design.group_name": "healthy volunteers",
        "design.research_groups/r2/design.intervention_name":
            "Magnetic Resonance Hydrolipid Separation Imaging",
        "design.biological_sample_collection": None,
        "share.data_share_statement": "share",
    },
    "NCT06001671": {
        "cat.research_classification_level_2": "IIT-INT",
        "content.research_phase": "p1",
        "design.study_design": "non_randomised",
        "design.study_design_subtype": None,  # SEQUENTIAL of one dose after another
        "design.total_sample_size": 23,
        "recruit.recruitment_status": "completed",
        "recruit.first_participant_enrollment_date": "2020-10-27",
        "basic.research_complete_time": "2023-08-08",
        "design.research_groups/r3/design.group_name": "BEBT-109 240mg",
        "design.research_groups/r3/design.control_group_flag": "no",
        "design.measurement_indicators/r2/design.indicator_name": "MTD",
        "share.data_share_statement": None,
    },
    "NCT06115512": {
        "cat.research_classification_level_1": None,
        "content.research_phase": "p3",
        "design.study_design_subtype": "parallel",
        "design.blinding_type": "double",
        "design.total_sample_size": 400,
        "design.maximum_age_value": 80,
        "design.research_groups/r2/design.control_group_flag": "yes",
        "design.measurement_indicators/r2/design.indicator_name":
            "Success rate of radiographic fusion",
        "design.inclusion_criteria/r5/design.inclusion_criterion": "Preoperative ODI score ≥ 30;",
        "share.data_share_statement": "no",
    },
    "NCT02652234": {
        "basic.research_start_time": None,  # 2015-08 is no day
        "design.study_design_subtype": "single_arm",
        "design.total_sample_size": 8,
        "impl.dsmb_flag": "no",
        "design.research_groups/r1/design.intervention_name": "Endostar; Chemotherapy",
        "design.research_groups/r1/design.joint_measures": "yes",
        "design.measurement_indicators/r6/design.indicator_name": "CL",
        "design.inclusion_criteria/r2/design.inclusion_criterion": "ECOG performance status 0-1",
        "recruit.recruitment_status": None,
    },
    "NCT04646330": {
        "cat.research_classification_level_1": None,  # a company: whose purpose is not told
        "basic.public_name": "A Trial of AK104 Plus Anlotinib in NSCLC",
        "basic.base_research_sponsor": "Akeso",
        "basic.research_start_time": "2020-11-18",
        "basic.research_complete_time": "2025-07-30",
        "recruit.recruitment_status": "completed",
        "content.research_phase": "p12",
        "content.primary_purpose": "treatment",
        "design.study_design": "rct",  # although its summary says single arm
        "design.study_design_subtype": "parallel",
        "design.random_group": "yes",
        "design.blinding_type": "open",
        "design.total_sample_size": 114,
        "design.minimum_age_value": 18,
        "design.maximum_age_value": 75,
        "design.healthy_volunteer": "no",
        "design.inclusion_criteria/r5/design.inclusion_criterion":
            "Have a life expectancy of at least 3 months.",
        "design.inclusion_criteria/r11/design.inclusion_criterion": None,
        "design.exclusion_criteria/r3/design.exclusion_criterion":
            "Has undergone major surgery within 30 days of Study Day 1;",
        "design.research_groups/r2/design.group_name": "AK104 15mg/kg Q3W plus anlotinib",
        "design.research_groups/r4/design.group_name": None,
        "design.measurement_indicators/r1/design.indicator_name": "Objective Response Rate (ORR)",
        "design.measurement_indicators/r1/design.indicator_type_level_1": "primary",
        "design.measurement_indicators/r4/design.indicator_name": "Disease control rate (DCR)",
        "design.measurement_indicators/r5/design.indicator_name": None,
        "share.data_share_statement": None,
    },
    "NCT06610240": {
        "cat.research_classification_level_2": "IIT-OBS",
        "impl.observational_status": "ongoing",
        "design.study_design_subtype": "retrospective_cohort",
        "design.minimum_age_unit": "any",
        "design.vulnerable_group_type": ["children"],
        "design.total_sample_size": 500,
        "share.data_share_statement": None,  # undecided
        "share.data_share_plan": "we need to further analyze the data",
        "design.measurement_indicators/r5/design.indicator_name": "p-CR",
    },
}  # fmt: skip


@pytest.mark.parametrize("number", BY_HAND)
def test_a_record_is_read_as_a_person_reads_it(number: str) -> None:
    [found] = prefills(CTGOV / f"{number}.json")
    answers = flat(found.answers)

    assert {path: answers.get(path) for path in BY_HAND[number]} == BY_HAND[number]
    assert found.id == number


# --- files as programs write them -------------------------------------------------------------


def workbook(file: Path, rows: list[dict[str, str]], *, underscores: bool = False) -> Path:
    book = xlsxwriter.Workbook(file, {"strings_to_urls": False, "strings_to_formulas": False})
    book.add_worksheet("read me").write_string(0, 0, "ICTRP")
    sheet = book.add_worksheet("trials")
    names = list(rows[0])
    for column, name in enumerate(names):
        sheet.write_string(0, column, name.replace(" ", "_") if underscores else name)
        for line, row in enumerate(rows, 1):
            sheet.write_string(line, column, row[name])
    book.close()
    return file


@pytest.mark.parametrize("underscores", [False, True])
def test_the_workbook_is_read_as_its_csv(tmp_path: Path, underscores: bool) -> None:
    file = workbook(tmp_path / "any name", ROWS, underscores=underscores)

    assert list(prefills(file)) == list(prefills(ROWS_FILE))


def test_a_date_in_a_workbook_is_no_phase_and_a_number_has_no_point(tmp_path: Path) -> None:
    import datetime

    book = xlsxwriter.Workbook(tmp_path / "x.xlsx")
    sheet = book.add_worksheet()
    row = {**ROWS[0], "Phase": "", "Inclusion agemin": ""}
    for column, (name, text) in enumerate(row.items()):
        sheet.write_string(0, column, name)
        sheet.write_string(1, column, text)
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    day = datetime.datetime(2020, 2, 1)  # noqa: DTZ001 -- Excel knows no zones
    sheet.write_datetime(1, list(row).index("Phase"), day, as_day)
    sheet.write_number(1, list(row).index("Inclusion agemin"), 18)
    book.close()

    [found] = prefills(tmp_path / "x.xlsx")

    assert "content.research_phase" not in found.answers
    assert found.answers["design.minimum_age_value"] == 18


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
@pytest.mark.parametrize("kind", ["json", "csv", "xml"])
def test_a_mark_before_the_text_says_how_it_is_written(
    tmp_path: Path, encoding: str, kind: str
) -> None:
    source = {"json": CTGOV / "NCT04467944.json", "csv": ROWS_FILE, "xml": XML}[kind]
    marked = tmp_path / "marked"
    marked.write_bytes(("\ufeff" + source.read_text("utf-8-sig")).encode(encoding))

    assert list(prefills(marked)) == list(prefills(source))


def test_excels_unicode_text_with_tabs_is_read(tmp_path: Path) -> None:
    file, text = tmp_path / "unicode.txt", io.StringIO(newline="")
    lines = csv.DictWriter(text, list(ROWS[0]), delimiter="\t")
    lines.writeheader()
    lines.writerows(ROWS)
    file.write_bytes(("\ufeff" + text.getvalue()).encode("utf-16-le"))

    assert list(prefills(file)) == list(prefills(ROWS_FILE))


def test_one_row_without_a_number_does_not_take_the_others_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [ROWS[0], {**ROWS[1], "TrialID": " "}, ROWS[2]]
    file, text = tmp_path / "gap.csv", io.StringIO(newline="")
    lines = csv.DictWriter(text, list(ROWS[0]))
    lines.writeheader()
    lines.writerows(rows)
    file.write_text(text.getvalue(), "utf-8")

    assert main(["prefill", str(file), "--json"]) == 0

    said = capsys.readouterr()
    assert [json.loads(x)["id"] for x in said.out.splitlines()] == [
        ROWS[0]["TrialID"], ROWS[2]["TrialID"],
    ]  # fmt: skip
    assert "#2" in said.err
    assert "TrialID" in said.err


def test_one_answer_of_a_search_that_is_no_record_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.loads((CTGOV / "NCT04467944.json").read_text("utf-8"))
    file = tmp_path / "search.json"
    file.write_text(json.dumps({"studies": [{}, good]}), "utf-8")

    assert main(["prefill", str(file), "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["id"] == "NCT04467944"


def zipped(size: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * size)
    return content.getvalue()


ODD = {
    "empty": b"",
    "blanks": b" \n\n ",
    "binary": bytes(range(256)) * 40,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "a pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "no workbook in the zip": zipped(10),
    "a zip cut off": zipped(10)[:20],
    "a bomb": zipped(130_000_000),
    "half a mark": b"\xff\xfe{",
    "only a mark": b"\xef\xbb\xbf",
    "other json": b'{"resourceType": "Bundle", "entry": []}',
    "json of another place": b'{"protocolSection": {"identificationModule": {"nctId": 7}}}',
    "a number": b"12",
    "an error page": b"<!DOCTYPE html><html><body>429</body></html>",
    "another table": "\u59d3\u540d,\u79d1\u5ba4\n\u5f20\u4e09,\u5fc3\u5185\u79d1\n".encode(
        "gb18030"
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_file_ends_with_2_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], odd: str
) -> None:
    file = tmp_path / "odd"
    file.write_bytes(ODD[odd])

    assert main(["prefill", str(file), "--json"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "请" in said.err or "可以读取" in said.err


def test_a_huge_file_is_refused_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as out:
        out.truncate(SIZE_MOST + 1)

    assert main(["prefill", str(file), "--json"]) == 2
    assert "50 MB" in capsys.readouterr().err


# --- the report -------------------------------------------------------------------------------


def test_the_report_tells_every_share_and_every_value_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(CTGOV / "NCT04469387.json"), str(ROWS_FILE)]

    assert main(["report", *files, "--output", str(tmp_path)]) == 0

    with (tmp_path / "shares.csv").open(encoding="utf-8-sig", newline="") as file:
        shares = list(csv.DictReader(file))
    with (tmp_path / "unmapped.csv").open(encoding="utf-8-sig", newline="") as file:
        unmapped = list(csv.DictReader(file))
    found = [*prefills(Path(files[0])), *prefills(ROWS_FILE)]
    assert [line["record"] for line in shares] == [one.id for one in found]
    assert all(0 < float(line["share"]) < 1 for line in shares)
    assert len(unmapped) == sum(len(one.not_taken) for one in found)
    assert all(line["reason"] and line["原因"] for line in unmapped)
    said = capsys.readouterr().out
    assert said.strip() == (tmp_path / "report.md").read_text("utf-8").strip()
    assert "| ClinicalTrials.gov | 1 |" in said


def test_results_are_no_part_of_a_records_share() -> None:
    body = json.loads((CTGOV / "NCT04469387.json").read_text("utf-8"))
    from app.exchange.ctgov import study_from

    plain = study_from(body)
    with_results = study_from({**body, "resultsSection": {"x": [{"y": n} for n in range(500)]}})

    assert (plain.values, plain.mapped) == (with_results.values, with_results.mapped)
    assert 0 < plain.mapped < plain.values
