"""How the rules are asked: in order, by route, by what is known. The rules: test_rules_table.py."""

# ruff: noqa: E501 -- tables, one case a line

from __future__ import annotations

import copy
import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import documents
from app.answers import LEVELS, Level, Problem, check_page, edits_between, replay, without_hidden
from app.errors import NotAllowed
from app.forms import FORMS
from app.forms.schema import Field, Rows
from app.record import Answers
from app.rules import (
    KEPT_ELSEWHERE,
    RULES,
    STEP_RULES,
    Colleague,
    FiledCommittee,
    Known,
    OwnRecord,
    examine,
    examine_step,
)
from app.words import Words
from app.workflows import WORKFLOWS
from app.workflows.table import Round
from tests.app.test_rules_table import STEPS, TABLE, changed, name, step_name
from tests.builders import (
    INVESTIGATOR,
    OFFICE,
    OTHER_INVESTIGATOR,
    OTHER_OFFICE,
    right_answers,
    study_answers,
)

TODAY = datetime.date(2026, 11, 21)


def broken(form_id: str, changes: Answers, known: Known) -> set[tuple[str, Level, str]]:
    problems = examine(FORMS[form_id], changed(form_id, changes), today=TODAY, known=known)
    return {(p.rule, p.level, p.path) for p in problems}


def test_an_incomplete_record_is_named_with_its_person_and_what_is_missing() -> None:
    labels = [Words(zh, zh) for zh in ("学历", "学位", "职称", "科室", "邮箱", "手机号")]

    def told(lacks: list[Words]) -> Problem:
        own = OwnRecord(INVESTIGATOR, "何平", tuple(lacks))
        found = examine(
            FORMS["study"], study_answers(), today=TODAY, known=Known(investigator_record=own)
        )
        (problem,) = (p for p in found if p.rule == "V-38")
        return problem

    assert told(labels[:2]).message.zh == "请先完善项目负责人的个人信息。何平还需完善：学历、学位。"
    assert told(labels[:2]).people == (INVESTIGATOR,)
    assert told(labels[:2]).is_theirs, "nothing at its path can mend it"
    assert told(labels).message.zh.endswith("学历、学位、职称、科室、邮箱等 6 项。")
    assert told(labels).message.en.endswith(" and 1 more.")


NO_PHYSICIAN = {"impl.team_members/t0000001/title": None, "impl.team_members/t0000001/title_class": None}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "level"), [(None, "warn"), ("", "block"), ("professor", "block"), ("physician", "")]
)
def test_an_interventional_study_needs_a_physician(title: str | None, level: str) -> None:
    found = {lv for rule, lv, _ in broken("study", NO_PHYSICIAN, Known(title)) if rule == "V-12"}

    assert found == ({level} if level else set())


DRUG = {
    "cat.research_classification_level_1": "registration",
    "cat.research_classification_level_2": "REG-DRUG",
}
DEVICE = DRUG | {"cat.research_classification_level_2": "REG-DEV"}


@pytest.mark.parametrize(
    ("route", "is_needed"),
    [
        (DRUG, True),
        (DEVICE | {"cat.research_classification_level_3": "3"}, True),
        (DEVICE | {"cat.research_classification_level_3": "1"}, False),
        (DRUG | {"cat.research_classification_level_2": "REG-FSMP"}, False),
    ],
)
def test_v_25_the_paper_of_the_drug_authority_is_needed_by_class(
    route: Answers, is_needed: bool
) -> None:
    paths = {path for _, level, path in broken("study", route, Known()) if level == "block"}

    needed = {"cat.nmpa_number", "cat.nmpa_date", "cat.nmpa_document"}
    assert needed & paths == (needed if is_needed else set())


def test_an_academic_committee_is_composed_freely() -> None:
    known = Known(trained=frozenset(), in_autonomous_area=True)

    assert not broken("academic_committee", {"members/k0000003": None}, known)


def test_problems_come_in_the_order_of_the_form() -> None:
    answers = study_answers(
        {"basic.research_title": None, "design.total_sample_size": 0, "content.keywords": ["a", "A"]}
    )  # fmt: skip
    paths = [p.path for p in examine(FORMS["study"], answers, today=TODAY)]

    assert paths == ["basic.research_title", "content.keywords", *["design.total_sample_size"] * 2]


