"""Every message between a desk and the registry, and the rules they keep.

1. A change carries its own id. The registry does it once and gives the same answer however
   often it is sent, so a lost reply costs only a repeat.
2. A change says of each path what the answer was and what it is now. Where the answer is still
   as it was, the change is done; where not, the registry answers `clash` and keeps its own.
   Nothing that a person wrote is dropped by a program.
3. News come feed by feed in the order of commit. A desk stores a page and its positions together.
4. Files go before the changes that name them, addressed by their SHA-256.
5. The older side sets the version. The registry speaks OLDEST to CURRENT.

Version 1 (2026-11): first.
Version 2 (2026-11): a round is one request (`RoundRequest`); a plain save is answered with what it
became instead of the whole record; the end of the news says what each feed holds.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

OLDEST, CURRENT = 1, 2
VERSION_HEADER = "X-Yanbei-Version"
CHANGES_AT_ONCE = 200
"""How many changes one request may carry."""
NEWS_TYPE = "application/x-yanbei-news"
"""Lines in pairs, the last one alone.

A NewsLine, then the record's bytes as stored (for `gone`: an empty line); at the end a NewsEnd.
Where the desk accepts zstd: frames one after the other, each of whole pairs, with its checksum.
"""


class Message(BaseModel, frozen=True, extra="ignore"):
    pass


class SignIn(Message):
    """POST /v1/session."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=200)
    desk: str = Field(max_length=64)
    """A random id of this desk, the same each time."""
    desk_name: str = Field(default="", max_length=100)


class Session(Message):
    """The answer to SignIn, and to GET /v1/session (then without a token)."""

    token: str = ""
    principal: dict[str, Any]
    """`app.record.Principal.to_wire`."""
    login: str
    must_change_password: bool
    feeds: tuple[str, ...]
    epoch: str
    """Changes when the registry was restored from an older backup."""
    now: str


class NewPassword(Message):
    """POST /v1/password; every other session of the account ends."""

    old: str = Field(max_length=200)
    new: str = Field(max_length=200)


class Change(Message):
    """What one person did to one record."""

    change_id: UUID
    record_id: UUID
    form: str = Field(max_length=60)
    form_version: int
    base_revision: int
    command: str = Field(max_length=60)
    role: str = Field(max_length=60)
    """The role acted in."""
    edits: dict[str, tuple[Any, Any]]
    said: dict[str, Any] = {}
    """What the step asked for (`Step.asks`), by field."""
    parent: UUID | None = None
    made_at: str = ""
    """When the person did it, by the desk's clock: shown, never trusted."""
    settled: dict[str, tuple[Any, Any]] = {}
    """After a clash: by path what was mine and what was theirs; the history keeps both."""


class Changes(Message):
    """POST /v1/changes; each is a transaction of its own, done in this order."""

    changes: tuple[Change, ...] = Field(max_length=CHANGES_AT_ONCE)


class Became(Message):
    """What a save became: what it was made on, with its edits, and this revision and time."""

    revision: int
    updated_at: str
    sha256: str
    """Of the record's bytes; a desk that comes to others asks for the whole record."""


class Wrote(Message):
    """Who was first at a clash."""

    ref: str
    name: str
    at: str


class Outcome(Message):
    """What became of one change."""

    change_id: UUID
    result: Literal["done", "clash", "refused"]
    record: dict[str, Any] | None = None
    """`app.record.Record.to_wire`: the record after `done`; theirs at a `clash`."""
    became: Became | None = None
    """In place of `record`, where nobody else wrote between: the desk can say it itself."""
    clashes: tuple[str, ...] = ()
    by: dict[str, Wrote] = {}
    """Of each of them, as far as it is known."""
    error: dict[str, Any] | None = None
    """`app.errors.AppError.to_wire` where refused."""


class Outcomes(Message):
    """One outcome for each change, in the same order."""

    outcomes: tuple[Outcome, ...]


class NewsRequest(Message):
    """POST /v1/news: how far each feed was read. A feed not named is read from its beginning."""

    positions: dict[str, int]
    limit: int = Field(default=5000, ge=1, le=50_000)


class NewsLine(Message):
    """One item of a feed; the next line holds the bytes of `kind`."""

    feed: str
    position: int
    kind: Literal["record", "card", "gone"]
    id: str
    """The record's id; for a card its reference (`person:…`)."""
    head: dict[str, Any] | None = None
    """`app.heads.Head.to_wire` for a record: what a list needs without taking the record apart."""


class Held(Message):
    """What stands in a feed: proves to a desk that read this far that it holds the same."""

    position: int
    count: int
    """Items that are not `gone`."""
    mark: int
    """The sum of their marks (`mark_of`)."""


