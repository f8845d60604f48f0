"""The small grammar of the last two columns: 工作经历 and 教育背景. Source: spec/domain.md §7.1.

work  = [ item { "||" item } ] ;   item = ym "+" end "+" employer "+" description ;
edu   = [ item { "||" item } ] ;   item = ym "+" end "+" school "+" major "+" level "+" [ degree ] ;
ym    = YYYY "-" MM ;              end  = ym | "至今" ;
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
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
"""A text of this length holds nothing that is too long for its field."""

_FITTING = {"本科": "学士", "硕士研究生": "硕士", "博士研究生": "博士"}
_DATE = r"(?:19|20)\d\d\s*[-–—/.．年]?\s*\d{1,2}\s*月?\s*[+＋]"
_WRONG_JOINT = re.compile(rf"(?<!\|)\|(?!\|)|(?:[;；]|\n)\s*(?={_DATE})")
_SUSPECT = re.compile(r"[|;；\n]")
_UNUSUAL = re.compile(r"[|;；\n＋｜]")
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


_MONTH_AS_STORED = r"(?:(?:19|20)[0-9]{2}|2100)-(?:0[1-9]|1[0-2])"
_ITEM = r"[^\s+|;；＋｜]+(?: [^\s+|;；＋｜]+)*"
_TITLES = "|".join(rf"{level}\+{_FITTING.get(level, '')}" for level in LEVELS)


def _repeated(part: str) -> re.Pattern[str]:
    return re.compile(rf"{part}(?:\|\|{part})*")


PLAIN_WORK = _repeated(rf"{_MONTH_AS_STORED}\+{_MONTH_AS_STORED}\+{_ITEM}\+{_ITEM}")
PLAIN_EDUCATION = _repeated(
    rf"{_MONTH_AS_STORED}\+{_MONTH_AS_STORED}\+{_ITEM}\+{_ITEM}\+(?:{_TITLES})"
)


def is_plain(text: str, written: re.Pattern[str], *, birth: str = "", today: datetime.date) -> bool:
    """Whether a cell is written as it is stored, in the order of time, and nothing is to be said.

    Most cells are, and are known by a glance; whatever is not must be understood to be judged.
    """
    if not written.fullmatch(text):
        return False
    before = birth[:7]
    for part in text.split("||"):
        first, last = part[:7], part[8:15]
        if len(part) > SHORT or not before <= first <= last:
            return False
        before = last
    return before <= today.isoformat()


def work(text: str, *, birth: str = "", today: datetime.date) -> History:
    """Understand 工作经历: start, end, employer, description."""
    history = History()
    born, now = birth[:7], today.isoformat()[:7]
    for i, segment in _segments(text, history):
        parts = segment.split("+", 3)
        trimmed = [*map(str.strip, parts)]
        if len(parts) < 4 or "" in trimmed[:3]:
            history.say(
                "R22", i=i, n=len(parts) if len(parts) < 4 else sum(map(bool, trimmed[:3])) + 1
            )
            continue
        if trimmed != parts:
            history.say("R34", what=BLANKS)
        start, end, employer, description = trimmed
        first, last = _months(start, end, history)
        if not first:
            history.say("R23", i=i)
        elif last < first:
            history.say("R24", i=i)
        elif not born <= first <= now or now < last != OPEN:
            _out_of_time(first, last, i, now, history)
        history.rows.append(
            {
                "i": str(i), "start": first, "end": last,
                "employer": employer, "description": description,
            }
        )  # fmt: skip
    if len(history.rows) > 1:
        _overlaps(history)
    return history


def education(text: str, *, birth: str = "", today: datetime.date) -> History:
    """Understand 教育背景: start, end, school, major, level, degree."""
    history = History()
    born, now = birth[:7], today.isoformat()[:7]
    for i, segment in _segments(text, history):
        parts = segment.split("+")
        trimmed = [*map(str.strip, parts)]
        if len(parts) != 6 or "" in trimmed[:5]:
            history.say("R26", i=i, n=len(parts) if len(parts) != 6 else sum(map(bool, parts)))
            continue
        if trimmed != parts:
            history.say("R34", what=BLANKS)
        start, end, school, major, level, degree = trimmed
        first, last = _months(start, end, history)
        if not first:
            history.say("R27", i=i, what=BAD_MONTH)
        elif last < first:
            history.say("R27", i=i, what=REVERSED)
        elif not born <= first <= now or now < last != OPEN:
            _out_of_time(first, last, i, now, history)
        degree = "" if degree == "无" else degree
        if _FITTING.get(level) != degree:
            _titles(level, degree, history)
        history.rows.append(
            {
                "i": str(i), "start": first, "end": last,
                "school": school, "major": major, "level": level, "degree": degree,
            }
        )  # fmt: skip
    return history


def _titles(level: str, degree: str, history: History) -> None:
    if level not in LEVELS:
        history.say("R28", v=level)
    if degree and degree not in DEGREES:
        history.say("R29", v=degree)
    if level in LEVELS and degree in DEGREES and _FITTING.get(level) != degree:
        history.say("R30")


def _segments(text: str, history: History) -> Iterable[tuple[int, str]]:
    """Part a cell at ||; a part that is separated wrongly is told and left out."""
    parts = [*map(str.strip, text.split("||"))]
    if parts[0] and parts[-1] and not _UNUSUAL.search("".join(parts)):  # nearly every cell
        return enumerate(parts, start=1)
    return _unusual_segments(text, history)


def _unusual_segments(text: str, history: History) -> Iterator[tuple[int, str]]:
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


def _months(start: str, end: str, history: History) -> tuple[str, str]:
    """Both as they are stored; both empty where one of them is no month."""
    first, last = _month(start), _month(end)
    if first == start and last == end:  # nearly always; where neither is a month, too
        return (first, last) if first and last else ("", "")
    if end == NOW:
        last = OPEN
        history.say("R31", what=UNTIL_NOW)
    if (first and first != start) or (last and end not in (NOW, last)):
        history.say("R31", what=MONTHS)
    return (first, last) if first and last else ("", "")


@lru_cache(maxsize=5_000)
def _month(text: str) -> str:
    """A month as it is stored, 2005-04; empty where it is none. There are only so many months."""
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", text))
    if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2100:
        return ""
    return f"{found[1]}-{int(found[2]):02}"


def _out_of_time(first: str, last: str, i: int, now: str, history: History) -> None:
    is_ahead = first > now or now < last != OPEN
    history.say("R37", i=i, what=IN_FUTURE if is_ahead else BEFORE_BIRTH)


def _overlaps(history: History) -> None:
    """Two parts that share more than the month in which one passes into the other."""
    rows = [r for r in history.rows if r["start"] and r["start"] <= r["end"]]
    for n, one in enumerate(rows):
        for other in rows[n + 1 :]:
            if one["start"] < other["end"] and other["start"] < one["end"]:
                history.say("R25", i=one["i"], j=other["i"])
                break
