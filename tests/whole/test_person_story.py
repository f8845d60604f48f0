"""A person between institutions: what each desk holds after each step, on real desks.

Hospital A opens the account and moves the person out; B takes them in; the secretary of C's
committee gives them a seat; B gives a second role, and takes one away while they are offline.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from app.errors import NotAllowed
from app.record import Answers
from server.sample import PASSWORD, _uscc, ident
from tests import builders
from tests.whole.conftest import Opened
from tests.whole.desks import Desk
from tests.whole.registry_process import RegistryProcess
from tests.whole.test_chain import login, reads

A, B, C = "长河市儿童医院", "长河省中医院", "长河市第一人民医院"
CITY, ADMIN, SECRETARY = "长河市卫生健康委员会", "institution_admin", "ethics_secretary"
COMMITTEE = ident("长河市第一人民医院伦理委员会")
WHO: Answers = builders.person_answers(
    name="谢岚", mobile="13900000088", email="xielan@hospital.example", certificates=None
)
SEAT: Answers = {
    "name": WHO["name"], "id_kind": WHO["id_kind"], "id_number": WHO["id_number"],
    "sex": WHO["sex"], "duty": "member", "field": "medicine", "source": "other_institution",
    "employer": B, "term_from": "2026-01-01", "term_to": "2028-12-31",
}  # fmt: skip
TITLE = "basic.research_title"


def children() -> Answers:
    return {
        "level": "hospital", "name": A, "uscc": _uscc("12430000900000001"), "kind": "general",
        "grade": "3a", "management": "local",
    }  # fmt: skip


def draft(who: Desk, title: str) -> UUID:
    return who.copy.begin("study", {TITLE: title}, role="pi").id


def roles(who: Desk) -> set[str]:
    return set(who.copy.principal().roles())


def unsent(who: Desk) -> list[tuple[str, str]]:
    return [(item.title, item.state) for item in who.copy.outbox()]


def sent(*desks: Desk) -> None:
    for desk in desks:
        report = desk.sync()
        assert (report.refused, report.clashes) == ([], []), report


@pytest.mark.timeout(120)
def test_the_story_of_a_person(  # noqa: PLR0915 -- one story
    registry_on_each: RegistryProcess, open_desk: Opened
) -> None:
    registry = registry_on_each
    city, b, c, secretary = (open_desk(registry, who) for who in (CITY, B, C, login(1)))
    sent(city, b, c, secretary)

    # The authority opens hospital A; its own desk opens the account of a person.
    office = city.copy.begin("institution", children(), role="authority").id
    said: Answers = {"password": PASSWORD}
    city.copy.perform(office, "open", answers=children(), said=said, role="authority")
    sent(city)
    a = open_desk(registry, A)
    sent(a)
    assert a.copy.principal().roles() == (ADMIN,)
    assert a.copy.get(office).answers["registrar"] == f"office:{ident(CITY)}"
    person = a.copy.begin("person", WHO, role=ADMIN).id
    a.copy.perform(
        person, "open", answers=WHO, said={"roles": ["pi"], "password": PASSWORD}, role=ADMIN
    )
    sent(a)
    who = open_desk(registry, WHO["mobile"])
    sent(who)
    assert (who.copy.principal().office_name, roles(who)) == (A, {"pi"})
    assert who.copy.get(person).answers["id_number"] == WHO["id_number"]
    assert [reads(desk, person) for desk in (a, b, c, city, secretary)] == [True] + [False] * 4

    # Two drafts at A: one is sent, one is typed on a train.
    known = draft(who, "达格列净用于心力衰竭的研究")
    sent(who)
    alone = draft(who, "列车上写的研究")
    who.do(known, "save", "pi", answers={TITLE: "达格列净用于心力衰竭的随机对照研究"})

    # 移出: A holds nothing of them any more, they hold what is their own, and nothing is lost.
    a.do(person, "release", ADMIN, said={"reason": "调往省中医院。"})
    sent(a)
    assert not reads(a, person)
    report = who.sync()
    assert roles(who) == set()
    assert who.copy.principal().office_name == ""
    assert who.copy.get(person).state == "released"
    assert sorted(unsent(who)) == [
        ("列车上写的研究", "refused"), ("达格列净用于心力衰竭的随机对照研究", "refused"),
    ]  # fmt: skip
    assert len(report.refused) == 2
    for item in who.copy.outbox():
        assert item.error is not None, "why it was not taken is told beside it, in words"
        assert item.error.words.zh
        assert item.error.words.en
    assert reads(who, known), "what has unsent words in it stays"
    with pytest.raises(NotAllowed):
        draft(who, "已不是任何机构的人员")

    # 移入 at B by name and number together; nobody has to agree. Then they are pi again.
    moving: Answers = {"name": WHO["name"], "id_number": WHO["id_number"]}
    move = b.copy.begin("transfer", moving, role=ADMIN).id
    b.copy.perform(move, "request", answers=moving, said={"roles": ["pi"]}, role=ADMIN)
    sent(b)
    assert b.copy.get(move).state == "done"
    assert b.copy.get(person).answers["roles"] == ["pi"]
    assert [reads(desk, person) for desk in (a, b, c)] == [False, True, False]
    who.sync()
    assert (who.copy.principal().office_name, roles(who)) == (B, {"pi"})
    colleague = open_desk(registry, login(28))
    sent(colleague)
    assert [card["name"] for card in colleague.copy.cards("person", "xl")] == [WHO["name"]]

    # The secretary of C's committee gives them a seat, from outside; C and the city approve it.
    secretary.do(COMMITTEE, "change", SECRETARY, said={"reason": "增补外聘委员。"})
    people = {"people": {"s0000001": SEAT}}
    secretary.do(COMMITTEE, "seat", SECRETARY, said=people)
    sent(secretary)
    seated = secretary.copy.get(COMMITTEE).answers["members"].values()
    assert f"person:{person}" in {row.get("person") for row in seated}, "found, not made again"
    assert roles(who) == {"pi"}, "until the change is filed the seat gives no right"
    secretary.do(COMMITTEE, "submit", SECRETARY)
    sent(secretary, c)
    c.do(COMMITTEE, "approve", ADMIN)
    sent(c, city)
    city.do(COMMITTEE, "approve", "authority")
    sent(city, who, b)
    assert roles(who) == {"pi", "ethics_member"}
    assert not reads(c, person), "an external member's numbers stay with their own institution"
    assert b.copy.get(person).parties["institution"] == (f"office:{ident(B)}",)

    # B gives a second role beside it.
    b.do(person, "set_roles", ADMIN, said={"roles": ["pi", "academic_secretary"]})
    sent(b, who)
    assert roles(who) == {"pi", "academic_secretary", "ethics_member"}
    at_b = draft(who, "在中医院开始的研究")
    sent_study = draft(who, "已上报的研究")
    who.sync()
    assert reads(who, at_b)

    # Offline: one draft is typed on, while B takes the role of an investigator away.
    who.do(at_b, "save", "pi", answers={TITLE: "在中医院开始、离线修改的研究"})
    b.do(person, "set_roles", ADMIN, said={"roles": ["academic_secretary"]})
    sent(b)
    who.sync()
    assert roles(who) == {"academic_secretary", "ethics_member"}
    assert not reads(who, sent_study), "what they may no longer read has left the desk"
    kept = {item.record_id: item for item in who.copy.outbox()}
    assert kept[at_b].state == "refused"
    assert kept[at_b].error is not None
    assert "角色" in kept[at_b].error.words.zh
    assert who.copy.get(at_b).answers[TITLE] == "在中医院开始、离线修改的研究"
    with pytest.raises(NotAllowed):
        who.copy.begin("study", {TITLE: "又一项研究"}, role="pi")
    assert alone in kept, "nothing that was typed is thrown away by a program"

    for desk in (a, b, c, city, secretary, who, colleague):
        assert desk.copy.is_sound()
    registry.stop()
    assert registry.faults() == "ok"
