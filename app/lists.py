"""Code lists: divisions, countries, disciplines, ICD-11, titles, grades. Read when first asked.

Each file of `resources/lists` begins with three lines that say its version, source and licence.
A list may be a part of a file: "provinces" is the first level of "divisions".
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property

import resources
from app import pinyin
from app.errors import NotFound
from app.words import Words


@dataclass(frozen=True)
class Entry:
    """One entry of a list. `parent` is "" at the top."""

    code: str
    words: Words
    parent: str
    level: int


@dataclass(frozen=True)
class _Source:
    """What a list is made of: a file, the level taken from it, codes accepted by their shape."""

    file: str
    level: int = 0
    open_shape: str = ""


# "BA00", "5A11.0 2型糖尿病", "CA40.0/XN8P1": codes below the chapters, with or without a title.
# Their second character is a letter and their third a digit, so that no code looks like a word.
_ICD11 = (
    r"[0-9A-HJ-NP-Z][A-HJ-NP-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,3})?([&/][0-9A-Z.]{3,8})*( \S.{0,80})?"
)

_SOURCES: dict[str, _Source] = {
    "divisions": _Source("divisions"),
    "provinces": _Source("divisions", level=1),
    "cities": _Source("divisions", level=2),
    "counties": _Source("divisions", level=3),
    "countries": _Source("countries"),
    "disciplines": _Source("disciplines"),
    "icd11": _Source("icd11", open_shape=_ICD11),
    "title_classes": _Source("titles", level=1),
    "titles": _Source("titles", level=2),
    "funding": _Source("funding", level=1),
    "funding_programmes": _Source("funding", level=2),
    "phases": _Source("phases"),
    "org_levels": _Source("org_levels"),
    "org_kinds": _Source("org_kinds"),
    "id_kinds": _Source("id_kinds"),
    "degrees": _Source("degrees"),
    "education": _Source("education"),
}

LISTS = tuple(_SOURCES)
"""The ids of all lists."""


class _List:
    """A list in memory with the indexes that its questions need."""

    def __init__(self, found: tuple[Entry, ...], about: dict[str, str]) -> None:
        self.entries = found
        self.about = about
        self.by_code = {e.code: e for e in found}
        self.below: dict[str, list[Entry]] = {}
        for entry in found:
            self.below.setdefault(entry.parent, []).append(entry)

    @cached_property
    def by_name(self) -> dict[str, Entry]:
        """The first entry of each name, in either language."""
        names: dict[str, Entry] = {}
        for entry in self.entries:
            names.setdefault(_folded(entry.words.zh), entry)
            names.setdefault(_folded(entry.words.en), entry)
        return names

    @cached_property
    def to_search(self) -> tuple[tuple[Entry, str, str], ...]:
        """(entry, its text to look into, the initials of its pinyin)."""
        return tuple(
            (e, _folded(f"{e.code} {e.words.zh} {e.words.en}"), pinyin.initials(e.words.zh))
            for e in self.entries
        )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


@cache
def _file(name: str) -> tuple[tuple[Entry, ...], dict[str, str]]:
    lines = resources.path(f"lists/{name}.csv").read_text(encoding="utf-8").splitlines()
    told = [line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("# ")]
    rows = csv.DictReader(line for line in lines if not line.startswith("# "))
    found = tuple(
        Entry(row["code"], Words(row["zh"], row["en"]), row["parent"], int(row["level"]))
        for row in rows
    )
    return found, {line[0]: line[1] for line in told}


@cache
def _list(list_id: str) -> _List:
    source = _SOURCES.get(list_id)
    if source is None:
        raise NotFound(f"没有代码表“{list_id}”。", f"There is no code list “{list_id}”.")
    found, about = _file(source.file)
    return _List(tuple(e for e in found if source.level in (0, e.level)), about)


def about(list_id: str) -> dict[str, str]:
    """Its version, source and licence."""
    return dict(_list(list_id).about)


def entries(list_id: str) -> tuple[Entry, ...]:
    """All of it, in the order of the file."""
    return _list(list_id).entries


def entry(list_id: str, code: str) -> Entry | None:
    """The entry of a code, or nothing. Deeper ICD-11 codes are accepted by their shape."""
    found = _list(list_id).by_code.get(code)
    shape = _SOURCES[list_id].open_shape
    if found is None and shape and re.fullmatch(shape, code):
        return Entry(code, Words(code, code), _chapter_of(code), 2)
    return found


def _chapter_of(icd11: str) -> str:
    """The first character of an ICD-11 code tells its chapter: 1 is 01, A is 10 (no I, no O)."""
    place = "123456789ABCDEFGHJKLMNPQRS".find(icd11[0])
    return f"{place + 1:02}" if place >= 0 else icd11[0]


def find(list_id: str, text: str) -> Entry | None:
    """The entry that a text names: its code, its Chinese or its English name."""
    wanted = text.strip()
    head, space, title = wanted.partition(" ")
    found = entry(list_id, wanted) or entry(list_id, head.upper() + space + title)
    return found or _list(list_id).by_name.get(_folded(wanted))


def children(list_id: str, parent: str = "") -> tuple[Entry, ...]:
    """The entries directly below another; of "" those at the top of the file."""
    return tuple(_list(list_id).below.get(parent, ()))


def search(list_id: str, text: str, limit: int = 20, *, within: str = "") -> list[Entry]:
    """Entries by a part of the name, the code or the initials of the pinyin; the best first.

    `within` keeps only those directly below one parent.
    """
    wanted = _folded(text)
    ranked = []
    for place, (found, look, first) in enumerate(_list(list_id).to_search):
        if within and found.parent != within:
            continue
        rank = _rank(wanted, found, look, first)
        if rank is not None:
            ranked.append((rank, place, found))
    ranked.sort(key=lambda hit: hit[:2])
    typed_code = find(list_id, text)
    best = [typed_code] if typed_code and all(typed_code != hit[2] for hit in ranked) else []
    return (best + [hit[2] for hit in ranked])[:limit]


def _rank(wanted: str, found: Entry, look: str, first: str) -> int | None:
    if wanted == found.code.lower():
        return 0
    names = (found.words.zh.lower(), found.words.en.lower())
    if not wanted or any(name.startswith(wanted) for name in names):
        return 1
    if first.startswith(wanted):
        return 2
    if wanted in look:
        return 3
    return 4 if wanted in first else None
