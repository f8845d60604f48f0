"""A committee member's opinion on one study: asked for by assignment, given by the member.

Source: spec/domain.md §4.3 and §8.5. The record is made by the registry when members are assigned.
"""

from __future__ import annotations

from app.workflows.table import SYSTEM, State, Step, Workflow

MEMBERS = ("ethics_member", "academic_member")
SECRETARIES = ("ethics_secretary", "academic_secretary")

# fmt: off
OPINION = Workflow(
    id="opinion",
    founders=(),
    begins={},
    states=(
        State("asked", "待审查", "Asked for", "waiting", MEMBERS, (*MEMBERS, *SECRETARIES)),
        State("given", "已提交意见", "Given", "done", (), (*MEMBERS, *SECRETARIES)),
        State("closed", "未提交（已结束）", "Closed without opinion", "ended", (), (*MEMBERS, *SECRETARIES)),
    ),
    steps=(
        Step("save", "保存", "Save",            ("asked",), MEMBERS,   writes="all"),
        Step("give", "提交意见", "Give opinion", ("asked",), MEMBERS,   "given", needs=("complete",), writes="all"),
        Step("close", "结束", "Close",          ("asked",), (SYSTEM,), "closed"),
    ),
)
# fmt: on
