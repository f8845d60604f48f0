"""Chinese text by its sound: for sorting, for finding by initials, for default passwords."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def sort_key(text: str) -> str:
    """Full pinyin in lower case, the order in which a Chinese office sorts: 张三 → "zhangsan"."""
    return _sounds(text)[0]


def initials(text: str) -> str:
    """First letters, Latin and digits taken as they are: 张三 → "zs"."""
    return _sounds(text)[1]


@lru_cache(maxsize=50_000)
def _sounds(text: str) -> tuple[str, str]:
    """Both at once: finding the sound is what takes the time."""
    # Its dictionary takes a quarter of a second to load: only who asks for a sound waits for it.
    from pypinyin.seg.simpleseg import seg

    plain = unicodedata.normalize("NFKC", text).strip()
    found = [sound for word in seg(plain) for sound in _of_word(word)]
    full = "".join(sound.removeprefix("\0") for sound in found)
    first = "".join(sound[1:] if sound[0] == "\0" else sound[0] for sound in found)
    return full.lower(), first.lower().replace(" ", "")


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[str, ...]:
    """Its sounds; the same words come again and again."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin([word], style=Style.NORMAL, errors=lambda other: f"\0{other}"))
