"""Documents that come in pieces (tus 1.0): from where they broke off, once, and only one's own."""

from __future__ import annotations

import hashlib
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from server import uploads
from server.app import create_app
from server.files import Archive
from server.sample import PASSWORD
from tests.server.province import Province

PI, SECRETARY, HOSPITAL = "13800000009", "13800000001", "长河市第一人民医院"
CONTENT = bytes(range(256)) * 4000
SHA = hashlib.sha256(CONTENT).hexdigest()
TUS = {"Tus-Resumable": "1.0.0"}


class Sender:
    """Somebody who sends documents in pieces."""

    def __init__(self, client: TestClient, login: str) -> None:
        self._client = client
        body = {"login": login, "password": PASSWORD, "desk": login}
        token = client.post("/v1/session", json=body).json()["token"]
        self._headers = {**TUS, "Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **headers: str) -> httpx2.Response:
        return self.send(method, path, b"", **headers)

    def send(self, method: str, path: str, content: bytes, **headers: str) -> httpx2.Response:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self._client.request(
            method, path, content=content, headers={**self._headers, **named}
        )

    def begin(self, sha256: str = SHA, length: int = len(CONTENT)) -> httpx2.Response:
        told = f"name {b64encode(b'x').decode()}, sha256 {b64encode(sha256.encode()).decode()}"
        return self.ask("POST", "/v1/uploads", Upload_Length=str(length), Upload_Metadata=told)

    def piece(self, place: str, offset: int, content: bytes, **more: str) -> httpx2.Response:
        return self.send(
            "PATCH", place, content, Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream", **more,
        )  # fmt: skip


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    with TestClient(
        create_app(province.engine, province.archive), raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def pi(client: TestClient) -> Sender:
    return Sender(client, PI)


def test_a_document_in_pieces_is_whole_and_known_with_the_last_one(
    pi: Sender, province: Province
) -> None:
    begun = pi.begin()
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "0")
    place = begun.headers["Location"]

    first = pi.piece(place, 0, CONTENT[:300_000])
    told = pi.ask("HEAD", place)
    assert pi.ask("GET", f"/v1/files/{SHA}/head").json()["stored"] is False
    last = pi.piece(place, 300_000, CONTENT[300_000:])

    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "300000")
    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == (
        "300000", str(len(CONTENT)),
    )  # fmt: skip
    assert last.status_code == 204
    assert pi.ask("GET", f"/v1/files/{SHA}").content == CONTENT
    assert pi.ask("HEAD", place).status_code == 404
    assert list(province.archive.arrivals.iterdir()) == []


def test_who_comes_back_finds_what_was_begun(pi: Sender) -> None:
    place = pi.begin().headers["Location"]
    pi.piece(place, 0, CONTENT[:1000])

    again = pi.begin()

    assert again.headers["Location"] == place
    assert again.headers["Upload-Offset"] == "1000"


def test_a_piece_at_the_wrong_place_changes_nothing(pi: Sender) -> None:
    place = pi.begin().headers["Location"]
    pi.piece(place, 0, CONTENT[:1000])

    wrong = [pi.piece(place, offset, CONTENT[:10]) for offset in (0, 999, 1001)]

    assert {answer.status_code for answer in wrong} == {409}
    assert wrong[0].json()["details"] == {"offset": 1000}
    assert pi.ask("HEAD", place).headers["Upload-Offset"] == "1000"


def test_another_document_under_that_name_is_refused_and_forgotten(pi: Sender) -> None:
    place = pi.begin().headers["Location"]

    wrong = pi.piece(place, 0, CONTENT[::-1])

    assert (wrong.status_code, wrong.json()["code"]) == (422, "unreadable")
    assert pi.ask("GET", f"/v1/files/{SHA}/head").json()["stored"] is False
    assert pi.begin().headers["Upload-Offset"] == "0"


def test_a_piece_that_is_not_as_its_checksum_says_is_taken_back(pi: Sender) -> None:
    place = pi.begin().headers["Location"]
    right = b64encode(hashlib.sha256(CONTENT[:500]).digest()).decode()

    wrong = pi.piece(place, 0, CONTENT[1:501], Upload_Checksum=f"sha256 {right}")
    good = pi.piece(place, 0, CONTENT[:500], Upload_Checksum=f"sha256 {right}")
    odd = pi.piece(place, 500, CONTENT[500:], Upload_Checksum="md5 AAAA")

    assert (wrong.status_code, good.status_code, odd.status_code) == (422, 204, 422)
    assert pi.ask("HEAD", place).headers["Upload-Offset"] == "500"


