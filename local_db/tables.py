"""Tables of the working copy. Private to local_db: others get values.

`n` is a record's number on this desk. A record is what the registry last said (`body`, the bytes
as they came) and how it is seen with the outbox on top (`head`, `words`, `waits`, `party`).
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()


def _text(name: str, *more: object, default: str | None = None) -> Column[str]:
    return Column(name, Text, *more, nullable=False, server_default=default)  # type: ignore[arg-type]


def _number(name: str, *more: object, default: str = "0") -> Column[int]:
    return Column(name, Integer, *more, nullable=False, server_default=default)  # type: ignore[arg-type]


META = Table("meta", METADATA, Column("key", Text, primary_key=True), _text("value"))

RECORD = Table(
    "record",
    METADATA,
    Column("n", Integer, primary_key=True),
    _text("id"),
    _number("revision"),
    _number("known"),  # the revision below which news are old; 0 after the registry was restored
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("id"),
)

HEAD = Table(
    "head",
    METADATA,
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
    _text("form"),
    _text("state"),
    _number("revision"),
    _text("number"),
    _text("title"),
    _text("sort"),
    _text("initials"),
    _text("parent"),
    _text("updated_at"),
    _text("waits"),
    _text("people"),
    _text("parties"),
    _number("unsent"),
    _number("problem"),
    Index("head_updated", "form", "updated_at"),
    Index("head_title", "form", "sort"),
    Index("head_number", "form", "number"),
    Index("head_state", "form", "state"),
    Index("head_parent", "parent"),
)

WORDS = Table(  # what is searched; apart from `head`, so that looking through all of it is quick
    "words",
    METADATA,
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
    _text("text"),
)

WAITS = Table(
    "waits",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
    Index("waits_n", "n"),
    sqlite_with_rowid=False,
)

PARTY = Table(
    "party",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
    Index("party_n", "n"),
    sqlite_with_rowid=False,
)

FEED = Table(
    "feed",
    METADATA,
    Column("f", Integer, primary_key=True),
    _text("name"),
    _number("position"),
    UniqueConstraint("name"),
)

TOLD = Table(  # which feeds a record is told in
    "told",
    METADATA,
    Column("f", Integer, ForeignKey("feed.f", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
    _number("mark"),  # `news.mark_of`: what of a feed is here is their count and their sum
    Index("told_n", "n"),
    sqlite_with_rowid=False,
)

CARD = Table(
    "card",
    METADATA,
    Column("ref", Text, primary_key=True),
    Column("f", Integer, ForeignKey("feed.f", ondelete="CASCADE"), nullable=False),
    _text("kind"),
    _text("name"),
    _text("sort"),
    _text("initials"),
    _text("office"),
    _text("roles"),  # each between spaces: ' pi ethics_member '
    Column("body", LargeBinary, nullable=False),
    _number("mark"),
    Index("card_kind", "kind", "sort"),
    Index("card_feed", "f"),
)

OUTBOX = Table(  # changes that the registry has not confirmed, in the order made
    "outbox",
    METADATA,
    Column("k", Integer, primary_key=True),
    _text("change_id"),
    Column("n", Integer, ForeignKey("record.n", ondelete="RESTRICT"), nullable=False),
    Column("message", LargeBinary, nullable=False),
    _text("state", default="waiting"),
    _number("attempts"),
    Column("error", LargeBinary),
    Column("clashes", LargeBinary),
    _text("made_at"),
    UniqueConstraint("change_id"),
    Index("outbox_n", "n", "k"),
    sqlite_autoincrement=True,
)

KEPT = Table(  # changes that the registry has confirmed: sent again if it was restored from before
    "kept",
    METADATA,
    Column("k", Integer, primary_key=True),  # as it was in the outbox
    _text("change_id"),
    _text("record_id"),
    Column("message", LargeBinary, nullable=False),  # packed
    _text("done_at"),
    UniqueConstraint("change_id"),
    Index("kept_done_at", "done_at"),
)

LOOK = Table(  # records that name documents which may not be here
    "look",
    METADATA,
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
)

RECYCLED = Table(
    "recycled",
    METADATA,
    Column("k", Integer, primary_key=True),
    _text("record_id"),
    _text("form"),
    _text("title"),
    Column("record", LargeBinary, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    _text("removed_at"),
    sqlite_autoincrement=True,
)

VERSION = Table(  # a record as it stood at an earlier revision: `Record.to_wire` as JSON
    "version",
    METADATA,
    Column("n", Integer, ForeignKey("record.n", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

FILE = Table(
    "file",
    METADATA,
    Column("sha256", Text, primary_key=True),
    _number("size"),
    _number("to_send"),
    _text("added_at"),
)

# Trigrams of `words.text`, for words of three characters or more.
FIND = (
    "CREATE VIRTUAL TABLE find USING fts5"
    "(text, content='', contentless_delete=1, tokenize='trigram')"
)

# Pairs of neighbouring characters of `words.text`, for words of one character or two; written as
# words that no tokenizer takes apart (`listing.pairs`). Without positions: which records is enough.
PAIR = (
    "CREATE VIRTUAL TABLE pair USING fts5"
    "(text, content='', contentless_delete=1, detail=none, tokenize='ascii')"
)
