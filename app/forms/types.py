"""Kinds of answers, and the three shapes each one has.

1. stored: what the database, the sync message and the export hold (JSON only);
2. text: what a person reads in the summary, the PDF and an Excel cell;
3. typed: what a person or a cell gave, before it is known to be right.

`parse` goes from 3 to 1, `text` from 1 to 2, `problem` judges 1.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import Any

from app import lists
from app.forms.conditions import Condition
from app.forms.shapes import SHAPES
from app.words import Language, Words

EMPTY: tuple[Any, ...] = (None, "", [], {})
"""What counts as no answer."""


class FieldType:
    """A kind of answer. Sub-classes are frozen values."""

    def problem(self, value: Any) -> Words | None:
        """Say in one sentence what is wrong with a stored value, or nothing."""
        raise NotImplementedError

    def text(self, value: Any, language: Language = "zh") -> str:  # noqa: ARG002 -- some are the same in both
        return "" if value is None else str(value)

    def parse(self, typed: Any) -> Any:
        """Make the stored value of what was typed; what cannot be understood stays as it is."""
        return typed


def plain(typed: Any) -> str:
    """Text without invisible characters at its ends; full-width digits and Latin made half-width."""
    text = "" if typed is None else str(typed)
    return text.replace("\u200b", "").replace("\ufeff", "").replace("\xa0", " ").strip()


def half_width(typed: Any) -> str:
    return unicodedata.normalize("NFKC", plain(typed)).strip()


@dataclass(frozen=True)
class Text(FieldType):
    """Words. `shape` names a form it must have (e-mail, mobile …), see `shapes`."""

    max_length: int = 200
    lines: int = 1
    shape: str = ""
    suggestions: tuple[str, ...] = ()
    linked: str = ""
    """Picked from the directory where possible: "institution", "person" (of the staff) or
    "investigator" (of any institution); typed text stays unmatched."""
    link_field: str = ""
    """The field beside it that holds the id of what was picked."""
    of_field: str = ""
    """The field beside it that holds the institution whose investigators are offered."""
    brings: tuple[tuple[str, str], ...] = ()
    """What the directory knows of it and where that goes: (field beside it, word of the card)."""

    def problem(self, value: Any) -> Words | None:
        if not isinstance(value, str):
            return Words("这里应是文字。", "This should be text.")
        if len(value) > self.max_length:
            return Words(
                f"最多 {self.max_length} 个字，现有 {len(value)} 个。",
                f"At most {self.max_length} characters; there are {len(value)}.",
            )
        return SHAPES[self.shape].problem(value) if self.shape else None

    def parse(self, typed: Any) -> str | None:
        text = SHAPES[self.shape].clean(plain(typed)) if self.shape else plain(typed)
        return text or None


@dataclass(frozen=True)
class Integer(FieldType):
    """A whole number."""

    least: int = 0
    most: int = 10_000_000

    def problem(self, value: Any) -> Words | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return Words("应是整数，例如 120。", "This should be a whole number, such as 120.")
        if not self.least <= value <= self.most:
            return Words(
                f"应在 {self.least} 到 {self.most} 之间。",
                f"It should be between {self.least} and {self.most}.",
            )
        return None

    def parse(self, typed: Any) -> Any:
        if isinstance(typed, int | float) and not isinstance(typed, bool) and typed == int(typed):
            return int(typed)
        text = half_width(typed).replace(",", "").replace(" ", "")
        if not text:
            return None
        return int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else half_width(typed)


NO_UNIT = Words("", "")


@dataclass(frozen=True)
class Decimal(FieldType):
    """A decimal number, stored as its digits so that no amount is rounded."""

    unit: Words = NO_UNIT
    places: int = 6

    def problem(self, value: Any) -> Words | None:
        try:
            number = Number(value) if isinstance(value, str) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            return Words("应是数字，例如 12.5。", "This should be a number, such as 12.5.")
        if number < 0 or number > Number(10) ** 12:
            return Words("应是不小于 0 的数字。", "It should not be below 0.")
        if -int(number.as_tuple().exponent) > self.places:
            return Words(f"最多 {self.places} 位小数。", f"At most {self.places} decimals.")
        return None

    def text(self, value: Any, language: Language = "zh") -> str:
        return "" if value is None else f"{value} {self.unit.say(language)}".strip()

    def parse(self, typed: Any) -> Any:
        text = half_width(typed).replace(",", "").replace(" ", "")
        for unit in self.unit:
            text = text.removesuffix(unit.replace(" ", "").replace(",", "")) if unit else text
        return text or None


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00:00)?")


@dataclass(frozen=True)
class Date(FieldType):
    """A day, stored as 2026-03-05; never a moment."""

    def problem(self, value: Any) -> Words | None:
        try:
            if len(value) != len("2026-03-05"):
                raise ValueError
            year = datetime.date.fromisoformat(value).year
        except (TypeError, ValueError):
            return Words(
                "应是日期，例如 2026-03-05。", "This should be a date, such as 2026-03-05."
            )
        if not 1900 <= year <= 2100:
            return Words(
                "年份应在 1900 到 2100 之间。", "The year should be between 1900 and 2100."
            )
        return None

    def parse(self, typed: Any) -> Any:
        """Understand 2026.3.5, 20260305, 2026/3/5, 2026年3月5日 and dates of a workbook."""
        if isinstance(typed, datetime.datetime):
            return typed.date().isoformat()
        if isinstance(typed, datetime.date):
            return typed.isoformat()
        text = half_width(typed)
        found = _DATE.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
        if found:
            year, month, day = map(int, found.groups())
            return f"{year:04}-{month:02}-{day:02}"
        return text or None


@dataclass(frozen=True)
class Option:
    """One choice: a stable code, its name in both languages, and when it is offered."""

    code: str
    zh: str
    en: str
    only: Condition | None = None
    closed: bool = False
    """Shown but not to be chosen (not yet open on the national system)."""

    def say(self, language: Language = "zh") -> str:
        return Words(self.zh, self.en).say(language)


@dataclass(frozen=True)
class Choice(FieldType):
    """One of the options, stored by its code."""

    options: tuple[Option, ...]

    def offered(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """The options that these answers leave open."""
        return tuple(o for o in self.options if o.only is None or o.only.holds(known))

    def problem(self, value: Any) -> Words | None:
        if any(value == o.code for o in self.options if not o.closed):
            return None
        return Words("请从列表中选择一项。", "Please choose one from the list.")

    def text(self, value: Any, language: Language = "zh") -> str:
        return next((o.say(language) for o in self.options if o.code == value), plain(value))

    def parse(self, typed: Any) -> str | None:
        text = plain(typed)
        for o in self.options:
            if text in (o.code, o.zh, o.en):
                return o.code
        return text or None


@dataclass(frozen=True)
class Choices(Choice):
    """Several of the options, stored as a list of codes in the order of the options."""

    def problem(self, value: Any) -> Words | None:
        open_codes = {o.code for o in self.options if not o.closed}
        if isinstance(value, list) and all(isinstance(v, str) and v in open_codes for v in value):
            return None
        return Words("请从列表中勾选。", "Please tick from the list.")

    def text(self, value: Any, language: Language = "zh") -> str:
        joint = "；" if language == "zh" else "; "
        return joint.join(super(Choices, self).text(v, language) for v in value or ())

    def parse(self, typed: Any) -> Any:
        given = typed if isinstance(typed, list) else re.split(r"[；;\n]", plain(typed))
        codes = [super(Choices, self).parse(v) for v in given]
        order = {o.code: n for n, o in enumerate(self.options)}
        return sorted((c for c in codes if c), key=lambda c: order.get(c, len(order))) or None


@dataclass(frozen=True)
class Listed(FieldType):
    """One entry of a code list (`app.lists`), stored by its code."""

    list_id: str
    within: str = ""
    """The field before it whose answer is the parent of what may be picked: the city of a province."""

    def problem(self, value: Any) -> Words | None:
        if isinstance(value, str) and lists.entry(self.list_id, value):
            return None
        return Words("请从列表中选择一项。", "Please choose one from the list.")

    def text(self, value: Any, language: Language = "zh") -> str:
        found = lists.entry(self.list_id, value) if isinstance(value, str) else None
        return found.words.say(language) if found else plain(value)

    def parse(self, typed: Any) -> str | None:
        text = plain(typed)
        found = lists.find(self.list_id, text)
        return found.code if found else text or None


@dataclass(frozen=True)
class ListedMany(FieldType):
    """Several entries of a code list, stored as a list of codes in the order picked."""

    list_id: str

    def problem(self, value: Any) -> Words | None:
        if isinstance(value, list) and all(
            isinstance(v, str) and lists.entry(self.list_id, v) for v in value
        ):
            return None
        return Words("请从列表中选择。", "Please choose from the list.")

    def text(self, value: Any, language: Language = "zh") -> str:
        joint = "；" if language == "zh" else "; "
        return joint.join(Listed(self.list_id).text(v, language) for v in value or ())

    def parse(self, typed: Any) -> Any:
        given = typed if isinstance(typed, list) else re.split(r"[；;\n]", plain(typed))
        codes = [Listed(self.list_id).parse(v) for v in given]
        return list(dict.fromkeys(c for c in codes if c)) or None


@dataclass(frozen=True)
class Keywords(FieldType):
    """Up to `boxes` short texts (the five boxes of the keywords), stored as a list."""

    boxes: int = 5
    max_length: int = 50

    def problem(self, value: Any) -> Words | None:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return Words("这里应是几个词。", "These should be words.")
        if len(value) > self.boxes or any(len(v) > self.max_length for v in value):
            return Words(
                f"最多 {self.boxes} 个，每个不超过 {self.max_length} 字。",
                f"At most {self.boxes}, each of up to {self.max_length} characters.",
            )
        return None

    def text(self, value: Any, language: Language = "zh") -> str:
        return ("；" if language == "zh" else "; ").join(value or ())

    def parse(self, typed: Any) -> Any:
        given = typed if isinstance(typed, list) else re.split(r"[；;，,、\n]", plain(typed))
        return [text for text in map(plain, given) if text] or None


@dataclass(frozen=True)
class Pointer(FieldType):
    """A reference to another record (`person:…`, `office:…`, `committee:…`), chosen from the directory."""

    kind: str
    """"person", "institution", "ethics_committee", "academic_committee" or "member"."""

    def problem(self, value: Any) -> Words | None:
        if isinstance(value, str) and re.fullmatch(
            r"(person|office|committee):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value
        ):
            return None
        return Words("请从名录中选择。", "Please choose from the directory.")


@dataclass(frozen=True)
class Pointers(Pointer):
    """Several references, stored as a list."""

    def problem(self, value: Any) -> Words | None:
        one = super().problem
        if isinstance(value, list) and not any(one(v) for v in value):
            return None
        return Words("请从名录中选择。", "Please choose from the directory.")

    def text(self, value: Any, language: Language = "zh") -> str:  # noqa: ARG002 -- ids only
        return "；".join(map(str, value or ()))


@dataclass(frozen=True)
class Secret(FieldType):
    """A password: used by the effect of its step, kept in no record, history, log or print."""

    def problem(self, value: Any) -> Words | None:
        return None if isinstance(value, str) else Words("请填写密码。", "Please type a password.")

    def text(self, value: Any, language: Language = "zh") -> str:  # noqa: ARG002 -- never told
        return "••••••" if value else ""


def options(*pairs: tuple[str, str, str]) -> tuple[Option, ...]:
    return tuple(Option(code, zh, en) for code, zh, en in pairs)


YES_NO = Choice(options(("yes", "是", "Yes"), ("no", "否", "No")))
LONG = Text(5000, lines=5)
