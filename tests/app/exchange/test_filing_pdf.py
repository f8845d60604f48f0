"""The filing on paper: nothing lost, nothing blank, nothing taken for a command."""

from __future__ import annotations

import io
import re
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from app.exchange.pdf import filing_pdf, fonts
from app.exchange.pdf.filing import watermark_of
from app.exchange.pdf.lines import broken
from app.exchange.told import masked
from app.forms import FORMS
from app.record import InForce, Record
from app.workflows import WORKFLOWS
from tests.app.exchange import papers
from tests.app.exchange.papers import (
    AT,
    NAMES,
    TITLE,
    answers,
    pages_of,
    passage,
    squeezed,
    study,
    text_of,
)

HARD = "项目 用户 意见 见解 干细胞 李喆 王堃 赵犇 陈䶮 孙㛃 周𬭊 ≥18岁 37.5℃ 5µg/m²"
HOSTILE = '<b>&<img src="/etc/passwd"/> &amp; <br/> </para> ${x} %(y)s {z} \\'
LONG = "研究目的：比较甲药与乙药对患者血糖的影响，观察期为十二周；安全性同时评价。" * 120


@pytest.fixture(autouse=True)
def small_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paper knows nothing of a form but its declaration: any will do."""
    monkeypatch.setitem(FORMS, "study", papers.FORM)


def paper(record: Record, **options: Any) -> bytes:
    given = {"institution": "长河市第一人民医院", "printed_by": "周静", "printed_at": AT} | options
    return filing_pdf(record, names=NAMES, **given)


def test_hard_characters_come_out_as_they_went_in() -> None:
    pdf = paper(study(acronym=HARD))

    assert squeezed(HARD) in text_of(pdf)


def test_another_reader_finds_the_same_characters(tmp_path: Path) -> None:
    file = tmp_path / "filing.pdf"
    file.write_bytes(paper(study(acronym=HARD)))

    said = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)

    assert squeezed(HARD) in squeezed(said.stdout)


HEADER = f"长河市第一人民医院·MR-43-26-000001·{TITLE}"
FOOTER = re.compile(r"打印：周静2026-11-2109:02第\d+页共\d+页")


def body_of(pdf: bytes) -> str:
    """The text of all pages without what stands around it, and without repeated labels."""
    body = "".join(FOOTER.sub("", squeezed(p).replace(HEADER, "", 1)) for p in pages_of(pdf))
    return body.replace("研究内容（续）", "").replace("描述（续）", "")


def test_short_answers_share_a_line_and_long_ones_do_not() -> None:
    paired = paper(study(start="2026-03-05", end="2026-09-05"))
    apart = paper(study(start="2026-03-05", end="待定，以伦理批准后第一例入组的日期为准"))

    assert height_of("开始日期", paired) == height_of("结束日期", paired)
    assert height_of("开始日期", apart) > height_of("结束日期", apart)
    assert "开始日期2026-03-05结束日期2026-09-05" in text_of(paired)


def height_of(text: str, pdf: bytes) -> int:
    """How high on the first page a text stands, in points."""
    words = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    found = words.search(text).get_next()
    assert found
    return round(words.get_charbox(found[0])[1])


def test_an_answer_that_goes_on_over_the_page_repeats_its_label() -> None:
    pages = [squeezed(page) for page in pages_of(paper(study(content=LONG)))]

    assert "研究内容（续）" in pages[2]


def test_a_long_text_is_whole_over_several_pages() -> None:
    # Numbered, so that a lost or doubled line shows.
    numbered = "".join(f"第{n}句{text}。" for n, text in enumerate(LONG.split("。")))

    pdf = paper(study("filed", content=numbered))

    assert len(pages_of(pdf)) > 3
    assert squeezed(numbered) in body_of(pdf)


def test_paragraphs_of_an_answer_stay_paragraphs() -> None:
    pdf = paper(study(content="第一段\n第二段\n\n第三段"))

    lines = [line for page in pages_of(pdf) for line in page.splitlines()]

    assert {"第一段", "第二段", "第三段"} <= {line.strip() for line in lines}


def test_hostile_text_stands_as_it_was_typed() -> None:
    pdf = paper(study(acronym=HOSTILE, title=HOSTILE, words=[HOSTILE]))

    assert text_of(pdf).count(squeezed(HOSTILE)) >= 3
    assert not [image for page in PdfReader(io.BytesIO(pdf)).pages for image in page.images]


def test_a_character_without_a_glyph_is_told_by_its_number() -> None:
    pdf = paper(study(acronym="前😀后\x07末"))

    assert "前□(U+1F600)后□(U+0007)末" in text_of(pdf)


def test_no_printable_character_is_left_blank() -> None:
    fonts.ready()

    kept = fonts.printable("𠮷野家 ☑ 한글 ①Ⅳ　全角")

    assert all(char == "\n" or fonts.has_glyph(char) for char in kept)
    assert "①Ⅳ" in kept


def test_every_page_tells_its_number_and_how_many_there_are() -> None:
    pages = pages_of(paper(study(content=LONG)))

    told = [squeezed(page) for page in pages]
    assert len(pages) >= 3
    for number, text in enumerate(told, 1):
        assert f"第{number}页共{len(pages)}页" in text
        assert "打印：周静2026-11-2109:02" in text
        assert "长河市第一人民医院·MR-43-26-000001" in text


FILED = passage(20, "approve", "inst", "filed")
MARKS = {"filed": "", "completed": "", "suspended": "已暂停", "terminated": "已终止"}
"""What stands across a study that was filed once, by its state; elsewhere 草稿, or 审查未通过."""


@pytest.mark.parametrize("state", [s.id for s in WORKFLOWS["study"].states])
def test_the_watermark_stands_on_every_page_until_the_study_is_filed(state: str) -> None:
    was_filed = state in MARKS
    mark = MARKS.get(state, "审查未通过" if state == "rejected" else "草稿")

    record = study(state, content=LONG, log=(FILED,) if was_filed else ())
    pages = [squeezed(page) for page in pages_of(paper(record))[1:]]

    assert pages
    assert watermark_of(record, "zh") == mark
    told = {"草稿", "审查未通过", "已暂停", "已终止"}
    for page in pages:
        assert {word for word in told if word in page} == ({mark} if mark else set())


def test_a_filed_study_that_is_being_changed_is_a_draft_and_one_that_asks_to_go_on_is_not() -> None:
    before = InForce("change", 20, "filed", answers(), {})
    asking = InForce("resume", 20, "suspended", answers(), {})

    changing = replace(study("changing", log=(FILED,)), in_force=before)
    resuming = replace(study("ec_form", log=(FILED,)), in_force=asking)

    assert watermark_of(changing, "zh") == "草稿"
    assert watermark_of(resuming, "zh") == "已暂停"


def test_an_empty_answer_is_a_dash_and_a_hidden_one_is_not_there() -> None:
    text = text_of(paper(study(funded="no", amount="12.5")))

    assert "题目简写—" in text
    assert "总经费" not in text
    assert "12.5" not in text


def test_choices_numbers_and_units_are_in_words() -> None:
    text = text_of(paper(study(funded="yes", amount="12.5", ways=["paper", "patent"])))

    assert "总经费12.5万元" in text
    assert "学术论文发表；申请专利后公开" in text


def test_documents_have_version_date_and_pages() -> None:
    document = {"name": "研究方案.pdf", "version": "V1.0", "date": "2026-03-05", "pages": 35}

    text = text_of(paper(study(protocol={"d1": document})))

    assert "研究方案.pdfV1.02026-03-05(35页)" in text


def test_references_are_names_and_private_answers_are_masked() -> None:
    text = text_of(paper(study()))

    assert "李喆" in text
    assert "person:" not in text
    assert "1101051949****002X" in text
    assert "11010519491231002X" not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("1234567", "*******"),
        ("13800000001", "138****0001"),
        (" ab ", "**"),
        ("1979-01-15", "1979-**-**"),
    ],
)
def test_masked(text: str, told: str) -> None:
    assert masked(text) == told


def test_two_hundred_arms_and_sites_are_printed_whole_and_soon() -> None:
    arms = {f"r{n}": {f"arm{k}": f"第{n}组第{k}项" for k in range(7)} for n in range(200)}
    sites = {f"s{n}": {"name": f"第{n}医院", "since": "2026-03-05"} for n in range(200)}
    paper(study())

    start = time.thread_time()
    pdf = paper(study(arms=arms, sites=sites))
    taken = time.thread_time() - start

    text = text_of(pdf)
    assert all(f"第{n}组第6项" in text and f"第{n}医院" in text for n in range(200))
    assert taken < 6


def test_a_group_of_short_answers_repeats_its_heading_on_each_page() -> None:
    sites = {f"s{n}": {"name": f"第{n}医院", "since": "2026-03-05"} for n in range(90)}

    pages = [squeezed(page) for page in pages_of(paper(study(sites=sites)))]

    with_rows = [page for page in pages if "医院2026-03-05" in page]
    assert len(with_rows) > 1
    assert all("机构名称启动日期" in page for page in with_rows)


def test_an_answer_longer_than_a_page_in_a_group_is_whole() -> None:
    long = LONG[:4500]

    pdf = paper(study("filed", arms={"r1": {"arm0": "试验组", "arm6": long}}))

    assert squeezed(long) in body_of(pdf)


def test_the_outline_leads_to_every_section() -> None:
    reader = PdfReader(io.BytesIO(paper(study(content=LONG))))

    outline = {str(entry["/Title"]): reader.get_destination_page_number(entry)
               for entry in reader.outline}  # fmt: skip
    assert list(outline) == [
        "医学研究登记备案表", "1  基本信息", "2  研究内容", "3  研究设计", "4  相关附件",
    ]  # fmt: skip
    for title, page in outline.items():
        assert squeezed(title) in squeezed(reader.pages[page or 0].extract_text())


def test_the_file_says_what_it_is_and_embeds_its_fonts() -> None:
    reader = PdfReader(io.BytesIO(paper(study())))

    assert reader.metadata is not None
    assert reader.metadata.title == TITLE
    assert reader.metadata.creation_date == AT
    assert {round(float(side)) for side in reader.pages[0].mediabox[2:]} == {595, 842}
    fonts_named = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts_named
    assert all(name.startswith("/AAAAAA+Noto") for name in fonts_named)


def test_the_same_record_gives_the_same_bytes() -> None:
    assert paper(study(content=LONG)) == paper(study(content=LONG))


def test_english_is_printed_in_english() -> None:
    text = text_of(paper(study(funded="yes", amount="12"), language="en"))

    assert "Filingofastudy" in text
    assert "Budget1210kCNY" in text
    assert "Page1of" in text
    assert "DRAFT" in text


@pytest.mark.parametrize("form_id", ["person", "institution", "committee", "opinion"])
def test_a_record_of_any_form_can_be_printed(form_id: str) -> None:
    empty = Record(papers.UUID(int=7), form_id, 1, WORKFLOWS[form_id].start)

    text = text_of(filing_pdf(empty))

    form = FORMS[form_id]
    assert squeezed(form.title) in text
    assert all(squeezed(page.title) in text for page in form.pages if page.only is None)


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("研究目的：比较", 40, ["研究目", "的：比较"]),  # no line begins with ：
        ("用（甲）药", 30, ["用", "（甲）", "药"]),  # none ends with （
        ("a metformin study", 58, ["a", "metformin", "study"]),
        ("", 50, [""]),
        ("一\n\n二", 50, ["一", "", "二"]),
    ],
)
def test_lines_are_broken_where_readers_expect_it(text: str, room: float, lines: list[str]) -> None:
    fonts.ready()

    assert broken(text, fonts.BODY, 10, room) == lines


def test_a_word_longer_than_a_line_is_cut_and_whole() -> None:
    fonts.ready()
    word = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3

    lines = broken(word, fonts.BODY, 10, 100)

    assert "".join(lines) == word
    assert all(fonts.width(line, fonts.BODY, 10) <= 100 for line in lines)


def test_no_line_is_wider_than_its_room() -> None:
    fonts.ready()
    mixed = "二甲双胍 metformin（500 mg，每日 2 次）与 placebo 比较；HbA1c≤7.0% 的比例。" * 20

    for room in (37.0, 80.0, 333.0):
        lines = broken(mixed, fonts.BODY, 10, room)
        assert max(fonts.width(line, fonts.BODY, 10) for line in lines) <= room + 0.01
        assert squeezed("".join(lines)) == squeezed(mixed)
