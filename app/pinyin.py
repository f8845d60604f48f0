"""Chinese text by its sound: for sorting, for finding by initials, for default passwords."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=50_000)
def sort_key(text: str) -> str:
    """Full pinyin in lower case, the order in which a Chinese office sorts: 张三 → "zhangsan"."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return "".join(lazy_pinyin(plain, style=Style.NORMAL)).lower()


@lru_cache(maxsize=50_000)
def initials(text: str) -> str:
    """First letters, Latin and digits taken as they are: 张三 → "zs"."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER)).lower().replace(" ", "")
