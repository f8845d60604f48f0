"""招募信息. Source: spec/domain.md §2.6."""

from __future__ import annotations

from app.forms.conditions import AnyRow, Is
from app.forms.schema import Field, Files, Page
from app.forms.study.routes import RECRUITS
from app.forms.types import YES_NO, Choice, Date, ListedMany, Text, options
from app.words import Words

# fmt: off
RECRUITMENT_STATUS = Choice(options(
    ("not_yet", "暂未进行招募", "Not yet recruiting"),
    ("recruiting", "正在招募受试者", "Recruiting"),
    ("suspended", "暂停或中断招募", "Suspended or interrupted"),
    ("completed", "已完成招募", "Recruitment completed"),
    ("invited", "仅受邀参与", "By invitation only"),
    ("active", "研究进行中，但目前不招募", "Active, not recruiting"),
    ("terminated", "终止招募", "Terminated"),
    ("withdrawn", "撤销招募", "Withdrawn"),
))
PAGE = Page("recruit", "招募信息", "Recruitment", only=RECRUITS, fields=(
    Field("recruit.recruitment_flag", "是否涉及招募", YES_NO, required=True, english="Recruitment involved?", names={"national": "recruitmentFlag"}, published=True),
    Field("recruit.overseas_recruitment_flag", "是否在境外招募研究参与者", YES_NO, required=True, only=Is("recruit.recruitment_flag", "yes") & AnyRow("basic.funding_repeat", Is("basic.funding_international_cooperation", "yes")), english="Recruit participants overseas?", names={"national": "overseasRecruitFlag"}),
    Field("recruit.overseas_recruitment_country", "招募国家", ListedMany("countries"), required=Is("recruit.overseas_recruitment_flag", "yes"), only=Is("recruit.recruitment_flag", "yes") & AnyRow("basic.funding_repeat", Is("basic.funding_international_cooperation", "yes")) & Is("recruit.overseas_recruitment_flag", "yes"), english="Recruiting country", names={"national": "overseasRecruitCountry", "trds": "11"}),
    Field("recruit.recruitment_status", "招募状态", RECRUITMENT_STATUS, required=True, only=Is("recruit.recruitment_flag", "yes"), english="Recruiting state", names={"national": "recruitStatus", "chictr": "征募研究对象情况", "trds": "18"}, published=True,
          help=Words("选择最接近的选项如实填写。", "Choose the option that comes nearest.")),
    Field("recruit.first_participant_enrollment_date", "第一例研究参与者入组时间", Date(), required=True, only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "active", "terminated", "withdrawn"), english="First participant in", names={"national": "firstTesteeInTime", "trds": "16"}, published=True, short=True),
    Field("recruit.last_participant_exit_date", "最后一例研究参与者出组时间", Date(), only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "invited", "terminated", "withdrawn"), english="Last participant out", names={"national": "lastTesteeOutTime"}, short=True),
    Field("recruit.recruitment_announcement_start_date", "招募公告开始时间", Date(), only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "invited", "terminated", "withdrawn"), english="Recruiting notice start", names={"national": "recruitStartTime"}, short=True),
    Field("recruit.recruitment_announcement_file", "研究参与者招募公告", Files(), only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "invited", "terminated", "withdrawn"), english="Recruiting notice file", names={"national": "recruitAnnouncement"}),
    Field("recruit.recruiter_name", "联系人姓名", Text(), only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "invited", "terminated", "withdrawn"), english="Recruiter name", names={"national": "recruitUser", "trds": "7"}, short=True),
    Field("recruit.recruiter_phone", "联系电话", Text(30, shape="phone"), only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "invited", "terminated", "withdrawn"), english="Recruiter phone", example="0731-84321000", names={"national": "recruitTel", "trds": "7"}, short=True),
    Field("recruit.recruiter_email", "联系邮箱", Text(100, shape="email"), only=Is("recruit.recruitment_status", "recruiting", "suspended", "completed", "invited", "terminated", "withdrawn"), english="Recruiter e-mail", names={"national": "recruitEmail", "trds": "7"}, short=True),
))
# fmt: on
