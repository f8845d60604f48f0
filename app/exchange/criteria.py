"""A block of eligibility text parted into single criteria."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(
    r"^\W*(?:key |main |major |general )?(inclusion|exclusion)\s+criteri(?:a|on)"
    r"\s*(?:[:：]\s*(.*)|\W*)$",
    re.IGNORECASE,
)
_MARK = re.compile(r"^(\s*)(?:[-*•·●○◦]|\(?\d{1,2}[.)、）]|\(?[a-z][.)）])\s*(?=\S)", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*\d{1,2}\.\d")


@dataclass(frozen=True)
class Criteria:
    """What lets a person take part, what keeps a person out, and text that is neither."""

    inclusion: tuple[str, ...]
    exclusion: tuple[str, ...]
    other: str


def parted(text: str) -> Criteria:
    """Part the text at its headings, then at its bullets and numbers; nothing is dropped."""
    parts: dict[str, list[str]] = {"": [], "inclusion": [], "exclusion": []}
    now = ""
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            now = heading[1].lower()
            if heading[2]:
                parts[now].append(heading[2])
        else:
            parts[now].append(line)
    return Criteria(
        tuple(_single(parts["inclusion"])),
        tuple(_single(parts["exclusion"])),
        "\n".join(parts[""]).strip(),
    )


def _single(lines: list[str]) -> list[str]:
    """Single criteria: a mark at the outer margin begins one, what is set in belongs to it."""
    marks = [_MARK.match(line) for line in lines]
    outer = min((len(m[1]) for m in marks if m), default=0)
    found: list[str] = []
    free = True
    for line, mark in zip(lines, marks, strict=True):
        if not line.strip():
            free = True
        elif mark and len(mark[1]) <= outer and not _NUMBER.match(line):
            found.append(line[mark.end() :].strip())
            free = False
        elif (free and not (mark or line.startswith(" "))) or not found:
            found.append(line.strip())
            free = not any(marks)
        else:
            found[-1] += "\n" + line.strip()
    return found
