"""Filing an ethics committee: secretary → institution → authority; and what is in force of it.

Source: seed 000; spec/domain.md §4.1. What was filed stays in force, and is what everybody else
goes on reading, while a change of it is under way.
"""

from __future__ import annotations

from app.record import Record
from app.workflows.asks import REASON, REMARK
from app.workflows.committee_asks import CHANGE, REVOCATION, SEAT, YEARLY_REPORT
from app.workflows.table import CHANGES, IN_FORCE, Round, State, Step, Workflow

SECRETARY, INSTITUTION, AUTHORITY = "ethics_secretary", "institution_admin", "authority"
BY, INST, AUTH = (SECRETARY,), (INSTITUTION,), (AUTHORITY,)
ALL = (SECRETARY, INSTITUTION, AUTHORITY)
WRITTEN = ("draft", "returned", "changing")
SENT: tuple[Round, ...] = ("first", "minor", "substantive")

# fmt: off

COMMITTEE = Workflow(
    id="committee",
    founders=BY,
    begins={"ethics_committee": "itself:committee", "institution": "my office", "pi": "me"},
    states=(
        State("draft", "草稿", "Draft", "draft", BY, BY),
        State("inst", "待机构审核", "Institution review", "waiting", INST, ALL),
        State("auth", "待上级机关审核", "Authority review", "waiting", AUTH, ALL),
        State("filed", "备案完成", "Filed", "done", (), ALL),
        State("returned", "已驳回", "Returned", "back", BY, ALL),
        State("changing", "变更中", "Being changed", "draft", BY, BY),
        State("revoked", "已注销", "Revoked", "ended", (), ALL),
    ),
    steps=(
        Step("save", "保存", "Save",            WRITTEN,   BY,   writes="all"),
        Step("seat", "添加外聘委员", "Add external members", WRITTEN, BY, asks=SEAT),
        Step("submit", "提交", "Submit",        WRITTEN,   BY,   "inst", needs=("complete",), writes="all", rounds=SENT),
        Step("delete", "删除草稿", "Delete draft", ("draft", "returned"), BY, rounds=("first",), danger=True),
        Step("approve", "审核通过", "Approve",  ("inst",), INST, "auth", needs=("seen",), asks=REMARK),
        Step("approve", "备案通过", "Approve",  ("auth",), AUTH, "filed", needs=("seen",), asks=REMARK, files=True),
        Step("return", "驳回", "Return",        ("inst",), INST, "returned", needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",        ("auth",), AUTH, "returned", needs=("seen",), asks=REASON, danger=True),
        Step("change", "变更", "Change",        ("filed",), BY,  "changing", asks=CHANGE, keeps="change"),
        Step("undo", "撤销变更", "Undo the change", ("changing", "returned", "inst"), BY, IN_FORCE, rounds=CHANGES, danger=True, apart=True),
        Step("report", "提交年度报告", "Hand in the yearly report", ("filed",), BY, asks=YEARLY_REPORT),
        Step("revoke", "注销", "Revoke",        ("filed",), AUTH, "revoked", asks=REVOCATION, danger=True),
    ),
)
# fmt: on

COMMITTEES = {"committee": "ethics", "academic_committee": "academic"}
"""The forms of committees, and the side of a study that each reviews."""


def is_in_force(committee: Record) -> bool:
    """Whether studies may be sent to it now: filed and not ended, also while it is being changed."""
    return committee.state in ("filed", "active") or committee.in_force is not None
