"""People: unique in the whole system; accounts, logins and roles kept as their records say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, false, insert, or_, select, update
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.forms import FORMS
from app.forms.types import EMPTY
from app.record import Record
from server import passwords
from server.accounts import end_sessions, normal
from server.books import Books
from server.db import upsert
from server.places import uuid_of
from server.tables import AccountRow, GrantRow, LoginRow, UniqueKeyRow
from server.turn import Turn

KEYS = ("id_number", "mobile", "email")
LOGINS = ("mobile", "email")
LONGEST = 200
"""Characters of a login or an ID number."""
OF_COMMITTEE = ("ethics_member", "ethics_secretary")


def names(books: Books, refs: Iterable[str]) -> list[str]:
    """What people are called, in the order asked."""
    found = (books.find(UUID(ref.partition(":")[2])) for ref in refs)
    return [str(person.answers.get("name", "")) if person else "" for person in found]


def grant(books: Books, principal: str, role: str, scope: str) -> None:
    """Give somebody a role somewhere; their colleagues see it on their card."""
    row = {"principal": principal, "role": role, "scope": scope}
    upsert(
        books.session, cast("Table", GrantRow.__table__), [row], key=("principal", "role", "scope")
    )
    if principal.startswith("person:"):
        books.show_card(UUID(principal.removeprefix("person:")))


# -- opening an account ------------------------------------------------------------------


def may_be_opened(turn: Turn, after: Record) -> Record:
    """Refuse an account for whom it cannot be: answers missing, somebody else's number, no rule."""
    form = FORMS["person"]
    wrong = [
        name
        for name in ("name", *KEYS)
        if after.answers.get(name) in EMPTY or form.field(name).type.problem(after.answers[name])
    ]
    if wrong:
        labels = [form.field(name).words for name in wrong]
        raise Invalid(
            f"开通账号前请填好：{'、'.join(words.zh for words in labels)}。",
            f"Before the account is opened, please fill in: {', '.join(w.en for w in labels)}.",
            problems=wrong,
        )
    refuse_taken(turn.books, after)
    passwords.refuse_bad(str(turn.said.get("password", "")))
    _refuse_foreign_committee(turn, after)
    return after


def refuse_taken(books: Books, person: Record) -> None:
    """Say which of their numbers are somebody else's (domain.md §7.2, D01–D04)."""
    mine = {kind: _key(str(person.answers.get(kind) or "")) for kind in KEYS}
    # In one statement: between two of them somebody else's account might be committed, and
    # only half of what is taken would be seen.
    taken = books.session.execute(
        select(UniqueKeyRow.kind, UniqueKeyRow.person).where(
            or_(false(), *(_is_key(kind, value) for kind, value in mine.items() if value)),
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


def _refuse_foreign_committee(turn: Turn, after: Record) -> None:
    """An institution gives seats on its own committees only."""
    ref = turn.said.get("committee")
    if not ref:
        return
    committee = turn.books.find(UUID(str(ref).partition(":")[2]))
    own = set(after.parties.get("institution", ()))
    if (
        committee is None
        or committee.form != "committee"
        or not own & set(committee.parties.get("institution", ()))
    ):
        raise Invalid(
            "所选委员会不属于本机构。请选择本机构的委员会。",
            "The chosen committee is not of this institution. Please choose one that is.",
            problems=["committee"],
        )


def open_account(turn: Turn, after: Record) -> None:
    """Make the account: mobile and e-mail are its logins, and the password must be changed."""
    session = turn.books.session
    session.execute(
        insert(AccountRow).values(
            id=after.id,
            principal=f"person:{after.id}",
            name=str(after.answers["name"]).replace("\x00", ""),
            office=uuid_of(after.parties.get("institution", ())),
            password=passwords.hashed(turn.said["password"]),
            must_change=True,
            disabled=False,
        )
    )
    keep_in_step(turn, after)
    office = next(iter(after.parties.get("institution", ())), "")
    for role in turn.said.get("roles", ()):
        # A secretary or an officer without a committee follows no feed: the office's own feed
        # holds what only its administrator may read.
        scope = office if role in ("pi", "other") else ""
        if role in OF_COMMITTEE:
            scope = str(turn.said.get("committee") or "")
        grant(turn.books, f"person:{after.id}", role, scope)


# -- later -------------------------------------------------------------------------------


def keep_in_step(turn: Turn, after: Record) -> None:
    """Keep what is unique, the account's name and its logins as the record says."""
    session = turn.books.session
    if not _has_account(session, after.id):
        return
    refuse_taken(turn.books, after)
    _refuse_unfit_logins(session, after)
    session.execute(delete(UniqueKeyRow).where(UniqueKeyRow.person == after.id))
    rows = [
        {"kind": kind, "value": _key(str(after.answers[kind])), "person": after.id}
        for kind in KEYS
        if after.answers.get(kind)
    ]
    if rows:
        session.execute(insert(UniqueKeyRow), rows)
    name = str(after.answers.get("name") or "").replace("\x00", "")
    if name:
        session.execute(update(AccountRow).where(AccountRow.id == after.id).values(name=name))
    logins = {normal(str(after.answers[kind])) for kind in LOGINS if after.answers.get(kind)}
    if logins:  # an emptied draft leaves the old ones: nobody locks themself out by a save
        session.execute(delete(LoginRow).where(LoginRow.account == after.id))
        session.execute(
            insert(LoginRow), [{"login": login, "account": after.id} for login in sorted(logins)]
        )


def _refuse_unfit_logins(session: Session, person: Record) -> None:
    """A login is short, and nobody else's: also not the name of an office."""
    typed = {kind: normal(str(person.answers.get(kind) or "")) for kind in KEYS}
    taken = set(
        session.scalars(
            select(LoginRow.login).where(
                LoginRow.login.in_([typed[kind] for kind in LOGINS if len(typed[kind]) <= LONGEST]),
                LoginRow.account != person.id,
            )
        )
    )
    wrong = [k for k in KEYS if len(typed[k]) > LONGEST or (k in LOGINS and typed[k] in taken)]
    if wrong or typed["mobile"] == typed["email"] != "":
        raise Invalid(
            "手机号或邮箱已被其他账号使用，或填写有误。请核对后重新填写。",
            "The mobile number or the e-mail is used by another account, or is not right. Please "
            "check it.",
            problems=wrong or ["email"],
        )


def disable(turn: Turn, after: Record) -> None:
    """From now on nobody is signed in as this person, and nobody can sign in."""
    session = turn.books.session
    session.execute(update(AccountRow).where(AccountRow.id == after.id).values(disabled=True))
    end_sessions(session, after.id)


def enable(turn: Turn, after: Record) -> None:
    turn.books.session.execute(
        update(AccountRow).where(AccountRow.id == after.id).values(disabled=False)
    )


def _has_account(session: Session, account: UUID) -> bool:
    return (
        session.execute(select(AccountRow.id).where(AccountRow.id == account)).first() is not None
    )


def _key(value: str) -> str:
    """Written alike, whoever typed it: 证件号码 by its capitals, e-mail without them."""
    return normal(value)
