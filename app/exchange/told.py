"""A record in words as it may leave the program: names for references, private answers masked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.answers import Line, Section, summarise
from app.forms.schema import Form
from app.forms.types import Pointer
from app.record import Answers
from app.words import Language

Names = Mapping[str, str]
"""What references are called: `{"person:…": "何平"}`; who asks for paper knows the directory."""

_REFERENCE = re.compile(r"(?:person|office|committee):[0-9a-f-]{36}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def told(
    form: Form, answers: Answers, *, names: Names | None = None, language: Language = "zh"
) -> list[Section]:
    """`summarise`, fit to be printed."""
    names = names or {}
    return [
        replace(section, lines=_lines(section.lines, names))
        for section in summarise(form, answers, language)
    ]


def _lines(lines: Sequence[Line], names: Names) -> tuple[Line, ...]:
    return tuple(
        replace(
            line,
            text=_text(line, names),
            rows=tuple(_lines(row, names) for row in line.rows),
        )
        for line in lines
    )


def _text(line: Line, names: Names) -> str:
    if line.field.private:
        return masked(line.text)
    if isinstance(line.field.type, Pointer):
        return named(line.text, names)
    return line.text


def named(text: str, names: Names) -> str:
    """References in a text by the names of what they point at."""
    return _REFERENCE.sub(lambda found: names.get(found[0], found[0]), text)


def masked(text: str) -> str:
    """Enough of a number to recognise it, too little to use it: 1101052020****0428, 138****0001.

    Seed 003: four signs before the last four are hidden, whatever comes before. Of a date the year
    is left: 19****3-07 would be read as no date at all.
    """
    text = text.strip()
    if _DATE.fullmatch(text):
        return f"{text[:4]}-**-**"
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:-8]}****{text[-4:]}"
