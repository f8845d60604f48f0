"""The licence of an institution: one rule wherever a form asks for it, under that form's code."""

from __future__ import annotations

from collections.abc import Iterator

from app.answers import Level
from app.rules.rule import Case, Rules


def declare(rules: Rules, code: str, level: Level) -> None:
    """Say of a licence that it is over."""

    @rules.rule(
        code,
        level,
        "执业许可证已过有效期。",
        "The licence is no longer valid.",
        at=("licence_valid_to",),
    )
    def _licence_over(case: Case) -> Iterator[str]:
        end = case.day("licence_valid_to")
        if end and end < case.today:
            yield "licence_valid_to"
