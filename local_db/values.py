"""What the working copy takes and gives besides records: plain values, nothing of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import UUID

from app.errors import AppError
from app.heads import Head
from app.record import Answers, Record
from app.words import Words

SortBy: TypeAlias = Literal["updated", "title", "number", "state"]
ItemState: TypeAlias = Literal["waiting", "sent", "refused", "clash"]


@dataclass(frozen=True)
class Query:
    """Which records a list shows, and in what order. What is left empty asks for nothing."""

    form: str
    text: str = ""
    """Found in title, number, names, pinyin and initials; several words must all be found."""
    states: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    """Keys of `app.workflows.roles.keys_of`: only what waits for one of them."""
    party: str = ""
    """A name that must be engaged in the record, such as `person:…`."""
    marks: tuple[tuple[str, ...], ...] = ()
    """Marks of `app.heads` such as `year=2026`: of each of these, the record must have one."""
    sort: SortBy = "updated"
    descending: bool = True
    offset: int = 0
    limit: int = 200


@dataclass(frozen=True)
class Row:
    """A record in a list."""

    head: Head
    unsent: bool
    """Something of it has not reached the registry."""
    problem: bool
    """Something of it was refused or clashes; the outbox says what."""


@dataclass(frozen=True)
class RowPage:
    """Some of the records found, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True)
class Wrote:
    """Who wrote something, and when."""

    name: str
    at: str


@dataclass(frozen=True)
class OutboxItem:
    """A change that the registry has not confirmed."""

    change_id: UUID
    record_id: UUID
    form: str
    title: str
    command: str
    label: Words
    """The command as a person reads it."""
    state: ItemState
    error: AppError | None
    """Why it was refused."""
    clashes: tuple[str, ...]
    """The paths on which somebody else was first."""
    by: Mapping[str, Wrote]
    """Who that was, as far as the registry told it."""
    was: Mapping[str, Any]
    """By path what stood there when this change was made."""
    theirs: Record | None
    """At a clash: the record as the registry has it."""
    made_at: str
    attempts: int


@dataclass(frozen=True)
class Unsent:
    """How it stands with a change in the outbox, without what it says."""

    change_id: UUID
    record_id: UUID
    state: ItemState
    error: AppError | None
    """Why it was refused."""


@dataclass(frozen=True)
class Recycled:
    """What a person took back or threw away; kept for 30 days."""

    id: int
    record_id: UUID
    form: str
    title: str
    answers: Answers
    """The answers as they stood on this desk."""
    removed_at: str


@dataclass(frozen=True)
class KeptSession:
    """The last session, as the exchange gave it (`sync.protocol.Session` has the same names)."""

    token: str
    principal: dict[str, object]
    login: str
    must_change_password: bool
    feeds: tuple[str, ...]
    epoch: str
    now: str


@dataclass(frozen=True)
class Outgoing:
    """What a round of the exchange begins with."""

    files: list[str]
    """Documents to send."""
    messages: list[tuple[int, str, bytes]]
    """The next changes: place in the outbox, id, and the message as it lies there."""
    positions: dict[str, int]
    """How far each feed was read."""


@dataclass(frozen=True)
class Deed:
    """One step of many that are taken together: on a record, or on a new one."""

    form: str
    command: str
    answers: Answers | None = None
    said: Answers = field(default_factory=dict)
    record: UUID | None = None
