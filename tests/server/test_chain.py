"""The chain of a study, step by step: who moves it, what follows, who reads it then."""

from __future__ import annotations

import re
from uuid import uuid5

import pytest

from app.record import Record
from tests import builders
from tests.server.province import Province, Refused, Story, committee, ident


def refusal(refused: pytest.ExceptionInfo[Refused]) -> dict[str, object]:
    error = refused.value.outcome.error
    assert error is not None
    assert error["message"]["zh"]
    assert error["message"]["en"]
    return error


def test_a_study_is_filed_and_numbered_after_ethics_and_institution(story: Story) -> None:
    states = [story.submitted().state, story.passed().state]
    for member in story.members:
        story.given(member)
    states += [story.concluded().state, story.approved().state]

    study = story.province.record(story.study)
    assert states == ["ec_form", "ec_members", "inst", "filed"]
    assert re.fullmatch(r"MR-43-\d\d-000001", study.number)
    assert study.answers["attach.ethicsApprovalNumber"] == "伦审〔2026〕研018号"
    assert study.parties["authority"] == (f"office:{ident('长河市卫生健康委员会')}",)
    assert [p.command for p in study.log] == [
        "submit", "ec_pass", "ec_all_in", "ec_conclude", "approve",
    ]  # fmt: skip
    assert [p.revision for p in study.log] == [2, 3, 4, 5, 6]


def test_only_those_engaged_read_a_study_while_it_moves(story: Story) -> None:
    everybody = {
        "pi": story.pi, "secretary": story.secretary, "member": story.members[0],
        "hospital": story.hospital, "city": story.city,
        "other hospital": story.province.somebody("长河省中医院"),
        "colleague": story.province.somebody("苏晴"),
    }  # fmt: skip

    def readers() -> set[str]:
        return {name for name, who in everybody.items() if who.can_read(story.study)}

    story.drafted()
    assert readers() == {"pi"}
    story.submitted()
    assert readers() == {"pi", "secretary", "hospital"}
    story.passed()
    assert readers() == {"pi", "secretary", "hospital", "member"}
    for member in story.members:
        story.given(member)
    story.concluded()
    story.approved()
    assert readers() == {"pi", "secretary", "hospital", "member", "city"}


def test_who_reads_a_study_no_more_is_told_that_it_is_gone(story: Story) -> None:
    story.submitted()
    story.passed()
    feed = f"person:{story.members[0].account}"
    for member in story.members:
        story.given(member)
    story.concluded("again")

    assert story.members[0].reads()[feed][str(story.study)] is None
    assert story.pi.can_read(story.study)
    assert story.province.record(story.study).parties.keys() == {
        "pi", "institution", "ethics_committee", "authority",
    }  # fmt: skip


def test_a_returned_study_goes_round_again_with_new_opinions(story: Story) -> None:
    story.submitted()
    said = {"reason": "请补充知情同意书的版本日期。"}
    story.secretary.does(story.study, "study", "return", "ethics_secretary", said=said)
    story.pi.does(
        story.study, "study", "save", "pi", edits={"basic.research_title": (
            story.province.record(story.study).answers["basic.research_title"], "改好的题目")}
    )  # fmt: skip
    story.submitted()
    first = story.passed()
    for member in story.members:
        story.given(member)
    story.concluded("again")
    story.submitted()
    second = story.passed()

    ids = {o.id for o in story.opinions()}
    expected = {
        uuid5(story.study, f"opinion:{passed.revision}:person:{member.account}")
        for passed in (first, second)
        for member in story.members
    }
    assert ids == expected
    assert sorted(o.state for o in story.opinions()) == ["asked", "asked", "given", "given"]


def test_assigned_members_get_an_opinion_of_their_own_to_write(story: Story) -> None:
    story.submitted()
    passed = story.passed()

    opinion = story.opinion_of(story.members[0])
    assert opinion.parent == story.study
    assert opinion.answers == {
        "study_title": builders.study_answers()["basic.research_title"],
        "study_revision": passed.revision,
        "member_name": "何平",
    }
    assert story.members[0].can_read(opinion.id)
    assert story.secretary.can_read(opinion.id)
    assert not story.members[1].can_read(opinion.id)
    assert not story.pi.can_read(opinion.id)


