"""What the rules may know beyond the answers, put together in one way on the desk and the registry.

Each side says only where it looks (`Source`): the desk in its cards and its own records, the
registry in its books. What a side cannot see stays None, and no rule speaks of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from app import lists
from app.answers import check, files_in
from app.forms import FORMS
from app.record import Answers, Passage, Record
from app.rules.rule import Colleague, FiledCommittee, Known, OwnRecord, day

Card = Mapping[str, Any]
"""What `app.heads.card_of` tells of a person, an institution or a committee."""

COMMITTEE = "attach.ethicsCommitteeId"
SITES = "impl.participating_organization_repeat"
AUTONOMOUS = ("15", "45", "54", "64", "65")
"""The five autonomous regions; below them the name says it: 自治州, 自治县, 自治旗."""
CERTIFICATE = "certificates"


class Source(Protocol):
    """Where one side looks things up."""

    knows_all: bool
    """Whether there is nothing but what it knows: the registry; a desk knows what it was told."""

    def card(self, ref: str) -> Card | None:
        """The public side of a person, an institution or a committee; None where not known."""

    def answers(self, ref: str) -> Answers | None:
        """The whole record of a person or an institution, where this side may read it."""

    def seats(self, people: Collection[str]) -> Mapping[str, Collection[str]] | None:
        """The committees on which these people sit; None where this side knows of none at all."""

    def titles(self, institution: str, but: Record) -> frozenset[str] | None:
        """The titles of the other studies that an institution has filed."""

    def opinions(self, study: Record) -> list[Record]:
        """The opinions asked for on a study, of all rounds."""

    def is_pdf(self, sha256: str) -> bool | None:
        """Whether the content of a document is a PDF; None where it is not here."""


def known_of(record: Record, source: Source, *, today: datetime.date) -> Known:
    """What is known of a record besides its answers, by whoever has this source."""
    known: dict[str, Any] = {"not_pdf": _not_pdf(record, source)}
    match record.form:
        case "study":
            known |= _of_people(record, source) | _of_institution(record, source)
            known |= _of_review(record, source, today)
        case "committee":
            known |= _of_members(record, source)
        case "stem_cell":
            known |= _of_stem_cells(record, source)
    return Known(**known)


def _not_pdf(record: Record, source: Source) -> frozenset[str]:
    documents = files_in(FORMS[record.form].fields(), record.answers).values()
    named = {str(row.get("sha256")) for row in documents}
    return frozenset(sha256 for sha256 in named if source.is_pdf(sha256) is False)


# -- of a study --------------------------------------------------------------------------


def _first(refs: Iterable[str]) -> str:
    return next(iter(refs), "")


def _references(rows: Any, key: str) -> list[str]:
    """What the rows of a group refer to; rows that are none are passed by."""
    found = rows.values() if isinstance(rows, dict) else ()
    refs = [row.get(key) for row in found if isinstance(row, dict)]
    return [ref for ref in refs if isinstance(ref, str) and ref.startswith("person:")]


def _of_people(study: Record, source: Source) -> dict[str, Any]:
    investigator = _first(study.parties.get("pi", ()))
    own, card = source.answers(investigator), source.card(investigator)
    office = str((card or {}).get("office") or "") or _first(study.parties.get("institution", ()))
    team = _references(study.answers.get("impl.team_members"), "person")
    colleagues: dict[str, Colleague] = {}
    for ref in dict.fromkeys((investigator, *team)):
        found = source.card(ref)
        # Both sides go by the same people: a desk knows those of its own institution only.
        if found and (ref == investigator or found.get("office") == office):
            colleagues[ref] = Colleague(str(found.get("name", "")), found.get("title"))
    sites = _references(study.answers.get(SITES), "impl.branch_user_id")
    offices = {ref: str(found["office"]) for ref in sites
               if (found := source.card(ref)) and found.get("office")}  # fmt: skip
    title = (own or {}).get("title") or (card or {}).get("title")
    engaged = (*study.parties.get("pi", ()), *study.parties.get("delegate", ()))
    return {
        "investigator_title": None if own is None and card is None else str(title or ""),
        "investigator_record": None if own is None else _own_record(investigator, own),
        "colleagues": colleagues,
        "office_of": offices,
        "investigators": frozenset(engaged),
    }


def _own_record(ref: str, person: Answers) -> OwnRecord:
    """What somebody has still to fill in, in their own record (V-38)."""
    form = FORMS["person"]
    blocking = (p.path for p in check(form, person) if p.level == "block")
    lacks = dict.fromkeys(form.field(path.split("/")[0]).words for path in blocking)
    return OwnRecord(ref, str(person.get("name") or ""), tuple(lacks))


def _of_institution(study: Record, source: Source) -> dict[str, Any]:
    ref = _first(study.parties.get("institution", ()))
    card = source.card(ref) or {}
    return {
        "investigator_institution": str(card["name"]) if card.get("name") else None,
        "institution_grade": str(card["grade"]) if card.get("grade") else None,
        "titles_filed": source.titles(ref, study),
    }


def _of_review(study: Record, source: Source, today: datetime.date) -> dict[str, Any]:
    assigned = _last(study.log, "ec_pass")
    concluded = _last(study.log, "ec_conclude", decision="agree")
    chosen = (*study.parties.get("ethics_committee", ()), study.answers.get(COMMITTEE))
    committee = source.card(_first(study.parties.get("ethics_committee", ())))
    members = (committee or {}).get("members")
    return {
        "filed_committees": filed_committees(chosen, source),
        "ethics_approved_on": day(concluded.said.get("approval_date")) if concluded else None,
        "way": assigned.said.get("way") if assigned else None,
        "opinions": _opinions(assigned, source.opinions(study)) if assigned else None,
        "members_in_office": None if members is None else len(voting(members, today)),
    }


def _last(log: Iterable[Passage], command: str, **said: str) -> Passage | None:
    fitting = [
        passage
        for passage in log
        if passage.command == command and all(passage.said.get(k) == v for k, v in said.items())
    ]
    return fitting[-1] if fitting else None


def _opinions(assigned: Passage, opinions: list[Record]) -> dict[str, str]:
    """What was said in the round that began when these members were assigned."""
    given = {}
    for opinion in opinions:
        said = opinion.answers.get("opinion")
        is_of_round = opinion.answers.get("study_revision") == assigned.revision
        if opinion.state == "given" and is_of_round and isinstance(said, str):
            given[_first(opinion.parties.get("ethics_reviewer", ()))] = said
    return given


def voting(members: Iterable[Mapping[str, Any]], today: datetime.date) -> list[Mapping[str, Any]]:
    """The members of a committee who vote: no secretaries, nobody whose term is over."""
    ends = [(row, day(row.get("term_to"))) for row in members if row.get("duty") != "secretary"]
    return [row for row, end in ends if end is None or end >= today]


def filed_committees(refs: Iterable[Any], source: Source) -> dict[str, FiledCommittee] | None:
    """Those of these ethics committees that are filed; None where one of them is not known."""
    found: dict[str, FiledCommittee] = {}
    for ref in refs:
        card = source.card(ref) if isinstance(ref, str) and ref else None
        if card is None and ref and not source.knows_all:
            return None
        if card and card.get("state") == "filed" and card.get("type", "ethics") == "ethics":
            found[str(ref)] = FiledCommittee(str(card.get("institution", "")), term_end(card))
    return found


def term_end(card: Card) -> datetime.date | None:
    """The last day on which somebody who votes is in office; None where nobody's term ends."""
    rows = [row for row in card.get("members", ()) if row.get("duty") != "secretary"]
    ends = [day(row.get("term_to")) for row in rows]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