# -- what forms and workflows keep by themselves ------------------------------------------------

STUDY = WORKFLOWS["study"]
CHOSEN = "committee:00000000-0000-4000-8000-0000000000e1"
OTHER = "committee:00000000-0000-4000-8000-0000000000a1"
CHICTR = {"basic.sync_platform": "chictr"}
CONTACT = {"name", "telephone", "email", "address", "organization"}


def paths(changes: Answers, form_id: str = "study") -> set[str]:
    return {path for _, level, path in broken(form_id, changes, Known()) if level == "block"}


def test_v_01_a_required_answer_of_spaces_only_is_missing() -> None:
    assert paths({"basic.public_name": " \u3000 "}) == {"basic.public_name"}
    assert not paths({"basic.public_name": "某研究"})


def test_v_02_only_the_investigator_may_submit() -> None:
    assert {role for s in STUDY.steps if s.command == "submit" for role in s.by} == {"pi"}
    assert any("delegate" in s.by for s in STUDY.steps if s.command == "save")
    for state in ("draft", "returned", "changing"):
        assert STUDY.step(
            "save", state, ["delegate"], {}, {}, "first" if state != "changing" else "minor"
        )
        with pytest.raises(NotAllowed):
            STUDY.step(
                "submit", state, ["delegate"], {}, {}, "first" if state != "changing" else "minor"
            )


@pytest.mark.parametrize("round_", ["first", "substantive"])
@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, {"ethics_committee"}),
        ({"academic_committee": OTHER}, {"ethics_committee"}),
        ({"ethics_committee": CHOSEN}, set()),
        ({"ethics_committee": CHOSEN, "academic_committee": OTHER}, set()),
    ],
)
def test_v_03_an_ethics_committee_must_be_chosen_and_an_academic_one_may(
    round_: Round, said: Answers, missing: set[str]
) -> None:
    step = STUDY.step("submit", "draft", ["pi"], said, {}, round_)

    assert step.asks is not None
    assert {p.path for p in check_page(step.asks, said, {})} == missing


def test_v_14_a_sample_size_is_a_whole_number() -> None:
    assert "design.total_sample_size" in paths({"design.total_sample_size": "12.5"})
    assert not paths({"design.total_sample_size": 12})


def test_v_23_for_chictr_the_contact_and_every_english_answer_are_required() -> None:
    contact = {f"impl.applicant_{part}": None for part in CONTACT}

    assert not paths({"impl.applicant_email": None})
    missing = paths(CHICTR | contact)
    assert {*contact, "basic.scientific_title", "basic.public_title"} <= missing
    assert "design.inclusion_criteria_english" in missing
    # Answered, none of them is asked for again.
    assert not {*contact, "basic.scientific_title"} & paths(
        CHICTR
        | {
            "impl.applicant_name": "林敏",
            "impl.applicant_telephone": "13800000000",
            "impl.applicant_email": "lin@example.org",
            "impl.applicant_address": "长河市人民路1号",
            "impl.applicant_organization": "长河市第一人民医院",
            "basic.scientific_title": "A study",
        }
    )


def test_v_32_once_recruiting_the_first_participant_has_a_date() -> None:
    first = "recruit.first_participant_enrollment_date"

    assert paths({"recruit.recruitment_status": "recruiting"}) == {first}
    assert not paths({"recruit.recruitment_status": "recruiting", first: "2026-11-01"})
    assert not paths({"recruit.recruitment_status": "not_yet"})


def test_v_35_a_drug_needs_what_is_known_of_it() -> None:
    arm = "design.research_groups/g0000001/design."
    needed = {
        arm + "current_treatment",
        arm + "safety_description",
        arm + "previous_research_basis",
    }

    assert paths(dict.fromkeys(needed)) == needed
    assert not paths(dict.fromkeys(needed, "已知。"))


@pytest.mark.parametrize(
    ("path", "most"),
    [("basic.research_title", 400), ("basic.brief_research_title", 50),
     ("other.other_platform_records/p/other.platform_record_number", 80)],
)  # fmt: skip
def test_v_43_a_text_that_is_too_long_is_told(path: str, most: int) -> None:
    assert path in paths({path: "长" * (most + 1)})
    assert path not in paths({path: "长" * most})


