"""What follows from the steps of a study and of the opinions on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid5

from app.answers import step_of
from app.errors import Invalid
from app.forms import FORMS
from app.forms.schema import Rows
from app.forms.types import Text
from app.heads import OF_SITES
from app.record import Parties, Record
from app.workflows import WORKFLOWS
from app.workflows.committee import is_in_force
from app.workflows.table import SYSTEM
from server import identities, numbering, places
from server.books import Deed
from server.effects import committees as committee_seats
from server.turn import Turn


def without_reviewers(turn: Turn, after: Record) -> Record:
    """A round is over: its reviewers read the study no more unless they are asked again."""
    if after.state in ("returned", "ec_form", "ac_form") and after.state != turn.before.state:
        gone = {"returned": ("ethics_reviewer", "academic_reviewer")}
        over = gone.get(after.state, ("ethics_reviewer",))
        return replace(after, parties={k: v for k, v in after.parties.items() if k not in over})
    return after


def to_its_committees(turn: Turn, after: Record) -> Record:
    """Only a filed ethics committee, and an academic one of the right kind, may review."""
    for party, form, zh, en in (
        ("ethics_committee", "committee", "伦理委员会", "ethics committee"),
        ("academic_committee", "academic_committee", "学术委员会", "academic committee"),
    ):
        for ref in after.parties.get(party, ()):
            found = turn.books.find(UUID(ref.partition(":")[2]))
            if found is None or found.form != form or not is_in_force(found):
                raise Invalid(
                    f"所选的{zh}未备案或已注销，不能受理。请另选一个。",
                    f"The chosen {en} is not filed, or no longer. Please choose another one.",
                    problems=[party],
                )
    return after


def numbered_study(turn: Turn, after: Record) -> Record:
    if after.state != "filed":
        return after
    # Who took part before and does no more reads nothing of this version.
    others = {name: refs for name, refs in after.parties.items() if name not in OF_SITES}
    after = replace(after, parties={**others, **_sites(after)})
    if after.number:
        return after
    province = places.division_of(turn.books.session, after.parties.get("institution", ()))
    return replace(after, number=numbering.study(turn.books.session, province, turn.books.now))


REFERENCE = {
    "institution": re.compile(r"office:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "investigator": re.compile(r"person:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}
"""The only names that a typed answer may add to a record's parties: a party is also a feed."""


def _sites(study: Record) -> Parties:
    """Participating institutions and their investigators that were picked from the list."""
    found: dict[str, set[str]] = {"site": set(), "site_pi": set()}
    party = {"institution": "site", "investigator": "site_pi"}
    for group in FORMS["study"].fields():
        rows = study.answers.get(group.id)
        if not isinstance(group.type, Rows) or not isinstance(rows, dict):
            continue
        for inner in group.type.fields:
            if isinstance(inner.type, Text) and inner.type.linked in party:
                refs = {str(row.get(inner.type.link_field)) for row in rows.values()}
                pattern = REFERENCE[inner.type.linked]
                found[party[inner.type.linked]] |= {r for r in refs if pattern.fullmatch(r)}
    mine = set(study.parties.get("institution", ())) | set(study.parties.get("pi", ()))
    return {name: tuple(sorted(refs - mine)) for name, refs in found.items() if refs - mine}


def fit_to_review(turn: Turn, after: Record) -> Record:
    """Members must sit on the committee, and none may review a study of their own (V-39)."""
    side = "ethics" if turn.command == "ec_pass" else "academic"
    members = after.parties.get(f"{side}_reviewer", ()) if turn.said.get("members") else ()
    committees = after.parties.get(f"{side}_committee", ())
    team = {*_refs(after.answers), *after.parties.get("pi", ()), *after.parties.get("delegate", ())}
    if conflicted := [ref for ref in members if ref in team]:
        names = identities.names(turn.books, conflicted)
        raise Invalid(
            f"该委员为项目团队成员，应回避：{'、'.join(names)}。请另选委员。",
            f"Members of the study's team may not review it: {', '.join(names)}. Please choose "
            "others.",
            code="V-39",
            problems=["members"],
        )
    if strangers := [
        ref for ref in members if not committee_seats.sits_on(turn.books, ref, side, committees)
    ]:
        names = identities.names(turn.books, strangers)
        raise Invalid(
            f"不是本委员会的在任委员：{'、'.join(names)}。请从委员名单中选择。",
            f"Not members of this committee: {', '.join(names)}. Please choose from its members.",
            problems=["members"],
        )
    return after


