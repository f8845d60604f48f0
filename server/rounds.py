"""A desk's round at the registry: its changes done, each as if alone; then what is new for it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.errors import AppError, Faulty, Invalid, SignedOut
from app.workflows import WORKFLOWS
from app.workflows.roles import feeds_of, granted
from server import feeds, passwords
from server.accounts import Caller, principal_of
from server.cards import asked_for, names_some
from server.db import read, transact, unavailable
from server.moments import clock
from server.registry import Received, Registry, is_plain, refused
from sync.protocol import Change, NewsEnd, Outcome

log = logging.getLogger(__name__)

FURTHEST = 2**53
"""No position is beyond it, whatever a desk says."""
NOTHING = (0, 0, 0)
"""What stands in a feed in which nothing was ever told: position, count, mark."""


@dataclass
class Done:
    """What became of the changes of one request, as it is told."""

    outcomes: list[bytes] = field(default_factory=list)
    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By feed, as long as they took one place after the other there."""


def do(
    engine: Engine, asking: Caller, bodies: Sequence[dict[str, Any]], whole: Collection[UUID] = ()
) -> Done:
    """Do changes in their order; all are committed when this returns.

    Plain saves that follow each other are done in one transaction; if that fails for whatever
    reason, each is done in its own, so that a wrong one never holds up the others.
    """
    done = Done()
    taken = [_change(body) for body in bodies]
    hashes = passwords.ahead(_first_password(change, asking) for change in taken)
    pairs = zip(taken, hashes, strict=True)
    for plain, run in groupby(pairs, lambda p: isinstance(p[0], Change) and is_plain(p[0])):
        if plain:
            _saves(engine, asking, [c for c, _ in run if isinstance(c, Change)], whole, done)
            continue
        for change, begun in run:
            with passwords.ready(begun):
                outcome = _one(engine, asking, change) if isinstance(change, Change) else change
            done.outcomes.append(_told(outcome))
            done.published.clear()  # where it was told, nobody noted: the news will say
    return done


def _first_password(change: Change | Outcome, asking: Caller) -> str:
    """The password that a change gives to a new account, where its sender may open one."""
    if not isinstance(change, Change) or change.form not in WORKFLOWS:
        return ""
    steps = WORKFLOWS[change.form].steps
    may = any(step.command == change.command and change.role in step.by for step in steps)
    password = change.said.get("password")
    is_theirs = granted(change.role) in asking.principal.roles()
    return password if may and is_theirs and isinstance(password, str) else ""


def _change(body: dict[str, Any]) -> Change | Outcome:
    """The change, or why it is none."""
    try:
        return Change.model_validate(body)
    except ValidationError as error:
        where = sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})
        return refused(
            change_id(body),
            Invalid(
                "上报的内容不合规定，登记中心不能处理。请更新程序后再试。",
                "This change is not as the protocol says and cannot be done. Please update the "
                "program and try again.",
                parts=where,
            ),
        )


def change_id(body: dict[str, Any]) -> UUID:
    """Without it nothing can be answered: Invalid."""
    try:
        return UUID(str(body.get("change_id", "")))
    except ValueError:
        raise Invalid(
            "上报的内容缺少编号，登记中心不能处理。请更新程序后再试。",
            "A change without its id cannot be done. Please update the program and try again.",
        ) from None


def _saves(
    engine: Engine, asking: Caller, changes: list[Change], whole: Collection[UUID], done: Done
) -> None:
    def work(session: Session) -> Received:
        principal = principal_of(session, asking.account)
        return Registry(session, principal, clock()).receive_saves(changes)

    try:
        received = transact(engine, work)
    except SignedOut:
        raise
    except Exception as error:
        # Whatever it was, it must not hold up the others: each by itself.
        log.warning("%d saves together: %s; now one by one", len(changes), type(error).__name__)
        done.published.clear()
        done.outcomes += [_told(_one(engine, asking, change)) for change in changes]
        return
    _note_places(done, received)
    results: dict[str, int] = {}
    for change, outcome in zip(changes, received.outcomes, strict=True):
        results[outcome.result] = results.get(outcome.result, 0) + 1
        body = received.bodies.get(change.record_id)
        if outcome.result == "done" and body and outcome.record and change.change_id not in whole:
            done.outcomes.append(_became(change, outcome, body))
        else:
            done.outcomes.append(_told(outcome))
    log.info("%d saves together: %s", len(changes), results)


