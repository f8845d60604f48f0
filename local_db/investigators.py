"""The investigators of other institutions: asked for when one takes part in a study, then kept.

Nobody is told of them unasked (docs/decisions/0010): a desk names the feeds of those institutions
that it wants, from the one asked for first to the one asked for last.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from app.heads import INVESTIGATOR
from app.workflows.roles import INVESTIGATORS, investigators_of
from local_db import listing

WANTED, TOLD = "investigators wanted", "investigators told"
"""In `meta`: the feeds that this desk asks for; those it was told in the last round."""
MOST = 300
"""Institutions asked for; the one asked for longest ago goes first."""


@dataclass(frozen=True)
class Investigators:
    """Who was found, and whether all of the institution asked for are here to be looked through."""

    cards: tuple[dict[str, Any], ...]
    is_known: bool


def is_one(feed: str) -> bool:
    return feed.startswith(INVESTIGATORS)


def wanted(connection: Connection) -> list[str]:
    return _names(connection, WANTED)


def want(connection: Connection, offices: Collection[str]) -> bool:
    """Ask for the investigators of these institutions from now on; whether that is new."""
    before = wanted(connection)
    feeds = dict.fromkeys(map(investigators_of, offices))
    if feeds.keys() <= {*before}:
        return False
    after = [feed for feed in before if feed not in feeds]
    _keep(connection, WANTED, [*after, *feeds][-MOST:])
    return True


def were_told(connection: Connection, feeds: Collection[str]) -> None:
    """A round has ended in which these feeds were told."""
    told = sorted(filter(is_one, feeds))
    if told != _names(connection, TOLD):
        _keep(connection, TOLD, told)


def find(connection: Connection, text: str, office: str, limit: int) -> Investigators:
    """Who may be the investigator of a site, of this one first; without a text only those."""
    called, words = listing.called_so(text)
    claims = ["(kind = 'investigator' OR (kind = 'person' AND instr(roles, ?)))", *called]
    values = [f" {INVESTIGATOR} ", *words]
    if office and not text.strip():
        claims.append("office = ?")
        values.append(office)
    bodies = connection.exec_driver_sql(
        "SELECT body, (SELECT name FROM card AS place WHERE place.ref = card.office) FROM card "
        f"WHERE {' AND '.join(claims)} ORDER BY office = ? DESC, sort, ref LIMIT ?",
        (*values, office, 2 * limit),  # a colleague may come twice
    )
    found: dict[str, dict[str, Any]] = {}
    for body, place in bodies:
        card = orjson.loads(body)
        told = {**card, "kind": "investigator", "office_name": place or ""}
        found.setdefault(str(card["ref"]), told)
    known = not office or investigators_of(office) in _names(connection, TOLD)
    return Investigators(tuple(found.values())[:limit], known)


def _names(connection: Connection, key: str) -> list[str]:
    kept = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).scalar()
    return list(orjson.loads(kept)) if kept else []


def _keep(connection: Connection, key: str, names: list[str]) -> None:
    connection.exec_driver_sql(
        "REPLACE INTO meta (key, value) VALUES (?, ?)", (key, orjson.dumps(names).decode())
    )
