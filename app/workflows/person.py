"""A person: added by their office, completed by themself, moved out and in. Source: seed 000; spec/domain.md §6.1."""

from __future__ import annotations

from app.workflows.account_asks import RELEASE, RESET, REVEAL, ROLES_HELD, SUSPENSION
from app.workflows.asks import ACCOUNT
from app.workflows.table import SYSTEM, State, Step, Workflow

INSTITUTION, AUTHORITY, SELF = "institution_admin", "authority_admin", "self"
OFFICE = (INSTITUTION, AUTHORITY)
ALL = (*OFFICE, SELF)

# fmt: off
PERSON = Workflow(
    id="person",
    founders=(INSTITUTION, "authority"),
    begins={"self": "itself:person", "institution": "my office"},
    states=(
        State("new", "未开通", "Not opened", "draft", OFFICE, OFFICE),
        State("active", "在册", "Active", "done", (), ALL),
        State("disabled", "停用", "Disabled", "ended", (), ALL),
        State("released", "已移出", "Moved out", "ended", (), (SELF,)),
        State("deleted", "已删除", "Deleted", "ended"),
    ),
    steps=(
        Step("save", "保存", "Save",         ("new",),      OFFICE,  writes="all"),
        Step("open", "开通账号", "Open account", ("new",),  OFFICE,  "active", asks=ACCOUNT, writes="all"),
        Step("delete", "删除", "Delete",     ("new", "active", "disabled"), OFFICE, "deleted", danger=True),
        Step("complete", "完善信息", "Complete", ("active", "released"), (SELF,), needs=("complete",), writes="all"),
        Step("save", "保存", "Save",         ("active",),   ALL,     writes="all"),
        Step("save", "保存", "Save",         ("released",), (SELF,), writes="all"),
        Step("set_roles", "修改角色", "Change roles", ("active",), OFFICE, asks=ROLES_HELD, as_is=("roles",)),
        Step("reset_password", "重置密码", "Reset password", ("active",), OFFICE, asks=RESET, danger=True),
        Step("reveal", "查看完整号码", "See full numbers", ("active", "disabled"), OFFICE, asks=REVEAL),
        Step("release", "移出机构", "Move out", ("active", "disabled"), OFFICE, "released", asks=RELEASE, danger=True),
        Step("disable", "停用", "Disable",   ("active",),   OFFICE,  "disabled", asks=SUSPENSION, danger=True),
        Step("enable", "启用", "Enable",     ("disabled",), OFFICE,  "active"),
        Step("arrive", "移入机构", "Moved in", ("active", "disabled", "released"), (SYSTEM,), "active"),
    ),
)
# fmt: on
