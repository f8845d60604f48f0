"""Filing for stem-cell studies: institution → province → nation. Source: seed 000; domain.md §4.4."""

from __future__ import annotations

from app.workflows.asks import REASON, REMARK
from app.workflows.committee_asks import CHANGE, REVOCATION
from app.workflows.table import CHANGES, IN_FORCE, Round, State, Step, Workflow

SECRETARY, INSTITUTION = "academic_secretary", "institution_admin"
PROVINCE, NATION = "province", "nation"
BY, INST, PROV, NAT = (SECRETARY,), (INSTITUTION,), (PROVINCE,), (NATION,)
OWN = (SECRETARY, INSTITUTION)
ALL = (*OWN, PROVINCE, NATION)
WRITTEN = ("draft", "returned", "changing")
SENT: tuple[Round, ...] = ("first", "minor", "substantive")

# fmt: off

STEM_CELL = Workflow(
    id="stem_cell",
    founders=BY,
    begins={"academic_committee": "my committee", "institution": "my office"},
    states=(
        State("draft", "草稿", "Draft", "draft", BY, BY),
        State("inst", "待机构审核", "Institution review", "waiting", INST, OWN),
        State("prov", "待省级审核", "Provincial review", "waiting", PROV, (*OWN, PROVINCE)),
        State("nat", "待国家审核", "National review", "waiting", NAT, ALL),
        State("filed", "备案完成", "Filed", "done", (), ALL),
        State("returned", "已驳回", "Returned", "back", BY, OWN),
        State("changing", "变更中", "Being changed", "draft", BY, BY),
        State("revoked", "已注销", "Revoked", "ended", (), ALL),
    ),
    steps=(
        Step("save", "保存", "Save",            WRITTEN,   BY,   writes="all"),
        Step("submit", "提交", "Submit",        WRITTEN,   BY,   "inst", needs=("complete",), writes="all", rounds=SENT),
        Step("delete", "删除草稿", "Delete draft", ("draft", "returned"), BY, rounds=("first",), danger=True),
        Step("approve", "审核通过", "Approve",  ("inst",), INST, "prov", needs=("seen",), asks=REMARK),
        Step("approve", "审核通过", "Approve",  ("prov",), PROV, "nat", needs=("seen",), asks=REMARK),
        Step("approve", "备案通过", "Approve",  ("nat",),  NAT,  "filed", needs=("seen",), asks=REMARK, files=True),
        Step("return", "驳回", "Return",        ("inst",), INST, "returned", needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",        ("prov",), PROV, "returned", needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",        ("nat",),  NAT,  "returned", needs=("seen",), asks=REASON, danger=True),
        Step("change", "变更", "Change",        ("filed",), BY,  "changing", asks=CHANGE, keeps="change"),
        Step("undo", "撤销变更", "Undo the change", ("changing", "returned", "inst"), BY, IN_FORCE, rounds=CHANGES, danger=True, apart=True),
        Step("revoke", "注销", "Revoke",        ("filed",), NAT, "revoked", asks=REVOCATION, danger=True),
    ),
)
# fmt: on
