"""The lists of each role: what stands in the navigation, and what is asked of the working copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.record import Principal
from app.words import Words
from app.workflows.roles import keys_of

if TYPE_CHECKING:
    from local_db import Query


EMPTY = Words("这里还没有内容。", "There is nothing here yet.")
NEXT_STEP = Words(
    "同步后，与您有关的内容会出现在这里。", "What concerns you appears here after a sync."
)


@dataclass(frozen=True)
class RecordList:
    """A list of records. `forms`: the first is what 新建 begins; a to-do list shows what waits."""

    id: str
    words: Words
    icon: str
    form: str = ""
    """Empty: of every form."""
    to_do: bool = False
    states: tuple[str, ...] = ()
    named: Literal["", "me", "scope", "site_pi", "site", "authority"] = ""
    """Only records that name this person, or what their role is held on (committee, office).

    `site_pi`, `site`: those in which this person, or this institution, takes part as a site;
    `authority`: those that this office answers for, its own record left out.
    """
    columns: tuple[str, ...] = ()
    """The columns shown to begin with, by name; empty: those of every list."""
    review: bool = False
    """Opened in the three panes of a reviewer."""
    empty: Words = EMPTY
    next_step: Words = NEXT_STEP

    def query(self, principal: Principal) -> Query:
        """What to ask of the working copy."""
        from local_db import Query

        return Query(
            form=self.form,
            states=self.states,
            waits_for=tuple(sorted(keys_of(principal))) if self.to_do else (),
            party=self._party(principal),
            sort="updated",
            descending=True,
        )

    def _party(self, principal: Principal) -> str:
        if self.named == "me":
            return principal.id
        if self.named == "site_pi":
            return f"site_pi={principal.id}"
        if self.named in ("site", "authority"):
            return f"{self.named}={principal.office}"
        scopes = {g.scope for g in principal.grants if g.scope}
        # Somebody may be secretary of two committees; then the list is of both.
        return scopes.pop() if self.named == "scope" and len(scopes) == 1 else ""


@dataclass(frozen=True)
class Place:
    """A place of the navigation that is not a list of records."""

    id: str
    words: Words
    icon: str


_WITHOUT_NUMBER = ("title", "state", "holder", "updated")
"""An academic committee is kept without filing, an opinion is no filing: neither has a number."""
TO_DO = RecordList(
    "todo", Words("待办", "To do"), "inbox", to_do=True,
    empty=Words("没有等您办理的事项。", "Nothing waits for you."),
)  # fmt: skip
TO_REVIEW = RecordList(
    "todo", Words("待办", "To do"), "inbox", to_do=True, review=True,
    empty=Words("没有等您审查的事项。", "Nothing waits for your review."),
)  # fmt: skip
TO_GIVE = RecordList(
    "todo", Words("待办", "To do"), "inbox", form="opinion", to_do=True, review=True,
    empty=Words("没有等您审查的事项。", "Nothing waits for your review."),
    columns=_WITHOUT_NUMBER,
)  # fmt: skip
"""Of a member only their own opinion: the study waits until the last of them has given one."""
MY_STUDIES = RecordList(
    "my_studies", Words("我的研究", "My studies"), "file-text", form="study", named="me",
    empty=Words("还没有研究备案。", "There is no study yet."),
    next_step=Words(
        "点击“新建”开始填报；已有 ClinicalTrials.gov 或 ChiCTR 记录时，把文件拖到这里。",
        "Press “New” to begin a filing; where there is a record of ClinicalTrials.gov or ChiCTR, "
        "drop its file here.",
    ),
    columns=("number", "title", "study_kind", "state", "holder", "updated"),
)  # fmt: skip
FILLED_IN = RecordList(
    "filled_in", Words("受托填报", "Filled in for others"), "file-text", form="study", named="me",
    empty=Words("还没有授权您填报的研究。", "Nobody has authorised you to fill in a study."),
    next_step=Words(
        "项目负责人在研究的“更多”中点“授权”选择您后，研究会出现在这里。",
        "A study appears here once its investigator has chosen you under “More”, “Authorise”.",
    ),
    columns=("number", "title", "people", "state", "holder", "updated"),
)  # fmt: skip
_OF_OTHERS = ("number", "title", "people", "study_kind", "state", "holder", "updated")
_NO_SITES = Words(
    "牵头单位备案时从列表中选择本单位后，研究会出现在这里。手工输入的单位无法匹配。",
    "Studies appear here once the leading institution has picked yours from the list; a name that "
    "was typed cannot be matched.",
)
MY_SITES = RecordList(
    "my_sites", Words("分中心项目", "Site studies"), "building-2", form="study", named="site_pi",
    empty=Words("还没有您参与的分中心项目。", "There is no study that you take part in as a site."),
    next_step=_NO_SITES, columns=("number", "title", "people", "study_kind", "state", "updated"),
)  # fmt: skip
SITES = RecordList(
    "sites", Words("分中心项目", "Site studies"), "building-2", form="study", named="site",
    empty=Words("还没有本单位参与的分中心项目。", "There is no study that has a site here."),
    next_step=_NO_SITES, columns=("number", "title", "people", "study_kind", "state", "updated"),
)  # fmt: skip
STUDIES = RecordList(
    "studies", Words("研究项目", "Studies"), "file-text", form="study", named="scope",
    empty=Words("本单位还没有提交的研究。", "No study of this institution was submitted yet."),
    next_step=Words(
        "项目负责人提交后，研究会出现在这里。",
        "Studies appear here once their investigators submit them.",
    ),
    columns=_OF_OTHERS,
)  # fmt: skip
REVIEWS = RecordList(
    "reviews", Words("审查项目", "Studies in review"), "clipboard-check", form="study",
    named="scope", review=True,
    empty=Words("还没有送审的项目。", "No study has been sent for review yet."),
    columns=_OF_OTHERS,
)  # fmt: skip
MY_REVIEWS = RecordList(
    "my_reviews", Words("我的审查", "My reviews"), "clipboard-check", form="opinion", named="me",
    review=True, columns=_WITHOUT_NUMBER,
    empty=Words("还没有分配给您的审查。", "No review has been assigned to you yet."),
)  # fmt: skip
COMMITTEE = RecordList(
    "committee", Words("伦理委员会", "Ethics committee"), "users", form="committee", named="scope",
    empty=Words("还没有伦理委员会备案。", "There is no committee filing yet."),
    next_step=Words("点击“新建”填报伦理委员会。", "Press “New” to file your committee."),
)  # fmt: skip
COMMITTEES = RecordList(
    "committees", Words("伦理委员会", "Ethics committees"), "users", form="committee"
)
ACADEMIC_COMMITTEE = RecordList(
    "academic_committee", Words("学术委员会", "Academic committee"), "users",
    form="academic_committee", named="scope", columns=_WITHOUT_NUMBER,
    empty=Words("还没有学术委员会。", "There is no academic committee yet."),
    next_step=Words("点击“新建”填写委员会信息，启用后即可受理审查。",
                    "Press “New” to describe it; once established it can review studies."),
)  # fmt: skip
ACADEMIC_COMMITTEES = RecordList(
    "academic_committees", Words("学术委员会", "Academic committees"), "users",
    form="academic_committee", columns=_WITHOUT_NUMBER,
)  # fmt: skip
STEM_CELL = RecordList(
    "stem_cell", Words("干细胞机构备案", "Stem-cell filing"), "clipboard-check",
    form="stem_cell",
    empty=Words("还没有干细胞临床研究机构备案。", "There is no stem-cell filing yet."),
    next_step=Words("点击“新建”填报；需先有学术委员会和已备案的伦理委员会。",
                    "Press “New”; an academic and a filed ethics committee come first."),
)  # fmt: skip
STEM_CELLS = RecordList(
    "stem_cells", Words("干细胞机构备案", "Stem-cell filings"), "clipboard-check",
    form="stem_cell",
)  # fmt: skip
INSTITUTION = Place("institution", Words("机构信息", "Institution"), "building-2")
OFFICE = Place("institution", Words("本机关信息", "This authority"), "house")
INSTITUTIONS = RecordList(
    "institutions", Words("下级机关与机构", "Offices below"), "building-2", form="institution",
    named="authority",
    columns=("title", "state", "holder", "updated"),
    empty=Words("还没有下级机关或机构。", "There are no offices below yet."),
    next_step=Words("点击“新建”开通账号，或用“批量导入”从表格导入机构。",
                    "Press “New” to open an account, or import institutions from a spreadsheet."),
)  # fmt: skip
STUDIES_FILED = RecordList(
    "filed", Words("研究备案", "Study filings"), "file-text", form="study", columns=_OF_OTHERS
)
TEMPLATES = Place("templates", Words("模板", "Templates"), "copy")
STAFF = Place("staff", Words("人员", "Staff"), "users")
IMPORT = Place("import", Words("批量导入", "Import"), "sheet")
MOVES = RecordList(
    "moves", Words("人员移入", "Moves"), "users", form="transfer", named="scope",
    empty=Words("没有移入申请。", "No move has been asked for."),
    next_step=Words(
        "人员已有账号时，点击“新建”办理移入：姓名和证件号码须同时一致。",
        "Press “New” to take over somebody who has an account: name and ID number must both fit.",
    ),
)  # fmt: skip
MYSELF = Place("myself", Words("个人信息", "My data"), "user")
ACCOUNT = Place("account", Words("账号与登录", "Account"), "key-round")
AUDIT = Place("audit", Words("审计日志", "Audit log"), "clock")
OUTBOX = Place("outbox", Words("待发送", "Outbox"), "send")
RECYCLED = Place("recycled", Words("回收站", "Recycle list"), "trash-2")
HELP = Place("help", Words("帮助", "Help"), "circle-help")

_ETHICS = (TO_REVIEW, REVIEWS, COMMITTEE, IMPORT, MYSELF)
_ACADEMIC = (TO_REVIEW, REVIEWS, ACADEMIC_COMMITTEE, IMPORT, STEM_CELL, MYSELF)
_KEPT = (COMMITTEES, ACADEMIC_COMMITTEES, STEM_CELLS)
_MEMBER = (TO_GIVE, MY_REVIEWS, MYSELF)
NAVIGATION: dict[str, tuple[RecordList | Place, ...]] = {
    "pi": (TO_DO, MY_STUDIES, MY_SITES, TEMPLATES, MYSELF),
    "other": (TO_DO, FILLED_IN, MYSELF),
    "ethics_secretary": _ETHICS,
    "academic_secretary": _ACADEMIC,
    "ethics_member": _MEMBER,
    "academic_member": _MEMBER,
    "institution_admin": (
        TO_DO,
        STUDIES,
        SITES,
        *_KEPT,
        STAFF,
        MOVES,
        IMPORT,
        INSTITUTION,
        AUDIT,
    ),
    "authority": (
        TO_DO,
        *_KEPT,
        STUDIES_FILED,
        INSTITUTIONS,
        STAFF,
        MOVES,
        IMPORT,
        OFFICE,
        AUDIT,
    ),
}


def places_of(role: str) -> tuple[RecordList | Place, ...]:
    """The navigation of a role; every role has its account, its outbox, what was deleted, help."""
    return (*NAVIGATION.get(role, (TO_DO, MYSELF)), ACCOUNT, OUTBOX, RECYCLED, HELP)
