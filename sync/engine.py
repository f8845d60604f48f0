"""One round of the exchange: files, changes, news. May be cut anywhere and run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from typing import Any, Literal, TypeAlias
from uuid import UUID

from app.errors import AppError, NotFound, TooLarge, Unreadable
from local_db import WorkingCopy
from sync.client import News, RegistryClient
from sync.protocol import CHANGES_AT_ONCE, NewsLine

Stage: TypeAlias = Literal["session", "files", "changes", "news", "documents", "done"]
Progress: TypeAlias = Callable[[Stage, int], object]
"""Told what is going on, and how many of it are through."""

NEWS_AT_ONCE = 500
"""Items stored in one transaction."""
FILES_AT_ONCE = 20


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
    stopped: bool = False
    """Whether it was asked to stop before it was through."""


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

    def run(self) -> None:
        self._tell("session", 0)
        session = self.client.session()
        self.copy.remember(session)
        self._send_files()
        self._send_changes()
        feeds = self._fetch_news()
        if {*feeds} != {*session.feeds}:
            # What was sent has given or ended a role (a committee was founded): without it the
            # founder could not go on writing until the next round.
            self.copy.remember(self.client.session())
        self.copy.follow(feeds)
        self._fetch_files()
        self._tell("done", 0)

    def _tell(self, stage: Stage, count: int) -> None:
        if self.stop.is_set():
            raise _Stopped
        self.progress(stage, count)

    def _send_files(self) -> None:
        for sha256 in self.copy.files_to_send():
            self._tell("files", self.report.files_sent)
            try:
                if not self.client.has_file(sha256):
                    self.client.put_file(sha256, self.copy.file(sha256))
            except (TooLarge, Unreadable, NotFound) as error:
                # One document that cannot be sent must not hold back everything else; the
                # change that names it will be refused with the reason.
                self.report.refused.append(error)
                continue
            self.copy.file_sent(sha256)
            self.report.files_sent += 1

    def _send_changes(self) -> None:
        later: set[str] = set()
        while changes := self.copy.pending(CHANGES_AT_ONCE, without=later):
            self._tell("changes", self.report.sent)
            outcomes = self.client.changes(changes).outcomes
            self.copy.settle_outcomes(outcomes)
            for change, outcome in zip(changes, outcomes, strict=True):
                self._note(change, outcome.result, outcome.error)
                if outcome.result == "refused":  # if it stays pending, then for the next round
                    later.add(str(outcome.change_id))

    def _note(self, change: dict[str, Any], result: str, error: dict[str, Any] | None) -> None:
        if result == "done":
            self.report.sent += 1
        elif result == "clash":
            self.report.clashes.append(UUID(change["record_id"]))
        else:
            self.report.refused.append(AppError.from_wire(error))

    def _fetch_news(self) -> tuple[str, ...]:
        while True:
            self._tell("news", self.report.received)
            news = self.client.news(self.copy.positions())
            for page in _pages(news):
                self.copy.take(page)
                self.report.received += len(page)
                self._tell("news", self.report.received)
            assert news.end is not None, "the iteration ends only with it"
            if not news.end.more:
                return news.end.feeds

    def _fetch_files(self) -> None:
        failed: set[str] = set()
        while wanted := self._wanted(failed):
            for sha256 in wanted:
                self._tell("documents", self.report.files_received)
                try:
                    self.copy.keep_file(sha256, self.client.get_file(sha256))
                except (NotFound, TooLarge, Unreadable) as error:
                    failed.add(sha256)
                    self.report.refused.append(error)
                else:
                    self.report.files_received += 1

    def _wanted(self, failed: set[str]) -> list[str]:
        found = self.copy.files_wanted(FILES_AT_ONCE + len(failed))
        return [sha256 for sha256 in found if sha256 not in failed]


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
