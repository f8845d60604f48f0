"""Offline packages: done once as their maker would have, refused unread where anything is wrong."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest
from fastapi.testclient import TestClient

from app.errors import Conflict, NotFound
from app.exchange import package
from app.exchange.package import Contents, Envelope, Keys, Opened, Public
from app.record import Answers
from server import packages
from server.app import create_app
from server.moments import clock
from server.packages import OLDEST
from server.sample import PASSWORD
from tests import builders
from tests.server.province import Province, ident

PI, SECRETARY, HOSPITAL = "13800000009", "13800000001", "长河市第一人民医院"


@pytest.fixture
def province_url(request: pytest.FixtureRequest) -> str:
    """On SQLite, where a test does not ask for more."""
    name = "postgres" if getattr(request, "param", "") == "postgresql" else "sqlite"
    return str(request.getfixturevalue(f"{name}_province_url"))


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    app = create_app(province.engine, province.archive)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


class Desk:
    """Somebody's computer: signed in once, so that the registry knows its keys."""

    def __init__(self, client: TestClient, login: str = PI, name: str = "desk") -> None:
        self.client, self.keys, self.serial = (
            client,
            Keys(hashlib.sha256(name.encode()).digest()),
            0,
        )
        body = {"login": login, "password": PASSWORD, "desk": name}
        token = client.post("/v1/session", json=body).json()["token"]
        self.headers = {"Authorization": f"Bearer {token}"}
        told = self.client.put(
            "/v1/desk-keys",
            json={"keys": base64.b64encode(self.keys.public.keys).decode()},
            headers=self.headers,
        )
        assert told.status_code == 200, told.text
        self.registry = Public(base64.b64decode(told.json()["keys"]))

    def makes(self, *changes: dict[str, Any], **rest: Any) -> Made:
        """A package of these changes, not sent yet."""
        self.serial += 1
        seconds = int(rest.pop("at", datetime.now(UTC)).timestamp())
        documents: list[bytes] = rest.pop("documents", [])
        named = tuple((hashlib.sha256(d).hexdigest(), len(d)) for d in documents)
        manifest = {"version": 1, "changes": list(changes)}
        made = Made(
            Envelope(
                "package", uuid4(), self.serial, seconds, self.keys.public.name,
                self.registry.name,
            ),
            Contents(manifest, named, [[d] for d in documents]),
            self,
        )  # fmt: skip
        return replace(made, **rest)

    def brings(self, content: bytes) -> httpx2.Response:
        return self.client.post("/v1/packages", content=content, headers=self.headers)

    def reads(self, receipt: bytes) -> dict[str, Any]:
        file = io.BytesIO(receipt)
        envelope = package.examine(file, len(receipt))
        package.prove(file, len(receipt), self.registry)
        assert (envelope.kind, envelope.reader) == ("receipt", self.keys.public.name)
        return Opened(file, self.keys).manifest


@dataclass(frozen=True)
class Made:
    envelope: Envelope
    contents: Contents
    desk: Desk
    keys: Keys | None = None
    reader: Public | None = None
    noise: dict[int, int] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        keys, reader = self.keys or self.desk.keys, self.reader or self.desk.registry
        sealed = io.BytesIO()
        package.seal(sealed, self.envelope, self.contents, keys, reader)
        return sealed.getvalue()


@pytest.fixture
def desk(client: TestClient) -> Desk:
    return Desk(client)


def save(record: UUID, title: str, was: str | None = None, **rest: Any) -> dict[str, Any]:
    return {
        "change_id": str(uuid4()), "record_id": str(record), "form": "study", "form_version": 1,
        "base_revision": 0, "command": "save", "role": "pi",
        "edits": {"basic.research_title": [was, title]}, **rest,
    }  # fmt: skip


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.status_code >= 400, answer.content[:100]
    body = answer.json()
    assert body["message"]["zh"]
    assert body["message"]["en"]
    return answer.status_code, body["details"].get("reason", body["code"])


# -- what it does ------------------------------------------------------------------------


