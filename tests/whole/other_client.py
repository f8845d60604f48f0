"""Another client, written from docs/protocol.md alone: nothing of Yanbei is imported here."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

import requests

VERSION = 2


class Refused(Exception):
    """What the registry said no to, in its words."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body["code"], body["message"]["en"])
        self.code, self.details = body["code"], body["details"]


class OtherClient:
    """One person at one computer, with everything in memory."""

    def __init__(self, address: str) -> None:
        self.address, self.desk, self.token = address, secrets.token_hex(8), ""
        self.http = requests.Session()
        self.principal: dict[str, Any] = {}
        self.epoch = ""
        self.positions: dict[str, int] = {}
        self.told: dict[str, set[str]] = {}  # by feed, what is in it
        self.records: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, dict[str, Any]] = {}
        self.outbox: list[dict[str, Any]] = []
        self.problems: dict[str, dict[str, Any]] = {}  # outcomes that a person must look at

    def ask(self, method: str, path: str, **rest: Any) -> bytes:
        headers = {"X-Yanbei-Version": str(VERSION), "Accept-Encoding": "identity"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        reply = self.http.request(
            method, f"{self.address}/v1{path}", headers=headers, timeout=60,
            allow_redirects=False, **rest,
        )  # fmt: skip
        if reply.status_code >= 300:
            raise Refused(reply.json())
        return reply.content

    # -- §3 ---------------------------------------------------------------------------------

    def sign_in(self, login: str, password: str) -> bool:
        """Whether the password must be changed."""
        who = {"login": login, "password": password, "desk": self.desk, "desk_name": "另一个程序"}
        session = json.loads(self.ask("POST", "/session", json=who))
        self.token = session["token"]
        self.believe(session)
        return bool(session["must_change_password"])

    def change_password(self, old: str, new: str) -> None:
        session = json.loads(self.ask("POST", "/password", json={"old": old, "new": new}))
        self.token = session["token"] or self.token

    def believe(self, session: dict[str, Any]) -> None:
        self.principal = session["principal"]
        if self.epoch not in ("", session["epoch"]):  # restored from an older backup
            self.positions, self.told = {}, {}
        self.epoch = session["epoch"]

    # -- §8 ---------------------------------------------------------------------------------

    def send_document(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        if not json.loads(self.ask("GET", f"/files/{sha256}/head"))["stored"]:
            self.ask("PUT", f"/files/{sha256}", data=content)
        return sha256

    # -- §4, §5 -----------------------------------------------------------------------------

    def write(self, form: str, version: int, answers: dict[str, Any], role: str) -> str:
        """A new record with these answers, to be sent; its id."""
        record_id = str(uuid.uuid4())
        self.records[record_id] = {
            "id": record_id, "form": form, "form_version": version, "revision": 0, "answers": {},
        }  # fmt: skip
        edits = {path: [None, now] for path, now in leaves(answers, "")}
        self.act(record_id, "save", role, edits=edits)
        return record_id

    def act(
        self, record_id: str, command: str, role: str, *,
        edits: dict[str, Any] | None = None, said: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        record = self.records[record_id]
        self.outbox.append({
            "change_id": str(uuid.uuid4()), "record_id": record_id, "form": record["form"],
            "form_version": record["form_version"], "base_revision": record["revision"],
            "command": command, "role": role, "edits": edits or {}, "said": said or {},
            "parent": None, "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        })  # fmt: skip

    # -- §6, §6a ----------------------------------------------------------------------------

    def round(self) -> None:
        """Send what waits, one change of a record at a time; hear what is new, to its end."""
        more = True
        while more:
            batch: dict[str, dict[str, Any]] = {}
            for change in self.outbox:
                batch.setdefault(change["record_id"], change)
            changes = [c for c in batch.values() if c["change_id"] not in self.problems][:200]
            whole = [change["change_id"] for change in changes]
            asked = {"changes": changes, "whole": whole, "positions": self.positions}
            lines = self.ask("POST", "/round", json=asked).split(b"\n")
            head = json.loads(lines[0])
            self.believe(head["session"])
            for change, outcome in zip(changes, head["outcomes"], strict=True):
                self.settle(change, outcome)
            end = json.loads(lines[-2])  # the last one ends with \n, too
            assert end["end"], "the reply was cut off"
            for place in range(1, len(lines) - 2, 2):
                self.hear(json.loads(lines[place]), lines[place + 1])
            for feed, told in head["published"].items():
                if self.positions.get(feed, 0) == told["first"] - 1:
                    self.positions[feed] = told["first"] + len(told["items"]) - 1
                    for item in told["items"]:
                        self.told.setdefault(feed, set()).add(changes[item]["record_id"])
            more = end["more"] or (bool(changes) and len(self.outbox) > len(self.problems))

    def settle(self, change: dict[str, Any], outcome: dict[str, Any]) -> None:
        if outcome.get("record"):
            self.records[change["record_id"]] = outcome["record"]
        if outcome["result"] == "done":
            self.outbox.remove(change)
            for later in self.outbox:
                if later["record_id"] == change["record_id"]:
                    later["base_revision"] = self.records[change["record_id"]]["revision"]
        else:
            self.problems[change["change_id"]] = outcome

    def hear(self, line: dict[str, Any], body: bytes) -> None:
        feed, ref = line["feed"], line["id"]
        if line["kind"] == "gone":
            self.told.setdefault(feed, set()).discard(ref)
        else:
            self.told.setdefault(feed, set()).add(ref)
            kept = self.records if line["kind"] == "record" else self.cards
            kept[ref] = json.loads(body)
        self.positions[feed] = line["position"]


def leaves(answers: dict[str, Any], before: str) -> list[tuple[str, Any]]:
    """Every path and its value; an empty row is a path that ends with a slash."""
    found: list[tuple[str, Any]] = []
    for key, value in answers.items():
        if not isinstance(value, dict):
            found.append((before + key, value))
        elif value:
            found += leaves(value, f"{before}{key}/")
        elif "/" in before + key:
            found.append((f"{before}{key}/", True))
    return found
