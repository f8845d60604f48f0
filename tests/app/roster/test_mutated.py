"""Workbooks spoiled in every way: reading never raises, and no wrong row is ever importable.

What is right is judged here by other means than the program's: openpyxl reads the cells, the
standard's own weights the ID number, plain patterns the rest.
"""

from __future__ import annotations

import datetime
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.answers import check
from app.forms import FORMS
from app.roster import checks, child
from app.roster.accounts import ACCOUNTS
from app.roster.checks import Entry
from app.roster.columns import HEADERS, WIDTH
from app.roster.reading import _sheet
from app.roster.rows import Terms
from tests.app.roster.test_reading import parts_of, rebuilt
from tests.app.roster.workbooks import TODAY, id_number, person, written

EXAMPLES = int(os.environ.get("YANBEI_MUTATIONS", "500"))
ODD = (
    "", " ", "\u200b", "\xa0", "0", "-1", "=1+1", "'", "至今", "||", "+", "＋", "；", "男", "女性",
    "张三",     "13900000000", "139 0000 0001", "+8613900000002", "1390000000", "zs_123456", "abc",
    "110105194912310021", "11010519491231002X", "430102198003070000", "E12345678", "a@b",
    "staff1@example.com",     "STAFF1@EXAMPLE.COM", "2005-04+2010-03+A+B", "2010-04+2005-03+A+B||",
    "1998-09+2003-06+A+B+本科+学士",
    "\n", "长" * 300, "𠮷野", "x\x0b", "2026-01-01", "TRUE", "1e17",
)  # fmt: skip
VALUE: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
    st.integers(-10, 10**18),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.just(datetime.date(2026, 3, 1)),
)
CELL = st.tuples(st.just("cell"), st.integers(0, 4), st.integers(0, 13), VALUE)
COPIED = st.tuples(st.just("copy"), st.integers(0, 4), st.integers(0, 4), st.integers(0, 13))
SHIFTED = st.tuples(st.just("shift"), st.integers(0, 4), st.integers(0, 13), st.just(""))
HEADER = st.tuples(st.just("header"), st.integers(0, 13), st.integers(0, 13), st.just(""))
DROPPED = st.tuples(st.just("drop"), st.integers(0, 13), st.just(0), st.just(""))
XML = st.tuples(
    st.just("xml"),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from([b"", b"9", b"<", b'"', b"x", b"&", b"t"]),
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"]),
)
MUTATIONS = st.lists(st.one_of(CELL, CELL, CELL, COPIED, SHIFTED, HEADER, DROPPED, XML), max_size=5)


def spoiled(path: Path, mutations: list[tuple[Any, ...]]) -> Path:  # noqa: C901 -- one a kind
    """Five right rows, changed as told."""
    rows, header = [person(n) for n in range(5)], list(HEADERS)
    xml, dropped = [], set()
    for kind, one, two, what in mutations:
        match kind:
            case "cell":
                rows[one][two] = what
            case "copy":
                rows[one][what] = rows[two][what]
            case "shift":
                rows[one] = [*rows[one][:two], "", *rows[one][two:]][:WIDTH]
            case "header":
                header[one], header[two] = header[two], header[one]
            case "drop":
                dropped.add(one)
            case "xml":
                xml.append((one, two, what))
    kept = [n for n in range(WIDTH) if n not in dropped]
    written(path, [[row[n] for n in kept] for row in rows], header=[header[n] for n in kept])
    for place, change, part in xml:
        _spoil_xml(path, place, change, part)
    return path


def _spoil_xml(path: Path, place: float, change: bytes, part: str) -> None:
    """Put other bytes into a part of the workbook."""
    parts = parts_of(path)
    content = bytearray(parts[part])
    at = int(place * len(content))
    content[at : at + 1] = change
    rebuilt(path, parts | {part: bytes(content)})


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_right_number(number: str) -> bool:
    """An ID card by the standard's weights and its date, or a document of another kind."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return bool(re.fullmatch(r"[A-Z]{0,3}[A-Z0-9]{5,15}", number)) and len(number) != 15
    digits = sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False))
    if "10X98765432"[digits % 11] != number[17]:
        return False
    try:
        born = datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return number[0] == "9"
    return number[0] == "9" or datetime.date(1900, 1, 1) <= born <= TODAY


def is_right_password(password: str) -> bool:
    kinds = sum(bool(re.search(k, password)) for k in ("[0-9]", "[A-Z]", "[a-z]"))
    return 6 <= len(password) <= 14 and kinds >= 2


def plain(text: str) -> str:
    """A text without what nobody sees, written in one way."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s'’·•‧・．.+-]|\W", "", text).casefold().removeprefix("86")


def judge(entry: Entry, cells: tuple[Any, ...] | None) -> None:
    """Fail if a row that may be imported is wrong, or is not what stands in the file."""
    answers, said = entry.answers(), entry.said()
    problems = {p.path.split("/")[0] for p in check(FORMS["person"], answers)} & set(answers)
    assert problems <= {"postcode", "landline"}, "these are only warned of (R15, R16)"
    assert sum(c.isalpha() for c in answers["name"]) >= 2
    assert len(answers["name"]) <= 50
    assert is_right_number(answers["id_number"])
    assert re.fullmatch(r"1[3-9]\d{9}", answers["mobile"])
    assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", answers["email"])
    assert is_right_password(said["password"])
    assert answers.get("sex") in (None, "", "male", "female")
    if cells is None:
        return
    for column, field in ((0, "name"), (1, "id_number"), (6, "mobile"), (7, "email")):
        assert column in (0, 7) or isinstance(cells[column], str), "numbers have lost digits"
        assert plain(str(cells[column])) == plain(answers[field])


def stands(path: Path) -> dict[int, tuple[Any, ...]]:
    """What another library reads, by row."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = sheet.iter_rows(min_row=1, max_col=WIDTH, values_only=True)
    return dict(enumerate(rows, start=1))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mutations=MUTATIONS)
def test_a_spoiled_workbook_never_raises_and_no_wrong_row_may_be_imported(
    mutations: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    path = spoiled(tmp_path / "spoiled.xlsx", mutations)

    said = child.answer(str(path), 100, WIDTH)  # in this process: whatever it raises fails
    if "refused" in said:
        return
    found = checks.check(_sheet(said["sheet"]), Terms(TODAY, template=ACCOUNTS))

    taken = found.importable
    by_other_means = None if any(m[0] == "xml" for m in mutations) else stands(path)
    for entry in taken:
        judge(entry, by_other_means[entry.row] if by_other_means else None)
    for key in ("id_number", "mobile", "email"):
        values = [e.answers()[key].casefold() for e in taken]
        assert len(set(values)) == len(values)
    if any(m[0] in ("header", "drop") for m in mutations):
        header = [str(t or "") for t in (stands(path)[1] if by_other_means else ())]
        assert not taken or header[:WIDTH] == list(HEADERS) or not by_other_means


def test_the_judge_of_rows_can_tell_a_wrong_one() -> None:
    # A judge that lets everything pass would show nothing.
    assert is_right_number(id_number())
    assert not is_right_number("110105194912310021")
    assert not is_right_number(id_number(born="20270101"))
    assert not is_right_password("abcdefgh")
    assert plain(" 林敏\u200b") == plain("林敏") != plain("林明")
