"""The registry over HTTP, as a process of its own: what travels, what is refused, what is told."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from server.limits import LARGEST_FILE
from server.sample import ident
from sync.protocol import CURRENT, VERSION_HEADER, FileHead, NewsEnd, NewsLine, Outcome, Session
from tests import builders
from tests.private_postgres import PrivatePostgres
from tests.server.conftest import prepared
from tests.server.process import Desk, RegistryProcess

PI, SECRETARY, HOSPITAL = "13800000009", "13800000001", "长河市第一人民医院"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RegistryProcess]:
    """A running registry on each database; what these tests do in it does not meet."""
    folder = tmp_path_factory.mktemp("registry")
    with ExitStack() as stack:
        if request.param == "sqlite":
            ready: Path = request.getfixturevalue("sqlite_province")
            copy = shutil.copy(ready, folder / "registry.sqlite3")
            url = f"sqlite:///{copy}"
        else:
            postgres: PrivatePostgres = request.getfixturevalue("postgres")
            url = stack.enter_context(postgres.database(like=prepared(postgres, folder)))
        yield stack.enter_context(RegistryProcess(url, folder / "files"))


@pytest.fixture(scope="module")
def files(registry: RegistryProcess) -> Path:
    return registry.files


def saving(answers: dict[str, Any], record: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "change_id": str(uuid4()), "record_id": str(record or uuid4()), "form": "study",
        "form_version": 1, "base_revision": 0, "command": "save", "role": "pi",
        "edits": {key: [None, value] for key, value in answers.items()}, **more,
    }  # fmt: skip


def told(answer: requests.Response) -> dict[str, Any]:
    """The refusal in an answer: always the same shape, always in both languages."""
    body: dict[str, Any] = answer.json()
    assert set(body) == {"code", "message", "details"}
    assert body["message"]["zh"]
    assert body["message"]["en"]
    assert "Traceback" not in answer.text
    return body


def test_the_chain_over_http_with_documents(registry: RegistryProcess) -> None:
    content = b"%PDF-1.4 consent " + os.urandom(2000)
    with Desk(registry.address, PI) as pi, Desk(registry.address, SECRETARY) as secretary:
        study = uuid4()
        document = {**builders.document("方案.pdf"), "sha256": hashlib.sha256(content).hexdigest()}
        path = "attach.research_protocol_file/d1/"
        answers = {
            "basic.research_title": "网络研究",
            **{path + key: value for key, value in document.items()},
        }
        change = saving(answers, study)

        [early] = pi.changes(change)
        assert (early["result"], early["error"]["code"]) == ("refused", "try_later")
        sha256 = pi.brings(content)
        [done] = pi.changes(change)
        [again] = pi.changes(change)

        assert done["result"] == "done", done
        assert again == done
        assert Outcome.model_validate(done).record is not None
        assert FileHead(**pi.ask("GET", f"/files/{sha256}/head").json()).stored is True
        assert FileHead(**secretary.ask("GET", f"/files/{sha256}/head").json()) == FileHead(
            sha256=sha256, size=0, stored=False
        )
        part = pi.ask("GET", f"/files/{sha256}", headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, content[10:20])
        assert pi.ask("GET", f"/files/{sha256}").content == content
        refused = secretary.ask("GET", f"/files/{sha256}")
        assert (refused.status_code, told(refused)["code"]) == (404, "not_found")

        mine, end = pi.news()
        theirs, _ = secretary.news(packed=False)
        assert str(study) in {line["id"] for line, _ in mine}
        assert str(study) not in {line["id"] for line, _ in theirs}
        assert tuple(end["feeds"]) == tuple(pi.session["feeds"])


def test_news_are_pairs_of_a_line_and_the_stored_bytes(registry: RegistryProcess) -> None:
    with Desk(registry.address, HOSPITAL) as hospital:
        pairs, end = hospital.news()

        lines = [NewsLine.model_validate(line) for line, _ in pairs]
        assert NewsEnd.model_validate(end).more is False
        told = [feed for feed, _ in groupby(line.feed for line in lines)]
        assert len(told) == len(set(told)), "feed by feed"
        assert told[-1] == "directory", "one's own first"
        assert {line.kind for line in lines} == {"record", "card"}
        for line, (_, body) in zip(lines, pairs, strict=True):
            if line.kind == "record":
                assert line.head is not None
                assert (body["id"], body["revision"]) == (line.id, line.head["revision"])
            else:
                assert body["ref"] == line.id


def test_news_in_pages_are_the_news_at_once(registry: RegistryProcess) -> None:
    with Desk(registry.address, HOSPITAL) as hospital:
        whole, _ = hospital.news()
        found: list[Any] = []
        positions: dict[str, int] = {}
        more = True
        while more:
            pairs, end = hospital.news(positions, limit=7)
            positions |= {line["feed"]: line["position"] for line, _ in pairs}
            found += pairs
            more = end["more"]
            assert len(pairs) <= 7

        assert found == whole
        assert hospital.news(positions)[0] == []


def test_one_wrong_change_never_holds_up_the_others(registry: RegistryProcess) -> None:
    with Desk(registry.address, PI) as pi:
        good = [saving({"basic.research_title": f"研究{n}"}) for n in range(3)]
        misshapen = {**saving({}), "base_revision": "three"}
        unknown = saving({"no.such": 1})

        outcomes = pi.changes(good[0], misshapen, good[1], unknown, good[2])

        assert [o["result"] for o in outcomes] == ["done", "refused", "done", "refused", "done"]
        assert [o["change_id"] for o in outcomes][1] == misshapen["change_id"]
        assert outcomes[1]["error"]["details"] == {"parts": ["base_revision"]}


def test_the_digest_names_every_feed_of_the_session(registry: RegistryProcess) -> None:
    with Desk(registry.address, PI) as pi:
        before = pi.ask("GET", "/digest").json()["feeds"]
        pi.changes(saving({"basic.research_title": "研究"}))
        after = pi.ask("GET", "/digest").json()["feeds"]

        mine = f"person:{ident('林远')}"
        assert sorted(before) == pi.session["feeds"]
        assert after[mine]["count"] == before[mine]["count"] + 1
        assert {k: v for k, v in after.items() if k != mine} == {
            k: v for k, v in before.items() if k != mine
        }


def test_a_session_begins_goes_on_and_ends(registry: RegistryProcess) -> None:
    with Desk(registry.address, "13800000010") as pi:
        again = Session.model_validate(pi.ask("GET", "/session").json())
        assert (again.token, again.principal) == ("", pi.session["principal"])

        changed = pi.ask("POST", "/password", json={"old": "Yanbei2026", "new": "Changhe2027"})
        assert changed.json()["must_change_password"] is False
        assert pi.ask("GET", "/session").status_code == 200

        assert pi.ask("DELETE", "/session").status_code == 204
        ended = pi.ask("GET", "/session")
        assert (ended.status_code, told(ended)["code"]) == (401, "signed_out")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/session"), ("DELETE", "/session"), ("POST", "/password"), ("POST", "/changes"),
        ("POST", "/news"), ("GET", "/digest"), ("GET", "/files/" + "0" * 64),
        ("GET", "/files/" + "0" * 64 + "/head"), ("PUT", "/files/" + "0" * 64),
    ],
)  # fmt: skip
def test_without_a_session_nothing_is_said(
    registry: RegistryProcess, method: str, path: str
) -> None:
    with Desk(registry.address) as nobody:
        for token in ("", "Bearer", "Bearer x", "Basic abc"):
            headers = {"Authorization": token} if token else {}
            answer = nobody.ask(method, path, json={}, headers=headers)
            assert (answer.status_code, told(answer)["code"]) == (401, "signed_out")


def test_a_desk_that_is_too_old_is_told_to_update(registry: RegistryProcess) -> None:
    with Desk(registry.address) as desk:
        for version in ("0", "-1", "x"):
            answer = desk.ask("GET", "/session", headers={VERSION_HEADER: version})
            assert (answer.status_code, told(answer)["code"]) == (426, "too_old")
        newer = desk.ask("GET", "/session", headers={VERSION_HEADER: "99"})
        assert told(newer)["code"] == "signed_out"
        assert newer.headers[VERSION_HEADER] == str(CURRENT)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"login": 5}',
        b'{"login":"a","password":"' + b"p" * 300 + b'","desk":"d"}',
    ],
)
def test_what_is_misshapen_is_refused_without_an_echo(
    registry: RegistryProcess, body: bytes
) -> None:
    with Desk(registry.address) as desk:
        headers = {"Content-Type": "application/json"}

        answer = desk.ask("POST", "/session", data=body, headers=headers)

        assert (answer.status_code, told(answer)["code"]) == (422, "invalid")
        assert "ppp" not in answer.text


def test_unknown_addresses_and_methods_are_told_in_words(registry: RegistryProcess) -> None:
    with Desk(registry.address) as desk:
        assert told(desk.ask("GET", "/nowhere"))["code"] == "not_found"
        assert told(desk.ask("PATCH", "/session"))["code"] == "not_found"


def test_health_needs_nothing(registry: RegistryProcess) -> None:
    with Desk(registry.address) as desk:
        assert desk.ask("GET", "/health").json() == {"status": "ok"}


def test_a_wrong_password_has_its_own_code(registry: RegistryProcess) -> None:
    with Desk(registry.address) as desk:
        body = {"login": "13800000003", "password": "Wrong2026", "desk": "d"}

        answers = [desk.ask("POST", "/session", json=body) for _ in range(6)]

        assert [a.status_code for a in answers] == [401] * 5 + [429]
        assert told(answers[0])["code"] == "sign_in_failed"
        assert told(answers[5])["code"] == "try_later"
        assert 1 <= int(answers[5].headers["Retry-After"]) <= 31


def test_too_much_is_refused_while_it_arrives(registry: RegistryProcess) -> None:
    with Desk(registry.address, "13800000004") as desk:
        answer = desk.ask("POST", "/changes", data=(b"x" * 2**20 for _ in range(40)))
        assert (answer.status_code, told(answer)["code"]) == (413, "too_large")

        announced = {"Content-Length": str(LARGEST_FILE + 1)}
        request = requests.Request(
            "PUT",
            f"{registry.address}/v1/files/{'0' * 64}",
            headers={**desk.http.headers, **announced},
        ).prepare()
        request.headers["Content-Length"] = str(LARGEST_FILE + 1)
        answer = desk.http.send(request, timeout=10)
        assert (answer.status_code, told(answer)["code"]) == (413, "too_large")


def test_a_document_that_is_not_what_it_says_is_not_kept(
    registry: RegistryProcess, files: Path
) -> None:
    before = {path for path in files.rglob("*") if path.is_file()}
    with Desk(registry.address, PI) as pi:
        wrong = hashlib.sha256(b"other").hexdigest()

        answer = pi.ask("PUT", f"/files/{wrong}", data=b"content")

        assert (answer.status_code, told(answer)["code"]) == (422, "unreadable")
        for name in ("..%2f..%2fetc%2fpasswd", "x" * 64, "A" * 64, "0" * 63):
            assert told(pi.ask("GET", f"/files/{name}"))["code"] == "not_found"
            assert told(pi.ask("PUT", f"/files/{name}", data=b"x"))["code"] == "not_found"
    assert {path for path in files.rglob("*") if path.is_file()} == before


def test_the_same_document_is_stored_once_and_asked_of_everybody(
    registry: RegistryProcess, files: Path
) -> None:
    content = b"%PDF-1.4 the same"
    with Desk(registry.address, PI) as pi, Desk(registry.address, SECRETARY) as secretary:
        sha256 = pi.brings(content)
        assert secretary.ask("GET", f"/files/{sha256}/head").json()["stored"] is False
        secretary.brings(content)

        assert secretary.ask("GET", f"/files/{sha256}/head").json()["stored"] is True
        headers = secretary.ask("GET", f"/files/{sha256}").headers
    assert (files / sha256[:2] / sha256[2:4] / sha256).read_bytes() == content
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == "attachment"


def test_the_registry_ends_cleanly_when_asked(sqlite_province_url: str, tmp_path: Path) -> None:
    registry = RegistryProcess(sqlite_province_url, tmp_path / "files")
    registry.start()
    with Desk(registry.address, PI) as pi:
        pi.changes(saving({"basic.research_title": "研究"}))

    assert registry.end() in (0, -15)  # uvicorn ends by the signal it was asked with
    assert not Path(sqlite_province_url.removeprefix("sqlite:///") + "-wal").exists()


def test_several_processes_serve_one_database(postgres_province_url: str, tmp_path: Path) -> None:
    processes = RegistryProcess(postgres_province_url, tmp_path / "files", "--workers", "2")
    with processes as registry, Desk(registry.address, PI) as pi:
        changes = [saving({"basic.research_title": f"研究{n}"}) for n in range(8)]

        for change in changes:  # each over a connection of its own: any process may answer
            pi.http.close()
            assert pi.changes(change)[0]["result"] == "done"

        pairs, _ = pi.news()
        assert {c["record_id"] for c in changes} <= {line["id"] for line, _ in pairs}


def test_nothing_about_people_reaches_the_log(sqlite_province_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    person = builders.person_answers(mobile="13900000777", certificates=None)
    with (
        log.open("w") as errors,
        RegistryProcess(sqlite_province_url, tmp_path / "files", log=errors) as registry,
        Desk(registry.address, HOSPITAL) as hospital,
    ):
        flat = {k: v for k, v in person.items() if not isinstance(v, dict)}
        opening = saving(flat, form="person", command="open", role="institution_admin",
                         said={"roles": ["pi"], "password": "zs_123456"})  # fmt: skip
        [outcome] = hospital.changes(opening)
        [taken] = hospital.changes(
            {**opening, "change_id": str(uuid4()), "record_id": str(uuid4())}
        )
        hospital.ask("POST", "/session", json={"login": "13900000777", "desk": 7})
        hospital.ask("GET", "/files/13900000777")

    written = log.read_text(encoding="utf-8")
    assert (outcome["result"], taken["result"]) == ("done", "refused")
    assert written.count("\n") == written.count('{"at"')
    assert "person.open done" in written
    for private in (person["mobile"], person["id_number"], person["name"], person["email"],
                    "zs_123456", hospital.session["token"], HOSPITAL):  # fmt: skip
        assert private not in written
