"""Where every run begins: the sample province, and desks that have had their initial copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from local_db import WorkingCopy
from server import accounts, passwords, sample
from server.db import connect, transact
from server.files import Archive
from server.migrations import migrate
from sync import engine as exchange
from sync.protocol import SignIn
from tests.whole.simulator.network import Calm, DeskClient
from tests.whole.simulator.registry import SimulatedRegistry

BEGINS = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
KEY = bytes(range(32))
PI, SECRETARY, HOSPITAL = "林远", "周静", sample.HOSPITAL
MEMBERS = ("何平", "沈兰")


@dataclass(frozen=True)
class Place:
    """A computer on which somebody works."""

    name: str
    account: str
    login: str


PLACES = (
    Place("pi-office", PI, "13800000009"),
    Place("pi-home", PI, "13800000009"),
    Place("secretary", SECRETARY, "13800000001"),
    Place("member-1", MEMBERS[0], "13800000002"),
    Place("member-2", MEMBERS[1], "13800000003"),
    Place("hospital", HOSPITAL, HOSPITAL),
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
    for place in PLACES:
        client = DeskClient(registry, Calm())
        client.sign_in(SignIn(login=place.login, password=sample.PASSWORD, desk=place.name))
        copy = WorkingCopy(folder / place.name, KEY, now=lambda: BEGINS)
        copy.remember(client.session())
        session = copy.session()
        assert session is not None
        exchange.run(copy, client)
        copy.prefer("token", client.token)
        copy.close()
    registry.close()
    passwords.is_right(None, "")
    return folder


def copied(template: Path, to: Path) -> Path:
    """A run's own registry and desks."""
    shutil.copytree(template, to, copy_function=shutil.copyfile)
    return to
