"""The tree of offices: who registers whom, in which division they are, and their accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from app.errors import Invalid, NotAllowed
from app.forms import FORMS
from app.forms.institution import LEVEL
from app.forms.schema import Form
from app.forms.types import EMPTY
from app.record import Answers, Record
from app.rules.near_names import near_names
from server import accounts, doorlog, passwords
from server.accounts import normal
from server.tables import AccountRow, GrantRow, LoginRow, OfficeRow, UniqueKeyRow
from server.turn import Turn

NEXT = {"national": "province", "province": "city", "city": "county"}
"""Which authorities each level opens accounts for; every one of them registers institutions."""
USCC = "uscc"


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


def below(session: Session, office: UUID) -> set[UUID]:
    """An office and all that stand under it, at whatever depth."""
    found, level = {office}, {office}
    while level:
        level = (
            set(session.scalars(select(OfficeRow.id).where(OfficeRow.parent.in_(level)))) - found
        )
        found |= level
    return found


# -- opening -----------------------------------------------------------------------------


def may_be_opened(turn: Turn, after: Record) -> Record:
    """Refuse an account for an office that cannot have it; the opener becomes its 执业登记机关."""
    _refuse_missing(after)
    _refuse_other_level(turn, after)
    _refuse_unfit_name(turn.books.session, after.id, str(after.answers["name"]))
    _refuse_taken_code(turn.books.session, after)
    if turn.said.get("is_another") != "yes":
        _refuse_near(turn.books.session, after)
    passwords.refuse_bad(str(turn.said.get("password", "")))
    return replace(after, answers={**after.answers, "registrar": turn.who.office})


def _refuse_missing(after: Record) -> None:
    form, answers = FORMS["institution"], after.answers
    needed = ["level", "name"]
    if answers.get("level") == "hospital":
        needed += ["uscc", "kind", "grade"]
    wrong = unanswered(form, answers, needed)
    if "uscc" in needed and "uscc" not in wrong and not uscc.is_valid(answers["uscc"]):
        raise Invalid(
            "统一社会信用代码的校验位不正确，请对照证照核对。",
            "The check digit of the unified social credit code is wrong; please compare it.",
            problems=["uscc"],
        )
    refuse_unanswered(form, wrong)


def unanswered(form: Form, answers: Answers, needed: Iterable[str]) -> list[str]:
    """Those answers without which no account is opened that are missing or wrong."""
    return [
        name
        for name in needed
        if answers.get(name) in EMPTY or form.field(name).type.problem(answers[name])
    ]


def refuse_unanswered(form: Form, wrong: list[str]) -> None:
    if wrong:
        labels = [form.field(name).words for name in wrong]
        raise Invalid(
            f"开通账号前请填好：{'、'.join(words.zh for words in labels)}。",
            f"Before the account is opened, please fill in: {', '.join(w.en for w in labels)}.",
            problems=wrong,
        )


def _refuse_other_level(turn: Turn, after: Record) -> None:
    """Each level opens the next one's accounts, and those of institutions."""
    opener = turn.books.find(uuid_of([turn.who.office]) or turn.before.id)
    mine = str(opener.answers.get("level", "")) if opener else ""
    level = str(after.answers["level"])
    if level not in ("hospital", NEXT.get(mine, "")):
        zh, en = LEVEL.text(level), LEVEL.text(level, "en")
        raise NotAllowed(
            f"本机关不能开通“{zh}”的账号：每级只开通下一级机关和医疗卫生机构的账号。",
            f"This authority does not open accounts of a “{en}”: each level opens those of the "
            "next one and of institutions.",
            reason="level",
        )


def _refuse_unfit_name(session: Session, office: UUID, name: str) -> None:
    """The login of an office is its name: nobody's mobile or e-mail, and nobody else's login."""
    login = normal(name)
    looks_personal = re.fullmatch(r"[+\d\s()-]*", login) or "@" in login
    if looks_personal or not 2 <= len(login) <= 100:
        raise Invalid(
            "机构名称应为 2 到 100 字的全称，不能是手机号、邮箱或数字。",
            "The name of an office has 2 to 100 characters; it is no number and no e-mail address.",
            problems=["name"],
        )
    taken = session.execute(select(LoginRow.account).where(LoginRow.login == login))
    if taken.scalar_one_or_none() not in (None, office):
        raise Invalid(
            "已有同名机构，请核对机构名称。",
            "Another institution has this name. Please check it.",
            problems=["name"],
        )


def _refuse_taken_code(session: Session, after: Record) -> None:
    code = str(after.answers.get(USCC) or "")
    holder = session.scalar(
        select(UniqueKeyRow.person).where(UniqueKeyRow.kind == USCC, UniqueKeyRow.value == code)
    )
    if code and holder not in (None, after.id):
        known = session.scalar(select(OfficeRow.name).where(OfficeRow.id == holder)) or ""
        raise Invalid(
            f"统一社会信用代码已由“{known}”使用，不能重复建立机构。",
            f"“{known}” has this unified social credit code; no institution is registered twice.",
            problems=[USCC],
        )


def _refuse_near(session: Session, after: Record) -> None:
    others = session.scalars(select(OfficeRow.name).where(OfficeRow.id != after.id))
    if found := near_names(str(after.answers["name"]), others):
        raise Invalid(
            f"已有名称相近的机构：{'、'.join(found)}。核对后确为另一机构的，"
            "请在开通时选择“名称相近的不是同一机构”。",
            f"There are offices of a similar name: {', '.join(found)}. If this is another one, say "
            "so when you open the account.",
            problems=["name"],
            reason="near",
            names=found,
        )


