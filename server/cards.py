"""Cards: what is told of people and places so that they can be picked, and to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

import orjson
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.heads import INVESTIGATOR, card_of, investigator_card, investigator_ref
from app.record import Principal, Record
from app.workflows.committee import COMMITTEES, is_in_force
from app.workflows.roles import INVESTIGATORS, investigators_of
from server.db import upsert
from server.feeds import Item
from server.tables import CardRow, GrantRow, PartyRow

CARDS = cast("Table", CardRow.__table__)
AT_ONCE = 300
"""Institutions whose investigators one desk may keep; a study has at most 200 sites."""


def news_of(session: Session, record: Record) -> Iterator[Item]:
    """Keep the cards of a record as it is now; what is new in them, and where it leaves."""
    roles = session.scalars(
        select(GrantRow.role).where(GrantRow.principal == f"person:{record.id}").distinct()
    )
    card = card_of(record, tuple(roles))
    told = {str(card["ref"]): (_feed(record), card)}
    if record.form == "person":
        feed = _feed_of_investigator(record, card)
        told[investigator_ref(card["ref"])] = feed, investigator_card(card)
    stood = {
        ref: (feed, body)
        for ref, feed, body in session.execute(
            select(CARDS.c.ref, CARDS.c.feed, CARDS.c.body).where(CARDS.c.ref.in_(told))
        )
    }
    for ref, (feed, card) in told.items():
        body, was = orjson.dumps(card), stood.get(ref)
        if was and was[0] and was[0] != feed:
            yield Item(was[0], ref, "gone")
        if feed and was != (feed, body):
            yield Item(feed, ref, "card")
        if (feed or was) and was != (feed, body):
            upsert(session, CARDS, [{"ref": ref, "feed": feed, "body": body}], key=("ref",))


def _feed(record: Record) -> str:
    """Where a card is told: colleagues in their office's feed, places in everybody's; else "" ."""
    if record.form == "person":
        office = _office(record)
        return f"staff:{office.removeprefix('office:')}" if office else ""
    if record.form in COMMITTEES:
        return "directory" if is_in_force(record) else ""
    return "" if record.state in ("new", "deleted") else "directory"


def _feed_of_investigator(person: Record, card: Mapping[str, Any]) -> str:
    """Where others find somebody: as long as they work there, have an account and the role."""
    office = _office(person)
    return investigators_of(office) if office and INVESTIGATOR in card["roles"] else ""


def _office(person: Record) -> str:
    """Where somebody works whose account is open."""
    office = next(iter(person.parties.get("institution", ())), "")
    return office if person.state == "active" else ""


# -- the investigators of others ---------------------------------------------------------


def names_some(named: Collection[str]) -> bool:
    """Whether a feed of investigators is among those named."""
    return any(feed.startswith(INVESTIGATORS) for feed in named)


def asked_for(session: Session, who: Principal, named: Collection[str]) -> tuple[str, ...]:
    """Of these feeds those of investigators, where this principal may ask for them."""
    wanted = sorted(feed for feed in named if feed.startswith(INVESTIGATORS))
    if not wanted or not fills_in_studies(session, who):
        return ()
    return tuple(wanted[:AT_ONCE])


def fills_in_studies(session: Session, who: Principal) -> bool:
    """Whether they may name the sites of a study: its investigator, or authorised by one."""
    if any(grant.role == INVESTIGATOR for grant in who.grants):
        return True
    named = select(PartyRow.record).where(PartyRow.party == "delegate", PartyRow.name == who.id)
    return session.execute(named.limit(1)).first() is not None
