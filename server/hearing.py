"""Who of those named in a record is told of it: a role that was taken away is told no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.record import Record
from app.workflows import WORKFLOWS
from app.workflows.roles import grants_needed
from server.feeds import Item, Kind
from server.tables import GrantRow, NewsRow, PartyRow

T = TypeVar("T")
GRANTED = select(GrantRow.principal, GrantRow.role).where(
    GrantRow.principal.in_(bindparam("names", expanding=True))
)


def heard(
    session: Session, record: Record, told: Mapping[str, T], held: dict[str, set[str]] | None = None
) -> dict[str, T]:
    """Of the feeds in which it would be told, those whose people hold what their part needs.

    `held`: what was found of them, for the next record of the same transaction.
    """
    if not told:
        return {}
    workflow = WORKFLOWS[record.form]
    readers = [*workflow.state(record.state).readers]
    if record.in_force is not None:
        readers += workflow.state(record.in_force.state).readers
    needs = grants_needed(readers, record.parties)
    if not needs:
        return dict(told)
    held = {} if held is None else held
    if unknown := sorted(needs.keys() - held.keys()):
        held |= {name: set() for name in unknown}
        for principal, role in session.connection().execute(GRANTED, {"names": unknown}):
            held[principal].add(role)
    deaf = {name for name, grants in needs.items() if not grants & held[name]}
    return {feed: kind for feed, kind in told.items() if feed not in deaf}


def differences(
    session: Session,
    person: str,
    find: Callable[[UUID], Record | None],
    telling: Callable[[Record], dict[str, Kind]],
) -> Iterator[Item]:
    """What their own feed must be told once their roles have changed: records that come and go."""
    named = session.scalars(select(PartyRow.record).where(PartyRow.name == person).distinct()).all()
    rows = session.execute(select(NewsRow.ref, NewsRow.kind).where(NewsRow.feed == person))
    known = {row.ref: row.kind for row in rows}
    for record_id in sorted(named):
        record = find(record_id)
        if record is None:
            continue
        now = heard(session, record, telling(record)).get(person)
        was = known.get(str(record_id), "gone")
        if (now or "gone") != was:
            yield Item(person, str(record_id), now or "gone", record_id)