def test_v_44_a_keyword_is_needed() -> None:
    assert paths({"content.keywords": []}) == {"content.keywords"}
    assert not paths({"content.keywords": ["血糖"]})


def test_v_45_while_a_study_is_reviewed_nobody_changes_its_answers() -> None:
    reviewed = {
        "ac_form",
        "ac_members",
        "ac_concl",
        "ec_form",
        "ec_members",
        "ec_concl",
        "inst",
        "auth",
    }
    waiting = {state.id for state in STUDY.states if state.mood == "waiting"}
    writing = {state for s in STUDY.steps if s.writes == "all" for state in s.at}

    assert waiting - reviewed == {"handed", "suspended"}
    assert writing == {"draft", "returned", "changing", "handed"}
    for state in reviewed:
        with pytest.raises(NotAllowed):
            STUDY.step("save", state, ["pi", "delegate"], {}, {}, "first")
        with pytest.raises(NotAllowed):
            STUDY.step("change", state, ["pi"], {}, {}, "first")
    assert STUDY.step("change", "filed", ["pi"], {}, {}, "first").to == "changing"


@pytest.mark.parametrize("document", ["charter_document", "rules_document", "members_document"])
def test_k10_a_committee_attaches_its_papers(document: str) -> None:
    assert paths({document: None}, "committee") == {document}


def test_what_is_kept_elsewhere_has_a_test_here_and_is_said_in_two_languages() -> None:
    for kept in KEPT_ELSEWHERE:
        assert any(name.startswith(f"test_{kept.test}_") for name in globals())
        assert kept.message.zh != kept.message.en
        assert kept.by.zh != kept.by.en


def test_every_rule_stands_in_the_document_with_its_sentences_and_a_test_that_there_is() -> None:
    text = documents.rules_text(RULES, STEP_RULES, KEPT_ELSEWHERE, FORMS)
    tried = [name(line) for line in TABLE] + [step_name(line) for line in STEPS]
    for scope, rules in [*RULES.items(), *((step[1], r) for step, r in STEP_RULES.items())]:
        for rule in rules:
            test = f"{scope}-{rule.id}-{rule.level}"
            (line, *_) = [found for found in text.splitlines() if f"`{test}`" in found]
            assert rule.message.zh in line
            assert rule.message.en in line
            assert any(case.startswith(test) for case in tried)


# -- whatever is answered -----------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8", exclude_characters="/"), max_size=8)
leaves = (
    words
    | st.integers(-5, 200_000)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.none()
    | st.lists(words, max_size=3)
    | st.dates().map(str)
    | st.sampled_from(["yes", "no", "other", "chictr", "IIT-INT", "IIT-OBS", "REG-IVD", "ethics"])
)
refs = st.sampled_from([INVESTIGATOR, OTHER_INVESTIGATOR, OFFICE, OTHER_OFFICE, "committee:x", ""])
KNOWLEDGE: dict[str, st.SearchStrategy[Any]] = {
    "investigator_title": st.none() | st.sampled_from(["", "physician", "professor"]),
    "investigator_record": st.none()
    | st.builds(OwnRecord, refs, words, st.lists(st.builds(Words, words, words)).map(tuple)),
    "investigator_institution": st.none() | words,
    "institution_grade": st.none() | st.sampled_from(["3a", "2b", "na", "?"]),
    "colleagues": st.none()
    | st.dictionaries(refs, st.builds(Colleague, words, st.none() | st.just("physician"))),
    "titles_filed": st.none() | st.frozensets(words, max_size=3),
    "office_of": st.none() | st.dictionaries(refs, refs, max_size=3),
    "filed_committees": st.none()
    | st.dictionaries(refs, st.builds(FiledCommittee, refs, st.none() | st.dates()), max_size=2),
    "unfiled_is_allowed": st.booleans(),
    "approved_title": st.none() | words,
    "ethics_approved_on": st.none() | st.dates(),
    "investigators": st.none() | st.frozensets(refs, max_size=2),
    "way": st.none() | st.sampled_from(["meeting", "expedited", "exempt"]),
    "opinions": st.none() | st.dictionaries(refs, st.sampled_from(["agree", "again", "withdraw"])),
    "members_in_office": st.none() | st.integers(0, 20),
    "not_pdf": st.none() | st.frozensets(words, max_size=2),
    "own_institution": st.none() | refs,
    "academic_committees": st.none() | st.dictionaries(refs, refs, max_size=2),
    "trained": st.none() | st.frozensets(refs, max_size=2),
    "in_autonomous_area": st.none() | st.booleans(),
    "in_other_committees": st.none() | st.frozensets(refs, max_size=2),
}
known = st.builds(Known, **KNOWLEDGE)
"""Any state of knowledge: every field of `Known` is drawn."""


