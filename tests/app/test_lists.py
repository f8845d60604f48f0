"""Code lists: complete in both languages, without a code twice, found by what people type."""

from __future__ import annotations

import re
from itertools import groupby

import pytest

import resources
from app import lists
from app.errors import NotFound
from app.forms.types import Listed, ListedMany

CJK = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
EVERY_LIST = pytest.mark.parametrize("list_id", lists.LISTS)


@EVERY_LIST
def test_no_code_stands_twice(list_id: str) -> None:
    codes = [entry.code for entry in lists.entries(list_id)]

    assert codes
    assert len(codes) == len(set(codes))


@EVERY_LIST
def test_every_entry_is_said_in_both_languages(list_id: str) -> None:
    for entry in lists.entries(list_id):
        assert entry.words.zh, entry
        assert entry.words.en, entry
        assert not CJK.search(entry.words.en), entry
        assert entry.words.en.strip() == entry.words.en


@EVERY_LIST
def test_every_list_tells_its_version_source_and_licence(list_id: str) -> None:
    about = lists.about(list_id)

    assert all(about[key] for key in ("version", "source", "licence"))


@pytest.mark.parametrize(
    "list_id", ["divisions", "disciplines", "icd11", "countries", "org_kinds", "phases"]
)
def test_every_parent_stands_in_the_list_one_level_above(list_id: str) -> None:
    for entry in lists.entries(list_id):
        above = lists.entry(list_id, entry.parent) if entry.parent else None
        assert (above.level if above else 0) == entry.level - 1, entry


def test_every_file_of_the_folder_is_used() -> None:
    files = {path.stem for path in resources.path("lists").glob("*.csv")}

    assert files == {source.file for source in lists._SOURCES.values()}


def test_the_lists_have_their_known_sizes() -> None:
    assert len(lists.entries("countries")) == 249
    assert len(lists.entries("provinces")) == 34
    assert len(lists.entries("cities")) == 342
    assert len(lists.entries("counties")) == 2978
    nsfc = [e for e in lists.entries("disciplines") if e.code.startswith("NSFC:H")]
    gbt = [e for e in lists.entries("disciplines") if e.code.startswith("GBT:3")]
    assert (len(nsfc), len(gbt)) == (458, 248)


def test_countries_are_two_capitals_and_taiwan_hong_kong_and_macao_are_of_china() -> None:
    assert all(re.fullmatch(r"[A-Z]{2}", e.code) for e in lists.entries("countries"))
    for code in ("TW", "HK", "MO"):
        found = lists.entry("countries", code)
        assert found is not None
        assert found.words.zh.startswith("中国")


def test_divisions_lead_from_the_province_down() -> None:
    hunan = lists.find("provinces", "湖南省")
    assert hunan is not None
    assert hunan.code == "43"
    assert "长沙市" in {e.words.zh for e in lists.children("cities", "43")}
    assert {e.parent for e in lists.children("counties", "4301")} == {"4301"}


@pytest.mark.parametrize(
    ("list_id", "text", "code"),
    [
        ("countries", "JP", "JP"),
        ("countries", "日本", "JP"),
        ("countries", "japan", "JP"),
        ("titles", "主任医师", "chief_physician"),
        ("education", "硕士研究生", "master"),
        ("degrees", "硕士", "master"),
        ("id_kinds", "居民身份证", "id_card"),
        ("disciplines", "nsfc:h0713", "NSFC:H0713"),
        ("disciplines", "GBT:320.24.40", "GBT:320.24.40"),
        ("icd11", "5a11 2型糖尿病", "5A11 2型糖尿病"),
    ],
)
def test_an_entry_is_found_by_code_and_by_both_names(list_id: str, text: str, code: str) -> None:
    found = lists.find(list_id, f" {text} ")

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["长沙", "cs", "4301", "changsha"])
def test_a_city_is_searched_by_name_initials_code_and_english(text: str) -> None:
    assert "4301" in [entry.code for entry in lists.search("cities", text, 5)]


def test_a_search_keeps_to_its_limit_and_to_one_parent() -> None:
    assert len(lists.search("counties", "区", 7)) == 7
    assert {e.parent for e in lists.search("counties", "", 99, within="4301")} == {"4301"}


@pytest.mark.parametrize("code", ["BA00", "5A11.0", "1A0Z", "CA40.0/XN8P1", "5A11 2型糖尿病"])
def test_a_deeper_code_of_icd_11_is_accepted_by_its_shape(code: str) -> None:
    found = lists.entry("icd11", code)

    assert found is not None
    assert found.level == 2
    assert lists.entry("icd11", found.parent) is not None
    assert not ListedMany("icd11").problem([code, "05"])


@pytest.mark.parametrize("code", ["E11.9", "糖尿病", "head ache", "5A1", "99", "BAOO"])
def test_what_is_no_code_of_icd_11_is_refused(code: str) -> None:
    assert lists.entry("icd11", code) is None


def test_titles_stand_under_their_class() -> None:
    for parent, members in groupby(lists.entries("titles"), key=lambda e: e.parent):
        assert lists.entry("title_classes", parent)
        assert list(members)
    assert [e.words.zh for e in lists.children("titles", "medical")] == [
        "主任医师", "副主任医师", "主治医师", "医师", "医士",
    ]  # fmt: skip


def test_a_list_that_does_not_exist_is_named() -> None:
    with pytest.raises(NotFound, match="nothing"):
        lists.entries("nothing")


def test_a_name_typed_in_either_language_is_stored_as_its_code() -> None:
    assert Listed("provinces").parse(" 湖南省 ") == "43"
    assert Listed("provinces").parse("Hunan") == "43"
    assert Listed("provinces").parse("某某省") == "某某省"
    assert Listed("provinces").problem("某某省")
