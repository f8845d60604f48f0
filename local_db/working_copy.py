"""The one door to this desk's records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import orjson
from filelock import FileLock, Timeout
from sqlalchemy import Connection

from app.answers import files_in
from app.errors import SignedOut, Unreadable
from app.forms import FORMS
from app.record import Answers, Principal, Record
from app.rules import Known
from app.workflows.roles import keys_of
from local_db import (
    acting,
    confirmed,
    investigators,
    kept,
    listing,
    news,
    outbox,
    packing,
    recycling,
    versions,
)
from local_db.engine import locked, told_in_words
from local_db.files import Arriving, Documents, Kept
from local_db.investigators import Investigators
from local_db.packing import Packed
from local_db.upgrades import open_up_to_date, save_copy
from local_db.values import (
    Deed,
    KeptSession,
    OutboxItem,
    Outgoing,
    Query,
    Recycled,
    RowPage,
    Unsent,
)

if TYPE_CHECKING:
    from local_db.confirmed import Published
    from local_db.news import Held, NewsLine, Outcome

NOWHERE: Mapping[str, Published] = {}
STORE = "store.db"
PREFERENCE = "preference:"
PDF = b"%PDF-"


def _now() -> datetime:
    return datetime.now(UTC)


class WorkingCopy:
    """Records to read and change while offline, under one account's key.

    What a person sees is the registry's last word with their own outbox replayed on top.
    Every method is one transaction, may be called from any thread, and gives plain values.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        *,
        now: Callable[[], datetime] = _now,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._now, self._new_id = now, new_id
        with told_in_words():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._key = folder / STORE, key
        self.is_compared = False
        """Whether what is here was compared with the registry since the store was opened."""
        self._pdfs: dict[str, bool] = {}  # by content, which never changes
        self._told: dict[str, Any] = {}  # the session as it is kept; nobody else writes it
        # Not thread-local: the store is opened in a lane and closed by the window.
        self._lock = FileLock(folder / "lock", thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise locked() from None
        try:
            self._documents = Documents(folder / "files", key)
            self._store = open_up_to_date(self._path, key)
            self._principal = self._read_principal()
            with self._store.writing() as db:
                recycling.purge(db, self._now() - timedelta(days=recycling.DAYS))
                kept.purge(db, self._now() - timedelta(days=kept.DAYS))
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Let go of the store; another window may open it then."""
        self._store.close()
        self._lock.release()

    # -- who is working ------------------------------------------------------

    def principal(self) -> Principal:
        """Who works here, as the registry last told it; SignedOut before the first session."""
        if self._principal is None:
            raise SignedOut(
                "这个账号还没有在本机登录过。请先联网登录。",
                "This account has not signed in here yet. Please sign in with a network.",
            )
        return self._principal

    def session(self) -> KeptSession | None:
        """The last session, token included: it lies encrypted in the store."""
        with self._store.reading() as db:
            kept = _meta(db, "session")
        if kept is None:
            return None
        body = orjson.loads(kept)
        return KeptSession(**{**body, "feeds": tuple(body["feeds"])})

    def remember(self, session: Any) -> bool:
        """Keep a session (`sync.protocol.Session`) and whom it is for; whether the epoch is new.

        A new epoch means that the registry was restored from an older backup: every feed is read
        again and believed, and what it had confirmed before is sent again with the outbox.
        """
        if not self._told:
            with self._store.reading() as db:
                self._told = orjson.loads(_meta(db, "session") or "{}")
        before = self._told
        body = {
            "token": session.token or before.get("token", ""),
            "principal": session.principal,
            "login": session.login,
            "must_change_password": session.must_change_password,
            "feeds": list(session.feeds),
            "epoch": session.epoch,
            "now": session.now,
        }
        restored = bool(before) and before["epoch"] != session.epoch
        if body == {**before, "now": session.now}:
            return False  # every round tells it: nothing to write
        self._principal = Principal.from_wire(session.principal)
        with self._store.writing() as db:
            if restored:
                news.start_over(db)
                kept.heal(db, self._principal)
            _set_meta(db, "session", orjson.dumps(body).decode())
        self._told = orjson.loads(orjson.dumps(body))
        return restored

    def forget_token(self) -> None:
        """Sign out: what is here can still be opened with the password, but nothing is sent."""
        with self._store.writing() as db:
            kept = _meta(db, "session")
            if kept:
                _set_meta(db, "session", orjson.dumps({**orjson.loads(kept), "token": ""}).decode())
        self._told = {}

    def _read_principal(self) -> Principal | None:
        kept = self.session()
        return Principal.from_wire(kept.principal) if kept else None

    # -- reading -------------------------------------------------------------

    def get(self, record_id: UUID) -> Record:
        """The record as its person sees it, or NotFound."""
        with self._store.reading() as db:
            return self._seen(db, outbox.known(db, record_id))

    def children(self, parent: UUID, form: str = "") -> list[Record]:
        """The records under this one, oldest first: the opinions on a study."""
        with self._store.reading() as db:
            found = db.exec_driver_sql(
                "SELECT n FROM head WHERE parent = ? AND (? = '' OR form = ?) ORDER BY n",
                (str(parent), form, form),
            ).scalars()
            return [self._seen(db, n) for n in found.all()]

    def version(self, record_id: UUID, revision: int) -> Record:
        """A record as it stood at a revision that this desk knows, or NotFound."""
        with self._store.reading() as db:
            return versions.known(db, record_id, revision, self.principal())

    def keep_version(self, record: Record) -> None:
        """Keep an earlier revision that the registry gave, so that it can be read offline."""
        with self._store.writing() as db:
            versions.keep(db, record)

    def rows(self, query: Query) -> RowPage:
        with self._store.reading() as db:
            return listing.rows(db, query)

    def count(self, query: Query) -> int:
        with self._store.reading() as db:
            return listing.count(db, query)

    def cards(
        self, kind: str, text: str = "", *, office: str = "", role: str = "", limit: int = 20
    ) -> list[dict[str, Any]]:
        """People and places to pick from: by part of the name, pinyin or initials."""
        with self._store.reading() as db:
            return listing.cards(db, kind, text, office, role, limit)

    def card(self, ref: str) -> dict[str, Any] | None:
        with self._store.reading() as db:
            return listing.card(db, ref)

    def investigators(self, text: str = "", *, office: str = "", limit: int = 30) -> Investigators:
        """Who may be the investigator of a site: by part of the name, pinyin or initials."""
        with self._store.reading() as db:
            return investigators.find(db, text, office, limit)

    def want_investigators(self, *offices: str) -> bool:
        """Ask for those of these institutions (`office:…`) from now on; whether that is new."""
        with self._store.writing() as db:
            return investigators.want(db, offices)

    def known(self, record: Record) -> Known:
        """What this desk knows beyond the answers of a record, as it is or as it is being typed."""
        with self._store.reading() as db:
            return acting.known(db, record, self._by(""))

    def _seen(self, db: Connection, n: int) -> Record:
        seen = outbox.seen(db, n, self.principal())
        if seen.is_deleted:
            raise outbox.not_here()
        return seen.record

    # -- acting --------------------------------------------------------------

    def begin(self, form_id: str, answers: Answers | None = None, *, role: str) -> Record:
        """A new record, here at once. Nothing is sent of it before something is written in it."""
        with self._acting(role) as (db, by):
            record = acting.begin(db, form_id, self._new_id(), by)
            if answers:
                record = acting.perform(db, record.id, "save", (answers, {}), by)
            return record

    def perform(
        self,
        record_id: UUID,
        command: str,
        *,
        answers: Answers | None = None,
        said: Answers | None = None,
        role: str,
    ) -> Record:
        """Do what the workflow allows: here at once, in the registry at the next sync.

        Invalid (`problems`: paths) where answers are missing, NotAllowed where the table says no.
        """
        with self._acting(role) as (db, by):
            return acting.perform(db, record_id, command, (answers, said or {}), by)

    def begin_many(
        self,
        form_id: str,
        command: str,
        entries: Sequence[tuple[Answers, Answers]],
        *,
        role: str,
        progress: Callable[[int], object] = lambda _done: None,
    ) -> list[Record]:
        """New records with one command done on each, from (answers, said): all of them or none.

        `progress` hears how many are done; whatever it raises leaves nothing of them.
        """
        with self._acting(role) as (db, by):
            return list(acting.begin_many(db, form_id, command, entries, by, progress))

    def act_many(
        self,
        deeds: Iterable[Deed],
        *,
        role: str,
        progress: Callable[[int], object] = lambda _done: None,
    ) -> list[UUID]:
        """Take steps on new records and on those here, in this order: all of them or none.

        Gives the record of each. `progress` hears how many are done; whatever it raises, or the
        deeds themselves raise, leaves nothing of them.
        """
        with self._acting(role) as (db, by):
            return [record.id for record in acting.act_many(db, deeds, by, progress)]

    def discard(self, record_id: UUID) -> None:
        """Throw away a draft that the registry never saw: to the recycle list, for 30 days."""
        with self._store.writing() as db:
            recycling.discard(db, record_id, self.principal(), self._stamp())

    def recycled(self) -> list[Recycled]:
        """What was thrown away or taken back, newest first."""
        with self._store.reading() as db:
            return recycling.listed(db, self.principal())

    def restore(self, recycled_id: int) -> Record:
        """Bring a draft or a change back from the recycle list."""
        with self._store.writing() as db:
            return recycling.restore(db, recycled_id, self.principal(), self._stamp(), self._new_id)

    @contextmanager
    def _acting(self, role: str) -> Iterator[tuple[Connection, acting.By]]:
        with self._store.writing() as db:
            yield db, self._by(role)

    def _by(self, role: str) -> acting.By:
        return acting.By(role, self.principal(), self._stamp(), self._new_id, self._is_pdf)

    def _is_pdf(self, sha256: str) -> bool | None:
        if sha256 not in self._pdfs:
            if not self._documents.has(sha256):
                return None
            self._pdfs[sha256] = PDF in self._documents.begins(sha256)[:1024]
        return self._pdfs[sha256]

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="seconds")

    # -- the outbox ----------------------------------------------------------

    def outbox(self) -> list[OutboxItem]:
        """Every change that the registry has not confirmed, in the order made."""
        with self._store.reading() as db:
            return outbox.all_items(db)

    def unsent(self) -> list[Unsent]:
        """How it stands with each of them, in the order made; soon told, however many they are."""
        with self._store.reading() as db:
            return outbox.standings(db)

    def outbox_count(self) -> int:
        """How many changes the registry has not confirmed."""
        with self._store.reading() as db:
            return int(db.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one())

    def send_again(self, change_id: UUID) -> None:
        """Let a refused change be sent once more; NotFound where it is not refused (any more)."""
        with self._store.writing() as db:
            outbox.send_again(db, change_id, self._new_id(), self.principal())

    def retract(self, change_id: UUID) -> None:
        """Take back a change, and what was made on top of it, to the recycle list.

        NotAllowed while the registry may already have it.
        """
        with self._store.writing() as db:
            recycling.retract(db, change_id, self.principal(), self._stamp())

    def retract_many(self, change_ids: Sequence[UUID]) -> None:
        """Take back changes, all of them or, where the registry may have one already, none."""
        with self._store.writing() as db:
            for change_id in change_ids:
                recycling.retract(db, change_id, self.principal(), self._stamp())

    def settle(self, record_id: UUID, answers: Answers, *, role: str) -> Record:
        """After a clash: put one new save, made on what the registry has, in the place of all."""
        with self._acting(role) as (db, by):
            n = outbox.known(db, record_id)
            settled = acting.clashing(db, n, by)
            recycling.put_aside(db, n, outbox.items(db, n), by.who, by.at)
            return acting.perform(db, record_id, "save", (answers, {}), by, settled)

    # -- files ---------------------------------------------------------------

    def add_file(self, content: bytes) -> str:
        """Keep a document here and send it at the next sync; gives its SHA-256."""
        sha256 = self._documents.add(content)
        self._note_file(sha256, len(content), to_send=True)
        return sha256

    def keep_file(self, sha256: str, content: bytes) -> None:
        """Keep a document that the registry sent; Unreadable where it is not the one asked for."""
        with self.arriving(sha256) as place:
            place.add(content)

    @contextmanager
    def arriving(self, sha256: str) -> Iterator[Arriving]:
        """A place for a document that comes piece by piece; kept, verified, when all is well."""
        with self._documents.arriving(sha256) as place:
            yield place
            place.keep()
        self._note_file(sha256, place.here, to_send=False)

    def _note_file(self, sha256: str, size: int, *, to_send: bool) -> None:
        with self._store.writing() as db:
            db.exec_driver_sql(
                "INSERT INTO file (sha256, size, to_send, added_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (sha256, size, to_send, self._stamp()),
            )

    def document(self, sha256: str) -> Kept:
        """The document, to be read part by part; NotFound where it is not on this machine."""
        return self._documents.kept(sha256)

    def file(self, sha256: str) -> bytes:
        """The document, verified; NotFound where it is not on this machine."""
        try:
            return self._documents.read(sha256)
        except Unreadable:
            if sha256 not in self.files_to_send():  # else this may be all there is of it
                self._documents.drop(sha256)
                with self._store.writing() as db:  # whose it was is not kept: look at all again
                    db.exec_driver_sql("INSERT OR IGNORE INTO look (n) SELECT n FROM head")
            raise

    def has_file(self, sha256: str) -> bool:
        return self._documents.has(sha256)

    def files_to_send(self) -> list[str]:
        with self._store.reading() as db:
            return outbox.files_to_send(db)

    def file_sent(self, sha256: str) -> None:
        with self._store.writing() as db:
            db.exec_driver_sql("UPDATE file SET to_send = 0 WHERE sha256 = ?", (sha256,))

    def files_wanted(self, limit: int) -> list[str]:
        """Documents of records that wait for this person and are not here."""
        keys = orjson.dumps(sorted(keys_of(self.principal()))).decode()
        wanted, complete = dict[str, None](), list[tuple[int]]()
        with self._store.reading() as db:
            looked = db.exec_driver_sql(
                "SELECT n FROM look WHERE n IN "
                "(SELECT n FROM waits WHERE key IN (SELECT value FROM json_each(?)))",
                (keys,),
            ).scalars()
            for n in looked.all():
                if len(wanted) >= limit:
                    break
                record = self._seen(db, n)
                documents = files_in(FORMS[record.form].fields(), record.answers).values()
                missing = [row["sha256"] for row in documents if not self.has_file(row["sha256"])]
                wanted |= dict.fromkeys(missing)
                if not missing:
                    complete.append((n,))
        if complete:
            with self._store.writing() as db:
                db.exec_driver_sql("DELETE FROM look WHERE n = ?", complete)
        return list(wanted)[:limit]

    # -- for the exchange ----------------------------------------------------

    def pending(self, limit: int, *, without: Collection[str] = ()) -> list[dict[str, Any]]:
        """The next messages to send, in order and marked as attempted; one of each record.

        `without`: changes that the registry asked to hear of later.
        """
        with self._store.writing() as db:
            return outbox.pending(db, limit, without)

    def outgoing(self, limit: int, *, steps: int = 0, despite_files: bool = False) -> Outgoing:
        """What a round begins with, of one moment: `files_to_send`, `next_messages`, `positions`.

        While documents are to be sent there are no messages, unless `despite_files`: a message
        that names a document goes after it, and none is marked as attempted before its time.
        """
        with self._store.writing() as db:
            files = [] if despite_files else outbox.files_to_send(db)
            messages = [] if files else outbox.next_messages(db, limit, 0, (), steps or limit)
            return Outgoing(files, messages, news.positions(db))

    def next_messages(
        self, limit: int, *, after: int = 0, without: Collection[str] = (), steps: int = 0
    ) -> list[tuple[int, str, bytes]]:
        """As `pending`, but as they lie here, from behind a place in the outbox on.

        Gives the place, the change id and the message's bytes; at most so many `steps`, which are
        changes that do more than save.
        """
        with self._store.writing() as db:
            return outbox.next_messages(db, limit, after, without, steps or limit)

    def has_messages(self, without: Collection[str] = ()) -> bool:
        """Whether `next_messages` would give something."""
        with self._store.reading() as db:
            return outbox.has_messages(db, without)

    def settle_outcomes(
        self, outcomes: Sequence[Outcome], published: Mapping[str, Published] = NOWHERE
    ) -> list[str]:
        """Note what became of a batch of changes, together or not at all.

        `published`: where they were told. Gives the changes whose record must come whole.
        """
        with self._store.writing() as db:
            by = self.principal(), self._stamp()
            return confirmed.settle_all(db, outcomes, published, by)

    def positions(self) -> dict[str, int]:
        """How far each feed was read."""
        with self._store.reading() as db:
            return news.positions(db)

    def take(self, items: Sequence[tuple[NewsLine, bytes]]) -> None:
        """Store a page of news and where it ended, together or not at all."""
        if items:
            with self._store.writing() as db:
                news.take(db, items, self.principal())

    def follow(self, feeds: Sequence[str], *, sure: bool = False) -> int:
        """Forget what is in no followed feed any more; what has unsent changes stays.

        Called once every feed is read. Where most of what is here would leave, nothing does before
        somebody is `sure`: gives how many it would be.
        """
        with self._store.writing() as db:
            if _meta(db, news.HEALING):  # records that are here only since they were told again
                kept.heal(db, self.principal())
                db.exec_driver_sql("DELETE FROM meta WHERE key = ?", (news.HEALING,))
            return news.follow(db, feeds, sure=sure)

    def is_at_rest(self, feeds: Sequence[str]) -> bool:
        """Whether a round may end here: `follow` would do nothing, no document is looked for."""
        with self._store.reading() as db:
            return news.is_at_rest(db, feeds)

    def differing(self, held: Mapping[str, Held]) -> list[str]:
        """The feeds that were read as far as the registry says, and do not hold the same here."""
        with self._store.reading() as db:
            return news.differing(db, held)

    def counts(self, feeds: Collection[str]) -> dict[str, int]:
        """How many items of each of these feeds are here."""
        with self._store.reading() as db:
            return news.counts(db, feeds)

    def read_again(self, feeds: Collection[str]) -> None:
        """Read these feeds from their beginning at the next round; the outbox stays as it is."""
        with self._store.writing() as db:
            news.read_again(db, feeds)

    # -- besides -------------------------------------------------------------

    def preference(self, name: str) -> str | None:
        with self._store.reading() as db:
            return _meta(db, PREFERENCE + name)

    def prefer(self, name: str, value: str) -> None:
        """Remember how this person likes the window: layout, columns, the last folder."""
        with self._store.writing() as db:
            _set_meta(db, PREFERENCE + name, value)

    def pack(self, room: int, record_id: UUID | None = None) -> Packed:
        """What goes into an offline package of so many bytes; marked as attempted.

        `record_id`: only what waits of this record.
        """
        with self._store.writing() as db:
            return packing.pack(db, room, record_id)

    def is_sound(self) -> bool:
        """Whether the store reads as it was written; takes seconds on a large one."""
        with self._store.reading() as db:
            return db.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]

    def save_copy(self, to: Path) -> None:
        """Write a copy of the store, under the same key, while it is in use."""
        with told_in_words():
            save_copy(self._path, self._key, to)


def _meta(db: Connection, key: str) -> str | None:
    value = db.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).scalar()
    return None if value is None else str(value)


def _set_meta(db: Connection, key: str, value: str) -> None:
    db.exec_driver_sql("REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
