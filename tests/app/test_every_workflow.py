"""Every workflow: no dead end, nobody acts who may not, and the chain of the law of the field."""

# ruff: noqa: E501 -- tables, one case a line

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.answers import check_page
from app.errors import NotAllowed
from app.forms import FORMS
from app.record import Grant, Parties, Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.readers import audience, may_read, waits_for
from app.workflows.roles import GRANTABLE, ROLES, feeds_of, keys_of, roles_on
from app.workflows.table import IN_FORCE, SYSTEM, Step, Workflow, answers_after, parties_after
from tests.builders import document

EVERY_WORKFLOW = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=lambda w: w.id)
STUDY = WORKFLOWS["study"]


@EVERY_WORKFLOW
def test_every_state_can_be_reached(workflow: Workflow) -> None:
    reached = {workflow.start}
    while more := {
        step.to
        for step in workflow.steps
        if step.to and step.to not in reached and reached & {*step.at}
    }:
        reached |= more
    reached.discard(IN_FORCE)

    assert reached == {state.id for state in workflow.states}


@EVERY_WORKFLOW
def test_whoever_holds_a_record_can_move_it_on(workflow: Workflow) -> None:
    for state in workflow.states:
        for role in state.holders:
            # A member acts on the opinion, a record of its own; the registry then moves the study.
            acts = [role] if not role.endswith("_member") or workflow.id == "opinion" else [SYSTEM]
            assert workflow.open_to(state.id, acts), f"{role} holds {state.id} and can do nothing"


@EVERY_WORKFLOW
def test_whoever_acts_or_holds_may_read(workflow: Workflow) -> None:
    for state in workflow.states:
        acting = {r for s in workflow.steps if state.id in s.at for r in s.by} - {SYSTEM}
        assert acting | {*state.holders} <= {*state.readers}, state.id


@EVERY_WORKFLOW
def test_nobody_holds_what_is_done_or_ended(workflow: Workflow) -> None:
    for state in workflow.states:
        assert not state.holders or state.mood not in ("done", "ended"), state.id
        assert state.holders or state.mood in ("done", "ended"), state.id


@EVERY_WORKFLOW
def test_a_choice_of_ways_ends_in_one_that_always_fits_or_covers_every_answer(
    workflow: Workflow,
) -> None:
    for command, state, steps in ways(workflow):
        asked = steps[0].asks
        if steps[-1].when is None:
            continue
        assert asked is not None, command
        assert all(step.asks == asked for step in steps)
        for said in decisions(asked.fields[0]):
            fits = [s for s in steps if s.when and s.when.holds(said)]
            taken_care_of = fits or check_page(asked, said)
            assert taken_care_of, f"{workflow.id}.{command} at {state}: {said} leads nowhere"


def ways(workflow: Workflow) -> list[tuple[str, str, list[Step]]]:
    """Steps of one command, by state and role."""
    found: dict[tuple[str, str, str], list[Step]] = {}
    for step in workflow.steps:
        for state in step.at:
            for role in step.by:
                found.setdefault((step.command, state, role), []).append(step)
    return [(command, state, steps) for (command, state, _), steps in found.items()]


def decisions(field: Any) -> list[dict[str, Any]]:
    return [{field.id: option.code} for option in getattr(field.type, "options", ())]


@EVERY_WORKFLOW
def test_a_step_that_returns_or_ends_asks_why(workflow: Workflow) -> None:
    for step in workflow.steps:
        if step.command in ("return", "revoke", "disable"):
            assert step.asks is not None
            assert check_page(step.asks, {})
            assert step.danger


@EVERY_WORKFLOW
def test_words_are_complete(workflow: Workflow) -> None:
    for told in (*workflow.states, *workflow.steps):
        assert told.words.zh
        assert told.words.en
        assert told.words.en.isascii()


@EVERY_WORKFLOW
def test_steps_engage_parties_that_some_role_has(workflow: Workflow) -> None:
    parties = {role.party for role in ROLES.values()}
    for step in workflow.steps:
        assert {*step.engages} <= parties
        asked = {f.id for f in step.asks.fields} if step.asks else set()
        assert {*step.engages.values(), *step.fills.values()} <= asked


