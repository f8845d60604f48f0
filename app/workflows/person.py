"""A person: added by the institution, completed by themself. Source: seed 000; spec/domain.md §6.1."""

from __future__ import annotations

from app.workflows.asks import ACCOUNT, REASON
from app.workflows.table import State, Step, Workflow

INSTITUTION, SELF = "institution_admin", "self"
BOTH = (INSTITUTION, SELF)

# fmt: off
PERSON = Workflow(
    id="person",
    founders=(INSTITUTION,),
    begins={"self": "itself:person", "institution": "my office"},
    states=(
        State("new", "未开通", "Not opened", "draft", (INSTITUTION,), (INSTITUTION,)),
        State("active", "在册", "Active", "done", (), BOTH),
        State("disabled", "停用", "Disabled", "ended", (), BOTH),
    ),
    steps=(
        Step("save", "保存", "Save",         ("new",),      (INSTITUTION,), writes="all"),
        Step("open", "开通账号", "Open account", ("new",),  (INSTITUTION,), "active", asks=ACCOUNT, writes="all"),
        Step("complete", "完善信息", "Complete", ("active",), (SELF,),      needs=("complete",), writes="all"),
        Step("save", "保存", "Save",         ("active",),   BOTH,           writes="all"),
        Step("disable", "停用", "Disable",   ("active",),   (INSTITUTION,), "disabled", asks=REASON, danger=True),
        Step("enable", "启用", "Enable",     ("disabled",), (INSTITUTION,), "active"),
    ),
)
# fmt: on
