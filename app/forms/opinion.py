"""A committee member's opinion on one study. Source: spec/domain.md §4.3 and §8.5."""

from __future__ import annotations

from app.forms.conditions import NEVER, Answered, Is
from app.forms.schema import Field, Form, Page
from app.forms.types import Choice, Integer, Text, options
from app.words import Words

OPINIONS = Choice(options(
    ("agree", "同意", "Approve"),
    ("agree_after", "必要的修改后同意", "Approve after necessary changes"),
    ("again", "修改后再审", "Review again after changes"),
    ("refuse", "不同意", "Do not approve"),
    ("withdraw", "回避", "Withdraw (conflict of interest)"),
))  # fmt: skip
JUDGED = Choice(options(
    ("good", "符合要求", "Meets the requirements"),
    ("change", "需要修改", "Needs changes"),
    ("bad", "不符合要求", "Does not meet the requirements"),
    ("na", "不适用", "Not applicable"),
))  # fmt: skip
REVIEWS = Answered("opinion") & ~Is("opinion", "withdraw")

# fmt: off
OPINION = Form(
    "opinion", "委员审查意见", "Member's opinion", version=1, title_fields=("study_title",),
    pages=(
        Page("opinion", "审查意见", "Opinion", (
            Field("study_title", "研究题目", Text(400), only=NEVER, english="Study"),
            Field("study_number", "研究编号", Text(40), only=NEVER, english="Study number"),
            Field("study_revision", "审阅的版本", Integer(0, 1_000_000), only=NEVER, english="Version read"),
            Field("member_name", "委员", Text(50), only=NEVER, english="Member"),
            Field("opinion", "审查意见", OPINIONS, required=True, english="Opinion",
                  help=Words("与该研究有利益冲突时请选择“回避”。", "Choose “withdraw” if you have a conflict of interest with this study.")),
            Field("comments", "意见说明", Text(5000, lines=5), required=~Is("opinion", "agree"), english="Comments",
                  help=Words("除“同意”外须说明理由。", "Reasons are needed unless you approve.")),
        )),
        Page("checklist", "审查要点", "Points of review", only=REVIEWS, fields=(
            Field("protocol", "研究方案的科学性和可行性", JUDGED, english="Protocol: scientific soundness and feasibility"),
            Field("risk_benefit", "风险与受益", JUDGED, english="Risks and benefits"),
            Field("consent", "知情同意书与知情同意过程", JUDGED, english="Consent form and consent process"),
            Field("recruitment", "研究参与者的招募", JUDGED, english="Recruitment of participants"),
            Field("privacy", "隐私和个人信息保护", JUDGED, english="Privacy and personal information"),
            Field("vulnerable", "弱势群体的特殊保护", JUDGED, english="Special protection of vulnerable groups"),
        )),
    ),
)
# fmt: on
