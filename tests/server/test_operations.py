"""The registry at work: ready or not, asked too often, measured, told to stop, its database cut."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.errors import AppError, TryLater
from server import logs, periodic, rates
from server.app import create_app
from server.db import connect, read, transact
from server.files import Archive, Documents
from server.moments import clock
from server.periodic import Job
from server.rates import Rate, RateLimit, Rates
from server.sample import PASSWORD
from server.tables import MetaRow, SessionRow
from tests.server.process import Desk, RegistryProcess
from tests.server.province import Province, at_once

PI = "13800000009"
TOKEN = {"Authorization": "Bearer secret of the figures"}


def client_of(province: Province, **more: Any) -> TestClient:
    return TestClient(
        create_app(province.engine, province.archive, **more), raise_server_exceptions=False
    )


def saving(title: str) -> dict[str, Any]:
    return {
        "change_id": str(uuid4()), "record_id": str(uuid4()), "form": "study", "form_version": 1,
        "base_revision": 0, "command": "save", "role": "pi",
        "edits": {"basic.research_title": [None, title]},
    }  # fmt: skip


# -- live and ready --------------------------------------------------------------------------


def test_a_registry_without_its_database_lives_but_is_not_ready(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    engine = connect(f"postgresql://nobody@127.0.0.1:{port}/none")
    with TestClient(create_app(engine, Archive(tmp_path))) as client:
        live, ready = client.get("/v1/health"), client.get("/v1/health/ready")

    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.headers["Retry-After"] == "5"
    assert ready.json()["code"] == "try_later"
    assert "数据库" in ready.json()["message"]["zh"]


def test_a_registry_is_ready_once_its_tables_are_those_it_works_with(province: Province) -> None:
    with client_of(province) as client:
        now = client.get("/v1/health/ready")
        with province.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        before = client.get("/v1/health/ready")
        with province.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        newer = client.get("/v1/health/ready")

    assert (now.status_code, before.status_code, newer.status_code) == (200, 503, 200)
    assert "升级" in before.json()["message"]["zh"]


# -- asked too often -------------------------------------------------------------------------


def test_an_account_that_asks_too_often_waits_and_others_do_not(province: Province) -> None:
    slow = Rates(account=Rate(3, 0.01))
    with client_of(province, rates=slow) as client:
        answers = [client.get("/v1/session", headers=TOKEN) for _ in range(4)]
        other = client.get("/v1/session", headers={"Authorization": "Bearer another"})
        health = [client.get("/v1/health", headers=TOKEN).status_code for _ in range(9)]

    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 101
    error = AppError.from_wire(answers[3].json())
    assert isinstance(error, TryLater)
    assert error.words.zh.startswith("请求过于频繁，请在")
    assert "Please try again in" in error.words.en
    assert other.status_code == 401
    assert set(health) == {200}


def test_an_address_that_signs_in_too_often_waits(province: Province) -> None:
    with client_of(province, rates=Rates(sign_in=Rate(2, 0.01))) as client:
        body = {"login": "nobody", "password": "x" * 8, "desk": "d"}
        told = [client.post("/v1/session", json=body).status_code for _ in range(3)]
        headers = client.post("/v1/session", json=body).headers

    assert told == [401, 401, 429]
    assert int(headers["Retry-After"]) > 0


def test_who_comes_while_too_many_are_inside_is_told_at_once() -> None:
    inside, told = asyncio.Event(), list[AppError]()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        inside.set()
        await asyncio.sleep(3600)

    def answer(error: AppError, _status: int) -> Response:
        told.append(error)
        return Response(status_code=503)

    async def ask(limit: RateLimit, path: str) -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "client": None}
        await limit(scope, lambda: asyncio.sleep(3600), send)  # type: ignore[arg-type]
        return sent

    async def story() -> list[Any]:
        limit = RateLimit(slow, answer, most=1)
        first = asyncio.create_task(ask(limit, "/v1/session"))
        await inside.wait()
        second = await ask(limit, "/v1/session")
        first.cancel()
        return second

    assert asyncio.run(story())[0]["status"] == 503
    assert isinstance(told[0], rates.TooBusy)
    assert told[0].details["seconds"] > 0


# -- figures ----------------------------------------------------------------------------------


def test_figures_are_told_to_whoever_knows_the_token_and_name_nobody(province: Province) -> None:
    with client_of(province, metrics_token="secret of the figures") as client:
        client.get(f"/v1/files/{'a' * 64}/head", headers={"Authorization": "Bearer 13800000009"})
        told = client.get("/metrics", headers=TOKEN)
        wrong = client.get("/metrics", headers={"Authorization": "Bearer secret"})
        bare = client.get("/metrics")
    with client_of(province) as unset:
        nothing = unset.get("/metrics", headers={"Authorization": "Bearer "})

    assert told.status_code == 200
    assert '/files/{sha256}/head",status="401"} ' in told.text
    assert "13800000009" not in told.text
    assert {wrong.status_code, bare.status_code, nothing.status_code} == {404}


def test_figures_are_of_all_processes_and_one_of_them_does_each_job(
    postgres_province_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANBEI_METRICS_TOKEN", "secret of the figures")
    short = postgres_province_url.replace("+psycopg", "")  # as people write it
    with RegistryProcess(short, tmp_path / "files", "--workers", "2") as registry:
        for _ in range(12):  # each over a line of its own: any process may answer
            with Desk(registry.address) as desk:
                assert desk.ask("GET", "/health").status_code == 200
        with Desk(registry.address) as desk:
            told = desk.http.get(f"{registry.address}/metrics", headers=TOKEN, timeout=20).text

    told = told.partition("# TYPE yanbei_requests_total")[2].partition("# HELP")[0]
    [line] = [line for line in told.splitlines() if '/health"' in line]
    assert float(line.split()[-1]) == 12


# -- periodic jobs ----------------------------------------------------------------------------


def test_a_job_is_done_by_one_of_many_and_again_when_it_is_due(province: Province) -> None:
    done: list[int] = []
    count = threading.Lock()

    def work(_session: Session, _documents: Documents, _now: Any) -> int:
        with count:
            done.append(1)
        return 1

    jobs = (Job("test", timedelta(hours=1), work),)
    now = clock()

    def turn(later: timedelta = timedelta()) -> None:
        periodic.turn(province.engine, province.archive, now + later, jobs)

    at_once([turn] * 4)
    assert len(done) == 1
    turn(timedelta(minutes=59))
    assert len(done) == 1
    at_once([lambda: turn(timedelta(minutes=61))] * 4)
    assert len(done) == 2


@pytest.mark.expects_log("job broken failed")
def test_a_job_that_fails_is_due_again_and_holds_up_no_other(province: Province) -> None:
    tried: list[str] = []

    def broken(session: Session, _documents: Documents, _now: Any) -> int:
        tried.append("broken")
        session.execute(insert(MetaRow).values(name="half done", value=""))
        raise RuntimeError("the disk fell off")

    def whole(_session: Session, _documents: Documents, _now: Any) -> int:
        tried.append("whole")
        return 7

    hour = timedelta(hours=1)
    jobs = (Job("broken", hour, broken), Job("whole", hour, whole))
    now = clock()

    assert periodic.turn(province.engine, province.archive, now, jobs) == {"whole": 7}
    assert periodic.turn(province.engine, province.archive, now + hour / 60, jobs) == {}

    assert tried == ["broken", "whole", "broken"]
    left = select(func.count()).select_from(MetaRow).where(MetaRow.name == "half done")
    assert read(province.engine, lambda s: s.scalar(left)) == 0


def test_the_jobs_forget_sessions_that_nobody_uses(province: Province) -> None:
    with client_of(province) as client:
        for desk in ("used", "unused"):
            body = {"login": PI, "password": PASSWORD, "desk": desk}
            assert client.post("/v1/session", json=body).status_code == 200
    old = update(SessionRow).where(SessionRow.desk == "unused")
    long_ago = clock() - timedelta(days=31)
    transact(province.engine, lambda s: s.execute(old.values(seen=long_ago)))

    done = periodic.turn(province.engine, province.archive, clock())

    assert done["sessions"] == 1
    assert set(done) == {job.name for job in periodic.JOBS}
    left = read(province.engine, lambda s: list(s.scalars(select(SessionRow.desk))))
    assert left == ["used"]


# -- told to stop -----------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_request_that_was_begun_is_answered_when_the_registry_is_told_to_stop(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url: str = request.getfixturevalue(f"{database}_province_url")
    workers = ("--workers", "2") if database == "postgres" else ()
    registry = RegistryProcess(url, tmp_path / "files", *workers)
    registry.start()
    with Desk(registry.address, PI) as desk:
        token = desk.session["token"]
    change = saving("关机时的一稿")
    body = json.dumps({"changes": [change]}).encode()
    parts = urlsplit(registry.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as line:
        head = (
            f"POST /v1/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100")  # it is inside

        registry.ask_to_end()
        line.sendall(body)
        answer = b""
        while piece := line.recv(65536):
            answer += piece

    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    assert b'"result":"done"' in answer
    assert registry.end() in (0, -15)


# -- the database is cut ----------------------------------------------------------------------


@pytest.fixture
def cutting(postgres_province_url: str) -> Iterator[Any]:
    """Ends every connection to the database, as its restart does; may keep it shut for a while."""
    name = urlsplit(postgres_province_url).path.strip("/")
    address = postgres_province_url.replace("+psycopg", "").rpartition("/")[0] + "/postgres"
    with psycopg.connect(address, autocommit=True) as connection:

        def cut(*, is_open: bool) -> None:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {is_open}'.encode())
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )

        yield cut
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())


def saved(desk: Desk) -> tuple[int, str]:
    """What became of one more change: the status, and "done" or the code of its refusal."""
    change = saving("负载")
    answer = desk.ask("POST", "/changes", json={"changes": [change]})
    told = answer.json()
    if answer.status_code != 200:
        return answer.status_code, told["code"]
    [outcome] = told["outcomes"]
    return 200, outcome["error"]["code"] if outcome["error"] else outcome["result"]


def at_least(found: list[Any], count: int) -> bool:
    return len(found) >= count


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_restarted_database_needs_no_restarted_registry(
    postgres_province_url: str, cutting: Any, tmp_path: Path
) -> None:
    stop = threading.Event()
    answers: list[tuple[int, str]] = []
    with RegistryProcess(postgres_province_url, tmp_path / "files") as registry:
        with Desk(registry.address, PI) as first:
            token = first.session["token"]

        def signed_in() -> Desk:
            desk = Desk(registry.address)
            desk.http.headers["Authorization"] = f"Bearer {token}"
            return desk

        def keep_saving() -> None:
            with signed_in() as desk:
                while not stop.is_set():
                    answers.append(saved(desk))

        writers = [threading.Thread(target=keep_saving) for _ in range(3)]
        for writer in writers:
            writer.start()
        with signed_in() as desk:
            for _ in range(5):
                more = len(answers) + 3
                wait_for(partial(at_least, answers, more))
                cutting(is_open=True)
            cutting(is_open=False)
            down = desk.ask("GET", "/session"), desk.ask("GET", "/health/ready")
            cutting(is_open=True)
            up = desk.ask("GET", "/session"), desk.ask("GET", "/health/ready")
            after = saved(desk)
        stop.set()
        for writer in writers:
            writer.join()

    assert [a.status_code for a in down] == [503, 503]
    assert down[0].headers["Retry-After"] == "5"
    assert [a.status_code for a in up] == [200, 200]
    assert after == (200, "done")
    assert set(answers) <= {(200, "done"), (200, "try_later"), (503, "try_later")}


# -- no room ----------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_what_fits_is_still_taken(
    sqlite_province_url: str, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    with RegistryProcess(sqlite_province_url, files) as registry, Desk(registry.address, PI) as pi:
        limit = 6 * 1024 * 1024  # a real refusal of the system's, at the 6th megabyte of a file
        resource.prlimit(registry.pid, resource.RLIMIT_FSIZE, (limit, limit))
        full = pi.ask("PUT", f"/files/{'a' * 64}", data=b"x" * 8 * 1024 * 1024)
        small = pi.brings(b"a small document")
        there = pi.ask("GET", f"/files/{small}").content

    assert full.status_code == 507
    assert full.json()["code"] == "disk_full"
    assert "存储空间不足" in full.json()["message"]["zh"]
    assert there == b"a small document"
    assert list((files / ".arriving").iterdir()) == []


# -- logs -------------------------------------------------------------------------------------


def test_the_text_of_a_fault_never_reaches_the_log() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Lines())
    log = logging.Logger("test")
    log.addHandler(handler)
    private = ("430102199001011234", "13900000777", "zs_123456", "向晚晴")
    try:
        try:
            raise psycopg.DataError(f"Failing row contains ({', '.join(private)})")
        except psycopg.DataError as cause:
            raise DataError("INSERT", {"mobile": private[1]}, cause) from cause
    except DataError:
        log.exception("fault")

    written = out.getvalue()
    assert json.loads(written)["said"] == "fault"
    assert "sqlalchemy.exc.DataError" in written
    assert "test_operations.py" in written
    assert not [word for word in private if word in written]
