"""The templates in LibreOffice: opened, filled and saved there, and read back cell by cell."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.roster import checks, reading, result, template
from app.roster.accounts import ACCOUNTS
from app.roster.columns import EDUCATION, HEADERS, TITLE, WORK
from app.roster.kinds import TEMPLATES
from app.roster.rows import Template, Terms
from app.roster.templates import GUIDE_SHEET, RESULT_SHEET
from tests.app.roster.test_templates import hospital, member
from tests.app.roster.workbooks import TODAY, person

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
ODS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"


def converted(path: Path, kind: str, profile: Path) -> Path:
    """Open a file in LibreOffice and save it as another kind."""
    out = path.parent / f"as-{kind.split(':', maxsplit=1)[0]}"
    assert SOFFICE is not None
    subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation={profile.as_uri()}",
         "--convert-to", kind, "--outdir", str(out), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return out / f"{path.stem}.{kind.split(':', maxsplit=1)[0]}"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profile")


def filled_in_ods(path: Path, rows: list[list[str]]) -> None:
    """Type rows below the header of an .ods, as LibreOffice itself stores what is typed."""
    from lxml import etree

    with zipfile.ZipFile(path) as archive:
        parts = {i: archive.read(i) for i in archive.infolist()}
    table, office, text = (ODS % name for name in ("table", "office", "text"))
    (content,) = [i for i in parts if i.filename == "content.xml"]
    root = etree.fromstring(parts[content])
    sheet = next(root.iter(f"{table}table"))
    below = sheet.findall(f".//{table}table-row")[1]
    style = below[0].get(f"{table}style-name")
    repeated = int(below.get(f"{table}number-rows-repeated", "1"))
    for row in rows:
        made = etree.Element(f"{table}table-row")
        for typed in row:
            cell = etree.SubElement(made, f"{table}table-cell")
            if style:  # else that of the column
                cell.set(f"{table}style-name", style)
            if typed:
                cell.set(f"{office}value-type", "string")
                for line in typed.split("\n"):
                    etree.SubElement(cell, f"{text}p").text = line
        below.addprevious(made)
    below.set(f"{table}number-rows-repeated", str(repeated - len(rows)))
    parts[content] = etree.tostring(root)
    with zipfile.ZipFile(path, "w") as archive:
        for info, body in parts.items():
            archive.writestr(info, body)


ROWS = {
    "accounts": [[str(t) for t in person(n)] for n in range(30)],
    "institutions": [hospital(n) for n in range(4)],
    "members": [member(n) for n in range(8)],
}


@pytest.mark.parametrize("declared", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_opened_and_filled_in_libreoffice_is_read_back(
    declared: Template, tmp_path: Path, profile: Path
) -> None:
    blank = tmp_path / "模板.xlsx"
    template.write(blank, template=declared)
    opened = converted(blank, "ods", profile)
    filled_in_ods(opened, ROWS[declared.id])

    back = converted(opened, "xlsx:Calc MS Excel 2007 XML", profile)

    sheet = reading.read(back, width=declared.width, row_limit=declared.row_limit)
    assert sheet.rows[0] == (1, declared.headers)
    assert [list(values) for _n, values in sheet.rows[1:]] == ROWS[declared.id]
    assert not sheet.kinds
    assert not sheet.others
    found = checks.check(sheet, Terms(TODAY, template=declared))
    assert [f.code for f in found.findings if f.code not in ("X04", "X07")] == []
    assert len(found.importable) == len(ROWS[declared.id])


def test_what_the_template_offers_survives_libreoffice(tmp_path: Path, profile: Path) -> None:
    template.write(tmp_path / "模板.xlsx")

    back = openpyxl.load_workbook(
        converted(tmp_path / "模板.xlsx", "xlsx:Calc MS Excel 2007 XML", profile)
    )

    assert back.sheetnames == [TITLE, GUIDE_SHEET]
    sheet = back[TITLE]
    assert tuple(c.value for c in sheet[1]) == HEADERS
    formats = {sheet.column_dimensions[letter].number_format for letter in "ABFH"}
    assert formats == {"@"}, "what is typed below stays text"
    assert any(str(v.sqref).startswith("E2:") for v in sheet.data_validations.dataValidation)


def test_a_result_mended_in_libreoffice_is_read_back(tmp_path: Path, profile: Path) -> None:
    rows = [[str(t) for t in person(n)] for n in range(3)]
    rows[1][WORK], rows[2][EDUCATION] = "2005-04+2010-03+A医院", "?"
    template.write(tmp_path / "in.xlsx", rows)
    found = checks.check(reading.read(tmp_path / "in.xlsx"), Terms(TODAY, template=ACCOUNTS))
    result.write(tmp_path / "结果.xlsx", found, ACCOUNTS)

    back = converted(tmp_path / "结果.xlsx", "xlsx:Calc MS Excel 2007 XML", profile)

    again = checks.check(reading.read(back), Terms(TODAY, template=ACCOUNTS))
    assert [(f.code, f.cell) for f in again.findings] == [("R22", "M3"), ("R26", "N4")]
    assert RESULT_SHEET in openpyxl.load_workbook(back).sheetnames
