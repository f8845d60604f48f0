"""How an ethics committee must be composed. Source: spec/domain.md §8.4, by number."""

from __future__ import annotations

from collections.abc import Iterator

from app.record import Answers
from app.rules.rule import Case, Rules, day

COMMITTEE_RULES = Rules()
rule = COMMITTEE_RULES.rule

MEMBERS = "members"
NOT_MEDICAL = frozenset(("law", "bioethics", "sociology", "lay"))


def in_office(case: Case) -> list[Answers]:
    """Members who vote: secretaries are not counted, nor those whose term has ended."""
    if case["kind"] != "ethics":
        return []
    rows = [row for _, row in case.rows(MEMBERS)]
    ended = (day(row.get("term_to")) for row in rows)
    return [
        row
        for row, end in zip(rows, ended, strict=True)
        if row.get("duty") != "secretary" and (end is None or end >= case.today)
    ]


def _count(case: Case, key: str, *values: str) -> int:
    rows = [row for _, row in case.rows(MEMBERS)] if key == "duty" else in_office(case)
    return sum(row.get(key) in values for row in rows)


@rule(
    "K1",
    "block",
    "在任委员不足 7 人（秘书不计）。",
    "There are fewer than 7 members in office (secretaries are not counted).",
    at=("members",),
)
def _too_few(case: Case) -> Iterator[str]:
    if case["kind"] == "ethics" and case[MEMBERS] and len(in_office(case)) < 7:
        yield MEMBERS


@rule(
    "K2",
    "block",
    "委员应有不同性别。",
    "There must be men and women among the members.",
    at=("members",),
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
    at=("members",),
)
def _nobody_from_outside(case: Case) -> Iterator[str]:
    if in_office(case) and not _count(case, "source", "other_institution", "outside"):
        yield MEMBERS


@rule(
    "K4",
    "block",
    "应至少有一名法学委员和一名非医学专业委员。",
    "There must be a member of law and one who is not of a medical field.",
    at=("members",),
)
def _no_law(case: Case) -> Iterator[str]:
    if in_office(case) and not (
        _count(case, "field", "law") and _count(case, "field", *NOT_MEDICAL)
    ):
        yield MEMBERS


@rule(
    "K4",
    "warn",
    "宜有医学和生命伦理学委员。",
    "There should be members of medicine and of bioethics.",
    at=("members",),
)
def _no_medicine_or_ethics(case: Case) -> Iterator[str]:
    if in_office(case) and not (
        _count(case, "field", "medicine") and _count(case, "field", "bioethics")
    ):
        yield MEMBERS


@rule(
    "K5",
    "block",
    "应有且只有一名主任委员，并至少有一名秘书。",
    "There must be exactly one chair and at least one secretary.",
    at=("members",),
)
def _not_one_chair(case: Case) -> Iterator[str]:
    if in_office(case) and (
        _count(case, "duty", "chair") != 1 or not _count(case, "duty", "secretary")
    ):
        yield MEMBERS


@rule("K5", "warn", "宜设副主任委员。", "There should be a vice chair.", at=("members",))
def _no_vice_chair(case: Case) -> Iterator[str]:
    if in_office(case) and not _count(case, "duty", "vice_chair"):
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
        if start and end and not 0 < (end - start).days <= 5 * 366:
            yield at + "term_to"


@rule("K6", "warn", "任期已届满。", "The term has ended.", at=("members/term_to",))
def _term_over(case: Case) -> Iterator[str]:
    for at, row in case.rows(MEMBERS):
        end = day(row.get("term_to"))
        if end and end < case.today:
            yield at + "term_to"


@rule("K8", "block", "同一委员重复。", "The same member is named twice.", at=("members/name",))
def _twice(case: Case) -> Iterator[str]:
    seen = set()
    for at, row in case.rows(MEMBERS):
        who = row.get("person")
        if who and who in seen:
            yield at + "name"
        seen.add(who)


@rule(
    "K7",
    "note",
    "科技伦理（审查）委员会的委员人数应为单数。",
    "A committee of science and technology ethics has an odd number of members.",
    at=(MEMBERS,),
)
def _even(case: Case) -> Iterator[str]:
    members = in_office(case)
    if case.known.is_science_ethics and members and len(members) % 2 == 0:
        yield MEMBERS


@rule(
    "K8",
    "note",
    "该委员同时在另一委员会任职。",
    "This member also sits on another committee.",
    at=(f"{MEMBERS}/name",),
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
    own = case["institution"]
    if main is None or (own and main.institution and main.institution != own):
        yield "main_committee"


@rule(
    "K11",
    "warn",
    "请上传该委员的培训证书、保密协议和利益冲突声明。",
    "Attach this member's training certificate, confidentiality and conflict-of-interest papers.",
    at=(f"{MEMBERS}/documents",),
)
def _no_papers(case: Case) -> Iterator[str]:
    if case["kind"] != "ethics" or case.known.trained is None:
        return
    for at, row in case.rows(MEMBERS):
        if not row.get("documents") and row.get("person") not in case.known.trained:
            yield at + "documents"


@rule(
    "K12",
    "note",
    "民族自治地方的伦理委员会应考虑少数民族委员。",
    "In an autonomous area there should be a member of a national minority.",
    at=(MEMBERS,),
)
def _no_minority(case: Case) -> Iterator[str]:
    if case.known.in_autonomous_area and case.known.minority_members == 0 and in_office(case):
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
    # 管理学 is not among the fields of expertise: who says 其他 may be of it.
    has_both = _count(case, "field", "sociology", "other") and _count(case, "field", "lay")
    if "stem_cell" in (case["scope"] or ()) and in_office(case) and not has_both:
        yield MEMBERS
