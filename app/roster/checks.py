"""Every check of every row: R codes of one row, X codes between rows, D codes against the known.

A row tells all its problems at once. `today`, what is known of people, and the roles to be
granted come from outside (`Terms`).
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from app.forms.shapes import SHAPES
from app.record import Answers
from app.roster import columns as at
from app.roster import histories, identity, passwords
from app.roster.codes import Finding, finding
from app.roster.columns import COLUMNS, ROW_LIMIT
from app.roster.identity import Identity
from app.roster.known import Known, against_known
from app.roster.layout import Layout, Line, lay_out, visible
from app.roster.persons import Understood, person_answers
from app.roster.reading import Sheet
from app.words import Words


@dataclass(frozen=True)
class Terms:
    """Under what a roster is checked."""

    today: datetime.date
    roles: tuple[str, ...] = ("pi",)
    known: Known | None = None


@dataclass(frozen=True)
class Entry:
    """One row after its checks."""

    line: Line
    clean: tuple[str, ...]
    """The 14 texts as they will be stored."""
    findings: tuple[Finding, ...]
    understood: Understood = field(repr=False)
    roles: tuple[str, ...] = ()

    def answers(self) -> Answers:
        """What the row says, for the person form."""
        return person_answers(self.clean, self.understood)

    def said(self) -> Answers:
        """What the step "open" asks for: roles and first password."""
        password = self.clean[at.PASSWORD] or passwords.default(self.clean[at.NAME]) or ""
        return {"roles": list(self.roles), "password": password}

    @property
    def row(self) -> int:
        return self.line.number

    @property
    def is_wrong(self) -> bool:
        return any(f.severity == "E" for f in self.findings)

    @property
    def is_here_already(self) -> bool:
        """Whether the person is in this institution: nothing new is to be made of them."""
        return any(f.code == "D05" for f in self.findings)

    @property
    def is_importable(self) -> bool:
        return not self.is_wrong and not self.is_here_already


@dataclass(frozen=True)
class Checked:
    """A whole roster after its checks."""

    about_file: tuple[Finding, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything, the file first, then by row and column."""
        rows = (f for e in self.entries for f in e.findings)
        return tuple(sorted((*self.about_file, *rows), key=lambda f: (f.row, f.column, f.code)))

    @property
    def is_stopped(self) -> bool:
        """Whether the file as a whole must be mended before anything may be imported."""
        return any(f.code[0] == "F" and f.severity == "E" for f in self.findings)

    @property
    def importable(self) -> tuple[Entry, ...]:
        return () if self.is_stopped else tuple(e for e in self.entries if e.is_importable)

    @property
    def wrong(self) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if e.is_wrong)

    @property
    def has_errors(self) -> bool:
        return any(f.severity == "E" for f in self.findings)


def check(sheet: Sheet, terms: Terms, *, row_limit: int = ROW_LIMIT) -> Checked:
    """Check a sheet as it was read."""
    layout: Layout = lay_out(sheet, row_limit=row_limit)
    entries = between([check_line(line, terms) for line in layout.lines])
    return Checked(layout.findings, tuple(entries))


def check_line(line: Line, terms: Terms) -> Entry:
    """Check one row by itself (R and D codes)."""
    found: list[Finding] = []
    clean = [_tidied(line, column, found) for column in range(at.WIDTH)]
    who = _identity(line, clean, terms, found)
    for look in (_name, _mobile, _email, _sex, _landline, _postcode, _password, _lengths):
        found += look(line.number, clean, who)
    history = _histories(line.number, clean, who, terms, found)
    found += _fields(line.number, clean)
    found += against_known(line.number, clean, terms.known, terms.roles)
    found = [_valued(f, line) for f in found]
    found.sort(key=lambda f: (f.column, f.code))
    understood = Understood(who, history, research_fields(clean[at.FIELDS]))
    return Entry(line, tuple(clean), tuple(found), understood, terms.roles)


def _valued(f: Finding, line: Line) -> Finding:
    """Put beside a finding what stands in its cell."""
    text = line.cells[f.column]
    return Finding(f.code, f.row, f.column, f.severity, f.message, f.remedy, text) if text else f


