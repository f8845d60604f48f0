"""What becomes of a change: once, in turns, judged by itself, whatever is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from server.db import read
from server.tables import DoneRow, RevisionRow
from sync.protocol import Change, Outcome
from tests import builders
from tests.server.province import Province, Refused, Story, at_once, committee, ident


def revisions(province: Province, record: UUID) -> int:
    counted = select(func.count()).select_from(RevisionRow).where(RevisionRow.record == record)
    return int(read(province.engine, lambda session: session.scalar(counted)) or 0)


def error_of(outcome: Outcome) -> dict[str, Any]:
    assert outcome.result == "refused"
    assert outcome.error is not None
    assert outcome.error["message"]["zh"]
    assert outcome.error["message"]["en"]
    return outcome.error


def test_a_repeat_gets_the_same_answer_and_does_nothing(story: Story) -> None:
    story.drafted()
    change = story.pi.change(
        story.study, "study", "submit", "pi",
        said={"ethics_committee": committee("长河市第一人民医院伦理委员会")},
    )  # fmt: skip

    first = story.pi.send(change)
    again = story.pi.send(change)

    assert first.result == "done"
    assert again == first
    assert revisions(story.province, story.study) == 2


def test_a_refusal_is_repeated_even_when_it_would_be_done_by_now(story: Story) -> None:
    story.drafted()
    change = story.secretary.change(
        story.study, "study", "ec_pass", "ethics_secretary", said={"way": "exempt"}
    )
    first = story.secretary.send(change)
    story.submitted()

    again = story.secretary.send(change)

    assert error_of(again) == error_of(first)
    assert story.province.record(story.study).state == "ec_form"


def test_the_same_change_sent_at_once_is_done_once(story: Story) -> None:
    record, answers = uuid4(), builders.study_answers()
    story.pi.brings(answers)
    change = story.pi.change(record, "study", "save", "pi", answers=answers)
    outcomes: list[Outcome] = []

    at_once([lambda: outcomes.append(story.pi.send(change)) for _ in range(6)])

    assert {o.result for o in outcomes} == {"done"}
    assert all(o == outcomes[0] for o in outcomes)
    assert revisions(story.province, record) == 1


def test_an_answer_is_for_whoever_made_the_change(story: Story) -> None:
    story.drafted()
    change = story.pi.change(story.study, "study", "save", "pi")
    story.pi.send(change)

    error = error_of(story.province.somebody("苏晴").send(change))

    assert error["details"] == {"reason": "principal"}


def test_people_who_change_different_answers_at_once_are_all_heard(story: Story) -> None:
    story.drafted()
    standing = story.province.record(story.study)
    fields = [
        "basic.research_title", "impl.applicant_name", "impl.applicant_telephone",
        "impl.applicant_email", "impl.applicant_address", "impl.applicant_organization",
    ]  # fmt: skip
    new = ["新题目", "新联系人", "0731-84321999", "new@example.com", "新地址", "新单位"]
    edits = [
        {name: (standing.answers.get(name), value)} for name, value in zip(fields, new, strict=True)
    ]
    outcomes: list[Outcome] = []

    def one(edit: dict[str, Any]) -> None:
        change = story.pi.change(story.study, "study", "save", "pi", edits=edit, standing=standing)
        outcomes.append(story.pi.send(change))

    at_once([lambda edit=edit: one(edit) for edit in edits])

    assert [o.result for o in outcomes] == ["done"] * 6
    after = story.province.record(story.study)
    assert [after.answers[name] for name in fields] == new
    assert after.revision == standing.revision + 6


def test_the_same_answer_changed_by_two_clashes_and_brings_theirs(story: Story) -> None:
    story.drafted()
    standing = story.province.record(story.study)
    old = standing.answers["basic.research_title"]
    here = {"standing": standing}
    story.pi.does(
        story.study, "study", "save", "pi", edits={"basic.research_title": (old, "甲")}, **here
    )

    mine = story.pi.change(
        story.study, "study", "save", "pi", edits={"basic.research_title": (old, "乙")}, **here
    )
    outcome = story.pi.send(mine)

    assert outcome.result == "clash"
    assert outcome.clashes == ("basic.research_title",)
    assert outcome.record is not None
    assert outcome.record["answers"]["basic.research_title"] == "甲"
    assert story.province.record(story.study).revision == standing.revision + 1


def test_a_decision_counts_only_for_what_was_read(story: Story) -> None:
    read_then = story.submitted()
    said = {"reason": "请补充知情同意书。"}
    story.secretary.does(story.study, "study", "return", "ethics_secretary", said=said)
    story.submitted()

    late = story.secretary.change(
        story.study, "study", "ec_pass", "ethics_secretary",
        said={"way": "exempt"}, standing=read_then,
    )  # fmt: skip
    error = error_of(story.secretary.send(late))

    assert error["code"] == "conflict"
    assert story.province.record(story.study).state == "ec_form"


def test_what_one_did_oneself_one_has_seen(story: Story) -> None:
    """The hospital approves; the opinion of its own office was made on the same revision."""
    submitted = story.submitted()
    said = {"way": "exempt"}
    story.secretary.does(story.study, "study", "ec_pass", "ethics_secretary", said=said)
    said = {"decision": "again", "reason": "请补充。"}

    after = story.secretary.does(
        story.study, "study", "ec_conclude", "ethics_secretary", said=said, standing=submitted
    )

    assert after.state == "returned"


def test_a_revision_that_nobody_has_seen_yet_is_not_decided_on(story: Story) -> None:
    story.submitted()
    change = story.secretary.change(
        story.study, "study", "ec_pass", "ethics_secretary", said={"way": "exempt"}
    ).model_copy(update={"base_revision": 99})

    assert error_of(story.secretary.send(change))["code"] == "conflict"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"form": "no_such_form"}, "not_found"),
        ({"command": "no_such_command"}, "not_allowed"),
        ({"form_version": 99}, "try_later"),
        ({"role": "ethics_secretary"}, "not_allowed"),
        ({"role": "no such role"}, "not_allowed"),
        ({"edits": {"no.such.field": (None, "x")}}, "invalid"),
        ({"edits": {"impl.team_members": (None, "x")}}, "invalid"),
        ({"edits": {"impl.team_members/t1": (None, "x")}}, "invalid"),
        ({"edits": {"impl.team_members/../name": (None, "x")}}, "invalid"),
        ({"edits": {"impl.team_members//name": (None, "x")}}, "invalid"),
        ({"edits": {"basic.research_title/": (None, True)}}, "invalid"),
        ({"edits": {"basic.research_title": (None, {"a": 1})}}, "invalid"),
        ({"edits": {"basic.research_title": (None, 2**70)}}, "invalid"),
        ({"edits": {"basic.research_title": (None, float("inf"))}}, "invalid"),
        ({"edits": {"basic.research_title": (None, "x" * 200_001)}}, "invalid"),
        ({"edits": {"attach.ethicsApprovalNumber": (None, "x")}}, "not_allowed"),
    ],
)
def test_what_cannot_be_is_refused_in_words(story: Story, what: dict[str, Any], code: str) -> None:
    story.drafted()
    change = story.pi.change(story.study, "study", "save", "pi")

    error = error_of(story.pi.send(change.model_copy(update=what)))

    assert error["code"] == code
    assert story.province.record(story.study).revision == 1


def test_under_review_nothing_is_edited(story: Story) -> None:
    submitted = story.submitted()
    old = submitted.answers["basic.research_title"]

    change = story.secretary.change(
        story.study, "study", "ec_pass", "ethics_secretary",
        said={"way": "exempt"}, edits={"basic.research_title": (old, "别的题目")},
    )  # fmt: skip
    error = error_of(story.secretary.send(change))

    assert error["code"] == "not_allowed"
    assert "研究题目" in error["message"]["zh"] or "题目" in error["message"]["zh"]
    assert story.province.record(story.study).answers["basic.research_title"] == old


def test_a_step_that_asks_is_not_taken_without_its_answers(story: Story) -> None:
    story.submitted()

    with pytest.raises(Refused) as refused:
        story.secretary.does(story.study, "study", "return", "ethics_secretary", said={})

    assert error_of(refused.value.outcome)["details"] == {"problems": ["reason"]}


def test_an_empty_row_keeps_its_place(story: Story) -> None:
    story.drafted()

    after = story.pi.does(
        story.study, "study", "save", "pi", edits={"impl.team_members/ab12cd34/": (None, True)}
    )

    assert after.answers["impl.team_members"]["ab12cd34"] == {}


def test_whoever_may_not_begin_a_record_does_not(province: Province) -> None:
    error = error_of(
        province.somebody("周静").send(
            province.somebody("周静").change(uuid4(), "study", "save", "pi")
        )
    )

    assert error["code"] == "not_allowed"


def test_nobody_makes_an_opinion_for_themself(story: Story) -> None:
    story.submitted()
    change = story.members[0].change(
        uuid4(), "opinion", "save", "ethics_member", parent=story.study
    )

    assert error_of(story.members[0].send(change))["code"] == "not_allowed"


def test_who_may_not_read_a_record_learns_nothing_of_it(story: Story) -> None:
    story.drafted()
    stranger = story.province.somebody("苏晴")

    known = error_of(stranger.send(stranger.change(story.study, "study", "save", "pi")))
    mismatched = error_of(stranger.send(stranger.change(story.study, "committee", "save", "pi")))
    unknown = error_of(
        stranger.send(
            stranger.change(uuid4(), "study", "save", "pi").model_copy(update={"base_revision": 3})
        )
    )

    assert known == mismatched == unknown
    assert known["code"] == "not_found"


def test_a_change_that_fails_leaves_nothing_but_its_answer(province: Province) -> None:
    hospital, new = province.somebody("长河市第一人民医院"), uuid4()
    answers = hospital.brings(builders.person_answers(mobile="13800000002"))
    change = hospital.change(
        new, "person", "open", "institution_admin",
        answers=answers,
        said={"roles": ["pi"], "password": "zs_123456"},
    )  # fmt: skip

    error = error_of(hospital.send(change))

    assert error["code"] == "invalid"
    assert revisions(province, new) == 0
    assert not hospital.can_read(new)
    kept = select(func.count()).select_from(DoneRow).where(DoneRow.change == change.change_id)
    assert read(province.engine, lambda session: session.scalar(kept)) == 1


def test_a_draft_names_only_documents_that_one_may_have(story: Story) -> None:
    story.drafted()
    thief, answers = story.province.somebody("苏晴"), builders.study_answers()

    change: Change = thief.change(uuid4(), "study", "save", "pi", answers=answers)
    error = error_of(thief.send(change))

    assert error["code"] == "try_later"
    assert error["details"]["reason"] == "file"
    thief.brings(answers)
    assert thief.send(change).result == "done", "it is judged anew once the documents are there"


def test_every_change_of_a_person_carries_who_did_it(story: Story) -> None:
    story.drafted()
    rows = select(RevisionRow.actor, RevisionRow.role, RevisionRow.command).where(
        RevisionRow.record == story.study
    )

    found = read(story.province.engine, lambda session: session.execute(rows).all())

    assert [tuple(row) for row in found] == [(f"person:{ident('林远')}", "pi", "save")]
