"""Two versions side by side on paper: every change there, and just what changed is marked."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.compared import compared, counted
from app.exchange.marked import Piece, marked
from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import LOOKS
from app.exchange.pdf.changes import changes_pdf, side_lines
from app.record import Answers, Record
from tests.app.exchange import papers
from tests.app.exchange.papers import squeezed, study, text_of


@pytest.fixture(autouse=True)
def small_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exchange.pdf.changes.FORMS", {"study": papers.FORM})


def versions(before: Answers, after: Answers) -> tuple[Record, Record]:
    return study(**before), replace(study(**after), revision=4)


def changed(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.changed]


def test_one_changed_word_in_a_chinese_sentence_is_what_is_marked() -> None:
    old, new = marked(
        "二甲双胍用于肥胖患者的随机、双盲研究", "二甲双胍用于糖尿病患者的随机、双盲研究"
    )

    assert (changed(old), changed(new)) == (["肥胖"], ["糖尿病"])


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        # What both happen to have (糖) does not part a name that was written anew …
        (
            "两种剂量降糖药的比较",
            "糖尿病序贯治疗研究",
            ["两种剂量降糖药的比较"],
            ["糖尿病序贯治疗研究"],
        ),
        # … and two words that changed near each other stay two words.
        ("甲药与乙药", "丙药与丁药", ["甲", "乙"], ["丙", "丁"]),
        ("每日1次，口服", "每日2次，皮下注射", ["1", "口服"], ["2", "皮下注射"]),
    ],
)
def test_what_is_alike_by_chance_does_not_part_what_was_written_anew(
    before: str, after: str, went: list[str], came: list[str]
) -> None:
    old, new = marked(before, after)

    assert (changed(old), changed(new)) == (went, came)


def test_a_latin_word_and_a_number_are_marked_whole() -> None:
    old, new = marked("Aged 18 years, phase II", "Aged 16 years, phase III")

    assert (changed(old), changed(new)) == (["18", "II"], ["16", "III"])


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_are_the_texts(before: str, after: str) -> None:
    old, new = marked(before, after)

    assert "".join(p.text for p in old) == before
    assert "".join(p.text for p in new) == after
    assert [p.text for p in old if not p.changed] == [p.text for p in new if not p.changed]


def test_long_texts_are_compared_in_time() -> None:
    long = "".join(f"第{n}行：受试者须签署知情同意书。\n" for n in range(2000))

    started = time.process_time()
    old, new = marked(long, long.replace("第999行", "第九百九十九行"))

    assert time.process_time() - started < 3
    assert (changed(old), changed(new)) == (["999"], ["九百九十九"])


def test_a_text_written_anew_is_marked_whole_and_in_time() -> None:
    before, after = "甲乙丙丁" * 1250, "丁丙乙甲戊" * 1000

    started = time.process_time()
    old, new = marked(before, after)

    assert time.process_time() - started < 3
    assert (changed(old), changed(new)) == ([before], [after])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("研究方案 abc-，。（\n\t", max_size=60), max_size=6))
def test_lines_keep_every_character_and_its_mark(texts: list[str]) -> None:
    fonts.ready()
    pieces = [Piece(text, n % 2 == 1) for n, text in enumerate(texts)]

    lines = side_lines(pieces, LOOKS["cell"], 200)

    marks = "".join(p.text for line in lines for p in line if p.changed)
    whole = "".join(p.text for line in lines for p in line)
    assert squeezed(whole) == squeezed("".join(texts))
    assert squeezed(marks) == squeezed("".join(texts[1::2]))


def test_paper_holds_every_change_before_and_after() -> None:
    before, after = versions(
        {"acronym": "旧题", "start": "2026-01-01", "sites": {"a": {"name": "长河省中医院"}}},
        {"acronym": "新题", "content": "增加的内容",
         "sites": {"a": {"name": "长河省中医院"}, "b": {"name": "长河市第一人民医院"}}},
    )  # fmt: skip

    text = text_of(changes_pdf(before, after, printed_by="何平", printed_at=papers.AT))

    pieces = (
        "变更对照", "变更前", "变更后", "旧题", "新题", "2026-01-01", "（空）", "增加的内容",
        "参与单位·第2行", "机构名称：", "长河市第一人民医院", "第3次修订→第4次修订",
    )  # fmt: skip
    for piece in pieces:
        assert piece in text
    assert "长河省中医院" not in text


def test_private_numbers_stay_masked_and_persons_have_names() -> None:
    before, after = versions({}, {"id_number": "110105194912310031", "pi": papers.HE})

    text = text_of(changes_pdf(before, after, names=papers.NAMES))

    assert "11010519491231002X" not in text
    assert "110105194912310031" not in text
    assert "李喆" in text
    assert "何平" in text


def test_a_row_in_which_nothing_was_typed_is_told_as_a_row() -> None:
    before, after = versions({"sites": {"a": {}}}, {"sites": {"b": {}}})

    text = text_of(changes_pdf(before, after))

    assert "新增一行" in text
    assert "删去一行" in text


def test_versions_that_do_not_differ_say_so() -> None:
    assert "两个版本没有不同" in text_of(changes_pdf(study(), study()))


def test_a_change_of_many_pages_is_whole() -> None:
    old = "".join(f"第{n}条，受试者须签署知情同意书。\n" for n in range(200))
    before, after = versions({"content": old}, {"content": old.replace("须签署", "应当签署")})

    pdf = changes_pdf(before, after)

    assert len(papers.pages_of(pdf)) > 4
    text = text_of(pdf)
    assert all(f"第{n}条" in text for n in range(200))


def test_english_paper_says_everything_in_english() -> None:
    before, after = versions({"acronym": "A"}, {})

    text = text_of(changes_pdf(before, after, language="en"))

    assert "Markedchanges" in text
    assert "(empty)" in text
    assert "变更" not in text


def test_sixty_changes_all_stand_there() -> None:
    rows = {f"r{n:02}": {"criterion": f"标准{n:02}，年龄满18岁"} for n in range(60)}
    later = {k: {"criterion": v["criterion"].replace("满18", "满16")} for k, v in rows.items()}
    before, after = versions({"criteria": rows}, {"criteria": later})

    text = text_of(changes_pdf(before, after))

    assert all(text.count(f"标准{n:02}，年龄满") == 2 for n in range(60))
    assert all(f"纳入标准·第{n}行" in text for n in range(1, 61))
    found = compared(papers.FORM, before.answers, after.answers)
    assert counted(found)[0] == 60
    sides = [side for chapter in found for block in chapter.blocks for side in block.sides]
    assert [changed(list(side.after)) for side in sides] == [["16"]] * 60
