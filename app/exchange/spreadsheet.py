"""WHO ICTRP's table as Excel saved it (.xlsx): the rows of the sheet that has its columns."""

from __future__ import annotations

import datetime
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import python_calamine as calamine

from app.errors import Unreadable
from app.exchange.ictrp import ROWS_MOST, is_row

ZIP = b"PK\x03\x04"
UNPACKED_MOST = 120_000_000
PARTS_MOST = 1_000


def rows_of(content: bytes) -> Iterator[dict[str, str]]:
    """The rows by their columns; Unreadable where no sheet has those of ICTRP."""
    for sheet in _sheets(content):
        head = [_text(cell).strip() for cell in sheet[0]] if sheet else []
        # The file that people get has blanks or underscores between the words.
        head = [name.replace("_", " ") for name in head]
        if not is_row(dict.fromkeys(head, "")):
            continue
        if len(sheet) > ROWS_MOST:
            raise Unreadable(
                "超过 20000 行，请分批下载后再选择。", "More than 20,000 rows; download fewer."
            )
        for cells in sheet[1:]:
            row = {name: _text(cell) for name, cell in zip(head, cells, strict=False) if name}
            if any(text.strip() for text in row.values()):
                yield row
        return
    raise Unreadable(
        "工作簿里没有 ICTRP 的表（TrialID、Public title 等列）。请使用 ICTRP 下载的原文件。",
        "No sheet has ICTRP's columns (TrialID, Public title …). Please use ICTRP's own file.",
    )


def _sheets(content: bytes) -> list[list[list[Any]]]:
    _look_inside(content)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except (calamine.CalamineError, OSError, ValueError) as failed:
        raise _broken() from failed


def _look_inside(content: bytes) -> None:
    """Refuse by its directory what would be too large once unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError) as failed:
        raise _broken() from failed
    if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_MOST:
        raise Unreadable(
            "文件解压后过大，可能是恶意文件，没有打开。请使用 ICTRP 下载的原文件。",
            "The file is too large once unpacked and was not opened. Please use ICTRP's own file.",
        )


def _text(cell: Any) -> str:
    """A cell as the CSV would have it: dates whole, numbers without a point that is not theirs."""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _broken() -> Unreadable:
    return Unreadable(
        "工作簿已损坏或有打开密码，无法读取。请用 Excel 重新另存为 .xlsx。",
        "The workbook is damaged or has a password. Please save it again as .xlsx with Excel.",
    )
