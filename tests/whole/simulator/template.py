"""Where every run begins: the sample province, desks with their copy, studies at every stage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from app.record import Answers
from local_db import WorkingCopy
from server import accounts, sample
from server.db import connect, transact
from server.files import Archive
from server.migrations import migrate
from server.sample import ident
from sync import engine as exchange
from sync.protocol import SignIn
from tests import builders
from tests.whole.simulator.network import Calm, DeskClient
from tests.whole.simulator.registry import SimulatedRegistry

BEGINS = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
KEY = bytes(range(32))
PI, SECRETARY, HOSPITAL = "林远", "周静", sample.HOSPITAL
MEMBERS = ("何平", "沈兰")
STAGES = {"draft": 0, "ec_form": 1, "ec_members": 2, "ec_concl": 4, "inst": 5, "filed": 6}
"""How many steps lead to each."""
CONCLUSION: Answers = {
    "decision": "agree",
    "approval_number": "伦审〔2026〕研018号",
    "approval_date": "2026-11-20",
    "approval_document": {"c0000001": builders.document("伦理批件.pdf")},
}


@dataclass(frozen=True)
class Place:
    """A computer on which somebody works."""

    name: str
    account: str
    login: str
    role: str


PLACES = (
    Place("pi-office", PI, "13800000009", "pi"),
    Place("pi-home", PI, "13800000009", "pi"),
    Place("secretary", SECRETARY, "13800000001", "ethics_secretary"),
    Place("member-1", MEMBERS[0], "13800000002", "ethics_member"),
    Place("member-2", MEMBERS[1], "13800000003", "ethics_member"),
    Place("hospital", HOSPITAL, HOSPITAL, "institution_admin"),
)


def make(folder: Path) -> Path:
    """The folder that each run copies; takes a second or two, once."""
    files = folder / "files"
    engine = connect(f"sqlite:///{folder / 'registry.sqlite3'}", pool=2)
    migrate(engine)
    transact(engine, accounts.new_epoch)
    sample.fill(engine, Archive(files), BEGINS)
    engine.dispose()
    registry = SimulatedRegistry(folder, lambda: BEGINS)
    random = Random("template")
    desks = {place.name: _desk(place, folder, registry, random) for place in PLACES}
    for stage in STAGES:
        _bring_to(stage, desks)
    for copy, client in desks.values():
        exchange.run(copy, client)
        copy.close()
        client.close()
    registry.close()
    return folder


Desks = dict[str, tuple[WorkingCopy, DeskClient]]


def _desk(
    place: Place, folder: Path, registry: SimulatedRegistry, random: Random
) -> tuple[WorkingCopy, DeskClient]:
    client = DeskClient(registry, Calm())
    client.sign_in(SignIn(login=place.login, password=sample.PASSWORD, desk=place.name))
    copy = WorkingCopy(
        folder / place.name,
        KEY,
        now=lambda: BEGINS,
        new_id=lambda: UUID(int=random.getrandbits(128), version=4),
    )
    copy.remember(client.session())
    copy.prefer("token", client.token)
    exchange.run(copy, client)
    return copy, client


def _bring_to(stage: str, desks: Desks) -> None:
    """A study that everybody has handled until this stage."""
    desk, _client = desks["pi-office"]
    answers = builders.study_answers({"basic.research_title": f"已有的研究 {stage}"})
    for content in _documents(answers):
        desk.add_file(content)
    study = desk.begin("study", answers, role="pi").id
    deeds: tuple[tuple[str, str, str, Answers], ...] = (
        ("pi-office", "submit", "pi", {"ethics_committee": f"committee:{ident(sample.ETHICS)}"}),
        ("secretary", "ec_pass", "ethics_secretary",
         {"way": "expedited", "members": [f"person:{ident(name)}" for name in MEMBERS]}),
        ("member-1", "give", "ethics_member", {}),
        ("member-2", "give", "ethics_member", {}),
        ("secretary", "ec_conclude", "ethics_secretary", CONCLUSION),
        ("hospital", "approve", "institution_admin", {}),
    )  # fmt: skip
    for place, command, role, said in deeds[: STAGES[stage]]:
        copy, client = desks[place]
        exchange.run(*desks["pi-office"])
        exchange.run(copy, client)
        record = copy.children(study, "opinion")[0] if command == "give" else copy.get(study)
        for content in _documents(said):
            copy.add_file(content)
        filled = {"opinion": "agree"} if command == "give" else {}
        copy.perform(record.id, command, answers={**record.answers, **filled}, said=said, role=role)
        exchange.run(copy, client)
    exchange.run(*desks["pi-office"])


def _documents(answers: Any) -> Iterator[bytes]:
    """The content of every document that these answers name."""
    if isinstance(answers, dict):
        if "sha256" in answers:
            yield builders.content(answers["name"], answers["version"])
        for inner in answers.values():
            yield from _documents(inner)


def copied(template: Path, to: Path) -> Path:
    """A run's own registry and desks."""
    shutil.copytree(template, to, copy_function=shutil.copyfile)
    return to
