"""Rules over several answers of a person. Source: spec/domain.md §6.1."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from stdnum.cn import ric

from app.rules.rule import Case, Rules

PERSON_RULES = Rules()
rule = PERSON_RULES.rule

OF_EIGHTEEN = ("id_card", "residence_permit")


def _card(case: Case) -> str:
    """A right number of 18, else nothing."""
    number = case["id_number"]
    is_right = case["id_kind"] in OF_EIGHTEEN and isinstance(number, str) and is_right_card(number)
    return str(number) if is_right else ""


def is_right_card(number: str) -> bool:
    """17 digits with a real day of birth, and the check digit of GB 11643.

    The library's own `is_valid` also asks its list of divisions, which knows too few: districts
    are founded and renamed, and numbers given before or after stay right.
    """
    if not re.fullmatch(r"\d{17}[\dX]", number) or ric.calc_check_digit(number) != number[17]:
        return False
    try:
        datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


@rule(
    "P-01",
    "block",
    "证件号码不是正确的 18 位号码，请对照证件检查。",
    "This is no right number of 18 characters; please compare it with the document.",
    at=("id_number",),
)
def _wrong_number(case: Case) -> Iterator[str]:
    if case["id_kind"] in OF_EIGHTEEN and case["id_number"] and not _card(case):
        yield "id_number"


@rule(
    "P-02", "warn", "性别与证件号码不符。", "The sex does not go with the ID number.", at=("sex",)
)
def _of_other_sex(case: Case) -> Iterator[str]:
    number = _card(case)
    if number and case["sex"] and case["sex"] != ("male" if int(number[16]) % 2 else "female"):
        yield "sex"


@rule(
    "P-03",
    "warn",
    "出生日期与证件号码不符。",
    "The birth date does not go with the ID number.",
    at=("birth_date",),
)
def _born_another_day(case: Case) -> Iterator[str]:
    number = _card(case)
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    if number and case["birth_date"] and case["birth_date"] != born:
        yield "birth_date"


@rule(
    "P-04",
    "block",
    "结束年月早于开始年月。",
    "It ends before it begins.",
    at=("work_history/end", "education/end"),
)
def _history_reversed(case: Case) -> Iterator[str]:
    for group in ("work_history", "education"):
        for at, row in case.rows(group):
            start, end = row.get("start"), row.get("end")
            if isinstance(start, str) and isinstance(end, str) and end < start:
                yield at + "end"
