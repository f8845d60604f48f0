"""How many bytes of documents an office may keep here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine, exists, func, select
from sqlalchemy.orm import Session

from app.errors import TooLarge
from app.record import Principal
from server import uploads
from server.db import read
from server.files import Documents
from server.limits import MEGABYTE
from server.tables import AccountRow, FileOwnerRow, FileRow


def refuse_beyond(
    engine: Engine, documents: Documents, principal: Principal, more: int, sha256: str
) -> None:
    """TooLarge where this document would be more than the sender's office may keep.

    A document that the office brought before takes no room again; what its people have begun to
    send counts as if it were here.
    """
    most = documents.quota

    def look(session: Session) -> tuple[int, set[str]]:
        colleagues = _colleagues(session, principal)
        brought = exists().where(
            FileOwnerRow.sha256 == FileRow.sha256, FileOwnerRow.principal.in_(colleagues)
        )
        kept = select(func.coalesce(func.sum(FileRow.size), 0)).where(
            brought, FileRow.sha256 != sha256
        )
        return int(session.execute(kept).scalar_one()), colleagues

    kept, colleagues = read(engine, look)
    if kept + more > most or kept + more + _others(documents, colleagues, sha256) > most:
        raise TooLarge(
            f"贵单位的附件已占用 {kept // MEGABYTE} MB，加上这一份将超过 {most // MEGABYTE} MB "
            "的限额，没有接收。请联系登记中心扩大限额。",
            f"Your office keeps {kept // MEGABYTE} MB of documents; with this one it would be over "
            f"its {most // MEGABYTE} MB, so it was not taken. Please ask the registry for more.",
            megabytes=most // MEGABYTE,
            reason="quota",
        )


def _colleagues(session: Session, principal: Principal) -> set[str]:
    if not principal.office:
        return {principal.id}
    office = principal.office.removeprefix("office:")
    found = select(AccountRow.principal).where(AccountRow.office == UUID(office))
    return {principal.id, principal.office, *session.scalars(found)}


def _others(documents: Documents, colleagues: set[str], sha256: str) -> int:
    return uploads.arriving(documents, colleagues, without=sha256)
