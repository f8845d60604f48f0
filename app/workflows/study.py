"""Who may do what to a study filing, and when.

Source: seeds 000–002; spec/domain.md §4.3. Academic review (may be waived) → ethics → institution
→ authority where the policy says so → filed and published.

What is filed is changed in rounds: the version on file stays in force (`Step.keeps`) until the next
one is (`Step.files`). A change that touches a substantive field goes through the whole chain, any
other straight to the institution; one that is refused, or undone, leaves what was in force.
"""

from __future__ import annotations

from app.forms.conditions import Answered, Is
from app.workflows.asks import (
    ACADEMIC_CONCLUSION,
    AUTHORISE,
    CHANGE,
    COMMITTEES,
    COMPLETION,
    CONCLUSION,
    HAND_BACK,
    HAND_OVER,
    PASS_ACADEMIC,
    PASS_FORM,
    REASON,
    REMARK,
    RESUMPTION,
    SUSPENSION,
    TERMINATION,
    TO_INSTITUTION,
    WITHDRAW,
)
from app.workflows.table import CHANGES, IN_FORCE, SYSTEM, Round, State, Step, Workflow

PI, DELEGATE = "pi", "delegate"
AC_SECRETARY, AC_MEMBER = "academic_secretary", "academic_member"
EC_SECRETARY, EC_MEMBER = "ethics_secretary", "ethics_member"
INSTITUTION, AUTHORITY = "institution_admin", "authority"

AUTHOR = (PI, DELEGATE)
IN_ACADEMIC = (*AUTHOR, AC_SECRETARY, INSTITUTION)
IN_ETHICS = (*AUTHOR, AC_SECRETARY, EC_SECRETARY, INSTITUTION)
ALL = (
    *AUTHOR,
    AC_SECRETARY,
    EC_SECRETARY,
    AC_MEMBER,
    EC_MEMBER,
    INSTITUTION,
    AUTHORITY,
    "site_admin",
    "site_pi",
)

GOES_UP = Is("cat.gcp_cell_product_attribute", "stem_cell", "somatic_cell") | Is(
    "cat.iit_product_attribute", "new_technology"
)
"""Stem or somatic cells and new biomedical technology always go to the authority (domain.md, clash C2)."""

WRITTEN = ("draft", "returned", "changing", "handed")
"""Where the filing is being written."""
IN_WORK = (*WRITTEN, "filed", "suspended")
NEW: tuple[Round, ...] = ("first",)
REVIEWED: tuple[Round, ...] = ("first", "substantive")
CHAIN: tuple[Round, ...] = ("first", *CHANGES)
GOES_ON: tuple[Round, ...] = ("resume",)

