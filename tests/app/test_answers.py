"""What is asked of answers: shown, checked, compared, replayed, summarised."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answers import (
    check,
    check_page,
    compare,
    edits_between,
    files_in,
    flat,
    is_empty,
    nested,
    replay,
    shown,
    summarise,
    told,
    without_hidden,
)
from app.forms import FORMS
from app.forms.conditions import Answered, AnyRow, Has, Is
from app.forms.schema import Field, Form, Page, Rows
from app.forms.types import YES_NO, Listed, Text
from app.record import Answers
from app.rules import examine
from app.workflows.asks import CONCLUSION
from tests.builders import document, right_answers, study_answers

STUDY = FORMS["study"]
GROUPS = "design.research_groups"
DAY = datetime.date(2026, 11, 21)

# -- answers as hypothesis makes them ------------------------------------------------------

FIELD_IDS = [f.id for f in STUDY.fields()]
INNER_IDS = [f.id for g in STUDY.fields() if isinstance(g.type, Rows) for f in g.type.fields]
words = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=8)
leaves = st.one_of(words, st.integers(-5, 500), st.lists(words, min_size=1, max_size=3))
rows = st.dictionaries(
    st.sampled_from(["r1", "r2", "r3"]),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), leaves, max_size=3),
    min_size=1,
)
well_formed = st.dictionaries(st.sampled_from(["f", "g", "h", "rows", "more"]), leaves | rows)
"""Answers as the program keeps them: no empty group, nothing that is None."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | words | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(words | st.sampled_from(INNER_IDS), inner, max_size=3)
    ),
    max_leaves=8,
)
codes = st.sampled_from(["yes", "no", "other", "IIT-INT", "REG-DRUG", "chictr", "marketed", "drug"])
wild = st.dictionaries(st.sampled_from(FIELD_IDS), anything | codes | rows, max_size=30)


@given(well_formed)
def test_flat_answers_are_nested_again(answers: Answers) -> None:
    assert nested(flat(answers)) == answers


@given(well_formed, well_formed)
def test_replaying_what_changed_gives_what_it_became(before: Answers, after: Answers) -> None:
    done = replay(before, edits_between(before, after))

    assert done.answers == after
    assert not done.clashes


@given(well_formed, well_formed)
def test_replaying_twice_does_no_more_than_once(before: Answers, after: Answers) -> None:
    edits = edits_between(before, after)
    once = replay(before, edits).answers

    again = replay(once, edits)
    assert again.answers == once
    assert not again.clashes


@given(well_formed)
def test_nothing_changed_is_no_edit(answers: Answers) -> None:
    assert not edits_between(answers, answers)


@settings(max_examples=150, deadline=None)
@given(wild)
def test_no_answers_however_wild_make_the_program_fail(answers: Answers) -> None:
    for problem in examine(STUDY, answers, today=DAY):
        assert problem.path.split("/")[0] in FIELD_IDS
        assert problem.message.zh
        assert problem.message.en
    summarise(STUDY, answers)
    compare(STUDY, {}, answers)
    without_hidden(STUDY, answers)
    files_in(STUDY.fields(), answers)


@settings(max_examples=60, deadline=None)
@given(wild)
def test_what_is_submitted_is_shown_the_same_again(answers: Answers) -> None:
    kept = without_hidden(STUDY, answers)

    assert without_hidden(STUDY, kept) == kept


# -- what is shown -----------------------------------------------------------------------


def test_a_hidden_answer_shows_no_other() -> None:
    answers = study_answers()
    answers["impl.multicenter_flag"] = "no"

    kept = shown(STUDY, answers)
    assert "impl.has_participating_branches" not in kept
    assert "impl.participating_organization_repeat" not in kept


def test_a_hidden_answer_shows_no_other_inside_a_row() -> None:
    answers = study_answers()
    row = answers[GROUPS]["g0000001"]
    row |= {"design.intervention_type": "behavioural", "design.drug_name": ""}

    assert "design.marketed_product_type" not in shown(STUDY, answers)[GROUPS]["g0000001"]
    assert not [p for p in check(STUDY, answers) if "g0000001" in p.path]
    (design,) = [part for part in summarise(STUDY, answers) if part.id == "design"]
    (groups,) = [line for line in design.lines if line.path == GROUPS]
    assert not [line for line in groups.rows[0] if line.path.endswith("drug_name")]


def test_a_page_off_the_route_asks_nothing() -> None:
    answers = study_answers({"cat.research_classification_level_2": "IIT-OBS"})

    assert not [p for p in check(STUDY, answers) if p.path.startswith("recruit.")]
    assert "recruit.recruitment_flag" not in without_hidden(STUDY, answers)
    assert "recruit.recruitment_flag" in answers