def test_the_study_waits_for_the_last_opinion(story: Story) -> None:
    story.submitted()
    story.passed()

    story.given(story.members[0])
    assert story.province.record(story.study).state == "ec_members"
    story.given(story.members[1], "agree_after")
    study = story.province.record(story.study)
    assert study.state == "ec_concl"
    assert (study.log[-1].command, study.log[-1].role) == ("ec_all_in", "system")


def test_closing_early_closes_what_was_not_given(story: Story) -> None:
    story.submitted()
    story.passed()
    story.given(story.members[0])

    story.secretary.does(story.study, "study", "ec_close", "ethics_secretary")

    assert story.province.record(story.study).state == "ec_concl"
    assert story.opinion_of(story.members[0]).state == "given"
    late = story.opinion_of(story.members[1])
    assert late.state == "closed"
    with pytest.raises(Refused) as refused:
        story.members[1].does(
            late.id,
            "opinion",
            "give",
            "ethics_member",
            answers={**late.answers, "opinion": "agree"},
        )
    assert refusal(refused)["code"] == "not_allowed"


def test_an_exempt_study_needs_no_members(story: Story) -> None:
    story.submitted()

    said = {"way": "exempt"}
    after = story.secretary.does(story.study, "study", "ec_pass", "ethics_secretary", said=said)

    assert after.state == "ec_concl"
    assert story.opinions() == []


def test_a_refused_study_ends(story: Story) -> None:
    story.submitted()
    story.passed()
    for member in story.members:
        story.given(member, "refuse")

    assert story.concluded("refuse").state == "rejected"
    with pytest.raises(Refused) as refused:
        story.submitted()
    assert refusal(refused)["details"] == {"reason": "state"}


def test_the_academic_committee_comes_first_where_it_was_chosen(story: Story) -> None:
    after = story.submitted(academic=True)
    assert after.state == "ac_form"
    assert not story.secretary.can_read(story.study)
    member = f"person:{ident('秦岭')}"

    said = {"members": [member]}
    story.academic.does(story.study, "study", "ac_pass", "academic_secretary", said=said)
    [opinion] = story.opinions()
    story.province.somebody("秦岭").does(
        opinion.id, "opinion", "give", "academic_member",
        answers={**opinion.answers, "opinion": "agree"},
    )  # fmt: skip
    said = {"decision": "agree"}
    after = story.academic.does(
        story.study, "study", "ac_conclude", "academic_secretary", said=said
    )

    assert after.state == "ec_form"
    assert story.secretary.can_read(story.study)
    assert not story.province.somebody("秦岭").can_read(story.study)


def test_stem_cells_go_up_to_the_authority(story: Story) -> None:
    story.submitted()
    story.passed()
    for member in story.members:
        story.given(member)
    story.concluded()
    sly = {"cat.gcp_cell_product_attribute": "none", "cat.iit_product_attribute": "none"}

    _set_answer(story, "cat.iit_product_attribute", "new_technology")
    after = story.hospital.does(story.study, "study", "approve", "institution_admin", said=sly)

    assert after.state == "auth"
    assert after.number == ""
    filed = story.city.does(story.study, "study", "approve", "authority")
    assert (filed.state, filed.number[:6]) == ("filed", "MR-43-")


def _set_answer(story: Story, name: str, value: str) -> None:
    """As if it had been filed so: the form has other answers that go with it."""
    from dataclasses import replace

    from sqlalchemy.orm import Session

    from server.books import Books, Deed
    from server.db import transact

    def work(session: Session) -> None:
        books = Books(session, story.province.now)
        record = books.find(story.study)
        assert record is not None
        changed = replace(record, answers={**record.answers, name: value})
        books.write(changed, record.state, Deed("test", "system", "", "system"))
        books.tell()

    transact(story.province.engine, work)


