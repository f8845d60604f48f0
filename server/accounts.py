"""Signing in and out, sessions, passwords. A token is 32 random bytes; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound, SignedOut, SignInFailed
from app.record import Grant, Principal
from app.workflows.roles import feeds_of
from server import attempts, doorlog, passwords
from server.db import read, transact
from server.moments import told
from server.tables import (
    AccountRow,
    DeskKeyRow,
    GrantRow,
    LoginRow,
    MetaRow,
    OfficeRow,
    SessionRow,
)
from sync.protocol import Desk as DeskMessage
from sync.protocol import NewPassword, SignIn
from sync.protocol import Session as SessionMessage

IDLE = timedelta(days=30)
NOTED = timedelta(minutes=10)
"""How exactly it is kept when a session was last seen."""
SHOWN = 16
"""Characters of a token's digest by which its owner names it: enough to tell, too few to use."""
RULE = "password_rule"

# Asked with every request: built once, which took longer than the database does.
WHO = (
    AccountRow.principal,
    AccountRow.name,
    AccountRow.office,
    OfficeRow.name.label("office_name"),
)
ACCOUNT = (
    select(*WHO)
    .outerjoin(OfficeRow, OfficeRow.id == AccountRow.office)
    .where(AccountRow.id == bindparam("account"), AccountRow.disabled.is_(False))
)
SESSION = (
    select(
        SessionRow.account, SessionRow.login, SessionRow.seen, SessionRow.desk,
        SessionRow.desk_name, AccountRow.must_change, *WHO,
    )
    .join(AccountRow, AccountRow.id == SessionRow.account)
    .outerjoin(OfficeRow, OfficeRow.id == AccountRow.office)
    .where(SessionRow.token == bindparam("token"), AccountRow.disabled.is_(False))
)  # fmt: skip
GRANTS = (
    select(GrantRow.role, GrantRow.scope)
    .where(GrantRow.principal == bindparam("principal"))
    .order_by(GrantRow.role, GrantRow.scope)
)
EPOCH = select(MetaRow.value).where(MetaRow.name == "epoch")


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request."""

    account: UUID
    principal: Principal
    login: str
    must_change: bool
    token: str
    """The SHA-256 of it."""
    desk: str = ""
    desk_name: str = ""
    seen: datetime | None = None
    """When the session was last seen, as far as it is kept."""


def normal(login: str) -> str:
    """A login as it is kept: half-width, small letters, no spaces around it."""
    return unicodedata.normalize("NFKC", login).strip().lower().replace("\x00", "")


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# -- who is it ----------------------------------------------------------------------------


def principal_of(session: Session, account: UUID) -> Principal:
    """Who an account is, with what they hold at this moment."""
    row = session.connection().execute(ACCOUNT, {"account": account}).one_or_none()
    if row is None:
        raise signed_out()
    return _principal(session, *row)


def _principal(
    session: Session, principal: str, name: str, office: UUID | None, office_name: str | None
) -> Principal:
    grants = session.connection().execute(GRANTS, {"principal": principal})
    return Principal(
        id=principal,
        name=name,
        office=f"office:{office}" if office else "",
        office_name=office_name or "",
        grants=tuple(Grant(role, scope) for role, scope in grants),
    )


def caller_of(engine: Engine, token: str, now: datetime) -> Caller:
    """Who a token belongs to, or SignedOut."""
    caller = read(engine, lambda session: caller_within(session, token, now))
    note_seen(engine, caller, now)
    return caller


def caller_within(session: Session, token: str, now: datetime) -> Caller:
    """Who a token belongs to at this moment, or SignedOut."""
    kept = digest_of(token)
    row = session.connection().execute(SESSION, {"token": kept}).one_or_none()
    if row is None or row.seen + IDLE < now:
        raise signed_out()
    account, login, seen, desk, desk_name, must_change, *who = row
    principal = _principal(session, *who)
    return Caller(account, principal, login, must_change, kept, desk, desk_name, seen)


def note_seen(engine: Engine, caller: Caller, now: datetime) -> None:
    """Keep that this session is in use; every few minutes is enough."""
    if caller.seen is not None and caller.seen + NOTED < now:
        noted = update(SessionRow).where(SessionRow.token == caller.token).values(seen=now)
        transact(engine, lambda session: session.execute(noted))


def signed_out() -> SignedOut:
    return SignedOut(
        "登录已失效，请重新登录。未上报的内容都保存在本机。",
        "You are signed out. Please sign in again; what was not sent yet is kept on your computer.",
    )


def session_message(
    engine: Engine, caller: Caller, now: datetime, token: str = ""
) -> SessionMessage:
    return message_of(caller, read(engine, epoch), now, token)


def message_of(caller: Caller, epoch: str, now: datetime, token: str = "") -> SessionMessage:
    return SessionMessage(
        token=token,
        principal=caller.principal.to_wire(),
        login=caller.login,
        must_change_password=caller.must_change,
        feeds=feeds_of(caller.principal),
        epoch=epoch,
        now=told(now),
    )


# -- signing in -----------------------------------------------------------------------------


def sign_in(engine: Engine, who: SignIn, now: datetime, address: str = "") -> SessionMessage:
    """Begin a session, or SignInFailed; TryLater after too many failures, known login or not.

    The attempt is counted before the password is looked at, so that many at once are no way round.
    """
    login = normal(who.login)
    transact(engine, lambda session: attempts.count(session, login, who.desk, now, address))
    found = read(
        engine,
        lambda session: session.execute(
            select(AccountRow.id, AccountRow.password, AccountRow.disabled)
            .join(LoginRow, LoginRow.account == AccountRow.id)
            .where(LoginRow.login == login)
        ).one_or_none(),
    )
    right = passwords.is_right(found.password if found else None, who.password)
    if not (right and found):
        if found:
            door = Door(found.id, who.desk_name, address)
            transact(engine, lambda session: door.note(session, "wrong", now))
        raise SignInFailed(
            "登录名或密码不正确。登录名是手机号、邮箱或机构名称；忘记密码请联系机构管理员。",
            "The login or the password is not right. The login is your mobile number, your e-mail "
            "or the name of the institution; if you forgot the password, ask your administrator.",
        )
    if found.disabled:
        raise SignInFailed(
            "账号已停用，请联系机构管理员启用。",
            "The account is disabled. Please ask the administrator of your institution.",
        )
    token = secrets.token_urlsafe(32)
    door = Door(found.id, who.desk_name, address)
    transact(engine, lambda session: _begin(session, door, login, who, (token, now)))
    return session_message(engine, caller_of(engine, token, now), now, token)


@dataclass(frozen=True)
class Door:
    """Whose door it is, and who stands there."""

    account: UUID
    desk_name: str
    address: str

    def note(self, session: Session, event: str, now: datetime) -> None:
        desk = self.desk_name.replace("\x00", "")  # PostgreSQL keeps none in a text
        doorlog.note(session, self.account, event, now, desk=desk, address=self.address)


def _begin(
    session: Session, door: Door, login: str, who: SignIn, how: tuple[str, datetime]
) -> None:
    token, now = how
    account = door.account
    desk = who.desk.replace("\x00", "")
    attempts.forgive(session, login, who.desk, door.address)
    attempts.remember_desk(session, account, who.desk)
    attempts.purge(session, now)
    doorlog.purge(session, account, now)
    door.note(session, "in", now)
    # One session for each desk: signing in again there ends the one before.
    session.execute(
        delete(SessionRow).where(SessionRow.account == account, SessionRow.desk == desk)
    )
    session.execute(delete(SessionRow).where(SessionRow.seen < now - IDLE))
    session.execute(
        insert(SessionRow).values(
            token=digest_of(token),
            account=account,
            login=who.login.strip().replace("\x00", ""),
            desk=desk,
            desk_name=who.desk_name.replace("\x00", ""),
            began=now,
            seen=now,
        )
    )


def sign_out(engine: Engine, caller: Caller, now: datetime) -> None:
    ended = delete(SessionRow).where(SessionRow.token == caller.token)

    def end(session: Session) -> None:
        session.execute(ended)
        doorlog.note(session, caller.account, "out", now, desk=caller.desk_name)

    transact(engine, end)


def desks_of(session: Session, caller: Caller) -> list[DeskMessage]:
    """The desks at which the account is signed in, the last used first."""
    rows = session.scalars(
        select(SessionRow)
        .where(SessionRow.account == caller.account)
        .order_by(SessionRow.seen.desc(), SessionRow.token)
    )
    return [
        DeskMessage(
            id=row.token[:SHOWN], name=row.desk_name, login=row.login, began=told(row.began),
            seen=told(row.seen), is_this=row.token == caller.token,
        )
        for row in rows
    ]  # fmt: skip


def end_desk(session: Session, caller: Caller, shown: str, now: datetime) -> None:
    """Sign out one of one's own desks from afar; it is a stranger's from then on."""
    rows = session.scalars(select(SessionRow).where(SessionRow.account == caller.account)).all()
    for row in rows:
        if row.token[:SHOWN] == shown:
            attempts.forget_desk(session, caller.account, row.desk)
            doorlog.note(session, caller.account, "ended", now, desk=row.desk_name)
            session.execute(
                update(DeskKeyRow)
                .where(DeskKeyRow.account == caller.account, DeskKeyRow.desk == row.desk)
                .values(revoked=True)
            )
            session.execute(delete(SessionRow).where(SessionRow.token == row.token))
            return
    raise NotFound(
        "没有这一处登录，可能已经退出。请刷新。",
        "There is no such session; it may have ended. Please refresh.",
    )


def end_sessions(session: Session, account: UUID, *, but: str = "") -> None:
    """End what is open under an account, all but one; what its desks sign counts no more."""
    session.execute(
        delete(SessionRow).where(SessionRow.account == account, SessionRow.token != but)
    )
    here = select(SessionRow.desk).where(SessionRow.token == but).scalar_subquery()
    session.execute(
        update(DeskKeyRow)
        .where(DeskKeyRow.account == account, or_(here.is_(None), DeskKeyRow.desk != here))
        .values(revoked=True)
    )


def change_password(engine: Engine, caller: Caller, asked: NewPassword, now: datetime) -> None:
    """Change the password after checking the old one; every other session of the account ends."""
    login = normal(caller.login)
    transact(engine, lambda session: attempts.count(session, login, caller.desk, now))
    kept = read(
        engine,
        lambda session: session.execute(
            select(AccountRow.password).where(AccountRow.id == caller.account)
        ).scalar_one(),
    )
    if not passwords.is_right(kept, asked.old):
        raise SignInFailed(
            "原密码不正确，密码没有修改。请重新输入。",
            "The old password is not right; nothing was changed. Please type it again.",
        )
    read(engine, password_rule).refuse(asked.new)
    if asked.new == asked.old:
        raise Invalid(
            "新密码不能与原密码相同。请换一个。",
            "The new password must differ from the old one. Please choose another one.",
            problems=["password"],
        )
    new = passwords.hashed(asked.new)

    def change(session: Session) -> None:
        session.execute(
            update(AccountRow)
            .where(AccountRow.id == caller.account, AccountRow.password == kept)
            .values(password=new, must_change=False)
        )
        end_sessions(session, caller.account, but=caller.token)
        attempts.forgive(session, login, caller.desk)
        doorlog.note(session, caller.account, "changed", now, desk=caller.desk_name)

    transact(engine, change)


def set_first_password(session: Session, account: UUID, password: str, now: datetime) -> None:
    """An administrator gives a new first password: every session ends, nobody has to wait."""
    passwords.refuse_bad(password)
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account)
        .values(password=passwords.hashed(password), must_change=True)
    )
    end_sessions(session, account)
    attempts.forgive_all(session, account)
    doorlog.note(session, account, "reset", now)


def password_rule(session: Session) -> passwords.Rule:
    """The rule for chosen passwords, as the national account has set it."""
    kept = session.scalar(select(MetaRow.value).where(MetaRow.name == RULE))
    return passwords.Rule.from_json(kept) if kept else passwords.Rule()


def set_password_rule(session: Session, rule: passwords.Rule) -> None:
    rule.refuse_weaker()
    session.execute(delete(MetaRow).where(MetaRow.name == RULE))
    session.execute(insert(MetaRow).values(name=RULE, value=rule.to_json()))


def epoch(session: Session) -> str:
    """Which registry this is, since it began or was restored; "" before the first."""
    return session.connection().scalar(EPOCH) or ""


def new_epoch(session: Session) -> None:
    """Say that the registry began, or was restored: desks read every feed from its beginning."""
    session.execute(delete(MetaRow).where(MetaRow.name == "epoch"))
    session.execute(insert(MetaRow).values(name="epoch", value=str(uuid4())))
