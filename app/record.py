"""The values that cross every border of the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from uuid import UUID

Answers: TypeAlias = dict[str, Any]
"""Answers by field id, in stored form: only what JSON can hold. Groups are {row id: answers}."""

Edits: TypeAlias = dict[str, tuple[Any, Any]]
"""What a change does, by path (`field` or `group/row/field`): what was answered, what is now."""

Parties: TypeAlias = dict[str, tuple[str, ...]]
"""Who is engaged in a record, by party: `{"pi": ("person:…",), "institution": ("office:…",)}`.

A party's names are also the names of the feeds in which the record is told.
"""


@dataclass(frozen=True)
class Grant:
    """A role that somebody holds somewhere: `Grant("ethics_secretary", "committee:…")`."""

    role: str
    scope: str


@dataclass(frozen=True)
class Principal:
    """Who acts: a person (`person:…`) or an office account (`office:…`), with what they hold."""

    id: str
    name: str
    office: str
    """The institution or authority they belong to, `office:…`; empty for outsiders."""
    office_name: str = ""
    grants: tuple[Grant, ...] = ()

    def roles(self) -> tuple[str, ...]:
        """The roles held anywhere, each once, in the order granted."""
        return tuple(dict.fromkeys(g.role for g in self.grants))

    def acting_as(self, role: str) -> Principal:
        """The same person with only one role active: the role switcher."""
        return replace(self, grants=tuple(g for g in self.grants if g.role == role))

    def to_wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "office": self.office,
            "office_name": self.office_name,
            "grants": [[g.role, g.scope] for g in self.grants],
        }

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> Principal:
        return Principal(
            id=body["id"],
            name=body["name"],
            office=body.get("office", ""),
            office_name=body.get("office_name", ""),
            grants=tuple(Grant(role, scope) for role, scope in body.get("grants", ())),
        )


@dataclass(frozen=True)
class Passage:
    """One thing that was done to a record, as the timeline shows it. Never changed afterwards."""

    at: str
    """UTC, ISO 8601; empty while it has not reached the registry."""
    command: str
    by: str
    """`person:…` or `office:…`."""
    name: str
    role: str
    before: str
    after: str
    """The states it led from and to."""
    revision: int
    said: Answers = field(default_factory=dict)
    """What the step asked for: reason, decision, number … (secrets left out)."""

    def to_wire(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class InForce:
    """The version that stays in force while a later one is written and reviewed.

    It is what everybody else goes on reading, and what comes back when the change is undone.
    """

    kind: str
    """What is under way: "change" or "resume" (`app.workflows.table.Step.keeps`)."""
    revision: int
    state: str
    answers: Answers
    parties: Parties
    updated_at: str = ""

    def to_wire(self) -> dict[str, Any]:
        return {**vars(self), "parties": {p: list(names) for p, names in self.parties.items()}}

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> InForce:
        return InForce(
            kind=body["kind"],
            revision=body["revision"],
            state=body["state"],
            answers=dict(body["answers"]),
            parties={party: tuple(names) for party, names in body["parties"].items()},
            updated_at=body.get("updated_at", ""),
        )


@dataclass(frozen=True)
class Record:
    """One record as it stands: its answers, its state, and the revision they come from.

    `revision` is given by the registry; 0 means the registry has not seen it yet.
    """

    id: UUID
    form: str
    form_version: int
    state: str
    revision: int = 0
    answers: Answers = field(default_factory=dict)
    number: str = ""
    """The number the registry gave (MR-…, EC-…); empty until then."""
    parent: UUID | None = None
    """The study of an opinion or of a report."""
    parties: Parties = field(default_factory=dict)
    log: tuple[Passage, ...] = ()
    updated_at: str = ""
    """When the registry last changed it; UTC, ISO 8601."""
    in_force: InForce | None = None
    """While something filed is being changed: the version that is still in force."""

    def to_wire(self) -> dict[str, Any]:
        """The record as JSON holds it; `from_wire` gives it back."""
        return {
            "id": str(self.id),
            "form": self.form,
            "form_version": self.form_version,
            "state": self.state,
            "revision": self.revision,
            "number": self.number,
            "parent": str(self.parent) if self.parent else None,
            "parties": {party: list(names) for party, names in self.parties.items()},
            "updated_at": self.updated_at,
            "answers": self.answers,
            "log": [passage.to_wire() for passage in self.log],
            **({"in_force": self.in_force.to_wire()} if self.in_force else {}),
        }

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> Record:
        return Record(
            id=UUID(body["id"]),
            form=body["form"],
            form_version=body["form_version"],
            state=body["state"],
            revision=body["revision"],
            number=body.get("number", ""),
            parent=UUID(body["parent"]) if body.get("parent") else None,
            parties={party: tuple(names) for party, names in body.get("parties", {}).items()},
            updated_at=body.get("updated_at", ""),
            answers=dict(body["answers"]),
            log=tuple(Passage(**passage) for passage in body.get("log", ())),
            in_force=InForce.from_wire(body["in_force"]) if body.get("in_force") else None,
        )
