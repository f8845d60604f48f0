"""A record as Word and as a workbook: read back, all of it there, all of it text."""

from __future__ import annotations

import io
import itertools
import zipfile
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook

from app.exchange import told as telling
from app.exchange.word import filing_word
from app.exchange.workbook import LONGEST, filing_workbook
from tests.app.exchange import papers

EVIL = '=HYPERLINK("http://x","点")'
ARMS = {"r1": {f"arm{n}": f"第 {n} 项" for n in range(7)}, "r2": {"arm0": "+1", "arm3": "@SUM(A1)"}}
SITES = {
    "r1": {"name": "长河市第一人民医院", "since": "2026-03-05"},
    "r2": {"name": "长河省中医院"},
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(autouse=True)
def small_form(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("app.exchange.word", "app.exchange.workbook"):
        monkeypatch.setattr(f"{module}.FORMS", {"study": papers.FORM})


def book(**changes: object) -> Any:
    record = papers.study(**changes)
    content = filing_workbook(
        record, institution="长河市第一人民医院", printed_by="何平", printed_at=papers.AT,
        names=papers.NAMES,
    )  # fmt: skip
    return load_workbook(io.BytesIO(content))


def texts_of(sheet: Any) -> list[list[str | None]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def document(**changes: object) -> Any:
    return part("word/document.xml", **changes)


def part(name: str, **changes: object) -> Any:
    content = filing_word(
        papers.study(**changes), institution="长河市第一人民医院", names=papers.NAMES
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return etree.fromstring(archive.read(name))


def said(root: Any) -> str:
    return "\n".join("".join(p.itertext(f"{W}t")) for p in root.iter(f"{W}p"))


def test_a_workbook_has_a_sheet_for_each_page_and_each_group() -> None:
    found = book(arms=ARMS, sites=SITES)

    assert found.sheetnames == [
        "概要", "基本信息", "研究内容", "研究设计", "研究分组信息", "参与单位", "相关附件",
    ]  # fmt: skip


def test_a_group_is_one_row_for_each_of_its_rows() -> None:
    sheet = texts_of(book(sites=SITES)["参与单位"])

    assert sheet == [
        ["序号", "机构名称", "启动日期"],
        ["1", "长河市第一人民医院", "2026-03-05"],
        ["2", "长河省中医院", None],
    ]


def test_what_a_person_typed_is_never_a_formula_or_a_link() -> None:
    found = book(title=EVIL, acronym="http://example.org", arms=ARMS)

    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type in ("s", "n") and cell.hyperlink is None for cell in cells)
    assert all(cell.data_type == "s" for cell in cells if cell.value is not None)
    assert all(cell.number_format == "@" for cell in cells)
    assert EVIL in [cell.value for cell in cells]
    assert "@SUM(A1)" in [cell.value for cell in cells]


def test_a_text_longer_than_a_cell_goes_on_in_the_next_row() -> None:
    text = "研" * 40_000 + "𬭊" * 5_000

    rows = texts_of(book(content=text)["研究内容"])

    parts = [str(row[1]) for row in rows[1:]]
    assert len(parts) == 2
    assert all(len(p.encode("utf-16-le")) // 2 <= LONGEST for p in parts)
    assert "".join(parts).replace("（接下行）", "") == text


def test_a_workbook_masks_private_answers_and_names_persons() -> None:
    rows = dict(row[:2] for row in texts_of(book()["基本信息"]))

    assert rows["证件号码"] == telling.masked("11010519491231002X")
    assert rows["项目负责人"] == "李喆"


def test_control_characters_break_neither_file() -> None:
    rows = dict(row[:2] for row in texts_of(book(acronym="心\x00衰\x0b")["基本信息"]))

    assert rows["题目简写"] == "心衰"
    assert "心衰" in said(document(acronym="心\x00衰\x0b"))


def test_word_has_every_question_and_answer_in_the_order_of_the_form() -> None:
    text = said(document(arms=ARMS, sites=SITES, content="第一段\n第二段"))

    found = [text.index(piece) for piece in (
        papers.TITLE, "1  基本信息", "医学研究题目", "题目简写", "李喆", "2  研究内容", "第一段",
        "第二段",
        "3  研究设计", "研究分组信息  1 / 2", "第 6 项", "研究分组信息  2 / 2", "参与单位",
        "长河省中医院", "4  相关附件",
    )]  # fmt: skip
    assert found == sorted(found)


def test_word_styles_name_chinese_fonts_and_levels_of_headings() -> None:
    styles = {s.get(f"{W}styleId"): s for s in part("word/styles.xml").iter(f"{W}style")}

    assert styles["Heading1"].find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == "黑体"
    assert styles["Normal"].find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == "宋体"
    assert styles["Heading2"].find(f"{W}pPr/{W}outlineLvl").get(f"{W}val") == "1"
    used = {p.get(f"{W}val") for p in document(arms=ARMS).iter(f"{W}pStyle")}
    assert used <= set(styles)


def test_a_word_table_has_as_many_cells_in_each_row_as_its_grid_and_none_is_empty() -> None:
    for table in document(arms=ARMS, sites=SITES).iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.findall(f"{W}tr"):
            cells = row.findall(f"{W}tc")
            assert len(cells) == columns
            assert all(cell.findall(f"{W}p") for cell in cells)


def test_word_masks_private_answers_and_holds_no_field_of_a_person() -> None:
    root = document(title=EVIL)

    assert "11010519491231002X" not in said(root)
    assert EVIL in said(root)
    assert not [e for e in root.iter() if "fld" in str(e.tag).lower() or "link" in str(e.tag)]


def test_a_draft_says_so_in_words_header_and_a_filed_one_does_not() -> None:
    assert "草稿" in said(part("word/header1.xml", state="draft"))
    assert "草稿" not in said(part("word/header1.xml", state="filed"))


def test_every_part_of_a_word_file_is_listed_and_led_to() -> None:
    with zipfile.ZipFile(io.BytesIO(filing_word(papers.study()))) as archive:
        names = set(archive.namelist())
        types = etree.fromstring(archive.read("[Content_Types].xml"))
        relations = etree.fromstring(archive.read("word/_rels/document.xml.rels"))

    listed = {e.get("PartName").lstrip("/") for e in types if e.get("PartName")}
    assert listed == {n for n in names if n.startswith("word/") and not n.endswith(".rels")}
    assert {f"word/{e.get('Target')}" for e in relations} | {"word/document.xml"} == listed


def test_the_parts_that_lead_through_a_word_file_have_no_prefixes() -> None:
    # LibreOffice looks for <Types> and <Relationship>, and says of <ns0:Types> that the file
    # could not be loaded.
    with zipfile.ZipFile(io.BytesIO(filing_word(papers.study()))) as archive:
        leading = [archive.read(n) for n in archive.namelist() if n.endswith((".rels", "s].xml"))]

    assert len(leading) == 3
    for content in leading:
        assert all(e.prefix is None for e in etree.fromstring(content).iter())


def test_no_two_tables_of_a_word_file_touch() -> None:
    body = document(arms=ARMS).find(f"{W}body")

    kinds = [etree.QName(e).localname for e in body]
    assert kinds.count("tbl") > 2
    assert ("tbl", "tbl") not in list(itertools.pairwise(kinds))


def test_rows_of_a_workbook_are_as_high_as_their_texts() -> None:
    sheets = book(content="研究目的：评价疗效。" * 30).worksheets

    heights = [s.row_dimensions[row].height for s in sheets for row in range(1, s.max_row + 1)]
    assert all(heights)
    assert max(heights) >= 5 * min(heights)


def test_the_same_record_gives_the_same_word_file() -> None:
    assert filing_word(papers.study(arms=ARMS)) == filing_word(papers.study(arms=ARMS))
