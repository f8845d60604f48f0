"""People: unique in the whole system; accounts, logins and roles kept as their records say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.forms import FORMS
from app.forms.person import ROLE
from app.record import Answers, Record
from app.workflows import WORKFLOWS
from app.workflows.table import SYSTEM
from server import doorlog, identities, passwords
from server.accounts import end_sessions, normal, set_first_password
from server.books import Books, Deed
from server.db import upsert
from server.identities import KEYS
from server.places import refuse_unanswered, unanswered, uuid_of
from server.tables import (
    AccountRow,
    FileOwnerRow,
    GrantRow,
    KnownDeskRow,
    LoginRow,
    PartyRow,
    RecordRow,
    RevisionRow,
    SessionRow,
    SignInRow,
    UniqueKeyRow,
)
from server.turn import Turn

LOGINS = ("mobile", "email")
LONGEST = 200
"""Characters of a login or an ID number."""
COMMITTEES = ("committee", "academic_committee")
OF_COMMITTEE = ("ethics_member", "ethics_secretary")


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
    refuse_unanswered(form, unanswered(form, after.answers, ("name", *KEYS)))
    identities.refuse_taken(turn.books, after)
    passwords.refuse_bad(str(turn.said.get("password", "")))
    refuse_foreign_committee(turn, after.parties.get("institution", ()))
    return with_roles(after, turn.said.get("roles", ()))


def with_roles(person: Record, roles: Iterable[str]) -> Record:
    """The record as it says which roles are held: what lists filter and papers print."""
    held = ROLE.parse(sorted(set(roles)))
    answers = {name: value for name, value in person.answers.items() if name != "roles"}
    return replace(person, answers={**answers, "roles": held} if held else answers)


def refuse_foreign_committee(turn: Turn, offices: Iterable[str]) -> None:
    """An institution gives seats on its own committees only."""
    ref = turn.said.get("committee")
    if not ref:
        return
    committee = turn.books.find(UUID(str(ref).partition(":")[2]))
    if (
        committee is None
        or committee.form not in COMMITTEES
        or not set(offices) & set(committee.parties.get("institution", ()))
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
    _give(turn.books, f"person:{after.id}", office, turn.said)


def _give(books: Books, person: str, office: str, said: Answers) -> None:
    """The roles that an office gives to somebody of its own, each where it belongs."""
    for role in said.get("roles", ()):
        # A secretary or an officer without a committee follows no feed: the office's own feed
        # holds what only its administrator may read.
        scope = office if role in ("pi", "other") else ""
        if role in OF_COMMITTEE:
            scope = str(said.get("committee") or "")
        grant(books, person, role, scope)


# -- roles -------------------------------------------------------------------------------


def own_scopes(session: Session, office: str) -> set[str]:
    """Where an office gives and takes roles: itself, its committees, and nowhere in particular."""
    committees = session.scalars(
        select(RecordRow.id).where(
            RecordRow.form.in_(COMMITTEES), RecordRow.office == uuid_of([office])
        )
    )
    return {"", office, *(f"committee:{committee}" for committee in committees)}


def set_roles(turn: Turn, after: Record) -> Record:
    """Exactly these roles are given by this office from now on; what is not ticked ends at once.

    Seats on committees of others are theirs to give and to take.
    """
    refuse_foreign_committee(turn, after.parties.get("institution", ()))
    ref, session = f"person:{after.id}", turn.books.session
    office = next(iter(after.parties.get("institution", ())), "")
    own = own_scopes(session, office)
    wanted = set(turn.said.get("roles") or ())
    _end_grants(turn.books, ref, own, but=wanted)
    # A role that is ticked because another office gave it is not given once more.
    held = _held(session, ref)
    seat = turn.said.get("committee")
    new = {r for r in wanted if r not in held or (seat and r in OF_COMMITTEE)}
    _give(turn.books, ref, office, {**turn.said, "roles": sorted(new)})
    return with_roles(after, _held(session, ref))


def _end_grants(books: Books, person: str, scopes: set[str], *, but: Iterable[str] = ()) -> None:
    books.session.execute(
        delete(GrantRow).where(
            GrantRow.principal == person,
            GrantRow.scope.in_(scopes),
            GrantRow.role.not_in(list(but)),
        )
    )
    books.show_card(UUID(person.removeprefix("person:")))


def _held(session: Session, person: str, scopes: set[str] | None = None) -> set[str]:
    wanted = select(GrantRow.role).where(GrantRow.principal == person)
    if scopes is not None:
        wanted = wanted.where(GrantRow.scope.in_(scopes))
    return set(session.scalars(wanted))


# -- out, in, away -----------------------------------------------------------------------


def released(turn: Turn, after: Record) -> Record:
    """Out of the institution: its roles end, the account and seats elsewhere stay."""
    ref = f"person:{after.id}"
    office = next(iter(after.parties.get("institution", ())), "")
    _end_grants(turn.books, ref, own_scopes(turn.books.session, office))
    turn.books.session.execute(
        update(AccountRow).where(AccountRow.id == after.id).values(office=None, disabled=False)
    )
    parties = {party: names for party, names in after.parties.items() if party != "institution"}
    return with_roles(replace(after, parties=parties), _held(turn.books.session, ref))


def arrive(turn: Turn, person: Record, office: str, said: Answers) -> None:
    """Into an office, with the roles that it gives; the ones of the office before end."""
    books, ref = turn.books, f"person:{person.id}"
    before = next(iter(person.parties.get("institution", ())), "")
    if before:
        _end_grants(books, ref, own_scopes(books.session, before))
    books.session.execute(
        update(AccountRow)
        .where(AccountRow.id == person.id)
        .values(office=uuid_of([office]), disabled=False)
    )
    _give(books, ref, office, said)
    step = WORKFLOWS["person"].step("arrive", person.state, {SYSTEM}, {}, person.answers)
    after = replace(
        person, state=step.to or person.state, parties={**person.parties, "institution": (office,)}
    )
    after = with_roles(after, _held(books.session, ref))
    books.write(after, person.state, Deed("arrive", SYSTEM, "登记中心 Registry", SYSTEM))


_PERSON: ColumnElement[Any] = bindparam("person")
_REF: ColumnElement[Any] = bindparam("ref")
# Made once: an import of thousands that is taken back asks all of it for each person.
TRACES = select(
    or_(
        exists().where(PartyRow.name == _REF, PartyRow.record != _PERSON),
        exists().where(RevisionRow.actor == _REF),
        exists().where(GrantRow.principal == _REF, GrantRow.scope.like("committee:%")),
        exists().where(SignInRow.account == _PERSON, SignInRow.event == "in"),
        exists().where(FileOwnerRow.principal == _REF),
    )
)
FORGETTING = (
    delete(GrantRow).where(GrantRow.principal == _REF),
    delete(UniqueKeyRow).where(UniqueKeyRow.person == _PERSON),
    delete(SessionRow).where(SessionRow.account == _PERSON),
    delete(LoginRow).where(LoginRow.account == _PERSON),
    delete(KnownDeskRow).where(KnownDeskRow.account == _PERSON),
    delete(SignInRow).where(SignInRow.account == _PERSON),
    delete(AccountRow).where(AccountRow.id == _PERSON),
)
"""In the order in which the tables refer to each other."""


def deleted(turn: Turn, after: Record) -> Record:
    """Only who left no trace goes; their numbers may be used again."""
    session, ref = turn.books.session, f"person:{after.id}"
    if turn.before.state != "new" and _has_left_traces(session, after.id, ref):
        raise Invalid(
            "此人已有登录、备案、审查或委员会任职记录，不能删除。请改用【移出机构】或【停用】。",
            "This person has signed in, filed, reviewed or holds a seat, and cannot be deleted. "
            "Please move them out or disable the account.",
            reason="traces",
            problems=[],
        )
    for statement in FORGETTING:
        session.connection().execute(statement, {"ref": ref, "person": after.id})
    parties = {"deleted": turn.before.parties.get("institution", ())}
    return with_roles(replace(after, parties=parties), ())


def _has_left_traces(session: Session, person: UUID, ref: str) -> bool:
    return bool(session.connection().scalar(TRACES, {"ref": ref, "person": person}))


def reset_password(turn: Turn, after: Record) -> None:
    """A new first password, with the reason in the log; nobody stays signed in."""
    password = str(turn.said.get("password", ""))
    set_first_password(turn.books.session, after.id, password, turn.books.now)


# -- later -------------------------------------------------------------------------------


def keep_in_step(turn: Turn, after: Record) -> None:
    """Keep what is unique, the account's name and its logins as the record says."""
    session = turn.books.session
    if not _has_account(session, after.id):
        return
    unfit = _unfit_logins(session, after)
    # Asked after it: whoever took a login meanwhile is found here, and told by name and way out.
    identities.refuse_taken(turn.books, after)
    if unfit:
        raise Invalid(
            "手机号或邮箱已被其他账号使用，或填写有误。请核对后重新填写。",
            "The mobile number or the e-mail is used by another account, or is not right. Please "
            "check it.",
            problems=unfit,
        )
    identities.keep(turn.books, after)
    name = str(after.answers.get("name") or "").replace("\x00", "")
    if name:
        session.execute(update(AccountRow).where(AccountRow.id == after.id).values(name=name))
    logins = {normal(str(after.answers[kind])) for kind in LOGINS if after.answers.get(kind)}
    if logins:  # an emptied draft leaves the old ones: nobody locks themself out by a save
        session.execute(delete(LoginRow).where(LoginRow.account == after.id))
        session.execute(
            insert(LoginRow), [{"login": login, "account": after.id} for login in sorted(logins)]
        )


