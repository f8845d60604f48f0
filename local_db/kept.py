"""Confirmed changes, kept for a while: a registry restored from before them gets them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson
import zstandard
from sqlalchemy import Connection

from app.record import Principal
from local_db import outbox

DAYS = 180
"""How long they stay: no backup that is restored should be older."""


def keep(db: Connection, changes: Sequence[tuple[int, str, bytes]], at: str) -> None:
    """Keep confirmed changes: (their place in the outbox, record id, message)."""
    pack = zstandard.ZstdCompressor(level=1)
    db.exec_driver_sql(
        "INSERT OR REPLACE INTO kept (k, change_id, record_id, message, done_at) "
        "VALUES (?, ?, ?, ?, ?)",
        [
            (k, orjson.loads(message)["change_id"], record_id, pack.compress(message), at)
            for k, record_id, message in changes
        ],
    )


def purge(db: Connection, before: datetime) -> None:
    until = before.isoformat(timespec="seconds")
    db.exec_driver_sql("DELETE FROM kept WHERE done_at < ?", (until,))


def heal(db: Connection, who: Principal) -> int:
    """Put what was confirmed back before the outbox, under its own ids; how many changes.

    The registry answers those it still knows as before, and does the others.
    """
    found = db.exec_driver_sql(
        "SELECT kept.k, r.n, kept.message FROM kept JOIN record r ON r.id = kept.record_id "
        "ORDER BY kept.k"
    ).all()
    unpack = zstandard.ZstdDecompressor()
    rows = []
    for k, n, packed in found:
        message = unpack.decompress(packed)
        body = orjson.loads(message)
        rows.append((k, body["change_id"], n, message, body["made_at"]))
    if rows:
        db.exec_driver_sql(
            "INSERT INTO outbox (k, change_id, n, message, state, attempts, made_at) "
            "VALUES (?, ?, ?, ?, 'sent', 1, ?)",
            rows,
        )
        db.exec_driver_sql("DELETE FROM kept WHERE k = ?", [(row[0],) for row in rows])
        for n in dict.fromkeys(row[2] for row in rows):
            outbox.refresh(db, n, who)
    return len(rows)
