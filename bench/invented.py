"""Studies and people in any number, invented, the same every time."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from functools import cache
from uuid import UUID

import orjson

from app.forms import FORMS
from app.heads import Head, head_of
from app.record import Grant, Passage, Principal, Record
from app.workflows import WORKFLOWS
from bench.measure import ROOT

OFFICE = "office:11111111-1111-4111-8111-111111111111"
HOSPITAL_NAME = "长河市第一人民医院"
HOSPITAL = Principal(
    OFFICE, HOSPITAL_NAME, OFFICE, HOSPITAL_NAME, (Grant("institution_admin", OFFICE),)
)
PI = Principal(
    "person:33333333-3333-4333-8333-333333333333",
    "何平",
    OFFICE,
    HOSPITAL_NAME,
    (Grant("pi", OFFICE),),
)

REGISTER = ROOT.parent / "shared" / "data" / "chictr" / "ictrp_chictr_2020-07-07.csv"
"""Real English titles and texts where they are at hand; else the Chinese ones alone."""

DRUGS = [
    "二甲双胍缓释片",
    "阿司匹林",
    "替格瑞洛",
    "利伐沙班",
    "达格列净",
    "恩格列净",
    "信迪利单抗",
    "替雷利珠单抗",
    "奥希替尼",
    "培美曲塞",
    "黄芪注射液",
    "丹参多酚酸盐",
    "司美格鲁肽",
    "瑞舒伐他汀",
    "右美托咪定",
    "罗哌卡因",
    "地塞米松",
    "连花清瘟胶囊",
    "针刺",
    "经颅磁刺激",
    "量子点成像",
    "人工智能辅助诊断",
]
ILLS = [
    "2型糖尿病",
    "高血压",
    "冠心病",
    "心房颤动",
    "急性缺血性卒中",
    "非小细胞肺癌",
    "肝细胞癌",
    "胃癌",
    "结直肠癌",
    "乳腺癌",
    "多发性骨髓瘤",
    "类风湿关节炎",
    "系统性红斑狼疮",
    "慢性阻塞性肺疾病",
    "支气管哮喘",
    "新型冠状病毒肺炎",
    "慢性肾脏病",
    "抑郁症",
    "阿尔茨海默病",
    "帕金森病",
    "骨质疏松",
    "膝骨关节炎",
    "早产",
    "子痫前期",
    "儿童孤独症",
    "术后谵妄",
    "脓毒症",
    "重症胰腺炎",
]
AIMS = [
    "疗效与安全性",
    "剂量反应关系",
    "预后影响因素",
    "生活质量",
    "成本效果",
    "药代动力学特征",
    "复发风险",
    "围手术期结局",
    "长期随访结局",
    "生物标志物",
]
KINDS = [
    "多中心随机双盲对照研究",
    "单中心前瞻性队列研究",
    "回顾性病例对照研究",
    "真实世界研究",
    "单臂探索性研究",
    "横断面调查",
    "诊断准确性研究",
    "非劣效随机开放研究",
]
PLACES = [
    "长河省",
    "江南地区",
    "西部农村",
    "社区人群",
    "三级医院",
    "基层医疗机构",
    "高原地区",
    "沿海城市",
]
SENTENCES = (
    "符合方案规定的诊断标准，且能够按时随访。",
    "签署书面知情同意书，理解试验目的与可能的风险。",
    "合并严重肝肾功能不全或其他影响评价的疾病者除外。",
    "主要终点在基线及治疗后第 4、12、24 周由不知分组的人员评价。",
    "数据由双人独立录入并核对，缺失值按预先规定的方法处理。",
    "样本量按双侧检验水准 0.05、把握度 0.8 估计，并考虑一成脱落。",
    "不良事件按严重程度分级记录，严重者二十四小时内报告。",
    "随机序列由统计人员产生并在中央系统中保存。",
    "血样在采集后两小时内离心分装，于零下八十度保存。",
    "比较两组之间的差异，采用协方差分析并报告置信区间。",
)
STATES = (
    "draft",
    "ec_form",
    "ec_members",
    "ec_concl",
    "inst",
    "filed",
    "filed",
    "filed",
    "returned",
)


@cache
def english() -> tuple[tuple[str, str], ...]:
    """Titles and criteria of a public register, where it is at hand."""
    if not REGISTER.is_file():
        return ()
    with REGISTER.open(encoding="utf-8", errors="replace", newline="") as file:
        return tuple(
            (row["Scientific title"] or row["Public title"], row["Inclusion Criteria"])
            for row in csv.DictReader(file)
        )


def title(nth: int) -> str:
    """The nth title; one in four is English where real ones are at hand."""
    if nth % 4 == 3 and english():
        return f"{' '.join(english()[nth % len(english())][0].split())[:280]} ({nth})"
    dice = random.Random(nth)
    drug, ill, aim, kind = (dice.choice(words) for words in (DRUGS, ILLS, AIMS, KINDS))
    return f"{dice.choice(PLACES)}{drug}治疗{ill}的{aim}：{kind}（第{nth}号）"


def study(nth: int, who: Principal = PI) -> Record:
    """The nth study: about 5 KB as it is sent."""
    dice = random.Random(nth * 7 + 1)
    record_id = str(UUID(int=dice.getrandbits(128), version=4))
    state = STATES[nth % len(STATES)]
    day = f"2026-{1 + nth % 11:02}-{1 + nth % 28:02}"
    at = f"{day}T{nth % 24:02}:{nth % 60:02}:{nth * 7 % 60:02}+00:00"
    return Record(
        id=UUID(record_id),
        form="study",
        form_version=FORMS["study"].version,
        state=state,
        revision=3,
        answers=_answers(nth, dice),
        number=f"MR-43-26-{nth:06}" if state == "filed" else "",
        parties=WORKFLOWS["study"].parties_of_new(record_id, who),
        log=(
            Passage(at, "save", who.id, who.name, "pi", "draft", "draft", 1),
            Passage(at, "submit", who.id, who.name, "pi", "draft", "ec_form", 2),
            Passage(at, "ec_pass", OFFICE, "周静", "ethics_secretary", "ec_form", state, 3),
        ),
        updated_at=at,
    )


def _answers(nth: int, dice: random.Random) -> dict[str, object]:
    def rows(count: int, field: str) -> dict[str, dict[str, str]]:
        return {f"{dice.getrandbits(32):08x}": {field: _text(dice, nth, 60)} for _ in range(count)}

    return {
        "basic.research_title": title(nth),
        "cat.research_classification_level_1": "initiated",
        "cat.research_classification_level_2": "IIT-INT",
        "cat.implementing_organization": HOSPITAL_NAME,
        "basic.research_start_time": "2027-02-01",
        "basic.research_complete_time": "2029-01-31",
        "content.research_objective_description": _text(dice, nth, 200),
        "content.research_content_description": _text(dice, nth, 300),
        "content.keywords": [dice.choice(ILLS), dice.choice(DRUGS)],
        "design.inclusion_criteria": rows(3, "design.inclusion_criterion"),
        "design.exclusion_criteria": rows(3, "design.exclusion_criterion"),
        "design.total_sample_size": 40 + nth % 900,
        "design.sample_calculation_basis": _text(dice, nth, 80),
        "design.statistical_analysis_method": _text(dice, nth, 100),
    }


def _text(dice: random.Random, nth: int, length: int) -> str:
    text = (
        english()[(nth + length) % len(english())][1][:length] if nth % 4 == 3 and english() else ""
    )
    while len(text) < length:
        dose = f"{dice.choice(DRUGS)}{dice.randint(1, 400)}毫克"
        text += f"{dose}，{dice.choice(ILLS)}{dice.choice(AIMS)}；{dice.choice(SENTENCES)}"
    return text[: length + 40]


def studies(count: int) -> Iterator[tuple[Record, Head, bytes]]:
    """Studies as the registry stores and sends them: the record, its head, its bytes."""
    for nth in range(count):
        record = study(nth)
        yield record, head_of(record), orjson.dumps(record.to_wire())


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "林王赵李陈周孙吴郑冯褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
GIVEN = "敏堃犇喆远桐清扬欣墨舒知诺若辰瑶哲悦树然晏思慈予景行微妍宇源"


def person_row(nth: int) -> list[str]:
    """The nth row of an account workbook; one in fifty is wrong."""
    man = nth % 2 == 0
    birth = f"{1950 + nth % 50}{1 + nth // 50 % 12:02}{1 + nth // 600 % 28:02}"
    body = f"430102{birth}{nth // 16_800 * 2 + (101 if man else 100):03}"
    check = "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
    name = SURNAMES[nth % 30] + GIVEN[nth // 30 % 30] + GIVEN[nth // 900 % 30]
    row = [
        name, body + check, "临床药理室", "", "男" if man else "女", "0731-84321000",
        f"139{nth:08}", f"person{nth}@example.org", "410005", f"长河市沿江路 {nth} 号",
        "白血病;细胞治疗", "",
        "2010-07+2018-06+长河市第一人民医院+住院医师||2018-07+2026-01+长河市第一人民医院+主治医师",
        "2005-09+2010-06+长河医学院+临床医学+本科+学士",
    ]  # fmt: skip
    if nth % 50 == 49:
        wrong = (1, 6, 7, 0)[nth // 50 % 4]
        row[wrong] = "" if wrong == 0 else row[wrong][:-2] + "?"
    return row
