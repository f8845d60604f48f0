"""What the words of ChiCTR and ICTRP mean in the study form. Source: spec/international.md."""

from __future__ import annotations

from app.words import Words

MISSPELT = {
    "epidemilogical research": "epidemiological research",
    "health services reaserch": "health services research",
    "chian": "china",
    "china?": "china",
    "chinese": "china",
}
"""As found in real files; whatever is read in another spelling is told."""

TRIAL, OBSERVED, DIAGNOSTIC = "trial", "observed", "diagnostic"
STUDY_TYPES = {
    "interventional study": TRIAL,
    "interventional": TRIAL,
    "干预性研究": TRIAL,
    "observational study": OBSERVED,
    "observational": OBSERVED,
    "观察性研究": OBSERVED,
    "epidemiological research": OBSERVED,
    "流行病学研究": OBSERVED,
    "diagnostic test": DIAGNOSTIC,
    "诊断试验": DIAGNOSTIC,
}
PURPOSES = {
    "diagnostic test": "diagnosis",
    "诊断试验": "diagnosis",
    "prevention": "prevention",
    "预防性研究": "prevention",
    "treatment study": "treatment",
    "治疗研究": "treatment",
    "prognosis study": "prognosis",
    "预后研究": "prognosis",
    "screening": "screening",
    "筛查": "screening",
    "basic science": "basic_science",
    "基础科学研究": "basic_science",
}
DESIGNS = {
    # ChiCTR's English “Parallel” and “Cross-over” stand for 随机平行对照 and 随机交叉对照.
    (TRIAL, "parallel"): ("rct", "parallel", "yes"),
    (TRIAL, "随机平行对照"): ("rct", "parallel", "yes"),
    (TRIAL, "cross-over"): ("rct", "crossover", "yes"),
    (TRIAL, "随机交叉对照"): ("rct", "crossover", "yes"),
    (TRIAL, "non randomized control"): ("non_randomised", "", "no"),
    (TRIAL, "非随机对照试验"): ("non_randomised", "", "no"),
    (TRIAL, "single arm"): ("non_randomised", "single_arm", "no"),
    (TRIAL, "单臂"): ("non_randomised", "single_arm", "no"),
    (TRIAL, "historical control"): ("non_randomised", "non_concurrent", "no"),
    (OBSERVED, "cohort study"): ("cohort", "", "no"),
    (OBSERVED, "队列研究"): ("cohort", "", "no"),
    (OBSERVED, "case-control study"): ("case_control", "", "no"),
    (OBSERVED, "病例对照研究"): ("case_control", "", "no"),
    (OBSERVED, "cross-sectional"): ("cross_sectional", "", "no"),
    (OBSERVED, "横断面"): ("cross_sectional", "", "no"),
}
FALSE_FRIENDS = {
    "sequential": Words(
        "ChiCTR 的 Sequential 指“连续入组”，不是序贯设计，请自行选择研究设计。",
        "ChiCTR's Sequential means consecutive enrolment, not a sequential design; please choose.",
    ),
    "factorial": Words(
        "ChiCTR 的 Factorial 指按危险或暴露因素分组，不一定是析因设计，请自行选择研究设计。",
        "ChiCTR's Factorial means groups by exposure, not always factorial; please choose.",
    ),
}
PHASES = {
    "0": "pilot",
    "1": "p1",
    "i期临床试验": "p1",
    "1-2": "p12",
    "2": "p2",
    "ii期临床试验": "p2",
    "2-3": "p23",
    "3": "p3",
    "iii期临床试验": "p3",
    "4": "p4",
    "iv期临床试验": "p4",
    "n/a": "na",
    "retrospective study": "retro",
    "new treatment measure clinical study": "new_tx",
    "phase 1": "p1",
    "phase 1/phase 2": "p12",
    "phase 2": "p2",
    "phase 2/phase 3": "p23",
    "phase 3": "p3",
    "phase 4": "p4",
}
SEX = {"both": "both", "all": "both", "男女均可": "both",
       "male": "male", "男": "male", "female": "female", "女": "female"}  # fmt: skip
RECRUITING = {
    "pending": "not_yet",
    "not yet recruiting": "not_yet",
    "recruiting": "recruiting",
    "suspended": "suspended",
    "completed": "completed",
    "terminated": "terminated",
    "withdrawn": "withdrawn",
}
OBSERVED_STATUS = {
    "pending": "not_started",
    "not yet recruiting": "not_started",
    "recruiting": "ongoing",
    "completed": "ended",
    "terminated": "ended",
}
AGE_UNITS = {"y": "year", "m": "month", "w": "week", "d": "day", "h": "hour", "岁": "year"}
NOTHING = frozenset(
    (
        "",
        "nil",
        "none",
        "no",
        "n/a",
        "na",
        "/",
        "-",
        "--",
        "nothing",
        "not applicable",
        "无",
        "不适用",
    )
)
"""How people write that there is nothing."""
