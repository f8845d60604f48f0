"""What steps ask for: small pages in the language of forms, kept in the record's log once answered."""

from __future__ import annotations

from app.forms.conditions import Has, Is
from app.forms.person import ROLE
from app.forms.schema import Field, Files, Page
from app.forms.types import (
    Choice,
    Date,
    Integer,
    Pointer,
    Pointers,
    Secret,
    Text,
    options,
)
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
          help=Words("没有学术委员会可选时，可以不选。", "Leave the academic committee empty where there is none.")),
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

CHANGE = Page("change", "变更申请", "Change of what is filed", (
    Field("reason", "变更原因", Text(2000, lines=4), required=True, english="Reason for the change",
          help=Words("写明为什么变更、变更什么。变更获批前，备案的版本继续有效并公开。",
                     "Say why, and what is to be changed. Until it is approved the version on file stays in force.")),
))
TO_INSTITUTION = Page("to_institution", "送机构审核", "To the institution", (
    Field("remark", "变更说明", Text(2000, lines=3), english="Remark",
          help=Words("本次变更不涉及实质性内容，直接送机构审核。",
                     "Nothing substantive is changed: it goes straight to the institution.")),
))
SUSPENSION = Page("suspension", "暂停研究", "Suspend the study", (
    Field("date", "暂停日期", Date(), required=True, english="Suspended on", short=True),
    Field("reason", "暂停原因", Text(2000, lines=4), required=True, english="Reason",
          help=Words("同时说明在研参与者的保护措施。", "Say also how those already taking part are protected.")),
))
RESUMPTION = Page("resumption", "申请恢复", "Ask to resume", (
    Field("date", "拟恢复日期", Date(), required=True, english="To resume on", short=True),
    Field("reason", "恢复理由", Text(2000, lines=4), required=True, english="Reason",
          help=Words("恢复须经伦理委员会审查和机构审核。", "The ethics committee and the institution decide on it.")),
))
TERMINATION = Page("termination", "终止研究", "Terminate the study", (
    Field("date", "终止日期", Date(), required=True, english="Terminated on", short=True),
    Field("reason", "终止原因", Text(2000, lines=4), required=True, english="Reason",
          help=Words("终止后不能恢复，仍可补交报告。", "It cannot be taken back; late reports stay possible.")),
))
COMPLETION = Page("completion", "研究结题", "Complete the study", (
    Field("date", "结题日期", Date(), required=True, english="Completed on", short=True),
    Field("enrolled", "实际入组例数", Integer(0, 100_000_000), required=True, english="Participants enrolled", short=True),
    Field("summary", "结题说明", Text(5000, lines=4), required=True, english="Summary",
          help=Words("结题后不能再变更，仍可提交研究成果报告。", "Nothing can be changed afterwards; the report of results stays possible.")),
))
AUTHORISE = Page("authorise", "授权他人填报", "Authorise somebody to fill in", (
    Field("delegate", "授权人", Pointer("person"), required=True, english="Delegate",
          help=Words("授权人可以填写本研究，不能提交；填好后送您提交。", "They may fill in this study but not submit it; they hand it to you.")),
))
WITHDRAW = Page("withdraw", "取消授权", "Withdraw the authority", (
    Field("delegates", "取消授权的人员", Pointers("delegate"), required=True, english="Whose authority ends",
          help=Words("已填写的内容保留。", "What they have written stays.")),
))
HAND_OVER = Page("hand_over", "送负责人", "Hand to the investigator", (
    Field("remark", "说明", Text(2000, lines=3), english="Remark",
          help=Words("请负责人核对并提交。", "The investigator checks it and submits.")),
))
HAND_BACK = Page("hand_back", "退给授权人", "Hand back to the delegate", (
    Field("remark", "需要修改的内容", Text(2000, lines=3), english="What to correct"),
))

ACCOUNT = Page("account", "开通账号", "Open the account", (
    Field("roles", "角色", ROLE, required=True, english="Roles"),
    Field("committee", "所属委员会", Pointer("ethics_committee"), english="Committee",
          only=Has("roles", "ethics_member") | Has("roles", "ethics_secretary")),
    Field("password", "初始密码", Secret(), required=True, english="First password"),
))
# fmt: on
