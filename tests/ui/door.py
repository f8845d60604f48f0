"""The registry's door, as far as signing in goes: a real HTTP server, with records to tell."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from app.heads import head_of
from app.record import Principal, Record
from app.workflows.roles import feeds_of


class Door:
    """What the registry knows of one account."""

    def __init__(self, who: Principal, login: str, password: str) -> None:
        self.who, self.login, self.password = who, login, password
        self.must_change = False
        self.ended = False
        """Whether every session has ended."""
        self.records: list[Record] = []
        self.asked: list[str] = []
        self.address = ""

    def session(self, *, token: bool) -> dict[str, Any]:
        return {
            "token": "a-token" if token else "",
            "principal": self.who.to_wire(),
            "login": self.login,
            "must_change_password": self.must_change,
            "feeds": list(feeds_of(self.who)),
            "epoch": "1",
            "now": "2026-11-21T00:00:00+00:00",
        }

    def answer(  # noqa: PLR0911 -- one for each message
        self, request: str, body: dict[str, Any]
    ) -> tuple[int, bytes]:
        self.asked.append(request)
        match request:
            case "POST /v1/session":
                if body["password"] != self.password or body["login"] != self.login:
                    return 401, _refusal("sign_in_failed", "账号或密码不正确。")
                self.ended = False
                return 200, orjson.dumps(self.session(token=True))
            case "POST /v1/password":
                if body["old"] != self.password:
                    return 401, _refusal("sign_in_failed", "原密码不正确。")
                self.password, self.must_change = body["new"], False
                return 200, orjson.dumps(self.session(token=True))
            case _ if self.ended:
                return 401, _refusal("signed_out", "登录已过期。")
            case "GET /v1/session":
                return 200, orjson.dumps(self.session(token=False))
            case "POST /v1/round":
                head = orjson.dumps({"session": self.session(token=False)})
                return 200, head + b"\n" + self._news(body["positions"])
        return 204, b""

    def _news(self, positions: dict[str, int]) -> bytes:
        lines = []
        start = positions.get(self.who.id, 0)
        for position, record in enumerate(self.records[start:], start=start + 1):
            line = {
                "feed": self.who.id, "position": position, "kind": "record", "id": str(record.id),
                "head": head_of(record).to_wire(),
            }  # fmt: skip
            lines += [orjson.dumps(line), orjson.dumps(record.to_wire())]
        lines.append(orjson.dumps({"end": True, "feeds": list(feeds_of(self.who)), "more": False}))
        return b"\n".join(lines) + b"\n"


def _refusal(code: str, zh: str) -> bytes:
    return orjson.dumps({"code": code, "message": {"zh": zh, "en": f"{code}."}, "details": {}})


@contextmanager
def standing(door: Door) -> Iterator[Door]:
    """The door while it can be reached."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}") if length else {}
            status, reply = door.answer(f"{self.command} {self.path}", body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._serve
            raise AttributeError(name)

        def log_message(self, *_args: object) -> None:
            """Nothing: the tests look at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