def open_office(turn: Turn, after: Record) -> None:
    """Make the office, its account and its role; the login is its name."""
    session, answers = turn.books.session, after.answers
    kind = "institution" if answers["level"] == "hospital" else "authority"
    registrar = uuid_of(after.parties.get("authority", ()))
    inherited = division_of(session, after.parties.get("authority", ()))
    session.execute(
        insert(OfficeRow).values(
            id=after.id,
            parent=registrar,
            kind=kind,
            name=str(answers["name"]),
            division=_division(after) or inherited,
            registrar=registrar,
        )
    )
    _keep_code(session, after)
    open_account(session, after.id, str(answers["name"]), kind, str(turn.said["password"]))


def open_account(session: Session, office: UUID, name: str, kind: str, password: str) -> None:
    """The account of an office, with the one role it acts in."""
    ref = f"office:{office}"
    session.execute(
        insert(AccountRow).values(
            id=office, principal=ref, name=name, office=office,
            password=passwords.hashed(password), must_change=True, disabled=False,
        )
    )  # fmt: skip
    session.execute(insert(LoginRow).values(login=normal(name), account=office))
    role = "authority" if kind == "authority" else "institution_admin"
    session.execute(insert(GrantRow).values(principal=ref, role=role, scope=ref))


# -- later -------------------------------------------------------------------------------


def keep_in_step(turn: Turn, after: Record) -> None:
    """Keep the tree, the account's name, its login and its code as the record says.

    The registering authority is whoever opened the account; a step of its own hands it on.
    """
    session = turn.books.session
    known = session.execute(
        select(OfficeRow.name, OfficeRow.division).where(OfficeRow.id == after.id)
    ).one_or_none()
    if known is None:
        return  # a draft of what may become an office
    name = str(after.answers.get("name") or "").replace("\x00", "")
    if name and name != known.name:
        _refuse_unfit_name(session, after.id, name)
        _rename(session, after.id, name)
    _refuse_taken_code(session, after)
    _keep_code(session, after)
    session.execute(
        update(OfficeRow)
        .where(OfficeRow.id == after.id)
        .values(name=name or known.name, division=_division(after) or known.division)
    )


def same_level(turn: Turn, after: Record) -> Record:
    """What an office is stays as it was opened: a hospital becomes no authority by a save."""
    was, now = turn.before.answers.get("level"), after.answers.get("level")
    if turn.before.state != "new" and was is not None and now != was:
        raise Invalid(
            "机构层级在开通账号后不能改变。请另建机构。",
            "The level stays once the account is open. Please register another office.",
            problems=["level"],
        )
    return after


def has_registrar(_turn: Turn, after: Record) -> Record:
    """Above the national account there is nobody who could correct anything."""
    if not after.parties.get("authority"):
        raise NotAllowed(
            "本机关没有上级执业登记机关，请直接修改本机关信息。",
            "There is no authority above this one. Please correct its data directly.",
            reason="level",
        )
    return after


def _division(office: Record) -> str:
    answers = office.answers
    return str(answers.get("county") or answers.get("city") or answers.get("province") or "")


def _keep_code(session: Session, after: Record) -> None:
    session.execute(
        delete(UniqueKeyRow).where(UniqueKeyRow.kind == USCC, UniqueKeyRow.person == after.id)
    )
    if code := str(after.answers.get(USCC) or ""):
        session.execute(insert(UniqueKeyRow).values(kind=USCC, value=code, person=after.id))


def _rename(session: Session, office: UUID, name: str) -> None:
    session.execute(update(AccountRow).where(AccountRow.id == office).values(name=name))
    session.execute(delete(LoginRow).where(LoginRow.account == office))
    session.execute(insert(LoginRow).values(login=normal(name), account=office))


def hand_on(turn: Turn, after: Record) -> Record:
    """Another authority registers it from now on: one that is not below it."""
    session = turn.books.session
    chosen = uuid_of(after.parties.get("authority", ()))
    kind = session.scalar(select(OfficeRow.kind).where(OfficeRow.id == chosen))
    if kind != "authority" or chosen is None or chosen in below(session, after.id):
        raise Invalid(
            "新的执业登记机关应是其上级的卫生健康行政部门。",
            "The new registering authority must be a health authority that is not below it.",
            problems=["registrar"],
        )
    session.execute(
        update(OfficeRow).where(OfficeRow.id == after.id).values(registrar=chosen, parent=chosen)
    )
    return after


def reset_password(turn: Turn, after: Record) -> None:
    password = str(turn.said.get("password", ""))
    accounts.set_first_password(turn.books.session, after.id, password, turn.books.now)


def disable(turn: Turn, after: Record) -> None:
    """The office's account ends at once; its people keep theirs."""
    _set_disabled(turn, after, now=True)
    accounts.end_sessions(turn.books.session, after.id)


def enable(turn: Turn, after: Record) -> None:
    _set_disabled(turn, after, now=False)


def _set_disabled(turn: Turn, after: Record, *, now: bool) -> None:
    session = turn.books.session
    session.execute(update(AccountRow).where(AccountRow.id == after.id).values(disabled=now))
    if session.execute(select(AccountRow.id).where(AccountRow.id == after.id)).first():
        doorlog.note(session, after.id, "disabled" if now else "enabled", turn.books.now)


def out_of_sight(turn: Turn, after: Record) -> Record:
    """A draft of an office that was never opened; the history keeps it."""
    return replace(after, parties={"deleted": turn.before.parties.get("authority", ())})
