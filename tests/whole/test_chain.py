"""One study from its draft to its number, at desks that work offline and meet in the registry."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app.errors import NotFound
from app.record import Answers
from local_db import Query
from server.sample import ident
from tests import builders
from tests.whole.conftest import Opened
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE, Desk
from tests.whole.registry_process import RegistryProcess
from ui.records.lists import MY_SITES

COMMITTEE = f"committee:{ident('长河市第一人民医院伦理委员会')}"
TCM = "长河省中医院"
TITLE = "basic.research_title"
SECRETARY_ROLE, MEMBER_ROLE = "ethics_secretary", "ethics_member"


def login(n: int) -> str:
    """The mobile number of somebody of the sample."""
    return f"138000{n:05}"


def with_documents(desk: Desk, answers: Answers) -> Answers:
    """The same answers, whose documents are PDFs that this desk really has."""
    answers = copy.deepcopy(answers)
    for row in list(_documents(answers)):
        content = f"%PDF-1.7\n% {row['name']} {row['version']}\n%%EOF\n".encode()
        row |= {"sha256": desk.copy.add_file(content), "size": len(content)}
    return answers


def _documents(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "sha256" in value:
            yield value
        for inner in value.values():
            yield from _documents(inner)


def study_of(desk: Desk) -> Answers:
    answers = builders.study_answers()
    answers["impl.team_members"]["t0000001"] |= {
        "person": f"person:{ident('林远')}",
        "name": "林远",
    }
    site = answers["impl.participating_organization_repeat"]["b0000001"]
    site |= {
        "impl.branch_organization_id": f"office:{ident(TCM)}",
        "impl.branch_user_id": f"person:{ident('陆遥')}",
        "impl.branch_user_name": "陆遥",
    }
    return with_documents(desk, answers)


def opinion_at(desk: Desk, study: UUID) -> UUID:
    (opinion,) = (o for o in desk.copy.children(study, "opinion") if o.state == "asked")
    return opinion.id


def reads(desk: Desk, study: UUID) -> bool:
    try:
        desk.copy.get(study)
    except NotFound:
        return False
    return True


@pytest.mark.timeout(120)
def test_a_study_goes_from_draft_to_number_and_everybody_reads_what_is_theirs(  # noqa: PLR0915 -- one story
    registry_on_each: RegistryProcess, open_desk: Opened
) -> None:
    registry = registry_on_each
    pi, secretary, hospital = (open_desk(registry, who) for who in (login(9), login(1), HOSPITAL))
    lu = open_desk(registry, login(28))
    he, shen, gone = (open_desk(registry, login(n)) for n in (2, 3, 6))
    tcm, stranger, colleague = (open_desk(registry, who) for who in (TCM, login(21), login(10)))
    everybody = (pi, secretary, hospital, he, shen, gone, tcm, stranger, colleague, lu)

    def all_sync() -> None:
        for desk in (*everybody, *everybody):  # what the last one sends, the first one hears
            report = desk.sync()
            assert report.refused == []
            assert report.clashes == []

    def readers() -> set[str]:
        return {desk.copy.principal().name for desk in everybody if reads(desk, study)}

    # Places, committees and colleagues are there to be picked, before any network is needed again.
    all_sync()
    assert {card["name"] for card in pi.copy.cards("committee")} >= {
        "长河市第一人民医院伦理委员会", "长河省中医院伦理委员会",
    }  # fmt: skip
    assert [card["name"] for card in pi.copy.cards("person", "sq")] == ["苏晴"]
    card = secretary.copy.card(COMMITTEE)
    assert card is not None
    assert f"person:{ident('何平')}" in {row.get("person") for row in card["members"]}
    assert pi.copy.cards("person", "江月") == [], "people of other institutions are not copied"
    assert not pi.copy.investigators("luy", office=f"office:{ident(TCM)}").cards

    # The other hospital takes part: its investigators are asked for, and here from then on.
    pi.copy.want_investigators(f"office:{ident(TCM)}")
    all_sync()
    (picked,) = pi.copy.investigators("luy", office=f"office:{ident(TCM)}").cards
    assert (picked["ref"], picked["office_name"]) == (f"person:{ident('陆遥')}", TCM)

    # Offline: drafted with its documents and submitted in one go.
    study = pi.copy.begin("study", study_of(pi), role="pi").id
    pi.copy.perform(study, "submit", said={"ethics_committee": COMMITTEE}, role="pi")
    assert pi.copy.get(study).state == "ec_form"
    report = pi.sync()
    assert (report.sent, report.files_sent) == (2, 4)
    all_sync()
    assert readers() == {"林远", "周静", HOSPITAL}
    protocol = next(iter(pi.copy.get(study).answers["attach.research_protocol_file"].values()))
    assert secretary.copy.file(protocol["sha256"]) == pi.copy.file(protocol["sha256"])

    # Returned with a reason, corrected, submitted again.
    reason = "请在题目中写明随访时间。"
    secretary.do(study, "return", SECRETARY_ROLE, said={"reason": reason})
    all_sync()
    assert pi.copy.get(study).state == "returned"
    assert pi.copy.get(study).log[-1].said == {"reason": reason}
    better = f"{pi.copy.get(study).answers[TITLE]}（随访 24 周）"
    pi.do(study, "save", "pi", answers={TITLE: better})
    pi.do(study, "submit", "pi", said={"ethics_committee": COMMITTEE})
    all_sync()

    # A first round with one member, closed early: afterwards it is not this member's any more.
    assign = {"way": "expedited", "members": [f"person:{ident(n)}" for n in ("马骏", "顾言")]}
    secretary.do(study, "ec_pass", SECRETARY_ROLE, said=assign)
    all_sync()
    assert readers() == {"林远", "周静", HOSPITAL, "马骏"}
    assert gone.client.get_file(protocol["sha256"]) == pi.copy.file(protocol["sha256"])
    secretary.do(study, "ec_close", SECRETARY_ROLE)
    secretary.sync()
    again = {"decision": "again", "reason": "请补充随访安排。"}
    secretary.do(study, "ec_conclude", SECRETARY_ROLE, said=again)
    all_sync()
    assert readers() == {"林远", "周静", HOSPITAL}
    with pytest.raises(NotFound):
        gone.client.get_file(protocol["sha256"])

    # A second round: one opinion given offline, one after it, and the study goes on by itself.
    pi.do(study, "submit", "pi", said={"ethics_committee": COMMITTEE})
    all_sync()
    assign["members"] = [f"person:{ident('何平')}", f"person:{ident('沈兰')}"]
    secretary.do(study, "ec_pass", SECRETARY_ROLE, said=assign)
    all_sync()
    mine = opinion_at(he, study)
    given = {"opinion": "agree_after", "comments": "请补充低血糖的处理办法。", "consent": "change"}
    he.do(mine, "give", MEMBER_ROLE, answers=given)
    assert [item.state for item in he.copy.outbox()] == ["waiting"]
    shen.do(opinion_at(shen, study), "give", MEMBER_ROLE, answers={"opinion": "agree"})
    shen.sync()
    assert secretary.sync().received
    assert secretary.copy.get(study).state == "ec_members", "one opinion is still on its way"
    all_sync()
    assert secretary.copy.get(study).state == "ec_concl"
    assert not reads(shen, mine), "members do not read each other's opinions"
    opinions = secretary.copy.children(study, "opinion")
    assert sorted(o.state for o in opinions) == ["closed", "closed", "given", "given"]

    # The conclusion, with its number, its day and the document; then the institution.
    conclusion: Answers = {
        "decision": "agree",
        "approval_number": "伦审〔2026〕研018号", "approval_date": "2026-11-20",
        "approval_document": {"c0000001": builders.document("伦理批件.pdf")},
    }  # fmt: skip
    conclusion = with_documents(secretary, conclusion)
    secretary.do(study, "ec_conclude", SECRETARY_ROLE, said=conclusion)
    all_sync()
    assert hospital.copy.get(study).state == "inst"
    hospital.do(study, "approve", HOSPITAL_ROLE)
    all_sync()

    here = {desk.copy.principal().name: desk for desk in everybody if reads(desk, study)}
    assert set(here) == {"林远", "周静", HOSPITAL, "何平", "沈兰", TCM, "陆遥"}
    sites = MY_SITES.query(lu.copy.principal())
    assert [row.head.title for row in lu.copy.rows(sites).rows] == [better]
    records = [desk.copy.get(study) for desk in here.values()]
    assert all(record == records[0] for record in records)
    assert records[0].state == "filed"
    assert re.fullmatch(r"MR-43-\d\d-000001", records[0].number)
    assert records[0].answers["attach.ethicsApprovalNumber"] == "伦审〔2026〕研018号"
    assert records[0].answers[TITLE] == better
    assert [p.command for p in records[0].log] == [
        "submit", "return", "submit", "ec_pass", "ec_close", "ec_conclude", "submit", "ec_pass",
        "ec_all_in", "ec_conclude", "approve",
    ]  # fmt: skip
    for desk in here.values():
        (row,) = desk.copy.rows(Query("study", text=records[0].number)).rows
        assert row.head.title == better
    for desk in everybody:
        assert desk.copy.outbox() == []
        assert desk.copy.is_sound()
    registry.stop()
    assert registry.faults() == "ok"
