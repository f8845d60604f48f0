"""Paper about accounts and people: one page each, nothing lost, no number that need not be."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.exchange.pdf.accounts import (
    Around,
    Slip,
    application_pdf,
    reset_request_pdf,
    slips_pdf,
)
from app.exchange.pdf.people import staff_list_pdf
from app.record import Record
from app.words import Language
from tests import builders
from tests.app.exchange.papers import AT, pages_of, squeezed, text_of

HOSPITAL = "长河市第一人民医院"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def around(language: Language = "zh") -> Around:
    return Around(HOSPITAL, "周静", AT, language)


def person(name: str = "何平", **changes: Any) -> Record:
    answers = builders.person_answers(name=name, roles=["pi"], **changes)
    return Record(uuid4(), "person", 1, "active", answers=answers)


@LANGUAGES
def test_an_application_fits_on_one_page_filled_in_or_empty(language: Language) -> None:
    answers = builders.person_answers()

    for given in (answers, {}):
        assert len(pages_of(application_pdf(given, around(language)))) == 1
    text = text_of(application_pdf(answers, around(language)))
    for said in ("何平", answers["id_number"], answers["mobile"], answers["email"], HOSPITAL):
        assert squeezed(said) in text


@LANGUAGES
def test_the_request_to_reset_names_its_holder_and_leaves_room_where_nothing_is_known(
    language: Language,
) -> None:
    answers = builders.person_answers()

    known = text_of(reset_request_pdf(answers, around(language)))
    blank = text_of(reset_request_pdf({}, around(language)))

    for said in (answers["name"], answers["department"], answers["mobile"], answers["email"]):
        assert squeezed(said) in known
        assert squeezed(said) not in blank
    assert "＿＿＿＿" in blank
    assert answers["id_number"] not in known, "that is written by hand, before the administrator"


@LANGUAGES
def test_each_slip_is_one_page_that_tells_one_account_only(language: Language) -> None:
    slips = [
        Slip("何平", "心内科", ("13800000002", "he.ping@example.com"), "hp_123456"),
        Slip("欧阳清风" * 4, "感染与免疫性疾病科" * 6, ("13900000001",), "Il0O1l2026" * 2),
    ]

    pages = pages_of(slips_pdf(slips, around(language)))

    assert len(pages) == 2
    first, second = ("".join(page.split()) for page in pages)
    assert "hp_123456" in first
    assert "hp_123456" not in second
    assert "Il0O1l2026Il0O1l2026" in second
    assert "13900000001" not in first


def test_the_password_lies_in_the_middle_third_of_its_page() -> None:
    import pypdfium2

    slip = Slip("何平", "心内科", ("13800000002",), "hp_123456")
    page = pypdfium2.PdfDocument(slips_pdf([slip], around()))[0]
    text = page.get_textpage()
    _left, bottom, _right, top = text.get_charbox(text.get_text_range().index("hp_123456"))

    assert page.get_height() / 3 < bottom < top < page.get_height() * 2 / 3


@LANGUAGES
def test_a_list_of_staff_tells_everybody_once_and_masks_mobiles(language: Language) -> None:
    people = [person(f"何平{n:03}") for n in range(120)]

    pdf = staff_list_pdf(people, around(language))

    text = text_of(pdf)
    assert [text.count(f"何平{n:03}") for n in range(120)] == [1] * 120
    assert "138****0002" in text
    assert "13800000002" not in text
    assert len(pages_of(pdf)) > 1
