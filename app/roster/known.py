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

By: TypeAlias = Literal["id_number", "mobile", "email", "uscc", "office", "office_alike", "member"]
"""By what a person is unique in the whole system; an institution by its code and its name, and
which has a name like it; and who, by reference, is a member of the committee already."""


@dataclass(frozen=True)
class Standing:
    """What is known of somebody, or of an institution, that is in the system already."""

    person: str
    """`person:…` or `office:…`."""
    name: str
    place: Literal["here", "elsewhere", "nowhere"]
    """In the administrator's institution, in another one, or in none."""
    disabled: bool = False


Already: TypeAlias = Literal["skip", "update", "move_in"]
"""What becomes of who is in the system: nothing; what is missing is added to who is here; and
whoever is elsewhere is asked for as well."""


class Known(Protocol):
    """Looks people up: in the registry, or in this computer's own copy."""

    @property
    def is_final(self) -> bool:
        """Whether this is the registry's own word; otherwise the registry looks again later."""

    def find(self, by: By, value: str) -> Standing | None:
        """The person who has this number or address."""


_DO = {
    "D01": (
        Words("在“人员移入”中按证件号码和姓名移入", "Move them in, by ID number and name"),
        Words("将申请移入", "A move will be asked for"),
    ),
    "D06": (
        Words(
            "请联系其所在机构移出，再移入", "Ask that institution to let them go, then move them in"
        ),
        Words("将向其所在机构申请移入", "That institution will be asked to let them go"),
    ),
    "D05": (
        Words("不再新建此人", "No second record is made"),
        Words("将补全空白项并增加角色", "What is empty is filled, and the role added"),
    ),
}
"""What to do of oneself, and what the import does where it was asked to."""


def against_known(
    row: int, clean: Sequence[str], known: Known | None, roles: tuple[str, ...], already: Already
) -> Iterator[Finding]:
    """D codes; from this computer's own copy they are marked as to be seen again."""
    if known is None:
        return
    number = clean[at.ID_NUMBER]
    same = known.find("id_number", number) if number else None
    if same:
        yield _seen(known, _same_person(row, clean[at.NAME], same, roles, already))
    others: tuple[tuple[By, int, str], ...] = (
        ("mobile", at.MOBILE, "D03"),
        ("email", at.EMAIL, "D04"),
    )
    for by, column, code in others:
        other = known.find(by, clean[column]) if clean[column] else None
        if other and (same is None or other.person != same.person):
            yield _seen(known, finding(code, row, column))


def _same_person(
    row: int, name: str, standing: Standing, roles: tuple[str, ...], already: Already
) -> Finding:
    column = at.ID_NUMBER
    if standing.name != name:
        return finding("D02", row, column, name=identity.masked_name(standing.name))
    if standing.disabled:
        return finding("D08", row, column)
    if standing.place == "elsewhere" and any(r.endswith("_member") for r in roles):
        return finding("D07", row, column)
    if standing.place != "here":
        code, moves = "D06" if standing.place == "elsewhere" else "D01", already == "move_in"
        return finding(code, row, column, severity="W" if moves else "E", do=_DO[code][moves])
    said = [ROLES[role] for role in roles if role in ROLES]
    role = Words("、".join(r.zh for r in said), ", ".join(r.en for r in said))
    return finding("D05", row, column, role=role, do=_DO["D05"][already != "skip"])


def _seen(known: Known, found: Finding) -> Finding:
    if known.is_final:
        return found
    zh, en = found.message
    return replace(found, message=Words(zh + TO_BE_SEEN_AGAIN.zh, en + TO_BE_SEEN_AGAIN.en))
