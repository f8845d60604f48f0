"""What follows from the steps by which an office takes somebody over: 人员移入."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from app.errors import Conflict, Invalid
from app.record import Answers, Record
from server import identities, people
from server.effects.studies import by_itself
from server.places import uuid_of
from server.tables import OfficeRow
from server.turn import Turn


def asked(turn: Turn, after: Record) -> Record:
    """Find the person; whoever has them must agree, and nobody where they were moved out."""
    books = turn.books
    own = next(iter(after.parties.get("institution", ())), "")
    name, number = str(after.answers["name"]), str(after.answers["id_number"])
    person = identities.find(books, name, number)
    if person is None:
        raise Invalid(
            "系统中没有姓名与证件号码都一致的人员。请核对；确为新人员请用“新建”。",
            "Nobody in the system has both this name and this ID number. Please check them; add a "
            "new person with “New”.",
            problems=["name", "id_number"],
        )
    sending = next(iter(person.parties.get("institution", ())), "")
    if sending == own:
        raise Invalid(
            "此人已在本机构，不必移入。",
            "This person belongs to your institution already.",
            problems=["id_number"],
        )
    people.refuse_foreign_committee(turn, (own,))
    parties = {p: names for p, names in after.parties.items() if p != "sending"}
    answers: Answers = {**after.answers, "person": f"person:{person.id}"}
    if sending:
        parties["sending"] = (sending,)
        answers["sending_name"] = _releasing(turn, sending)
    return replace(after, parties=parties, answers=answers)


def _releasing(turn: Turn, sending: str) -> str:
    office = turn.books.session.execute(
        select(OfficeRow.name, OfficeRow.kind).where(OfficeRow.id == uuid_of([sending]))
    ).one()
    if office.kind == "authority":
        raise Invalid(
            f"此人现属“{office.name}”，请先由该机关办理移出。",
            f"This person belongs to “{office.name}”, which must move them out first.",
            problems=["id_number"],
        )
    return str(office.name)


def arrived(turn: Turn, after: Record) -> None:
    """Where nobody has to agree, they are here at once."""
    if after.parties.get("sending"):
        return
    _arrive(turn, after, turn.said)
    by_itself(turn, after, "arrive")


def agreed(turn: Turn, after: Record) -> None:
    """Both sides have agreed: roles there end, those asked for begin here."""
    said = next((p.said for p in reversed(after.log) if p.command == "request"), {})
    _arrive(turn, after, said)


def _arrive(turn: Turn, after: Record, said: Answers) -> None:
    ref = UUID(str(after.answers["person"]).removeprefix("person:"))
    turn.books.take_turn(ref, None)
    person = turn.books.find(ref)
    here = () if person is None else person.parties.get("institution", ())
    if person is None or tuple(here) != tuple(after.parties.get("sending", ())):
        raise Conflict(
            "此人的所属机构在此期间有变化，请重新办理移入。",
            "The person's institution has changed meanwhile. Please begin the move anew.",
        )
    people.arrive(turn, person, next(iter(after.parties["institution"])), said)
