"""The workbook that goes back to who filled it in: red cells with reasons, and all problems."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.roster.accounts import ACCOUNTS
from app.roster.checks import Checked, Entry, counts
from app.roster.codes import Finding
from app.roster.rows import Template
from app.roster.template import FONT, save, sheet_name, written_in_memory
from app.roster.templates import RESULT_SHEET
from app.words import Words

_HEAD = ("行", "单元格", "列", "代码", "级别", "问题", "建议", "Problem", "What to do")
_WIDTHS = (7, 9, 12, 8, 8, 44, 40, 44, 40)
SEVERITIES = {"E": Words("错误", "Error"), "W": Words("警告", "Warning")}
LONGEST = 32_767
"""Characters that a cell can hold; Excel refuses a file with more."""


def write(
    path: Path, checked: Checked, template: Template = ACCOUNTS, *, only_wrong: bool = False
) -> None:
    """Write the rows as they were, what is wrong marked in red, and a sheet 校验结果.

    With `only_wrong` the right rows stay away: what is to be mended and sent again.
    """
    kept = [e for e in checked.entries if e.is_wrong or not only_wrong]

    def fill(book: Workbook) -> None:
        rows = _rows(book, kept, template)
        _problems(book, checked, kept, rows)

    save(path, written_in_memory(fill))


def _rows(book: Workbook, entries: Iterable[Entry], template: Template) -> dict[int, int]:
    """Write the rows; gives for each row of the original its row in this workbook, from 1."""
    head = book.add_format(
        {"bold": True, "border": 1, "bg_color": "#DCEBEA", "num_format": "@", "font_name": FONT}
    )
    looks = {
        "": book.add_format({"num_format": "@", "font_name": FONT}),
        "W": book.add_format({"num_format": "@", "font_name": FONT, "bg_color": "#FFF2CC"}),
        "E": book.add_format(
            {"num_format": "@", "font_name": FONT, "bg_color": "#F8CBAD", "font_color": "#9C0006"}
        ),
    }
    sheet = book.add_worksheet(sheet_name(template))
    sheet.freeze_panes(1, 1)
    for n, column in enumerate(template.columns):
        sheet.set_column(n, n, column.width, looks[""])
        sheet.write_string(0, n, column.header, head)
    rows: dict[int, int] = {}
    for place, entry in enumerate(entries, start=1):
        rows[entry.row] = place + 1
        _row(sheet, place, entry, looks)
    return rows


def _row(sheet: Worksheet, place: int, entry: Entry, looks: dict[str, Any]) -> None:
    by_column: dict[int, list[Finding]] = {}
    for found in entry.findings:
        if found.code != "R21":
            by_column.setdefault(found.column, []).append(found)
    for n, text in enumerate(entry.line.cells):
        said = by_column.get(n, [])
        worst = min((f.severity for f in said), default="")
        if text:
            sheet.write_string(place, n, text[:LONGEST], looks[worst])
        else:
            sheet.write_blank(place, n, None, looks[worst])
        if said:
            note = "\n".join(f"{f.code} {f.message.zh}。{f.remedy.zh}。" for f in said)
            sheet.write_comment(
                place, n, note, {"x_scale": 2, "y_scale": 1 + len(said) / 3, "author": "研备"}
            )


def _problems(book: Workbook, checked: Checked, kept: list[Entry], rows: dict[int, int]) -> None:
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#DCEBEA", "font_name": FONT})
    plain = book.add_format(
        {"text_wrap": True, "valign": "top", "font_name": FONT, "num_format": "@"}
    )
    bad = book.add_format(
        {
            "text_wrap": True,
            "valign": "top",
            "font_name": FONT,
            "num_format": "@",
            "font_color": "#9C0006",
        }
    )
    sheet = book.add_worksheet(RESULT_SHEET)
    sheet.write_string(
        0, 0, summary(checked).zh, book.add_format({"bold": True, "font_name": FONT})
    )
    for n, (text, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True)):
        sheet.set_column(n, n, width)
        sheet.write_string(2, n, text, head)
    sheet.freeze_panes(3, 0)
    found = [*checked.about_file, *(f for e in kept for f in e.findings)]
    for place, f in enumerate(sorted(found, key=lambda f: (f.row, f.column, f.code)), start=3):
        where = f.cell
        if f.row in rows:
            where = f.cell.rstrip("0123456789") + str(rows[f.row])
        line = (
            str(rows.get(f.row, f.row) or ""), where, f.header.zh, f.code,
            SEVERITIES[f.severity].zh, f.message.zh, f.remedy.zh, f.message.en, f.remedy.en,
        )  # fmt: skip
        for n, text in enumerate(line):
            sheet.write_string(
                place, n, text[:LONGEST], bad if f.severity == "E" and n == 4 else plain
            )
    sheet.autofilter(2, 0, max(2 + len(found), 3), len(_HEAD) - 1)


def summary(checked: Checked) -> Words:
    """How the file stands, in one line."""
    n = counts(checked)
    said = Words(
        "共 {rows} 行 · 可导入 {importable} · 有错误 {wrong} 行（{errors} 处）· 警告 {warnings} 处",
        "{rows} rows · {importable} importable · {wrong} with errors ({errors})"
        " · {warnings} warnings",
    )
    return said.fill(**n)