@pytest.mark.parametrize("province_url", ["sqlite", "postgresql"], indirect=True)
def test_a_package_brought_by_somebody_else_is_done_as_its_maker_would_have(
    client: TestClient, desk: Desk, province: Province
) -> None:
    counter, study, other = Desk(client, HOSPITAL, "counter"), uuid4(), uuid4()
    made = desk.makes(save(study, "一"), save(study, "二", "一"), save(other, "另一项"))

    answer = counter.brings(made.content)

    assert answer.status_code == 200, answer.text
    receipt = desk.reads(answer.content)
    assert [o["result"] for o in receipt["outcomes"]] == ["done"] * 3
    record = province.record(study)
    assert (record.revision, record.answers["basic.research_title"]) == (2, "二")
    assert record.parties["pi"] == (f"person:{ident('林远')}",)
    with pytest.raises(Exception, match=r"altered|改动"):
        Opened(io.BytesIO(answer.content), counter.keys)


def test_documents_come_with_it_and_may_be_named(desk: Desk, province: Province) -> None:
    answers: Answers = builders.study_answers()
    needed = dict.fromkeys(_documents(answers))
    edits = {key: [None, value] for key, value in _paths(answers)}
    study = uuid4()
    made = desk.makes(
        {**save(study, ""), "edits": edits}, documents=[*needed, b"%PDF-1.7\n" + bytes(3_000_000)]
    )

    receipt = desk.reads(desk.brings(made.content).content)

    assert [o["result"] for o in receipt["outcomes"]] == ["done"], receipt["outcomes"]
    assert receipt["not_kept"] == []
    for content in needed:
        assert province.archive.has(hashlib.sha256(content).hexdigest())


def test_behind_a_change_that_was_not_done_nothing_more_is_done_on_its_record(
    desk: Desk, province: Province
) -> None:
    study, other = uuid4(), uuid4()
    assert desk.brings(desk.makes(save(study, "一")).content).status_code == 200
    clash, behind = save(study, "三", "零", base_revision=1), save(study, "四", "三")

    made = desk.makes(clash, behind, save(other, "另一项"))
    receipt = desk.reads(desk.brings(made.content).content)

    told = {o["change_id"]: o["result"] for o in receipt["outcomes"]}
    assert told == {clash["change_id"]: "clash"} | {
        o["change_id"]: "done" for o in receipt["outcomes"] if o["result"] == "done"
    }
    assert behind["change_id"] not in told
    assert province.record(study).answers["basic.research_title"] == "一"
    assert province.record(other).revision == 1


# -- what is refused, unread -------------------------------------------------------------


def test_a_repeated_package_is_refused_and_its_receipt_is_there_to_be_fetched(
    desk: Desk, province: Province
) -> None:
    study = uuid4()
    made = desk.makes(save(study, "一"))
    first = desk.brings(made.content)

    again = desk.brings(made.content)

    assert refusal(again) == (409, "repeated")
    fetched = desk.client.get(
        f"/v1/packages/{again.json()['details']['package']}/receipt", headers=desk.headers
    )
    assert fetched.content == first.content
    assert province.record(study).revision == 1


def test_a_package_that_is_late_is_stale(desk: Desk) -> None:
    early, later = desk.makes(save(uuid4(), "一")), desk.makes(save(uuid4(), "二"))
    assert desk.brings(later.content).status_code == 200

    assert refusal(desk.brings(early.content)) == (409, "stale")
    old = desk.makes(save(uuid4(), "三"), at=datetime.now(UTC) - OLDEST - timedelta(days=1))
    assert refusal(desk.brings(old.content)) == (409, "stale")


def test_a_package_for_another_registry_or_of_a_strange_desk_is_foreign(
    desk: Desk, client: TestClient
) -> None:
    elsewhere = Keys(bytes(32)).public
    made = desk.makes(save(uuid4(), "一"))
    theirs = replace(made, reader=elsewhere, envelope=replace(made.envelope, reader=elsewhere.name))
    assert refusal(desk.brings(theirs.content)) == (403, "foreign")

    stranger = Keys(bytes(range(32)))
    strange = replace(
        made, keys=stranger, envelope=replace(made.envelope, maker=stranger.public.name)
    )
    assert refusal(desk.brings(strange.content)) == (403, "foreign")
    receipt = desk.brings(made.content)
    assert refusal(desk.brings(receipt.content)) == (403, "foreign")


