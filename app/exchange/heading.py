"""What stands above a record in every kind of file: number, state, version, institution."""

from __future__ import annotations

import datetime

from app.exchange.pdf.filing import (
    INSTITUTION,
    NO_NUMBER,
    NTH,
    NUMBER,
    STATE,
    UNSENT,
    VERSION,
    state_of,
)
from app.exchange.times import moment
from app.record import Record
from app.words import Language, Words

MADE = Words("导出", "Exported")


def facts_of(
    record: Record,
    institution: str,
    printed_by: str,
    printed_at: datetime.datetime | None,
    language: Language,
) -> list[tuple[str, str]]:
    """Each fact with its name, in the order in which paper has them."""
    revision = NTH.fill(n=record.revision) if record.revision else UNSENT
    made = " ".join(part for part in (printed_by, moment(printed_at)) if part)
    return [
        (NUMBER.say(language), record.number or NO_NUMBER.say(language)),
        (STATE.say(language), state_of(record, language)),
        (VERSION.say(language), revision.say(language)),
        (INSTITUTION.say(language), institution),
        *([(MADE.say(language), made)] if made else []),
    ]
