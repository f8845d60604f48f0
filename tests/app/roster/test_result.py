"""The workbook that goes back, and the same checks without a window."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from app.roster import __main__ as command
from app.roster import reading, result
from app.roster.columns import HEADERS, TITLE
from app.roster.templates import RESULT_SHEET
from tests.app.roster.workbooks import checked, id_number, person, told, written

ROOT = Path(command.__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook of four rows, two of them wrong."""
    rows = [
        person(0),
        person(1, 证件号码="110105194912310021", 邮箱="?"),
        person(2, 邮编="1"),
        person(3, 姓名="=cmd|' /C calc'!A0", 移动电话=""),
    ]
    rows[3][0] = "@SUM(1)"
    return written(tmp_path / "账号.xlsx", rows)


def test_wrong_cells_are_red_and_say_why(path: Path, tmp_path: Path) -> None:
    result.write(tmp_path / "结果.xlsx", checked(path))

    sheet = openpyxl.load_workbook(tmp_path / "结果.xlsx")[TITLE]
    assert sheet["B3"].fill.fgColor.rgb == "FFF8CBAD"
    assert sheet["B3"].value == "110105194912310021"
    assert "身份证校验位不正确" in sheet["B3"].comment.text
    assert sheet["I4"].fill.fgColor.rgb == "FFFFF2CC"
    assert sheet["A2"].comment is None
    assert sheet.max_row == 5


def test_the_list_of_problems_names_cell_code_and_remedy(path: Path, tmp_path: Path) -> None:
    result.write(tmp_path / "结果.xlsx", checked(path))

    sheet = openpyxl.load_workbook(tmp_path / "结果.xlsx")[RESULT_SHEET]
    lines = [[c.value for c in row] for row in sheet.iter_rows(min_row=4)]
    assert sheet["A1"].value == "共 4 行 · 可导入 2 · 有错误 2 行（3 处）· 警告 2 处"
    assert [line[:5] for line in lines] == [
        ["3", "B3", "证件号码", "R09", "错误"],
        ["3", "H3", "邮箱", "R12", "错误"],
        ["4", "I4", "邮编", "R16", "警告"],
        ["5", "A5", "姓名", "R17", "警告"],
        ["5", "G5", "移动电话", "R03", "错误"],
    ]
    assert all(line[6] and line[8] for line in lines)


def test_only_wrong_rows_go_back_with_their_new_addresses(path: Path, tmp_path: Path) -> None:
    result.write(tmp_path / "结果.xlsx", checked(path), only_wrong=True)

    book = openpyxl.load_workbook(tmp_path / "结果.xlsx")
    assert [c.value for c in book[TITLE]["A"]] == ["姓名", person(1)[0], "@SUM(1)"]
    cells = [c.value for c in book[RESULT_SHEET]["B"]][3:]
    assert cells == ["B2", "H2", "A3", "G3"]


def test_a_result_can_be_mended_and_sent_again(path: Path, tmp_path: Path) -> None:
    back = tmp_path / "结果.xlsx"
    result.write(back, checked(path))
    book = openpyxl.load_workbook(back)
    sheet = book[TITLE]
    for cell, text in {"B3": id_number(1), "H3": "staff1@example.com", "I4": "410000",
                       "A5": "罗琴", "G5": "13900000003"}.items():  # fmt: skip
        sheet[cell] = text
    book.save(back)

    assert told(back) == []


def test_what_people_typed_becomes_no_formula(tmp_path: Path) -> None:
    path = written(tmp_path / "账号.xlsx", [person(0, 地址="x", 邮箱="?")])
    before = checked(path)
    evil = [
        before.entries[0].line.with_cell(9, text) for text in ("=1+1", "+1", "-1", "@x", "\t=1")
    ]
    entries = tuple(replace(before.entries[0], line=line, clean=line.cells) for line in evil)

    result.write(tmp_path / "结果.xlsx", type(before)((), entries))

    assert not reading.read(tmp_path / "结果.xlsx").formulas


def run(*given: str) -> subprocess.CompletedProcess[str]:
    """The command as somebody types it."""
    return subprocess.run(
        [sys.executable, "-m", "app.roster", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def test_the_command_prints_one_json_object_a_problem_and_says_1(path: Path) -> None:
    done = run("check", str(path), "--json")

    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [(s["cell"], s["row"], s["code"], s["severity"]) for s in said] == [
        ("B3", 3, "R09", "E"), ("H3", 3, "R12", "E"), ("I4", 4, "R16", "W"),
        ("A5", 5, "R17", "W"), ("G5", 5, "R03", "E"),
    ]  # fmt: skip
    assert said[0]["message"] == "身份证校验位不正确"
    assert "110105194912310021" not in done.stdout


def test_the_command_says_0_where_there_are_only_warnings_and_prints_them(tmp_path: Path) -> None:
    path = written(tmp_path / "账号.xlsx", [person(0, 邮编="1")])

    done = run("check", str(path), "--json")

    assert done.returncode == 0
    assert [json.loads(line)["code"] for line in done.stdout.splitlines()] == ["R16"]


def test_the_command_says_2_and_f01_where_nothing_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "账号.xlsx"
    path.write_bytes(b"%PDF-1.7")

    done = run("check", str(path), "--json")

    (said,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert (said["code"], said["cell"], said["row"], said["severity"]) == ("F01", "", 0, "E")
    assert said["message"] == "无法读取文件，请使用 .xlsx 格式"
    assert not done.stderr


def test_without_json_a_person_can_read_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["check", str(path), "--language", "en"]) == 1

    said = capsys.readouterr().out
    assert "B3 ID number" in said
    assert "4 rows · 2 importable" in said


def test_the_command_writes_template_and_result(path: Path, tmp_path: Path) -> None:
    blank, back = tmp_path / "模板.xlsx", tmp_path / "结果.xlsx"

    assert command.main(["template", str(blank)]) == 0
    assert command.main(["check", str(path), "--result", str(back)]) == 1

    assert reading.read(blank).rows == ((1, HEADERS),)
    assert RESULT_SHEET in openpyxl.load_workbook(back).sheetnames
    assert command.main(["template", str(tmp_path / "nowhere" / "x.xlsx")]) == 2
