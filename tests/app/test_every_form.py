"""Every form: what its declaration promises to everything that reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import documents
from app.answers import check, compare, shown_pages, summarise
from app.forms import FORMS
from app.forms.conditions import Is
from app.forms.schema import Field, Files, Form, Page, Rows
from app.forms.types import Choice, Choices, Keywords, Listed, ListedMany, Text
from app.forms.upgrades import STEPS
from app.heads import CARD_FIELDS
from app.workflows import WORKFLOWS
from tests.builders import right_answers, study_answers

CJK = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)


def all_fields(fields: Iterable[Field]) -> Iterator[Field]:
    """Fields of a form and, after each group, those of its rows."""
    for field in fields:
        yield field
        if isinstance(field.type, Rows):
            yield from all_fields(field.type.fields)


EVERY_PAGE_OF_A_STEP = [
    step.asks for workflow in WORKFLOWS.values() for step in workflow.steps if step.asks
]
EVERYTHING_ASKED = [
    *((form.id, field) for form in FORMS.values() for field in all_fields(form.fields())),
    *((page.id, field) for page in EVERY_PAGE_OF_A_STEP for field in all_fields(page.fields)),
]


def test_every_label_is_complete_in_both_languages() -> None:
    lacking = [
        (at, field.id)
        for at, field in EVERYTHING_ASKED
        if not field.label or not field.english or CJK.search(field.english)
    ]
    assert not lacking


def test_every_option_is_complete_in_both_languages() -> None:
    lacking = [
        (at, field.id, option.code)
        for at, field in EVERYTHING_ASKED
        if isinstance(field.type, Choice)
        for option in field.type.options
        if not option.zh or not option.en or CJK.search(option.en)
    ]
    assert not lacking


def test_codes_and_names_of_options_are_unique_within_a_field() -> None:
    for at, field in EVERYTHING_ASKED:
        if isinstance(field.type, Choice):
            for part in ("code", "zh", "en"):
                told = [getattr(option, part) for option in field.type.options]
                assert len(told) == len(set(told)), f"{at}.{field.id}: {part}"


def test_a_name_is_not_also_the_code_of_another_option() -> None:
    # `parse` understands all three: what a person reads must not be taken for something else.
    for at, field in EVERYTHING_ASKED:
        if isinstance(field.type, Choice):
            meant = [{o.code, o.zh, o.en} for o in field.type.options]
            assert sum(map(len, meant)) == len(set().union(*meant)), f"{at}.{field.id}"


def test_help_is_said_in_sentences_in_both_languages() -> None:
    wrong = [
        (at, field.id)
        for at, field in EVERYTHING_ASKED
        if field.help and not (field.help.zh.endswith("。") and field.help.en.endswith((".", "?")))
    ]
    assert not wrong


@EVERY_FORM
def test_an_example_is_a_right_answer(form: Form) -> None:
    wrong = [
        (field.id, field.example)
        for field in all_fields(form.fields())
        if field.example and field.type.problem(field.type.parse(field.example))
    ]
    assert not wrong


@EVERY_FORM
def test_conditions_refer_only_to_earlier_fields(form: Form) -> None:
    known: set[str] = set()
    for page in form.pages:
        if page.only:
            assert page.only.fields() <= known, page.id
        for field in page.fields:
            assert field.depends_on() <= known, field.id
            known.add(field.id)


@EVERY_FORM
def test_conditions_compare_with_options_that_exist(form: Form) -> None:
    codes = {
        f.id: {o.code for o in f.type.options}
        for f in all_fields(form.fields())
        if isinstance(f.type, Choice)
    }
    lost = [
        (claim.field, value)
        for claim in claims(form)
        if claim.field in codes
        for value in claim.among
        if value not in codes[claim.field]
    ]
    assert not lost


def claims(form: Form) -> Iterator[Is]:
    """Every `Is` in the conditions of a form."""

    def inside(condition: Any) -> Iterator[Is]:
        if isinstance(condition, Is):
            yield condition
        for part in vars(condition).values() if hasattr(condition, "__dict__") else ():
            if hasattr(part, "holds"):
                yield from inside(part)

    for field in all_fields(form.fields()):
        options = field.type.options if isinstance(field.type, Choice) else ()
        for condition in (field.only, field.required, *(o.only for o in options)):
            yield from inside(condition)
    for page in form.pages:
        yield from inside(page.only)


@EVERY_FORM
def test_a_link_points_to_a_field_beside_it(form: Form) -> None:
    groups = [tuple(form.fields())]
    groups += [f.type.fields for f in form.fields() if isinstance(f.type, Rows)]
    for fields in groups:
        ids = {f.id for f in fields}
        linked = {f.type.link_field for f in fields if isinstance(f.type, Text)} - {""}
        assert linked <= ids


@EVERY_FORM
def test_every_version_has_its_upgrade(form: Form) -> None:
    assert {to for name, to in STEPS if name == form.id} == set(range(2, form.version + 1))


@EVERY_FORM
def test_right_answers_are_right(form: Form) -> None:
    assert not check(form, right_answers(form.id))


@EVERY_FORM
def test_a_right_answer_survives_being_told_and_read_again(form: Form) -> None:
    told = list(texts(form.fields(), right_answers(form.id)))

    lost = [
        (field.id, language)
        for field, value in told
        for language in ("zh", "en")
        if field.type.parse(field.type.text(value, language)) != value
    ]
    assert told
    assert not lost


def texts(fields: Iterable[Field], answers: Any) -> Iterator[tuple[Field, Any]]:
    for field in fields:
        value = answers.get(field.id)
        if value is None:
            continue
        if isinstance(field.type, Rows):
            for row in value.values():
                if not isinstance(field.type, Files):
                    yield from texts(field.type.fields, row)
        else:
            yield field, value


def test_every_choice_reads_its_own_words_back() -> None:
    for at, field in EVERYTHING_ASKED:
        if not isinstance(field.type, Choice):
            continue
        for option in field.type.options:
            stored = [option.code] if isinstance(field.type, Choices) else option.code
            for language in ("zh", "en"):
                told = field.type.text(stored, language)
                assert field.type.parse(told) == stored, f"{at}.{field.id}: {told}"


def test_every_list_that_a_field_names_exists() -> None:
    for _, field in EVERYTHING_ASKED:
        if isinstance(field.type, Listed | ListedMany):
            assert field.type.problem("no such code at all")


@EVERY_FORM
def test_a_form_has_its_workflow_and_a_title(form: Form) -> None:
    assert form.id in WORKFLOWS
    assert form.title_of(right_answers(form.id))


@pytest.mark.parametrize("form_id", CARD_FIELDS)
def test_what_a_card_tells_is_asked_in_its_form_and_never_private(form_id: str) -> None:
    for field_id in CARD_FIELDS[form_id]:
        assert not FORMS[form_id].field(field_id).private


def test_what_workflows_fill_are_fields_that_nobody_is_asked() -> None:
    for workflow in WORKFLOWS.values():
        for step in workflow.steps:
            for field_id, said in step.fills.items():
                field = FORMS[workflow.id].field(field_id)
                asked = next(f for f in (step.asks or Page("", "", "", ())).fields if f.id == said)
                assert field.is_of_review
                assert type(field.type) is type(asked.type)


@EVERY_FORM
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_question_that_is_asked_stands_in_the_summary(form: Form, language: Any) -> None:
    for answers in ({}, right_answers(form.id)):
        asked = {
            f.id
            for page in shown_pages(form, answers)
            for f in page.fields
            if f.only is None and not f.is_of_review
        }
        told = {line.path for part in summarise(form, answers, language) for line in part.lines}
        assert asked <= told


# -- the study form against the table of the national system --------------------------

STUDY = FORMS["study"]
TABLE = Path(__file__).parent.parent / "data" / "national_form_fields.json"


def national() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(TABLE.read_text(encoding="utf-8"))["fields"]
    return rows


def test_the_study_form_is_the_national_form() -> None:
    ours = {f.id: f for f in all_fields(STUDY.fields()) if "national" in f.names}
    groups = {k for k, f in ours.items() if type(f.type) is Rows or isinstance(f.type, Keywords)}

    assert {row["key"] for row in national()} == set(ours)
    assert {row["key"] for row in national() if row["kind"] == "group"} == groups
    assert (len(ours) - len(groups), len(groups)) == (256, 15)


def test_every_control_is_called_as_the_national_system_calls_it() -> None:
    ours = {f.id: f.names["national"] for f in all_fields(STUDY.fields()) if "national" in f.names}

    assert not [r["key"] for r in national() if r["real_name"] not in ("", ours[r["key"]])]


def test_every_control_stands_on_its_page() -> None:
    pages = {f.id: page.id for page in STUDY.pages for f in all_fields(page.fields)}

    assert not [row["key"] for row in national() if pages[row["key"]] != row["page"]]


ROUTES = {
    "REG-DRUG": "registration",
    "REG-DEV": "registration",
    "REG-IVD": "registration",
    "REG-FSMP": "registration",
    "IIT-INT": "initiated",
    "IIT-OBS": "initiated",
}


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_shows_the_recruitment_page_as_the_law_of_the_field_says(route: str) -> None:
    answers = {
        "cat.research_classification_level_1": ROUTES[route],
        "cat.research_classification_level_2": route,
    }
    pages = [page.id for page in shown_pages(STUDY, answers)]

    expected = ["cat", "basic", "impl", "content", "design", "recruit", "other", "share", "attach"]
    if route in ("REG-IVD", "IIT-OBS"):
        expected.remove("recruit")
    assert pages == expected


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_offers_some_design_and_asks_for_groups_or_a_diagnostic_block(route: str) -> None:
    known = {
        "cat.research_classification_level_1": ROUTES[route],
        "cat.research_classification_level_2": route,
    }
    design = STUDY.field("design.study_design").type
    assert isinstance(design, Choice)
    offered = {o.code for o in design.offered(known)}

    observed = {"cross_sectional", "case_control", "cohort", "case_report", "ecological"}
    observed |= {"diagnostic", "other"}
    is_observed = route in ("REG-IVD", "IIT-OBS")
    assert offered == (observed if is_observed else {"rct", "non_randomised"})
    is_diagnostic = STUDY.field("design.diagnostic_index_test").is_shown(known)
    assert is_diagnostic is (route == "REG-IVD")
    assert STUDY.field("design.research_groups").is_shown(known) is not is_diagnostic


def test_publishing_on_chictr_asks_for_every_english_twin_and_the_contact() -> None:
    problems = {p.path for p in check(STUDY, study_answers({"basic.sync_platform": "chictr"}))}

    assert {"basic.scientific_title", "basic.public_title", "basic.registration_status"} <= problems
    assert {
        "design.research_groups/g0000001/design.group_name_english",
        "design.measurement_indicators/m0000001/design.indicator_timepoint_english",
    } <= problems
    bare = {k: v for k, v in study_answers().items() if not k.startswith("impl.applicant")}
    assert not [p for p in check(STUDY, bare) if "applicant" in p.path]
    bare["basic.sync_platform"] = "chictr"
    assert "impl.applicant_email" in {p.path for p in check(STUDY, bare)}


def test_the_platform_that_is_not_open_cannot_be_chosen() -> None:
    wrong = check(STUDY, study_answers({"basic.sync_platform": "itmctr"}))

    assert [p.path for p in wrong] == ["basic.sync_platform"]


# -- one field more ----------------------------------------------------------------------

# fmt: off
ONE_MORE = Field("basic.registry_fee", "登记费用", Text(20), required=True, english="Registry fee")
# fmt: on


def with_one_more(field: Field) -> Form:
    pages = tuple(
        replace(page, fields=(*page.fields, field)) if page.id == "basic" else page
        for page in STUDY.pages
    )
    return replace(STUDY, pages=pages)


def test_one_more_line_is_one_more_question_everywhere() -> None:
    form = with_one_more(ONE_MORE)
    before, after = study_answers(), study_answers({ONE_MORE.id: "免收"})

    assert [p.path for p in check(form, before)] == [ONE_MORE.id]
    assert not check(form, after)
    (basic,) = [part for part in summarise(form, after, "en") if part.id == "basic"]
    assert [(x.label.en, x.text) for x in basic.lines][-1] == ("Registry fee", "免收")
    (difference,) = compare(form, before, after)
    assert difference.label.zh == "基本信息 › 登记费用"
    assert difference.told() == ("", "免收")
    assert "登记费用" in documents.forms_text({"study": form}, {})
    assert "登记费用" not in documents.forms_text(FORMS, {})


# -- what a declaration gets wrong, it gets wrong at import ----------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ((ONE_MORE, ONE_MORE), "two fields"),
        ((replace(ONE_MORE, only=Is("later", "x")), Field("later", "后", Text())), "not declared"),
        ((replace(ONE_MORE, id="a/b"),), "slash"),
        ((replace(ONE_MORE, pair_of="nobody"),), "twin"),
        ((Field("city", "市", Listed("cities", within="province"), english="City"),), "province"),
    ],
)
def test_a_wrong_declaration_is_refused_at_import(fields: tuple[Field, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Form("f", "表", "Form", 1, (Page("p", "页", "Page", fields),))


def test_a_title_or_a_page_condition_that_is_no_field_is_refused() -> None:
    page = Page("p", "页", "Page", (ONE_MORE,))
    with pytest.raises(ValueError, match="title"):
        Form("f", "表", "Form", 1, (page,), title_fields=("nobody",))
    with pytest.raises(ValueError, match="depends on"):
        Form("f", "表", "Form", 1, (replace(page, only=Is("nobody", 1)),))