def test_an_option_of_another_route_is_refused() -> None:
    wrong = check(STUDY, study_answers({"cat.research_classification_level_2": "REG-DRUG"}))

    assert wrong[0].path == "cat.research_classification_level_2"
    assert "earlier answers" in wrong[0].message.en


def test_a_city_of_another_province_is_refused() -> None:
    answers = right_answers("institution") | {"province": "33"}

    assert [p.path for p in check(FORMS["institution"], answers)] == ["city"]


def test_spaces_are_no_answer() -> None:
    answers = study_answers({"basic.public_name": " \u3000 "})

    assert [p.path for p in check(STUDY, answers)] == ["basic.public_name"]
    assert "basic.public_name" not in without_hidden(STUDY, answers)


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, {"r": {}}, {"r": {"a": "", "b": {}}}])
def test_nothing_typed_is_empty(value: Any) -> None:
    assert is_empty(value)


@pytest.mark.parametrize("value", [0, False, "0", [""], {"r": {"a": 0}}])
def test_a_nought_is_an_answer(value: Any) -> None:
    assert not is_empty(value)


def test_a_row_in_which_nothing_was_typed_is_asked_nothing_and_not_submitted() -> None:
    answers = study_answers()
    answers["design.inclusion_criteria"]["new00000"] = {}

    assert not check(STUDY, answers)
    assert "new00000" not in without_hidden(STUDY, answers)["design.inclusion_criteria"]


def test_a_required_group_of_empty_rows_asks_for_what_its_first_row_lacks() -> None:
    answers = study_answers({"design.inclusion_criteria": {"new00000": {}}})

    assert [p.path for p in check(STUDY, answers)] == [
        "design.inclusion_criteria/new00000/design.inclusion_criterion"
    ]


def test_a_file_that_never_arrived_is_no_document() -> None:
    lost = {key: value for key, value in document("方案.pdf").items() if key != "sha256"}
    answers = study_answers({"attach.research_protocol_file": {"x": lost}})

    assert [p.path for p in check(STUDY, answers)] == ["attach.research_protocol_file"]


# -- what is submitted ------------------------------------------------------------------------


def test_what_was_picked_and_what_steps_filled_is_submitted() -> None:
    answers = study_answers({"attach.ethicsApprovalNumber": "伦审〔2026〕018号"})
    site = answers["impl.participating_organization_repeat"]["b0000001"]

    kept = without_hidden(STUDY, answers)
    assert kept == answers
    assert site["impl.branch_organization_id"].startswith("office:")


def test_what_a_newer_program_wrote_is_left_alone() -> None:
    answers = study_answers({"basic.from_tomorrow": {"r": {"x": 1}}})
    answers[GROUPS]["g0000001"]["design.from_tomorrow"] = "neu"

    assert without_hidden(STUDY, answers) == answers
    path = f"{GROUPS}/g0000001/design.from_tomorrow"
    (difference,) = compare(STUDY, without(answers, path), answers)
    assert difference.label.zh == path
    assert difference.told() == ("", "neu")


def without(answers: Answers, path: str) -> Answers:
    return nested({p: v for p, v in flat(answers).items() if p != path})


# -- what changed ------------------------------------------------------------------------------


def test_different_rows_of_two_people_come_together() -> None:
    base = study_answers()
    hers = edits_between(
        base, base | {GROUPS: base[GROUPS] | {"hers0000": {"design.group_name": "她的组"}}}
    )
    his = edits_between(
        base, base | {GROUPS: base[GROUPS] | {"his00000": {"design.group_name": "他的组"}}}
    )

    first = replay(base, hers)
    second = replay(first.answers, his)
    assert not second.clashes
    assert list(second.answers[GROUPS]) == ["g0000001", "g0000002", "hers0000", "his00000"]


def test_the_same_field_of_two_people_clashes_and_says_where() -> None:
    base = study_answers()
    path = f"{GROUPS}/g0000001/design.group_sample_size"
    hers = {path: (60, 70)}
    his = {path: (60, 80)}

    done = replay(replay(base, hers).answers, his)
    assert done.clashes == (path,)
    assert done.answers[GROUPS]["g0000001"]["design.group_sample_size"] == 80


def test_the_same_change_of_two_people_is_no_clash() -> None:
    base = study_answers()
    edits = {"basic.total_funds": ("30.5", "31")}

    assert not replay(replay(base, edits).answers, edits).clashes


def test_a_new_row_keeps_its_place_before_anything_is_typed() -> None:
    base: Answers = {"rows": {"a": {"x": 1}}}
    after = {"rows": {"a": {"x": 1}, "b": {}}}

    edits = edits_between(base, after)
    assert edits == {"rows/b/": (None, True)}
    assert replay(base, edits).answers == after
    assert replay(after, edits_between(after, base)).answers == base


