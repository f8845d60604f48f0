"""Rules over the design of a study: ages, sizes, groups, outcomes. Source: spec/domain.md §2.11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.rules.rule import Case, Rules

DESIGN_RULES = Rules()
rule = DESIGN_RULES.rule

DAYS = {"year": 365.25, "month": 30.44, "week": 7.0, "day": 1.0, "hour": 1 / 24}


def age_in_days(case: Case, which: str) -> tuple[str, float] | None:
    """(kind of age, days); weeks of gestation are a kind of their own."""
    unit, value = case[f"design.{which}_age_unit"], case[f"design.{which}_age_value"]
    if not isinstance(value, int) or unit in (None, "any"):
        return None
    if unit == "gestational_week":
        return "gestation", value * 7.0
    extra = case[f"design.{which}_age_secondary_value"]
    months = extra if isinstance(extra, int) else 0
    return "life", value * DAYS.get(unit, 0.0) + months * DAYS["month"]


@rule(
    "V-10",
    "block",
    "最大年龄小于最小年龄。",
    "The maximum age is below the minimum age.",
    at=("design.maximum_age_value",),
)
def _ages_the_wrong_way_round(case: Case) -> Iterator[str]:
    least, most = age_in_days(case, "minimum"), age_in_days(case, "maximum")
    if least and most and least[0] == most[0] and most[1] < least[1]:
        yield "design.maximum_age_value"


@rule(
    "V-11",
    "warn",
    "研究参与者含未成年人，请确认弱势群体类型是否包含“儿童”。",
    "Participants may be under age: please see whether “children” should be ticked.",
    at=("design.vulnerable_group",),
)
def _children_not_named(case: Case) -> Iterator[str]:
    ages = (age_in_days(case, "minimum"), age_in_days(case, "maximum"))
    young = any(age and age[0] == "life" and age[1] < 18 * DAYS["year"] - 1 for age in ages)
    if young and "children" not in (case["design.vulnerable_group_type"] or ()):
        yield "design.vulnerable_group"


def sizes(case: Case) -> dict[str, Any]:
    """Every sample size by its path, the total first."""
    found = {"design.total_sample_size": case["design.total_sample_size"]}
    for at, row in case.rows("design.research_groups"):
        found[at + "design.group_sample_size"] = row.get("design.group_sample_size")
    for field_id in (
        "design.diagnostic_target_sample_size",
        "design.diagnostic_confusable_sample_size",
    ):
        if field_id in case.answers:
            found[field_id] = case[field_id]
    return found


@rule(
    "V-13",
    "warn",
    "各组样本量之和与样本量不一致。",
    "The groups do not add up to the sample size.",
    at=("design.total_sample_size",),
)
def _groups_do_not_add_up(case: Case) -> Iterator[str]:
    total, *parts = sizes(case).values()
    whole = [n for n in parts if isinstance(n, int)]
    if isinstance(total, int) and parts and len(whole) == len(parts) and sum(whole) != total:
        yield "design.total_sample_size"


@rule(
    "V-14",
    "block",
    "样本量应为正整数。",
    "A sample size is a whole number from 1.",
    at=(
        "design.total_sample_size",
        "design.research_groups/design.group_sample_size",
        "design.diagnostic_target_sample_size",
        "design.diagnostic_confusable_sample_size",
    ),
)
def _nobody_in_it(case: Case) -> Iterator[str]:
    for path, size in sizes(case).items():
        if isinstance(size, int) and size < 1:
            yield path


def is_rct(case: Case) -> bool:
    is_observed = case["cat.research_classification_level_2"] == "IIT-OBS"
    return bool(case["design.study_design"] == "rct" and not is_observed)


@rule(
    "V-16",
    "block",
    "随机对照试验的“是否随机分组”必须为“是”。",
    "A randomised controlled trial must be randomised.",
    at=("design.random_group",),
)
def _rct_not_randomised(case: Case) -> Iterator[str]:
    if is_rct(case) and case["design.random_group"] not in (None, "yes"):
        yield "design.random_group"


@rule(
    "V-17",
    "block",
    "至少填写一个主要指标。",
    "At least one outcome must be primary.",
    at=("design.measurement_indicators",),
)
def _no_primary_outcome(case: Case) -> Iterator[str]:
    levels = [row.get("design.indicator_type_level_1")
              for _, row in case.rows("design.measurement_indicators")]  # fmt: skip
    if levels and None not in levels and "primary" not in levels:
        yield "design.measurement_indicators"


@rule(
    "V-18",
    "warn",
    "随机对照试验应至少有两组，其中至少一个对照组。",
    "A randomised controlled trial has at least two groups, one of them a control group.",
    at=("design.research_groups",),
)
def _nothing_to_compare(case: Case) -> Iterator[str]:
    groups = [row for _, row in case.rows("design.research_groups")]
    has_control = any(g.get("design.control_group_flag") == "yes" for g in groups)
    if is_rct(case) and groups and (len(groups) < 2 or not has_control):
        yield "design.research_groups"
