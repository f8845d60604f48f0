"""What follows from the steps of committees: numbers, members found or made, seats, rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from app.errors import Invalid
from app.forms import FORMS
from app.record import Answers, Record
from app.roster import identity
from app.roster.passwords import default
from app.rules.rule import day
from app.workflows.committee import COMMITTEES
from server import numbering, people
from server.accounts import normal
from server.books import Books, Deed
from server.moments import BEIJING
from server.tables import GrantRow, OfficeRow, UniqueKeyRow
from server.turn import Turn

SEXES = {"男": "male", "女": "female"}
Seat = tuple[str, str]
"""Somebody (`person:…`) and the role that a seat on a committee gives them."""


def kept_by_its_founder(turn: Turn, after: Record) -> None:
    """Whoever began a committee keeps it: nobody else could."""
    if turn.before.revision == 0:
        people.grant(turn.books, turn.who.id, turn.role, f"committee:{after.id}")


def of_its_institution(turn: Turn, after: Record) -> Record:
    """The institution is the one that the secretary belongs to, whatever was typed."""
    ref = next(iter(after.parties.get("institution", ())), "")
    if not ref:
        return after
    name = turn.books.session.scalar(
        select(OfficeRow.name).where(OfficeRow.id == UUID(ref.partition(":")[2]))
    )
    return replace(after, answers={**after.answers, "institution_name": name}) if name else after


def numbered_committee(turn: Turn, after: Record) -> Record:
    """A number with the first filing, kept in every change."""
    if after.state != "filed" or after.number:
        return after
    return replace(after, number=numbering.committee(turn.books.session, turn.books.now))


def out_of_sight(turn: Turn, after: Record) -> Record:
    """A deleted draft is in nobody's feed any more; the history keeps it."""
    return replace(after, parties={"deleted": (turn.who.id,)})


def with_yearly_report(turn: Turn, after: Record) -> Record:
    """One report a year: another one for the same year takes the place of the first."""
    year = turn.said["year"]
    if year > today(turn.books).year:
        raise Invalid(
            f"{year} 年还没有到，不能提交该年度的报告。请核对年度。",
            f"The year {year} has not come yet. Please check the year of the report.",
            problems=["year"],
        )
    rows = after.answers.get("yearly_reports") or {}
    others = {row_id: row for row_id, row in rows.items() if row.get("year") != year}
    new = {f"y{year}": {name: turn.said[name] for name in ("year", "date", "document")}}
    return replace(after, answers={**after.answers, "yearly_reports": {**others, **new}})


# -- seats and their rights --------------------------------------------------------------


def today(books: Books) -> date:
    return books.now.astimezone(BEIJING).date()


def in_office(row: Mapping[str, Any], on: date) -> bool:
    """Whether somebody holds their seat on this day: their term has not run out."""
    end = day(row.get("term_to"))
    return end is None or end >= on


def seats(answers: Answers, side: str, on: date) -> set[Seat]:
    """Who sits on a committee, and the roles that their duties give them."""
    found: set[Seat] = set()
    for row in (answers.get("members") or {}).values():
        if not row.get("person") or not in_office(row, on):
            continue
        duty = str(row.get("duty") or "")
        if duty != "secretary":
            found.add((row["person"], f"{side}_member"))
        if duty.endswith("secretary"):
            found.add((row["person"], f"{side}_secretary"))
    return found


def seats_given(turn: Turn, after: Record) -> None:
    """With a version in force its members may review, and who left it no longer may.

    Only what the two versions differ in: a role that the institution gave beside stays.
    """
    if after.in_force is not None or after.state not in ("filed", "active"):
        return
    side, on = COMMITTEES[after.form], today(turn.books)
    kept = turn.before.in_force
    # Who sat there once: everybody of the version before, also those whose term has run out since.
    before = seats(kept.answers, side, date.min) if kept else set()
    now = seats(after.answers, side, on)
    scope = f"committee:{after.id}"
    for person, role in sorted(before - now):
        end_grant(turn.books, person, role, scope)
    for person, role in sorted(now):
        people.grant(turn.books, person, role, scope)


def end_grant(books: Books, principal: str, role: str, scope: str) -> None:
    """Take a role away; from the next contact on their desk follows what is left to them."""
    books.session.execute(
        delete(GrantRow).where(
            GrantRow.principal == principal, GrantRow.role == role, GrantRow.scope == scope
        )
    )
    books.show_card(UUID(principal.partition(":")[2]))


def sits_on(books: Books, member: str, side: str, committees: Iterable[str]) -> bool:
    """Whether somebody may review for one of these committees: seated in force, or by a grant."""
    named = list(committees)
    for ref in named:
        found = books.find(UUID(ref.partition(":")[2]))
        if found is None:
            continue
        answers = found.in_force.answers if found.in_force else found.answers
        if (member, f"{side}_member") in seats(answers, side, today(books)):
            return True
        if any(row.get("person") == member for row in (answers.get("members") or {}).values()):
            return False  # a seat whose term has run out, or a secretary without a vote
    granted = select(GrantRow.role).where(
        GrantRow.principal == member,
        GrantRow.role == f"{side}_member",
        GrantRow.scope.in_(named),
    )
    return books.session.execute(granted).first() is not None


# -- members from outside ----------------------------------------------------------------


