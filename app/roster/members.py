"""The template of committee members: rows of the committee's own list. Source: domain.md §7.3."""

from __future__ import annotations

import datetime

from app.forms.committee import DUTY, EXPERTISE, ORIGIN
from app.forms.person import SEX
from app.forms.types import Choice, Listed
from app.record import Answers
from app.roster import cells, identity
from app.roster.codes import TO_BE_SEEN_AGAIN
from app.roster.columns import SEXES, cleaned_number
from app.roster.identity import Identity
from app.roster.institutions import again_said
from app.roster.known import Standing
from app.roster.rows import Deed, Entry, Row, Template
from app.roster.sharing import same_but_other
from app.roster.templates import Column, Look
from app.words import Words

MOST_YEARS = 5
"""Of one term (K6)."""


def _words(choice: Choice) -> tuple[str, ...]:
    return tuple(option.zh for option in choice.options)


def _of(header: str, choice: Choice) -> Look:
    return cells.chosen(header, cells.names_of(*_words(choice)))


# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("姓名", "Name", "name", 50, "R01", cells.name, width=12, measured=False),
    Column("证件号码", "ID number", "", 25, "R02", cleaned_number, width=22, private=True, strict=True, measured=False),
    Column("委员会职务", "Duty", "duty", 20, "R40", _of("委员会职务", DUTY), width=14, pick=_words(DUTY), measured=False),
    Column("专业领域", "Field of expertise", "field", 30, "R40", _of("专业领域", EXPERTISE), width=18, pick=_words(EXPERTISE), measured=False),
    Column("来源", "From where", "source", 40, "R40", _of("来源", ORIGIN), width=32, pick=_words(ORIGIN), measured=False),
    Column("任期起", "Term from", "term_from", 20, "R40", cells.day, width=14, measured=False),
    Column("任期止", "Term to", "term_to", 20, "R40", cells.day, width=14, measured=False),
    Column("性别", "Sex", "sex", 10, "", cells.one_of("R13", SEXES), width=8, pick=("男", "女")),
    Column("工作单位", "Employer", "employer", 100, width=28),
    Column("移动电话", "Mobile", "", 30, "", cells.shaped("mobile", "R11"), width=16, private=True, strict=True),
    Column("邮箱", "E-mail", "", 100, "", cells.shaped("email", "R12"), width=28),
)
# fmt: on
(
    NAME,
    ID_NUMBER,
    DUTY_AT,
    FIELD,
    SOURCE,
    TERM_FROM,
    TERM_TO,
    SEX_AT,
    EMPLOYER,
    MOBILE,
    EMAIL,
) = range(len(COLUMNS))  # fmt: skip
OWN = next(option.zh for option in ORIGIN.options if option.code == "own")


class Member:
    """Who a row is about: what the number says, and who has it already."""

    __slots__ = ("person", "who")

    def __init__(self, who: Identity, person: str) -> None:
        self.who, self.person = who, person


def weigh(row: Row) -> Member:
    """The number, the term, and who it is."""
    number = row.clean[ID_NUMBER]
    who = Identity("")
    if number:
        is_number = row.line.kinds.get(ID_NUMBER) == "number"
        who = identity.examined(number, is_number=is_number, today=row.terms.today)
        for code, parts in who.problems:
            row.say(code, ID_NUMBER, **parts)
    _term(row)
    person = _person(row)
    _asked_of_outsiders(row, who)
    return Member(who, person)


def _asked_of_outsiders(row: Row, who: Identity) -> None:
    """What an account needs of somebody new, and the list of members of everybody."""
    is_new = any(f.code == "D12" for f in row.found)
    needed = {
        SEX_AT: bool(who.number) and not who.sex and not any(s != "R10" for s, _ in who.problems),
        EMPLOYER: row.clean[SOURCE] not in ("", OWN),
        MOBILE: is_new,
        EMAIL: is_new,
    }
    for column, is_needed in needed.items():
        if is_needed and not row.clean[column]:
            row.say("R40", column, col=COLUMNS[column].words)
    sex = row.clean[SEX_AT]
    if sex and who.sex not in ("", sex):
        row.say("R14", SEX_AT, sex=Words(who.sex, "male" if who.sex == "男" else "female"))


