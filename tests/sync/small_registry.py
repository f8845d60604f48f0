"""A registry of one file: changes once, news in order, files by their checksum. In a thread."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import orjson
import zstandard

from app.answers import replay
from app.errors import AppError
from app.forms import FORMS
from app.heads import head_of
from app.record import Principal, Record
from app.workflows import WORKFLOWS
from app.workflows.roles import feeds_of, roles_on
from app.workflows.table import audience


class SmallRegistry:
    """For one account. Keeps everything in memory, under one lock."""

    def __init__(self, who: Principal) -> None:
        self.who, self.turn = who, threading.Lock()
        self.records: dict[UUID, Record] = {}
        self.outcomes: dict[str, dict[str, Any]] = {}
        self.done: list[str] = []
        self.feed: list[tuple[str, str, UUID]] = []
        self.files: dict[str, bytes] = {}

    def __enter__(self) -> SmallRegistry:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer("GET")

            def do_POST(self) -> None:
                self._answer("POST")

            def do_PUT(self) -> None:
                self._answer("PUT")

            def _answer(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with registry.turn:
                    status, reply, packed = registry.answer(method, self.path[3:], body)
                self.send_response(status)
                if packed:
                    self.send_header("Content-Encoding", "zstd")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def door(self) -> tuple[str, int]:
        return "127.0.0.1", self._server.server_address[1]

    def answer(  # noqa: PLR0911 -- one line for each message
        self, method: str, path: str, body: bytes
    ) -> tuple[int, bytes, bool]:
        match method, path.strip("/").split("/"):
            case _, ["session"]:
                return 200, self._session(), False
            case "POST", ["changes"]:
                changes = orjson.loads(body)["changes"]
                return 200, orjson.dumps({"outcomes": [self._judge(c) for c in changes]}), False
            case "POST", ["news"]:
                return 200, self._news(orjson.loads(body)), True
            case "GET", ["files", sha256, "head"]:
                stored = sha256 in self.files
                size = len(self.files.get(sha256, b""))
                return 200, orjson.dumps({"sha256": sha256, "size": size, "stored": stored}), False
            case "PUT", ["files", sha256]:
                if hashlib.sha256(body).hexdigest() != sha256:
                    return 400, orjson.dumps(AppError("x", "x").to_wire()), False
                self.files[sha256] = body
                return 204, b"", False
            case "GET", ["files", sha256]:
                return 200, self.files[sha256], False
        return 404, b"", False

    def _session(self) -> bytes:
        return orjson.dumps({
            "token": "t", "principal": self.who.to_wire(), "login": "x", "epoch": "1",
            "must_change_password": False, "feeds": feeds_of(self.who), "now": "",
        })  # fmt: skip

    def _judge(self, change: dict[str, Any]) -> dict[str, Any]:
        if change["change_id"] not in self.outcomes:
            self.outcomes[change["change_id"]] = self._do(change)
        return {"change_id": change["change_id"], **self.outcomes[change["change_id"]]}

    def _do(self, change: dict[str, Any]) -> dict[str, Any]:
        form, workflow = FORMS[change["form"]], WORKFLOWS[change["form"]]
        record_id = UUID(change["record_id"])
        record = self.records.get(record_id) or Record(
            record_id, form.id, form.version, workflow.start,
            parties=workflow.parties_of_new(str(record_id), self.who),
        )  # fmt: skip
        try:
            step = workflow.step(
                change["command"], record.state, roles_on(record.parties, self.who), change["said"]
            )
        except AppError as error:
            return {"result": "refused", "error": error.to_wire()}
        tried = replay(record.answers, {p: (w, n) for p, (w, n) in change["edits"].items()})
        if tried.clashes:
            return {"result": "clash", "record": record.to_wire(), "clashes": tried.clashes}
        record = replace(
            record,
            answers=tried.answers,
            state=step.to or record.state,
            revision=record.revision + 1,
        )
        self.records[record_id] = record
        self.done.append(change["change_id"])
        for feed in sorted(audience(workflow, record.state, record.parties)):
            self.feed.append((feed, "record", record_id))
        return {"result": "done", "record": record.to_wire()}

    def _news(self, request: dict[str, Any]) -> bytes:
        lines: list[bytes] = []
        feeds, left = feeds_of(self.who), request["limit"]
        more = False
        for feed in feeds:
            told = [entry for entry in self.feed if entry[0] == feed]
            for position, (_, kind, record_id) in enumerate(told, start=1):
                if position <= request["positions"].get(feed, 0):
                    continue
                if not left:
                    more = True
                    break
                left -= 1
                record = self.records[record_id]
                head = head_of(record).to_wire()
                line = {"feed": feed, "position": position, "kind": kind, "id": str(record_id)}
                lines += [orjson.dumps({**line, "head": head}), orjson.dumps(record.to_wire())]
        lines.append(orjson.dumps({"end": True, "feeds": feeds, "more": more}))
        return zstandard.ZstdCompressor(write_checksum=True).compress(b"\n".join(lines) + b"\n")