def seated(turn: Turn, after: Record) -> Record:
    """Add people by ID number and name: those the system knows, and new ones with an account."""
    members = dict(after.answers.get("members") or {})
    own = set(after.parties.get("institution", ()))
    for row_id, typed in turn.said["people"].items():
        at = f"people/{row_id}/"
        row = _by_number(typed, at, today(turn.books))
        found = _known(turn.books, row, at)
        person = found or _made(turn, row, at)
        ref = f"person:{person.id}"
        if any(other.get("person") == ref for other in members.values()):
            raise Invalid(
                f"“{row['name']}”已在委员名单中，不能重复添加。",
                f"“{row['name']}” is among the members already and cannot be added twice.",
                problems=[f"{at}name"],
            )
        is_own = bool(own & set(person.parties.get("institution", ())))
        sex = person.answers.get("sex") or row["sex"]
        members[row_id] = _row_of({**row, "sex": sex}, ref, at, is_own=is_own)
    return replace(after, answers={**after.answers, "members": members})


def _by_number(typed: Answers, at: str, on: date) -> Answers:
    """The row with what the ID number says of its kind and of the sex, where that is not typed."""
    row = {"id_kind": "id_card", **typed}
    if row["id_kind"] == "id_card":
        told = identity.examined(str(row["id_number"]).strip().upper(), is_number=False, today=on)
        sex = SEXES.get(told.sex, row.get("sex"))
        if told.kind != identity.CARD or not sex:
            raise Invalid(
                f"“{row['name']}”的证件号码不是有效的居民身份证号码。请核对，或选择证件类型。",
                f"The ID number of “{row['name']}” is not that of a resident identity card. "
                "Please check it, or choose the kind of ID.",
                problems=[f"{at}id_number"],
            )
        row["sex"] = sex
    return row


SEAT_FIELDS = ("name", "sex", "duty", "field", "source", "employer", "term_from", "term_to")


def _row_of(row: Answers, ref: str, at: str, *, is_own: bool) -> Answers:
    if row["source"] == "own" and not is_own:
        raise Invalid(
            f"“{row['name']}”不是本单位人员，来源请选择外聘。",
            f"“{row['name']}” does not belong to this institution: please choose external.",
            problems=[f"{at}source"],
        )
    seat = {name: row[name] for name in SEAT_FIELDS if name in row}
    if is_own:
        seat = {k: v for k, v in seat.items() if k != "employer"} | {"source": "own"}
    return {**seat, "person": ref}


def _known(books: Books, row: Answers, at: str) -> Record | None:
    """The person with this ID number, whose name must be the same; None where there is none."""
    holder = books.session.scalar(
        select(UniqueKeyRow.person).where(
            UniqueKeyRow.kind == "id_number",
            UniqueKeyRow.value == normal(str(row["id_number"])),
        )
    )
    person = books.find(holder) if holder else None
    if person is None:
        return None
    if normal(str(person.answers.get("name") or "")) != normal(str(row["name"])):
        raise Invalid(
            f"“{row['name']}”的证件号码已存在，但姓名不一致。请核对姓名和证件号码。",
            f"The ID number of “{row['name']}” is held by somebody of another name. Check both.",
            code="D02",
            problems=[f"{at}name", f"{at}id_number"],
        )
    if person.state == "disabled":
        raise Invalid(
            f"“{row['name']}”的账号已停用，不能担任委员。请联系其所在机构。",
            f"The account of “{row['name']}” is disabled. Please ask their institution.",
            problems=[f"{at}name"],
        )
    return person


def _made(turn: Turn, row: Answers, at: str) -> Record:
    """Somebody new, with an account of their own and without an institution."""
    lacking = [name for name in ("mobile", "email") if not row.get(name)]
    if lacking:
        raise Invalid(
            f"系统中没有“{row['name']}”（按证件号码查找）。请填写其手机号和邮箱，以便建立账号。",
            f"The system does not know “{row['name']}” by this ID number. Please fill in mobile "
            "and e-mail, so that an account can be made.",
            problems=[f"{at}{name}" for name in lacking],
        )
    password = str(turn.said.get("password") or default(row["name"]) or "")
    if not password:
        raise Invalid(
            f"“{row['name']}”的姓名不能生成默认密码。请填写新账号的初始密码。",
            f"No default password can be made of the name “{row['name']}”. Please type a first "
            "password for new accounts.",
            problems=["password"],
        )
    new = uuid4()
    form = FORMS["person"]
    kept = ("name", "sex", "id_kind", "id_number", "mobile", "email")
    person = Record(
        id=new,
        form=form.id,
        form_version=form.version,
        state="active",
        answers={name: row[name] for name in kept if name in row},
        parties={"self": (f"person:{new}",)},
    )
    said = {"password": password, "roles": []}
    opening = Turn(turn.books, turn.who, turn.role, "open", person, said)
    try:
        people.may_be_opened(opening, person)
    except Invalid as wrong:
        paths = [f"{at}{path}" if path in kept else path for path in wrong.details["problems"]]
        details = {**wrong.details, "problems": paths}
        name = row["name"]
        raise Invalid(
            f"“{name}”：{wrong.words.zh}", f"“{name}”: {wrong.words.en}", **details
        ) from None
    deed = Deed("open", turn.who.id, turn.who.name, turn.role)
    person = turn.books.write(person, "new", deed)
    people.open_account(opening, person)
    return person