def _became(change: Change, outcome: Outcome, body: bytes) -> bytes:
    """Say only what a save became, where the desk can say the rest: nobody wrote in between."""
    record = outcome.record or {}
    if record["revision"] != change.base_revision + 1 or change.settled:  # that is told in its log
        return _told(outcome)
    became = {
        "revision": record["revision"],
        "updated_at": record["updated_at"],
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    return orjson.dumps({"change_id": str(outcome.change_id), "result": "done", "became": became})


def _note_places(done: Done, received: Received) -> None:
    places = {
        str(o.record["id"]): len(done.outcomes) + n
        for n, o in enumerate(received.outcomes)
        if o.result == "done" and o.record
    }
    for feed, (first, refs) in received.published.items():
        told = done.published.get(feed)
        if not all(ref in places for ref in refs):
            continue
        items = [places[ref] for ref in refs]
        if told is None:
            done.published[feed] = {"first": first, "items": items}
        elif told["first"] + len(told["items"]) == first:
            told["items"] += items


def _one(engine: Engine, asking: Caller, change: Change) -> Outcome:
    def work(session: Session) -> Outcome:
        # Read anew for each change: the one before may have given or taken a role.
        return Registry(session, principal_of(session, asking.account), clock()).receive(change)

    try:
        outcome = transact(engine, work)
    except SignedOut:
        raise
    except AppError as error:  # too busy: the others may still be done
        outcome = refused(change.change_id, error)
    except (OperationalError, InterfaceError) as error:  # no fault of ours, nor of the change
        log.error("change %s: database: %s", change.change_id, type(error).__name__)
        outcome = refused(change.change_id, unavailable())
    except Exception:
        # The top of one change: a fault in it must not hold up those that come after it.
        log.exception("change %s of form %s failed", change.change_id, change.form[:20])
        outcome = refused(
            change.change_id,
            Faulty(
                "登记中心出现故障，这一项没有办成。您的内容都保存在本机，稍后会自动再试。",
                "The registry has a fault and could not do this. Your work is kept on your "
                "computer; it will be tried again.",
            ),
        )
    log.info(
        "change %s: %s.%s %s",
        change.change_id, change.form[:20], change.command[:20], outcome.result,
    )  # fmt: skip
    return outcome


def _told(outcome: Outcome) -> bytes:
    told = outcome.model_dump(mode="json", exclude={"became"})
    if not outcome.by:
        del told["by"]
    return orjson.dumps(told)


# -- what is new --------------------------------------------------------------------------


class News:
    """Everything after these positions, feed by feed, a page in each transaction; then the end.

    No transaction is open while a page is sent. `held`: say at the end what each feed holds.
    """

    def __init__(
        self,
        session: Session,
        asking: Caller,
        positions: Mapping[str, int],
        limit: int,
        *,
        held: bool,
    ) -> None:
        self._allowed = readable(session, asking, positions)
        self._standing = feeds.held(session, self._allowed)
        self._positions, self._limit, self._held = positions, limit, held
        self._left, self._reached = limit, list[str]()
        self._waiting = _mine_first(self._allowed)
        self._after = self._start(self._waiting)
        self.is_told = False
        """Whether the last of it was given."""

    def ahead(self) -> int:
        """About how many items come, where a feed is read from its beginning; otherwise 0."""
        if all(feed in self._positions for feed in self._allowed):
            return 0
        return sum(
            max(0, min(count, last - self._positions.get(feed, 0)))
            for feed, (last, count, _mark) in self._standing.items()
        )

    def some(self, session: Session) -> bytes:
        """The next lines; with the last of them the end. May be asked again where it raised."""
        lines, room = list[bytes](), feeds.PAGE
        waiting, after, left = list(self._waiting), self._after, self._left
        reached = list(self._reached)
        while waiting:
            last = self._standing.get(waiting[0], NOTHING)[0]
            if after >= last:
                reached.append(waiting.pop(0))
                after = self._start(waiting)
                continue
            if left <= 0 or room <= 0:
                break
            page = feeds.page(session, waiting[0], after, min(left, room))
            lines += page.lines
            left, room = left - len(page.lines), room - len(page.lines)
            after = page.last if page.lines else last
        is_told = not waiting or left <= 0
        if is_told:
            is_same = left == self._limit
            lines.append(self._end(session, reached, is_more=bool(waiting), is_same=is_same))
        self._waiting, self._after, self._left = waiting, after, left
        self._reached, self.is_told = reached, is_told
        return b"".join(lines)

    def _start(self, waiting: Sequence[str]) -> int:
        """The position behind which the first of these feeds is read."""
        return min(max(self._positions.get(waiting[0], 0), 0), FURTHEST) if waiting else 0

    def _end(
        self, session: Session, reached: Sequence[str], *, is_more: bool, is_same: bool
    ) -> bytes:
        end = NewsEnd(feeds=self._allowed, more=is_more).model_dump(exclude={"held"})
        if self._held:
            # Something may have moved on while pages were read: of such a feed nothing is said.
            now = self._standing if is_same else feeds.held(session, self._allowed)
            end["held"] = {
                feed: dict(zip(("position", "count", "mark"), was, strict=True))
                for feed in reached
                if (was := self._standing.get(feed, NOTHING)) == now.get(feed, NOTHING)
            }
        return orjson.dumps(end) + b"\n"


def news(
    engine: Engine, asking: Caller, positions: Mapping[str, int], limit: int, *, held: bool
) -> Iterator[bytes]:
    """All that is new for somebody, a page at a time."""
    telling = read(engine, lambda session: News(session, asking, positions, limit, held=held))
    yield from rest(engine, telling)


def rest(engine: Engine, telling: News) -> Iterator[bytes]:
    """What was not told yet."""
    while not telling.is_told:
        yield read(engine, telling.some)


def readable(session: Session, asking: Caller, positions: Collection[str]) -> tuple[str, ...]:
    """The feeds that somebody is told, and those that they ask for by naming them."""
    own = feeds_of(asking.principal)
    if not names_some(positions):
        return own
    return tuple(sorted({*own, *asked_for(session, asking.principal, positions)}))


def _mine_first(allowed: Sequence[str]) -> list[str]:
    """What somebody is engaged in, then what they answer for, then whom and what they may pick."""
    order = ("person:", "committee:", "office:", "staff:", "directory", "investigators:")
    return sorted(allowed, key=lambda f: next(n for n, o in enumerate(order) if f.startswith(o)))
