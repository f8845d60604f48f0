"""Rules over the answers of an institution. Source: spec/domain.md §6.2."""

from __future__ import annotations

from collections.abc import Iterator

from stdnum.cn import uscc

from app.rules import licence
from app.rules.rule import Case, Rules

INSTITUTION_RULES = Rules()
rule = INSTITUTION_RULES.rule


@rule(
    "I-01",
    "warn",
    "统一社会信用代码的校验位不符，请核对。",
    "The check digit of the unified social credit code is wrong; please compare it.",
    at=("uscc",),
)
def _wrong_code(case: Case) -> Iterator[str]:
    code = case["uscc"]
    if isinstance(code, str) and len(code) == 18 and not uscc.is_valid(code):
        yield "uscc"


licence.declare(INSTITUTION_RULES, "I-02", "warn")
