"""Who is told of a record and may read it, on whose list it stands, and which version they see."""

from __future__ import annotations

from dataclasses import replace

from app.record import Parties, Principal, Record
from app.workflows.roles import ROLES
from app.workflows.table import Workflow, parties_in_force


def audience(workflow: Workflow, state: str, parties: Parties) -> set[str]:
    """The feeds in which a record in this state is told: `person:…`, `office:…`, `committee:…`."""
    return {
        name
        for role in workflow.state(state).readers
        for name in parties.get(ROLES[role].party, ())
    }


def waits_for(workflow: Workflow, state: str, parties: Parties) -> set[str]:
    """Whose to-do list it is on, as `roles.keys_of` names them."""
    return {key for role in workflow.state(state).holders for key in ROLES[role].keys(parties)}


def readers_in_force(workflow: Workflow, record: Record) -> set[str]:
    """The feeds in which the version in force goes on being told while it is being changed."""
    kept = record.in_force
    if kept is None:
        return set()
    parties = parties_in_force(workflow, record, kept)
    return audience(workflow, kept.state, parties) - audience(
        workflow, record.state, record.parties
    )


def as_in_force(workflow: Workflow, record: Record) -> Record:
    """The record as those see it who are not told of a change under way.

    Its revision is the present one: whoever read the change before must take this for newer.
    """
    kept = record.in_force
    if kept is None:
        return record
    return replace(
        record, state=kept.state, answers=kept.answers,
        parties=parties_in_force(workflow, record, kept),
        log=tuple(p for p in record.log if p.revision <= kept.revision),
        updated_at=kept.updated_at, in_force=None,
    )  # fmt: skip


def seen_by(workflow: Workflow, record: Record, principal: Principal) -> Record | None:
    """The record as this principal may read it: whole, as it is in force, or not at all."""
    if may_read(workflow, record.state, record.parties, principal):
        return record
    kept = record.in_force
    if kept is None:
        return None
    parties = parties_in_force(workflow, record, kept)
    hears = may_read(workflow, kept.state, parties, principal)
    return as_in_force(workflow, record) if hears else None


def may_read(workflow: Workflow, state: str, parties: Parties, principal: Principal) -> bool:
    """Whoever is told of a record may read it and its documents; nobody else, whatever their roles.

    Who was named in a role that has been taken away since is told no more.
    """
    return any(ROLES[role].hears(principal, parties) for role in workflow.state(state).readers)
