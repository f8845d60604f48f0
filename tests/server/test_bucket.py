"""Documents in an S3 bucket are kept, found, read in parts and checked as those in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from fastapi.testclient import TestClient
from moto import mock_aws

from app.errors import NotFound, TryLater, Unreadable
from server import sample
from server.app import create_app
from server.bucket import Bucket
from server.files import Archive, Documents
from server.settings import Settings, documents_at
from server.soundness import faults
from tests.server.province import Province

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 3000
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="yanbei")
        yield client


@pytest.fixture(params=["folder", "bucket"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Documents:
    """The same promises of both."""
    if request.param == "folder":
        return Archive(tmp_path / "files")
    request.getfixturevalue("s3")
    settings = Settings("", "s3://yanbei/documents", arrivals=str(tmp_path / "arrivals"))
    return documents_at(settings)


def brought(documents: Documents, content: bytes, sha256: str = "") -> str:
    named = sha256 or hashlib.sha256(content).hexdigest()
    with documents.arriving(named) as arrival:
        for start in range(0, len(content), 70_000):
            arrival.write(content[start : start + 70_000])
        arrival.keep()
    return named


def test_what_is_kept_is_found_and_read_in_any_part(documents: Documents) -> None:
    assert not documents.has(SHA)
    brought(documents, CONTENT)
    empty = brought(documents, b"")

    assert documents.size(SHA) == len(CONTENT)
    assert b"".join(documents.pieces(SHA)) == CONTENT
    assert b"".join(documents.pieces(SHA, 1000)) == CONTENT[1000:]
    assert b"".join(documents.pieces(SHA, 10, 20)) == CONTENT[10:20]
    assert b"".join(documents.pieces(empty)) == b""
    assert sorted(documents.names()) == sorted([SHA, empty])
    assert list(documents.arrivals.iterdir()) == []


def test_what_is_not_here_is_said_so(documents: Documents) -> None:
    with pytest.raises(NotFound):
        list(documents.pieces("0" * 64))
    with pytest.raises(NotFound):
        documents.size("../etc/passwd")


def test_a_document_that_is_another_one_is_not_kept(documents: Documents) -> None:
    with pytest.raises(Unreadable):
        brought(documents, b"content", SHA)

    assert list(documents.names()) == []


def test_a_bucket_that_cannot_be_reached_is_told_in_words(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://example.org")

    monkeypatch.setattr(s3, "head_object", broken)
    bucket = Bucket("s3://yanbei", tmp_path, s3)

    with pytest.raises(TryLater) as told:
        bucket.size(SHA)
    assert told.value.details["seconds"] == 30


def test_a_registry_with_a_bucket_takes_gives_and_checks(
    s3: Any, province: Province, tmp_path: Path
) -> None:
    bucket = Bucket("s3://yanbei", tmp_path / "arrivals", s3)
    sample.store_documents(bucket)
    with TestClient(create_app(province.engine, bucket)) as client:
        body = {"login": "13800000009", "password": sample.PASSWORD, "desk": "d"}
        token = client.post("/v1/session", json=body).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.put(f"/v1/files/{SHA}", content=CONTENT).status_code == 204

        whole = client.get(f"/v1/files/{SHA}")
        parts = {
            wanted: client.get(f"/v1/files/{SHA}", headers={"Range": f"bytes={wanted}"})
            for wanted in ("0-0", "5-9", f"{len(CONTENT) - 4}-", f"{len(CONTENT)}-")
        }

    assert whole.content == CONTENT
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert [part.status_code for part in parts.values()] == [206, 206, 206, 416]
    assert parts["5-9"].content == CONTENT[5:10]
    assert parts[f"{len(CONTENT) - 4}-"].content == CONTENT[-4:]
    assert parts["5-9"].headers["Content-Range"] == f"bytes 5-9/{len(CONTENT)}"
    assert faults(province.engine, bucket) == []
    s3.delete_object(Bucket="yanbei", Key=f"{SHA[:2]}/{SHA[2:4]}/{SHA}")
    assert faults(province.engine, bucket) == [f"document {SHA}: missing"]
