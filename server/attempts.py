"""Wrong passwords: counted before they are looked at, answered with growing waits, never for ever.

A stranger's guesses must not keep the owner out. Desks at which the account has signed in before
are counted each by itself: whoever guesses elsewhere makes nobody wait there. At other desks each
address is counted by itself; only when very many addresses guess at one login, all of them wait.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.errors import TryLater
from server.tables import AccountRow, AttemptRow, KnownDeskRow, LoginRow

PATIENCE = 5
"""Failures before a login has to wait at a desk, or from an address."""
PATIENCE_WITH_ALL = 300
"""Failures from all addresses together before the login has to wait at desks that are new to it."""
WAITS = (30, 60, 120, 300, 600)
"""Seconds to wait after each further failure; never longer: nobody is locked out for ever."""
FORGOTTEN = timedelta(days=1)
"""Failures older than this count no more."""


def desk_digest(desk: str) -> str:
    return hashlib.sha256(desk.encode()).hexdigest()


def count(session: Session, login: str, desk: str, now: datetime, address: str = "") -> None:
    """Count one more attempt, or TryLater, known login or not; forgotten once it was right."""
    if _is_known(session, login, desk):
        _count(session, _key(login, desk), now, PATIENCE)
        return
    _count(session, _from(session, login, address), now, PATIENCE)
    _count(session, _key(login, ""), now, PATIENCE_WITH_ALL)


def _count(session: Session, key: str, now: datetime, patience: int) -> None:
    row = session.execute(
        select(AttemptRow.failures, AttemptRow.wait_until, AttemptRow.last)
        .where(AttemptRow.login == key)
        .with_for_update()
    ).one_or_none()
    if row is None:
        # Long past: of several requests at once the one that began first may be counted last.
        past = now - FORGOTTEN
        session.execute(insert(AttemptRow).values(login=key, failures=1, wait_until=past, last=now))
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
    wait = WAITS[min(failures - patience, len(WAITS) - 1)] if failures >= patience else 0
    session.execute(
        update(AttemptRow)
        .where(AttemptRow.login == key)
        .values(
            failures=failures,
            wait_until=now + timedelta(seconds=wait) if wait else row.wait_until,
            last=max(now, row.last),
        )
    )


def forgive(session: Session, login: str, desk: str, address: str = "") -> None:
    """The password was right: nothing is held against whoever was counted here.

    A desk or an address forgives itself only, or each morning would give strangers new guesses.
    """
    is_known = _is_known(session, login, desk)
    key = _key(login, desk) if is_known else _from(session, login, address)
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


def _from(session: Session, login: str, address: str) -> str:
    """Guesses from an address at one password: another password is a new beginning."""
    kept = session.scalar(
        select(AccountRow.password)
        .join(LoginRow, LoginRow.account == AccountRow.id)
        .where(LoginRow.login == login)
    )
    return _joined(login, f"from {address}\n{kept or ''}")


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
