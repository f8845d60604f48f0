"""What goes into an offline package: changes in their order, and the documents that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Connection

from local_db import outbox
from local_db.seen import Message

SHA256 = re.compile(rb"[0-9a-f]{64}")
MOST_DOCUMENTS = 1000
BESIDE = 120
"""Bytes that a document or a message takes in the manifest beside its own."""


@dataclass(frozen=True)
class Packed:
    """What fits into one package; `left` changes wait for the next one."""

    changes: tuple[Message, ...]
    documents: tuple[tuple[str, int], ...]
    """SHA-256 and size."""
    left: int


def pack(connection: Connection, room: int, record_id: UUID | None = None) -> Packed:
    """Choose what fits into so many bytes, and mark it as attempted.

    Of one record only, where one is named.
    Of a record either what was done first, or nothing: behind a change that does not fit, none of
    the same record goes. A record with a change that a person must look at stays here.
    """
    sizes: dict[str, int] = {
        str(sha256): int(size)
        for sha256, size in connection.exec_driver_sql(
            "SELECT sha256, size FROM file WHERE to_send"
        )
    }
    found = connection.exec_driver_sql(
        "SELECT k, n, message FROM outbox WHERE n NOT IN "
        "(SELECT n FROM outbox WHERE state IN ('refused', 'clash')) ORDER BY k"
    ).all()
    if record_id is not None:
        only = outbox.known(connection, record_id)
        found = [row for row in found if row[1] == only]
    chosen, documents, full = list[tuple[int, bytes]](), dict[str, int](), set[int]()
    left = 0
    for k, n, message in found:
        named = {
            sha256: sizes[sha256]
            for sha256 in {part.decode() for part in SHA256.findall(message)}
            if sha256 in sizes and sha256 not in documents
        }
        need = len(message) + BESIDE + sum(named.values()) + BESIDE * len(named)
        if n in full or need > room or len(documents) + len(named) > MOST_DOCUMENTS:
            full.add(n)
            left += 1
            continue
        room -= need
        documents |= named
        chosen.append((k, message))
    if chosen:
        connection.exec_driver_sql(
            "UPDATE outbox SET state = 'sent', attempts = attempts + 1 WHERE k = ?",
            [(k,) for k, _ in chosen],
        )
    messages = tuple(orjson.loads(message) for _, message in chosen)
    return Packed(messages, tuple(documents.items()), left)
