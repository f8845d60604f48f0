"""A new study from an earlier one: what goes over, and what stays with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.answers import flat
from app.exchange import earlier
from app.exchange.ctgov import study_from as of_ctgov
from app.forms import FORMS
from app.forms.schema import Files, Rows
from app.forms.types import Date

FOLDER = Path(__file__).parents[2] / "data" / "exchange" / "clinicaltrials_gov"
STUDY = FORMS["study"]


def answered() -> dict[str, Any]:
    body = json.loads((FOLDER / "NCT06032936.json").read_text("utf-8"))
    made = of_ctgov(body).answers
    made["cat.implementing_organization"] = "长河市第一人民医院"
    made["attach.research_protocol_file"] = {
        "f1": {"name": "方案.pdf", "sha256": "a" * 64, "version": "1.0", "date": "2024-01-01"}
    }
    made["attach.ethicsApprovalNumber"] = "2024伦审001"
    return made


def test_what_describes_the_study_goes_over_and_what_happened_to_it_stays() -> None:
    answers = answered()
    found = earlier.study_from(answers, "MR-43-24-000001")

    assert found.answers["basic.research_title"] == answers["basic.research_title"]
    assert found.answers["design.inclusion_criteria"] == answers["design.inclusion_criteria"]
    reasons = {n.source: n.reason for n in found.not_taken}
    assert reasons["basic.research_start_time"] == earlier.DAY
    assert reasons["recruit.recruitment_status"] == earlier.PROGRESS
    assert reasons["other.other_platform_records"] == earlier.NUMBERS
    assert reasons["attach.research_protocol_file"] == earlier.DOCUMENT
    assert reasons["attach.ethicsApprovalNumber"] == earlier.OF_REVIEW
    assert reasons["cat.implementing_organization"] == earlier.ACCOUNT
    assert not set(found.answers) & set(reasons)


def test_every_answer_is_taken_or_told_and_no_day_or_document_goes_over() -> None:
    answers = answered()
    found = earlier.study_from(answers, "x")

    spoken = {t.source for t in found.taken} | {n.source for n in found.not_taken}
    silent = [
        path for path in flat(answers)
        if path not in spoken and path.partition("/")[0] not in spoken
    ]  # fmt: skip
    assert not silent
    for path in flat(found.answers):
        assert not any(isinstance(f.type, Date | Files) for f in STUDY.at(path)), path


def test_the_title_is_to_be_changed_but_not_that_of_a_template() -> None:
    assert [w.message for w in earlier.study_from(answered(), "x").warnings] == [
        earlier.SAME_TITLE
    ] * len([f for f in STUDY.title_fields if answered().get(f)])
    assert earlier.study_from(answered(), "x", is_template=True).warnings == ()


def test_a_picked_site_stays_linked() -> None:
    group = STUDY.field("impl.participating_organization_repeat")
    assert isinstance(group.type, Rows)
    row = {
        "impl.branch_organization_name": "长河省中医院",
        "impl.branch_organization_id": "office:1",
    }

    found = earlier.study_from({group.id: {"r1": row}}, "x")

    assert found.answers[group.id]["r1"] == row


def test_nothing_gives_nothing() -> None:
    found = earlier.study_from({}, "x")

    assert (found.answers, found.taken, found.not_taken) == ({}, (), ())
