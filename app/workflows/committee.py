"""Filing an ethics committee: secretary → institution → authority. Source: seed 000; spec/domain.md §4.1."""

from __future__ import annotations

from app.workflows.asks import REASON, REMARK
from app.workflows.table import State, Step, Workflow

SECRETARY, INSTITUTION, AUTHORITY = "ethics_secretary", "institution_admin", "authority"
ALL = (SECRETARY, INSTITUTION, AUTHORITY)

# fmt: off
COMMITTEE = Workflow(
    id="committee",
    founders=(SECRETARY,),
    begins={"ethics_committee": "itself:committee", "institution": "my office", "pi": "me"},
    states=(
        State("draft", "草稿", "Draft", "draft", (SECRETARY,), (SECRETARY,)),
        State("inst", "待机构审核", "Institution review", "waiting", (INSTITUTION,), ALL),
        State("auth", "待上级机关审核", "Authority review", "waiting", (AUTHORITY,), ALL),
        State("filed", "备案完成", "Filed", "done", (), ALL),
        State("returned", "已驳回", "Returned", "back", (SECRETARY,), ALL),
        State("revoked", "已注销", "Revoked", "ended", (), ALL),
    ),
    steps=(
        Step("save", "保存", "Save",         ("draft", "returned"), (SECRETARY,),   writes="all"),
        Step("submit", "提交", "Submit",     ("draft", "returned"), (SECRETARY,),   "inst", needs=("complete",), writes="all"),
        Step("approve", "审核通过", "Approve", ("inst",),           (INSTITUTION,), "auth", needs=("seen",), asks=REMARK),
        Step("approve", "备案通过", "Approve", ("auth",),           (AUTHORITY,),   "filed", needs=("seen",), asks=REMARK),
        Step("return", "驳回", "Return",     ("inst",),             (INSTITUTION,), "returned", needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",     ("auth",),             (AUTHORITY,),   "returned", needs=("seen",), asks=REASON, danger=True),
        Step("revoke", "注销", "Revoke",     ("filed",),            (AUTHORITY,),   "revoked", asks=REASON, danger=True),
    ),
)
# fmt: on
