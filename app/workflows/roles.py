"""The roles, and when somebody holds one on a given record.

Source: seeds 000–003; spec/domain.md §3.1. A role is held either personally (the record names
the person) or through a grant on an office or committee that the record names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.record import Parties, Principal
from app.words import Words


@dataclass(frozen=True)
class Role:
    """`party`: whose names in the record's parties decide; `personal`: named in person or by grant."""

    id: str
    zh: str
    en: str
    party: str
    personal: bool = False
    grant: str = ""
    """The grant it needs. Empty: of a personal role none, of another one that of its own name."""

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)

    def held_by(self, principal: Principal, parties: Parties) -> bool:
        named = parties.get(self.party, ())
        if self.personal:
            granted = not self.grant or any(g.role == self.grant for g in principal.grants)
            return granted and principal.id in named
        needed = self.grant or self.id
        return any(g.role == needed and g.scope in named for g in principal.grants)

    def hears(self, principal: Principal, parties: Parties) -> bool:
        """Whether who holds it on such a record is told of it: a role that was taken away is not."""
        named = set(parties.get(self.party, ()))
        if self.personal:
            return self.held_by(principal, parties)
        return bool(named & {*feeds_of(principal)})

    def keys(self, parties: Parties) -> set[str]:
        """Who holds it on this record, as `key_of` names them: for to-do lists."""
        named = parties.get(self.party, ())
        needed = self.grant or self.id
        return set(named) if self.personal else {f"{needed}@{scope}" for scope in named}


# fmt: off
ROLES: dict[str, Role] = {role.id: role for role in (
    Role("pi", "项目负责人", "Principal investigator", "pi", personal=True, grant="pi"),
    Role("delegate", "授权人", "Delegate", "delegate", personal=True),
    Role("academic_secretary", "学术委员会秘书", "Academic committee secretary", "academic_committee"),
    Role("academic_member", "学术委员会委员", "Academic committee member", "academic_reviewer", personal=True, grant="academic_member"),
    Role("ethics_secretary", "伦理委员会秘书", "Ethics committee secretary", "ethics_committee"),
    Role("ethics_member", "伦理委员会委员", "Ethics committee member", "ethics_reviewer", personal=True, grant="ethics_member"),
    Role("institution_admin", "机构管理员", "Institution administrator", "institution"),
    Role("authority", "卫生健康行政部门", "Health authority", "authority"),
    Role("authority_admin", "机关管理员", "Administrator of an authority", "institution", grant="authority"),
    Role("sending_admin", "原机构管理员", "Administrator of the present institution", "sending", grant="institution_admin"),
    Role("province", "省卫生健康委", "Provincial health commission", "province", grant="authority"),
    Role("nation", "国家卫生健康委", "National health commission", "nation", grant="authority"),
    Role("integrity_officer", "科研诚信管理员", "Research integrity officer", "institution"),
    Role("site_admin", "分中心机构", "Participating institution", "site", grant="institution_admin"),
    Role("site_pi", "分中心负责人", "Site principal investigator", "site_pi", personal=True),
    Role("self", "本人", "The person themself", "self", personal=True),
    Role("other", "其他人员", "Other staff", "other", personal=True),
)}
# fmt: on

GRANTABLE = (
    "pi", "ethics_secretary", "ethics_member", "academic_secretary", "academic_member",
    "integrity_officer", "other",
)  # fmt: skip
"""What an institution gives to its staff (spec/domain.md §6.1, 角色)."""


def granted(role: str) -> str:
    """The grant behind a role: an authority also acts as the administrator of its own staff."""
    return (ROLES[role].grant if role in ROLES else "") or role


def roles_on(parties: Parties, principal: Principal) -> set[str]:
    """The roles that this principal holds on a record with these parties."""
    return {role.id for role in ROLES.values() if role.held_by(principal, parties)}


def taken_away(parties: Parties, principal: Principal) -> list[Role]:
    """The roles in which a record names somebody who holds them no more."""
    held = {g.role for g in principal.grants}
    return [
        role
        for role in ROLES.values()
        if role.personal and role.grant and role.grant not in held
        and principal.id in parties.get(role.party, ())
    ]  # fmt: skip


def grants_needed(readers: Iterable[str], parties: Parties) -> dict[str, set[str]]:
    """Of the people who hear of a record only by roles that are granted: which grants would do."""
    needs: dict[str, set[str]] = {}
    free: set[str] = set()
    for role in (ROLES[reader] for reader in readers):
        for name in parties.get(role.party, ()):
            if role.personal and role.grant:
                needs.setdefault(name, set()).add(role.grant)
            else:
                free.add(name)
    return {name: grants for name, grants in needs.items() if name not in free}


def keys_of(principal: Principal) -> set[str]:
    """The names under which records wait for this principal: `person:…`, `ethics_secretary@committee:…`."""
    return {principal.id, *(f"{g.role}@{g.scope}" for g in principal.grants)}


FOLLOWED = {
    "institution_admin": "office:",
    "authority": "office:",
    "ethics_secretary": "committee:",
    "academic_secretary": "committee:",
}
"""Roles whose scope is a feed that its holders read, and the only kind of scope that is.

An office's feed holds the ID numbers of its staff: whoever keeps a committee or answers for
integrity does not read it, whatever office their grant names.
"""

INVESTIGATORS = "investigators:"
"""How the feed of an institution's investigators begins: nobody is told of it unasked.

Whoever fills in a study may ask for those of the institutions that take part in it
(docs/decisions/0010).
"""


def investigators_of(office: str) -> str:
    """The feed of the investigators of an institution (`office:…`)."""
    return INVESTIGATORS + office.removeprefix("office:")


def feeds_of(principal: Principal) -> tuple[str, ...]:
    """The feeds that this principal may read, sorted; the registry and the desk agree on it."""
    feeds = {principal.id, "directory"}
    feeds |= {g.scope for g in principal.grants if g.scope.startswith(FOLLOWED.get(g.role, "-"))}
    if principal.office:
        feeds.add(f"staff:{principal.office.removeprefix('office:')}")
    return tuple(sorted(feeds))
