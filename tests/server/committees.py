"""A second ethics committee of the sample's hospital, as tests speak of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.record import Answers, Record
from server.sample import ident
from tests import builders
from tests.server.province import Province, Refused

HOSPITAL, CITY = "长河市第一人民医院", "长河市卫生健康委员会"
TERM = {"term_from": "2026-01-01", "term_to": "2029-12-31"}
STAFF = (
    ("周静", "female", "secretary", "medicine"), ("何平", "male", "chair", "medicine"),
    ("沈兰", "female", "vice_chair", "nursing"), ("马骏", "male", "member", "pharmacy"),
    ("顾言", "male", "member", "statistics"), ("秦岭", "male", "member", "medicine"),
    ("高原", "male", "member", "statistics"),
)  # fmt: skip
OUTSIDERS = (("方正", "male", "law"), ("许文", "female", "bioethics"))


def member(name: str, sex: str, duty: str, expertise: str, **more: str) -> Answers:
    row = {"name": name, "sex": sex, "duty": duty, "field": expertise, "source": "own", **TERM}
    return {**row, "person": f"person:{ident(name)}", **more}


def members() -> Answers:
    rows = {f"a{n:07}": member(*who) for n, who in enumerate(STAFF)}
    for n, (name, sex, expertise) in enumerate(OUTSIDERS):
        rows[f"b{n:07}"] = member(
            name, sex, "member", expertise, source="outside", employer="长河大学"
        )
    return rows


def invited(name: str, number: str, **more: Any) -> Answers:
    """One row of what is said to add somebody from outside."""
    row = {
        "name": name, "id_kind": "id_card", "id_number": number, "sex": "male", "duty": "member",
        "field": "law", "source": "outside", "employer": "长河律师事务所", **TERM, **more,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value is not None}


@dataclass
class Committee:
    """A second ethics committee of the sample's hospital, and those who move it."""

    province: Province
    id: UUID = field(default_factory=uuid4)
    name: str = "长河市第一人民医院临床试验伦理委员会"

    def __post_init__(self) -> None:
        as_ = self.province.somebody
        self.secretary, self.hospital, self.city = as_("周静"), as_(HOSPITAL), as_(CITY)

    @property
    def ref(self) -> str:
        return f"committee:{self.id}"

    @property
    def record(self) -> Record:
        return self.province.record(self.id)

    def does(self, command: str, **rest: Any) -> Record:
        return self.secretary.does(self.id, "committee", command, "ethics_secretary", **rest)

    def drafted(self, **changes: Any) -> Record:
        answers = builders.committee_answers(name=self.name, members=members(), **changes)
        self.secretary.brings(answers)
        return self.does("save", answers=answers)

    def reviewed(self) -> Record:
        self.hospital.does(self.id, "committee", "approve", "institution_admin")
        return self.city.does(self.id, "committee", "approve", "authority")

    def filed(self) -> Record:
        self.drafted()
        self.does("submit")
        return self.reviewed()

    def changed(self, answers: Answers) -> Record:
        self.does("change", said={"reason": "委员调整。"})
        return self.does("save", answers=answers)

    def without(self, name: str) -> Answers:
        answers = self.record.answers
        kept = {k: row for k, row in answers["members"].items() if row["name"] != name}
        return {**answers, "members": kept}

    def seats(self, name: str) -> set[str]:
        grants = self.province.somebody(name).who.grants
        return {grant.role for grant in grants if grant.scope == self.ref}

    def card(self) -> Any:
        return self.city.reads()["directory"].get(self.ref)


def refusal(refused: pytest.ExceptionInfo[Refused]) -> dict[str, Any]:
    error = refused.value.outcome.error
    assert error is not None
    assert error["message"]["zh"]
    assert error["message"]["en"]
    return error
