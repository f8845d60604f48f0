"""Frozen messages of every version that is still spoken, taken from real exchanges."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.errors import BY_CODE, AppError
from app.heads import Head
from app.record import Principal, Record
from server.app import STATUS
from sync import protocol
from sync.protocol import CURRENT, OLDEST

ROOT = Path(__file__).parent.parent
MESSAGES = ROOT / "data" / "messages"
DOCUMENT = (ROOT.parent / "docs" / "protocol.md").read_text(encoding="utf-8")
MODELS: dict[str, type[protocol.Message]] = {
    "sign_in": protocol.SignIn, "session": protocol.Session, "new_password": protocol.NewPassword,
    "changes": protocol.Changes, "outcomes": protocol.Outcomes,
    "news_request": protocol.NewsRequest, "news_record": protocol.NewsLine,
    "news_card": protocol.NewsLine, "news_gone": protocol.NewsLine, "news_end": protocol.NewsEnd,
    "file_head": protocol.FileHead,
    "round_request": protocol.RoundRequest, "round_head": protocol.RoundHead,
}  # fmt: skip


SINCE_2 = {"round_request", "round_head"}
CASES = [
    (version, name)
    for version in range(OLDEST, CURRENT + 1)
    for name in MODELS
    if version > 1 or name not in SINCE_2
]


def frozen(version: int, name: str) -> Any:
    return json.loads((MESSAGES / f"v{version}" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("version", "name"), CASES)
def test_a_frozen_message_is_read_and_nothing_of_it_is_lost(version: int, name: str) -> None:
    body = frozen(version, name)

    message = MODELS[name].model_validate_json(json.dumps(body))

    assert message.model_dump(mode="json", exclude_unset=True) == body


@pytest.mark.parametrize("version", range(OLDEST, CURRENT + 1))
def test_frozen_records_heads_principals_and_errors_are_read_whole(version: int) -> None:
    record = frozen(version, "record")
    assert Record.from_wire(record).to_wire() == record
    head = frozen(version, "news_record")["head"]
    assert Head.from_wire(head).to_wire() == head
    principal = frozen(version, "session")["principal"]
    assert Principal.from_wire(principal).to_wire() == principal
    error = frozen(version, "error")
    assert AppError.from_wire(error).to_wire() == error


@pytest.mark.parametrize("version", range(OLDEST, CURRENT + 1))
def test_every_frozen_file_is_one_that_is_tried(version: int) -> None:
    models = {name for of, name in CASES if of == version}
    tried = {*models, "record", "card", "error", "digest"}

    assert {path.stem for path in (MESSAGES / f"v{version}").iterdir()} == tried


def test_what_a_newer_side_adds_is_passed_over() -> None:
    body = frozen(CURRENT, "session") | {"of_tomorrow": {"a": 1}}

    assert protocol.Session.model_validate(body).login == body["login"]


def test_the_document_tells_every_error_with_its_status() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d, ]{3,}|–) \|", DOCUMENT, re.MULTILINE))

    assert {code for code in told if code in BY_CODE} == set(BY_CODE)
    for kind, status in STATUS.items():
        assert str(status) in told[kind.code].split(", "), kind.code


def test_the_document_tells_every_field_of_every_message() -> None:
    models = {*MODELS.values(), protocol.Change, protocol.Outcome, protocol.Became}
    models |= {protocol.Held, protocol.Published, protocol.Wrote}
    missing = {
        f"{model.__name__}.{name}"
        for model in models
        for name in model.model_fields
        if f"`{name}`" not in DOCUMENT and f'"{name}"' not in DOCUMENT
    }

    assert not missing
