"""Who is known of a workbook's rows: by this computer's own copy, and by the registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from app.record import Record
from app.roster.checks import Entry
from app.roster.known import By, Standing
from app.roster.rows import Template

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from sync.client import RegistryClient
    from sync.protocol import Found, Sought

PAGE = 500
AT_ONCE = 2_000
"""Rows in one question (`sync.protocol.RosterQuestion`)."""
BY: dict[str, tuple[By, ...]] = {
    "person": ("id_number", "mobile", "email"),
    "institution": ("uscc",),
}
Place = tuple[By, str]


class Register:
    """People or institutions by number, address or name; a new word makes a new one."""

    def __init__(
        self,
        standings: Mapping[Place, Standing],
        *,
        unsent: Iterable[Place] = (),
        members: Iterable[str] = (),
        is_final: bool = False,
    ) -> None:
        self._standings = dict(standings)
        self._unsent = frozenset(unsent)
        self._members = frozenset(members)
        self.is_final = is_final
        """Whether the registry was asked; otherwise it looks again once it can be reached."""

    def find(self, by: By, value: str) -> Standing | None:
        if by == "member":
            return Standing(value, "", "here") if value in self._members else None
        return self._standings.get((by, value))

    def told(self, found: Iterable[Found]) -> Register:
        """The same after the registry's word; of one's own only what it has not heard stays."""
        mine = {place: self._standings[place] for place in self._unsent if place in self._standings}
        heard = {
            (cast("By", one.by), one.value): Standing(
                one.ref, one.name, cast("Any", one.place), one.disabled
            )
            for one in found
        }
        before = self._standings if self.is_final else {}
        return Register(
            {**before, **mine, **heard},
            unsent=self._unsent,
            members=self._members,
            is_final=True,
        )

    def unheard(self) -> Register:
        """The same, marked as not asked: the registry could not be reached."""
        return Register(self._standings, unsent=self._unsent, members=self._members, is_final=False)


def own_register(copy: WorkingCopy, template: Template, committee: UUID | None = None) -> Register:
    """What this computer knows by itself, what is still in the outbox included."""
    from local_db import Query

    standings: dict[Place, Standing] = {}
    unsent: set[Place] = set()
    form = template.asks
    offset, total = 0, 1
    while offset < total:
        page = copy.rows(Query(form, sort="title", descending=False, offset=offset, limit=PAGE))
        offset, total = offset + PAGE, page.total
        for row in page.rows:
            record = copy.get(UUID(row.head.id))
            found = _places(record)
            standings.update(found)
            if record.revision == 0:
                unsent.update(found)
    members: Iterable[str] = ()
    if committee is not None:
        rows = copy.get(committee).answers.get("members") or {}
        members = [str(row["person"]) for row in rows.values() if row.get("person")]
    return Register(standings, unsent=unsent, members=members)


def _places(record: Record) -> dict[Place, Standing]:
    """Where somebody, or an institution, is found."""
    is_person = record.form == "person"
    standing = Standing(
        person=f"{'person' if is_person else 'office'}:{record.id}",
        name=str(record.answers.get("name", "")),
        place="here" if is_person else "elsewhere",
        disabled=record.state == "disabled",
    )
    said = {by: str(record.answers.get(by) or "") for by in BY[record.form]}
    found: dict[Place, Standing] = {(by, text): standing for by, text in said.items() if text}
    if not is_person:
        found["office", standing.name] = standing
    return found


def sought(entries: Iterable[Entry]) -> list[Sought]:
    """The rows as they are asked about; those without any number are not."""
    from sync.protocol import Sought

    asked = []
    for entry in entries:
        keys = {
            key: entry.clean[column]
            for key, column in entry.terms.template.keys.items()
            if 0 < len(entry.clean[column]) <= 200
            and (key != "uscc" or len(entry.clean[column]) <= 40)
        }
        if keys:
            asked.append(Sought(**keys))
    return asked


def ask(client: RegistryClient, form: str, rows: Sequence[Sought]) -> list[Found]:
    """What the registry knows of these rows at this moment."""
    return [found for part in _parts(rows) for found in client.known(form, part)]


def _parts(rows: Sequence[Sought]) -> Iterator[Sequence[Sought]]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


def committees(copy: WorkingCopy, form: str) -> list[tuple[str, str]]:
    """The committees of a secretary that are being written: (id, name)."""
    from local_db import Query

    states = ("draft", "returned", "changing")
    rows = copy.rows(Query(form, states=states, sort="title", descending=False)).rows
    return [(row.head.id, row.head.title) for row in rows]
