"""The tree of offices: who registers whom, and in which division they are."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.record import Record
from server.accounts import normal
from server.tables import AccountRow, LoginRow, OfficeRow
from server.turn import Turn


def uuid_of(refs: Iterable[str]) -> UUID | None:
    """The office that `office:…` names; the first of several."""
    ref = next(iter(refs), "")
    return UUID(ref.removeprefix("office:")) if ref.startswith("office:") else None


def registrar_of(session: Session, institution: Iterable[str]) -> str:
    """The authority that reviews what an institution files, or ""."""
    found = session.execute(
        select(OfficeRow.registrar).where(OfficeRow.id == uuid_of(institution))
    ).scalar_one_or_none()
    return f"office:{found}" if found else ""


def division_of(session: Session, institution: Iterable[str]) -> str:
    found = session.execute(
        select(OfficeRow.division).where(OfficeRow.id == uuid_of(institution))
    ).scalar_one_or_none()
    return found or ""


def keep_in_step(turn: Turn, after: Record) -> None:
    """Keep the tree, the account's name and its login as the record says.

    The registering authority is whoever created the record; an institution does not choose it.
    """
    session = turn.books.session
    answers = after.answers
    division = str(answers.get("county") or answers.get("city") or answers.get("province") or "")
    name = str(answers.get("name") or "")
    known = session.execute(
        select(OfficeRow.name, OfficeRow.division).where(OfficeRow.id == after.id)
    ).one_or_none()
    if known is None:
        registrar = uuid_of(after.parties.get("authority", ()))
        inherited = division_of(session, after.parties.get("authority", ()))
        kind = "institution" if answers.get("level", "hospital") == "hospital" else "authority"
        session.execute(
            insert(OfficeRow).values(
                id=after.id,
                parent=registrar,
                kind=kind,
                name=name,
                division=division or inherited,
                registrar=registrar,
            )
        )
        return
    session.execute(
        update(OfficeRow)
        .where(OfficeRow.id == after.id)
        .values(name=name or known.name, division=division or known.division)
    )
    if name and name != known.name:
        _rename(session, after.id, name)


def _rename(session: Session, office: UUID, name: str) -> None:
    """The login of an office is its name."""
    taken = session.execute(select(LoginRow.account).where(LoginRow.login == normal(name)))
    if taken.scalar_one_or_none() not in (None, office):
        raise Invalid(
            "已有同名机构，请核对机构名称。",
            "Another institution has this name. Please check it.",
            problems=["name"],
        )
    session.execute(update(AccountRow).where(AccountRow.id == office).values(name=name))
    session.execute(update(LoginRow).where(LoginRow.account == office).values(login=normal(name)))
