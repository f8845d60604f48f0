"""Forms that a text must have: e-mail, mobile, ID number …, each with its sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from app.words import Words


def _half(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").strip()


@dataclass(frozen=True)
class Shape:
    """How a text is cleaned after typing, and what it must look like."""

    pattern: str
    sentence: Words
    clean: Callable[[str], str] = _half

    def problem(self, value: str) -> Words | None:
        return None if re.fullmatch(self.pattern, value) else self.sentence


def _upper(text: str) -> str:
    return _half(text).upper()


SHAPES: dict[str, Shape] = {
    # Source of the patterns: spec/domain.md §6.1 (mobile, landline, postcode).
    "email": Shape(
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        Words("邮箱应形如 name@example.com。", "An e-mail address looks like name@example.com."),
        lambda text: _half(text).lower(),
    ),
    "mobile": Shape(
        r"1[3-9]\d{9}",
        Words("手机号应为 11 位数字，以 1 开头。", "A mobile number has 11 digits and begins with 1."),
        lambda text: re.sub(r"^(\+?86)(?=1\d{10}$)", "", _half(text).replace("-", "")),
    ),
    "landline": Shape(
        r"(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?",
        Words("固定电话应形如 0731-84321000。", "A landline number looks like 0731-84321000."),
    ),
    "phone": Shape(
        r"\+?[0-9][0-9() -]{5,28}",
        Words("电话应为数字，例如 0731-84321000。", "A telephone number has digits, such as 0731-84321000."),
        lambda text: unicodedata.normalize("NFKC", text).strip(),
    ),
    "postcode": Shape(
        r"\d{6}", Words("邮编应为 6 位数字。", "A postcode has 6 digits.")
    ),
    "uscc": Shape(
        r"[0-9A-HJ-NPQRTUWXY]{18}",
        Words("统一社会信用代码应为 18 位。", "A unified social credit code has 18 characters."),
        _upper,
    ),
    "id_number": Shape(
        r"[0-9A-Z()]{4,25}",
        Words("证件号码应为 4 到 25 位数字或字母。", "An ID number has 4 to 25 digits or letters."),
        _upper,
    ),
    "year_month": Shape(
        r"(19|20)\d{2}-(0[1-9]|1[0-2])",
        Words("年月应形如 2026-03。", "A month looks like 2026-03."),
    ),
}  # fmt: skip
