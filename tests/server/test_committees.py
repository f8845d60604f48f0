"""Ethics committees in the registry: filed, changed, undone, ended."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from server.db import read
from server.sample import ident
from server.tables import RevisionRow
from tests import builders
from tests.server.committees import CITY, HOSPITAL, Committee, members, refusal
from tests.server.province import Province, Refused, Story, committee


@pytest.fixture
def ethics(province: Province) -> Committee:
    return Committee(province)


# -- the chain ---------------------------------------------------------------------------


def test_a_committee_is_filed_by_secretary_institution_and_authority(ethics: Committee) -> None:
    filed = ethics.filed()

    assert [(p.command, p.after) for p in filed.log] == [
        ("submit", "inst"), ("approve", "auth"), ("approve", "filed"),
    ]  # fmt: skip
    assert re.fullmatch(r"EC-\d{8}-\d{4}", filed.number)
    assert filed.parties["authority"] == (f"office:{ident(CITY)}",)
    assert filed.answers["institution_name"] == HOSPITAL
    card = ethics.card()
    assert (card["type"], card["state"], card["number"]) == ("ethics", "filed", filed.number)


def test_who_reads_a_committee_while_it_moves(ethics: Committee) -> None:
    readers = {
        "secretary": ethics.secretary, "hospital": ethics.hospital, "city": ethics.city,
        "other hospital": ethics.province.somebody("长河省中医院"),
        "investigator": ethics.province.somebody("林远"),
    }  # fmt: skip

    def now() -> set[str]:
        return {name for name, who in readers.items() if who.can_read(ethics.id)}

    ethics.drafted()
    assert now() == {"secretary"}
    ethics.does("submit")
    assert now() == {"secretary", "hospital", "city"}
    ethics.reviewed()
    assert now() == {"secretary", "hospital", "city"}


@pytest.mark.parametrize("by", ["institution", "authority"])
def test_a_returned_committee_is_mended_and_goes_round_again(ethics: Committee, by: str) -> None:
    ethics.drafted()
    ethics.does("submit")
    said = {"reason": "请补充章程的版本日期。"}
    if by == "authority":
        ethics.hospital.does(ethics.id, "committee", "approve", "institution_admin")
        back = ethics.city.does(ethics.id, "committee", "return", "authority", said=said)
    else:
        back = ethics.hospital.does(
            ethics.id, "committee", "return", "institution_admin", said=said
        )
    assert (back.state, back.number) == ("returned", "")
    assert back.log[-1].said == said

    ethics.does("save", edits={"office_address": (back.answers["office_address"], "新河路2号")})
    assert ethics.does("submit").state == "inst"
    assert ethics.reviewed().state == "filed"


def test_a_committee_too_small_is_not_taken(ethics: Committee) -> None:
    rows = members()
    del rows["a0000003"], rows["a0000004"]
    ethics.drafted()
    ethics.does("save", answers={**ethics.record.answers, "members": rows})

    with pytest.raises(Refused) as refused:
        ethics.does("submit")

    assert refusal(refused)["details"]["problems"] == ["members"]


def test_a_branch_needs_the_filed_main_committee_of_its_own_institution(ethics: Committee) -> None:
    branch = {"branch": "branch", "main_committee": committee("长河省中医院伦理委员会")}
    ethics.drafted(**branch)
    with pytest.raises(Refused) as refused:
        ethics.does("submit")
    assert refusal(refused)["details"]["problems"] == ["main_committee"]

    own = committee("长河市第一人民医院伦理委员会")
    ethics.does("save", answers={**ethics.record.answers, "main_committee": own})
    assert ethics.does("submit").state == "inst"


def test_a_draft_that_was_never_filed_is_deleted_and_one_that_was_is_not(
    ethics: Committee,
) -> None:
    ethics.drafted()
    ethics.does("delete")
    assert not ethics.secretary.can_read(ethics.id)

    other = Committee(ethics.province)
    other.filed()
    other.changed(other.without("秦岭"))
    with pytest.raises(Refused) as refused:
        other.does("delete")
    assert refusal(refused)["code"] == "not_allowed"


# -- change, undo, end ---------------------------------------------------------------------


def test_what_was_filed_stays_in_force_until_the_change_is_approved(ethics: Committee) -> None:
    filed = ethics.filed()
    ethics.changed({**ethics.without("秦岭"), "name": "改名后的伦理委员会"})

    assert ethics.card()["name"] == filed.answers["name"]
    assert ethics.seats("秦岭") == {"ethics_member"}
    ethics.does("submit")
    assert ethics.card()["name"] == filed.answers["name"]
    after = ethics.reviewed()

    assert after.number == filed.number
    assert ethics.card()["name"] == "改名后的伦理委员会"
    assert ethics.seats("秦岭") == set()
    assert [p.command for p in after.log[-4:]] == ["change", "submit", "approve", "approve"]
    assert after.in_force is None


def test_a_change_that_is_undone_leaves_no_trace_but_in_the_history(ethics: Committee) -> None:
    filed = ethics.filed()
    ethics.changed({**ethics.without("秦岭"), "name": "改名后的伦理委员会"})

    after = ethics.does("undo")

    assert (after.state, after.answers) == ("filed", filed.answers)
    assert ethics.seats("秦岭") == {"ethics_member"}
    names = read(
        ethics.province.engine,
        lambda session: session.scalars(
            select(RevisionRow.answers).where(RevisionRow.record == ethics.id)
        ).all(),
    )
    assert any("改名后的伦理委员会".encode() in answers for answers in names)


def test_nothing_changed_is_nothing_to_submit(ethics: Committee) -> None:
    ethics.filed()
    ethics.does("change", said={"reason": "先看看。"})

    with pytest.raises(Refused) as refused:
        ethics.does("submit")

    assert refusal(refused)["details"]["reason"] == "unchanged"


def test_a_change_may_be_returned_and_then_undone(ethics: Committee) -> None:
    filed = ethics.filed()
    ethics.changed(ethics.without("秦岭"))
    ethics.does("submit")
    said = {"reason": "请说明秦岭退出的原因。"}
    ethics.hospital.does(ethics.id, "committee", "return", "institution_admin", said=said)

    assert ethics.does("undo").answers == filed.answers


def test_a_revoked_committee_takes_no_new_study(story: Story) -> None:
    ref = committee("长河市第一人民医院伦理委员会")
    city, city_id = story.city, ident("长河市第一人民医院伦理委员会")
    story.drafted()
    said = {"reason": "机构撤并。"}

    after = city.does(city_id, "committee", "revoke", "authority", said=said)

    assert after.state == "revoked"
    assert story.pi.reads()["directory"][ref] is None
    with pytest.raises(Refused) as refused:
        story.submitted()
    assert refusal(refused)["details"]["problems"] == ["ethics_committee"]


def test_a_study_in_review_goes_on_when_its_committee_is_revoked(story: Story) -> None:
    story.submitted()
    story.passed()
    ec = ident("长河市第一人民医院伦理委员会")
    story.city.does(ec, "committee", "revoke", "authority", said={"reason": "机构撤并。"})

    for who in story.members:
        story.given(who)

    assert story.concluded().state == "inst"


def test_a_study_is_sent_to_a_committee_that_is_just_being_changed(story: Story) -> None:
    ec = ident("长河市第一人民医院伦理委员会")
    said = {"reason": "委员换届。"}
    story.secretary.does(ec, "committee", "change", "ethics_secretary", said=said)

    assert story.submitted().state == "ec_form"
    assert story.passed().state == "ec_members"


def test_a_yearly_report_is_added_to_what_is_filed(ethics: Committee) -> None:
    ethics.filed()
    report = {"document": {"r0000001": builders.document("2025年度报告.pdf")}}
    ethics.secretary.brings(report)
    said = {"year": 2025, "date": "2026-02-10", **report}
    ethics.does("report", said=said)
    after = ethics.does("report", said={**said, "date": "2026-03-01"})

    assert after.state == "filed"
    assert after.answers["yearly_reports"] == {"y2025": {**said, "date": "2026-03-01"}}
    with pytest.raises(Refused) as refused:
        ethics.does("report", said={**said, "year": 2099})
    assert refusal(refused)["details"]["problems"] == ["year"]
