"""Names that may mean the same office: 长河市第1人民医院 and 长河市第一人民医院."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_NUMERALS = str.maketrans("1234567890", "一二三四五六七八九〇")
_ORDINALS = frozenset("一二三四五六七八九十〇")
_DROPPED = re.compile(r"[\s·•.,，。、()（）\-—_“”\"']")


def plain_name(name: str) -> str:
    """The name without what is written now so, now so."""
    text = unicodedata.normalize("NFKC", name).translate(_NUMERALS)
    return _DROPPED.sub("", text).lower()


def near_names(name: str, others: Iterable[str], most: int = 3) -> list[str]:
    """Those of the others that differ from it by one character at most; 第一 and 第二 do differ."""
    mine = plain_name(name)
    found = (other for other in others if _is_near(mine, plain_name(other)))
    return [other for _, other in zip(range(most), found, strict=False)]


def sure_parts(name: str) -> list[str]:
    """Pieces of a name, one of which at least stands in every name that differs by one character.

    What to look for in a directory that finds by parts, before `near_names` judges.
    """
    text = name.strip()
    third = max(2, -(-len(text) // 3))
    parts = (text[start : start + third].strip() for start in range(0, len(text), third))
    return list(dict.fromkeys(part for part in parts if len(part) > 1))


def _is_near(mine: str, other: str) -> bool:
    if mine == other:
        return bool(mine)
    if len(mine) < 4 or abs(len(mine) - len(other)) > 1:
        return False
    gone, come = Counter(mine) - Counter(other), Counter(other) - Counter(mine)
    if sum(gone.values()) > 1 or sum(come.values()) > 1:
        return False
    if gone and come and set(gone) | set(come) <= _ORDINALS:
        return False
    return _one_step(mine, other)


def _one_step(mine: str, other: str) -> bool:
    """Whether one character put in, left out or put in another's place makes them equal."""
    start = next((n for n, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), None)
    if start is None:
        return True
    rests = [(mine[start + 1 :], other[start + 1 :]), (mine[start + 1 :], other[start:]),
             (mine[start:], other[start + 1 :])]  # fmt: skip
    return any(a == b for a, b in rests)
