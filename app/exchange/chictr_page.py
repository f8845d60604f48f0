"""A study filing from a page of ChiCTR, label by label, Chinese beside English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app import lists
from app.errors import Unreadable
from app.exchange import rough, trds, trds_words
from app.exchange.criteria import parted
from app.exchange.prefill import Account, Prefill
from app.forms import FORMS
from app.words import Words

PAIRS = (
    ("basic.research_title", "研究课题的正式科学名称", "Scientific title"),
    ("basic.public_name", "注册题目", "Public title"),
    ("basic.brief_research_title", "注册题目简写", "English Acronym"),
    ("content.disease_symptom", "研究疾病", "Target disease"),
    ("content.research_objective_description", "研究目的", "Objectives of Study"),
    ("design.random_sequence_method", "随机方法", "Randomization Procedure"),
    ("impl.applicant_name", "申请注册联系人", "Applicant"),
    ("impl.applicant_address", "申请注册联系人通讯地址", "Applicant address"),
    ("impl.applicant_organization", "申请人所在单位", "Applicant's institution"),
    ("share.data_share_plan", "共享原始数据的方式", "The way of sharing IPD"),
    ("share.data_analysis", "数据采集和管理", "Data collection and Management"),
)
"""Field, Chinese label, English label. A label is known by its beginning."""
TWINS = {
    "basic.research_title": "basic.scientific_title",
    "basic.public_name": "basic.public_title",
    "basic.brief_research_title": "basic.english_acronym",
    "content.disease_symptom": "content.target_disease",
}
REPEATED = {
    "组别": "groups",
    "Group": "groups",
    "干预措施": "groups",
    "Intervention": "groups",
    "指标中文名": "outcomes",
    "Outcome": "outcomes",
    "测量时间点": "outcomes",
    "Measure time point of outcome": "outcomes",
    "标本中文名": "samples",
    "Sample Name": "samples",
    "人体标本去向": "samples",
    "Fate of sample": "samples",
    "国家": "sites",
    "Country": "sites",
    "单位(医院)": "sites",
    "Institution hospital": "sites",
}
FIRST = {"组别": "groups", "指标中文名": "outcomes", "标本中文名": "samples", "国家": "sites"}
BLINDING = {"双盲": "double", "开放": "open", "单盲": "single", "三盲": "triple"}


def is_page(body: Any) -> bool:
    """Whether these are rows of label and answer, beginning with ChiCTR's number."""
    return (
        isinstance(body, list)
        and bool(body)
        and all(isinstance(r, list) and r and all(isinstance(c, str) for c in r) for r in body)
        and body[0][0].startswith("注册号")
    )


def study_from(body: list[list[str]]) -> Prefill:
    """Fill the study form from one page; Unreadable where it is none."""
    if not is_page(body) or len(body[0]) < 2:
        raise Unreadable(
            "这不是 ChiCTR 的页面内容。请下载 XML 后再选择。",
            "This is not a page of ChiCTR. Please download its XML.",
        )
    account = Account(FORMS["study"], source_of(body))
    for part in (_texts, _choices, _dates, _criteria, _groups, _outcomes, _samples, _sites):
        part(account)
    return account.close(account.text("注册号"))


def source_of(body: list[list[str]]) -> dict[str, Any]:
    """The page as values by label; what comes again (groups, outcomes, sites) as lists."""
    found: dict[str, Any] = {"groups": [], "outcomes": [], "samples": [], "sites": []}
    for cells in body:
        pairs = list(zip(cells[::2], cells[1::2], strict=False))
        labels = [_label(raw) for raw, _said in pairs]
        if not labels:
            continue
        if labels[0] in ("最小", "最大") and len(cells) == 3 and cells[1]:  # 最小 · 18 · 岁
            pairs = [(cells[0], cells[1] + _label(cells[2]))]
        place = REPEATED.get(labels[0])
        if place and labels[0] in FIRST:
            found[place].append({})
        into = found[place][-1] if place and found[place] else found
        for label, (_raw, value) in zip(labels, pairs, strict=True):
            into.setdefault(label, rough.readable(value)[0])
    return found


def _label(raw: str) -> str:
    """The label without its colon, its English half and its explanations; no path signs in it."""
    is_chinese = re.search("[\u4e00-\u9fff]", raw)
    first = raw.split("\n", maxsplit=1)[0] if is_chinese else " ".join(raw.split())
    return re.sub(r"[.\[\]]", " ", re.split("[：:（]", first)[0]).strip()


def _source(account: Account, label: str) -> str:
    """The label as the page writes it in full."""
    return next((key for key in account.source if key.startswith(label)), label)