def _unfit_logins(session: Session, person: Record) -> list[str]:
    """Which of their numbers are too long to sign in by, or somebody else's: also an office's."""
    typed = {kind: normal(str(person.answers.get(kind) or "")) for kind in KEYS}
    taken = set(
        session.scalars(
            select(LoginRow.login).where(
                LoginRow.login.in_([typed[kind] for kind in LOGINS if len(typed[kind]) <= LONGEST]),
                LoginRow.account != person.id,
            )
        )
    )
    unfit = [k for k in KEYS if len(typed[k]) > LONGEST or (k in LOGINS and typed[k] in taken)]
    return unfit or (["email"] if typed["mobile"] == typed["email"] != "" else [])


def disable(turn: Turn, after: Record) -> None:
    """From now on nobody is signed in as this person, and nobody can sign in."""
    session = turn.books.session
    session.execute(update(AccountRow).where(AccountRow.id == after.id).values(disabled=True))
    end_sessions(session, after.id)
    if _has_account(session, after.id):
        doorlog.note(session, after.id, "disabled", turn.books.now)


def enable(turn: Turn, after: Record) -> None:
    session = turn.books.session
    session.execute(update(AccountRow).where(AccountRow.id == after.id).values(disabled=False))
    if _has_account(session, after.id):
        doorlog.note(session, after.id, "enabled", turn.books.now)


def _has_account(session: Session, account: UUID) -> bool:
    return (
        session.execute(select(AccountRow.id).where(AccountRow.id == account)).first() is not None
    )
