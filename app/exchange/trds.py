"""A study filing from what WHO asks of every registry: the part that ICTRP and ChiCTR share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.exchange import rough, trds_words
from app.exchange.criteria import parted
from app.exchange.prefill import Account
from app.exchange.trds_words import DIAGNOSTIC, NOTHING, OBSERVED, STUDY_TYPES, TRIAL
from app.forms.study.routes import ROUTE
from app.words import Words

_CHOOSE = Words("没有唯一对应的选项，请自行选择。", "No single option matches; please choose it.")
_SPELT = Words(
    "原记录写作“{was}”，按“{as_}”读取。", "The record says “{was}”; it was read as “{as_}”."
)
_SAYS_NOTHING = Words("原记录写明没有。", "The record says that there is none.")


@dataclass(frozen=True)
class Places:
    """Where each thing stands in one kind of record; empty where it has no such thing."""

    number: str
    public_title: str
    scientific_title: str
    study_type: str
    design: str
    phase: str
    least_age: str
    most_age: str
    sex: str
    inclusion: str
    exclusion: str
    enrolment: str
    size: str
    condition: str
    intervention: str
    primary: str
    status: str
    sponsor: str
    countries: str
    register: str = ""
    acronym: str = ""
    secondary: str = ""
    ids: str = ""


def fill(account: Account, at: Places) -> None:
    """Everything that the data set of WHO holds."""
    _titles(account, at)
    kind = _kind(account, at)
    _design(account, at, kind)
    _phase(account, at, kind)
    _people(account, at)
    _groups(account, at, kind)
    for grade, source in (("primary", at.primary), ("secondary", at.secondary)):
        _outcomes(account, grade, source)
    _status(account, at, kind)
    account.leave(at.sponsor, Words(
        "ChiCTR 的 Primary sponsor 是研究实施单位，由登录账号带出。",
        "Primary sponsor there means the institution, which the account gives.",
    ))  # fmt: skip
    _countries(account, at.countries)


def said(account: Account, source: str) -> str:
    """The text there; several of the same name as one list."""
    return account.text(source) or ";".join(account.texts(source))


def known(account: Account, source: str, field: str) -> str:
    """The value in small letters, in its right spelling; a wrong one is told."""
    value = said(account, source)
    key = " ".join(value.lower().split())
    if key in trds_words.MISSPELT:
        account.warn(field, _SPELT.fill(was=value, as_=trds_words.MISSPELT[key]))
    return trds_words.MISSPELT.get(key, key)


def _titles(account: Account, at: Places) -> None:
    for field_id, source in (
        ("basic.research_title", at.scientific_title),
        ("basic.public_name", at.public_title),
        ("basic.brief_research_title", at.acronym),
        ("content.disease_symptom", at.condition),
    ):
        account.take_english(field_id, said(account, source), source)
    numbers(account, at)


def numbers(account: Account, at: Places) -> None:
    """The number of the record itself as one of another platform."""
    number = account.text(at.number)
    row = "other.other_platform_records/r1"
    platform = _platform(number)
    account.take(f"{row}/other.platform_name", platform, at.number)
    account.take(f"{row}/other.platform_record_number", number, at.number)
    if platform == "other" and at.register:
        account.take(f"{row}/other.platform_other_name", account.text(at.register), at.register)
    elif at.register:
        account.leave(at.register, Words("已由平台名称说明。", "Said by the registry's name."))


def _platform(number: str) -> str:
    starts = {"CHICTR": "chictr", "NCT": "nih", "CTR2": "cde"}
    return next((p for s, p in starts.items() if number.upper().startswith(s)), "other")


def _kind(account: Account, at: Places) -> str:
    """A trial, an observation or a diagnostic study; the class where that is certain."""
    key = known(account, at.study_type, ROUTE)
    kind = STUDY_TYPES.get(key, "")
    if key in trds_words.PURPOSES:
        account.take("content.primary_purpose", trds_words.PURPOSES[key], at.study_type)
    if kind == OBSERVED:
        account.take("cat.research_classification_level_1", "initiated", at.study_type)
        account.take(ROUTE, "IIT-OBS", at.study_type)
        account.warn(ROUTE, Words(
            "按原记录的“观察性研究”推定为研究者发起的观察性研究，请核对。",
            "Told as investigator-initiated because it is observational; please check.",
        ))  # fmt: skip
    elif key and kind:
        account.warn(ROUTE, Words(
            "原记录不说明是否以产品注册为目的，请自行选择研究分类。",
            "The record does not say if it serves product registration; please choose the class.",
        ))  # fmt: skip
        account.note_left(at.study_type, said(account, at.study_type), _CHOOSE)
    account.leave(at.study_type, _CHOOSE)
    return kind


def _design(account: Account, at: Places, kind: str) -> None:
    key = known(account, at.design, "design.study_design")
    if kind == DIAGNOSTIC:
        account.take("design.study_design", "diagnostic", at.study_type)
    elif (kind, key) in trds_words.DESIGNS:
        design, subtype, random = trds_words.DESIGNS[kind, key]
        account.take("design.study_design", design, at.design)
        account.take("design.study_design_subtype", subtype, at.design)
        account.take("design.random_group", random, at.design)
        if key in ("parallel", "cross-over"):
            account.warn("design.random_group", Words(
                "ChiCTR 的英文“{was}”对应“随机对照”，据此填写随机分组，请核对。",
                "ChiCTR's “{was}” stands for a randomised control: please check.",
            ).fill(was=said(account, at.design)))  # fmt: skip
    account.leave(at.design, trds_words.FALSE_FRIENDS.get(key, _CHOOSE))


def _phase(account: Account, at: Places, kind: str) -> None:
    text = said(account, at.phase)
    key = " ".join(text.lower().split())
    field_id = "content.research_phase"
    if found := re.fullmatch(r"\d{4}-(\d{2})-(\d{2})( 00:00:00)?", key):
        typed = f"{int(found[1])}-{int(found[2])}"
        account.leave(at.phase, Words(
            "电子表格把研究阶段“{typed}”当成了日期，请自行选择。",
            "The phase became a date: a spreadsheet took “{typed}” for one; please choose it.",
        ).fill(typed=typed))  # fmt: skip
        account.warn(field_id, Words(
            "原记录的研究阶段是日期“{text}”，没有取用。",
            "The phase is a date, “{text}”: not taken.",
        ).fill(text=text))  # fmt: skip
        return
    account.take(field_id, trds_words.PHASES.get(key), at.phase)
    if key == "0":
        account.warn(field_id, Words(
            "ChiCTR 的“0”是“探索性研究/预试验”，请核对。",
            "ChiCTR's 0 is a pilot study; please check.",
        ))  # fmt: skip
    cohort = account.answers.get("design.study_design") == "cohort"
    if key == "retrospective study" and kind == OBSERVED and cohort:
        account.take("design.study_design_subtype", "retrospective_cohort", at.phase)
    account.leave(at.phase, _CHOOSE)


def _people(account: Account, at: Places) -> None:
    sex = known(account, at.sex, "design.participant_sex")
    account.take("design.participant_sex", trds_words.SEX.get(sex), at.sex)
    account.leave(at.sex, _CHOOSE)
    least = age(account, "minimum", at.least_age)
    most = age(account, "maximum", at.most_age)
    if least is not None and least < 18:
        account.take("design.vulnerable_group", "yes", at.least_age)
        account.take("design.vulnerable_group_type", ["children"], at.least_age)
        account.warn("design.vulnerable_group_type", Words(
            "因研究对象包括未成年人，已勾选“儿童”；如涉及其他弱势群体请补充。",
            "Ticked “children” because people under age may take part; please add other groups.",
        ))  # fmt: skip
    if least is not None and most is not None and least > most:
        account.warn("design.maximum_age_value", Words(
            "原记录的最大年龄小于最小年龄，请核对。",
            "The record's highest age is below its lowest; please check.",
        ))  # fmt: skip
    for kind, source in (("inclusion", at.inclusion), ("exclusion", at.exclusion)):
        criteria(account, kind, source)


def age(account: Account, end: str, source: str) -> float | None:
    """The limit in years where it is told so; what is no whole number of a unit is left."""
    unit, extra = f"design.{end}_age_unit", f"design.{end}_age_secondary_unit"
    text = said(account, source).lower()
    if re.fullmatch("no limit|no|none|不限", text):
        account.take(unit, "any", source)
        account.take(extra, "any", source)
        return None
    found = re.fullmatch(
        r"(\d{1,3})\s*(years?|y|months?|m|weeks?|w|days?|d|hours?|h|岁)?(?: old)?", text
    )
    if not found or text == "0":
        account.leave(source, Words(
            "年龄“{text}”说不清是多少，请自行填写。",
            "“{text}” is no clear age; please fill it in.",
        ).fill(text=text))  # fmt: skip
        return None
    if not found[2]:
        account.warn(unit, Words(
            "原记录的年龄没有单位，按“岁”填写，请核对。",
            "The record's age has no unit: taken as years; please check.",
        ))  # fmt: skip
    name = trds_words.AGE_UNITS[(found[2] or "y")[0]]
    account.take(unit, name, source)
    account.take(f"design.{end}_age_value", int(found[1]), source)
    account.take(extra, "any", source)
    years = {"year": 1.0, "month": 1 / 12, "week": 1 / 52, "day": 1 / 365, "hour": 0.0}
    return int(found[1]) * years[name]


def criteria(account: Account, kind: str, source: str) -> None:
    """Single criteria of one kind, in English also as their twins."""
    text = re.sub(rf"^\s*{kind}\s+criteri(a|on)\s*[:：]?\s*", "", said(account, source), flags=re.I)
    if text.lower().strip(" .。") in NOTHING:
        account.leave(source, _SAYS_NOTHING)
        return
    found = parted(f"{kind} criteria:\n{rough.own_lines(text)}")
    for other in ("inclusion", "exclusion"):
        for row, single in rough.counted(getattr(found, other)):
            group = f"design.{other}_criteria/{row}/design.{other}_criterion"
            twin = f"design.{other}_criteria_english/{row}/design.{other}_criterion_english"
            if other != kind:  # a heading inside the cell: it belongs to neither for certain
                account.note_left(source, single, Words(
                    "写在另一类标准的栏内，请核对后填写。",
                    "It stands in the cell of the other kind; please check and fill it in.",
                ))  # fmt: skip
            elif account.take_english(group, single, source):
                account.take(twin, single, source)


def _groups(account: Account, at: Places, kind: str) -> None:
    text = said(account, at.size)
    if re.fullmatch(r"\d{1,9}", text):
        account.take("design.total_sample_size", int(text), at.size)
        account.leave(at.intervention, _BY_HAND)
        return
    groups, rest = rough.sized(text)
    if rest:
        account.note_left(at.size, rest, Words(
            "看不出样本量，原记录可能被截断。", "No size can be seen; the record may be cut off.",
        ))  # fmt: skip
    labels = [label for label, _size in groups]
    if [label.lower() for label in labels] == ["target condition", "difficult condition"]:
        account.take("design.diagnostic_target_sample_size", groups[0][1], at.size)
        account.take("design.diagnostic_confusable_sample_size", groups[1][1], at.size)
    else:
        for row, (label, size) in enumerate(groups, 1):
            group = f"design.research_groups/r{row}"
            account.take_english(f"{group}/design.group_name", label, at.size)
            account.take(f"{group}/design.group_sample_size", size, at.size)
    if groups and not rest:
        _total(account, sum(size for _label, size in groups), len(groups), at.size)
    account.leave(at.size, _CHOOSE)
    _measures(account, at.intervention, labels, kind)


_BY_HAND = Words(
    "分不出各组的干预措施，请自行填写。", "The groups' interventions cannot be told apart."
)


def _total(account: Account, total: int, groups: int, source: str) -> None:
    account.take("design.total_sample_size", total, source)
    if groups > 1:
        account.warn("design.total_sample_size", Words(
            "样本量由各组相加得到，请核对。", "The size is the sum of the groups; please check.",
        ))  # fmt: skip


def _measures(account: Account, source: str, labels: list[str], kind: str) -> None:
    text = said(account, source)
    if kind == DIAGNOSTIC:
        tests = rough.labelled(text, ["Gold Standard", "Index test"]) or {}
        account.take_english(
            "design.diagnostic_gold_standard", tests.get("Gold Standard", ""), source
        )
        account.take_english("design.diagnostic_index_test", tests.get("Index test", ""), source)
    else:
        _measures_of_groups(account, source, labels)
    account.leave(source, _BY_HAND)


def _measures_of_groups(account: Account, source: str, labels: list[str]) -> None:
    found = rough.labelled(said(account, source), labels)
    for n, label in enumerate(labels if found else (), 1):
        measure = (found or {})[label]
        if measure.lower().strip(" .") not in NOTHING:
            row = f"design.research_groups/r{n}"
            account.take_english(f"{row}/design.intervention_name", measure, source)
        elif measure:
            account.note_left(source, f"{label}: {measure}", _SAYS_NOTHING)
    if found:
        account.mark_seen(source)  # each part was spoken of


def _outcomes(account: Account, grade: str, source: str) -> None:
    rows = [p for p in account.answers if p.endswith("/design.indicator_type_level_1")]
    for n, name in enumerate(rough.listed(said(account, source)), len(rows) + 1):
        row = f"design.measurement_indicators/r{n}"
        if name.lower().strip(" .") in NOTHING:
            account.note_left(source, name, _SAYS_NOTHING)
        elif account.take_english(f"{row}/design.indicator_name", name, source):
            account.take(f"{row}/design.indicator_type_level_1", grade, source)
    if said(account, source):
        account.mark_seen(source)


def _status(account: Account, at: Places, kind: str) -> None:
    key = known(account, at.status, "recruit.recruitment_status")
    if kind == OBSERVED:
        account.take("impl.observational_status", trds_words.OBSERVED_STATUS.get(key), at.status)
    elif key in trds_words.RECRUITING:
        account.take("recruit.recruitment_flag", "yes", at.status)
        account.take("recruit.recruitment_status", trds_words.RECRUITING[key], at.status)
    account.leave(at.status, Words(
        "没有对应的状态（“Not Recruiting”可能是未开始、暂停或已结束），请自行选择。",
        "No state matches (“Not Recruiting” may be before, between or after); please choose it.",
    ))  # fmt: skip
    start = rough.day(said(account, at.enrolment))
    for field_id in ("basic.research_start_time", "basic.recruiting_start_time"):
        if account.take(field_id, start, at.enrolment):
            account.warn(field_id, Words(
                "取自原记录的入组（实施）开始日期，请核对研究和征募的开始日期。",
                "Taken from the record's date of enrolment; please check both starts.",
            ))  # fmt: skip
    account.leave(at.enrolment, Words("读不出日期。", "It is no date that can be read."))


def _countries(account: Account, source: str) -> None:
    names = dict.fromkeys(
        trds_words.MISSPELT.get(name.lower(), name.lower())
        for name in rough.listed(said(account, source).replace(",", ";"))
    )
    known(account, source, "impl.multicenter_type")
    if len(names) > 1:
        account.take("impl.multicenter_flag", "yes", source)
        account.take("impl.multicenter_type", "international", source)
    account.leave(source, Words(
        "只有国家，看不出是否多中心，也没有单位名称。",
        "A country only: neither the sites nor whether there are several.",
    ))  # fmt: skip


__all__ = ["TRIAL", "Places", "age", "criteria", "fill", "known", "said"]