def _texts(account: Account) -> None:
    for field_id, chinese, english in PAIRS:
        zh = chinese if chinese in account.source else _source(account, chinese)
        en = english if english in account.source else _source(account, english)
        for path, source in ((field_id, zh), (TWINS.get(field_id, f"{field_id}_english"), en)):
            if account.text(source).lower() in trds_words.NOTHING:
                account.leave(
                    source, Words("原记录写明没有。", "The record says that there is none.")
                )
            else:
                account.take(path, account.text(source), source)
    for field_id, label in (
        ("impl.applicant_telephone", "申请注册联系人电话"),
        ("impl.applicant_email", "申请注册联系人电子邮件"),
    ):
        account.take(field_id, account.text(label), label)
    row = "other.other_platform_records/r1"
    account.take(f"{row}/other.platform_name", "chictr", "注册号")
    account.take(f"{row}/other.platform_record_number", account.text("注册号"), "注册号")


_CHOOSE = Words("没有唯一对应的选项，请自行选择。", "No single option matches; please choose it.")


def _choices(account: Account) -> None:
    kind = trds_words.STUDY_TYPES.get(account.text("研究类型"), "")
    design = trds_words.DESIGNS.get((kind, account.text("研究设计")), ("", "", ""))
    for field_id, value in zip(
        ("design.study_design", "design.study_design_subtype", "design.random_group"),
        design, strict=True,
    ):  # fmt: skip
        account.take(field_id, value, "研究设计")
    if kind == trds_words.OBSERVED:
        account.take("cat.research_classification_level_1", "initiated", "研究类型")
        account.take("cat.research_classification_level_2", "IIT-OBS", "研究类型")
    phase = trds_words.PHASES.get(account.text("研究所处阶段").lower())
    found = lists.find("phases", account.text("研究所处阶段"))
    account.take("content.research_phase", phase or (found.code if found else ""), "研究所处阶段")
    account.take("design.participant_sex", trds_words.SEX.get(account.text("性别")), "性别")
    account.take("design.blinding_type", BLINDING.get(account.text("盲法")), "盲法")
    for end, label in (("minimum", "最小"), ("maximum", "最大")):
        trds.age(account, end, label)
    for field_id, label, codes in (
        ("impl.dsmb_flag", "数据与安全监察委员会", ("yes", "no")),
        ("share.data_share_statement", "是否共享原始数据", ("share", "no")),
        ("share.statistical_result_public", "是否公开试验完成后的统计结果", ("public", "no")),
    ):
        text = account.text(label)
        no = re.match("无|否|没有|不公开", text)
        yes = re.match("有|是|公开", text)
        account.take(field_id, codes[1] if no else codes[0] if yes else "", label)
    account.leave_all(["研究类型", "研究设计", "研究所处阶段", "性别", "盲法"], _CHOOSE)
    account.leave_all(["Study type", "Study design", "Study phase", "Gender", "Blinding"], Words(
        "与中文一栏相同。", "The same as the Chinese answer.",
    ))  # fmt: skip


def _dates(account: Account) -> None:
    for label, start, end in (
        ("研究实施时间", "basic.research_start_time", "basic.research_complete_time"),
        ("征募观察对象时间", "basic.recruiting_start_time", "basic.recruiting_end_time"),
    ):
        days = re.findall(r"\d{4}-\d{2}-\d{2}", account.text(label))
        for field_id, day in zip((start, end), days, strict=False):
            account.take(field_id, day, label)
        account.leave(label, Words("读不出日期。", "It is no date that can be read."))


def _criteria(account: Account) -> None:
    for kind, chinese, english in (
        ("inclusion", "纳入标准", "Inclusion criteria"),
        ("exclusion", "排除标准", "Exclusion criteria"),
    ):
        for label, twin in ((chinese, ""), (english, "_english")):
            text = re.sub(r"(?m)^(\d{1,2}) (?=\S)", r"\1. ", account.text(label))
            for row, single in rough.counted(getattr(parted(f"{kind} criteria:\n{text}"), kind)):
                path = f"design.{kind}_criteria{twin}/{row}/design.{kind}_criterion{twin}"
                account.take(path, single, label)


def _rows(account: Account, name: str) -> Iterator[tuple[int, str]]:
    return enumerate(account.items(name), 1)


