"""登录日志: who came to an account's door, told to its owner and to nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from server.moments import in_order, told
from server.tables import SignInRow
from sync.protocol import DoorEvent

KEPT = timedelta(days=366)
EVENTS = ("in", "wrong", "out", "changed", "reset", "ended", "disabled", "enabled")
"""Signed in, a wrong password, signed out, password changed, reset, a desk's session ended …"""


def note(
    session: Session, account: UUID, event: str, now: datetime, *, desk: str = "", address: str = ""
) -> None:
    """Keep it for the account's owner."""
    assert event in EVENTS
    session.execute(
        insert(SignInRow).values(
            id=in_order(), account=account, at=now, event=event, desk_name=desk[:100],
            address=address[:64],
        )
    )  # fmt: skip


def purge(session: Session, account: UUID, now: datetime) -> None:
    session.execute(
        delete(SignInRow).where(SignInRow.account == account, SignInRow.at < now - KEPT)
    )


def of_account(session: Session, account: UUID, beyond: UUID | None, limit: int) -> list[DoorEvent]:
    """The last events, newest first, beyond the one that was read last."""
    wanted = select(SignInRow).where(SignInRow.account == account)
    last = session.get(SignInRow, beyond) if beyond else None
    if last is not None and last.account == account:
        same = and_(SignInRow.at == last.at, SignInRow.id < last.id)
        wanted = wanted.where(or_(SignInRow.at < last.at, same))
    rows = session.scalars(wanted.order_by(SignInRow.at.desc(), SignInRow.id.desc()).limit(limit))
    return [
        DoorEvent(
            id=str(r.id), at=told(r.at), event=r.event, desk_name=r.desk_name, address=r.address
        )
        for r in rows
    ]