@EVERY_WORKFLOW
def test_what_a_step_may_change_is_asked_in_the_form(workflow: Workflow) -> None:
    form = FORMS[workflow.id]
    for step in workflow.steps:
        for field_id in () if step.writes == "all" else step.writes:
            assert form.has(field_id)


def test_founders_are_roles_that_can_be_given() -> None:
    for workflow in WORKFLOWS.values():
        assert {*workflow.founders} <= {*GRANTABLE, "authority", "institution_admin"}


# -- the gate ---------------------------------------------------------------------------------


def test_a_delegate_fills_but_does_not_submit() -> None:
    assert {s.command for s in STUDY.open_to("draft", ["delegate"])} == {"save", "hand_over"}
    with pytest.raises(NotAllowed, match="只能由项目负责人") as refused:
        STUDY.step("submit", "draft", ["delegate"], {"ethics_committee": "committee:x"})
    assert refused.value.details["reason"] == "role"


@pytest.mark.parametrize(
    "state", ["ac_form", "ac_members", "ac_concl", "ec_form", "ec_members", "ec_concl", "inst"]
)
def test_a_study_under_review_cannot_be_changed(state: str) -> None:
    assert not STUDY.open_to(state, ["pi", "delegate"], "first")
    assert {s.command for s in STUDY.open_to(state, ["pi", "delegate"], "minor")} == {"undo"}
    with pytest.raises(NotAllowed) as refused:
        STUDY.step("save", state, ["pi"])
    assert refused.value.details["reason"] == "state"


@pytest.mark.parametrize(
    ("command", "state", "role", "said", "answers", "to"),
    [
        ("submit", "draft", "pi", {"ethics_committee": "c"}, {}, "ec_form"),
        ("submit", "returned", "pi", {"ethics_committee": "c", "academic_committee": "a"}, {}, "ac_form"),
        ("ac_pass", "ac_form", "academic_secretary", {"members": ["m"]}, {}, "ac_members"),
        ("ac_pass", "ac_form", "academic_secretary", {}, {}, "ac_concl"),
        ("ac_conclude", "ac_concl", "academic_secretary", {"decision": "agree"}, {}, "ec_form"),
        ("ec_pass", "ec_form", "ethics_secretary", {"way": "meeting", "members": ["m"]}, {}, "ec_members"),
        ("ec_pass", "ec_form", "ethics_secretary", {"way": "exempt"}, {}, "ec_concl"),
        ("ec_all_in", "ec_members", SYSTEM, {}, {}, "ec_concl"),
        ("ec_close", "ec_members", "ethics_secretary", {}, {}, "ec_concl"),
        ("ec_conclude", "ec_concl", "ethics_secretary", {"decision": "agree"}, {}, "inst"),
        ("ec_conclude", "ec_concl", "ethics_secretary", {"decision": "agree_after"}, {}, "returned"),
        ("ec_conclude", "ec_concl", "ethics_secretary", {"decision": "again"}, {}, "returned"),
        ("ec_conclude", "ec_concl", "ethics_secretary", {"decision": "refuse"}, {}, "rejected"),
        ("approve", "inst", "institution_admin", {}, {}, "filed"),
        ("approve", "inst", "institution_admin", {}, {"cat.gcp_cell_product_attribute": "none"}, "filed"),
        ("approve", "inst", "institution_admin", {}, {"cat.gcp_cell_product_attribute": "stem_cell"}, "auth"),
        ("approve", "inst", "institution_admin", {}, {"cat.iit_product_attribute": "new_technology"}, "auth"),
        ("approve", "auth", "authority", {}, {}, "filed"),
        ("return", "inst", "institution_admin", {"reason": "缺附件"}, {}, "returned"),
    ],
)  # fmt: skip
def test_the_chain_of_a_study(
    command: str,
    state: str,
    role: str,
    said: Mapping[str, Any],
    answers: Mapping[str, Any],
    to: str,
) -> None:
    assert STUDY.step(command, state, [role], said, answers).to == to


