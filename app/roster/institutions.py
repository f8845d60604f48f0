"""The template of institutions: filled in by their 执业登记机关, who opens their accounts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from stdnum.cn import uscc

from app import lists
from app.record import Answers
from app.roster import cells
from app.roster.codes import TO_BE_SEEN_AGAIN, Finding, finding
from app.roster.passwords import is_good
from app.roster.rows import Entry, Row, Template
from app.roster.templates import Column, Look, Looked, Said, Shared
from app.rules.near_names import near_names, plain_name
from app.words import Words


def _of_list(header: str, list_id: str) -> Look:
    """A word of a code list, whichever way its brackets are typed."""
    return cells.chosen(header, cells.names_of(*(e.words.zh for e in lists.entries(list_id))))


_SHAPE = cells.shaped("uscc", "R42")


def _uscc(text: str) -> Looked:
    found = _SHAPE(text)
    if found.said or uscc.is_valid(found.clean):
        return found
    return Looked(found.clean, (Said("R42", {}),))


_BRACKETS = str.maketrans("()", "（）")


def _name(text: str) -> Looked:
    """The name is also the login: brackets are those of Chinese text."""
    return Looked(unicodedata.normalize("NFC", text).translate(_BRACKETS))


_PICK = {
    "grade": tuple(e.words.zh for e in lists.entries("org_levels"))[:12],
    "ownership": ("公立", "民营"),
    "management": ("属地管理", "直管"),
}
_MANAGEMENT = cells.names_of(*_PICK["management"]) | {"属地": "属地管理", "直接管理": "直管"}

# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("机构名称", "Name", "name", 100, "R40", _name, width=34),
    Column("统一社会信用代码", "Unified social credit code", "uscc", 18, "R40", _uscc, width=24, strict=True, measured=False),
    Column("机构类别", "Kind", "kind", 40, "R40", _of_list("机构类别", "org_kinds"), width=18, measured=False),
    Column("机构等级", "Grade", "grade", 20, "R40", _of_list("机构等级", "org_levels"), width=14, pick=_PICK["grade"], measured=False),
    Column("管理关系", "Managed by", "management", 10, "", cells.chosen("管理关系", _MANAGEMENT), width=12, pick=_PICK["management"], measured=False),
    Column("经济性质", "Ownership", "ownership", 10, "", cells.chosen("经济性质", cells.names_of(*_PICK["ownership"])), width=12, pick=_PICK["ownership"], measured=False),
    Column("省份", "Province", "province", 30, "R40", _of_list("省份", "provinces"), width=16, measured=False),
    Column("城市", "City", "city", 30, "", _of_list("城市", "cities"), width=16, measured=False),
    Column("区县", "District or county", "county", 30, "", _of_list("区县", "counties"), width=16, measured=False),
    Column("执业许可证号", "Licence number", "licence_number", 60, width=24),
    Column("联系人", "Contact person", "contact_name", 50, width=12),
    Column("联系电话", "Telephone", "contact_phone", 30, "", cells.shaped("phone", "R47"), width=18, private=True),
    Column("邮箱", "E-mail", "contact_email", 100, "", cells.shaped("email", "R12"), width=26),
    Column("邮编", "Postcode", "postcode", 10, "", cells.shaped("postcode", "R16"), width=10),
    Column("地址", "Address", "address", 200, width=34),
    Column("密码", "Password", "", 30, "R40", width=14, private=True, measured=False),
)
# fmt: on
(
    NAME,
    USCC,
    KIND,
    GRADE,
    MANAGEMENT,
    OWNERSHIP,
    PROVINCE,
    CITY,
    COUNTY,
    LICENCE,
    CONTACT,
    PHONE,
    EMAIL,
    POSTCODE,
    ADDRESS,
    PASSWORD,
) = range(len(COLUMNS))  # fmt: skip

_DIVISIONS = ("province", "city", "county")


class NearNames:
    """Finds names that differ by one character from many: the same answer as asking each of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_part: dict[str, set[str]] = {}
        for name in names:
            for part in self._parts(name):
                self._by_part.setdefault(part, set()).add(name)

    def of(self, name: str) -> list[str]:
        """The others that are near this one."""
        likely = {other for part in self._parts(name) for other in self._by_part.get(part, ())}
        return near_names(name, sorted(likely - {name}))

    @staticmethod
    def _parts(name: str) -> set[str]:
        """The name, and what is left of it without one of its characters: near ones share one."""
        plain = plain_name(name)
        return {plain, *(plain[:n] + plain[n + 1 :] for n in range(len(plain)))} - {""}


def _near_ones(entries: Sequence[Entry]) -> Iterator[Shared]:
    rows: dict[str, list[int]] = {}
    for entry in entries:
        if entry.clean[NAME]:
            rows.setdefault(entry.clean[NAME], []).append(entry.row)
    near, said = NearNames(rows), set[frozenset[str]]()
    for name in rows:
        group = frozenset({name, *near.of(name)})
        if len(group) > 1 and group not in said:
            said.add(group)
            yield "X07", NAME, sorted(row for other in group for row in rows[other])


