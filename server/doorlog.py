"""登录日志: who came to an account's door, told to its owner and to nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.moments import told
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
            id=uuid4(), account=account, at=now, event=event, desk_name=desk[:100],
            address=address[:64],
        )
    )  # fmt: skip


def purge(session: Session, account: UUID, now: datetime) -> None:
    session.execute(
        delete(SignInRow).where(SignInRow.account == account, SignInRow.at < now - KEPT)
    )


def of_account(
    session: Session, account: UUID, before: datetime | None, limit: int
) -> list[DoorEvent]:
    """The last events, newest first."""
    wanted = select(SignInRow).where(SignInRow.account == account)
    if before is not None:
        wanted = wanted.where(SignInRow.at < before)
    rows = session.scalars(wanted.order_by(SignInRow.at.desc(), SignInRow.id).limit(limit))
    return [
        DoorEvent(at=told(r.at), event=r.event, desk_name=r.desk_name, address=r.address)
        for r in rows
    ]
