"""The audit log of each office: what was done to its people, its accounts and its committees.

It says who, what, to whom and why, and holds no ID numbers, mobiles or passwords. An office reads
its own; an authority also those of the offices below it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from app.forms import FORMS
from app.record import Principal, Record
from server.moments import in_order, told
from server.places import below, uuid_of
from server.tables import AuditRow, OfficeRow
from server.turn import Turn
from sync.protocol import AuditEvent

AUDITED = ("person", "institution", "transfer", "committee", "academic_committee", "stem_cell")
OFFICES = ("institution", "authority", "sending")
"""The parties whose offices answer for what was done."""


def note(turn: Turn, after: Record) -> None:
    """Keep a step in the log of every office that it concerns; saving is no step."""
    if after.form not in AUDITED or (turn.command == "save" and turn.before.state == after.state):
        return
    parties = (turn.before.parties, after.parties)
    named = {name for p in parties for office in OFFICES for name in p.get(office, ())}
    offices = {office for name in named if (office := uuid_of([name]))}
    if own := uuid_of([turn.who.office]):
        offices.add(own)
    reason = str(turn.said.get("reason") or turn.said.get("remark") or "")
    keep(
        turn.books.session,
        offices,
        turn.who,
        turn.books.now,
        (turn.role, turn.command, reason),
        after,
    )


def keep(
    session: Session,
    offices: set[UUID],
    who: Principal,
    now: datetime,
    what: tuple[str, str, str],
    about: Record,
) -> None:
    role, command, reason = what
    subject = FORMS[about.form].title_of(about.answers).replace("\x00", "")
    reason = reason.replace("\x00", "")
    rows = [
        {
            "id": in_order(), "office": office, "at": now, "actor": who.id, "name": who.name,
            "role": role, "form": about.form, "command": command, "about": about.id,
            "subject": subject[:200], "reason": reason[:2000],
        }
        for office in sorted(offices)
    ]  # fmt: skip
    if rows:
        session.execute(insert(AuditRow), rows)


def readable(session: Session, who: Principal) -> set[UUID]:
    """The offices whose log somebody may read: their own office account's, and those below."""
    found: set[UUID] = set()
    for grant in who.grants:
        office = uuid_of([grant.scope])
        if office and grant.role == "institution_admin":
            found.add(office)
        if office and grant.role == "authority":
            found |= below(session, office)
    return found


def of(session: Session, who: Principal, beyond: UUID | None, limit: int) -> list[AuditEvent]:
    """What was done, newest first, beyond the event that was read last.

    What the logs of several offices tell is told once, with the names of those offices.
    """
    wanted = (
        select(AuditRow, OfficeRow.name)
        .outerjoin(OfficeRow, OfficeRow.id == AuditRow.office)
        .where(AuditRow.office.in_(readable(session, who)))
    )
    last = session.get(AuditRow, beyond) if beyond else None
    if last is not None:  # many are of one moment: an import's, for one
        same = and_(AuditRow.at == last.at, AuditRow.id < last.id)
        wanted = wanted.where(or_(AuditRow.at < last.at, same))
    rows = session.execute(wanted.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit))
    found: list[AuditEvent] = []
    for row, office in rows:
        event = AuditEvent(
            id=str(row.id), at=told(row.at), office=office or "", actor=row.actor, name=row.name,
            role=row.role, form=row.form, command=row.command, about=str(row.about),
            subject=row.subject, reason=row.reason,
        )  # fmt: skip
        if found and _is_one(found[-1], event):
            offices = "、".join(filter(None, (found[-1].office, event.office)))
            found[-1] = event.model_copy(update={"office": offices})
        else:
            found.append(event)
    return found


def _is_one(one: AuditEvent, other: AuditEvent) -> bool:
    """Whether two logs tell of the same deed."""
    apart = {"id", "office"}
    return one.model_dump(exclude=apart) == other.model_dump(exclude=apart)
