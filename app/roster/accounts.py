"""The template of accounts: what needs more than one of its cells, and what becomes of a row."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.record import Answers
from app.roster import columns as at
from app.roster import histories, identity, passwords
from app.roster.columns import COLUMNS
from app.roster.identity import Identity
from app.roster.known import against_known
from app.roster.persons import person_answers
from app.roster.rows import Deed, Entry, Row, Template
from app.roster.sharing import same_but_other
from app.words import Words

_SEX_EN = {"男": "male", "女": "female"}


def weigh(row: Row) -> Identity:
    """Everything that needs several cells of a row, today's date, or what is known already."""
    who = _identity(row)
    _sex(row, who)
    _password(row)
    _history(row, at.WORK, histories.PLAIN_WORK, histories.work, who)
    _history(row, at.EDUCATION, histories.PLAIN_EDUCATION, histories.education, who)
    if row.terms.known is not None:
        for found in against_known(
            row.number, row.clean, row.terms.known, row.terms.roles, row.terms.already
        ):
            row.put(found)
    return who


def _identity(row: Row) -> Identity:
    number = row.clean[at.ID_NUMBER]
    if not number:  # R02 has said it
        return Identity("")
    is_number = row.line.kinds.get(at.ID_NUMBER) == "number"
    who = identity.examined(number, is_number=is_number, today=row.terms.today)
    for code, parts in who.problems:
        row.say(code, at.ID_NUMBER, **parts)
    return who


def _sex(row: Row, who: Identity) -> None:
    sex = row.clean[at.SEX]
    if sex in _SEX_EN and who.sex not in ("", sex):
        row.say("R14", at.SEX, sex=Words(who.sex, _SEX_EN[who.sex]))


def _password(row: Row) -> None:
    given = row.clean[at.PASSWORD]
    if given:
        if not passwords.is_good(given):
            row.say("R19", at.PASSWORD)
        return
    name = row.clean[at.NAME]
    made = passwords.default(name)
    if made:
        row.say("R21", at.PASSWORD, mask=passwords.masked(made))
    elif name:  # without a name, R01 has said it
        row.say("R20", at.PASSWORD)


def _history(
    row: Row,
    column: int,
    plain: re.Pattern[str],
    understand: Callable[..., histories.History],
    who: Identity,
) -> None:
    text, birth, today = row.clean[column], who.birth, row.terms.today
    if not text or len(text) > COLUMNS[column].max_length:
        return
    if histories.is_plain(text, plain, birth=birth, today=today):
        return
    history = understand(text, birth=birth, today=today)
    for code, parts in history.problems:
        row.say(code, column, **parts)
    if len(text) > histories.SHORT:
        _long_part(row, column, history.rows)


def _long_part(row: Row, column: int, parts: list[dict[str, str]]) -> None:
    """Tell the first part of a history that is longer than its field."""
    for part in parts:
        for name, longest in at.PART_LENGTHS.items():
            length = len(part.get(name, ""))
            if length > longest:
                where = Words(f"{COLUMNS[column].header}第{part['i']}段", f"part {part['i']}")
                row.say("R35", column, col=where, n=longest, length=length)
                return


def _said(entry: Entry) -> Answers:
    """What the step "open" asks for: roles and first password."""
    password = entry.clean[at.PASSWORD] or passwords.default(entry.clean[at.NAME]) or ""
    return {"roles": list(entry.terms.roles), "password": password}


def _deed(entry: Entry) -> Deed:
    codes = {f.code for f in entry.findings if f.code[0] == "D"}
    if not codes:
        return "new"
    if "D05" in codes:
        return "none" if entry.terms.already == "skip" else "update"
    return "move_in" if codes & {"D01", "D06"} else "new"


ACCOUNTS = Template(
    id="accounts",
    title=at.TITLE,
    english="Accounts of people",
    form="person",
    by=("institution_admin", "authority_admin", "authority"),
    command="open",
    columns=COLUMNS,
    rules=at.RULES,
    example=at.EXAMPLE,
    unique=(("X01", at.ID_NUMBER), ("X02", at.MOBILE), ("X03", at.EMAIL)),
    compare=lambda entries: same_but_other(entries, "X04", at.NAME, at.ID_NUMBER),
    weigh=weigh,
    answers=lambda entry: person_answers(entry.clean, entry.understood, entry.terms.today),
    keys={"name": at.NAME, "id_number": at.ID_NUMBER, "mobile": at.MOBILE, "email": at.EMAIL},
    asks="person",
    deed=_deed,
    said=_said,
)
"""Seed 002, attachment 1."""
