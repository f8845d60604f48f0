"""委员名单 as a workbook: one sheet, a row for each member."""

from __future__ import annotations

import datetime
from io import BytesIO

from xlsxwriter import Workbook

from app.exchange.heading import facts_of
from app.exchange.members import TITLE, member_list
from app.exchange.workbook import FONT
from app.record import Record
from app.words import Language

WIDTHS = (6, 12, 8, 16, 20, 36, 26)


def member_list_workbook(
    record: Record,
    *,
    today: datetime.date,
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
) -> bytes:
    """The list as .xlsx, every cell text: nothing a person typed becomes a formula."""
    listed = member_list(record, today, language)
    content = BytesIO()
    # In memory: what stands in it is about people, and belongs in no temporary file.
    book = Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    institution = str(record.answers.get("institution_name") or "")
    title = f"{record.answers.get('name') or ''} {TITLE.say(language)}".strip()
    book.set_properties({"title": title, **({"created": printed_at} if printed_at else {})})
    plain = {"num_format": "@", "font_name": FONT, "valign": "top"}
    large = book.add_format({**plain, "bold": True, "font_size": 14})
    fact = book.add_format(plain)
    cell = book.add_format({**plain, "border": 1, "text_wrap": True})
    head = book.add_format({**plain, "border": 1, "bold": True, "bg_color": "#DCEBEA"})
    sheet = book.add_worksheet(TITLE.say(language))
    for column, wide in enumerate(WIDTHS):
        sheet.set_column(column, column, wide)
    sheet.set_row(0, 22)
    sheet.set_row(1, 18)
    sheet.write_string(0, 0, title, large)
    facts = facts_of(record, institution, printed_by, printed_at, language)
    told = "  ".join(f"{name}：{text}" if language == "zh" else f"{name}: {text}"
                     for name, text in facts if text)  # fmt: skip
    sheet.write_string(1, 0, told, fact)
    for column, text in enumerate(listed.head):
        sheet.write_string(2, column, text, head)
    for number, texts in enumerate(listed.rows, 3):
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text, cell)
    sheet.write_string(3 + len(listed.rows), 0, listed.count, fact)
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    book.close()
    return content.getvalue()
