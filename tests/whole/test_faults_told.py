"""What goes wrong between a desk and its registry is told: what happened, and what to do."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest
import requests

from app.errors import (
    AppError,
    DiskFull,
    NotFound,
    SignedOut,
    SignInFailed,
    TooOld,
    TryLater,
    Unreachable,
    Unreadable,
)
from local_db import vault
from sync import engine
from sync.client import RegistryClient
from sync.protocol import VERSION_HEADER, SignIn
from tests.whole.conftest import Opened
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE
from tests.whole.registry_process import RegistryProcess


def said(error: AppError, zh: str, en: str) -> None:
    """Both languages, each with what to do."""
    assert zh in error.say("zh")
    assert en in error.say("en")


def test_an_ended_session_asks_to_sign_in_and_keeps_the_work(
    registry: RegistryProcess, open_desk: Opened
) -> None:
    desk = open_desk(registry, HOSPITAL)
    desk.copy.begin("person", {"name": "向晚晴"}, role=HOSPITAL_ROLE)
    token = desk.client._token
    desk.client.sign_out()
    desk.client.use(token)

    with pytest.raises(SignedOut) as ended:
        desk.sync()

    said(ended.value, "请重新登录", "sign in again")
    assert [item.title for item in desk.copy.outbox()] == ["向晚晴"]


def test_without_a_network_the_work_goes_on(registry: RegistryProcess, open_desk: Opened) -> None:
    desk = open_desk(registry, HOSPITAL)
    registry.kill()
    desk.copy.begin("person", {"name": "向晚晴"}, role=HOSPITAL_ROLE)

    with pytest.raises(Unreachable) as lost:
        desk.sync()

    said(lost.value, "恢复联网后会自动上报", "once the network is back")
    registry.start()
    assert desk.sync().sent == 1


def test_nobody_there_is_told_like_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]

    with pytest.raises(Unreachable) as lost:
        RegistryClient(f"http://127.0.0.1:{port}", sleep=lambda _s: None).session()

    said(lost.value, "保存在本机", "kept on this computer")


def test_a_wrong_password_says_whom_to_ask_and_many_say_how_long_to_wait(
    registry: RegistryProcess,
) -> None:
    client = RegistryClient(registry.address, sleep=lambda _s: None)
    wrong = SignIn(login=HOSPITAL, password="Wrong2026", desk="d")
    unknown = SignIn(login="没有这家医院", password="Wrong2026", desk="d")

    told = []
    for who in (wrong, unknown):
        with pytest.raises(SignInFailed) as failed:
            client.sign_in(who)
        said(failed.value, "请", "ask your administrator")
        told.append(failed.value.say())
    assert told[0] == told[1], "nobody can find out which logins there are"

    for _ in range(4):
        with pytest.raises(SignInFailed):
            client.sign_in(wrong)
    with pytest.raises(TryLater) as later:
        client.sign_in(wrong)
    said(later.value, "后再试", "try again in")
    assert later.value.details["seconds"] > 0


def test_a_program_too_old_is_told_to_be_updated(registry: RegistryProcess) -> None:
    client = RegistryClient(registry.address, sleep=lambda _s: None)
    client._http.headers[VERSION_HEADER] = "0"

    with pytest.raises(TooOld) as old:
        client.sign_in(SignIn(login=HOSPITAL, password="x", desk="d"))

    said(old.value, "请更新程序", "update")


def test_a_full_disk_stops_the_round_in_words_and_nothing_is_lost(
    registry: RegistryProcess, open_desk: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(registry, HOSPITAL)
    sha256 = desk.copy.add_file(b"%PDF-1.7 kept elsewhere")
    desk.sync()
    other = open_desk(registry, HOSPITAL)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault.Whole, "keep", full)
    with pytest.raises(DiskFull) as told:
        other.copy.keep_file(sha256, other.client.get_file(sha256))
    said(told.value, "请", "space")

    monkeypatch.undo()
    other.copy.keep_file(sha256, other.client.get_file(sha256))
    assert other.copy.file(sha256) == b"%PDF-1.7 kept elsewhere"
    assert engine.run(other.copy, other.client).refused == []


def test_a_document_damaged_on_its_way_is_refused_and_an_unknown_one_is_not_found(
    registry: RegistryProcess, open_desk: Opened
) -> None:
    client = open_desk(registry, HOSPITAL).client
    sha256 = hashlib.sha256(b"right").hexdigest()

    with pytest.raises(Unreadable) as damaged:
        client.put_file(sha256, b"wrong")
    said(damaged.value, "请再传一次", "send it again")
    with pytest.raises(NotFound) as missing:
        client.get_file(sha256)
    said(missing.value, "没有这个附件", "no such document")


def test_whatever_is_refused_comes_as_an_error_of_the_protocol(
    registry: RegistryProcess, tmp_path: Path
) -> None:
    for method, path, status in (
        ("GET", "/v1/session", 401), ("POST", "/v1/session", 422), ("GET", "/v1/nowhere", 404),
        ("PUT", "/v1/session", 405), ("POST", "/v1/changes", 401), ("GET", "/v1/digest", 401),
    ):  # fmt: skip
        reply = requests.request(method, registry.address + path, timeout=10)
        assert reply.status_code == status, (method, path)
        body = reply.json()
        assert set(body) == {"code", "message", "details"}
        assert body["message"]["zh"]
        assert body["message"]["en"]
