"""What is done again and again: each job by one process at a time, whichever comes first.

There is no leader to lose. When a job was last done stands in the database; whoever finds it due
locks that row, does the job and notes the time in the same transaction. Another process passes the
locked row over; a job that fails, or whose process dies, is due again at the next look.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Delete, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import attempts, doorlog, metrics, uploads
from server.accounts import IDLE
from server.db import read, transact
from server.files import Documents
from server.moments import clock, told
from server.tables import AttemptRow, MetaRow, SessionRow, SignInRow

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[Session, Documents, datetime], int]
"""Does a job within one transaction; gives how many things it did."""
NEVER = ""
LOOK = 60.0
"""Seconds between two looks at what is due, a fifth more or less."""


@dataclass(frozen=True)
class Job:
    """Something that is done every so often."""

    name: str
    every: timedelta
    work: Work


def turn(
    engine: Engine, documents: Documents, now: datetime, jobs: tuple[Job, ...] = ()
) -> dict[str, int]:
    """Do what is due; by job how many things were done. A fault in one holds up no other."""
    done: dict[str, int] = {}
    for job in jobs or JOBS:
        try:
            count = _once(engine, documents, now, job)
        except Exception:  # the top of a job: it is due again at the next look
            log.exception("job %s failed", job.name)
            metrics.JOBS.labels(job.name, "failed").inc()
            continue
        if count is not None:
            done[job.name] = count
            metrics.JOBS.labels(job.name, "done").inc()
            log.info("job %s: %d", job.name, count)
    return done


def _once(engine: Engine, documents: Documents, now: datetime, job: Job) -> int | None:
    """Do a job if it is due and nobody else is at it; None where not."""
    name = f"job {job.name}"
    asked = select(MetaRow.value).where(MetaRow.name == name)

    def is_due(last: str | None) -> bool:
        return last is not None and last <= told(now - job.every)

    def work(session: Session) -> int | None:
        # A locked row is passed over; on SQLite the whole transaction is the lock.
        if not is_due(session.scalar(asked.with_for_update(skip_locked=True))):
            return None
        session.execute(update(MetaRow).where(MetaRow.name == name).values(value=told(now)))
        return job.work(session, documents, now)

    last = read(engine, lambda session: session.scalar(asked))
    if last is None:
        last = NEVER
        transact(engine, lambda session: _first(session, name))
    return transact(engine, work) if is_due(last) else None


def _first(session: Session, name: str) -> None:
    """Make the job's row, unless another process was first."""
    with suppress(IntegrityError), session.begin_nested():
        session.execute(insert(MetaRow).values(name=name, value=NEVER))


async def keep_on(
    engine: Engine, documents: Documents, *, look: float = LOOK, jobs: tuple[Job, ...] = ()
) -> None:
    """Look again and again what is due, until cancelled."""
    while True:
        await asyncio.sleep(look * random.uniform(0.8, 1.2))
        # A limiter of its own: a job takes no request its thread.
        await to_thread.run_sync(
            lambda: turn(engine, documents, clock(), jobs), limiter=CapacityLimiter(1)
        )


# -- the jobs --------------------------------------------------------------------------------


def _sessions(session: Session, _documents: Documents, now: datetime) -> int:
    """Forget sessions that nobody has used for as long as one may be idle."""
    return _deleted(session, delete(SessionRow).where(SessionRow.seen < now - IDLE))


def _attempts(session: Session, _documents: Documents, now: datetime) -> int:
    return _deleted(session, delete(AttemptRow).where(AttemptRow.last < now - attempts.FORGOTTEN))


def _doors(session: Session, _documents: Documents, now: datetime) -> int:
    return _deleted(session, delete(SignInRow).where(SignInRow.at < now - doorlog.KEPT))


def _arrivals(_session: Session, documents: Documents, _now: datetime) -> int:
    return uploads.sweep(documents.arrivals)


def _deleted(session: Session, statement: Delete) -> int:
    return session.connection().execute(statement).rowcount


JOBS = (
    Job("sessions", timedelta(hours=1), _sessions),
    Job("attempts", timedelta(hours=1), _attempts),
    Job("sign-ins", timedelta(days=1), _doors),
    Job("arrivals", timedelta(hours=6), _arrivals),
)
