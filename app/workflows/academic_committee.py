"""Keeping an academic committee: by its secretary, without filing. Source: seed 000; domain.md §4.2."""

from __future__ import annotations

from app.workflows.committee_asks import CLOSING, SEAT
from app.workflows.table import CHANGES, IN_FORCE, State, Step, Workflow

SECRETARY = "academic_secretary"
BY = (SECRETARY,)
ALL = (SECRETARY, "institution_admin", "authority")
WRITTEN = ("draft", "changing")

# fmt: off

ACADEMIC_COMMITTEE = Workflow(
    id="academic_committee",
    founders=BY,
    begins={"academic_committee": "itself:committee", "institution": "my office"},
    states=(
        State("draft", "草稿", "Draft", "draft", BY, BY),
        State("active", "正常", "Active", "done", (), ALL),
        State("changing", "维护中", "Being changed", "draft", BY, BY),
        State("inactive", "已停用", "Inactive", "ended", (), ALL),
    ),
    steps=(
        Step("save", "保存", "Save",            WRITTEN,       BY, writes="all"),
        Step("seat", "添加外聘委员", "Add external members", WRITTEN, BY, asks=SEAT),
        Step("establish", "启用", "Establish",  ("draft",),    BY, "active", needs=("complete",), writes="all", files=True),
        Step("delete", "删除草稿", "Delete draft", ("draft",), BY, danger=True),
        Step("change", "维护", "Change",        ("active",),   BY, "changing", keeps="change"),
        Step("complete", "完成维护", "Complete", ("changing",), BY, "active", needs=("complete",), writes="all", files=True),
        Step("undo", "撤销修改", "Undo the change", ("changing",), BY, IN_FORCE, rounds=CHANGES, danger=True, apart=True),
        Step("close", "停用", "Close",          ("active",),   BY, "inactive", asks=CLOSING, danger=True),
        Step("reopen", "恢复", "Reopen",        ("inactive",), BY, "active"),
    ),
)
# fmt: on