# -- of a committee ----------------------------------------------------------------------


def _of_members(committee: Record, source: Source) -> dict[str, Any]:
    members = _references(committee.answers.get("members"), "person")
    own = f"committee:{committee.id}"
    seats = source.seats(members)
    elsewhere = {who for who, where in (seats or {}).items() if set(where) - {own}}
    records = {ref: source.answers(ref) for ref in members}
    institution = source.card(_first(committee.parties.get("institution", ())))
    return {
        "filed_committees": filed_committees([committee.answers.get("main_committee")], source),
        "own_institution": _first(committee.parties.get("institution", ())) or None,
        "in_other_committees": None if seats is None else frozenset(elsewhere),
        "trained": _trained(records),
        "in_autonomous_area": None if institution is None else is_autonomous(institution),
    }


def _of_stem_cells(filing: Record, source: Source) -> dict[str, Any]:
    own = _first(filing.parties.get("institution", ()))
    institution = source.card(own) or {}
    chosen = filing.answers.get("academic_committee")
    card = source.card(chosen) if isinstance(chosen, str) and chosen else None
    is_active = (
        card is not None and card.get("type") == "academic" and card.get("state") == "active"
    )
    active = {str(chosen): str((card or {}).get("office", ""))} if is_active else {}
    is_known = card is not None or source.knows_all
    return {
        "own_institution": own or None,
        "institution_grade": str(institution["grade"]) if institution.get("grade") else None,
        "filed_committees": filed_committees([filing.answers.get("ethics_committee")], source),
        "academic_committees": active if is_known else None,
    }


def _trained(records: Mapping[str, Answers | None]) -> frozenset[str] | None:
    """Who has a certificate; None unless the record of every member can be read."""
    if any(answers is None for answers in records.values()):
        return None
    return frozenset(
        ref for ref, answers in records.items() if answers and answers.get(CERTIFICATE)
    )


def is_autonomous(institution: Card) -> bool:
    """Whether an institution lies in an autonomous area of a national minority (K12)."""
    names = (
        lists.entry(of, str(institution.get(key, "")))
        for of, key in (("cities", "city"), ("counties", "county"))
    )
    return institution.get("province") in AUTONOMOUS or any(
        "自治" in found.words.zh for found in names if found
    )
