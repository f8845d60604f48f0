"""What a rule over several answers is: a small function that names the paths it complains of."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.answers import Level, Problem
from app.record import Answers
from app.words import Words


@dataclass(frozen=True)
class FiledCommittee:
    """A filed ethics committee, as far as the rules ask for it."""

    institution: str = ""
    """`office:…` of the institution it belongs to."""
    term_ends: datetime.date | None = None
    """The last day of its term; None where it has no end."""


@dataclass(frozen=True)
class Colleague:
    """A person engaged in a record, as far as the rules ask for one."""

    name: str = ""
    title: str | None = None
    """The title code in their own record, "" where that has none; None where it is not known."""


@dataclass(frozen=True)
class OwnRecord:
    """Somebody's own record, as far as the rules ask for it."""

    person: str = ""
    """`person:…`."""
    name: str = ""
    lacks: tuple[Words, ...] = ()
    """The labels of what is missing or wrong in it; never what stands there."""


@dataclass(frozen=True)
class Known:
    """What is known beyond the answers; None where it is not, and then no rule speaks of it.

    `app.rules.known_of` fills it, on the desk and in the registry alike.
    """

    # Of the investigator and the institution.
    investigator_title: str | None = None
    """The title code in the investigator's own record, "" where that record has none."""
    investigator_record: OwnRecord | None = None
    """The investigator's own record, where this side may read it (V-38)."""
    investigator_institution: str | None = None
    """The name of the institution the investigator belongs to (V-40)."""
    institution_grade: str | None = None
    """The grade of the implementing institution, a code of `org_levels` (V-35, V-36)."""
    colleagues: Mapping[str, Colleague] | None = None
    """The investigator and the persons of their institution in the team, by `person:…` (V-12)."""
    titles_filed: frozenset[str] | None = None
    """The titles of the other studies that the institution has filed (V-33)."""
    office_of: Mapping[str, str] | None = None
    """`person:…` → `office:…`; persons who are not in it are not known (V-31)."""

    # Of the review of a study.
    filed_committees: Mapping[str, FiledCommittee] | None = None
    """Every filed ethics committee by `committee:…` (V-04, K9)."""
    unfiled_is_allowed: bool = False
    """The institution allows a committee that is not filed yet: V-04 warns only."""
    approved_title: str | None = None
    """The title as the ethics committee approved it (V-34)."""
    ethics_approved_on: datetime.date | None = None
    """The date of the ethics approval, where the answers do not hold it (V-42)."""
    investigators: frozenset[str] | None = None
    """`person:…` of the investigator and the delegates (V-39)."""
    way: str | None = None
    """The way of review that was chosen: meeting, expedited, exempt (K15)."""
    opinions: Mapping[str, str] | None = None
    """The opinions given so far, by `person:…` (K15)."""
    members_in_office: int | None = None
    """How many members the committee has in office, secretaries not counted (K15)."""

    # Of documents.
    not_pdf: frozenset[str] | None = None
    """SHA-256 of attached documents whose content is no PDF, whatever their name says (V-20)."""

    # Of a committee that is to be filed.
    own_institution: str | None = None
    """`office:…` of the institution whose record it is (K9, S-03, S-04)."""
    academic_committees: Mapping[str, str] | None = None
    """Active academic committees by `committee:…`, with their institution (S-04)."""
    trained: frozenset[str] | None = None
    """`person:…` of members with a training certificate in their own record (K11)."""
    in_autonomous_area: bool | None = None
    """The institution lies in an autonomous area of a national minority (K12)."""
    in_other_committees: frozenset[str] | None = None
    """`person:…` of those who sit on another committee too (K8)."""

    def is_of_another(self, institution: str | None) -> bool:
        """Whether that is surely not the institution whose record it is."""
        own = self.own_institution
        return bool(own and institution and institution != own)


@dataclass(frozen=True)
class Case:
    """What a rule judges: what would be submitted, the day, and what is known besides."""

    answers: Answers
    today: datetime.date
    known: Known = Known()
    said: Answers = field(default_factory=dict)
    """What a step asks for, where a step is judged."""

    def __getitem__(self, field_id: str) -> Any:
        return self.answers.get(field_id)

    def day(self, field_id: str) -> datetime.date | None:
        """A date, or nothing where there is none or it cannot be read."""
        return day(self.answers.get(field_id))

    def rows(self, group: str) -> Iterator[tuple[str, Answers]]:
        """(path of the row with its slash, the row), for rows in which something stands."""
        rows = self.answers.get(group)
        for row_id, row in (rows if isinstance(rows, dict) else {}).items():
            if isinstance(row, dict) and row:
                yield f"{group}/{row_id}/", row


def day(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Found:
    """Where a rule is broken, where there is more to say of it than its sentence."""

    path: str
    more: Words
    """What is said after the rule's own sentence."""
    people: tuple[str, ...] = ()
    """Whose own records may have to be mended: `person:…`."""
    is_theirs: bool = False
    """Whether it can be mended in their records only, not at its path."""


Judge = Callable[[Case], Iterator[str] | Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """One rule: its number and source, its level, its sentence, and what finds where it breaks."""

    id: str
    level: Level
    message: Words
    source: str
    judge: Judge
    at: tuple[str, ...]
    """The fields it may point to: `field`, or `group/field` inside a row."""
    instead: bool = False
    """Says what is missing better than “please fill in” does: its sentence takes that place."""

    def problems(self, case: Case) -> Iterator[Problem]:
        for found in self.judge(case):
            if isinstance(found, Found):
                zh, en = self.message.zh + found.more.zh, f"{self.message.en} {found.more.en}"
                message = Words(zh, en.rstrip())
                who = found.people, found.is_theirs
                yield Problem(found.path, message, self.level, self.id, *who)
            else:
                yield Problem(found, self.message, self.level, self.id)


class Rules(list[Rule]):
    """The rules of one form, in the order in which they are declared."""

    def rule(  # noqa: PLR0913 -- a declaration: every part of it is read where it stands
        self,
        rule_id: str,
        level: Level,
        zh: str,
        en: str,
        source: str = "spec/domain.md",
        *,
        at: tuple[str, ...],
        instead: bool = False,
    ) -> Callable[[Judge], Judge]:
        """Declare the function below as a rule."""

        def declare(judge: Judge) -> Judge:
            self.append(Rule(rule_id, level, Words(zh, en), source, judge, at, instead))
            return judge

        return declare
