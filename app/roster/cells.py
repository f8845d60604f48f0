"""What one cell may hold: the building blocks of columns. None of them sees another cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from app.forms.shapes import SHAPES
from app.roster.templates import Column, Look, Looked, Said
from app.words import Words

ENDS = Words("首尾空格已去除", "Spaces at the ends were removed")
UNSEEN = Words("不可见字符已去除", "Invisible characters were removed")
APOSTROPHE = Words("多余的单引号已去除", "A stray apostrophe was removed")
LINE_BREAKS = Words("换行已改为空格", "Line breaks became spaces")

_BREAK = re.compile(r"\s*\n\s*")


def visible(text: str) -> str:
    """Text without characters that nobody sees, trimmed; other blanks become plain spaces."""
    if text.isprintable():  # nearly every text
        return text.strip()
    kept = "".join(
        " " if character in "\xa0\u3000\t" or unicodedata.category(character) == "Zs" else character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cf", "Cc")
    )
    return kept.strip()


def looked(column: Column, raw: str) -> Looked:
    """Look at one cell by itself: tidied, present, right, not too long."""
    text = raw.strip() if raw.isprintable() else visible(raw)
    said: tuple[Said, ...] = ()
    if text != raw or text[:1] in ("'", "’") or "\n" in text:
        text, said = _tidied(column, raw.replace("\r\n", "\n"), text)
    if not text:
        missing = (Said(column.missing, {"col": column.words}),) if column.missing else ()
        return Looked("", said + missing)
    clean, more = column.look(text)
    if column.measured and len(clean) > column.max_length:
        parts = {"col": column.words, "n": column.max_length, "length": len(clean)}
        more = (*more, Said("R35", parts))
    return Looked(clean, said + more) if said else Looked(clean, more)


def _tidied(column: Column, raw: str, text: str) -> tuple[str, tuple[Said, ...]]:
    """Take away what nobody sees, and tell it."""
    what = ENDS if text == raw.strip() else UNSEEN
    if text[:1] in ("'", "’") and len(text) > 1:
        text, what = text[1:].strip(), APOSTROPHE
    if "\n" in text and not column.lines:
        text, what = _BREAK.sub(" ", text), LINE_BREAKS
    return text, (Said("R34", {"what": what}),) if text != raw else ()


def shaped(shape: str, wrong: str) -> Look:
    """Text of a shape (mobile, e-mail …), cleaned as the form's own fields clean it."""
    clean = SHAPES[shape].clean
    fits = re.compile(SHAPES[shape].pattern).fullmatch
    failed = (Said(wrong, {}),)

    def look(text: str) -> Looked:
        text = clean(text)
        return Looked(text) if fits(text) else Looked(text, failed)

    return look


def one_of(wrong: str, stored: Mapping[str, str]) -> Look:
    """One of a few words; `stored` says what is kept for each, by its small letters."""
    failed = (Said(wrong, {}),)

    def look(text: str) -> Looked:
        kept = stored.get(text.casefold())
        return Looked(text, failed) if kept is None else Looked(kept)

    return look


def chosen(header: str, names: Mapping[str, str]) -> Look:
    """One of the words of a list; what is told names the words, at most a dozen of them."""
    few = "、".join(list(dict.fromkeys(names.values()))[:12])
    listed = few + ("…" if len(set(names.values())) > 12 else "")

    def look(text: str) -> Looked:
        kept = names.get(_folded(text))
        if kept is None:
            return Looked(text, (Said("R41", {"col": header, "v": text, "list": listed}),))
        return Looked(kept)

    return look


def names_of(*words: str) -> dict[str, str]:
    """Words as `chosen` wants them: found however brackets and letters were typed."""
    return {_folded(word): word for word in words}


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
_NAME = re.compile(
    rf"[{_HAN}]+(·[{_HAN}]+)*|[{_LATIN}]+\.?([ .'’\-·][{_LATIN}]+\.?)*|[{_HAN}{_LATIN}]+"
)
_DOTS = re.compile(r"[•‧・．]")


def name(text: str) -> Looked:
    """The name of a person: 2 to 50 characters, of one script or written together."""
    text = unicodedata.normalize("NFC", text)
    if text.isalpha() and 2 <= len(text) <= 50 and _NAME.fullmatch(text):  # nearly every name
        return Looked(text)
    text = _DOTS.sub("·", text)
    said: tuple[Said, ...] = ()
    if len(text) > 50 or sum(map(str.isalpha, text)) < 2:  # digits and signs are no name
        said = (Said("R18", {}),)
    if not _NAME.fullmatch(text):
        said = (*said, Said("R17", {}))
    return Looked(text, said)


_DAY = re.compile(r"(\d{4})\s*[-–—/.年]?\s*(\d{1,2})\s*[-–—/.月]?\s*(\d{1,2})\s*日?( 00:00:00)?")


def day(text: str) -> Looked:
    """A day: 2026-03-05; written in another usual way it is read, with a warning."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        said = date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else ""
    except ValueError:
        said = ""
    if not said:
        return Looked(text, (Said("R43", {}),))
    return Looked(said) if said == text else Looked(said, (Said("R44", {}),))
