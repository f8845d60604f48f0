"""Who is in this institution already, by this computer's own copy."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.roster.known import By, Standing

if TYPE_CHECKING:
    from local_db import WorkingCopy

PAGE = 500
BY: tuple[By, ...] = ("id_number", "mobile", "email")


class OwnPeople:
    """People of the own institution, found by number or address. The registry has the last word."""

    is_final = False

    def __init__(self, standings: dict[tuple[By, str], Standing]) -> None:
        self._standings = standings

    def find(self, by: By, value: str) -> Standing | None:
        return self._standings.get((by, value))


def own_people(copy: WorkingCopy) -> OwnPeople:
    """Read every person that this copy holds, those still in the outbox included."""
    from local_db import Query

    standings: dict[tuple[By, str], Standing] = {}
    offset, total = 0, 1
    while offset < total:
        page = copy.rows(Query("person", sort="title", descending=False, offset=offset, limit=PAGE))
        offset, total = offset + PAGE, page.total
        for row in page.rows:
            record = copy.get(UUID(row.head.id))
            standing = Standing(
                person=f"person:{record.id}",
                name=str(record.answers.get("name", "")),
                place="here",
                disabled=record.state == "disabled",
            )
            for by in BY:
                if record.answers.get(by):
                    standings[by, str(record.answers[by])] = standing
    return OwnPeople(standings)
