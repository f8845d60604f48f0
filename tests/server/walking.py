"""Everybody who could ask, and what plain words say they may do: the other side of the walk.

Written from the rule of spec/domain.md §3, not from the program: who is engaged in a record and
how, which of them a state tells, and which of them a step names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import NAMESPACE_OID, UUID, uuid5

from app.record import Grant, Parties, Principal
from app.workflows import WORKFLOWS
from app.workflows.table import Workflow


def made(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"walk {name}"))


PLACES = ("own", "neighbour", "far", "other region")
"""The record's own hospital, one nobody engaged, one under another authority, one elsewhere."""

ROLE_GRANTS: dict[str, str] = {
    "none": "",
    "pi": "office",
    "delegate": "",
    "ethics_secretary": "committee",
    "ethics_member": "committee",
    "academic_secretary": "academic",
    "academic_member": "academic",
    "institution_admin": "office",
    "authority": "registrar",
    "integrity_officer": "office",
    "other": "office",
}
"""Every role and what its grant is on."""


@dataclass(frozen=True)
class Asker:
    """Somebody of a role at a place; `engaged` where the record names them in person."""

    role: str
    place: str
    engaged: bool
    principal: Principal = field(compare=False)

    @property
    def name(self) -> str:
        return f"{self.role} of {self.place}{', named' if self.engaged else ''}"

    @property
    def account(self) -> UUID:
        return UUID(self.principal.id.partition(":")[2])


def askers() -> list[Asker]:
    """Every role at every place; personal ones named in the record and not."""
    found = [_asker(role, place, False) for role in ROLE_GRANTS for place in PLACES]
    found += [_asker(role, place, True) for role in PERSONAL for place in ("own", "far")]
    # An authority whose own record, and own staff, it is.
    office = scope("office", "own")
    ref = f"office:{made('authority itself')}"
    itself = Principal(ref, "authority itself", office, grants=(Grant("authority", office),))
    found.append(Asker("authority", "itself", False, itself))
    # Named in the record in a role that was taken away since: they must open nothing.
    for role in ("pi", "ethics_member", "academic_member"):
        name = f"former {role}"
        who = Principal(f"person:{made(name)}", name, office, grants=(Grant("other", office),))
        found.append(Asker(name, "own", True, who))
    # Grants that say more than their role can carry: they must open nothing.
    odd = {
        "ethics_secretary": "office",
        "academic_secretary": "office",
        "institution_admin": "committee",
        "integrity_officer": "committee",
        "ethics_member": "office",
        "pi": "committee",
    }
    for role, on in odd.items():
        name = f"odd {role} {on}"
        grants = (Grant(role, scope(on, "own")),)
        who = Principal(f"person:{made(name)}", name, scope("office", "own"), grants=grants)
        found.append(Asker(f"odd {role}", "own", False, who))
    return found


PERSONAL = {
    "pi": "pi",
    "delegate": "delegate",
    "ethics_member": "ethics_reviewer",
    "academic_member": "academic_reviewer",
    "site_pi": "site_pi",
    "self": "self",
}
"""Roles that a record gives by naming a person, and the party it names them in."""


def _asker(role: str, place: str, engaged: bool) -> Asker:
    name = f"{role} {place} {engaged}"
    office = scope("office", place)
    on = ROLE_GRANTS.get(role, "")
    grants = (Grant(role, scope(on, place)),) if on else ()
    kind = "office" if role in ("institution_admin", "authority") else "person"
    ref = scope(on, place) if kind == "office" else f"person:{made(name)}"
    return Asker(role, place, engaged, Principal(ref, name, office, grants=grants))


def scope(on: str, place: str) -> str:
    kind = "office" if on in ("office", "registrar") else "committee"
    return f"{kind}:{made(f'{on} of {place}')}"


