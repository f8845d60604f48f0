"""Rules over what a step asks for: who may review, and when a conclusion may be drawn.

The paths they name are those of the step's own page. Source: spec/domain.md §2.11 and §8.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.rules.rule import Case, Rule, Rules

ASSIGNMENT = Rules()
EXPEDITED = Rules()
CONCLUSION = Rules()


def named(case: Case) -> set[str]:
    """The members that are to review."""
    members = case.said.get("members")
    return {str(ref) for ref in members} if isinstance(members, list) else set()


def engaged(case: Case) -> set[str]:
    """Who is in the study by its answers: the team, and the investigators of the sites."""
    team = case.rows("impl.team_members")
    sites = case.rows("impl.participating_organization_repeat")
    found = [row.get("person") for _, row in team]
    found += [row.get("impl.branch_user_id") for _, row in sites]
    return {ref for ref in found if isinstance(ref, str)}


@ASSIGNMENT.rule(
    "V-39",
    "block",
    "所选委员是本项目的负责人或授权人，应回避，请另选委员。",
    "A chosen member is the investigator or a delegate of this study: please choose another.",
    at=("members",),
)
def _investigator_reviews(case: Case) -> Iterator[str]:
    if named(case) & (case.known.investigators or frozenset()):
        yield "members"


@ASSIGNMENT.rule(
    "K14",
    "block",
    "所选委员为项目团队成员，应回避，请另选委员。",
    "A chosen member belongs to the team of this study: please choose another.",
    at=("members",),
)
def _team_reviews(case: Case) -> Iterator[str]:
    if named(case) & (engaged(case) - (case.known.investigators or frozenset())):
        yield "members"


@EXPEDITED.rule(
    "K15",
    "block",
    "简易程序审查至少指定两名委员。",
    "An expedited review needs at least two members.",
    at=("members",),
)
def _one_reviewer(case: Case) -> Iterator[str]:
    if case.said.get("way") == "expedited" and len(named(case)) < 2:
        yield "members"


def _given(case: Case) -> list[str]:
    """The opinions that count: who withdrew did not attend."""
    return [given for given in (case.known.opinions or {}).values() if given != "withdraw"]


@CONCLUSION.rule(
    "K15",
    "block",
    "会议审查：到会委员应超过半数，决定须经全体委员的半数以上同意。",
    "A full board: more than half of the members attend, and more than half of all agree to it.",
    at=("decision",),
)
def _no_majority(case: Case) -> Iterator[str]:
    of_all = case.known.members_in_office
    if case.known.way != "meeting" or case.known.opinions is None or of_all is None:
        return
    # Whoever agrees attended: more than half of all for it is more than half of all present.
    if 2 * _given(case).count(str(case.said.get("decision"))) <= of_all:
        yield "decision"


@CONCLUSION.rule(
    "K15",
    "warn",
    "简易程序审查的委员意见不一致，宜转为会议审查。",
    "The members of an expedited review disagree: it should go to the full board.",
    at=("decision",),
)
def _expedited_and_divided(case: Case) -> Iterator[str]:
    if case.known.way == "expedited" and len(set(_given(case))) > 1:
        yield "decision"


STEP_RULES: dict[tuple[str, str], list[Rule]] = {
    ("study", "ac_pass"): [*ASSIGNMENT],
    ("study", "ec_pass"): [*ASSIGNMENT, *EXPEDITED],
    ("study", "ec_conclude"): [*CONCLUSION],
}
"""The rules of each step that has some, by form and command."""
