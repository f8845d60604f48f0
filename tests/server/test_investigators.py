"""Investigators of other institutions: told to whoever fills in studies, gone when they go."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from alembic import command

from app.workflows.roles import INVESTIGATORS, investigators_of
from server import rounds
from server.accounts import Caller
from server.cards import AT_ONCE
from server.db import read
from server.migrations import configuration
from tests.server.province import Province, Somebody, Story, ident
from tests.server.test_people import opened, person

A, B = "长河市第一人民医院", "长河省中医院"
ADMIN = "institution_admin"
TOLD = {"ref", "kind", "name", "sort", "initials", "office", "department", "title", "roles"}


@pytest.fixture
def a(province: Province) -> Somebody:
    return province.somebody(A)


def caller(who: Somebody) -> Caller:
    return Caller(who.account, who.who, who.who.name, must_change=False, token="")


def asked(who: Somebody, *offices: UUID) -> dict[str, dict[str, dict[str, Any]]]:
    """What a round tells somebody who names the feeds of these institutions, by feed."""
    positions = {f"{INVESTIGATORS}{office}": 0 for office in offices}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for part in rounds.news(who.province.engine, caller(who), positions, 50_000, held=True):
        lines = part.split(b"\n")
        for head, body in zip(lines[:-1:2], lines[1::2], strict=False):
            line = orjson.loads(head)
            if line.get("feed", "").startswith(INVESTIGATORS):
                told = found.setdefault(line["feed"], {})
                told.pop(line["id"], None)
                told |= {line["id"]: orjson.loads(body)} if body else {}
    return found


def at(who: Somebody, office: str) -> set[str]:
    """The names of an institution's investigators, as somebody is told of them."""
    feed = investigators_of(f"office:{ident(office)}")
    return {card["name"] for card in asked(who, ident(office)).get(feed, {}).values()}


def test_an_investigator_of_another_hospital_is_told_with_what_a_picker_needs_only(
    province: Province,
) -> None:
    found = asked(province.somebody("林远"), ident(B))

    ((feed, cards),) = found.items()
    assert feed == f"investigators:{ident(B)}"
    (card,) = cards.values()
    assert (card["name"], card["initials"], card["kind"]) == ("陆遥", "ly", "investigator")
    assert (card["ref"], card["office"]) == (f"person:{ident('陆遥')}", f"office:{ident(B)}")
    assert (card["department"], card["title"], card["roles"]) == (
        "脾胃病科", "chief_physician", ["pi"],
    )  # fmt: skip
    assert set(card) == TOLD


def test_nobody_else_is_told_whatever_they_name(province: Province) -> None:
    for name in ("周静", "何平", A, B, "长河市卫生健康委员会"):
        assert asked(province.somebody(name), ident(A), ident(B)) == {}, name


def test_a_delegate_is_told_as_long_as_they_are_one(story: Story) -> None:
    nurse = story.province.somebody("沈兰")
    story.drafted()
    assert at(nurse, B) == set()

    said = {"delegate": f"person:{nurse.account}"}
    story.pi.does(story.study, "study", "authorise", "pi", said=said)
    assert at(nurse, B) == {"陆遥"}

    story.pi.does(story.study, "study", "withdraw", "pi", said={"delegates": list(said.values())})
    assert at(nurse, B) == set()


def test_nothing_is_told_unasked(province: Province) -> None:
    pi = province.somebody("林远")

    told = b"".join(rounds.news(province.engine, caller(pi), {}, 50_000, held=True))
    end = orjson.loads(told.splitlines()[-1])

    assert not [feed for feed in end["feeds"] if feed.startswith(INVESTIGATORS)]


def test_one_desk_asks_for_so_many_institutions_and_no_more(province: Province) -> None:
    pi = province.somebody("林远")
    names = [f"{INVESTIGATORS}{UUID(int=n)}" for n in range(AT_ONCE + 50)]

    who = caller(pi)
    told = read(province.engine, lambda session: rounds.readable(session, who, names))

    assert len([feed for feed in told if feed.startswith(INVESTIGATORS)]) == AT_ONCE


def test_an_investigator_leaves_with_the_role_the_account_and_the_place(
    province: Province, a: Somebody
) -> None:
    new, reader = uuid4(), province.somebody("陆遥")
    opened(a, new, person())
    assert at(reader, A) == {"林远", "苏晴", "张三"}

    a.does(new, "person", "set_roles", ADMIN, said={"roles": ["other"]})
    assert "张三" not in at(reader, A)
    a.does(new, "person", "set_roles", ADMIN, said={"roles": ["pi"]})
    assert "张三" in at(reader, A)
    a.does(new, "person", "disable", ADMIN, said={"reason": "长期外派。"})
    assert "张三" not in at(reader, A)
    a.does(new, "person", "enable", ADMIN)
    assert "张三" in at(reader, A)

    a.does(new, "person", "release", ADMIN, said={"reason": "调往省中医院。"})
    assert "张三" not in at(reader, A)
    b = province.somebody(B)
    whom = {name: (None, person()[name]) for name in ("name", "id_number")}
    b.does(uuid4(), "transfer", "request", ADMIN, edits=whom, said={"roles": ["pi"]})
    assert at(reader, B) == {"陆遥", "张三"}
    assert "张三" not in at(reader, A)


def test_a_registry_from_before_is_filled_by_its_migration(province: Province) -> None:
    pi = province.somebody("林远")
    before = asked(pi, ident(A), ident(B))
    assert len(before) == 2

    with province.engine.begin() as connection:
        command.downgrade(configuration(connection), "0004")
    assert asked(pi, ident(A), ident(B)) == {}
    with province.engine.begin() as connection:
        command.upgrade(configuration(connection), "head")

    assert asked(pi, ident(A), ident(B)) == before
    held = read(province.engine, lambda s: rounds.feeds.held(s, sorted(before)))
    for feed, (last, count, mark) in held.items():
        marks = [
            rounds.feeds.mark_of(ref, position)
            for position, ref in enumerate(sorted(before[feed]), start=1)
        ]
        assert (last, count, mark) == (len(marks), len(marks), sum(marks))
