"""What steps ask for: small pages in the language of forms, kept in the record's log once answered."""

from __future__ import annotations

from app.forms.conditions import Has, Is
from app.forms.schema import Field, Files, Page
from app.forms.types import Choice, Choices, Date, Pointer, Pointers, Secret, Text, options
from app.words import Words

# fmt: off
REASON = Page("reason", "退回原因", "Reason for return", (
    Field("reason", "原因", Text(2000, lines=4), required=True, english="Reason",
          help=Words("写明需要修改什么，提交人会原样看到。", "Say what must be changed; the filer reads it word for word.")),
))
REMARK = Page("remark", "意见", "Remark", (
    Field("remark", "意见", Text(2000, lines=3), english="Remark"),
))
COMMITTEES = Page("committees", "提交审核", "Submit for review", (
    Field("academic_committee", "学术委员会", Pointer("academic_committee"), english="Academic committee",
          help=Words("无选项可不选择。", "Leave empty where there is none to choose.")),
    Field("ethics_committee", "伦理委员会", Pointer("ethics_committee"), required=True, english="Ethics committee"),
))

WAY = Choice(options(
    ("meeting", "会议审查", "Full-board meeting"),
    ("expedited", "简易程序审查", "Expedited review"),
    ("exempt", "免除审查", "Exempt"),
))
PASS_FORM = Page("pass", "形式审查通过", "Pass the form review", (
    Field("way", "审查方式", WAY, required=True, english="Way of review"),
    Field("members", "审查委员", Pointers("member"), required=Is("way", "meeting", "expedited"),
          only=Is("way", "meeting", "expedited"), english="Assigned members"),
    Field("remark", "备注", Text(2000, lines=3), english="Remark"),
))
PASS_ACADEMIC = Page("pass", "形式审查通过", "Pass the form review", (
    Field("members", "审查委员", Pointers("member"), english="Assigned members",
          help=Words("不选委员则直接作出结论。", "Without members the conclusion follows at once.")),
    Field("remark", "备注", Text(2000, lines=3), english="Remark"),
))

# Wording: seeds 001 and 003, spec/domain.md §8.5.
DECISION = Choice(options(
    ("agree", "同意", "Approved"),
    ("agree_after", "必要的修改后同意", "Approved after necessary changes"),
    ("again", "修改后再审", "Review again after changes"),
    ("refuse", "不同意", "Not approved"),
))
CONCLUSION = Page("conclusion", "伦理审查结论", "Ethics conclusion", (
    Field("decision", "审查决定", DECISION, required=True, english="Decision"),
    Field("approval_number", "伦理批件号", Text(80), required=Is("decision", "agree"),
          only=Is("decision", "agree"), english="Ethics approval number", example="伦审〔2026〕研018号"),
    Field("approval_date", "伦理批准日期", Date(), required=Is("decision", "agree"),
          only=Is("decision", "agree"), english="Date of approval"),
    Field("approval_document", "伦理批件（PDF）", Files(), required=Is("decision", "agree"),
          only=Is("decision", "agree"), english="Approval document (PDF)"),
    Field("reason", "审查意见", Text(5000, lines=4), required=~Is("decision", "agree"), english="Opinion of the committee"),
))
ACADEMIC_CONCLUSION = Page("conclusion", "学术审查结论", "Academic conclusion", (
    Field("decision", "审查决定", DECISION, required=True, english="Decision"),
    Field("academic_document", "学术审批件（PDF）", Files(), english="Academic approval document (PDF)"),
    Field("reason", "审查意见", Text(5000, lines=4), required=~Is("decision", "agree"), english="Opinion of the committee"),
))

ROLE = Choices(options(
    ("pi", "项目负责人", "Principal investigator"),
    ("ethics_secretary", "伦理委员会秘书", "Ethics committee secretary"),
    ("ethics_member", "伦理委员会委员", "Ethics committee member"),
    ("academic_secretary", "学术委员会秘书", "Academic committee secretary"),
    ("academic_member", "学术委员会委员", "Academic committee member"),
    ("integrity_officer", "科研诚信管理员", "Research integrity officer"),
    ("other", "其他人员", "Other staff"),
))
ACCOUNT = Page("account", "开通账号", "Open the account", (
    Field("roles", "角色", ROLE, required=True, english="Roles"),
    Field("committee", "所属委员会", Pointer("ethics_committee"), english="Committee",
          only=Has("roles", "ethics_member") | Has("roles", "ethics_secretary")),
    Field("password", "初始密码", Secret(), required=True, english="First password"),
))
# fmt: on
