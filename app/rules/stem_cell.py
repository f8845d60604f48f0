"""What an institution has before it files for stem-cell studies. Source: spec/domain.md §4.4."""

from __future__ import annotations

from collections.abc import Iterator

from app.rules import licence
from app.rules.rule import Case, Rules

STEM_CELL_RULES = Rules()
rule = STEM_CELL_RULES.rule

TOP = ("3s", "3a")
"""三级特等 and 三级甲等."""


@rule(
    "S-01",
    "block",
    "开展干细胞临床研究的机构应为三级甲等医院。",
    "Stem-cell studies are for hospitals of grade 3, class A.",
    at=("grade",),
)
def _below_the_top(case: Case) -> Iterator[str]:
    if case["grade"] and case["grade"] not in TOP:
        yield "grade"


@rule(
    "S-02",
    "block",
    "与机构信息中登记的等级不一致，请核对。",
    "This is not the grade under which the institution is registered; please check it.",
    at=("grade",),
)
def _of_another_grade(case: Case) -> Iterator[str]:
    known = case.known.institution_grade
    if known and case["grade"] and case["grade"] != known:
        yield "grade"


@rule(
    "S-03",
    "block",
    "所选伦理委员会应为本机构已备案的伦理委员会。",
    "The ethics committee must be a filed one of this institution.",
    at=("ethics_committee",),
)
def _ethics_committee_not_filed(case: Case) -> Iterator[str]:
    chosen, filed = case["ethics_committee"], case.known.filed_committees
    if not chosen or filed is None:
        return
    found = filed.get(chosen)
    if found is None or case.known.is_of_another(found.institution):
        yield "ethics_committee"


@rule(
    "S-04",
    "block",
    "所选学术委员会应为本机构正常履职的学术委员会。",
    "The academic committee must be an active one of this institution.",
    at=("academic_committee",),
)
def _academic_committee_not_active(case: Case) -> Iterator[str]:
    chosen, active = case["academic_committee"], case.known.academic_committees
    if not chosen or active is None:
        return
    if chosen not in active or case.known.is_of_another(active[chosen]):
        yield "academic_committee"


licence.declare(STEM_CELL_RULES, "S-05", "block")