def _tidied(line: Line, column: int, found: list[Finding]) -> str:
    """Take away what nobody sees; tell it, and tell a cell that is no text."""
    raw, kind = line.cells[column].replace("\r\n", "\n"), line.kinds.get(column, "")
    if kind == "formula":
        ref = at.cell(column, line.number)
        found.append(finding("F08", line.number, column, ref=ref))
    elif kind:
        severity: Literal["E", "W"] = "E" if column in (at.ID_NUMBER, at.MOBILE) else "W"
        col = COLUMNS[column].words
        found.append(finding("R05", line.number, column, severity=severity, col=col))
    text = visible(raw)
    what = Words("首尾空格已去除", "Spaces at the ends were removed")
    if text != raw.strip():
        what = Words("不可见字符已去除", "Invisible characters were removed")
    if text[:1] in "'’" and len(text) > 1:
        text, what = text[1:].strip(), Words("多余的单引号已去除", "A stray apostrophe was removed")
    if "\n" in text and column not in (at.FIELDS, at.WORK, at.EDUCATION):
        text, what = (
            re.sub(r"\s*\n\s*", " ", text),
            Words("换行已改为空格", "Line breaks became spaces"),
        )
    if text != raw:
        found.append(finding("R34", line.number, column, what=what))
    return text


def _identity(line: Line, clean: list[str], terms: Terms, found: list[Finding]) -> Identity:
    if not clean[at.ID_NUMBER]:
        found.append(finding("R02", line.number, at.ID_NUMBER))
        return Identity("")
    is_number = line.kinds.get(at.ID_NUMBER) == "number"
    who = identity.examined(clean[at.ID_NUMBER], is_number=is_number, today=terms.today)
    clean[at.ID_NUMBER] = who.number
    found += [finding(code, line.number, at.ID_NUMBER, **parts) for code, parts in who.problems]
    return who


_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
_NAME = re.compile(
    rf"[{_HAN}]+(·[{_HAN}]+)*|[{_LATIN}]+\.?([ .'’\-·][{_LATIN}]+\.?)*|[{_HAN}{_LATIN}]+"
)


def _name(row: int, clean: list[str], who: Identity) -> Iterator[Finding]:  # noqa: ARG001 -- one of a row of checks
    name = re.sub(r"[•‧・．]", "·", unicodedata.normalize("NFC", clean[at.NAME]))
    clean[at.NAME] = name
    if not name:
        yield finding("R01", row, at.NAME)
        return
    if not 2 <= len(name) <= 50:
        yield finding("R18", row, at.NAME)
    if not _NAME.fullmatch(name):
        yield finding("R17", row, at.NAME)


def _shaped(column: int, shape: str, missing: str, wrong: str) -> Callable[..., Iterator[Finding]]:
    """Make the check of a column whose text has a shape (mobile, e-mail …)."""

    def look(row: int, clean: list[str], who: Identity) -> Iterator[Finding]:  # noqa: ARG001 -- one of a row of checks
        text = clean[column]
        if not text:
            if missing:
                yield finding(missing, row, column)
            return
        clean[column] = SHAPES[shape].clean(text)
        if SHAPES[shape].problem(clean[column]):
            yield finding(wrong, row, column)

    return look


_mobile = _shaped(at.MOBILE, "mobile", "R03", "R11")
_email = _shaped(at.EMAIL, "email", "R04", "R12")
_landline = _shaped(at.LANDLINE, "landline", "", "R15")
_postcode = _shaped(at.POSTCODE, "postcode", "", "R16")


def _sex(row: int, clean: list[str], who: Identity) -> Iterator[Finding]:
    text = clean[at.SEX].casefold()
    if not text:
        return
    if text not in at.SEXES:
        yield finding("R13", row, at.SEX)
        return
    clean[at.SEX] = {"male": "男", "female": "女"}.get(text, text)
    if who.sex and who.sex != clean[at.SEX]:
        en = "male" if who.sex == "男" else "female"
        yield finding("R14", row, at.SEX, sex=Words(who.sex, en))


def _password(row: int, clean: list[str], who: Identity) -> Iterator[Finding]:  # noqa: ARG001 -- one of a row of checks
    given = clean[at.PASSWORD]
    if given:
        if not passwords.is_good(given):
            yield finding("R19", row, at.PASSWORD)
        return
    made = passwords.default(clean[at.NAME])
    if made:
        yield finding("R21", row, at.PASSWORD, mask=passwords.masked(made))
    elif clean[at.NAME]:  # without a name, R01 has said it
        yield finding("R20", row, at.PASSWORD)


def _lengths(row: int, clean: list[str], who: Identity) -> Iterator[Finding]:  # noqa: ARG001 -- one of a row of checks
    judged_elsewhere = (at.NAME, at.ID_NUMBER, at.PASSWORD)
    for column, declared in enumerate(COLUMNS):
        length = len(clean[column])
        if length > declared.max_length and column not in judged_elsewhere:
            col, n = declared.words, declared.max_length
            yield finding("R35", row, column, col=col, n=n, length=length)


