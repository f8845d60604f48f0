"""Rough texts of registries made readable: blanks, escaped line ends, dates, lists in one cell."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from app.words import Words

BLANKS = Words(
    "原文“{source}”含大量多余空格，已去除。",
    "“{source}” was padded with blanks; they were removed.",
)
GARBLED = Words(
    "原文“{source}”有乱码或丢失的符号，请对照原记录改正。",
    "“{source}” has garbled or lost characters; please mend it from the record.",
)
_GARBLED = re.compile("√[óòôö∑]|Ã.|Â.|‚Ä|Ôº|\ufffd|\\?\\?")
_LINE_END = re.compile(r"(?:_x000D_)?\s*<br\s*/?>|_x000D_\n?|\r\n?", re.IGNORECASE)


def readable(text: str) -> tuple[str, list[Words]]:
    """The text without padding and escapes, and what a person should know of it."""
    told = [GARBLED] if _GARBLED.search(text) else []
    if re.search(r"[ \u3000\xa0]{20}", text.rstrip("\n")) and text.strip():
        told.append(BLANKS)
    lines = _LINE_END.sub("\n", text).split("\n")
    return "\n".join(
        re.sub(r"[ \t\u3000\xa0]{2,}", " ", line).strip() for line in lines
    ).strip(), told


def day(text: str) -> str:
    """The day that a text tells (2020-02-01 00:00:00, 01/02/2020, 20200201), or nothing."""
    text = re.sub(r"[ T]00:00:00(\.0+)?$", "", text.strip())
    if found := re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})", text):
        parts = found.groups()
    elif found := re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", text):  # dd/mm/yyyy, as the DTD has it
        parts = found.groups()[::-1]
    else:
        return ""
    try:
        return datetime.date(*map(int, parts)).isoformat()
    except ValueError:
        return ""


def listed(text: str) -> list[str]:
    """The parts of “a;b (c; d);” without those that are empty; brackets are not parted."""
    parts, depth, start = [], 0, 0
    for n, char in enumerate(text):
        depth = max(0, depth + (char in "(（[") - (char in ")）]"))
        if char in ";；\n" and not depth:
            parts.append(text[start:n])
            start = n + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def sized(text: str) -> tuple[list[tuple[str, int]], str]:
    """Groups and their sizes from “case:20;control:30;”, and what is left over at the end."""
    found: list[tuple[str, int]] = []
    label = ""
    for part in re.split("[;；]", text):
        label = f"{label};{part}" if label.strip() else part
        if ending := re.fullmatch(r"(.*?)\s*[:：]\s*(\d{1,9})\s*", label, re.DOTALL):
            found.append((ending[1].strip(), int(ending[2])))
            label = ""
    return found, label.strip()


def labelled(text: str, labels: Sequence[str]) -> dict[str, str] | None:
    """Texts by their labels from “case:drug; rest;control:none;”; None if one is missing."""
    starts: list[tuple[int, int, str]] = []
    for label in labels:
        words = r"\s*".join(map(re.escape, label.split()))
        found = re.search(rf"(?:^|[;；])\s*({words})\s*[:：]", text, re.IGNORECASE)
        if not label or found is None:
            return None
        starts.append((found.start(), found.end(), label))
    starts.sort()
    if not starts or text[: starts[0][0]].strip() or len({s for s, _e, _l in starts}) < len(starts):
        return None
    ends = [start for start, _end, _label in starts[1:]] + [len(text)]
    return {
        label: text[begin:end].strip().rstrip(";；").strip()
        for (_start, begin, label), end in zip(starts, ends, strict=True)
    }


def own_lines(text: str) -> str:
    """Criteria that stand in one line as “1. …; 2. …” on lines of their own."""
    return re.sub(r"([;；])\s*(?=[(（]?\d{1,2}[)）.、]\s*\D)", r"\1\n", text)


def counted(items: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Row ids with their items."""
    return ((f"r{n}", item) for n, item in enumerate(items, 1))
