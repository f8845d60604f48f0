"""What the registry knows of a workbook's rows, and changes done all together or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AppError, Invalid, NotAllowed
from app.record import Principal, Record
from app.roster.identity import masked_name
from app.roster.institutions import NearNames
from app.roster.kinds import who_asks
from server.accounts import normal
from server.books import Books
from server.identities import KEYS
from server.places import USCC
from server.registry import Registry
from server.tables import AccountRow, LoginRow, OfficeRow, UniqueKeyRow
from sync.protocol import Change, Found, Outcome, Sought

AT_ONCE = 500
"""Values in one statement: some databases take no more than a thousand."""


def known(
    session: Session, who: Principal, form: str, rows: Sequence[Sought], now: datetime
) -> list[Found]:
    """Who of these is in the system already; names of others are masked."""
    if not {g.role for g in who.grants} & who_asks(form):
        raise NotAllowed(
            "只有可以导入的账号才能核对名单。请切换角色。",
            "Only who may import may check a list. Please switch roles.",
            reason="role",
        )
    books = Books(session, now)
    if form == "institution":
        return list(_offices(session, rows))
    return list(_people(session, books, who, rows))


def _people(
    session: Session, books: Books, who: Principal, rows: Sequence[Sought]
) -> Iterator[Found]:
    for kind in KEYS:
        asked: dict[str, Sought] = {}
        for row in rows:
            if value := normal(str(getattr(row, kind))):
                asked.setdefault(value, row)
        for part in _parts(list(asked)):
            holders = session.execute(
                select(UniqueKeyRow.value, UniqueKeyRow.person).where(
                    UniqueKeyRow.kind == kind, UniqueKeyRow.value.in_(part)
                )
            )
            for value, holder in holders.all():
                if person := books.find(holder):
                    yield _found_person(kind, asked[value], person, who)


def _found_person(kind: str, row: Sought, person: Record, who: Principal) -> Found:
    offices = person.parties.get("institution", ())
    place = "here" if who.office in offices else "elsewhere" if offices else "nowhere"
    name = str(person.answers.get("name", ""))
    may_know = place == "here" or name == row.name
    return Found(
        by=kind,
        value=str(getattr(row, kind)),
        ref=f"person:{person.id}",
        name=name if may_know else masked_name(name),
        place=place,
        disabled=person.state == "disabled",
    )


def _offices(session: Session, rows: Sequence[Sought]) -> Iterator[Found]:
    """Every institution is in the directory that everybody reads: nothing is masked here."""
    names = {normal(row.name): row for row in rows if row.name}
    for part in _parts(list(names)):
        logins = session.execute(
            select(LoginRow.login, AccountRow.id, AccountRow.name)
            .join(AccountRow, AccountRow.id == LoginRow.account)
            .where(LoginRow.login.in_(part))
        )
        for login, account, name in logins.all():
            yield _found_office("office", names[login].name, account, name)
    codes = {row.uscc for row in rows if row.uscc}
    offices = {
        name: office for office, name in session.execute(select(OfficeRow.id, OfficeRow.name))
    }
    near = NearNames(offices)
    for row in names.values():
        for name in near.of(row.name)[:1]:
            yield _found_office("office_alike", row.name, offices[name], name)
    for part in _parts(sorted(codes)):
        holders = session.execute(
            select(UniqueKeyRow.value, OfficeRow.id, OfficeRow.name)
            .join(OfficeRow, OfficeRow.id == UniqueKeyRow.person)
            .where(UniqueKeyRow.kind == USCC, UniqueKeyRow.value.in_(part))
        )
        for value, office, name in holders.all():
            yield _found_office(USCC, value, office, name)


def _found_office(by: str, value: str, office: UUID, name: str) -> Found:
    return Found(by=by, value=value, ref=f"office:{office}", name=name, place="elsewhere")


def _parts(values: Sequence[str]) -> Iterable[Collection[str]]:
    for first in range(0, len(values), AT_ONCE):
        yield values[first : first + AT_ONCE]


def together(
    session: Session, who: Principal, changes: Sequence[Change], now: datetime
) -> list[Outcome]:
    """Do changes in one transaction: all of them or, where one is refused, none.

    What is refused is told by its record; the others are as they were.
    """
    outcomes = Registry(session, who, now).receive_all(changes)
    records = {change.change_id: str(change.record_id) for change in changes}
    refused = [outcome for outcome in outcomes if outcome.result != "done"]
    if refused:
        first = next((AppError.from_wire(o.error) for o in refused if o.error), None)
        why = first.words if first else None
        raise Invalid(
            f"共 {len(changes)} 项中有 {len(refused)} 项不能办理，因此全部没有办理。"
            + (why.zh if why else "请同步后再试。"),
            f"{len(refused)} of {len(changes)} cannot be done, so none was. "
            + (why.en if why else "Please sync and try again."),
            reason=first.details.get("reason", "") if first else "clash",
            records=[records[o.change_id] for o in refused],
        )
    return outcomes