def _histories(
    row: int, clean: list[str], who: Identity, terms: Terms, found: list[Finding]
) -> dict[str, list[dict[str, str]]]:
    read = {}
    for column, understand in ((at.WORK, histories.work), (at.EDUCATION, histories.education)):
        text = clean[column] if len(clean[column]) <= COLUMNS[column].max_length else ""
        history = understand(text, birth=who.birth, today=terms.today)
        found += [finding(code, row, column, **parts) for code, parts in history.problems]
        found += _long_parts(row, column, history.rows)
        read[COLUMNS[column].field] = history.rows
    return read


def _long_parts(row: int, column: int, parts: list[dict[str, str]]) -> Iterator[Finding]:
    """Tell the first part of a history that is longer than its field."""
    for part in parts:
        for name, longest in at.PART_LENGTHS.items():
            length = len(part.get(name, ""))
            if length > longest:
                i = part["i"]
                where = Words(f"{COLUMNS[column].header}第{i}段", f"part {i}")
                yield finding("R35", row, column, col=where, n=longest, length=length)
                return


def research_fields(text: str) -> list[str]:
    """The research fields in a cell, whatever they are parted by."""
    parts = (part.strip() for part in re.split(r"[;；、，,\n]", text))
    return list(dict.fromkeys(part for part in parts if part))


def _fields(row: int, clean: list[str]) -> Iterator[Finding]:
    text = clean[at.FIELDS]
    if "；" in text:
        yield finding("R31", row, at.FIELDS, what=histories.FULL_WIDTH)
    if re.search(r"[、，,\n]", text):
        yield finding("R33", row, at.FIELDS, n=len(research_fields(text)))
    longest = max(map(len, research_fields(text)), default=0)
    if longest > at.FIELD_LENGTH and len(text) <= COLUMNS[at.FIELDS].max_length:
        col = COLUMNS[at.FIELDS].words
        yield finding("R35", row, at.FIELDS, col=col, n=at.FIELD_LENGTH, length=longest)


def between(entries: Iterable[Entry]) -> list[Entry]:
    """Compare the rows with each other (X codes), anew: what was found between them before goes."""
    alone = [_alone(e) for e in entries]
    found: dict[int, list[Finding]] = {}
    for code, column in (("X01", at.ID_NUMBER), ("X02", at.MOBILE), ("X03", at.EMAIL)):
        for _value, rows in _shared(alone, column).items():
            for row in rows:
                found.setdefault(row, []).append(finding(code, row, column, rows=_listed(rows)))
    number_of = {e.row: e.clean[at.ID_NUMBER] for e in alone}
    for _name, rows in _shared(alone, at.NAME).items():
        if len({number_of[row] for row in rows} - {""}) > 1:
            for row in rows:
                found.setdefault(row, []).append(finding("X04", row, at.NAME, rows=_listed(rows)))
    return [_with(e, found[e.row]) if e.row in found else e for e in alone]


def _alone(entry: Entry) -> Entry:
    if not any(f.code[0] == "X" for f in entry.findings):
        return entry
    return replace(entry, findings=tuple(f for f in entry.findings if f.code[0] != "X"))


def _with(entry: Entry, more: list[Finding]) -> Entry:
    valued = [_valued(f, entry.line) for f in more]
    together = sorted((*entry.findings, *valued), key=lambda f: (f.column, f.code))
    return replace(entry, findings=tuple(together))


def _shared(entries: Iterable[Entry], column: int) -> Mapping[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for entry in entries:
        if entry.clean[column]:
            rows.setdefault(entry.clean[column], []).append(entry.row)
    return {value: where for value, where in rows.items() if len(where) > 1}


def _listed(rows: list[int]) -> Words:
    more: tuple[str, str] = ("…", "…") if len(rows) > 8 else ("", "")
    said = [str(row) for row in rows[:8]]
    return Words("、".join(said) + more[0], ", ".join(said) + more[1])


def counts(checked: Checked) -> dict[str, Any]:
    """The summary: rows, importable ones, wrong ones, warnings, and who is here already."""
    return {
        "rows": len(checked.entries),
        "importable": len(checked.importable),
        "wrong": len(checked.wrong),
        "here_already": sum(e.is_here_already and not e.is_wrong for e in checked.entries),
        "errors": sum(f.severity == "E" for f in checked.findings),
        "warnings": sum(f.severity == "W" and f.code != "R21" for f in checked.findings),
        "default_passwords": sum(f.code == "R21" for f in checked.findings),
    }
