# ruff: noqa: UP031, E501 -- bodies of requests, one case a line
"""What an honest desk never sends: none of it is a fault of the registry, none of it opens a door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.sample import PASSWORD
from sync.protocol import VERSION_HEADER
from tests import builders
from tests.server.province import Province, Refused, Story, committee

SAVING = {"form": "study", "form_version": 1, "base_revision": 0, "command": "save", "role": "pi"}


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    with TestClient(
        create_app(province.engine, province.archive), raise_server_exceptions=False
    ) as client:
        yield client


def signed_in(client: TestClient, **more: str) -> dict[str, str]:
    body = {"login": "13800000009", "password": PASSWORD, "desk": "odd", **more}
    answer = client.post("/v1/session", json=body)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_odd_bytes_in_requests_are_no_fault(client: TestClient) -> None:
    headers = signed_in(client, desk="o\x00dd", desk_name="\x00", login="13800000009\x00")
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    for version in (b"\xb2", b"9" * 5000, b"-1", b""):
        told = client.get("/v1/session", headers=[*sent, (VERSION_HEADER.encode(), version)])
        assert told.status_code == 426, version[:5]
    for sha in ("%00", "..", "A" * 64, "é"):
        assert client.get(f"/v1/files/{sha}/head", headers=headers).status_code == 404
    for position in (2**70, -(2**70)):
        asked = {"positions": {"directory": position}}
        assert client.post("/v1/news", headers=headers, json=asked).status_code == 200
    deep = b'{"changes":' + b"[" * 5000 + b"]" * 5000 + b"}"
    told = client.post(
        "/v1/changes", headers={**headers, "Content-Type": "application/json"}, content=deep
    )
    assert 400 <= told.status_code < 500


HALF = '"\\ud800"'
DEEP = "[" * 400 + "]" * 400


@pytest.mark.parametrize(
    "what",
    [
        '"edits":{"basic.research_title":[null,%s]}' % value
        for value in (HALF, "NaN", "1e999", DEEP, '{"a":1}', str(2**80), f'"{"x" * 10_000_000}"')
    ]
    + [
        '"edits":{"basic.research_title":[%s,"x"]}' % value
        for value in (HALF, "NaN", DEEP, '{"a":1}', str(2**80))
    ]
    + [
        '"edits":{},"command":"submit","said":{"ethics_committee":%s}' % value
        for value in (HALF, DEEP, str(2**80), '"committee:------------------------------------"')
    ]
    + ['"edits":{},"form_version":0', '"edits":{},"form_version":-99999999999999999999999']
    + ['"edits":{"basic.research_title":[null,"x"]},"base_revision":%d' % 2**80],
)
def test_an_odd_change_is_refused_for_good_and_holds_up_no_other(
    client: TestClient, what: str
) -> None:
    headers = signed_in(client)
    ids = [str(uuid4()) for _ in range(2)]
    same = '"form":"study","form_version":1,"base_revision":0,"command":"save","role":"pi",'
    odd = f'{{{same}"change_id":"{ids[0]}","record_id":"{uuid4()}",{what}}}'
    good = f'{{{same}"change_id":"{ids[1]}","record_id":"{uuid4()}","edits":{{}}}}'
    body = f'{{"changes":[{odd},{good}]}}'.encode()

    answer = client.post(
        "/v1/changes", headers={**headers, "Content-Type": "application/json"}, content=body
    )

    assert answer.status_code == 200, answer.text[:200]
    first, second = answer.json()["outcomes"]
    assert first["result"] == "refused"
    assert first["error"]["code"] not in ("faulty", "try_later"), first["error"]
    assert second["result"] == "done"


def test_a_document_is_not_had_by_naming_it_in_what_is_said(story: Story) -> None:
    story.submitted(academic=True)
    story.academic.does(story.study, "study", "ac_pass", "academic_secretary")
    foreign = builders.document("别人的.pdf", version="V9")
    said = {"decision": "refuse", "reason": "不同意。", "academic_document": {"c1": foreign}}

    with pytest.raises(Refused) as refused:
        story.academic.does(story.study, "study", "ac_conclude", "academic_secretary", said=said)

    assert (refused.value.outcome.error or {})["details"]["files"] == [foreign["sha256"]]


@pytest.mark.parametrize("said", [{"number": "MR-1"}, {"state": "filed"}, {"parties": {}}])
def test_what_no_step_asks_for_is_not_heard(story: Story, said: dict[str, Any]) -> None:
    story.drafted()
    chosen = {"ethics_committee": committee("长河市第一人民医院伦理委员会"), **said}
    record = story.pi.does(story.study, "study", "submit", "pi", said=chosen)
    assert (record.number, record.state) == ("", "ec_form")
    assert not {*said} & {*record.answers, *record.log[-1].said}


@pytest.mark.parametrize(
    "path",
    [
        "attach.ethicsApprovalNumber",
        "state",
        "number",
        "parties",
        "parties/pi",
        "log",
        "__class__",
        "/basic.research_title",
        "basic.research_title/",
        "impl.team_members/r/no such/name",
        "impl.team_members/no row/name",
        "impl.team_members//name",
        "impl.team_members/r",
    ],
)
def test_no_edit_reaches_what_is_not_asked_in_the_form(story: Story, path: str) -> None:
    story.drafted()
    with pytest.raises(Refused):
        story.pi.does(story.study, "study", "save", "pi", edits={path: (None, "x")})


def test_a_typed_site_is_no_feed(story: Story) -> None:
    group = "impl.participating_organization_repeat"
    site = {"impl.branch_organization_id": "directory", "impl.branch_user_id": "committee:x"}
    rows = builders.study_answers()[group]
    story.drafted(**{group: {key: {**row, **site} for key, row in rows.items()}})
    record = story.filed()
    named = {name for names in record.parties.values() for name in names}
    assert not {"directory", "committee:x"} & named


@pytest.mark.parametrize(
    "answers",
    [
        {"mobile": "长河省中医院"},
        {"email": "13800000001"},
        {"mobile": "1" * 300},
        {"id_number": "9" * 300},
    ],
)
def test_nobody_takes_anothers_login_or_an_endless_one(
    province: Province, answers: dict[str, str]
) -> None:
    pi = province.somebody("林远")
    before = province.record(pi.account).answers
    with pytest.raises(Refused) as refused:
        pi.does(pi.account, "person", "save", "self", answers={**before, **answers})
    assert (refused.value.outcome.error or {})["code"] == "invalid"
