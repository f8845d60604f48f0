"""Earlier versions of records: those a record holds itself, and those that were fetched once."""

from __future__ import annotations

from uuid import UUID

import orjson
from sqlalchemy import Connection

from app.answers import records_known
from app.errors import NotFound
from app.record import Principal, Record
from local_db import outbox
from local_db.seen import record_from


def known(db: Connection, record_id: UUID, revision: int, who: Principal) -> Record:
    """A record as it stood at a revision, as far as this desk knows it; else NotFound."""
    n = outbox.known(db, record_id)
    held = records_known(outbox.seen(db, n, who).record)
    if revision in held:
        return held[revision]
    body = db.exec_driver_sql(
        "SELECT body FROM version WHERE n = ? AND revision = ?", (n, revision)
    ).scalar()
    if body is None:
        raise NotFound(
            "这个版本不在本机。联网后会从登记中心取得。",
            "This version is not on this computer. It is fetched once there is a network.",
        )
    return record_from(body)


def keep(db: Connection, record: Record) -> None:
    n = outbox.number_of(db, record.id)
    if n is not None:  # else it left this desk meanwhile
        db.exec_driver_sql(
            "INSERT INTO version (n, revision, body) VALUES (?, ?, ?) "
            "ON CONFLICT (n, revision) DO UPDATE SET body = excluded.body",
            (n, record.revision, orjson.dumps(record.to_wire())),
        )
