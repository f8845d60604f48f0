"""Desks without windows: a real working copy and the real exchange, for one account each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.errors import SignInFailed
from app.record import Answers, Record
from local_db import Query, WorkingCopy
from server.sample import PASSWORD
from sync import engine
from sync.client import RegistryClient
from sync.protocol import NewPassword, SignIn

KEY = bytes(range(32))
NEW_PASSWORD = "Changhe2026a"

HOSPITAL = "长河市第一人民医院"
HOSPITAL_ROLE = "institution_admin"


def sign_in(client: RegistryClient, login: str, desk: str = "desk") -> None:
    """Sign in to the sample; where the password must be changed, change it."""
    try:
        session = client.sign_in(SignIn(login=login, password=PASSWORD, desk=desk))
    except SignInFailed:  # it was changed at another desk
        session = client.sign_in(SignIn(login=login, password=NEW_PASSWORD, desk=desk))
    if session.must_change_password:
        client.change_password(NewPassword(old=PASSWORD, new=NEW_PASSWORD))


@dataclass
class Desk:
    """One person at one computer."""

    copy: WorkingCopy
    client: RegistryClient

    @staticmethod
    def open(folder: Path, address: str, login: str) -> Desk:
        client = RegistryClient(address, sleep=lambda _seconds: None)
        sign_in(client, login, folder.name)
        copy = WorkingCopy(folder, KEY)
        copy.remember(client.session())
        return Desk(copy, client)

    def sync(self) -> engine.Report:
        return engine.run(self.copy, self.client)

    def close(self) -> None:
        self.copy.close()
        self.client.close()

    def do(
        self,
        record: UUID,
        command: str,
        role: str,
        *,
        said: Answers | None = None,
        answers: Answers | None = None,
    ) -> Record:
        """Act on a record here, offline, on top of the answers that stand."""
        whole = {**self.copy.get(record).answers, **(answers or {})}
        return self.copy.perform(record, command, answers=whole, said=said, role=role)

    def listed(self, form: str, *states: str) -> list[str]:
        """The titles of the records of a form, as the list shows them."""
        rows = self.copy.rows(Query(form, states=states, limit=10_000)).rows
        return sorted(row.head.title for row in rows)
