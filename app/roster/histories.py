"""The small grammar of the last two columns: 工作经历 and 教育背景. Source: spec/domain.md §7.1.

work  = [ item { "||" item } ] ;   item = ym "+" end "+" employer "+" description ;
edu   = [ item { "||" item } ] ;   item = ym "+" end "+" school "+" major "+" level "+" [ degree ] ;
ym    = YYYY "-" MM ;              end  = ym | "至今" ;
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app.roster.columns import DEGREES, FULL_WIDTH, LEVELS, PART_LENGTHS
from app.words import Words

NOW = "至今"
OPEN = "9999-12"
"""Sorts after every month."""

MONTHS = Words(
    "年月写法不标准，已按 YYYY-MM 处理", "Months written in another way were read as YYYY-MM"
)
UNTIL_NOW = Words("“至今”已按未结束处理", "“至今” was read as until now")
BLANKS = Words("分隔符两侧空格已去除", "Spaces around separators were removed")
IN_FUTURE = Words("在未来", "in the future")
BEFORE_BIRTH = Words("早于出生年月", "before the month of birth")
BAD_MONTH = Words("年月格式错误", "a month is not written as YYYY-MM")
REVERSED = Words("结束早于开始", "it ends before it begins")

SHORT = min(PART_LENGTHS.values())
"""A cell of this length holds no part that is too long for its field."""

_FITTING = {"本科": "学士", "硕士研究生": "硕士", "博士研究生": "博士"}
_DATE = r"(?:19|20)\d\d\s*[-–—/.．年]?\s*\d{1,2}\s*月?\s*[+＋]"
_WRONG_JOINT = re.compile(rf"(?<!\|)\|(?!\|)|(?:[;；]|\n)\s*(?={_DATE})")
_SUSPECT = re.compile(r"[|;；\n]")
_MONTH = re.compile(r"(\d{4})\s*(?:[-–—/.]|年)?\s*(\d{1,2})\s*月?")
_BREAK = re.compile(r"\s*\n\s*")


@dataclass
class History:
    """What was understood of one cell, and what was not: (code, parts of its sentence)."""

    rows: list[dict[str, str]] = field(default_factory=list)
    problems: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def say(self, code: str, **parts: Any) -> None:
        """Note a problem, each only once."""
        if (code, parts) not in self.problems:
            self.problems.append((code, parts))


def work(text: str, *, birth: str = "", today: datetime.date) -> History:
    """Understand 工作经历: start, end, employer, description."""
    history = History()
    now = today.isoformat()[:7]
    for i, segment in _segments(text, history):
        parts = segment.split("+", 3)
        trimmed = [p.strip() for p in parts]
        if len(parts) < 4 or not all(trimmed[:3]):
            history.say(
                "R22", i=i, n=len(parts) if len(parts) < 4 else sum(map(bool, trimmed[:3])) + 1
            )
            continue
        if trimmed != parts:
            history.say("R34", what=BLANKS)
        start, end, employer, description = trimmed
        months = _months(start, end, history)
        if not months:
            history.say("R23", i=i)
        elif months[1] < months[0]:
            history.say("R24", i=i)
        elif not birth[:7] <= months[0] <= now or now < months[1] != OPEN:
            _out_of_time(months, i, now, history)
        first, last = months or ("", "")
        row = {"i": str(i), "start": first, "end": last}
        history.rows.append({**row, "employer": employer, "description": description})
    if len(history.rows) > 1:
        _overlaps(history)
    return history


def education(text: str, *, birth: str = "", today: datetime.date) -> History:
    """Understand 教育背景: start, end, school, major, level, degree."""
    history = History()
    now = today.isoformat()[:7]
    for i, segment in _segments(text, history):
        parts = segment.split("+")
        trimmed = [p.strip() for p in parts]
        if len(parts) != 6 or not all(trimmed[:5]):
            history.say("R26", i=i, n=len(parts) if len(parts) != 6 else sum(map(bool, parts)))
            continue
        if trimmed != parts:
            history.say("R34", what=BLANKS)
        start, end, school, major, level, degree = trimmed
        months = _months(start, end, history)
        if not months:
            history.say("R27", i=i, what=BAD_MONTH)
        elif months[1] < months[0]:
            history.say("R27", i=i, what=REVERSED)
        elif not birth[:7] <= months[0] <= now or now < months[1] != OPEN:
            _out_of_time(months, i, now, history)
        degree = "" if degree == "无" else degree
        if _FITTING.get(level) != degree:
            _titles(level, degree, history)
        first, last = months or ("", "")
        row = {"i": str(i), "start": first, "end": last}
        history.rows.append(
            {**row, "school": school, "major": major, "level": level, "degree": degree}
        )
    return history


def _titles(level: str, degree: str, history: History) -> None:
    if level not in LEVELS:
        history.say("R28", v=level)
    if degree and degree not in DEGREES:
        history.say("R29", v=degree)
    if level in LEVELS and degree in DEGREES and _FITTING.get(level) != degree:
        history.say("R30")


def _segments(text: str, history: History) -> Iterator[tuple[int, str]]:
    """Part a cell at ||; a part that is separated wrongly is told and left out."""
    if "＋" in text or "｜" in text:
        history.say("R31", what=FULL_WIDTH)
        text = text.replace("＋", "+").replace("｜", "|")
    parts = [part.strip() for part in text.split("||")]
    while parts and not parts[-1]:
        parts.pop()
    while parts and not parts[0]:
        parts.pop(0)
    for i, part in enumerate(parts, start=1):
        if not _SUSPECT.search(part):  # nearly every part
            yield i, part
        elif _WRONG_JOINT.search(part):
            history.say("R32")
        else:
            yield i, _BREAK.sub(" ", part)


def _months(start: str, end: str, history: History) -> tuple[str, str] | None:
    first = _month(start)
    last = OPEN if end == NOW else _month(end)
    if end == NOW:
        history.say("R31", what=UNTIL_NOW)
    if (first and first != start) or (last and end not in (NOW, last)):
        history.say("R31", what=MONTHS)
    return (first, last) if first and last else None


@lru_cache(maxsize=5_000)
def _month(text: str) -> str:
    """A month as it is stored, 2005-04; empty where it is none. There are only so many months."""
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", text))
    if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2100:
        return ""
    return f"{found[1]}-{int(found[2]):02}"


def _out_of_time(months: tuple[str, str], i: int, now: str, history: History) -> None:
    is_ahead = months[0] > now or now < months[1] != OPEN
    history.say("R37", i=i, what=IN_FUTURE if is_ahead else BEFORE_BIRTH)


def _overlaps(history: History) -> None:
    """Two parts that share more than the month in which one passes into the other."""
    rows = [r for r in history.rows if r["start"] and r["start"] <= r["end"]]
    for n, one in enumerate(rows):
        for other in rows[n + 1 :]:
            if one["start"] < other["end"] and other["start"] < one["end"]:
                history.say("R25", i=one["i"], j=other["i"])
                break