@pytest.mark.parametrize("member", ["林远", "苏晴"])
def test_who_works_on_a_study_does_not_review_it(story: Story, member: str) -> None:
    team = {"t0000001": {"person": f"person:{ident('苏晴')}", "name": "苏晴"}}
    story.submitted(impl__team_members={**builders.study_answers()["impl.team_members"], **team})

    with pytest.raises(Refused) as refused:
        story.passed(members=[f"person:{ident(member)}", f"person:{ident('何平')}"])

    error = refusal(refused)
    assert error["code"] == "invalid"
    assert error["details"]["code"] == "V-39"  # type: ignore[index]
    assert member in error["message"]["zh"]  # type: ignore[index]
    assert story.opinions() == []


def test_only_members_of_the_committee_review(story: Story) -> None:
    story.submitted()

    with pytest.raises(Refused) as refused:
        story.passed(members=[f"person:{ident(name)}" for name in ("何平", "宋诚")])

    assert "宋诚" in refusal(refused)["message"]["zh"]  # type: ignore[index]


def test_a_committee_that_is_not_filed_reviews_nothing(story: Story) -> None:
    story.drafted()

    with pytest.raises(Refused) as refused:
        story.pi.does(
            story.study, "study", "submit", "pi",
            said={"ethics_committee": committee("no such committee")},
        )  # fmt: skip

    assert refusal(refused)["details"] == {"problems": ["ethics_committee"]}
    assert story.province.record(story.study).state == "draft"


def test_an_incomplete_study_stays_a_draft(story: Story) -> None:
    story.drafted(basic__research_title=None)

    with pytest.raises(Refused) as refused:
        story.submitted()

    assert refusal(refused)["details"] == {"problems": ["basic.research_title"]}
    assert story.province.record(story.study).revision == 1


def test_participating_sites_read_the_study_once_it_is_filed(story: Story) -> None:
    tcm = story.province.somebody("长河省中医院")
    sites = builders.study_answers()["impl.participating_organization_repeat"]
    row = next(iter(sites.values()))
    picked = {
        **row,
        "impl.branch_organization_id": f"office:{ident('长河省中医院')}",
        "impl.branch_user_id": f"person:{ident('陆遥')}",
    }
    story.drafted(
        impl__multicenter_flag="yes", impl__multicenter_type="domestic",
        impl__organization_role="domestic_lead", impl__has_participating_branches="yes",
        impl__participating_organization_repeat={"s0000001": picked},
    )  # fmt: skip

    study = story.filed()

    assert study.parties["site"] == (f"office:{ident('长河省中医院')}",)
    assert tcm.can_read(story.study)
    assert story.province.somebody("陆遥").can_read(story.study)


def test_a_deleted_draft_is_in_no_list_and_its_history_stays(story: Story) -> None:
    story.drafted()

    story.pi.does(story.study, "study", "delete", "pi")

    assert not story.pi.can_read(story.study)
    assert story.province.record(story.study).answers
    with pytest.raises(Refused) as refused:
        story.pi.does(story.study, "study", "save", "pi")
    assert refusal(refused)["code"] == "not_found"


def test_the_log_keeps_what_was_said(story: Story) -> None:
    story.submitted()

    said = {"reason": "请补充。", "decision": "agree"}
    after: Record = story.secretary.does(
        story.study, "study", "return", "ethics_secretary", said=said
    )

    passage = after.log[-1]
    assert passage.said == {"reason": "请补充。"}
    assert (passage.before, passage.after, passage.name) == ("ec_form", "returned", "周静")


def test_a_committee_is_founded_filed_and_numbered(province: Province) -> None:
    founder = province.somebody("周静")
    new = ident("a second committee")
    answers = builders.committee_answers(name="长河市第一人民医院伦理委员会分会")
    founder.brings(answers)

    founder.does(new, "committee", "save", "ethics_secretary", answers=answers)
    founder.does(new, "committee", "submit", "ethics_secretary")
    province.somebody("长河市第一人民医院").does(new, "committee", "approve", "institution_admin")
    filed = province.somebody("长河市卫生健康委员会").does(new, "committee", "approve", "authority")

    assert re.fullmatch(r"EC-\d{8}-000[1-4]", filed.number)
    assert ("ethics_secretary", f"committee:{new}") in [
        (g.role, g.scope) for g in founder.who.grants
    ]
    assert province.somebody("陆遥").reads()["directory"][f"committee:{new}"]["state"] == "filed"
