"""D codes: what is known already of somebody who is to be imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from app.roster import columns as at
from app.roster import identity
from app.roster.codes import TO_BE_SEEN_AGAIN, Finding, finding
from app.roster.persons import ROLES
from app.words import Words

By: TypeAlias = Literal["id_number", "mobile", "email", "uscc", "office", "office_alike"]
"""By what a person is unique in the whole system; an institution by its code and its name, and
which has a name like it."""


@dataclass(frozen=True)
class Standing:
    """What is known of somebody, or of an institution, that is in the system already."""

    person: str
    """`person:…` or `office:…`."""
    name: str
    place: Literal["here", "elsewhere", "nowhere"]
    """In the administrator's institution, in another one, or in none."""
    disabled: bool = False


class Known(Protocol):
    """Looks people up: in the registry, or in this computer's own copy."""

    @property
    def is_final(self) -> bool:
        """Whether this is the registry's own word; otherwise the registry looks again later."""

    def find(self, by: By, value: str) -> Standing | None:
        """The person who has this number or address."""


def against_known(
    row: int, clean: Sequence[str], known: Known | None, roles: tuple[str, ...]
) -> Iterator[Finding]:
    """D codes; from this computer's own copy they are marked as to be seen again."""
    if known is None:
        return
    number = clean[at.ID_NUMBER]
    same = known.find("id_number", number) if number else None
    if same:
        yield _seen(known, _same_person(row, clean[at.NAME], same, roles))
    others: tuple[tuple[By, int, str], ...] = (
        ("mobile", at.MOBILE, "D03"),
        ("email", at.EMAIL, "D04"),
    )
    for by, column, code in others:
        other = known.find(by, clean[column]) if clean[column] else None
        if other and (same is None or other.person != same.person):
            yield _seen(known, finding(code, row, column))


def _same_person(row: int, name: str, standing: Standing, roles: tuple[str, ...]) -> Finding:
    column = at.ID_NUMBER
    if standing.name != name:
        return finding("D02", row, column, name=identity.masked_name(standing.name))
    if standing.disabled:
        return finding("D08", row, column)
    if standing.place == "elsewhere":
        return finding("D07" if any(r.endswith("_member") for r in roles) else "D06", row, column)
    if standing.place == "nowhere":
        return finding("D01", row, column)
    said = [ROLES[role] for role in roles if role in ROLES]
    role = Words("、".join(r.zh for r in said), ", ".join(r.en for r in said))
    return finding("D05", row, column, role=role)


def _seen(known: Known, found: Finding) -> Finding:
    if known.is_final:
        return found
    zh, en = found.message
    return replace(found, message=Words(zh + TO_BE_SEEN_AGAIN.zh, en + TO_BE_SEEN_AGAIN.en))
