"""人员移入: an office takes somebody over whom the system knows; whoever has them agrees first. Seed 000."""

from __future__ import annotations

from app.workflows.account_asks import MOVE_IN, REFUSAL
from app.workflows.table import SYSTEM, State, Step, Workflow

INSTITUTION, AUTHORITY, SENDING = "institution_admin", "authority_admin", "sending_admin"
OFFICE = (INSTITUTION, AUTHORITY)
BOTH = (*OFFICE, SENDING)

# fmt: off
TRANSFER = Workflow(
    id="transfer",
    founders=(INSTITUTION, "authority"),
    begins={"institution": "my office"},
    states=(
        State("draft", "草稿", "Draft", "draft", OFFICE, OFFICE),
        State("asked", "待原机构确认", "Waits for the present institution", "waiting", (SENDING,), BOTH),
        State("done", "已移入", "Moved in", "done", (), BOTH),
        State("refused", "原机构不同意", "Refused", "back", OFFICE, BOTH),
        State("withdrawn", "已撤回", "Withdrawn", "ended", (), OFFICE),
    ),
    steps=(
        Step("save", "保存", "Save",          ("draft",), OFFICE, writes="all"),
        Step("request", "申请移入", "Ask to move in", ("draft", "refused"), OFFICE, "asked", needs=("complete",), asks=MOVE_IN, writes="all"),
        Step("arrive", "移入", "Moved in",    ("asked",), (SYSTEM,), "done"),
        Step("agree", "同意移出", "Agree",    ("asked",), (SENDING,), "done", needs=("seen",)),
        Step("refuse", "不同意", "Refuse",    ("asked",), (SENDING,), "refused", needs=("seen",), asks=REFUSAL, danger=True),
        Step("withdraw", "撤回", "Withdraw",  ("draft", "asked", "refused"), OFFICE, "withdrawn", danger=True),
    ),
)
# fmt: on
