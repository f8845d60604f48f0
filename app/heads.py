"""What a list needs of a record, and what everybody may know of people and places.

The same functions run on the registry, which sends a head beside each record, and on the desk
for what is still in its outbox.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from app import pinyin
from app.forms import FORMS
from app.forms.study.routes import ROUTE
from app.forms.types import Choice
from app.record import Record
from app.words import Words
from app.workflows import WORKFLOWS
from app.workflows.committee import COMMITTEES
from app.workflows.readers import as_in_force, waits_for


@dataclass(frozen=True)
class Head:
    """A record as a row of a list. `waits` names who holds it (`app.workflows.roles.keys_of`)."""

    id: str
    form: str
    state: str
    revision: int
    number: str
    title: str
    sort: str
    """Pinyin of the title, to sort by."""
    initials: str
    """First letters of the title's pinyin, to find by."""
    parent: str
    updated_at: str
    waits: tuple[str, ...]
    people: str
    """Names found by search besides the title: the PI, the member, the number's keyword."""
    parties: tuple[str, ...] = ()
    """Everybody engaged in it, and its marks, each once, sorted: to ask for records by.

    Who is engaged only by a site of it is told as `site=…` and `site_pi=…`: theirs is another list.
    Marks are `kind=…` (which of `KINDS`) and `year=…` (of the first thing done to it).
    """

    def mark(self, name: str) -> str:
        """What a mark says; nothing where there is none."""
        start = f"{name}="
        return next((p.removeprefix(start) for p in self.parties if p.startswith(start)), "")

    def to_wire(self) -> dict[str, Any]:
        return {**vars(self), "waits": list(self.waits), "parties": list(self.parties)}

    @staticmethod
    def from_wire(body: dict[str, Any]) -> Head:
        known = {f.name: body[f.name] for f in fields(Head) if f.name in body}
        several = {k: tuple(body.get(k, ())) for k in ("waits", "parties")}
        return Head(**{**known, **several})


def head_of(record: Record) -> Head:
    title = FORMS[record.form].title_of(record.answers) if record.form in FORMS else ""
    workflow = WORKFLOWS.get(record.form)
    waits = waits_for(workflow, record.state, record.parties) if workflow else set()
    submitted = next((p.name for p in record.log if p.command in ("submit", "open")), "")
    return Head(
        id=str(record.id),
        form=record.form,
        state=record.state,
        revision=record.revision,
        number=record.number,
        title=title,
        sort=pinyin.sort_key(title)[:120],
        initials=pinyin.initials(title)[:120],
        parent=str(record.parent or ""),
        updated_at=record.updated_at,
        waits=tuple(sorted(waits)),
        people=_reached_by(record) if record.form == "person" else submitted,
        parties=tuple(sorted(_asked_for(record))),
    )


def _reached_by(person: Record) -> str:
    """Mobile and e-mail: an administrator looks for somebody by them. Told to who may read them."""
    return " ".join(str(person.answers[k]) for k in ("mobile", "email") if person.answers.get(k))


KINDS = {"study": ROUTE, "person": "roles"}
"""By form, the question that tells what kind of record it is, to filter a list by."""
OF_SITES = ("site", "site_pi")


@cache
def kinds_of(form_id: str) -> dict[str, Words]:
    """The kinds of records of a form, by their marks; none where it is of one kind only."""
    form = FORMS.get(form_id)
    if form is None or form_id not in KINDS:
        return {}
    asked = form.field(KINDS[form_id]).type
    return {o.code: Words(o.zh, o.en) for o in asked.options} if isinstance(asked, Choice) else {}


def _asked_for(record: Record) -> set[str]:
    """Everybody engaged, and the marks."""
    found = set()
    for party, names in record.parties.items():
        found |= {f"{party}={name}" if party in OF_SITES else name for name in names}
    said = record.answers.get(KINDS.get(record.form, ""))
    kinds = said if isinstance(said, list) else [said]  # somebody holds several roles
    found |= {f"kind={kind}" for kind in kinds if kind in kinds_of(record.form)}
    began = next((p.at for p in record.log if p.at), record.updated_at)
    return found | ({f"year={began[:4]}"} if began else set())


# fmt: off
CARD_FIELDS: dict[str, tuple[str, ...]] = {
    "person": ("name", "sex", "department", "title", "title_class"),
    "institution": (
        "name", "english_name", "kind", "grade", "province", "city", "address", "postcode", "level",
    ),
    "committee": ("name", "english_name", "branch", "institution_name"),
    "academic_committee": ("name", "english_name", "institution_name"),
}
# fmt: on
"""What colleagues (person) and everybody (institution, filed committee) may know.

Never ID numbers or mobiles.
"""


def card_of(record: Record, roles: tuple[str, ...] = ()) -> dict[str, Any]:
    """The public side of a person, an institution or a committee, for picking it offline."""
    # While a committee is being changed, everybody goes on by the version in force.
    record = as_in_force(WORKFLOWS[record.form], record)
    kind = "committee" if record.form in COMMITTEES else record.form
    prefix = "office" if kind == "institution" else kind
    name = str(record.answers.get("name", ""))
    card: dict[str, Any] = {
        "ref": f"{prefix}:{record.id}",
        "kind": kind,
        "state": record.state,
        "name": name,
        "sort": pinyin.sort_key(name),
        "initials": pinyin.initials(name),
        "office": next(iter(record.parties.get("institution", ())), ""),
        "roles": sorted(roles),
        "number": record.number,
    }
    told = {k: record.answers[k] for k in CARD_FIELDS[record.form] if k in record.answers}
    # `kind` says what the card is of; that of a hospital or committee is told as `type`.
    card |= {"type" if k == "kind" else k: value for k, value in told.items()}
    if record.form in COMMITTEES:
        card |= {"type": COMMITTEES[record.form], "institution": card["office"]}
        card["members"] = [
            {k: row[k] for k in ("person", "name", "duty", "field", "term_to") if k in row}
            for row in record.answers.get("members", {}).values()
        ]
    return card


INVESTIGATOR = "pi"
"""The role in which somebody can be the investigator of a site."""
INVESTIGATOR_FIELDS = ("name", "sort", "initials", "office", "department", "title")
"""What of a person's card others may know who name them as the investigator of a site."""


def investigator_card(card: dict[str, Any]) -> dict[str, Any]:
    """An investigator as other institutions see them, made of the card that colleagues see."""
    told = {name: card[name] for name in INVESTIGATOR_FIELDS if name in card}
    return {"ref": card["ref"], "kind": "investigator", **told, "roles": [INVESTIGATOR]}


def investigator_ref(ref: str) -> str:
    """Under which reference that card is told, beside the one for colleagues."""
    return f"investigator:{ref.removeprefix('person:')}"
