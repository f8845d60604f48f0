"""The empty template, as the national system hands it out: its columns, every cell text."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from app.errors import DiskFull, Unreadable
from app.roster.accounts import ACCOUNTS
from app.roster.rows import Template
from app.roster.templates import GUIDE_SHEET, Column

RED = "#9C2B20"
FONT = "宋体"
_HEAD = {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "num_format": "@"}


def written_in_memory(fill: Callable[[Workbook], None]) -> bytes:
    """Make a workbook without temporary files: what stands in it is about people.

    Nothing that begins with = or http becomes a formula or a link: what people typed is text.
    """
    content = BytesIO()
    book = Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    fill(book)
    book.close()
    return content.getvalue()


def save(path: Path, content: bytes) -> None:
    """Put a workbook where somebody wants it; DiskFull or Unreadable says why it is not there."""
    try:
        path.write_bytes(content)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(
                "磁盘已满，文件没有保存。请清理磁盘，或保存到别处。",
                "The disk is full and the file was not saved. Make room, or save it elsewhere.",
            ) from error
        raise Unreadable(
            f"无法写入“{path.name}”（{error.strerror}）。"
            "如果它正在 Excel 中打开，请先关闭，或另存为别的名字。",
            f"“{path.name}” cannot be written ({error.strerror}). If it is open in Excel, close it"
            " first, or save under another name.",
        ) from error


def write(path: Path, rows: Sequence[Sequence[str]] = (), template: Template = ACCOUNTS) -> None:
    """Write the template; `rows` are put in as text, for a file that is to be filled on."""
    save(path, written_in_memory(lambda book: _fill(book, rows, template)))


def sheet_name(template: Template) -> str:
    """Its title, as far as the name of a sheet may be long."""
    return template.title[:31]


def _fill(book: Workbook, rows: Sequence[Sequence[str]], template: Template) -> None:
    book.set_properties({"title": template.title})
    text = book.add_format({"num_format": "@", "font_name": FONT})
    needed = book.add_format({**_HEAD, "font_name": FONT, "bg_color": "#F6D8D4", "font_color": RED})
    asked = book.add_format({**_HEAD, "font_name": FONT, "bg_color": "#DCEBEA"})
    sheet = book.add_worksheet(sheet_name(template))
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 26)
    limit = template.row_limit
    for n, column in enumerate(template.columns):
        sheet.set_column(n, n, column.width, text)
        sheet.write_string(0, n, column.header, needed if column.required else asked)
    for row in range(1, limit + 1):
        values = rows[row - 1] if row <= len(rows) else ()
        for n in range(template.width):
            value = values[n] if n < len(values) else ""
            if value:
                sheet.write_string(row, n, value, text)
            else:
                sheet.write_blank(row, n, None, text)
    for n, column in enumerate(template.columns):
        if column.pick:
            sheet.data_validation(1, n, limit, n, _picking(column))
    _guide(book, template)


def _picking(column: Column) -> dict[str, Any]:
    """A list to pick from; what is typed otherwise is asked about once and then accepted."""
    return {
        "validate": "list", "source": list(column.pick), "ignore_blank": True,
        "error_type": "warning", "error_title": column.header[:32],
        "error_message": f"应为：{'、'.join(column.pick)}"[:255],
    }  # fmt: skip


def _guide(book: Workbook, template: Template) -> None:
    """The sheet 填写说明: the printed rules, and a right row to look at."""
    title = book.add_format({"bold": True, "font_size": 14, "font_name": FONT})
    head = book.add_format({**_HEAD, "font_name": FONT, "bg_color": "#DCEBEA"})
    wrapped = book.add_format(
        {"text_wrap": True, "valign": "top", "font_name": FONT, "num_format": "@"}
    )
    sheet = book.add_worksheet(GUIDE_SHEET)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 100)
    sheet.write_string(0, 0, template.title, title)
    for n, rule in enumerate(template.rules, start=1):
        sheet.write_string(n, 0, f"{n}", wrapped)
        sheet.write_string(n, 2, f"{rule.zh}\n{rule.en}", wrapped)
        sheet.set_row(n, 62 if len(rule.zh) > 90 else 34)
    top = len(template.rules) + 2
    for n, text in enumerate(("列 Column", "必填 Required", "示例 Example")):
        sheet.write_string(top, n, text, head)
    shown = zip(template.columns, template.example, strict=True)
    for n, (column, example) in enumerate(shown, start=top + 1):
        sheet.write_string(n, 0, column.header, wrapped)
        sheet.write_string(n, 1, "是 Yes" if column.required else "", wrapped)
        empty = "（留空则使用默认密码）" if column.header == "密码" else "（可留空）"
        sheet.write_string(n, 2, example or empty, wrapped)