def _refs(value: object) -> Iterable[str]:
    if isinstance(value, str) and value.startswith("person:"):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _refs(inner)


def ask_for_opinions(turn: Turn, after: Record) -> None:
    """One record for each member: their own to-do, in nobody else's feed but the committee's."""
    side = "ethics" if turn.command == "ec_pass" else "academic"
    if not turn.said.get("members"):
        return
    members = after.parties.get(f"{side}_reviewer", ())
    title = FORMS["study"].title_of(after.answers)
    for member, name in zip(members, identities.names(turn.books, members), strict=True):
        opinion = Record(
            id=uuid5(after.id, f"opinion:{after.revision}:{member}"),
            form="opinion",
            form_version=FORMS["opinion"].version,
            state=WORKFLOWS["opinion"].start,
            parent=after.id,
            answers={
                "study_title": title,
                "study_number": after.number,
                "study_revision": after.revision,
                "member_name": name,
            },
            parties={
                f"{side}_reviewer": (member,),
                f"{side}_committee": after.parties.get(f"{side}_committee", ()),
            },
        )
        opinion = replace(opinion, answers={k: v for k, v in opinion.answers.items() if v != ""})
        deed = Deed("ask", turn.who.id, turn.who.name, turn.role, is_told=False)
        turn.books.write(opinion, opinion.state, deed)


def colleagues_only(turn: Turn, after: Record) -> Record:
    """Who is authorised to fill in works at the institution, and is no reviewer of the study."""
    ref = str(turn.said.get("delegate"))
    found = turn.books.find(UUID(ref.partition(":")[2])) if ref.startswith("person:") else None
    here = {*after.parties.get("institution", ())}
    is_active = found is not None and (found.form, found.state) == ("person", "active")
    if found is None or not is_active or not here & {*found.parties.get("institution", ())}:
        raise Invalid(
            "只能授权本机构在册的人员。请从本机构人员名单中选择。",
            "Only people of your institution with an open account can be authorised. Please choose "
            "from its staff.",
            problems=["delegate"],
        )
    reviewing = ("ethics_reviewer", "academic_reviewer")
    if any(ref in after.parties.get(party, ()) for party in reviewing):
        raise Invalid(
            f"审查本研究的委员不能参与填报：{found.answers.get('name', '')}。请另选人员。",
            f"Who reviews this study cannot fill it in: {found.answers.get('name', '')}. Please "
            "choose somebody else.",
            code="V-39",
            problems=["delegate"],
        )
    return after


def nobody_reviews_any_more(turn: Turn, after: Record) -> None:
    """A change was undone in the middle of its review: what was not given stays closed."""
    for side in ("ethics", "academic"):
        for opinion in _open_opinions(turn, after.id, side):
            by_itself(turn, opinion, "close")


def close_opinions(turn: Turn, after: Record) -> None:
    """The secretary waits no longer: what was not given stays closed."""
    side = "ethics" if turn.command == "ec_close" else "academic"
    for opinion in _open_opinions(turn, after.id, side):
        by_itself(turn, opinion, "close")


def all_in(turn: Turn, after: Record) -> None:
    """With the last opinion of a round the study goes on by itself."""
    study = turn.books.find(after.parent) if after.parent else None
    side = "ethics" if "ethics_reviewer" in after.parties else "academic"
    command, at = {"ethics": ("ec_all_in", "ec_members"), "academic": ("ac_all_in", "ac_members")}[
        side
    ]
    if study and study.state == at and not _open_opinions(turn, study.id, side):
        by_itself(turn, study, command)


def _open_opinions(turn: Turn, study: UUID, side: str) -> list[Record]:
    return [
        opinion
        for opinion in turn.books.children(study, "opinion")
        if opinion.state == "asked" and f"{side}_reviewer" in opinion.parties
    ]


def by_itself(turn: Turn, record: Record, command: str) -> None:
    """Take a step that only the registry may take."""
    step = step_of(record, command, {SYSTEM}, {}, record.answers)
    after = replace(record, state=step.to or record.state)
    turn.books.write(after, record.state, Deed(command, SYSTEM, "登记中心 Registry", SYSTEM))


def out_of_sight(turn: Turn, after: Record) -> Record:
    """A deleted draft is in nobody's feed any more; the history keeps it."""
    return replace(after, parties={"deleted": turn.before.parties.get("pi", ())})
