"""docs/protocol.md is enough to write another client from: one files a study."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.forms import FORMS
from server.sample import ETHICS, PASSWORD, ident
from tests import builders
from tests.whole import other_client
from tests.whole.conftest import Opened
from tests.whole.other_client import OtherClient, Refused
from tests.whole.registry_process import RegistryProcess

PI, SECRETARY = "13800000009", "13800000001"
NEW = "Another2026x"


def contents(answers: Any) -> Iterator[bytes]:
    if isinstance(answers, dict):
        if "sha256" in answers:
            yield builders.content(answers["name"], answers["version"])
        for inner in answers.values():
            yield from contents(inner)


def test_it_knows_nothing_but_the_document() -> None:
    source = Path(other_client.__file__).read_text(encoding="utf-8")
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom)
                     else [alias.name for alias in node.names])
    }  # fmt: skip

    assert not imported & {"app", "sync", "local_db", "server", "ui", "tests"}
    assert len(source.splitlines()) <= 170


def test_another_client_files_a_study_and_its_secretary_has_it(
    registry: RegistryProcess, open_desk: Opened
) -> None:
    client = OtherClient(registry.address)
    if client.sign_in(PI, PASSWORD):
        client.change_password(PASSWORD, NEW)
    client.round()
    answers = builders.study_answers({"basic.research_title": "另一个程序填报的研究"})
    sent = {client.send_document(content) for content in contents(answers)}
    study = client.write("study", FORMS["study"].version, answers, "pi")
    client.act(study, "submit", "pi", said={"ethics_committee": f"committee:{ident(ETHICS)}"})

    client.round()

    assert client.problems == {}
    assert client.outbox == []
    assert client.records[study]["state"] == "ec_form"
    assert sent
    secretary = open_desk(registry, SECRETARY)
    secretary.sync()
    assert "另一个程序填报的研究" in secretary.listed("study")
    again = OtherClient(registry.address)
    again.sign_in(PI, NEW)
    again.round()
    assert again.records[study]["answers"] == client.records[study]["answers"]
    assert again.positions == client.positions


def test_another_client_is_told_why_not(registry: RegistryProcess) -> None:
    client = OtherClient(registry.address)

    with pytest.raises(Refused) as refusal:
        client.sign_in(PI, "wrong")

    assert refusal.value.code == "sign_in_failed"
