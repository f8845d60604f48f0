"""Tables of the registry. Private to server.

What was filed stands as JSON, byte for byte as it is sent; beside it are typed columns for what is
asked for, and small index tables that are kept in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from server.moments import aware, naive


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, with its zone in Python and without one in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's
        return naive(value) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's
        return aware(value) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        datetime: Moment,
    }


REF = String(64)
"""`person:…`, `office:…`, `committee:…`, and the names of feeds."""


class MetaRow(Base):
    """What the registry knows of itself: its epoch."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]


class OfficeRow(Base):
    """The tree of authorities and institutions; each is also a record of form institution."""

    __tablename__ = "office"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """"authority" or "institution"."""
    name: Mapped[str]
    division: Mapped[str] = mapped_column(String(12))
    """GB/T 2260; its first two digits are those of the numbers."""
    registrar: Mapped[UUID | None]
    """执业登记机关: the authority that registers it and reviews what it files."""


class AccountRow(Base):
    """Somebody who may sign in: a person, or an office itself."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(REF, unique=True)
    name: Mapped[str]
    office: Mapped[UUID | None] = mapped_column(index=True)
    password: Mapped[str]
    """Argon2id, with its salt and costs."""
    must_change: Mapped[bool]
    disabled: Mapped[bool] = mapped_column(default=False)


class LoginRow(Base):
    """A name under which an account signs in: mobile and e-mail of a person, name of an office."""

    __tablename__ = "login"

    login: Mapped[str] = mapped_column(String(200), primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)


class AttemptRow(Base):
    """Sign-ins that failed under a login, whether or not anybody has it."""

    __tablename__ = "attempt"

    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of what was typed."""
    failures: Mapped[int]
    wait_until: Mapped[datetime]
    last: Mapped[datetime]


class GrantRow(Base):
    __tablename__ = "granted"

    principal: Mapped[str] = mapped_column(REF, primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    scope: Mapped[str] = mapped_column(REF, primary_key=True)


class SessionRow(Base):
    """Somebody signed in at a desk. Of the token only the SHA-256 is kept."""

    __tablename__ = "session"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    login: Mapped[str] = mapped_column(String(200))
    desk: Mapped[str] = mapped_column(String(64))
    desk_name: Mapped[str] = mapped_column(String(100))
    began: Mapped[datetime]
    seen: Mapped[datetime] = mapped_column(index=True)


class DeskKeyRow(Base):
    """The public keys of a desk, with which an account signs its offline packages."""

    __tablename__ = "desk_key"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the keys."""
    account: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    desk: Mapped[str] = mapped_column(String(64))
    keys: Mapped[bytes]
    since: Mapped[datetime]
    revoked: Mapped[bool]
    serial: Mapped[int]
    """Of the last package that was taken."""


class PackageRow(Base):
    """An offline package that was taken, and what was answered."""

    __tablename__ = "package"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    maker: Mapped[str] = mapped_column(ForeignKey("desk_key.name"), index=True)
    serial: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(index=True)
    bringer: Mapped[str] = mapped_column(REF)
    receipt: Mapped[bytes]


class RecordRow(Base):
    __tablename__ = "record"
    __table_args__ = (Index(None, "parent", "form"), Index(None, "office", "form", "state"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    office: Mapped[UUID | None]
    parent: Mapped[UUID | None]
    title: Mapped[str]
    body: Mapped[bytes]
    """`Record.to_wire` as JSON, as it is sent."""
    head: Mapped[bytes]
    """`Head.to_wire` as JSON, as it is sent."""
    updated_at: Mapped[datetime]


class RevisionRow(Base):
    """Every revision there ever was: the history people read and compare. Never changed."""

    __tablename__ = "revision"

    record: Mapped[UUID] = mapped_column(ForeignKey("record.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(REF)
    role: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[int]
    change: Mapped[bytes]
    """JSON: {"edits": …, "said": …}, secrets left out; "settled" where a clash was settled."""
    answers: Mapped[bytes]
    """JSON: the answers after it."""


class PartyRow(Base):
    """Who is engaged in a record."""

    __tablename__ = "party"

    record: Mapped[UUID] = mapped_column(ForeignKey("record.id"), primary_key=True)
    party: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(REF, primary_key=True, index=True)


class FeedRow(Base):
    """How far a feed has been written. Locked by whoever writes it, until the commit."""

    __tablename__ = "feed"

    name: Mapped[str] = mapped_column(REF, primary_key=True)
    value: Mapped[int]
    count: Mapped[int]
    """Items in it that are not "gone"."""
    mark: Mapped[int]
    """The sum of their marks (`sync.protocol.mark_of`)."""


class NewsRow(Base):
    """One item for each record or card in a feed, at the position of its last change."""

    __tablename__ = "news"
    __table_args__ = (UniqueConstraint("feed", "position"),)

    feed: Mapped[str] = mapped_column(REF, primary_key=True)
    ref: Mapped[str] = mapped_column(REF, primary_key=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    """"record", "card" or "gone"."""
    record: Mapped[UUID | None]


class CardRow(Base):
    """What colleagues or everybody may know of a person, a place, a committee."""

    __tablename__ = "card"

    ref: Mapped[str] = mapped_column(REF, primary_key=True)
    feed: Mapped[str] = mapped_column(REF)
    body: Mapped[bytes]


class DoneRow(Base):
    """What was answered to a change, to answer the same again."""

    __tablename__ = "done"

    change: Mapped[UUID] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(REF)
    outcome: Mapped[bytes]
    at: Mapped[datetime]


class CounterRow(Base):
    """The last number given in a series: `MR-43-26`, `EC-20261121`."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


class FileRow(Base):
    """A document that is stored whole."""

    __tablename__ = "file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    stored_at: Mapped[datetime]


class FileOwnerRow(Base):
    """Who brought a document: knowing a document's SHA-256 is not having it."""

    __tablename__ = "file_owner"

    sha256: Mapped[str] = mapped_column(ForeignKey("file.sha256"), primary_key=True)
    principal: Mapped[str] = mapped_column(REF, primary_key=True)


class RecordFileRow(Base):
    """Which records name a document."""

    __tablename__ = "record_file"

    record: Mapped[UUID] = mapped_column(ForeignKey("record.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(
        String(64), ForeignKey("file.sha256"), primary_key=True, index=True
    )


class UniqueKeyRow(Base):
    """What only one person in the whole system may have."""

    __tablename__ = "unique_key"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """"id_number", "mobile" or "email"."""
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    person: Mapped[UUID] = mapped_column(index=True)


class KnownDeskRow(Base):
    """A desk at which an account has signed in: wrong passwords there are counted by themselves."""

    __tablename__ = "known_desk"

    account: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of its id."""


class SignInRow(Base):
    """What happened to an account at the door: 登录日志, as its owner reads it."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "account", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(20))
    """A key of `server.doorlog.EVENTS`."""
    desk_name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(64))
    """From where on the network; empty where an administrator did it."""


class AuditRow(Base):
    """What was done to accounts, people and offices, for the office that answers for it."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "office", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office: Mapped[UUID]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(REF)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(60))
    form: Mapped[str] = mapped_column(String(60))
    command: Mapped[str] = mapped_column(String(60))
    about: Mapped[UUID]
    """The record it was done to."""
    subject: Mapped[str]
    """What that is called: a name, never a number."""
    reason: Mapped[str]
