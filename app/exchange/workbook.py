"""A record as a workbook: a sheet for each page of its form, groups on sheets of their own."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from app.answers import Line
from app.exchange.heading import facts_of
from app.exchange.told import Names, told
from app.forms import FORMS
from app.record import Record
from app.words import Language, Words

FONT = "宋体"
LONGEST = 32_767
"""Characters that a cell can hold; Excel refuses a file with more."""
QUESTION, ANSWER = Words("项目", "Question"), Words("内容", "Answer")
COVER = Words("概要", "Overview")
SEE = Words("见工作表“{sheet}”（{n} 行）", "See sheet “{sheet}” ({n} rows)")
GOES_ON = Words("（接下行）", "(goes on below)")
LINE, HIGHEST = 15.0, 409.0
"""Points: of a line of text, and of the highest row that Excel has."""
ROW = Words("序号", "No.")


def filing_workbook(
    record: Record,
    *,
    institution: str = "",
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
    names: Names | None = None,
) -> bytes:
    """The whole record as .xlsx, every cell text: nothing a person typed becomes a formula."""
    form = FORMS[record.form]
    tables = _Tables(language)
    facts = facts_of(record, institution, printed_by, printed_at, language)
    title = form.title_of(record.answers)
    cover = [*facts, *([(form.words.say(language), title)] if title else [])]
    tables.add(COVER.say(language), [QUESTION.say(language), ANSWER.say(language)], cover)
    for section in told(form, record.answers, names=names, language=language):
        if section.lines:
            tables.add_page(section.title.say(language), section.lines)
    content = BytesIO()
    # In memory: what stands in it is about people, and belongs in no temporary file.
    book = Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, **({"created": printed_at} if printed_at else {})})
    _write(book, tables)
    book.close()
    return content.getvalue()


@dataclass
class _Table:
    name: str
    head: list[str]
    rows: list[Sequence[str]]
    numbered: bool = False
    """Of a group: its first column counts the rows."""


@dataclass
class _Tables:
    """What will stand on each sheet, with names that Excel accepts."""

    language: Language
    tables: list[_Table] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def add(self, wanted: str, head: list[str], rows: Sequence[Sequence[str]]) -> _Table:
        table = _Table(self._name(wanted), head, list(rows))
        self.tables.append(table)
        return table

    def add_page(self, title: str, lines: Sequence[Line]) -> None:
        """A page as pairs of question and answer; its groups on the sheets after it."""
        head = [QUESTION.say(self.language), ANSWER.say(self.language)]
        table = self.add(title, head, [])
        for line in lines:
            label = line.label.say(self.language)
            if line.rows:
                group = self.add_group(label, line)
                see = SEE.fill(sheet=group.name, n=len(line.rows)).say(self.language)
                table.rows.append((label, see))
            else:
                table.rows += ((label, part) for part in _cells(line.text, self.language))

    def add_group(self, label: str, line: Line) -> _Table:
        """A group as one row for each of its rows, a column for each question."""
        heads: dict[str, str] = {}
        for row in line.rows:
            for inner in row:
                heads.setdefault(inner.field.id, inner.label.say(self.language))
        table = self.add(label, [ROW.say(self.language), *heads.values()], [])
        table.numbered = True
        for n, row in enumerate(line.rows, 1):
            texts = {inner.field.id: list(_cells(_all(inner), self.language)) for inner in row}
            for part in range(max(map(len, texts.values()), default=1)):
                table.rows.append(
                    [str(n)] + ["".join(texts.get(key, [])[part : part + 1]) for key in heads]
                )
        return table

    def _name(self, wanted: str) -> str:
        """At most 31 characters, none that Excel forbids, each name once whatever its case."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip().strip("'")[:31] or "Sheet"
        name, n = plain, 1
        while name.lower() in self._names or name.lower() == "history":  # Excel keeps that one
            n += 1
            name = f"{plain[: 31 - len(str(n)) - 1]} {n}"
        self._names.add(name.lower())
        return name


def _all(line: Line) -> str:
    """A group inside a row as text: sheets have no rows within rows."""
    if not line.rows:
        return line.text
    return "\n".join("；".join(inner.text for inner in row if inner.text) for row in line.rows)


def _cells(text: str, language: Language) -> Iterator[str]:
    """The text in as many cells as it needs: nothing is cut off."""
    room = LONGEST - len(GOES_ON.say(language))
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\r(?=\n)", "", text)
    # Excel counts characters beyond U+FFFF twice.
    while len(clean.encode("utf-16-le")) // 2 > LONGEST:
        end = room
        while len(clean[:end].encode("utf-16-le")) // 2 > room:
            end -= 1000
        yield clean[:end] + GOES_ON.say(language)
        clean = clean[end:]
    yield clean


def _widths(table: _Table) -> list[int]:
    if not table.numbered:
        return [30, 80]
    return [8, 80] if len(table.head) == 2 else [8] + [30] * (len(table.head) - 1)


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """High enough for all lines: LibreOffice and WPS do not always find that out themselves."""
    lines = 1
    for text, wide in zip(texts, widths, strict=True):
        room = wide - 2
        told = (sum(2 if ord(char) > 0x2E7F else 1 for char in part) for part in text.split("\n"))
        lines = max(lines, sum(max(1, -(-units // room)) for units in told))
    return min(lines * LINE + 2, HIGHEST)


def _write(book: Any, tables: _Tables) -> None:
    look = {"num_format": "@", "font_name": FONT, "text_wrap": True, "valign": "top", "border": 1}
    cell = book.add_format(look)
    head = book.add_format({**look, "bold": True, "bg_color": "#DCEBEA"})
    for table in tables.tables:
        sheet = book.add_worksheet(table.name)
        sheet.freeze_panes(1, 1)
        widths = _widths(table)
        for column, (text, wide) in enumerate(zip(table.head, widths, strict=True)):
            sheet.set_column(column, column, wide)
            sheet.write_string(0, column, text, head)
        for row, texts in enumerate([table.head, *table.rows]):
            sheet.set_row(row, _height(texts, widths))
        for row, texts in enumerate(table.rows, 1):
            for column, text in enumerate(texts):
                if text:
                    sheet.write_string(row, column, text, cell)
                else:
                    sheet.write_blank(row, column, None, cell)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
