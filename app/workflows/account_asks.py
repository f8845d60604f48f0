"""What the steps of offices and people ask for: first passwords, roles, consent, reasons."""

from __future__ import annotations

from app.forms.conditions import Has
from app.forms.person import ROLE
from app.forms.schema import Field, Page
from app.forms.types import YES_NO, Pointer, Secret, Text
from app.words import Words

# fmt: off
_REASON = Field("reason", "原因", Text(500, lines=3), required=True, english="Reason",
                help=Words("写入审计日志，对方也能看到。", "Kept in the audit log; the other side reads it too."))
_COMMITTEE = Field("committee", "所属委员会", Pointer("ethics_committee"), english="Committee",
                   only=Has("roles", "ethics_member") | Has("roles", "ethics_secretary"))

OFFICE_ACCOUNT = Page("office_account", "开通机构账号", "Open the account of the office", (
    Field("password", "初始密码", Secret(), required=True, english="First password",
          help=Words("6 到 14 位，数字、大写字母、小写字母至少两种；首次登录须修改。",
                     "6 to 14 characters, two of digits, capitals, small letters; to be changed at the first sign-in.")),
    Field("is_another", "名称相近的不是同一机构", YES_NO, english="Those of a similar name are others",
          help=Words("登记中心提示有名称相近的机构时，核对后选“是”。", "Once the registry has named offices of a similar name and you have compared them, say yes.")),
))
RESET = Page("reset", "重置密码", "Reset the password", (
    _REASON,
    Field("password", "新的初始密码", Secret(), required=True, english="New first password",
          help=Words("本人首次登录后须修改；其所有登录立即失效。", "To be changed at the next sign-in; every session ends at once.")),
))
ROLES_HELD = Page("roles", "修改角色", "Change the roles", (
    Field("roles", "本机构授予的角色", ROLE, english="Roles given by this office",
          help=Words("未勾选的角色立即失效；其他机构委员会的聘任不受影响。", "Roles not ticked end at once; seats on committees elsewhere stay.")),
    _COMMITTEE,
))
SUSPENSION = Page("suspension", "停用账号", "Suspend the account", (_REASON,))
RELEASE = Page("release", "移出机构", "Move out", (_REASON,))
REVEAL = Page("reveal", "查看完整号码", "See the full numbers", (
    Field("reason", "查看原因", Text(200), required=True, english="Why",
          help=Words("每次查看都写入审计日志，本人也能看到。", "Every look is kept in the audit log, and the person sees it.")),
))
FEEDBACK = Page("feedback", "反馈更正", "Ask for a correction", (
    Field("reason", "需要更正的内容", Text(1000, lines=3), required=True, english="What to correct",
          help=Words("机构层级、名称、代码、类别、等级、区划和执业登记机关由执业登记机关更正。",
                     "Level, name, code, kind, grade, division and registering authority are corrected by that authority.")),
))
ANSWER = Page("answer", "答复", "Answer", (
    Field("remark", "答复说明", Text(1000, lines=3), required=True, english="Answer"),
))
HAND_ON = Page("hand_on", "变更执业登记机关", "Change the registering authority", (
    Field("registrar", "新的执业登记机关", Pointer("institution"), required=True, english="New registering authority"),
    _REASON,
))
MOVE_IN = Page("move_in", "申请移入", "Ask to move in", (
    Field("roles", "移入后的角色", ROLE, required=True, english="Roles from then on"),
    _COMMITTEE,
))
REFUSAL = Page("refusal", "不同意移出", "Refuse", (_REASON,))
# fmt: on
