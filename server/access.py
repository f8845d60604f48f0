"""Who may have a document: whoever brought it, and whoever may read a record that names it."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Engine, Table, or_, select
from sqlalchemy.orm import Session

from app.record import Principal
from app.workflows import WORKFLOWS
from app.workflows.readers import seen_by
from server.books import files_of, record_of
from server.db import transact, upsert
from server.moments import clock
from server.tables import FileOwnerRow, FileRow, PartyRow, RecordFileRow, RecordRow


def may_use(session: Session, principal: Principal, sha256: str) -> bool:
    """Whether a stored document may be read, or named in a record, by this principal.

    Knowing its SHA-256 is not enough, and who may not have it cannot tell whether it is here.
    """
    brought = select(FileOwnerRow.sha256).where(
        FileOwnerRow.sha256 == sha256, FileOwnerRow.principal == principal.id
    )
    if session.execute(brought.limit(1)).first():
        return True
    scopes = [grant.scope for grant in principal.grants if grant.scope]
    naming = (
        select(RecordRow.body)
        .join(RecordFileRow, RecordFileRow.record == RecordRow.id)
        .join(PartyRow, PartyRow.record == RecordRow.id)
        .where(
            RecordFileRow.sha256 == sha256,
            or_(PartyRow.name == principal.id, PartyRow.name.in_(scopes)),
        )
    )
    for body in session.scalars(naming):
        record = record_of(body)
        seen = seen_by(WORKFLOWS[record.form], record, principal)
        if seen and sha256 in files_of(seen):
            return True
    return False


def size_of(session: Session, sha256: str) -> int | None:
    """How large a stored document is."""
    found = select(FileRow.size).where(FileRow.sha256 == sha256)
    return session.execute(found).scalar_one_or_none()


def know(engine: Engine, principal: Principal, sha256: str, size: int) -> None:
    """Note that a document is kept, and who brought it."""

    def work(session: Session) -> None:
        rows: list[tuple[Any, dict[str, Any], tuple[str, ...]]] = [
            (
                FileRow,
                {"sha256": sha256, "size": size, "stored_at": clock()},
                ("sha256",),
            ),
            (
                FileOwnerRow,
                {"sha256": sha256, "principal": principal.id},
                ("sha256", "principal"),
            ),
        ]
        for table, row, key in rows:
            upsert(session, cast("Table", table.__table__), [row], key=key)

    transact(engine, work)
