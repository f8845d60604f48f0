"""Wrong passwords: counted before they are looked at, answered with growing waits, never for ever.

A stranger's guesses must not keep the owner out. Desks at which the account has signed in before
are counted each by itself: whoever guesses elsewhere makes nobody wait there.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.errors import TryLater
from server.tables import AttemptRow, KnownDeskRow, LoginRow

PATIENCE = 5
"""Failures before a login has to wait."""
WAITS = (30, 60, 120, 300, 600)
"""Seconds to wait after each further failure; never longer: nobody is locked out for ever."""
FORGOTTEN = timedelta(days=1)
"""Failures older than this count no more."""


def desk_digest(desk: str) -> str:
    return hashlib.sha256(desk.encode()).hexdigest()


def count(session: Session, login: str, desk: str, now: datetime) -> None:
    """Count one more attempt, or TryLater, known login or not; forgotten once it was right."""
    key = _key(login, desk if _is_known(session, login, desk) else "")
    row = session.execute(
        select(AttemptRow.failures, AttemptRow.wait_until, AttemptRow.last)
        .where(AttemptRow.login == key)
        .with_for_update()
    ).one_or_none()
    if row is None:
        session.execute(insert(AttemptRow).values(login=key, failures=1, wait_until=now, last=now))
        return
    if row.wait_until > now:
        seconds = int((row.wait_until - now).total_seconds()) + 1
        zh, en = spoken(seconds)
        raise TryLater(
            f"连续多次未能登录，请在 {zh}后再试。密码可请管理员重置，重置后不必再等。",
            f"Signing in failed several times. Please try again in {en}. An administrator can "
            "reset the password; then there is no wait.",
            seconds=seconds,
        )
    failures = 1 if row.last + FORGOTTEN < now else row.failures + 1
    wait = WAITS[min(failures - PATIENCE, len(WAITS) - 1)] if failures >= PATIENCE else 0
    session.execute(
        update(AttemptRow)
        .where(AttemptRow.login == key)
        .values(failures=failures, wait_until=now + timedelta(seconds=wait), last=now)
    )


def forgive(session: Session, login: str, desk: str) -> None:
    """The password was right: nothing is held against whoever was counted here.

    A known desk forgives itself only, or each morning would give strangers new guesses.
    """
    key = _key(login, desk if _is_known(session, login, desk) else "")
    session.execute(delete(AttemptRow).where(AttemptRow.login == key))


def forgive_all(session: Session, account: UUID) -> None:
    """A new first password was set by an administrator: whoever knows it need not wait."""
    logins = session.scalars(select(LoginRow.login).where(LoginRow.account == account)).all()
    desks = session.scalars(select(KnownDeskRow.desk).where(KnownDeskRow.account == account)).all()
    keys = [_joined(login, desk) for login in logins for desk in ("", *desks)]
    session.execute(delete(AttemptRow).where(AttemptRow.login.in_(keys)))


def purge(session: Session, now: datetime) -> None:
    """Forget what counts no more: names somebody made up must not fill the table."""
    session.execute(delete(AttemptRow).where(AttemptRow.last < now - FORGOTTEN))


def remember_desk(session: Session, account: UUID, desk: str) -> None:
    """The account has signed in here: from now on this desk is counted by itself."""
    known = select(KnownDeskRow.desk).where(
        KnownDeskRow.account == account, KnownDeskRow.desk == desk_digest(desk)
    )
    if session.execute(known).first() is None:
        session.execute(insert(KnownDeskRow).values(account=account, desk=desk_digest(desk)))


def forget_desk(session: Session, account: UUID, desk: str) -> None:
    session.execute(
        delete(KnownDeskRow).where(
            KnownDeskRow.account == account, KnownDeskRow.desk == desk_digest(desk)
        )
    )


def _is_known(session: Session, login: str, desk: str) -> bool:
    found = (
        select(KnownDeskRow.desk)
        .join(LoginRow, LoginRow.account == KnownDeskRow.account)
        .where(LoginRow.login == login, KnownDeskRow.desk == desk_digest(desk))
    )
    return session.execute(found).first() is not None


def _key(login: str, desk: str) -> str:
    return _joined(login, desk_digest(desk) if desk else "")


def _joined(login: str, desk: str) -> str:
    told = f"{login}\n{desk}" if desk else login
    return hashlib.sha256(told.encode()).hexdigest()


def spoken(seconds: int) -> tuple[str, str]:
    """How long that is, in Chinese and in English."""
    if seconds < 60:
        return f"{seconds} 秒", f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return f"{minutes} 分钟", f"{minutes} minutes" if minutes > 1 else "1 minute"