# fmt: off
STUDY = Workflow(
    id="study",
    founders=(PI,),
    begins={"pi": "me", "institution": "my office"},
    states=(
        State("draft", "草稿", "Draft", "draft", holders=AUTHOR, readers=AUTHOR),
        State("handed", "待负责人提交", "With the investigator", "waiting", (PI,), AUTHOR),
        State("ac_form", "待学术委员会形式审查", "Academic form review", "waiting", (AC_SECRETARY,), IN_ACADEMIC),
        State("ac_members", "学术委员审查中", "With academic members", "waiting", (AC_MEMBER,), (*IN_ACADEMIC, AC_MEMBER)),
        State("ac_concl", "待学术审查结论", "Academic conclusion due", "waiting", (AC_SECRETARY,), (*IN_ACADEMIC, AC_MEMBER)),
        State("ec_form", "待伦理委员会形式审查", "Ethics form review", "waiting", (EC_SECRETARY,), IN_ETHICS),
        State("ec_members", "伦理委员审查中", "With ethics members", "waiting", (EC_MEMBER,), (*IN_ETHICS, EC_MEMBER)),
        State("ec_concl", "待伦理审查结论", "Ethics conclusion due", "waiting", (EC_SECRETARY,), (*IN_ETHICS, EC_MEMBER)),
        State("inst", "待机构审核", "Institution review", "waiting", (INSTITUTION,), (*IN_ETHICS, EC_MEMBER)),
        State("auth", "待上级机关审核", "Authority review", "waiting", (AUTHORITY,), (*IN_ETHICS, EC_MEMBER, AUTHORITY)),
        State("filed", "备案完成", "Filed", "done", (), ALL),
        State("changing", "变更中", "Being changed", "draft", AUTHOR, AUTHOR),
        State("suspended", "已暂停", "Suspended", "waiting", (PI,), ALL),
        State("terminated", "已终止", "Terminated", "ended", (), ALL),
        State("completed", "已结题", "Completed", "done", (), ALL),
        State("returned", "已驳回", "Returned", "back", AUTHOR, IN_ETHICS),
        State("rejected", "审查未通过", "Not approved", "ended", (), (*IN_ETHICS, EC_MEMBER)),
    ),
    steps=(
        #    command    中文  English                      at                        by               to
        Step("save", "保存", "Save",                       ("draft", "returned", "changing"), AUTHOR, writes="all"),
        Step("save", "保存", "Save",                       ("handed",),              (PI,),           writes="all"),
        Step("submit", "提交", "Submit",                   WRITTEN,                  (PI,),           "ac_form",
             rounds=REVIEWED, needs=("complete",), asks=COMMITTEES, when=Answered("academic_committee"), writes="all",
             engages={"academic_committee": "academic_committee", "ethics_committee": "ethics_committee"},
             fills={"attach.ethicsCommitteeId": "ethics_committee"}),
        Step("submit", "提交", "Submit",                   WRITTEN,                  (PI,),           "ec_form",
             rounds=REVIEWED, needs=("complete",), asks=COMMITTEES, writes="all",
             engages={"academic_committee": "academic_committee", "ethics_committee": "ethics_committee"},
             fills={"attach.ethicsCommitteeId": "ethics_committee"}),
        Step("submit", "提交", "Submit",                   WRITTEN,                  (PI,),           "inst",
             rounds=("minor",), needs=("complete",), asks=TO_INSTITUTION, writes="all"),
        Step("hand_over", "送负责人", "Hand to investigator", ("draft", "changing"), (DELEGATE,),     "handed", asks=HAND_OVER),
        Step("hand_over", "送负责人", "Hand to investigator", ("returned",),         (DELEGATE,),     asks=HAND_OVER),
        Step("hand_back", "退给授权人", "Hand back",       ("handed",),              (PI,),           "draft",
             rounds=NEW, asks=HAND_BACK),
        Step("hand_back", "退给授权人", "Hand back",       ("handed",),              (PI,),           "changing",
             rounds=CHANGES, asks=HAND_BACK),
        Step("delete", "删除草稿", "Delete draft",         ("draft", "handed", "returned"), (PI,),    rounds=NEW, danger=True),

        Step("ac_pass", "形式审查通过", "Pass form review", ("ac_form",),            (AC_SECRETARY,), "ac_members",
             needs=("seen",), asks=PASS_ACADEMIC, when=Answered("members"), engages={"academic_reviewer": "members"}),
        Step("ac_pass", "形式审查通过", "Pass form review", ("ac_form",),            (AC_SECRETARY,), "ac_concl",
             needs=("seen",), asks=PASS_ACADEMIC),
        Step("ac_all_in", "学术意见收齐", "All academic opinions in", ("ac_members",), (SYSTEM,),     "ac_concl"),
        Step("ac_close", "提前结束委员审查", "Close member review early", ("ac_members",), (AC_SECRETARY,), "ac_concl",
             asks=REMARK),
        Step("ac_conclude", "学术结论", "Conclude",        ("ac_concl",),            (AC_SECRETARY,), "ec_form",
             needs=("seen",), asks=ACADEMIC_CONCLUSION, when=Is("decision", "agree"),
             fills={"attach.academicDocument": "academic_document"}),
        Step("ac_conclude", "学术结论", "Conclude",        ("ac_concl",),            (AC_SECRETARY,), "rejected",
             rounds=NEW, needs=("seen",), asks=ACADEMIC_CONCLUSION, when=Is("decision", "refuse")),
        Step("ac_conclude", "学术结论", "Conclude",        ("ac_concl",),            (AC_SECRETARY,), IN_FORCE,
             rounds=CHANGES, needs=("seen",), asks=ACADEMIC_CONCLUSION, when=Is("decision", "refuse")),
        Step("ac_conclude", "学术结论", "Conclude",        ("ac_concl",),            (AC_SECRETARY,), "returned",
             needs=("seen",), asks=ACADEMIC_CONCLUSION, when=Is("decision", "agree_after", "again")),

        Step("ec_pass", "形式审查通过", "Pass form review", ("ec_form",),            (EC_SECRETARY,), "ec_members",
             needs=("seen",), asks=PASS_FORM, when=Answered("members"), engages={"ethics_reviewer": "members"}),
        Step("ec_pass", "形式审查通过", "Pass form review", ("ec_form",),            (EC_SECRETARY,), "ec_concl",
             needs=("seen",), asks=PASS_FORM, when=Is("way", "exempt")),
        Step("ec_all_in", "伦理意见收齐", "All ethics opinions in", ("ec_members",), (SYSTEM,),       "ec_concl"),
        Step("ec_close", "提前结束委员审查", "Close member review early", ("ec_members",), (EC_SECRETARY,), "ec_concl",
             asks=REMARK),
        Step("ec_conclude", "伦理结论", "Conclude",        ("ec_concl",),            (EC_SECRETARY,), "inst",
             needs=("seen",), asks=CONCLUSION, when=Is("decision", "agree"),
             fills={"attach.ethicsApprovalNumber": "approval_number", "attach.ethicsApprovalTime": "approval_date",
                    "attach.ethicsDocument": "approval_document"}),
        Step("ec_conclude", "伦理结论", "Conclude",        ("ec_concl",),            (EC_SECRETARY,), "rejected",
             rounds=NEW, needs=("seen",), asks=CONCLUSION, when=Is("decision", "refuse")),
        Step("ec_conclude", "伦理结论", "Conclude",        ("ec_concl",),            (EC_SECRETARY,), IN_FORCE,
             rounds=CHANGES, needs=("seen",), asks=CONCLUSION, when=Is("decision", "refuse")),
        Step("ec_conclude", "伦理结论", "Conclude",        ("ec_concl",),            (EC_SECRETARY,), "returned",
             rounds=CHAIN, needs=("seen",), asks=CONCLUSION, when=Is("decision", "agree_after", "again")),
        Step("ec_conclude", "伦理结论", "Conclude",        ("ec_concl",),            (EC_SECRETARY,), IN_FORCE,
             rounds=GOES_ON, needs=("seen",), asks=CONCLUSION, when=Is("decision", "agree_after", "again", "refuse")),

        Step("approve", "审核通过", "Approve",             ("inst",),                (INSTITUTION,),  "auth",
             needs=("seen",), asks=REMARK, when=GOES_UP),
        Step("approve", "审核通过", "Approve",             ("inst",),                (INSTITUTION,),  "filed",
             needs=("seen",), asks=REMARK, files=True),
        Step("approve", "审核通过", "Approve",             ("auth",),                (AUTHORITY,),    "filed",
             needs=("seen",), asks=REMARK, files=True),
        Step("return", "驳回", "Return",                   ("ac_form", "ac_concl"),  (AC_SECRETARY,), "returned",
             needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",                   ("ec_form", "ec_concl"),  (EC_SECRETARY,), "returned",
             rounds=CHAIN, needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",                   ("inst",),                (INSTITUTION,),  "returned",
             rounds=CHAIN, needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",                   ("auth",),                (AUTHORITY,),    "returned",
             rounds=CHAIN, needs=("seen",), asks=REASON, danger=True),
        # Nothing of the answers is to be corrected when a suspended study asks to go on: it stays suspended.
        Step("return", "驳回", "Return",                   ("ec_form", "ec_concl"),  (EC_SECRETARY,), IN_FORCE,
             rounds=GOES_ON, needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",                   ("inst",),                (INSTITUTION,),  IN_FORCE,
             rounds=GOES_ON, needs=("seen",), asks=REASON, danger=True),
        Step("return", "驳回", "Return",                   ("auth",),                (AUTHORITY,),    IN_FORCE,
             rounds=GOES_ON, needs=("seen",), asks=REASON, danger=True),

        Step("change", "变更", "Change",                   ("filed",),               (PI,),           "changing",
             asks=CHANGE, keeps="change"),
        # Seed 001: until the institution has reviewed the change.
        Step("undo", "撤销变更", "Undo the change", ("changing", "handed", "returned", "ac_form", "ac_members",
             "ac_concl", "ec_form", "ec_members", "ec_concl", "inst"), (PI,),        IN_FORCE,
             rounds=CHANGES, danger=True, apart=True),
        Step("finish", "结题", "Complete",                 ("filed",),               (PI,),           "completed", asks=COMPLETION, apart=True),
        Step("suspend", "暂停", "Suspend",                 ("filed",),               (PI,),           "suspended",
             asks=SUSPENSION, danger=True, apart=True),
        Step("resume", "申请恢复", "Ask to resume",        ("suspended",),           (PI,),           "ec_form",
             asks=RESUMPTION, keeps="resume"),
        Step("terminate", "终止", "Terminate",             ("filed", "suspended"),   (PI,),           "terminated",
             asks=TERMINATION, danger=True, apart=True),
        Step("authorise", "授权", "Authorise",             IN_WORK,                  (PI,),           asks=AUTHORISE,
             joins={"delegate": "delegate"}, apart=True),
        Step("withdraw", "取消授权", "Withdraw authority", IN_WORK,                  (PI,),           asks=WITHDRAW,
             leaves={"delegate": "delegates"}, apart=True),
    ),
)
# fmt: on
