"""Who is who: the numbers by which one person is found, which nobody else may have."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, false, insert, or_, select

from app.errors import Invalid
from app.record import Record
from server.accounts import normal
from server.books import Books
from server.tables import UniqueKeyRow

KEYS = ("id_number", "mobile", "email")


def names(books: Books, refs: Iterable[str]) -> list[str]:
    """What people are called, in the order asked."""
    found = (books.find(UUID(ref.partition(":")[2])) for ref in refs)
    return [str(person.answers.get("name", "")) if person else "" for person in found]


def find(books: Books, name: str, id_number: str) -> Record | None:
    """The person with this ID number and this name; neither alone tells that they are known."""
    holder = books.session.scalar(
        select(UniqueKeyRow.person).where(_is_key("id_number", normal(id_number)))
    )
    person = books.find(holder) if holder else None
    return person if person and person.answers.get("name") == name else None


def refuse_taken(books: Books, person: Record) -> None:
    """Say which of their numbers are somebody else's (domain.md §7.2, D01–D04)."""
    mine = _of(person)
    # In one statement: between two of them somebody else's account might be committed, and
    # only half of what is taken would be seen.
    taken = books.session.execute(
        select(UniqueKeyRow.kind, UniqueKeyRow.person).where(
            or_(false(), *(_is_key(kind, value) for kind, value in mine.items())),
            UniqueKeyRow.person != person.id,
        )
    )
    holders = {row.kind: row.person for row in taken}
    found = [(k, *_taken(books, k, person, holders[k])) for k in KEYS if k in holders]
    if found:
        raise Invalid(
            "；".join(zh for _, _, zh, _ in found) + "。",
            "; ".join(en for _, _, _, en in found) + ".",
            code=found[0][1],
            codes=[code for _, code, _, _ in found],
            problems=[kind for kind, *_ in found],
        )


def keep(books: Books, person: Record) -> None:
    """From now on these numbers are theirs, and no others."""
    session = books.session
    session.execute(delete(UniqueKeyRow).where(UniqueKeyRow.person == person.id))
    rows = [{"kind": k, "value": v, "person": person.id} for k, v in _of(person).items()]
    if rows:  # in one statement: of many that fail at the first, the driver logs a warning
        session.execute(insert(UniqueKeyRow).values(rows))


def _of(person: Record) -> dict[str, str]:
    """Written alike, whoever typed them: 证件号码 by its capitals, e-mail without them."""
    typed = {kind: str(person.answers.get(kind) or "") for kind in KEYS}
    return {kind: normal(text) for kind, text in typed.items() if text}


def _is_key(kind: str, value: str) -> ColumnElement[bool]:
    return and_(UniqueKeyRow.kind == kind, UniqueKeyRow.value == value)


def _taken(books: Books, kind: str, person: Record, holder: UUID) -> tuple[str, str, str]:
    if kind == "mobile":
        return "D03", "手机号已被其他账号使用", "The mobile number is used by another account"
    if kind == "email":
        return "D04", "邮箱已被其他账号使用", "The e-mail address is used by another account"
    known = names(books, [f"person:{holder}"])[0]
    if known != person.answers.get("name"):
        return (
            "D02",
            f"证件号码已存在但姓名不一致（登记为 {known[:1]}**）",
            f"The ID number is registered under another name ({known[:1]}**)",
        )
    return (
        "D01",
        "证件号码已被使用，如为本单位人员请使用【移入】",
        "The ID number is in use; if the person belongs to this institution, use “Move in”",
    )
