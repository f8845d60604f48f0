"""The design of a ClinicalTrials.gov record: model, participants, groups, outcomes."""

from __future__ import annotations

import re

from app.exchange.criteria import parted
from app.exchange.ctgov_words import (
    AGE_UNITS,
    COHORTS,
    INDICATIVE,
    INTERVENTIONS,
    IS_CONTROL,
    MASKED,
    OBSERVATIONAL,
    PHASES,
    RANDOMISED,
    SEX,
)
from app.exchange.prefill import Account
from app.words import Words

AT = "designModule.designInfo"
ARMS = "armsInterventionsModule.armGroups"
_CHOOSE = Words("没有唯一对应的选项，请自行选择。", "No single option matches; please choose it.")


def design(account: Account) -> None:
    """Phase, model, allocation, masking, size."""
    phases = tuple(account.texts("designModule.phases"))
    account.take("content.research_phase", PHASES.get(phases), "designModule.phases")
    account.leave("designModule.phases", _CHOOSE)
    if account.text("designModule.studyType") == "OBSERVATIONAL":
        _observational(account)
    else:
        _interventional(account)
        _masking(account)
    count = account.raw("designModule.enrollmentInfo.count")
    account.take("design.total_sample_size", count, "designModule.enrollmentInfo.count")
    account.leave("designModule.enrollmentInfo.type", INDICATIVE)
    kept = account.text("designModule.bioSpec.retention")
    if kept.startswith("SAMPLES"):
        account.take("design.biological_sample_collection", "yes", "designModule.bioSpec.retention")
    account.leave("designModule.bioSpec", Words(
        "请按样本类型逐项填写。", "Please fill in the samples one by one.",
    ))  # fmt: skip


def _interventional(account: Account) -> None:
    model, allocation = account.text(f"{AT}.interventionModel"), account.text(f"{AT}.allocation")
    if allocation == "RANDOMIZED":
        account.take("design.study_design", "rct", f"{AT}.allocation")
        account.take(
            "design.study_design_subtype", RANDOMISED.get(model), f"{AT}.interventionModel"
        )
        account.take("design.random_group", "yes", f"{AT}.allocation")
    elif allocation in ("NON_RANDOMIZED", "NA"):
        account.take("design.study_design", "non_randomised", f"{AT}.allocation")
        account.take("design.random_group", "no", f"{AT}.allocation")
        # A single group of several arms contradicts itself.
        if model == "SINGLE_GROUP" and len(list(account.items(ARMS))) < 2:
            account.take("design.study_design_subtype", "single_arm", f"{AT}.interventionModel")
    # 同期 or 非同期: parallel without randomisation may be either.
    account.leave_all([f"{AT}.allocation", f"{AT}.interventionModel"], _CHOOSE)


def _observational(account: Account) -> None:
    model, time = account.text(f"{AT}.observationalModel"), account.text(f"{AT}.timePerspective")
    if time == "CROSS_SECTIONAL":
        account.take("design.study_design", "cross_sectional", f"{AT}.timePerspective")
    else:
        account.take("design.study_design", OBSERVATIONAL.get(model), f"{AT}.observationalModel")
    if model == "COHORT":
        account.take("design.study_design_subtype", COHORTS.get(time), f"{AT}.timePerspective")
    if model in OBSERVATIONAL or time == "CROSS_SECTIONAL":
        account.take("design.random_group", "no", "designModule.studyType")
    account.leave_all([f"{AT}.observationalModel", f"{AT}.timePerspective"], _CHOOSE)


def _masking(account: Account) -> None:
    at = f"{AT}.maskingInfo"
    if account.text(f"{AT}.allocation") != "RANDOMIZED":
        account.leave_all([f"{at}.masking", f"{at}.whoMasked"], Words(
            "不是随机分组，本表不问盲法。", "Not randomised: the form does not ask for blinding.",
        ))  # fmt: skip
        return
    masked = frozenset(account.texts(f"{at}.whoMasked"))
    if account.text(f"{at}.masking") == "NONE":
        account.take("design.blinding_type", "open", f"{at}.masking")
    elif masked in MASKED:
        account.take("design.blinding_type", MASKED[masked], f"{at}.whoMasked", f"{at}.masking")
    elif masked >= {"PARTICIPANT", "INVESTIGATOR"}:
        account.take("design.blinding_type", "double", f"{at}.whoMasked", f"{at}.masking")
        account.warn("design.blinding_type", Words(
            "原记录对更多的人设盲（护理人员、评估者），请核对是双盲还是三盲。",
            "The record masks more people (carers, assessors); please check double or triple.",
        ))  # fmt: skip
    account.leave_all([f"{at}.masking", f"{at}.whoMasked"], _CHOOSE)


def people(account: Account) -> None:
    """Who may take part: sex, age, health, criteria."""
    at = "eligibilityModule"
    account.take("design.participant_sex", SEX.get(account.text(f"{at}.sex")), f"{at}.sex")
    least = _age(account, "minimum", f"{at}.minimumAge")
    _age(account, "maximum", f"{at}.maximumAge")
    healthy = account.raw(f"{at}.healthyVolunteers")
    if isinstance(healthy, bool):
        account.take(
            "design.healthy_volunteer", "yes" if healthy else "no", f"{at}.healthyVolunteers"
        )
    if (least is not None and least < 18) or "CHILD" in account.texts(f"{at}.stdAges"):
        account.take("design.vulnerable_group", "yes", f"{at}.stdAges")
        account.take("design.vulnerable_group_type", ["children"], f"{at}.stdAges")
        account.warn("design.vulnerable_group_type", Words(
            "因研究对象包括未成年人，已勾选“儿童”；如涉及其他弱势群体请补充。",
            "Ticked “children” because people under age may take part; please add other groups.",
        ))  # fmt: skip
    account.leave(f"{at}.stdAges", Words("已由年龄范围说明。", "Said by the ages."))
    _criteria(account, f"{at}.eligibilityCriteria")


