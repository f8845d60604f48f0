"""A desk's round at the registry: its changes done, each as if alone; then what is new for it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Sequence
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


def news(
    engine: Engine, asking: Caller, positions: dict[str, int], limit: int, *, held: bool
) -> Iterator[bytes]:
    """Everything after these positions, a page at a time, feed by feed; the last line is the end.

    No transaction is open while a page is sent. `held`: say at the end what each feed holds.
    """
    allowed = readable(engine, asking, positions)
    left, more = limit, False
    standing = read(engine, lambda session: feeds.held(session, allowed))
    reached = list[str]()
    for feed in _mine_first(allowed):
        after = min(max(positions.get(feed, 0), 0), FURTHEST)
        last = standing.get(feed, NOTHING)[0]
        while after < last and left > 0:
            page = _page(engine, feed, after, min(left, feeds.PAGE))
            if page.lines:
                yield b"".join(page.lines)
            left -= len(page.lines)
            after = page.last if page.lines else last
        if after < last:
            more = True
            break
        reached.append(feed)
    end = NewsEnd(feeds=allowed, more=more).model_dump(exclude={"held"})
    if held:
        # Something may have moved on while the pages were read: of such a feed nothing is said.
        now = standing
        if left < limit:
            now = read(engine, lambda session: feeds.held(session, allowed))
        end["held"] = {
            feed: dict(zip(("position", "count", "mark"), standing.get(feed, NOTHING), strict=True))
            for feed in reached
            if standing.get(feed) == now.get(feed)
        }
    yield orjson.dumps(end) + b"\n"


def ahead(engine: Engine, asking: Caller, positions: dict[str, int]) -> int:
    """About how many items are to come, where a feed is read from its beginning; otherwise 0."""
    allowed = readable(engine, asking, positions)
    if all(feed in positions for feed in allowed):
        return 0
    standing = read(engine, lambda session: feeds.held(session, allowed))
    return sum(
        max(0, min(count, last - positions.get(feed, 0)))
        for feed, (last, count, _mark) in standing.items()
    )


def readable(engine: Engine, asking: Caller, positions: Collection[str]) -> tuple[str, ...]:
    """The feeds that somebody is told, and those that they ask for by naming them."""
    own = feeds_of(asking.principal)
    if not names_some(positions):
        return own
    asked = read(engine, lambda session: asked_for(session, asking.principal, positions))
    return tuple(sorted({*own, *asked}))


def _mine_first(allowed: Sequence[str]) -> list[str]:
    """What somebody is engaged in, then what they answer for, then whom and what they may pick."""
    order = ("person:", "committee:", "office:", "staff:", "directory", "investigators:")
    return sorted(allowed, key=lambda f: next(n for n, o in enumerate(order) if f.startswith(o)))


def _page(engine: Engine, feed: str, after: int, limit: int) -> feeds.Page:
    return read(engine, lambda session: feeds.page(session, feed, after, limit))