def test_nobody_sees_or_touches_the_uploads_of_others(client: TestClient, pi: Sender) -> None:
    place = pi.begin().headers["Location"]
    pi.piece(place, 0, CONTENT[:1000])
    other = Sender(client, SECRETARY)

    refused = [
        other.ask("HEAD", place),
        other.piece(place, 1000, CONTENT[1000:]),
        other.ask("DELETE", place),
    ]

    assert {answer.status_code for answer in refused} == {404}
    assert other.begin().headers["Upload-Offset"] == "0"
    assert pi.ask("HEAD", place).headers["Upload-Offset"] == "1000"


def test_an_upload_may_be_given_up(pi: Sender) -> None:
    place = pi.begin().headers["Location"]

    assert pi.ask("DELETE", place).status_code == 204
    assert pi.ask("HEAD", place).status_code == 404


def test_a_document_longer_than_was_said_is_not_taken(pi: Sender) -> None:
    place = pi.begin(length=1000).headers["Location"]

    assert pi.piece(place, 0, CONTENT[:2000]).status_code == 409
    assert pi.begin(length=101 * 1024 * 1024).status_code == 413


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({"Upload-Length": "5", "Upload-Metadata": "name eA=="}, "Upload-Metadata"),
        ({"Upload-Length": "5", "Upload-Metadata": "sha256 !!"}, "Upload-Metadata"),
        ({"Upload-Length": "5", "Upload-Metadata": "sha256 eA=="}, "Upload-Metadata"),
        ({"Upload-Length": "-5", "Upload-Metadata": "sha256 eA=="}, "header.upload-length"),
        ({"Tus-Resumable": "0.2.2"}, "Tus-Resumable"),
    ],
)
def test_what_is_no_upload_is_refused_in_words(
    pi: Sender, headers: dict[str, str], part: str
) -> None:
    answer = pi.ask("POST", "/v1/uploads", **headers)

    assert answer.status_code == 422
    assert part in answer.json()["details"]["parts"]
    assert answer.json()["message"]["zh"]


def test_it_says_what_it_speaks(pi: Sender) -> None:
    told = pi.ask("OPTIONS", "/v1/uploads").headers

    assert told["Tus-Version"] == "1.0.0"
    assert {"creation", "checksum", "termination", "expiration"} <= set(
        told["Tus-Extension"].split(",")
    )


def test_two_at_the_same_upload_take_turns(pi: Sender, province: Province) -> None:
    place = pi.begin().headers["Location"]
    upload = uploads.find(province.archive, _principal(province), place.rpartition("/")[2])

    with upload.alone():
        answer = pi.piece(place, 0, CONTENT)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert pi.piece(place, 0, CONTENT).status_code == 204


def _principal(province: Province) -> str:
    [note] = province.archive.arrivals.glob("*.json")
    return str(__import__("json").loads(note.read_text())["principal"])


def test_a_registry_that_died_before_it_kept_the_last_piece_keeps_it_now(
    pi: Sender, province: Province
) -> None:
    place = pi.begin().headers["Location"]
    pi.piece(place, 0, CONTENT[:1000])
    [part] = province.archive.arrivals.glob("*.part")
    part.write_bytes(CONTENT)

    assert pi.begin().headers["Upload-Offset"] == str(len(CONTENT))
    assert pi.ask("GET", f"/v1/files/{SHA}").content == CONTENT


def test_what_nobody_goes_on_with_is_forgotten_after_a_week(pi: Sender, province: Province) -> None:
    pi.begin()
    old = time.time() - uploads.KEPT - 60
    for file in province.archive.arrivals.iterdir():
        os.utime(file, (old, old))

    pi.begin(hashlib.sha256(b"other").hexdigest(), 5)

    assert len(list(province.archive.arrivals.glob("*.part"))) == 1


def test_an_office_keeps_no_more_than_its_quota(
    client: TestClient, pi: Sender, province: Province
) -> None:
    province.archive.quota = len(CONTENT) + 1000
    hospital = Sender(client, HOSPITAL)  # of the same office
    place = pi.begin().headers["Location"]

    while_arriving = hospital.begin(hashlib.sha256(b"x" * 2000).hexdigest(), 2000)
    pi.piece(place, 0, CONTENT)
    small = b"y" * 900
    fits = hospital.send("PUT", f"/v1/files/{hashlib.sha256(small).hexdigest()}", small)
    too_much = hospital.send(
        "PUT", f"/v1/files/{hashlib.sha256(b'z' * 200).hexdigest()}", b"z" * 200
    )
    same_again = hospital.send("PUT", f"/v1/files/{SHA}", CONTENT)

    assert (while_arriving.status_code, fits.status_code) == (413, 204)
    assert (too_much.status_code, too_much.json()["details"]["reason"]) == (413, "quota")
    assert same_again.status_code == 204, "what the office has takes no room again"


def test_a_name_that_is_none_leads_nowhere(tmp_path: Path) -> None:
    archive = Archive(tmp_path)

    for name in ("..", "x" * 32, "../" + "0" * 29, "0" * 31, ""):
        with pytest.raises(Exception, match="重新开始上传"):
            uploads.find(archive, "person:1", name)