def division(names: tuple[str, str, str]) -> tuple[list[str], tuple[int, str, str] | None]:
    """The codes of province, city and district; or which is not in which: (place, name, within)."""
    codes: list[str] = []
    parent, within = "", ""
    for place, (list_id, name) in enumerate(
        zip(("provinces", "cities", "counties"), names, strict=True)
    ):
        if not name:
            continue
        fitting = [
            e for e in lists.entries(list_id)
            if e.words.zh == name and (not parent or e.code.startswith(parent))
        ]  # fmt: skip
        if not fitting:
            return codes, (place, name, within)
        codes.append(fitting[0].code)
        parent, within = _beginning(fitting[0].code, place), name
    return codes, None


def _beginning(code: str, place: int) -> str:
    """How the codes of everything within a division begin."""
    return code[:2] if place == 0 else code[:4]


def weigh(row: Row) -> dict[str, str]:
    """Where it is, its first password, what is registered already; gives the divisions' codes."""
    names = (row.clean[PROVINCE], row.clean[CITY], row.clean[COUNTY])
    known = [bool(n) and not _is_said(row, PROVINCE + at) for at, n in enumerate(names)]
    usable = tuple(n if ok else "" for n, ok in zip(names, known, strict=True))
    codes, misfit = division((usable[0], usable[1], usable[2]))
    if misfit:
        place, name, within = misfit
        row.say("R48", PROVINCE + place, v=name, within=within)
    given = row.clean[PASSWORD]
    if given and not is_good(given):
        row.say("R19", PASSWORD)
    _against_known(row)
    wanted = [f for f, n in zip(_DIVISIONS, usable, strict=True) if n]
    return dict(zip(wanted, codes, strict=False))


def _is_said(row: Row, column: int) -> bool:
    return any(f.column == column and f.severity == "E" for f in row.found)


def _against_known(row: Row) -> None:
    known = row.terms.known
    if known is None:
        return
    again = Words("", "") if known.is_final else TO_BE_SEEN_AGAIN
    code, name = row.clean[USCC], row.clean[NAME]
    same = known.find("uscc", code) if code else None
    named = known.find("office", name) if name else None
    if same and same == named:
        row.put(replace(again_said("D09", row, USCC, again, same.name), severity="W"))
        return
    if same:
        row.put(again_said("D09", row, USCC, again, same.name))
    if named:
        row.put(again_said("D10", row, NAME, again))
    elif not same and name and (alike := known.find("office_alike", name)):
        row.put(again_said("D11", row, NAME, again, alike.name))


def again_said(code: str, row: Row, column: int, again: Words, name: str = "") -> Finding:
    """A D code, with the remark that the registry will look again where it has not looked."""
    found = finding(code, row.number, column, name=name)
    message = Words(found.message.zh + again.zh, found.message.en + again.en)
    return replace(found, message=message)


def _answers(entry: Entry) -> Answers:
    from app.forms import FORMS

    form = FORMS["institution"]
    said: Answers = {"level": "hospital", **entry.understood}
    for column, text in zip(COLUMNS, entry.clean, strict=True):
        if text and form.has(column.field) and column.field not in _DIVISIONS:
            said[column.field] = form.field(column.field).type.parse(text)
    return said


def _said(entry: Entry) -> Answers:
    """What the step "open" asks for. Who imports a row was told of similar names, and goes on."""
    said: Answers = {"password": entry.clean[PASSWORD]}
    if any(f.code in ("X07", "D11") for f in entry.findings):
        said["is_another"] = "yes"
    return said


INSTITUTIONS = Template(
    id="institutions",
    title="医疗卫生机构账号申请模板",
    english="Accounts of institutions",
    form="institution",
    by=("authority",),
    command="open",
    columns=COLUMNS,
    rules=(
        Words(
            "由执业登记机关填写：每行一家机构，机构名称是登录名，请填写全称。",
            "Filled in by the registering authority: one institution a row; its name is its login.",
        ),
        Words(
            "不得对模板行、列、单元格进行合并、删除或新增操作；所有字段应填写文本格式。",
            "Do not merge, delete or add rows, columns or cells; every field is in text format.",
        ),
        Words(
            "机构类别、机构等级、省份、城市、区县按标准名称填写。",
            "Kind, grade, province, city and district are written as in the lists.",
        ),
        Words(
            "密码为首次登录密码：6–14 位，数字、大写字母、小写字母至少两种；首次登录须修改。",
            "The password is for the first sign-in: 6 to 14 characters, two of digits, capitals "
            "and small letters.",
        ),
    ),
    example=(
        "长河市示例医院", "12430100MB12345672", "综合医院", "三级甲等", "属地管理", "公立", "湖南省",
        "长沙市", "岳麓区", "", "何平", "0731-84321000", "office@example.com", "410000",
        "长河市人民路1号", "Changhe2026",
    ),
    unique=(("X05", USCC), ("X06", NAME)),
    compare=_near_ones,
    weigh=weigh,
    answers=_answers,
    keys={"name": NAME, "uscc": USCC},
    asks="institution",
    deed=lambda entry: "none" if entry.is_here_already else "new",
    said=_said,
)  # fmt: skip
"""domain.md §7.3; the columns follow §6.2."""
