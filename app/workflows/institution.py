"""An institution or an authority: opened from above, completed by itself. Source: seed 000; domain.md §6.2.

What its registering authority chose (`REGISTERED`) an institution sees and may send back for
correction, but only the authority changes it.
"""

from __future__ import annotations

from app.forms.conditions import Is, Not
from app.forms.institution import OWN_FIELDS
from app.workflows.account_asks import (
    ANSWER,
    FEEDBACK,
    HAND_ON,
    OFFICE_ACCOUNT,
    RESET,
    SUSPENSION,
)
from app.workflows.table import State, Step, Workflow

ABOVE = ("authority",)
OWN = ("institution_admin", "authority_admin")
BOTH = (*OWN, *ABOVE)
AT_WORK = ("opened", "active")
ALIVE = (*AT_WORK, "correcting")

# fmt: off
INSTITUTION = Workflow(
    id="institution",
    founders=ABOVE,
    begins={"institution": "itself:office", "authority": "my office"},
    states=(
        State("new", "未开通", "Not opened", "draft", ABOVE, ABOVE),
        State("opened", "待完善", "To be completed", "waiting", OWN, BOTH),
        State("active", "正常", "Active", "done", (), BOTH),
        State("correcting", "待登记机关更正", "To be corrected by its authority", "back", ABOVE, BOTH),
        State("disabled", "停用", "Suspended", "ended", (), BOTH),
        State("deleted", "已删除", "Deleted", "ended"),
    ),
    steps=(
        Step("save", "保存", "Save",             ("new", *ALIVE), ABOVE, writes="all"),
        Step("save", "保存", "Save",             ALIVE,           OWN,   writes=OWN_FIELDS),
        Step("open", "开通账号", "Open account", ("new",),        ABOVE, "opened", asks=OFFICE_ACCOUNT, writes="all"),
        Step("delete", "删除", "Delete",         ("new",),        ABOVE, "deleted", danger=True),
        Step("complete", "完善信息", "Complete", AT_WORK,         OWN,   "active", needs=("complete",), writes=OWN_FIELDS),
        Step("send_back", "反馈更正", "Ask for correction", AT_WORK, OWN, "correcting", asks=FEEDBACK,
             when=Not(Is("level", "national"))),  # nobody is above it who could correct
        Step("correct", "更正并答复", "Correct and answer", ("correcting",), ABOVE, "opened", asks=ANSWER, writes="all"),
        Step("reset_password", "重置密码", "Reset password", ALIVE, ABOVE, asks=RESET, danger=True),
        Step("hand_on", "变更执业登记机关", "Change registering authority", ALIVE, ABOVE, asks=HAND_ON,
             engages={"authority": "registrar"}, fills={"registrar": "registrar"}, danger=True),
        Step("disable", "停用", "Suspend",       ALIVE,           ABOVE, "disabled", asks=SUSPENSION, danger=True),
        Step("enable", "启用", "Enable",         ("disabled",),   ABOVE, "opened"),
    ),
)
# fmt: on
