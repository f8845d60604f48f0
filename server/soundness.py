"""Is everything here that should be? Asked by `python -m server check`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from server.books import record_of
from server.db import read_at_once
from server.files import Documents
from server.tables import FeedRow, FileRow, NewsRow, RecordRow, RevisionRow


def faults(engine: Engine, documents: Documents) -> list[str]:
    """What is wrong with the books and the documents; ids and counts only."""

    def look(session: Session) -> list[str]:
        return [
            *_database(session),
            *_revisions(session),
            *_feeds(session),
            *_documents(session, documents),
        ]

    return read_at_once(engine, look)


def _database(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return
    for (said,) in session.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield f"database: {said}"
    for table, row, *_ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"database: {table} row {row} refers to nothing"


def _revisions(session: Session) -> Iterator[str]:
    kept = {
        record: (count, last)
        for record, count, last in session.execute(
            select(RevisionRow.record, func.count(), func.max(RevisionRow.revision)).group_by(
                RevisionRow.record
            )
        )
    }
    for row in session.scalars(select(RecordRow).execution_options(yield_per=200)):
        record = record_of(row.body)
        if (record.revision, record.state) != (row.revision, row.state):
            yield f"record {row.id}: its body is of another revision than its row"
        if kept.get(row.id) != (row.revision, row.revision):
            yield f"record {row.id}: its history has gaps"


def _feeds(session: Session) -> Iterator[str]:
    beyond = (
        select(NewsRow.feed, func.max(NewsRow.position), FeedRow.value)
        .join(FeedRow, FeedRow.name == NewsRow.feed)
        .group_by(NewsRow.feed, FeedRow.value)
        .having(func.max(NewsRow.position) > FeedRow.value)
    )
    for feed, last, counted in session.execute(beyond):
        yield f"feed {feed}: position {last} is beyond its counter {counted}"


def _documents(session: Session, documents: Documents) -> Iterator[str]:
    for sha256, size in session.execute(select(FileRow.sha256, FileRow.size)):
        here = documents.size(sha256)
        if here is None:
            yield f"document {sha256}: missing"
        elif here != size:
            yield f"document {sha256}: {here} bytes instead of {size}"