def _age(account: Account, end: str, source: str) -> float | None:
    """The limit in years where it is told in years."""
    unit_field, extra = f"design.{end}_age_unit", f"design.{end}_age_secondary_unit"
    said = account.text(source)
    found = re.fullmatch(r"(\d{1,6}) (Year|Month|Week|Day|Hour)s?", said)
    if found:
        account.take(unit_field, AGE_UNITS[found[2].upper()], source)
        account.take(f"design.{end}_age_value", int(found[1]), source)
        account.take(extra, "any", source)
        return int(found[1]) if found[2] == "Year" else 0
    if said in ("", "N/A"):
        account.take(unit_field, "any", *([source] if said else []))
        account.take(extra, "any", *([source] if said else []))
        account.warn(unit_field, Words(
            "原记录没有给出年龄限制，按“不限”填写，请核对。",
            "The record gives no limit of age: filled in as “no limit”; please check.",
        ))  # fmt: skip
    account.leave(source, Words("本表没有这个年龄单位。", "The form has no such unit of age."))
    return None


def _criteria(account: Account, source: str) -> None:
    criteria = parted(account.text(source))
    if not (criteria.inclusion or criteria.exclusion):
        account.leave(source, Words(
            "分不出纳入标准和排除标准，请自行填写。",
            "Inclusion and exclusion cannot be told apart; please fill them in.",
        ))  # fmt: skip
        return
    for kind, rows in (("inclusion", criteria.inclusion), ("exclusion", criteria.exclusion)):
        for n, text in enumerate(rows, 1):
            group, single = f"design.{kind}_criteria", f"design.{kind}_criterion"
            account.take_english(f"{group}/r{n}/{single}", text, source)
            account.take(f"{group}_english/r{n}/{single}_english", text, source)
    if criteria.other:
        account.note_left(source, criteria.other, Words(
            "标题之前的文字，不能确定属于纳入还是排除标准。",
            "Text before the headings: it may belong to either.",
        ))  # fmt: skip


def groups(account: Account) -> None:
    """Arms as study groups, each with what is done to it."""
    at = "armsInterventionsModule"
    interventions = list(account.items(f"{at}.interventions"))
    arms = list(account.items(f"{at}.armGroups"))
    for n, arm in enumerate(arms, 1):
        row = f"design.research_groups/r{n}"
        label = account.text(f"{arm}.label")
        account.take_english(f"{row}/design.group_name", label, f"{arm}.label")
        kind = account.text(f"{arm}.type")
        account.take(f"{row}/design.control_group_flag", IS_CONTROL.get(kind), f"{arm}.type")
        account.leave(
            f"{arm}.type", Words("没有说明是否对照组。", "It does not say whether a control.")
        )
        mine = [i for i in interventions if label in account.texts(f"{i}.armGroupLabels")]
        _measures(account, row, mine, arm)
        account.leave(
            f"{arm}.interventionNames", Words("与干预措施相同。", "The same as the interventions.")
        )
    if not arms:
        for n, one in enumerate(interventions, 1):
            _measures(account, f"design.research_groups/r{n}", [one], "")
    for one in interventions:
        account.leave(
            f"{one}.armGroupLabels", Words("已用于对应分组。", "Used to match the groups.")
        )


def _measures(account: Account, row: str, mine: list[str], arm: str) -> None:
    """What is done in one group: its names together, its texts together."""
    names = [account.text(f"{one}.name") for one in mine]
    sources = [f"{one}.name" for one in mine]
    account.take_english(
        f"{row}/design.intervention_name", "; ".join(filter(None, names)), *sources
    )
    if mine:
        several = "yes" if len(mine) > 1 else "no"
        account.take(f"{row}/design.joint_measures", several, *sources)
    kinds = {account.text(f"{one}.type") for one in mine}
    known = {INTERVENTIONS.get(kind) for kind in kinds}
    if len(known) == 1 and known != {None}:
        account.take(
            f"{row}/design.intervention_type", known.pop(), *(f"{one}.type" for one in mine)
        )
    account.leave_all([f"{one}.type" for one in mine], Words(
        "不能确定产品是否已批准上市等，请自行选择干预措施类型。",
        "It does not say whether the product is marketed; please choose the type of intervention.",
    ))  # fmt: skip
    described = [(f"{arm}.description", account.text(f"{arm}.description"))] if arm else []
    for one, name in zip(mine, names, strict=True):
        text = account.text(f"{one}.description")
        described.append((f"{one}.description", f"{name}: {text}" if text else ""))
    there = [(source, text) for source, text in described if text]
    account.take_english(
        f"{row}/design.intervention_description",
        "\n".join(text for _source, text in there),
        *(source for source, _text in there),
    )


def outcomes(account: Account) -> None:
    """Primary and secondary outcomes as measures."""
    n = 0
    for kind in ("primary", "secondary"):
        for item in account.items(f"outcomesModule.{kind}Outcomes"):
            n += 1
            row = f"design.measurement_indicators/r{n}"
            account.take(f"{row}/design.indicator_type_level_1", kind, f"{item}.measure")
            for field_id, name in (
                ("design.indicator_name", "measure"),
                ("design.indicator_timepoint", "timeFrame"),
                ("design.indicator_description", "description"),
            ):
                account.take_english(
                    f"{row}/{field_id}", account.text(f"{item}.{name}"), f"{item}.{name}"
                )
    account.leave_all(list(account.items("outcomesModule.otherOutcomes")), Words(
        "本表只有主要指标和次要指标。", "The form has primary and secondary outcomes only.",
    ))  # fmt: skip