def values_of(fields: Iterable[Field]) -> st.SearchStrategy[Answers]:
    """Some answers of these fields, rightly or wrongly typed."""
    return st.dictionaries(st.sampled_from([f.id for f in fields]), leaves | refs, max_size=8)


@st.composite
def disturbed(draw: st.DrawFn, form_id: str) -> Answers:
    """Right answers into which wrong ones were put, in fields and in the rows of groups."""
    form = FORMS[form_id]
    answers = draw(st.sampled_from([{}, right_answers(form_id)])) | draw(values_of(form.fields()))
    groups = [f for f in form.fields() if isinstance(f.type, Rows)]
    for group in draw(st.lists(st.sampled_from(groups), max_size=3)) if groups else ():
        rows = dict(answers.get(group.id) or {}) if isinstance(answers.get(group.id), dict) else {}
        row_id = draw(st.sampled_from([*rows, "new"]))
        old = rows.get(row_id)
        rows[row_id] = (old if isinstance(old, dict) else {}) | draw(values_of(group.type.fields))
        answers[group.id] = rows
    return answers


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), known)
def test_no_answers_and_no_knowledge_make_a_rule_raise(data: st.DataObject, known: Known) -> None:
    form_id = data.draw(st.sampled_from([*FORMS]))
    form, answers = FORMS[form_id], data.draw(disturbed(form_id))
    before = copy.deepcopy(answers)

    for problem in examine(form, answers, today=TODAY, known=known):
        assert problem.path.split("/")[0] in {f.id for f in form.fields()}
        assert problem.level in LEVELS
    assert answers == before, "a rule only looks"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(disturbed("study"), known, st.sampled_from([*STEP_RULES]), st.data())
def test_nothing_said_for_a_step_makes_a_rule_raise(
    answers: Answers, known: Known, step: tuple[str, str], data: st.DataObject
) -> None:
    said = data.draw(
        st.dictionaries(
            st.sampled_from(["members", "way", "decision"]), leaves | st.lists(refs | leaves)
        )
    )
    for problem in examine_step(*step, said, answers, today=TODAY, known=known):
        assert problem.path in said.keys() | {"members", "decision"}


def test_every_kind_of_knowledge_is_tried() -> None:
    assert set(KNOWLEDGE) == {field.name for field in dataclasses.fields(Known)}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(disturbed("study"))
def test_saving_a_draft_is_never_refused_whatever_stands_in_it(answers: Answers) -> None:
    for state in ("draft", "returned"):
        step = STUDY.step("save", state, ["pi"], {}, answers)

        assert step.to is None
        assert "complete" not in step.needs, "a rule is asked when submitting, never when saving"
    again = replay({}, edits_between({}, answers)).answers
    assert not edits_between(answers, again)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(values_of(FORMS["study"].fields()), st.integers(0, 2), known)
def test_what_the_desk_lets_through_the_registry_lets_through(
    changes: Answers, many: int, known: Known
) -> None:
    """The desk examines what is drafted, the registry what was sent: without what is hidden.

    Which problems there are may differ (an empty row is asked about on the desk and is not
    sent), whether there is one may not.
    """
    form = FORMS["study"]
    answers = right_answers("study") | dict([*changes.items()][:many])
    desk = examine(form, answers, today=TODAY, known=known)
    there = examine(form, without_hidden(form, answers), today=TODAY, known=known)

    assert any(map(is_block, there)) == any(map(is_block, desk))


def is_block(problem: Problem) -> bool:
    return problem.level == "block"