@pytest.mark.parametrize("answer", ["cat.gcp_cell_product_attribute", "cat.iit_product_attribute"])
def test_what_sends_a_study_up_is_an_option_of_the_form(answer: str) -> None:
    approve = [s for s in STUDY.steps if s.command == "approve" and s.when]
    (condition,) = [s.when for s in approve if s.when]
    kind = FORMS["study"].field(answer).type
    codes = {o.code for o in getattr(kind, "options", ())}

    assert answer in condition.fields()
    assert any(condition.holds({answer: code}) for code in codes)
    assert not condition.holds({answer: "none"})


def test_what_was_concluded_reaches_the_answers_and_the_parties() -> None:
    said = {
        "decision": "agree",
        "approval_number": "伦审〔2026〕018号",
        "approval_date": "2026-11-20",
        "approval_document": {"x": document("批件.pdf")},
    }
    step = STUDY.step("ec_conclude", "ec_concl", ["ethics_secretary"], said)

    after = answers_after(step, {"basic.public_name": "名"}, said)
    assert after["attach.ethicsApprovalNumber"] == "伦审〔2026〕018号"
    assert after["basic.public_name"] == "名"


def test_a_party_named_again_replaces_and_an_empty_one_leaves() -> None:
    step = STUDY.step("submit", "returned", ["pi"], {"ethics_committee": "committee:b"})
    before: Parties = {"ethics_committee": ("committee:a",), "academic_committee": ("committee:z",)}

    after = parties_after(step, before, {"ethics_committee": "committee:b"})
    assert after == {"ethics_committee": ("committee:b",)}


# -- who holds a role, who reads ------------------------------------------------------------------

PI = Principal("person:1", "何平", "office:h", grants=(Grant("pi", "office:h"),))
SECRETARY = Principal("person:2", "周静", "office:h", grants=(Grant("ethics_secretary", "committee:e"),))  # fmt: skip
STRANGER = Principal("person:3", "外人", "office:x", grants=(Grant("pi", "office:x"), Grant("ethics_secretary", "committee:x")))  # fmt: skip
PARTIES: Parties = {
    "pi": ("person:1",),
    "institution": ("office:h",),
    "ethics_committee": ("committee:e",),
    "ethics_reviewer": ("person:4",),
}


def test_roles_are_held_in_person_or_by_a_grant_on_what_the_record_names() -> None:
    assert roles_on(PARTIES, PI) == {"pi"}
    assert roles_on(PARTIES, SECRETARY) == {"ethics_secretary"}
    assert roles_on(PARTIES, STRANGER) == set()
    assert roles_on(PARTIES, PI.acting_as("other")) == set()


def test_a_draft_is_read_by_its_authors_only() -> None:
    assert audience(STUDY, "draft", PARTIES) == {"person:1"}
    assert may_read(STUDY, "draft", PARTIES, PI)
    assert not may_read(STUDY, "draft", PARTIES, SECRETARY)
    assert may_read(STUDY, "ec_form", PARTIES, SECRETARY)
    assert not may_read(STUDY, "filed", PARTIES, STRANGER)


def test_a_record_waits_for_whoever_holds_it() -> None:
    assert waits_for(STUDY, "ec_form", PARTIES) == {"ethics_secretary@committee:e"}
    assert waits_for(STUDY, "ec_members", PARTIES) == {"person:4"}
    assert waits_for(STUDY, "ec_form", PARTIES) & keys_of(SECRETARY)
    assert not waits_for(STUDY, "ec_form", PARTIES) & keys_of(STRANGER)
    assert waits_for(STUDY, "filed", PARTIES) == set()


def test_feeds_are_those_of_the_person_their_offices_and_the_directory() -> None:
    assert feeds_of(SECRETARY) == ("committee:e", "directory", "person:2", "staff:h")
    assert "office:h" not in feeds_of(PI)