def _groups(account: Account) -> None:
    sizes = []
    for n, item in _rows(account, "groups"):
        row = f"design.research_groups/r{n}"
        for field_id, label in (
            ("group_name", "组别"),
            ("group_name_english", "Group"),
            ("intervention_name", "干预措施"),
            ("intervention_name_english", "Intervention"),
        ):
            account.take(
                f"{row}/design.{field_id}", account.text(f"{item}.{label}"), f"{item}.{label}"
            )
        size = account.text(f"{item}.样本量")
        if size.isdigit():
            sizes.append(int(size))
            account.take(f"{row}/design.group_sample_size", int(size), f"{item}.样本量")
    if sizes and len(sizes) == len(list(account.items("groups"))):
        account.take("design.total_sample_size", sum(sizes), "groups[0].样本量")
        account.warn("design.total_sample_size", Words(
            "样本量由各组相加得到，请核对。", "The size is the sum of the groups; please check.",
        ))  # fmt: skip


def _outcomes(account: Account) -> None:
    for n, item in _rows(account, "outcomes"):
        row = f"design.measurement_indicators/r{n}"
        for field_id, label in (
            ("indicator_name", "指标中文名"),
            ("indicator_name_english", "Outcome"),
            ("indicator_timepoint", "测量时间点"),
            ("indicator_timepoint_english", "Measure time point of outcome"),
            ("indicator_measurement_method", "测量方法"),
            ("indicator_measurement_method_english", "Measure method"),
        ):
            account.take(
                f"{row}/design.{field_id}", account.text(f"{item}.{label}"), f"{item}.{label}"
            )
        kind = {"主要指标": "primary", "次要指标": "secondary"}.get(
            account.text(f"{item}.指标类型")
        )
        account.take(f"{row}/design.indicator_type_level_1", kind, f"{item}.指标类型")
        account.leave_all([f"{item}.指标类型", f"{item}.Type"], Words(
            "本表只有主要指标和次要指标。", "The form has primary and secondary outcomes only.",
        ))  # fmt: skip


def _samples(account: Account) -> None:
    for n, item in _rows(account, "samples"):
        row = f"design.biological_samples_standard/r{n}"
        account.take("design.biological_sample_collection", "yes", f"{item}.标本中文名")
        for field_id, label in (
            ("sample_name", "标本中文名"),
            ("sample_name_english", "Sample Name"),
        ):
            account.take(
                f"{row}/design.{field_id}", account.text(f"{item}.{label}"), f"{item}.{label}"
            )
        fate = {"使用后销毁": "destroyed"}.get(account.text(f"{item}.人体标本去向"))
        account.take(f"{row}/design.sample_destination", fate, f"{item}.人体标本去向")
        account.leave(f"{item}.人体标本去向", _CHOOSE)


def _sites(account: Account) -> None:
    """Sites as participating institutions, each once; the page repeats some."""
    seen: set[str] = set()
    for item in account.items("sites"):
        name = account.text(f"{item}.单位(医院)")
        if not name or name in seen or not account.text(f"{item}.单位级别"):
            account.leave(item, Words(
                "是研究实施单位，或同一单位已列出。", "The institution itself, or listed already.",
            ))  # fmt: skip
            continue
        seen.add(name)
        row = f"impl.participating_organization_repeat/r{len(seen)}"
        account.take(f"{row}/impl.branch_organization_name", name, f"{item}.单位(医院)")
        account.take(
            f"{row}/impl.branch_organization_name_english",
            account.text(f"{item}.Institution hospital"), f"{item}.Institution hospital",
        )  # fmt: skip
        if account.text(f"{item}.国家") == "中国":
            account.take(f"{row}/impl.branch_country", "CN", f"{item}.国家")
            source = f"{item}.省(直辖市)"
            account.take(
                f"{row}/impl.branch_province_select", _province(account.text(source)), source
            )
            account.leave(source, Words("认不出是哪个省。", "No province of that name."))
            account.leave(f"{item}.Province", Words(
                "与中文一栏相同。", "The same as the Chinese answer.",
            ))  # fmt: skip
    if len(seen) > 1:
        first = "sites[0].单位(医院)"  # “sites” alone would speak for all that is in them
        account.take("impl.multicenter_flag", "yes", first)
        account.take("impl.has_participating_branches", "yes", first)
        account.warn("impl.participating_organization_repeat", Words(
            "参与单位为原记录的全部研究地点，请删去本机构，并从名录中逐一选择匹配。",
            "The sites are all those of the record; please remove your own and match the rest.",
        ))  # fmt: skip


def _province(name: str) -> str:
    """The province that a page calls 吉林 or 内蒙古: its name without 省 or 自治区."""
    codes = [e.code for e in lists.entries("provinces") if name and e.words.zh.startswith(name)]
    return codes[0] if len(codes) == 1 else ""