def test_differences_are_told_in_the_order_of_the_form() -> None:
    before, after = study_answers(), study_answers()
    after["share.statistical_result_public"] = "no"
    after[GROUPS]["g0000002"]["design.group_name"] = "对照"
    after[GROUPS]["g0000001"]["design.control_group_flag"] = "yes"
    after[GROUPS]["g0000001"]["design.group_name"] = "试验"
    after["basic.public_name"] = "通俗名"

    found = compare(STUDY, before, after)
    assert [(d.path.split("/")[-1], d.told("en")) for d in found] == [
        ("basic.public_name", ("两种剂量降糖药的比较", "通俗名")),
        ("design.group_name", ("高剂量组", "试验")),
        ("design.control_group_flag", ("No", "Yes")),
        ("design.group_name", ("常规剂量组", "对照")),
        ("share.statistical_result_public", ("Published", "Not published")),
    ]
    assert found[1].label.zh == "研究设计 › 研究分组信息 › 分组名称"


# -- what is told -------------------------------------------------------------------------------


def test_team_members_are_told_by_name_title_and_duty() -> None:
    field = STUDY.field("impl.team_members")
    value = study_answers()["impl.team_members"]

    assert told(field, value) == "何平（主任医师，项目负责）；沈兰（主管护师，入组与随访）"
    assert (
        told(field, value, "en")
        == "何平 (Chief physician, 项目负责); 沈兰 (Nurse-in-charge, 入组与随访)"
    )


def test_every_document_is_found_wherever_it_hangs() -> None:
    found = files_in(STUDY.fields(), study_answers())

    assert sorted(path.split("/")[0] for path in found) == [
        "attach.consent_or_waiver_file",
        "attach.research_protocol_file",
        GROUPS,
        GROUPS,
    ]
    assert all(len(row["sha256"]) == 64 for row in found.values())


def test_a_decision_to_approve_asks_for_number_date_and_document() -> None:
    assert [p.path for p in check_page(CONCLUSION, {"decision": "agree"})] == [
        "approval_number",
        "approval_date",
        "approval_document",
    ]
    assert [p.path for p in check_page(CONCLUSION, {"decision": "refuse"})] == ["reason"]


# -- conditions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        (Is("a", 1, 2), {"a": 2}, True),
        (Is("a", 1, 2), {"a": 3}, False),
        (Is("a", 1), {}, False),
        (~Is("a", 1), {}, True),
        (Is("a", 1) & Is("b", 2), {"a": 1, "b": 3}, False),
        (Is("a", 1) | Is("b", 2), {"a": 1, "b": 3}, True),
        (Has("a", "x"), {"a": ["y", "x"]}, True),
        (Has("a", "x"), {"a": "x"}, False),
        (Answered("a"), {"a": 0}, True),
        (Answered("a"), {"a": ""}, False),
        (AnyRow("g", Is("a", 1)), {"g": {"r": {"a": 2}, "s": {"a": 1}}}, True),
        (AnyRow("g", Is("a", 1)), {"g": {"r": {"a": 2}}, "a": 1}, False),
        (AnyRow("g", Is("a", 1)), {"g": "no rows"}, False),
    ],
)
def test_a_condition_holds_or_not(condition: Any, answers: Answers, holds: bool) -> None:
    assert condition.holds(answers) is holds


def test_a_row_sees_the_answers_around_it() -> None:
    inner = Field("inner", "内", Text(), english="In", required=True, only=Is("outer", "yes"))
    group = Field(
        "rows", "组", Rows((Field("x", "名", Text(), english="X"), inner)), english="Rows"
    )
    outer = Field("outer", "外", YES_NO, english="Out")
    form = Form("f", "表", "Form", 1, (Page("p", "页", "Page", (outer, group)),))

    answers: Answers = {"outer": "yes", "rows": {"r": {"x": "1"}}}
    assert [p.path for p in check(form, answers)] == ["rows/r/inner"]
    assert not check(form, answers | {"outer": "no"})


def test_a_listed_answer_that_left_the_list_is_told_by_its_code() -> None:
    assert told(Field("c", "国", Listed("countries"), english="C"), "XX") == "XX"


# -- speed -----------------------------------------------------------------------------------------


def best_of(times: int, work: Any) -> float:
    found = []
    for _ in range(times):
        start = time.thread_time()  # of the processor: other programs do not count
        work()
        found.append(time.thread_time() - start)
    return min(found)


def test_a_filled_study_is_checked_and_told_while_nobody_waits() -> None:
    answers = study_answers()

    assert best_of(5, lambda: (check(STUDY, answers), summarise(STUDY, answers))) < 0.010


def test_two_hundred_arms_are_shown_while_nobody_waits() -> None:
    arm = study_answers()[GROUPS]["g0000001"]
    answers = study_answers({GROUPS: {f"{n:08x}": dict(arm) for n in range(200)}})

    assert best_of(3, lambda: shown(STUDY, answers)) < 0.050
    assert best_of(3, lambda: check(STUDY, answers)) < 0.200
