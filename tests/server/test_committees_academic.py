"""Academic committees in the registry: kept by their secretary, without filing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.record import Record
from tests import builders
from tests.server.committees import member, members, refusal
from tests.server.province import Province, Refused, Story, committee


@dataclass
class Academic:
    province: Province
    id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.secretary = self.province.somebody("高原")

    def does(self, command: str, **rest: Any) -> Record:
        return self.secretary.does(
            self.id, "academic_committee", command, "academic_secretary", **rest
        )

    def established(self) -> Record:
        rows = {k: row for k, row in members().items() if row["duty"] != "secretary"}
        rows["s0000000"] = member("高原", "male", "secretary", "statistics")
        answers = builders.academic_committee_answers(name="第二学术委员会", members=rows)
        self.secretary.brings(answers)
        self.does("save", answers=answers)
        return self.does("establish")

    def seats(self, name: str) -> set[str]:
        grants = self.province.somebody(name).who.grants
        return {g.role for g in grants if g.scope == f"committee:{self.id}"}


def test_an_academic_committee_is_kept_by_its_secretary_without_filing(
    province: Province,
) -> None:
    academic = Academic(province)
    active = academic.established()

    assert (active.state, active.number) == ("active", "")
    assert academic.seats("秦岭") == {"academic_member"}
    card = province.somebody("林远").reads()["directory"][f"committee:{academic.id}"]
    assert (card["kind"], card["type"], card["state"]) == ("committee", "academic", "active")

    academic.does("change")
    answers = province.record(academic.id).answers
    rows = {k: row for k, row in answers["members"].items() if row["name"] != "秦岭"}
    academic.does("save", answers={**answers, "members": rows})
    assert academic.seats("秦岭") == {"academic_member"}, "not before it is in force"
    academic.does("complete")
    assert academic.seats("秦岭") == set()

    academic.does("close", said={"reason": "合并到新的委员会。"})
    assert province.somebody("林远").reads()["directory"][f"committee:{academic.id}"] is None
    assert academic.does("reopen").state == "active"


def test_a_study_goes_to_an_academic_committee_that_is_active_and_to_no_other(
    story: Story,
) -> None:
    academic = Academic(story.province)
    academic.established()
    said = {
        "ethics_committee": committee("长河市第一人民医院伦理委员会"),
        "academic_committee": f"committee:{academic.id}",
    }
    story.drafted()
    academic.does("close", said={"reason": "换届。"})
    with pytest.raises(Refused) as refused:
        story.pi.does(story.study, "study", "submit", "pi", said=said)
    assert refusal(refused)["details"]["problems"] == ["academic_committee"]

    academic.does("reopen")
    after = story.pi.does(story.study, "study", "submit", "pi", said=said)
    assert after.state == "ac_form"
