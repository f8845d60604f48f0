"""What a 证件号码 says: which document, right or not, of whom. spec/domain.md §6.1."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import mul
from typing import Any

from app.words import Words

# fmt: off
PROVINCES = frozenset((
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
    "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
    "71", "81", "82", "83",
))
# fmt: on
"""The first two digits of division codes (GB/T 2260), with those of residence permits."""

CARD = "居民身份证"
RESIDENCE = "港澳台居民居住证"
PASSPORT = "护照"
HOME_RETURN = "港澳居民来往内地通行证"
TAIWAN = "台湾居民来往大陆通行证"
PERMANENT = "外国人永久居留身份证"
OTHER = "其他"

_OTHERS = tuple(
    (kind, re.compile(pattern, re.ASCII).fullmatch)
    for kind, pattern in (
        (HOME_RETURN, r"[HM]\d{8}(\d{2})?"),
        (TAIWAN, r"\d{8}"),
        (PERMANENT, r"[A-Z]{3}\d{12}|9\d{16}[\dX]"),
        (PASSPORT, r"(?=.*[A-Z])[A-Z0-9]{5,12}"),
    )
)

_HINTS = {
    "old": Words(
        "15位旧号码已停用，请填写18位号码",
        "15-digit numbers are no longer used; fill in the one of 18",
    ),
    "length": Words("应为18位，实际{n}位", "It has 18 characters; there are {n}"),
    "characters": Words("只能是17位数字加1位数字或X", "17 digits, then a digit or X"),
    "region": Words("前6位行政区划代码不存在", "Its first 6 digits are no division code"),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One number, cleaned, and what is wrong with it: (code, parts of its sentence)."""

    number: str
    kind: str = CARD
    """In the words of the person form's list (D-IDKIND)."""
    birth: str = ""
    """2026-03-05; empty where the number does not say it."""
    sex: str = ""
    """男 or 女, by the 17th digit; empty where the number does not say it."""
    problems: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=())


_WEIGHTS = tuple(2**n % 11 for n in range(17, 0, -1))
_OF_ZEROS = sum(_WEIGHTS) * ord("0")


def check_digit(number: str) -> str:
    """The last character of a card's number by the 17 before it: ISO 7064 MOD 11-2."""
    return "10X98765432"[(sum(map(mul, _WEIGHTS, number[:17].encode())) - _OF_ZEROS) % 11]


_CARD = re.compile(r"\d{17}[\dX]", re.ASCII)


def examined(number: str, *, is_number: bool, today: datetime.date) -> Identity:
    """Understand a cleaned number. `is_number`: of a cell that was one, Excel keeps 15 digits."""
    if is_number and len(number) > 15:
        return Identity(number, problems=(("R06", {}),))
    looks_like_card = _CARD.fullmatch(number) is not None
    if looks_like_card and number[0] != "9":  # nearly every number
        return _card(number, today)
    for kind, fits in _OTHERS:
        if fits(number):
            return _of_other_kind(number, kind)
    if looks_like_card:
        return _card(number, today)
    return Identity(number, problems=(("R07", {"hint": _hint(number)}),))


def _hint(number: str) -> Words:
    if re.fullmatch(r"\d{15}", number):
        return _HINTS["old"]
    if len(number) == 18:
        return _HINTS["characters"]
    return _HINTS["length"].fill(n=len(number))


def _of_other_kind(number: str, kind: str) -> Identity:
    said = (("R10", {"kind": kind}),)
    if kind == PERMANENT and number[0] == "9" and check_digit(number) != number[17]:
        return Identity(number, kind, problems=(("R09", {}),))
    return Identity(number, kind, problems=said)


def _card(number: str, today: datetime.date) -> Identity:
    kind = RESIDENCE if number[:2] in ("81", "82", "83") else CARD
    problems: list[tuple[str, Mapping[str, Any]]] = []
    right_digit = check_digit(number) == number[17]
    if number.endswith("000"):
        # One cut number in eleven passes its check digit, and some right ones end like this.
        problems.append(("R06", {"severity": "W" if right_digit else "E"}))
    if number[:2] not in PROVINCES:
        problems.append(("R07", {"hint": _HINTS["region"]}))
    birth = _birth(number[6:14], today)
    if not birth:
        problems.append(("R08", {"digits": number[6:14]}))
    if (
        not right_digit and not problems
    ):  # a digit that is wrong elsewhere makes this one wrong as well
        problems.append(("R09", {}))
    sex = "男" if int(number[16]) % 2 else "女"
    certain = right_digit and birth
    return Identity(number, kind, birth, sex if certain else "", tuple(problems))


_EARLIEST = datetime.date(1900, 1, 1)


def _birth(digits: str, today: datetime.date) -> str:
    try:
        day = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ""
    return day.isoformat() if _EARLIEST <= day <= today else ""


def masked_name(name: str) -> str:
    """张三 → 张*; what may be said of somebody of another office."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else "**"
