"""The list of a committee's members: the same on paper and in a workbook."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from app.forms.committee import DUTY, EXPERTISE, MEMBERS, ORIGIN
from app.forms.person import SEX
from app.record import Answers, Record
from app.rules.rule import day
from app.words import Language, Words
from app.workflows.committee import COMMITTEES

TITLE = Words("委员名单", "List of members")
NUMBER, TERM = Words("序号", "No."), Words("任期", "Term")
FROM = Words("工作单位或来源", "Employer or origin")
OVER = Words("（已届满）", " (ended)")
COUNT = Words(
    "委员共 {members} 人，其中男 {men} 人、女 {women} 人，外聘 {outside} 人；"
    "不兼委员的秘书 {secretaries} 人。",
    "{members} members: {men} men, {women} women, {outside} from outside; "
    "secretaries who are not members: {secretaries}.",
)
DUTIES = tuple(option.code for option in DUTY.options)


@dataclass(frozen=True)
class MemberList:
    """Heads and rows as texts, and a sentence that counts them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: str


def has_members(record: Record) -> bool:
    """Whether a record is of a committee with people on it."""
    return record.form in COMMITTEES and bool(record.answers.get("members"))


def member_list(record: Record, today: datetime.date, language: Language = "zh") -> MemberList:
    """The members by duty, the chair first; secretaries without a vote come last."""
    members: list[Answers] = sorted(
        (record.answers.get("members") or {}).values(), key=lambda row: _place(row.get("duty"))
    )
    labels = {field.id: field.words.say(language) for field in MEMBERS.fields}
    head = (
        NUMBER.say(language), *(labels[name] for name in ("name", "sex", "duty", "field")),
        FROM.say(language), TERM.say(language),
    )  # fmt: skip
    rows = tuple(
        (str(number), *_told(row, today, language)) for number, row in enumerate(members, 1)
    )
    sitting = [row for row in members if row.get("duty") != "secretary" and not _over(row, today)]
    count = COUNT.fill(
        members=len(sitting),
        men=sum(row.get("sex") == "male" for row in sitting),
        women=sum(row.get("sex") == "female" for row in sitting),
        outside=sum(row.get("source") != "own" for row in sitting),
        secretaries=sum(row.get("duty") == "secretary" for row in members),
    )
    return MemberList(head, rows, count.say(language))


def _place(duty: object) -> int:
    return DUTIES.index(duty) if isinstance(duty, str) and duty in DUTIES else len(DUTIES)


def _over(row: Answers, today: datetime.date) -> bool:
    end = day(row.get("term_to"))
    return end is not None and end < today


def _told(row: Answers, today: datetime.date, language: Language) -> tuple[str, ...]:
    term = " – ".join(str(row[end]) for end in ("term_from", "term_to") if row.get(end))
    return (
        str(row.get("name") or ""),
        SEX.text(row.get("sex"), language),
        DUTY.text(row.get("duty"), language),
        EXPERTISE.text(row.get("field"), language),
        str(row.get("employer") or ORIGIN.text(row.get("source"), language)),
        term + (OVER.say(language) if _over(row, today) else ""),
    )
