"""Workbooks are read as they stand, and what is hostile or none is refused within limits."""

from __future__ import annotations

import os
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Unreadable
from app.roster import child, reading, template, workbook
from app.roster.columns import HEADERS, TITLE, WIDTH
from tests.app.roster.workbooks import checked, person, told, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a workbook is written."""
    return tmp_path / "账号.xlsx"


def refusal(path: Path) -> str:
    """Why a file is refused."""
    with pytest.raises(Unreadable) as caught:
        reading.read(path)
    assert caught.value.details["code"] == "F01"
    assert caught.value.say("zh").startswith("无法读取文件，请使用 .xlsx 格式")
    return str(caught.value.details["why"][0])


def test_a_template_that_was_filled_with_another_program_is_read_back(path: Path) -> None:
    template.write(path)
    rows = [[str(text) for text in person(n)] for n in range(3)]
    book = openpyxl.load_workbook(path)
    for r, row in enumerate(rows, start=2):
        for c, text in enumerate(row, start=1):
            book[TITLE].cell(r, c, text)
    book.save(path)

    sheet = reading.read(path)

    assert sheet.rows[0] == (1, HEADERS)
    assert [list(values) for _number, values in sheet.rows[1:]] == rows
    assert not sheet.kinds
    assert told(path) == []


def test_rows_given_to_the_template_stay_text(path: Path) -> None:
    rows = [[str(text) for text in person(0, 地址="=1+1")], [str(text) for text in person(1)]]

    template.write(path, rows)

    sheet = reading.read(path)
    assert [list(values) for _number, values in sheet.rows[1:]] == rows
    assert not sheet.formulas


def test_the_empty_template_holds_nobody_and_its_explanations_do_not_count(path: Path) -> None:
    template.write(path)

    assert told(path) == [("F05", "")]


def test_the_template_is_made_of_text_cells_with_a_frozen_header(path: Path) -> None:
    template.write(path)

    book = openpyxl.load_workbook(path)
    sheet = book[TITLE]

    assert tuple(c.value for c in sheet[1]) == HEADERS
    assert sheet.freeze_panes == "B2"
    assert {sheet.cell(r, c).number_format for r in (2, 900, 2001) for c in range(1, 15)} == {"@"}
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["E2:E2001"]
    assert book.sheetnames == [TITLE, "填写说明"]


def test_numbers_dates_and_formulas_keep_their_kind(path: Path) -> None:
    row: list[Any] = person(0)
    row[1], row[6], row[8], row[9], row[3] = 430102198003070012, 13900000000, 410000.5, "=A1", True
    written(path, [row])

    sheet = reading.read(path)

    assert sheet.kinds == {"B2": "number", "G2": "number", "I2": "number", "D2": "bool"}
    assert sheet.formulas == ("J2",)
    values = sheet.rows[1][1]
    assert (values[1][:15], values[6], values[8], values[3]) == (
        "430102198003070", "13900000000", "410000.5", "TRUE",
    )  # fmt: skip


def parts_of(path: Path) -> dict[str, bytes]:
    """Every part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rebuilt(path: Path, parts: dict[str, bytes]) -> Path:
    """Write a workbook from its parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def parts(path: Path) -> dict[str, bytes]:
    """The parts of a right workbook."""
    return parts_of(written(path, [person(0), person(1)]))


SHEET = "xl/worksheets/sheet1.xml"


def test_cells_without_addresses_and_text_within_cells_are_read(
    path: Path, parts: dict[str, bytes]
) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>{h}</t></is></c>' for h in HEADERS)
    runs = '<c t="inlineStr"><is><r><t>林</t></r><r><t>敏</t></r><rPh><t>linmin</t></rPh></is></c>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = f"<sheetData><row>{cells}</row><row>{runs}</row></sheetData>"
    rebuilt(path, parts | {SHEET: f'<worksheet xmlns="{space}">{body}</worksheet>'.encode()})

    sheet = reading.read(path)

    assert [number for number, _values in sheet.rows] == [1, 2]
    assert sheet.rows[0][1] == HEADERS
    assert sheet.rows[1][1][0] == "林敏"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "文件内容不是工作簿"),
        ("姓名,证件号码".encode("gb18030"), "文件内容不是工作簿"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "打开密码",
        ),
        (b"PK\x03\x04" + b"\0" * 100, "文件已损坏"),
    ],
)
def test_what_is_no_workbook_is_refused_with_the_way_out(
    path: Path, content: bytes, why: str
) -> None:
    path.write_bytes(content)

    assert why in refusal(path)


def test_a_zip_of_something_else_is_refused(path: Path) -> None:
    rebuilt(path, {"word/document.xml": b"<w/>"})

    assert "文件已损坏或不是工作簿" in refusal(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "找不到" in refusal(tmp_path / "没有.xlsx")
    assert "这不是文件" in refusal(tmp_path)


def test_macros_are_refused(path: Path, parts: dict[str, bytes]) -> None:
    rebuilt(path, parts | {"xl/vbaProject.bin": b"x"})

    assert "含宏" in refusal(path)


def test_entities_are_neither_expanded_nor_fetched(
    path: Path, parts: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("geheim", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for doctype in (
        f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]>',
        f'<!DOCTYPE w [<!ENTITY l9 SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>',
        '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">',
    ):
        strings = parts["xl/sharedStrings.xml"].decode()
        head, body = strings.split("?>", 1)
        spoiled = f"{head}?>{doctype}{body}".replace("林敏", "&l9;")
        rebuilt(path, parts | {"xl/sharedStrings.xml": spoiled.encode()})

        assert any(why in refusal(path) for why in ("DTD", "已损坏"))


def far_cell(parts: dict[str, bytes]) -> dict[str, bytes]:
    """One cell at the far corner: 4.7 KB that need gigabytes in a full grid."""
    cell = b'<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'
    return parts | {SHEET: parts[SHEET].replace(b"</sheetData>", cell)}


def test_a_far_cell_costs_nothing_and_is_told(path: Path, parts: dict[str, bytes]) -> None:
    began = time.monotonic()
    rebuilt(path, far_cell(parts))

    assert [code for code, _cell in told(path)] == ["F03"]
    assert time.monotonic() - began < 10


def bomb(parts: dict[str, bytes], *, size: int) -> dict[str, bytes]:
    """A sheet of nothing but one repeated row."""
    row = b'<row><c t="str"><v>' + b"0" * 1000 + b"</v></c></row>"
    return parts | {SHEET: b"<worksheet><sheetData>" + row * (size // len(row))}


def test_a_bomb_is_refused_before_it_is_unpacked(path: Path, parts: dict[str, bytes]) -> None:
    rebuilt(path, bomb(parts, size=30_000_000))
    assert path.stat().st_size < 200_000
    began = time.monotonic()

    assert "解压后过大" in refusal(path)
    assert time.monotonic() - began < 10


def test_a_bomb_that_lies_of_its_size_is_refused(path: Path, parts: dict[str, bytes]) -> None:
    rebuilt(path, bomb(parts, size=30_000_000))
    content = bytearray(path.read_bytes())
    at = content.index(SHEET.encode(), content.index(b"PK\x01\x02")) - 46
    content[at + 24 : at + 28] = struct.pack("<I", 3_000_000)
    path.write_bytes(content)

    with pytest.raises(Unreadable):
        reading.read(path, row_limit=10**6)


def test_a_row_that_never_ends_is_stopped_by_the_limits_of_the_child(
    path: Path, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Different cells, so that the zip's ratio gives nothing away.
    cells = b"".join(b'<c t="str"><v>%d</v></c>' % (n * 7919 % 1000003) for n in range(2_600_000))
    rebuilt(path, parts | {SHEET: b"<worksheet><sheetData><row>" + cells})
    monkeypatch.setattr(reading, "WAIT", 25)
    began = time.monotonic()

    assert refusal(path)
    assert time.monotonic() - began < 25


def test_the_child_gives_up_memory_time_and_writing() -> None:
    import resource
    import subprocess
    import sys

    ask = (
        "import resource; from app.roster import child; child.restrict();"
        "print([resource.getrlimit(r)[0] for r in"
        " (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)])"
    )
    said = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60
    ).stdout

    assert said.strip() == f"[{child.MEMORY}, {child.SECONDS}, 0]"
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != child.MEMORY


def test_rows_out_of_order_and_parts_twice_are_refused(path: Path, parts: dict[str, bytes]) -> None:
    rebuilt(path, parts | {SHEET: parts[SHEET].replace(b'<row r="3"', b'<row r="2"')})
    assert "行号混乱" in refusal(path)

    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert "结构异常" in refusal(path)


def test_a_frozen_program_is_recognised_as_its_own_child() -> None:
    assert child.is_wanted(["yanbei", child.FLAG, "a.xlsx", "20", "14"])
    assert not child.is_wanted(["yanbei"])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    spoil=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8)
)
def test_bytes_changed_anywhere_are_read_or_refused(
    spoil: list[tuple[float, int]], tmp_path: Path
) -> None:
    right = tmp_path / "right.xlsx"
    if not right.exists():
        written(right, [person(n) for n in range(5)])
    content = bytearray(right.read_bytes())
    for where, byte in spoil:
        content[int(where * len(content))] = byte
    spoiled = tmp_path / "spoiled.xlsx"
    spoiled.write_bytes(content)

    said = child.answer(
        str(spoiled), 100, WIDTH
    )  # in this process: any other exception fails the test

    assert ("sheet" in said) != ("refused" in said)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_xml_changed_anywhere_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    right = tmp_path / "right.xlsx"
    if not right.exists():
        written(right, [person(n) for n in range(3)])
    parts = parts_of(right)
    name = data.draw(st.sampled_from([n for n in parts if n.startswith(("xl/", "[C"))]))
    content = bytearray(parts[name])
    for _n in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + 1] = data.draw(
            st.sampled_from([b"", b"9", b"<", b'"', b"x", b"-1", b"&"])
        )

    said = child.answer(
        str(rebuilt(tmp_path / "spoiled.xlsx", parts | {name: bytes(content)})), 100, WIDTH
    )

    assert ("sheet" in said) != ("refused" in said)


ANYTHING = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", " ", "\u200b", "0", "至今", "||", "=1", "男", "张三", "13900000000"]),
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=st.dictionaries(st.integers(0, 13), ANYTHING, max_size=6))
def test_whatever_stands_in_the_cells_no_row_without_what_is_required_is_accepted(
    changes: dict[int, str],
) -> None:
    from app.roster import checks
    from app.roster.accounts import ACCOUNTS
    from app.roster.rows import Line
    from tests.app.roster.workbooks import TODAY

    cells = tuple(changes.get(n, str(text)) for n, text in enumerate(person(0)))
    entry = checks.check_line(Line(2, cells), checks.Terms(TODAY, template=ACCOUNTS))

    if entry.is_importable:
        assert all(entry.clean[n] for n in (0, 1, 6, 7))
        assert len(entry.clean[6]) == 11
        assert "@" in entry.clean[7]
        assert entry.said()["password"]


def test_nothing_of_a_workbook_is_parsed_in_the_program_itself() -> None:
    # The parser is loaded by the child alone; importing the reader must not bring it in.
    import subprocess
    import sys

    ask = "import sys, app.roster.reading; print('lxml' in sys.modules, 'openpyxl' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=Path(workbook.__file__).parents[2],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout

    assert said.split() == ["False", "False"]


def test_a_workbook_saved_by_openpyxl_is_read_alike(path: Path, tmp_path: Path) -> None:
    written(path, [person(n) for n in range(4)])
    again = tmp_path / "again.xlsx"
    openpyxl.load_workbook(path).save(again)

    assert reading.read(again).rows == reading.read(path).rows
    assert len(checked(again).importable) == 4
