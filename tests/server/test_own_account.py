"""One's own account over HTTP: 登录日志, desks, rule of passwords, audit log of an office."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import SignedOut
from server import accounts
from server.app import create_app
from server.sample import PASSWORD
from tests.server.province import Province, Somebody, ident
from tests.server.test_permissions_walk import Walk, walk

__all__ = ["walk"]

HOSPITAL, CITY, TCM = "长河市第一人民医院", "长河市卫生健康委员会", "长河省中医院"
LOGIN = "13800000002"


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    with TestClient(create_app(province.engine, province.archive)) as client:
        yield client


def signed_in(
    client: TestClient, login: str, *, desk: str = "desk-1", name: str = "办公室电脑"
) -> dict[str, str]:
    who = {"login": login, "password": PASSWORD, "desk": desk, "desk_name": name}
    answer = client.post("/v1/session", json=who)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def events(client: TestClient, me: dict[str, str]) -> list[tuple[str, str]]:
    found = client.get("/v1/account/events", headers=me).json()["events"]
    return [(event["event"], event["desk_name"]) for event in found]


def test_everybody_reads_who_came_to_their_own_door(client: TestClient) -> None:
    wrong = {"login": LOGIN, "password": "Wrong2026", "desk": "x", "desk_name": "陌生电脑"}
    client.post("/v1/session", json=wrong)
    me = signed_in(client, LOGIN)
    other = signed_in(client, "13800000003")
    client.post(
        "/v1/password", headers=me, json={"old": PASSWORD, "new": "Changhe2027"}
    ).raise_for_status()

    assert events(client, me) == [
        ("changed", "办公室电脑"), ("in", "办公室电脑"), ("wrong", "陌生电脑"),
    ]  # fmt: skip
    assert events(client, other) == [("in", "办公室电脑")]


def test_the_log_is_read_page_by_page(client: TestClient) -> None:
    me = [signed_in(client, LOGIN, desk=f"desk-{n}", name=f"{n}") for n in range(5)][-1]

    first = client.get("/v1/account/events?limit=2", headers=me).json()["events"]
    rest = client.get("/v1/account/events", params={"beyond": first[-1]["id"]}, headers=me).json()[
        "events"
    ]

    assert len(first) == 2
    assert {e["desk_name"] for e in first} | {e["desk_name"] for e in rest} >= {"0", "4"}
    assert not {e["desk_name"] for e in first} & {e["desk_name"] for e in rest}


def test_several_desks_are_listed_and_one_is_ended_from_afar(client: TestClient) -> None:
    here = signed_in(client, LOGIN, name="办公室电脑")
    lost = signed_in(client, LOGIN, desk="desk-2", name="遗失的笔记本")

    desks = client.get("/v1/account/desks", headers=here).json()["desks"]
    assert {(d["name"], d["is_this"]) for d in desks} == {
        ("办公室电脑", True),
        ("遗失的笔记本", False),
    }
    wanted = next(d["id"] for d in desks if not d["is_this"])
    stranger = signed_in(client, "13800000003")
    assert client.delete(f"/v1/account/desks/{wanted}", headers=stranger).status_code == 404
    assert client.delete(f"/v1/account/desks/{wanted}", headers=here).status_code == 204

    assert client.get("/v1/session", headers=lost).status_code == 401
    assert client.get("/v1/session", headers=here).status_code == 200
    assert events(client, here)[0] == ("ended", "遗失的笔记本")


def test_the_rule_of_passwords_grows_by_the_national_account_only(client: TestClient) -> None:
    nation = signed_in(client, "国家卫生健康委员会")
    me = signed_in(client, LOGIN)
    stronger = {"shortest": 10, "longest": 32, "kinds": 3}

    for login in (CITY, HOSPITAL, "13800000003"):
        asker = signed_in(client, login)
        assert client.put("/v1/password-rule", headers=asker, json=stronger).status_code == 403
    for weaker in ({"shortest": 4}, {"kinds": 1}, {"longest": 10}, {"shortest": 40}):
        rule = {"shortest": 6, "longest": 14, "kinds": 2, **weaker}
        assert client.put("/v1/password-rule", headers=nation, json=rule).status_code == 422
    assert client.put("/v1/password-rule", headers=nation, json=stronger).json() == stronger

    assert client.get("/v1/password-rule", headers=me).json() == stronger
    change = {"old": PASSWORD, "new": "Abc123"}
    refused = client.post("/v1/password", headers=me, json=change)
    assert refused.status_code == 422
    assert "10 到 32 位" in refused.json()["message"]["zh"]
    change["new"] = "Changhe2027longer"
    assert client.post("/v1/password", headers=me, json=change).status_code == 200


def test_what_was_done_at_one_moment_is_read_page_by_page_and_nothing_twice(
    province: Province, client: TestClient
) -> None:
    hospital, he = province.somebody(HOSPITAL), ident("何平")
    for n in range(7):  # the clock of the sample stands: all are of one moment, as an import's are
        said = {"reason": f"第 {n} 次核对。"}
        hospital.does(he, "person", "reveal", "institution_admin", said=said)
    me = signed_in(client, HOSPITAL)

    read: list[str] = []
    beyond: dict[str, str] = {}
    while True:
        page = client.get("/v1/audit", params={"limit": "3", **beyond}, headers=me).json()["events"]
        if not page:
            break
        read += [event["reason"] for event in page]
        beyond = {"beyond": page[-1]["id"]}

    assert read == [f"第 {n} 次核对。" for n in reversed(range(7))]


def test_what_concerns_two_offices_is_told_once_to_whom_reads_of_both(
    province: Province, client: TestClient
) -> None:
    city, said = province.somebody(CITY), {"reason": "许可证到期。"}
    city.does(ident(HOSPITAL), "institution", "disable", "authority", said=said)

    found = client.get("/v1/audit", headers=signed_in(client, CITY)).json()["events"]

    assert [(e["command"], e["reason"]) for e in found] == [("disable", "许可证到期。")]
    assert set(found[0]["office"].split("、")) == {CITY, HOSPITAL}


def test_an_office_reads_what_was_done_in_it_and_above_what_was_done_below(
    province: Province, client: TestClient
) -> None:
    hospital = province.somebody(HOSPITAL)
    he = ident("何平")
    hospital.does(he, "person", "reveal", "institution_admin", said={"reason": "核对证件。"})
    hospital.does(
        he, "person", "reset_password", "institution_admin",
        said={"reason": "本人申请。", "password": "Again2026"},
    )  # fmt: skip

    def log(login: str) -> list[dict[str, Any]]:
        answer = client.get("/v1/audit", headers=signed_in(client, login))
        found: list[dict[str, Any]] = answer.json()["events"]
        return found

    own = log(HOSPITAL)
    assert [(e["command"], e["subject"], e["reason"]) for e in own] == [
        ("reset_password", "何平", "本人申请。"), ("reveal", "何平", "核对证件。"),
    ]  # fmt: skip
    assert "Again2026" not in str(own)
    assert [e["command"] for e in log(CITY)] == ["reset_password", "reveal"]
    assert log(TCM) == log("林远".replace("林远", "13800000009")) == []


def test_nobody_reads_the_door_the_desks_or_the_log_of_others(walk: Walk) -> None:
    """Every role at every place asks each operation of an account: only their own answers."""
    tried = 0
    for asker in walk.people:
        desks = walk.ask(asker, "GET", "/account/desks").json()["desks"]
        assert [(d["name"], d["is_this"]) for d in desks] == [("", True)], asker.name
        assert walk.ask(asker, "GET", "/account/events").json()["events"] == []
        foreign = walk.ask(asker, "DELETE", "/account/desks/0123456789abcdef")
        assert foreign.status_code == 404
        rule = {"shortest": 8, "longest": 20, "kinds": 3}
        assert walk.ask(asker, "PUT", "/password-rule", json=rule).status_code == 403
        assert walk.ask(asker, "GET", "/password-rule").json()["kinds"] == 2
        assert walk.ask(asker, "GET", "/audit").json()["events"] == []
        tried += 6
    sys.stdout.write(f"\naccounts: {tried} requests, 0 differences\n")


def test_a_session_of_an_account_that_is_gone_is_no_session(province: Province) -> None:
    hospital = province.somebody(HOSPITAL)
    somebody = Somebody(province, "")
    somebody.account = hospital.account
    with pytest.raises(SignedOut):
        accounts.caller_of(province.engine, "", province.now)
