"""Chinese text by its sound: for sorting, for finding by initials, for default passwords."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

NAME_LENGTH = 4
"""Characters up to which a text is mostly a name, which is seldom made of words."""


def sort_key(text: str) -> str:
    """Full pinyin in lower case, the order in which a Chinese office sorts: 张三 → "zhangsan"."""
    return _sounds(text)[0]


def initials(text: str) -> str:
    """First letters, Latin and digits taken as they are: 张三 → "zs"."""
    letters = "".join(map(_only_initial, text))
    if len(letters) == len(text):
        return letters
    if len(text) <= NAME_LENGTH and not _may_hold_words(text):
        letters = "".join(map(_initial_alone, text))
        if len(letters) == len(text):
            return letters
    return _sounds(text)[1]


@lru_cache(maxsize=30_000)
def _only_initial(character: str) -> str:
    """The first letter of a character with one sound; empty where it depends on the text.

    Names are many, the characters in them few: most names are put together from these alone.
    """
    return _initial_of(character, _only_sound)


@lru_cache(maxsize=30_000)
def _initial_alone(character: str) -> str:
    """The first letter of a character outside of every word; empty where it has no sound."""
    return _initial_of(character, _alone)


def _initial_of(character: str, sound_of: Callable[[str], str]) -> str:
    sound = sound_of(character) if unicodedata.is_normalized("NFKC", character) else ""
    return "" if sound.startswith("\0") else sound[:1].lower()


@lru_cache(maxsize=50_000)
def _sounds(text: str) -> tuple[str, str]:
    """Both at once: finding the sound is what takes the time."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = [_only_sound(character) for character in plain]
    if not all(found):
        found = _in_words(plain) if _may_hold_words(plain) else [_alone(c) for c in plain]
    full = "".join(sound.removeprefix("\0") for sound in found)
    first = "".join(sound[1:] if sound[0] == "\0" else sound[0] for sound in found)
    return full.lower(), first.lower().replace(" ", "")


def _may_hold_words(text: str) -> bool:
    """Whether a word of the dictionary stands in a text; a long one is not searched for them."""
    from pypinyin.constants import PHRASES_DICT

    length = len(text)
    if length > NAME_LENGTH:
        return True
    for first in range(length - 1):
        for last in range(first + 2, length + 1):
            if text[first:last] in PHRASES_DICT:
                return True
    return False


@lru_cache(maxsize=30_000)
def _alone(character: str) -> str:
    """How a character sounds outside of every word."""
    return _in_words(character)[0]


def _in_words(text: str) -> list[str]:
    """How a text sounds, by the words in it; what has no sound stands as it is, behind a zero."""
    # Its dictionary takes a quarter of a second to load: only who asks for a sound waits for it.
    from pypinyin.seg.simpleseg import seg

    return [sound for word in seg(text) for sound in _of_word(word)]


@lru_cache(maxsize=30_000)
def _only_sound(character: str) -> str:
    """How a character sounds wherever it stands; empty where that depends on the word.

    Looked up once a character: names are made of few of them, and a look-up takes a while.
    """
    from pypinyin import Style, pinyin

    (found,) = pinyin(
        character, style=Style.NORMAL, heteronym=True, errors=lambda other: f"\0{other}"
    )
    return found[0] if len(set(found)) == 1 else ""


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[str, ...]:
    """Its sounds; the same words come again and again."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin([word], style=Style.NORMAL, errors=lambda other: f"\0{other}"))
