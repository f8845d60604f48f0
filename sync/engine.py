"""One round of the exchange: files, changes, news. May be cut anywhere and run again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from typing import Literal, TypeAlias
from uuid import UUID

from app.errors import AppError, NotFound, TooLarge, Unreadable
from app.workflows.roles import INVESTIGATORS
from local_db import WorkingCopy, is_step
from sync.client import RegistryClient
from sync.protocol import CHANGES_AT_ONCE, Held, NewsLine, Outcome, RoundHead
from sync.replies import News, Round, garbled

Stage: TypeAlias = Literal["session", "files", "changes", "ahead", "news", "documents", "done"]
Progress: TypeAlias = Callable[[Stage, int], object]
"""Told what is going on, and how many of it are through; `ahead`: how many news there will be."""

NEWS_AT_ONCE = 500
"""Items stored in one transaction."""
NEWS_IN_A_REPLY = 20_000
STEPS_AT_ONCE = 25
"""Changes of one request from which something follows: opening an account costs the registry many
times what a save does, and its answer must come before the line is taken for dead."""
FILES_AT_ONCE = 20
log = logging.getLogger(__name__)


@dataclass
class Report:
    """What one round did."""

    sent: int = 0
    received: int = 0
    files_sent: int = 0
    files_received: int = 0
    refused: list[AppError] = field(default_factory=list)
    clashes: list[UUID] = field(default_factory=list)
    """Records on which somebody else was first; the outbox has the details."""
    differing: int = 0
    """Feeds of which something else was here than the registry says; they were read again."""
    held_back: int = 0
    """Records that would have left although the registry did not say so twice."""
    stopped: bool = False
    """Whether it was asked to stop before it was through."""


@dataclass(frozen=True)
class _Batch:
    """Changes of one request, as they lie in the outbox; `last`: the place of the last of them."""

    messages: list[bytes]
    ids: list[str]
    last: int
    positions: dict[str, int] | None = None
    """How far each feed was read when it was taken from the outbox; None where that moved on."""

    @property
    def is_full(self) -> bool:
        """Whether there may be more than these."""
        steps = sum(map(is_step, self.messages))
        return len(self.messages) == CHANGES_AT_ONCE or steps == STEPS_AT_ONCE


class _Stopped(Exception):
    """The person closes the window: leave at the next safe place."""


def run(
    copy: WorkingCopy,
    client: RegistryClient,
    *,
    progress: Progress | None = None,
    stop: Event | None = None,
) -> Report:
    """Exchange once. Every step is stored before the next, and each may be repeated.

    Raises the AppError that ended the round (Unreachable, SignedOut, TooOld …); what was
    exchanged before it stays.
    """
    round_ = _Round(copy, client, progress or (lambda _stage, _count: None), stop or Event())
    try:
        round_.run()
    except _Stopped:
        round_.report.stopped = True
    return round_.report


@dataclass
class _Round:
    copy: WorkingCopy
    client: RegistryClient
    progress: Progress
    stop: Event
    report: Report = field(default_factory=Report)
    later: set[str] = field(default_factory=set)
    """Changes that the registry asked to hear of in another round."""
    whole: set[str] = field(default_factory=set)
    """Changes whose record must come whole."""
    read_again: set[str] = field(default_factory=set)
    """Feeds that are read again in this round."""

    def run(self) -> None:
        self._tell("session", 0)
        feeds = self._exchange(self._begin())
        if not self.copy.is_at_rest(feeds):
            self._leave(feeds)
            self._fetch_files()
        self._tell("done", 0)

    def _tell(self, stage: Stage, count: int) -> None:
        if self.stop.is_set():
            raise _Stopped
        self.progress(stage, count)

    def _going(self, stage: Literal["files", "documents"]) -> Callable[[int, int], None]:
        """Within a document, too, one may ask to stop; it goes on there in the next round."""

        def tell(_through: int, _of: int) -> None:
            report = self.report
            self._tell(stage, report.files_sent if stage == "files" else report.files_received)

        return tell

    def _begin(self) -> _Batch:
        """The first batch, once the documents are sent that it may name."""
        going = self.copy.outgoing(CHANGES_AT_ONCE, steps=STEPS_AT_ONCE)
        if going.files:
            self._send_files(going.files)
            going = self.copy.outgoing(CHANGES_AT_ONCE, steps=STEPS_AT_ONCE, despite_files=True)
        return _batch(going.messages, going.positions)

    def _send_files(self, files: Sequence[str]) -> None:
        for sha256 in files:
            self._tell("files", self.report.files_sent)
            try:
                if not self.client.has_file(sha256):
                    self.client.send_file(sha256, self.copy.document(sha256), self._going("files"))
            except (TooLarge, Unreadable, NotFound) as error:
                # One document that cannot be sent must not hold back everything else; the
                # change that names it will be refused with the reason.
                self.report.refused.append(error)
                continue
            self.copy.file_sent(sha256)
            self.report.files_sent += 1

    # -- changes and news -----------------------------------------------------

    def _exchange(self, batch: _Batch) -> tuple[str, ...]:
        """Send and hear until there is nothing more to do; the feeds that may be read now."""
        while True:
            last = self._all_but_the_last(batch) if batch.is_full else batch
            feeds = self._hear(last) if last else None  # else the registry was restored
            if feeds is not None:
                return feeds
            batch = self._next_batch()

    def _all_but_the_last(self, batch: _Batch) -> _Batch | None:
        """Send full batches; give the last one, which goes with the question for news."""
        ahead: Future[Round] | None = None
        with ThreadPoolExecutor(1) as line:
            before: tuple[_Batch, RoundHead] | None = None
            while batch.is_full:
                self._tell("changes", self.report.sent)
                ahead = line.submit(self._send, batch)
                if before:  # while the registry does this batch, we note what became of the last
                    self._settle(*before)
                reply = ahead.result()
                if self.copy.remember(reply.head.session):
                    self._settle(batch, reply.head)
                    return None
                before = batch, reply.head
                batch = self._next_batch(batch.last)
            if before:
                self._settle(*before)
        return batch if batch.messages else self._next_batch()

    def _send(self, batch: _Batch) -> Round:
        reply = self.client.round(batch.messages, {}, 0, whole=self.whole)
        for _ in reply:  # to its end: the line is free again
            pass
        return reply

    def _next_batch(self, after: int = 0) -> _Batch:
        found = self.copy.next_messages(
            CHANGES_AT_ONCE, after=after, without=self.later, steps=STEPS_AT_ONCE
        )
        return _batch(found, None, after)

    def _hear(self, batch: _Batch) -> tuple[str, ...] | None:
        """Send the last batch and take the news; None where there is more to send or to hear."""
        self._tell("changes" if batch.messages else "news", self.report.sent)
        positions = self.copy.positions() if batch.positions is None else batch.positions
        reply = self.client.round(batch.messages, positions, NEWS_IN_A_REPLY, whole=self.whole)
        try:
            restored = self.copy.remember(reply.head.session)
            if batch.messages or reply.head.outcomes:
                self._settle(batch, reply.head)
            if restored:
                return None
            if reply.head.ahead:
                self._tell("ahead", self.report.received + reply.head.ahead)
            for page in _pages(reply):
                self.copy.take(page)
                self.report.received += len(page)
                self._tell("news", self.report.received)
        finally:
            reply.close()
        assert reply.end is not None, "the iteration ends only with it"
        more = bool(batch.messages) and self.copy.has_messages(self.later)
        if reply.end.more or more or not self._is_same(reply.end.held):
            return None
        return reply.end.feeds

    def _settle(self, batch: _Batch, head: RoundHead) -> None:
        outcomes = {str(outcome.change_id): outcome for outcome in head.outcomes}
        if list(outcomes) != batch.ids:
            raise garbled()
        unproved = self.copy.settle_outcomes(head.outcomes, head.published)
        if known := self.whole & set(unproved):
            log.error("%d records came whole and are not what was said", len(known))
            self.later |= known
        self.whole |= set(unproved)
        for outcome in head.outcomes:
            self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        match outcome.result:
            case "done":
                self.report.sent += str(outcome.change_id) not in self.whole or not outcome.became
            case "clash":
                record = (outcome.record or {}).get("id")
                if record:
                    self.report.clashes.append(UUID(record))
            case _:  # if it stays pending, then for the next round
                self.later.add(str(outcome.change_id))
                self.report.refused.append(AppError.from_wire(outcome.error))

    def _is_same(self, held: dict[str, Held]) -> bool:
        """Whether here is what the registry says; else what differs is read again, once."""
        if not self.report.received and self.copy.is_compared:
            return True
        self.copy.is_compared = True
        differing = self.copy.differing(held)
        if not differing:
            return True
        log.warning("%d feeds differ from the registry's", len(differing))
        self.report.differing += len(differing)
        again = [feed for feed in differing if feed not in self.read_again]
        self.read_again |= set(again)
        self.copy.read_again(again)
        return not again

    def _leave(self, feeds: tuple[str, ...]) -> None:
        """Let go of what may not be read any more; of most of it only after a second look."""
        going = self.copy.follow(feeds)
        if not going:
            return
        session, counts = self.client.session(), self.client.digest()
        own = {feed for feed in feeds if not feed.startswith(INVESTIGATORS)}
        if set(session.feeds) == own and self.copy.counts(counts) == counts:
            log.warning("%d records leave this desk: the registry says so twice", going)
            self.copy.follow(feeds, sure=True)
            return
        log.error("%d records would leave this desk, which the registry does not confirm", going)
        self.report.held_back = going
        self.copy.read_again(session.feeds)

    def _fetch_files(self) -> None:
        failed: set[str] = set()
        while wanted := self._wanted(failed):
            for sha256 in wanted:
                self._tell("documents", self.report.files_received)
                try:
                    with self.copy.arriving(sha256) as place:
                        self.client.fetch_file(sha256, place, self._going("documents"))
                except (NotFound, TooLarge, Unreadable) as error:
                    failed.add(sha256)
                    self.report.refused.append(error)
                else:
                    self.report.files_received += 1

    def _wanted(self, failed: set[str]) -> list[str]:
        found = self.copy.files_wanted(FILES_AT_ONCE + len(failed))
        return [sha256 for sha256 in found if sha256 not in failed]


def _batch(
    found: Sequence[tuple[int, str, bytes]], positions: dict[str, int] | None, after: int = 0
) -> _Batch:
    return _Batch(
        [message for _, _, message in found],
        [change_id for _, change_id, _ in found],
        found[-1][0] if found else after,
        positions,
    )


def _pages(news: News) -> Iterator[list[tuple[NewsLine, bytes]]]:
    """Pages of news; where the stream is cut, what came whole before is given first."""
    items = iter(news)
    while True:
        page: list[tuple[NewsLine, bytes]] = []
        try:
            page.extend(islice(items, NEWS_AT_ONCE))
        except AppError:
            if page:
                yield page
            raise
        if page:
            yield page
        if len(page) < NEWS_AT_ONCE:
            return
