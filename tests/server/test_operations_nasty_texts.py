"""A NUL, half a character, an endless text anywhere in any request: refused or taken, no fault.

The requests are made from the registry's own description of what it takes (`openapi.json`), so that
a new address is tried without being named here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.rates import Rate, Rates
from server.sample import PASSWORD
from tests.server.province import Province

NASTY = ("\x00", "a\x00b", "\ud800", "长" * 5000, "\u202e")
PLENTY = Rate(100_000, 100_000)
RATES = Rates(account=PLENTY, address=PLENTY, documents=PLENTY, sign_in=PLENTY)
FAULT = 500


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    app = create_app(province.engine, province.archive, rates=RATES)
    with TestClient(app, raise_server_exceptions=False) as client:
        body = {"login": "13800000009", "password": PASSWORD, "desk": "nasty"}
        token = client.post("/v1/session", json=body).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


class Shapes:
    """Values of the shape that a schema asks for, right but for one text that is nasty."""

    def __init__(self, described: dict[str, Any]) -> None:
        self._named = described["components"]["schemas"]

    def nasty(self, schema: dict[str, Any], text: str) -> Iterator[Any]:
        """Each value with this text in another place."""
        schema = self._plain(schema)
        if schema.get("type") == "object":
            yield from self._objects(schema, text)
        elif schema.get("type") == "array":
            for inner in self.nasty(schema.get("items", {}), text):
                yield [inner]
        else:
            yield text

    def _objects(self, schema: dict[str, Any], text: str) -> Iterator[Any]:
        fields = schema.get("properties", {})
        right = {name: self.right(inner) for name, inner in fields.items()}
        for name, inner in fields.items():
            for value in self.nasty(inner, text):
                yield {**right, name: value}
        yield {**right, text: text}

    def right(self, schema: dict[str, Any]) -> Any:
        """A value of this shape."""
        schema = self._plain(schema)
        if "default" in schema:
            return schema["default"]
        if schema.get("format") == "uuid":
            return str(uuid4())
        fields = schema.get("properties", {})
        return {
            "object": {name: self.right(inner) for name, inner in fields.items()},
            "array": [],
            "integer": 1,
            "boolean": False,
        }.get(schema.get("type", ""), "x")

    def _plain(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            return self._plain(self._named[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self._plain(schema["anyOf"][0])
        return schema


def requests_of(described: dict[str, Any]) -> Iterator[tuple[str, str, str, bytes | None]]:
    """Every operation with every nasty text in every place: method, path, which text, body."""
    shapes = Shapes(described)
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if (method, path) == ("delete", "/v1/session"):
                continue  # it would end our own
            for n, text in enumerate(NASTY):
                for odd in _paths(path, operation, text):
                    yield method, odd, str(n), None
                for kind in operation.get("requestBody", {}).get("content", {}).values():
                    for value in shapes.nasty(kind["schema"], text):
                        yield method, path, str(n), json.dumps(value).encode()


def _paths(path: str, operation: dict[str, Any], text: str) -> Iterator[str]:
    raw = text.encode("utf-8", "surrogatepass")[:3000]
    quoted = "".join(f"%{byte:02x}" for byte in raw)
    for place in operation.get("parameters", []):
        if place["in"] == "path":
            yield path.replace(f"{{{place['name']}}}", quoted)
        elif place["in"] == "query":
            yield f"{path}?{place['name']}={quoted}"


def changes_of() -> Iterator[tuple[str, str, str, bytes | None]]:
    """Changes are described as anything at all: each of their parts by hand."""
    right = {
        "form": "study", "form_version": 1, "base_revision": 0, "command": "save", "role": "pi",
        "edits": {"basic.research_title": [None, "题目"]}, "said": {},
    }  # fmt: skip
    for n, text in enumerate(NASTY):
        odd: list[dict[str, Any]] = [{part: text} for part in ("form", "command", "role", "parent")]
        odd += [{"edits": {"basic.research_title": [None, text]}}]
        odd += [{"edits": {"basic.research_title": [text, "x"]}}]
        odd += [{"edits": {text[:300]: [None, "x"]}}]
        odd += [{"command": "submit", "said": {"ethics_committee": text}}]
        odd += [{"command": "submit", "said": {text[:300]: text}}]
        odd += [
            {"edits": {"design.inclusion_criteria/r1/design.inclusion_criterion": [None, text]}}
        ]
        for part in odd:
            change = {**right, "change_id": str(uuid4()), "record_id": str(uuid4()), **part}
            for path in ("/v1/changes", "/v1/round", "/v1/changes/together"):
                yield "post", path, f"{n} {list(part)}", json.dumps({"changes": [change]}).encode()


def test_a_nasty_text_anywhere_is_no_fault(client: TestClient) -> None:
    described = client.get("/v1/openapi.json").json()
    asked, wrong = 0, list[str]()

    for method, path, what, body in (*requests_of(described), *changes_of()):
        answer = client.request(
            method, path, content=body, headers={"Content-Type": "application/json"}
        )
        asked += 1
        if answer.status_code >= FAULT or b'"code":"faulty"' in answer.content:
            wrong.append(f"{method} {path[:60]} {what}: {answer.status_code}")
        if answer.status_code in (400, 422) and method != "head":
            assert answer.json()["message"]["zh"], (method, path)

    assert wrong == []
    assert asked > 300