def mark_of(ref: str, position: int) -> int:
    """The mark of an item: the first five bytes of SHA-256 over `"{ref} {position}"`."""
    return int.from_bytes(sha256(f"{ref} {position}".encode()).digest()[:5], "big")


class NewsEnd(Message):
    """The last line: which feeds may be read now, and whether there is more to fetch."""

    end: Literal[True] = True
    feeds: tuple[str, ...]
    more: bool
    held: dict[str, Held] = {}
    """Of each feed, since version 2."""


class Published(Message):
    """Where in a feed the changes of this request were told, one place after the other."""

    first: int
    items: tuple[int, ...]
    """Places of their outcomes in the reply."""


class RoundRequest(Message):
    """POST /v1/round: send, and hear what is new, in one request."""

    changes: tuple[Change, ...] = Field(default=(), max_length=CHANGES_AT_ONCE)
    whole: tuple[UUID, ...] = Field(default=(), max_length=CHANGES_AT_ONCE)
    """Changes whose record shall come whole."""
    positions: dict[str, int] = {}
    limit: int = Field(default=5000, ge=0, le=50_000)
    """Of the news; 0: none, there is more to send first."""


class RoundHead(Message):
    """The first line of the reply; the news follow as in the reply to NewsRequest."""

    session: Session
    outcomes: tuple[Outcome, ...] = ()
    published: dict[str, Published] = {}
    """By feed. Who stands just before `first` has read them."""
    ahead: int = 0
    """About how many items are to come, where a feed is read from its beginning."""


class FileHead(Message):
    """GET /v1/files/{sha256}/head: how much of it the registry has."""

    sha256: str
    size: int
    stored: bool


class DeskKeys(Message):
    """PUT /v1/desk-keys: with what this desk signs its offline packages, in base64."""

    keys: str = Field(max_length=100)
    """Ed25519 and X25519 public keys, 32 bytes each (`app.exchange.package`)."""


class RegistryKeys(Message):
    """The answer: with what the registry signs its receipts, and for whom packages are."""

    keys: str = Field(max_length=100)


# -- the account itself: none of these moves a record --------------------------------------


class DoorEvent(Message):
    """One line of 登录日志."""

    id: str = ""
    """To ask for what lies beyond it."""
    at: str
    event: str
    """in, wrong, out, changed, reset, ended, disabled or enabled."""
    desk_name: str = ""
    address: str = ""


class DoorEvents(Message):
    """GET /v1/account/events?beyond=…: one's own, newest first."""

    events: tuple[DoorEvent, ...]


class Desk(Message):
    """A desk at which one is signed in. DELETE /v1/account/desks/{id} signs it out."""

    id: str
    name: str
    login: str
    began: str
    seen: str
    is_this: bool


class Desks(Message):
    """GET /v1/account/desks."""

    desks: tuple[Desk, ...]


class PasswordRule(Message):
    """GET /v1/password-rule; the national account may PUT. `kinds`: digits, upper, lower, signs."""

    shortest: int = Field(ge=1, le=64)
    longest: int = Field(ge=1, le=64)
    kinds: int = Field(ge=1, le=4)


class AuditEvent(Message):
    """Something done to a person, an office, a move or a committee. No numbers stand in it."""

    id: str = ""
    """To ask for what lies beyond it."""
    at: str
    office: str
    """The name of the office whose log it is in; of several where several logs tell it."""
    actor: str
    name: str
    role: str
    form: str
    command: str
    about: str
    subject: str
    reason: str = ""


class AuditEvents(Message):
    """GET /v1/audit?beyond=…: of one's office and of those below it, newest first."""

    events: tuple[AuditEvent, ...]


class AllOrNone(Message):
    """POST /v1/changes/together: all of these in one transaction, or none. Answered by Outcomes.

    Refused with the `records` of those that could not be done.
    """

    # Two for each row of a workbook: roles that were given, and answers that were filled in.
    changes: tuple[Change, ...] = Field(max_length=4000)


class Sought(Message):
    """One row of a workbook that is to be imported: by what it may be known already."""

    name: str = Field(default="", max_length=200)
    id_number: str = Field(default="", max_length=200)
    mobile: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=200)
    uscc: str = Field(default="", max_length=40)


class RosterQuestion(Message):
    """POST /v1/roster/known: who of these is in the system. Asked by those who may import them."""

    form: str
    """person or institution."""
    rows: tuple[Sought, ...] = Field(max_length=2000)


class Found(Message):
    """Somebody, or an institution, that has a number, an address or a name that was asked for."""

    by: str
    """id_number, mobile, email, uscc, office or office_alike."""
    value: str
    ref: str
    name: str
    """In full where it is the name that was asked with it or somebody's here; else masked."""
    place: str
    """here, elsewhere or nowhere."""
    disabled: bool = False


class RosterAnswer(Message):
    found: tuple[Found, ...]