def test_a_package_signed_by_another_desk_than_it_says_is_altered(
    desk: Desk, client: TestClient
) -> None:
    other = Desk(client, SECRETARY, "other")
    content = desk.makes(save(uuid4(), "一")).content

    forged = content[:-64] + other.keys.sign(hashlib.sha256(content[:-64]).digest())

    assert refusal(desk.brings(forged)) == (422, "altered")


def test_a_single_bit_that_differs_is_found_before_anything_is_read(
    desk: Desk, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = uuid4()
    content = desk.makes(save(study, "一"), documents=[b"%PDF-1.7\n"]).content
    monkeypatch.setattr(package.Opened, "__init__", _never)

    for at in {*range(0, len(content), 29), *range(0, 137, 5), len(content) - 1}:
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        status, reason = refusal(desk.brings(bytes(flipped)))
        assert (status, reason) in {(422, "altered"), (403, "foreign"), (413, "oversized")}, at
        # Only who made it and whom it is for may look like another one's.
        assert reason != "foreign" or at in range(4, 97), at
    for cut in (0, 3, 100, 137, len(content) - 1):
        assert refusal(desk.brings(content[:cut])) == (422, "altered")
    assert refusal(desk.brings(content + b"x")) == (422, "altered")


def _never(*_given: object) -> None:
    raise AssertionError("it was read")


def test_a_package_that_is_too_large_is_refused_unread(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = desk.makes(save(uuid4(), "一"), documents=[bytes(100_000)]).content
    monkeypatch.setattr(package, "LARGEST", len(content) - 1)
    monkeypatch.setattr(package.Opened, "__init__", _never)

    assert refusal(desk.brings(content)) == (413, "oversized")


def test_a_desk_that_was_signed_out_from_afar_signs_nothing_any_more(
    client: TestClient, desk: Desk
) -> None:
    other = Desk(client, PI, "other")
    made = desk.makes(save(uuid4(), "一"))
    desks = client.get("/v1/account/desks", headers=other.headers).json()["desks"]
    [theirs] = [d["id"] for d in desks if not d["is_this"]]
    assert client.delete(f"/v1/account/desks/{theirs}", headers=other.headers).status_code == 204

    assert refusal(other.brings(made.content)) == (403, "revoked")


def test_after_a_new_password_only_the_desk_where_it_was_set_still_signs(
    client: TestClient, desk: Desk
) -> None:
    other = Desk(client, PI, "other")
    new = {"old": PASSWORD, "new": "Changhe2026a"}
    assert client.post("/v1/password", json=new, headers=desk.headers).status_code == 200

    assert desk.brings(desk.makes(save(uuid4(), "一")).content).status_code == 200
    assert refusal(desk.brings(other.makes(save(uuid4(), "二")).content)) == (403, "revoked")


def test_keys_of_one_account_are_not_taken_by_another(client: TestClient, desk: Desk) -> None:
    other = Desk(client, SECRETARY, "other")
    keys = {"keys": base64.b64encode(desk.keys.public.keys).decode()}

    answer = client.put("/v1/desk-keys", json=keys, headers=other.headers)

    assert refusal(answer) == (403, "foreign")


def _documents(answers: Any) -> Iterator[bytes]:
    if isinstance(answers, dict):
        if "sha256" in answers:
            yield builders.content(answers["name"], answers["version"])
        for inner in answers.values():
            yield from _documents(inner)


def _paths(answers: Answers, before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in answers.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{before}{key}/")
        else:
            yield f"{before}{key}", value


def test_the_manifest_is_told_as_json() -> None:
    assert orjson.loads(Contents({"version": 1}).head[4:]) == {"version": 1, "documents": []}


def test_at_a_counter_a_file_is_taken_and_its_receipt_lies_beside_it(
    desk: Desk, province: Province, tmp_path: Path
) -> None:
    file = tmp_path / "一.ybp"
    file.write_bytes(desk.makes(save(uuid4(), "一")).content)

    receipt = packages.receive(province.engine, province.archive, file, clock())

    assert [o["result"] for o in desk.reads(receipt.read_bytes())["outcomes"]] == ["done"]
    before = receipt.read_bytes()
    receipt.unlink()
    with pytest.raises(Conflict, match="已经接收"):
        packages.receive(province.engine, province.archive, file, clock())
    assert receipt.read_bytes() == before
    with pytest.raises(NotFound):
        packages.receive(province.engine, province.archive, tmp_path / "没有.ybp", clock())