@pytest.mark.parametrize("role", ["ethics_secretary", "academic_secretary", "integrity_officer"])
def test_an_office_named_in_a_grant_of_another_kind_opens_no_feed(role: str) -> None:
    odd = replace(
        STRANGER, grants=(Grant(role, "office:h"), Grant(role, "directory"), Grant(role, ""))
    )
    assert feeds_of(odd) == ("directory", "person:3", "staff:x")


@pytest.mark.parametrize("role", ["institution_admin", "authority"])
def test_an_office_follows_itself_and_no_committee(role: str) -> None:
    office = Principal("office:h", "医院", "office:h", grants=(Grant(role, "office:h"), Grant(role, "committee:e")))  # fmt: skip
    assert feeds_of(office) == ("directory", "office:h", "staff:h")


def test_a_participating_institution_reads_what_it_is_told() -> None:
    site = Principal(
        "office:s", "医院", "office:s", grants=(Grant("institution_admin", "office:s"),)
    )
    parties = {**PARTIES, "site": ("office:s",)}
    assert roles_on(parties, site) == {"site_admin"}
    assert may_read(STUDY, "filed", parties, site)
    assert not may_read(STUDY, "inst", parties, site)


def test_whoever_founds_a_record_acts_on_it_before_the_registry_knows_it() -> None:
    committee = WORKFLOWS["committee"]
    parties = committee.parties_of_new("c", SECRETARY)
    new = Record(UUID(int=1), "committee", 1, "draft", parties=parties)
    assert committee.roles_in(new, SECRETARY) == {"ethics_secretary"}
    assert committee.roles_in(new, PI) == set()
    assert committee.roles_in(replace(new, revision=1), SECRETARY) == set()


def test_every_founder_can_take_a_first_step() -> None:
    for workflow in WORKFLOWS.values():
        for role in workflow.founders:
            grants = (Grant(role, "committee:c" if role.endswith("secretary") else "office:h"),)
            who = Principal("person:1", "林远", "office:h", grants=grants)
            parties = workflow.parties_of_new("r", who)
            new = Record(UUID(int=1), workflow.id, 1, workflow.start, parties=parties)
            steps = workflow.open_to(workflow.start, workflow.roles_in(new, who))
            assert steps, f"{role} begins a {workflow.id} and can do nothing"


def test_what_a_step_does_not_ask_decides_nothing() -> None:
    study = {"cat.iit_product_attribute": "new_technology"}
    said = {"cat.iit_product_attribute": "none"}
    assert STUDY.step("approve", "inst", ["institution_admin"], said, study).to == "auth"


def test_members_named_where_none_are_asked_for_do_not_decide() -> None:
    said = {"way": "exempt", "members": ["person:4"]}
    assert STUDY.step("ec_pass", "ec_form", ["ethics_secretary"], said).to == "ec_concl"


def test_a_new_record_engages_whoever_began_it() -> None:
    assert STUDY.parties_of_new("r", PI) == {"pi": ("person:1",), "institution": ("office:h",)}
    assert WORKFLOWS["person"].parties_of_new("r", PI)["self"] == ("person:r",)
    assert STUDY.may_begin(PI)
    assert not STUDY.may_begin(SECRETARY)
    assert not WORKFLOWS["opinion"].may_begin(PI)


def test_a_state_of_a_newer_program_is_told_by_its_name() -> None:
    assert STUDY.state("archived").words.zh == "archived"
    assert not STUDY.open_to("archived", ["pi"])


def test_who_has_nobody_above_asks_nobody_for_correction() -> None:
    institution = WORKFLOWS["institution"]

    def buttons(level: str) -> list[str]:
        answers = {"level": level}
        return [
            s.command for s in institution.open_to("active", ["authority_admin"], None, answers)
        ]

    assert "send_back" in buttons("province")
    assert "send_back" not in buttons("national")
    assert "save" in buttons("national")
    with pytest.raises(NotAllowed):
        institution.step(
            "send_back", "active", ["authority_admin"], {"feedback": "错"}, {"level": "national"}
        )