def parties_of(form: str, people: list[Asker]) -> Parties:
    """A record of the own hospital in which everybody who can be engaged is."""
    named: Parties = {
        "institution": (scope("office", "own"),),
        "authority": (scope("registrar", "own"),),
    }
    if form in ("person", "transfer"):
        del named["authority"]
    if form == "transfer":
        named["sending"] = (scope("office", "far"),)
    if form in ("study", "opinion", "committee"):
        named["ethics_committee"] = (scope("committee", "own"),)
    if form in ("study", "opinion", "academic_committee", "stem_cell"):
        named["academic_committee"] = (scope("academic", "own"),)
    if form == "opinion":
        del named["institution"], named["authority"]
    if form == "stem_cell":
        del named["authority"]
        named["province"] = (scope("registrar", "far"),)
        named["nation"] = (scope("registrar", "other region"),)
    if form == "study":
        named["site"] = (scope("office", "far"),)
    return named | _engaged(ENGAGING[form], people)


def _engaged(roles: tuple[str, ...], people: list[Asker]) -> Parties:
    return {
        party: tuple(
            a.principal.id for a in people if a.engaged and a.role.removeprefix("former ") == role
        )
        for role, party in PERSONAL.items()
        if role in roles
    }


ENGAGING: dict[str, tuple[str, ...]] = {
    "study": ("pi", "delegate", "ethics_member", "academic_member", "site_pi"),
    "opinion": ("ethics_member", "academic_member"),
    "person": ("self",),
    "transfer": (),
    "institution": (),
    "committee": (),
    "academic_committee": (),
    "stem_cell": (),
}


NATION = scope("registrar", "other region")
"""The authority above which there is none."""


def is_nation(asker: Asker) -> bool:
    """Whether it is the national account, which alone sets the rule of passwords."""
    return asker.role == "authority" and asker.principal.office == NATION


def may_import(asker: Asker) -> bool:
    """Whether they keep people, or a committee whose members they may bring."""
    importing = ("institution_admin", "authority", "ethics_secretary", "academic_secretary")
    return asker.role.removeprefix("odd ") in importing


def parts_of(form: str, asker: Asker) -> set[str]:  # noqa: C901, PLR0911 -- one rule a line
    """What part somebody has in such a record, in plain words: by name, or by an office."""
    if asker.role.startswith(("odd", "former")):
        return set()
    if asker.role == "authority" and asker.place == "itself":
        return {"authority_admin"} if form != "opinion" else set()
    if asker.role in PERSONAL:
        here = asker.engaged and asker.role in ENGAGING[form]
        return {asker.role} if here else set()
    if asker.role == "ethics_secretary":
        has = form in ("study", "opinion", "committee") and asker.place == "own"
        return {"ethics_secretary"} if has else set()
    if asker.role == "academic_secretary":
        kept = ("study", "opinion", "academic_committee", "stem_cell")
        has = form in kept and asker.place == "own"
        return {"academic_secretary"} if has else set()
    if asker.role == "institution_admin" and form != "opinion":
        if asker.place == "own":
            return {"institution_admin"}
        elsewhere = {"study": {"site_admin"}, "transfer": {"sending_admin"}}
        return elsewhere.get(form, set()) if asker.place == "far" else set()
    if asker.role == "authority" and form == "stem_cell":
        return {"far": {"province"}, "other region": {"nation"}}.get(asker.place, set())
    if asker.role == "authority":
        above = ("study", "institution", "committee", "academic_committee")
        return {"authority"} if form in above and asker.place == "own" else set()
    # A research integrity officer answers for the institution but no workflow asks them yet.
    if asker.role == "integrity_officer" and form not in ("opinion",) and asker.place == "own":
        return {"integrity_officer"}
    return set()


def may_read(form: str, state: str, asker: Asker) -> bool:
    return bool(hearing(form, asker) & {*_row(form).state(state).readers})


def hearing(form: str, asker: Asker) -> set[str]:
    """The parts in which somebody is told of it: an office hears all that it is told."""
    own_office = asker.place == "itself" and form != "opinion"
    return parts_of(form, asker) | ({"institution_admin"} if own_office else set())


def may_do(form: str, state: str, command: str, asker: Asker) -> bool:
    """Whether some step of this command, from here, is for a part that they have."""
    return may_read(form, state, asker) and any(
        step.command == command
        and state in step.at
        and parts_of(form, asker) & {*step.by}
        and (not step.rounds or "first" in step.rounds)
        for step in _row(form).steps
    )


def commands(form: str) -> list[str]:
    return list(dict.fromkeys(step.command for step in _row(form).steps))


def _row(form: str) -> Workflow:
    return WORKFLOWS[form]
