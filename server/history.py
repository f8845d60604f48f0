"""Earlier revisions of a record, for comparing: never more than its readers could read then."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers import brought_up_to_date
from app.errors import NotFound
from app.record import Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.readers import may_read, seen_by
from server.books import record_of
from server.moments import told
from server.tables import RecordRow, RevisionRow


def revision_of(session: Session, principal: Principal, record_id: UUID, number: int) -> Record:
    """A record as it stood at a revision, or NotFound.

    Whoever reads the record now may read a revision if its state is one that they are told of: a
    draft stays with its authors. Who is told only of what is in force reads nothing later.
    """
    body = session.scalar(select(RecordRow.body).where(RecordRow.id == record_id))
    record = record_of(body) if body else None
    seen = seen_by(WORKFLOWS[record.form], record, principal) if record else None
    if record is None or seen is None:
        raise _not_here()
    kept = record.in_force
    if seen is not record and kept is not None and number > kept.revision:
        raise _not_here()
    row = session.execute(
        select(RevisionRow).where(RevisionRow.record == record_id, RevisionRow.revision == number)
    ).scalar_one_or_none()
    if row is None or not may_read(WORKFLOWS[record.form], row.state, seen.parties, principal):
        raise _not_here()
    then = replace(
        seen, revision=number, state=row.state, form_version=row.form_version,
        answers=orjson.loads(row.answers), updated_at=told(row.at), in_force=None,
        log=tuple(passage for passage in seen.log if passage.revision <= number),
    )  # fmt: skip
    return brought_up_to_date(then)


def _not_here() -> NotFound:
    return NotFound(
        "登记中心没有这个版本，或您已不能查看。请同步后再看。",
        "The registry has no such version, or you may no longer read it. Please sync and look.",
    )
