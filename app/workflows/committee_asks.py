"""What the steps of committees and of stem-cell institutions ask for."""

from __future__ import annotations

from app.forms.committee import DUTY, EXPERTISE, ORIGIN, TERM, YEARLY, Seats
from app.forms.conditions import Answered, Is
from app.forms.person import SEX
from app.forms.schema import Field, Page
from app.forms.types import Date, Listed, Secret, Text
from app.words import Words

# fmt: off
CHANGE = Page("change", "变更", "Change", (
    Field("reason", "变更原因", Text(2000, lines=3), required=True, english="Reason for the change",
          help=Words("变更通过前，原备案内容继续有效。", "What was filed stays in force until the change is approved.")),
))
REVOCATION = Page("revocation", "注销", "Revocation", (
    Field("reason", "注销原因", Text(2000, lines=4), required=True, english="Reason for the revocation",
          help=Words("注销后不能再受理新的研究；秘书和机构会看到原因。", "Nothing new may be sent to it; its secretary and the institution read why.")),
))
CLOSING = Page("closing", "停用", "Closing", (
    Field("reason", "停用原因", Text(2000, lines=4), required=True, english="Reason for closing it",
          help=Words("停用后不能再受理新的研究，需要时可以恢复。", "Nothing new may be sent to it until it is reopened.")),
))
YEARLY_REPORT = Page("yearly", "提交年度报告", "Yearly report", YEARLY)

SEATED = (
    Field("name", "姓名", Text(50), required=True, english="Name", short=True, example="方正"),
    Field("id_number", "证件号码", Text(25, shape="id_number"), required=True, english="ID number", private=True, short=True,
          help=Words("与姓名一起查找系统中已有的人员。", "With the name it finds people whom the system knows already.")),
    Field("duty", "委员会职务", DUTY, required=True, english="Duty", short=True),
    Field("field", "专业领域", EXPERTISE, required=True, english="Field of expertise", short=True),
    Field("source", "来源", ORIGIN, required=True, english="From where"),
    Field("term_from", "任期起", Date(), required=True, english="Term from", short=True),
    Field("term_to", "任期止", Date(), required=True, english="Term to", short=True),
    Field("employer", "工作单位", Text(100), english="Employer", required=Is("source", "other_institution", "outside"),
          only=Is("source", "other_institution", "outside")),
    Field("id_kind", "证件类型", Listed("id_kinds"), english="ID kind", short=True,
          help=Words("不填即居民身份证。", "Left empty it is a resident identity card.")),
    Field("sex", "性别", SEX, required=Answered("id_kind") & ~Is("id_kind", "id_card"), english="Sex", short=True,
          help=Words("居民身份证号码已说明，可不填。", "An identity card's number tells it.")),
    Field("mobile", "移动电话", Text(30, shape="mobile"), english="Mobile", private=True, short=True, example="13800000000",
          help=Words("系统中没有此人时需填写，也是其登录名。", "Needed for somebody new to the system; it is also their login.")),
    Field("email", "邮箱", Text(100, shape="email"), english="E-mail", private=True, short=True, example="name@example.com",
          help=Words("系统中没有此人时需填写。", "Needed for somebody new to the system.")),
)
SEAT = Page("seat", "添加外聘委员", "Add external members", (
    Field("people", "委员", Seats(SEATED, alike=TERM, template="members"), required=True, english="Members",
          help=Words("按证件号码和姓名查找；系统中没有此人时自动建立账号。同步后出现在委员名单中。",
                     "Found by ID number and name; somebody new gets an account. They stand in the list of members after a sync.")),
    Field("password", "新账号的初始密码", Secret(), english="First password of new accounts",
          help=Words("新账号的初始密码不填则为“姓名首字母_123456”，首次登录须修改。", "The first password of a new account, left empty, is the initials of the name and “_123456”, to be changed at the first sign-in.")),
))
# fmt: on
