"""干细胞机构备案 in the registry: institution, province, nation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.record import Answers, Record
from tests import builders
from tests.server.committees import CITY, HOSPITAL, refusal
from tests.server.province import Province, Refused, committee


@dataclass
class StemCells:
    province: Province
    id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        as_ = self.province.somebody
        self.secretary, self.hospital = as_("高原"), as_(HOSPITAL)
        self.above, self.nation = as_("长河省卫生健康委员会"), as_("国家卫生健康委员会")

    def does(self, command: str, **rest: Any) -> Record:
        return self.secretary.does(self.id, "stem_cell", command, "academic_secretary", **rest)

    def submitted(self, **changes: Any) -> Record:
        answers = builders.stem_cell_answers(
            **{
                "ethics_committee": committee("长河市第一人民医院伦理委员会"),
                "academic_committee": committee("长河市第一人民医院学术委员会"),
                **changes,
            }
        )
        self.secretary.brings(answers)
        self.does("save", answers=answers)
        return self.does("submit")

    def filed(self) -> Record:
        self.submitted()
        self.hospital.does(self.id, "stem_cell", "approve", "institution_admin")
        self.above.does(self.id, "stem_cell", "approve", "province")
        return self.nation.does(self.id, "stem_cell", "approve", "nation")


def test_a_stem_cell_institution_is_filed_by_institution_province_and_nation(
    province: Province,
) -> None:
    filing = StemCells(province)
    readers: list[set[str]] = []

    def look(record: Record) -> None:
        who = {"hospital": filing.hospital, "province": filing.above, "nation": filing.nation}
        readers.append({name for name, one in who.items() if one.can_read(record.id)})

    look(filing.submitted())
    look(filing.hospital.does(filing.id, "stem_cell", "approve", "institution_admin"))
    with pytest.raises(Refused):
        filing.nation.does(filing.id, "stem_cell", "approve", "nation")
    with pytest.raises(Refused):
        province.somebody(CITY).does(filing.id, "stem_cell", "approve", "province")
    look(filing.above.does(filing.id, "stem_cell", "approve", "province"))
    filed = filing.nation.does(filing.id, "stem_cell", "approve", "nation")

    assert filed.state == "filed"
    assert re.fullmatch(r"SC-\d{8}-0001", filed.number)
    assert readers == [
        {"hospital"}, {"hospital", "province"}, {"hospital", "province", "nation"},
    ]  # fmt: skip


MISSING: list[tuple[Answers, str]] = [
    ({"grade": "3b"}, "grade"),
    ({"ethics_committee": committee("长河省中医院伦理委员会")}, "ethics_committee"),
    ({"academic_committee": committee("长河市第一人民医院伦理委员会")}, "academic_committee"),
    ({"pledge_document": None}, "pledge_document"),
    ({"drug_trial_number": None}, "drug_trial_number"),
]


def test_a_stem_cell_filing_needs_what_the_rules_name(province: Province) -> None:
    for changes, wrong in MISSING:
        with pytest.raises(Refused) as refused:
            StemCells(province).submitted(**changes)

        assert wrong in refusal(refused)["details"]["problems"], changes


def test_a_stem_cell_filing_is_changed_undone_and_revoked(province: Province) -> None:
    filing = StemCells(province)
    filed = filing.filed()
    filing.does("change", said={"reason": "负责人变更。"})
    filing.does("save", edits={"responsible_person": ("高远", "江明")})
    assert filing.does("undo").answers == filed.answers

    said = {"reason": "条件不再具备。"}
    after = filing.nation.does(filing.id, "stem_cell", "revoke", "nation", said=said)
    assert after.state == "revoked"


def test_who_keeps_no_academic_committee_begins_no_stem_cell_filing(province: Province) -> None:
    ethics_secretary = province.somebody("周静")
    with pytest.raises(Refused) as refused:
        ethics_secretary.does(uuid4(), "stem_cell", "save", "academic_secretary", answers={})

    assert refusal(refused)["code"] == "not_allowed"
