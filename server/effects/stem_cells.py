"""What follows from the steps of a stem-cell institution's filing: who reviews it, its number."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from app.errors import Invalid
from app.record import Record
from server import numbering, places
from server.books import Books
from server.tables import OfficeRow
from server.turn import Turn


def to_province_and_nation(turn: Turn, after: Record) -> Record:
    """The commissions of the province and the nation above the institution review it in turn."""
    above = _above(turn.books, places.uuid_of(after.parties.get("institution", ())))
    if lacking := [level for level in ("province", "national") if level not in above]:
        raise Invalid(
            "登记中心没有本机构上级的省级或国家卫生健康委，不能提交。请联系执业登记机关。",
            "The registry has no provincial or national commission above this institution, so it "
            "cannot be submitted. Please ask your registering authority.",
            problems=[],
            levels=lacking,
        )
    named = {"province": (above["province"],), "nation": (above["national"],)}
    return replace(after, parties={**after.parties, **named})


def _above(books: Books, office: UUID | None) -> dict[str, str]:
    """The authorities above an office, by their level."""
    found: dict[str, str] = {}
    seen: set[UUID] = set()
    while office and office not in seen:
        seen.add(office)
        parent = select(OfficeRow.parent).where(OfficeRow.id == office)
        office = books.session.scalar(parent)
        record = books.find(office) if office else None
        if record is not None:
            found[str(record.answers.get("level") or "")] = f"office:{office}"
    return found


def numbered(turn: Turn, after: Record) -> Record:
    """A number with the first filing, kept in every change."""
    if after.state != "filed" or after.number:
        return after
    return replace(after, number=numbering.stem_cell(turn.books.session, turn.books.now))