def _term(row: Row) -> None:
    try:
        first = datetime.date.fromisoformat(row.clean[TERM_FROM])
        last = datetime.date.fromisoformat(row.clean[TERM_TO])
    except ValueError:  # told where it stands
        return
    if last < first:
        row.say("R45", TERM_TO)
    elif (last - first).days > MOST_YEARS * 366:
        row.say("R46", TERM_TO)


def _person(row: Row) -> str:
    """`person:…` of who has this number; the source must agree with where they are."""
    known, number = row.terms.known, row.clean[ID_NUMBER]
    if known is None or not number:
        return ""
    found = known.find("id_number", number)
    if found is None and not known.is_final:
        return ""  # the registry finds them by number and name
    if found and known.find("member", found.person):
        row.put(again_said("D15", row, ID_NUMBER, Words("", "")))
        return found.person
    column, code = _misfit(row, found)
    if code:
        again = Words("", "") if known.is_final else TO_BE_SEEN_AGAIN
        name = identity.masked_name(found.name) if found else ""
        row.put(again_said(code, row, column, again, name))
    return found.person if found else ""


def _misfit(row: Row, found: Standing | None) -> tuple[int, str]:
    is_own = row.clean[SOURCE] == OWN
    if found is None:
        return (SOURCE, "D13") if is_own else (ID_NUMBER, "D12")
    if found.name != row.clean[NAME]:
        return ID_NUMBER, "D02"
    if found.disabled:
        return ID_NUMBER, "D08"
    if is_own != (found.place == "here"):
        return SOURCE, "D13" if is_own else "D14"
    return ID_NUMBER, ""


def _answers(entry: Entry) -> Answers:
    """One row of the committee's members; who has an account already is named by reference."""
    kinds = {"duty": DUTY, "field": EXPERTISE, "source": ORIGIN, "sex": SEX}
    said: Answers = {}
    for column, text in zip(COLUMNS, entry.clean, strict=True):
        if column.field and text:
            kind = kinds.get(column.field)
            said[column.field] = kind.parse(text) if kind else text
    member: Member = entry.understood
    if member.who.sex:
        said["sex"] = SEX.parse(member.who.sex)
    if said.get("source") == "own":
        said.pop("employer", None)
    if _deed(entry) == "member":
        return {**said, "person": member.person}
    shown = {"id_number": ID_NUMBER, "mobile": MOBILE, "email": EMAIL}
    said |= {name: entry.clean[column] for name, column in shown.items() if entry.clean[column]}
    return {**said, "id_kind": Listed("id_kinds").parse(member.who.kind)}


def _deed(entry: Entry) -> Deed:
    """Own staff by reference; whoever this computer cannot name the registry finds and seats."""
    if entry.is_here_already:
        return "none"
    member: Member = entry.understood
    return "member" if member.person and entry.clean[SOURCE] == OWN else "seat"


MEMBERS = Template(
    id="members",
    title="委员会委员名单模板",
    english="Members of a committee",
    form="committee",
    by=("ethics_secretary", "academic_secretary"),
    command="",
    columns=COLUMNS,
    rules=(
        Words(
            "由委员会秘书填写：每行一名委员；本单位委员须已有账号，外聘委员按证件号码和姓名查找。",
            "Filled in by the committee's secretary: one member a row. Own members have an account "
            "already; those from outside are found by ID number and name.",
        ),
        Words(
            "不得对模板行、列、单元格进行合并、删除或新增操作；所有字段应填写文本格式。",
            "Do not merge, delete or add rows, columns or cells; every field is in text format.",
        ),
        Words(
            "外聘委员须填工作单位；系统中没有的人还须填移动电话和邮箱，将为其建立账号。",
            "Members from outside need an employer; somebody new also a mobile number and an e-mail.",
        ),
        Words("任期不超过 5 年，日期形如 2026-03-05。", "A term is at most 5 years; 2026-03-05."),
    ),
    example=(
        "何平", "110105199003076435", _words(DUTY)[0], _words(EXPERTISE)[0], OWN, "2026-01-01",
        "2030-12-31", "", "", "", "",
    ),
    unique=(("X01", ID_NUMBER),),
    compare=lambda entries: same_but_other(entries, "X04", NAME, ID_NUMBER),
    weigh=weigh,
    answers=_answers,
    keys={"name": NAME, "id_number": ID_NUMBER, "mobile": MOBILE, "email": EMAIL},
    asks="person",
    deed=_deed,
    row_limit=200,
)  # fmt: skip
