"""How an ethics committee must be composed. Source: spec/domain.md §8.4, by number."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from app.record import Answers
from app.rules.rule import Case, Rules, day

COMMITTEE_RULES = Rules()
rule = COMMITTEE_RULES.rule

MEMBERS = "members"
LEAST = 7
NOT_MEDICAL = frozenset(("law", "bioethics", "sociology", "management", "lay"))
OUTSIDE = ("other_institution", "outside")
SOON = datetime.timedelta(days=90)
"""How long before its end a term is told to run out."""


def in_office(case: Case) -> list[Answers]:
    """Members who vote: secretaries are not counted, nor those whose term has ended."""
    found = []
    for _, row in case.rows(MEMBERS):
        end = day(row.get("term_to"))
        if row.get("duty") != "secretary" and (end is None or end >= case.today):
            found.append(row)
    return found


def _has(case: Case, key: str, *values: str) -> bool:
    return any(row.get(key) in values for row in in_office(case))


@rule(
    "K1",
    "block",
    "在任委员不足 7 人（秘书不计，委员兼秘书计入）。",
    "There are fewer than 7 members in office (secretaries count only if they are members too).",
    at=(MEMBERS,),
)
def _too_few(case: Case) -> Iterator[str]:
    if case[MEMBERS] and len(in_office(case)) < LEAST:
        yield MEMBERS


@rule(
    "K2",
    "block",
    "委员应有不同性别。",
    "There must be men and women among the members.",
    at=(MEMBERS,),
)
def _of_one_sex(case: Case) -> Iterator[str]:
    sexes = {row.get("sex") for row in in_office(case)} - {None}
    if len(sexes) == 1:
        yield MEMBERS


@rule(
    "K3",
    "block",
    "应至少有一名非本机构委员。",
    "At least one member must come from outside the institution.",
    at=(MEMBERS,),
)
def _nobody_from_outside(case: Case) -> Iterator[str]:
    if in_office(case) and not _has(case, "source", *OUTSIDE):
        yield MEMBERS


@rule(
    "K4",
    "block",
    "应至少有一名法学委员和一名非医学专业委员。",
    "There must be a member of law and one who is not of a medical field.",
    at=(MEMBERS,),
)
def _no_law(case: Case) -> Iterator[str]:
    if in_office(case) and not (_has(case, "field", "law") and _has(case, "field", *NOT_MEDICAL)):
        yield MEMBERS


@rule(
    "K4",
    "warn",
    "宜有医学和生命伦理学委员。",
    "There should be members of medicine and of bioethics.",
    at=(MEMBERS,),
)
def _no_medicine_or_ethics(case: Case) -> Iterator[str]:
    if in_office(case) and not (
        _has(case, "field", "medicine") and _has(case, "field", "bioethics")
    ):
        yield MEMBERS


@rule(
    "K5",
    "block",
    "应有且只有一名在任的主任委员，并至少有一名秘书。",
    "There must be exactly one chair in office and at least one secretary.",
    at=(MEMBERS,),
)
def _not_one_chair(case: Case) -> Iterator[str]:
    chairs = sum(row.get("duty") == "chair" for row in in_office(case))
    duties = [str(row.get("duty")) for _, row in case.rows(MEMBERS)]
    if in_office(case) and (chairs != 1 or not any(d.endswith("secretary") for d in duties)):
        yield MEMBERS


@rule("K5", "warn", "宜设副主任委员。", "There should be a vice chair.", at=(MEMBERS,))
def _no_vice_chair(case: Case) -> Iterator[str]:
    if in_office(case) and not _has(case, "duty", "vice_chair"):
        yield MEMBERS


@rule(
    "K6",
    "block",
    "任期应有先后，且不超过 5 年。",
    "A term ends after it begins and lasts at most 5 years.",
    at=("members/term_to",),
)
def _term_too_long(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        start, end = day(row.get("term_from")), day(row.get("term_to"))
        if start and end and not start < end <= five_years_after(start):
            yield at + "term_to"


def five_years_after(start: datetime.date) -> datetime.date:
    """The same day five years on; of 29 February the day after the last of the month."""
    try:
        return start.replace(year=start.year + 5)
    except ValueError:
        return datetime.date(start.year + 5, 3, 1)


@rule("K6", "warn", "任期已届满。", "The term has ended.", at=("members/term_to",))
def _term_over(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        end = day(row.get("term_to"))
        if end and end < case.today:
            yield at + "term_to"


@rule(
    "K6",
    "note",
    "任期将在 90 天内届满，请准备换届。",
    "The term ends within 90 days: please prepare for the next one.",
    at=("members/term_to",),
)
def _term_ends_soon(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        end = day(row.get("term_to"))
        if end and case.today <= end <= case.today + SOON:
            yield at + "term_to"


@rule(
    "K7",
    "note",
    "科技伦理（审查）委员会的委员人数应为单数。",
    "A committee of science and technology ethics has an odd number of members.",
    at=(MEMBERS,),
)
def _even(case: Case) -> Iterator[str]:
    members = in_office(case)
    if case["science_ethics"] == "yes" and members and len(members) % 2 == 0:
        yield MEMBERS


@rule("K8", "block", "同一委员重复。", "The same member is named twice.", at=("members/name",))
def _twice(case: Case) -> Iterator[str]:
    seen = set()
    for at, row in case.rows(MEMBERS):
        who = str(row.get("person") or "")
        if who and who in seen:
            yield at + "name"
        seen.add(who)


@rule(
    "M-01",
    "block",
    "委员应是系统中的人员：本单位人员请从名录中选择，外聘委员请用“添加外聘委员”。",
    "A member is somebody whom the system knows: pick staff from the directory, and add others "
    "with “Add external members”.",
    "seed 000",
    at=("members/name",),
)
def _nobody_known(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        if row.get("name") and not row.get("person"):
            yield at + "name"


@rule(
    "K8",
    "note",
    "该委员同时在另一委员会任职。",
    "This member also sits on another committee.",
    at=("members/name",),
)
def _sits_elsewhere_too(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        if row.get("person") in (case.known.in_other_committees or ()):
            yield at + "name"


@rule(
    "K9",
    "block",
    "分会应有同一机构已备案的主会。",
    "A branch needs a filed main committee of the same institution.",
    "seed 000",
    at=("main_committee",),
)
def _no_main_committee(case: Case) -> Iterator[str]:
    chosen, filed = case["main_committee"], case.known.filed_committees
    if case["branch"] != "branch" or not chosen or filed is None:
        return
    main = filed.get(chosen)
    if main is None or case.known.is_of_another(main.institution):
        yield "main_committee"


@rule(
    "K11",
    "warn",
    "请上传该委员的培训证书、保密协议和利益冲突声明。",
    "Attach this member's training certificate, confidentiality and conflict-of-interest papers.",
    at=("members/documents",),
)
def _no_papers(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        if not row.get("documents") and row.get("person") not in (case.known.trained or ()):
            yield at + "documents"


@rule(
    "K12",
    "note",
    "民族自治地方的伦理委员会应考虑少数民族委员。",
    "In an autonomous area there should be a member of a national minority.",
    at=(MEMBERS,),
)
def _no_minority(case: Case) -> Iterator[str]:
    if case.known.in_autonomous_area and in_office(case) and not _has(case, "minority", "yes"):
        yield MEMBERS


@rule(
    "K13",
    "warn",
    "审查干细胞临床研究的，还应有管理学或社会学委员和社区（非专业）代表。",
    "For stem-cell studies there should also be a member of management or sociology, and a lay "
    "representative.",
    at=(MEMBERS,),
)
def _not_for_stem_cells(case: Case) -> Iterator[str]:
    has_both = _has(case, "field", "sociology", "management") and _has(case, "field", "lay")
    if "stem_cell" in (case["scope"] or ()) and in_office(case) and not has_both:
        yield MEMBERS
