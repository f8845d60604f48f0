"""委员名单: the members of a committee on paper, with room for the seal."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table

from app.exchange.members import TITLE, MemberList, member_list
from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import (
    NO_ANSWER,
    Heading,
    Signatures,
    entry,
    ruled,
    words,
)
from app.exchange.pdf.filing import (
    INSTITUTION,
    NO_NUMBER,
    NUMBER,
    STATE,
    state_of,
    watermark_of,
)
from app.exchange.pdf.sheet import WIDTH, Sheet, print_pages
from app.record import Record
from app.words import Language, Words

CHAIR, DATE = Words("主任委员签字", "Chair"), Words("日期", "Date")
SEAL = Words("（委员会盖章）", "(Seal of the committee)")
SHARES = (0.065, 0.105, 0.1, 0.135, 0.175, 0.24, 0.18)
"""Of the width, for each column."""


def member_list_pdf(
    record: Record,
    *,
    today: datetime.date,
    printed_by: str = "",
    printed_at: datetime.datetime | None = None,
    language: Language = "zh",
) -> bytes:
    """The list of a committee's members as an A4 PDF; of what is not filed it says so."""
    name = str(record.answers.get("name") or "")
    institution = str(record.answers.get("institution_name") or "")
    with fonts.MAKING:
        fonts.ready()
        listed = member_list(record, today, language)
        sheet = Sheet(
            title=f"{name} {TITLE.say(language)}".strip(),
            header=(institution, record.number, name),
            watermark=watermark_of(record, language),
            printed_by=printed_by,
            printed_at=printed_at,
            language=language,
        )
        return print_pages(list(_story(record, name, institution, listed, language)), sheet)


def _story(
    record: Record, name: str, institution: str, listed: MemberList, language: Language
) -> Iterator[Flowable]:
    yield Heading(TITLE.say(language), kind="title", key="start")
    yield words(name, "subtitle")
    yield Spacer(1, 5 * mm)
    yield entry(NUMBER.say(language), record.number or NO_NUMBER.say(language))
    yield entry(STATE.say(language), state_of(record, language))
    yield entry(INSTITUTION.say(language), institution)
    yield Spacer(1, 5 * mm)
    yield _table(listed)
    yield Spacer(1, 3 * mm)
    yield words(listed.count, "label")
    yield Spacer(1, 8 * mm)
    yield CondPageBreak(45 * mm)
    yield Signatures([CHAIR.say(language), DATE.say(language)], SEAL.say(language))


def _table(listed: MemberList) -> Table:
    cells = [[words(text or NO_ANSWER, "cell") for text in row] for row in listed.rows]
    table = Table(
        [[words(text, "head") for text in listed.head], *cells],
        colWidths=[WIDTH * share for share in SHARES],
        repeatRows=1,
    )
    table.setStyle(ruled())
    return table
