"""One's own account: 登录日志, desks; the rule of passwords; the audit log of an office."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotAllowed
from app.record import Principal
from server import accounts, audit, doorlog, passwords
from server.api.caller import Asking, Database
from server.db import read, transact
from server.moments import clock
from server.places import uuid_of
from server.tables import OfficeRow
from sync.protocol import AuditEvents, Desks, DoorEvents, PasswordRule

router = APIRouter()

Beyond = Annotated[UUID | None, Query()]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/account/events")
def events(
    engine: Database, asking: Asking, beyond: Beyond = None, limit: Limit = 100
) -> DoorEvents:
    """One's own sign-ins and failures, newest first."""
    found = read(engine, lambda s: doorlog.of_account(s, asking.account, beyond, limit))
    return DoorEvents(events=tuple(found))


@router.get("/account/desks")
def desks(engine: Database, asking: Asking) -> Desks:
    return Desks(desks=tuple(read(engine, lambda s: accounts.desks_of(s, asking))))


@router.delete("/account/desks/{desk}", status_code=204)
def end_desk(engine: Database, asking: Asking, desk: str) -> Response:
    now = clock()
    transact(engine, lambda s: accounts.end_desk(s, asking, desk, now))
    return Response(status_code=204)


@router.get("/password-rule")
def password_rule(engine: Database, asking: Asking) -> PasswordRule:  # noqa: ARG001 -- signed in
    rule = read(engine, accounts.password_rule)
    return PasswordRule(shortest=rule.shortest, longest=rule.longest, kinds=rule.kinds)


@router.put("/password-rule")
def set_password_rule(engine: Database, asking: Asking, asked: PasswordRule) -> PasswordRule:
    """A stronger rule for passwords chosen from now on; only the national account sets it."""

    def work(session: Session) -> None:
        if not is_national(session, asking.principal):
            raise NotAllowed(
                "密码规则只能由国家级账号设置。",
                "Only the national account sets the rule of passwords.",
                reason="role",
            )
        rule = passwords.Rule(asked.shortest, asked.longest, asked.kinds)
        accounts.set_password_rule(session, rule)

    transact(engine, work)
    return asked


def is_national(session: Session, who: Principal) -> bool:
    """Whether it is the authority above which there is none."""
    own = {uuid_of([g.scope]) for g in who.grants if g.role == "authority"}
    top = session.execute(
        select(OfficeRow.id).where(
            OfficeRow.id.in_(own - {None}),
            OfficeRow.kind == "authority",
            OfficeRow.parent.is_(None),
        )
    )
    return top.first() is not None


@router.get("/audit")
def audit_log(
    engine: Database, asking: Asking, beyond: Beyond = None, limit: Limit = 100
) -> AuditEvents:
    """What was done in one's office; an authority also reads of those below it."""
    found = read(engine, lambda s: audit.of(s, asking.principal, beyond, limit))
    return AuditEvents(events=tuple(found))
