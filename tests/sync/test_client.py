"""What the desk makes of replies, the good and the odd ones."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import orjson
import pytest
import zstandard

from app.errors import (
    AppError,
    Conflict,
    Faulty,
    SignedOut,
    TooLarge,
    TooOld,
    TryLater,
    Unreachable,
    Unreadable,
)
from sync.client import RegistryClient, Timeouts
from sync.files import PATIENCE
from sync.line import TOGETHER, AtOnce
from sync.protocol import CURRENT, NewPassword, SignIn
from sync.rhythm import asked_of
from tests.sync.faults import Exchange, Fault, FaultyNetwork, request_lost, said

SESSION = orjson.dumps({
    "token": "t", "principal": {"id": "person:1", "name": "何平"}, "login": "x",
    "must_change_password": False, "feeds": ["directory"], "epoch": "1", "now": "2026",
})  # fmt: skip
JSON = "Content-Type: application/json"
NOWHERE = ("127.0.0.1", 9)


@pytest.fixture
def network() -> Iterator[FaultyNetwork]:
    with FaultyNetwork(NOWHERE) as network:
        yield network


def client(network: FaultyNetwork, **more: object) -> RegistryClient:
    return RegistryClient(network.address, "t", sleep=lambda _s: None, **more)  # type: ignore[arg-type]


def ok(body: bytes, *headers: str) -> Fault:
    return said("200 OK", body, *headers)


@pytest.mark.parametrize(
    ("reply", "error", "sentence"),
    [
        (said("401 U", b'{"code":"signed_out","message":{"zh":"z","en":"e"}}'), SignedOut, "z"),
        (said("426 U", b'{"code":"too_old","message":{"zh":"z","en":"e"}}'), TooOld, "z"),
        (said("409 C", b'{"code":"conflict","message":{"zh":"z","en":"e"}}'), Conflict, "z"),
        (said("400 B", b'{"code":"from tomorrow","message":{"zh":"z","en":"e"}}'), AppError, "z"),
        (said("500 I", b"<h1>Internal Server Error</h1>"), Faulty, "出现故障"),
        (said("500 I"), Faulty, "出现故障"),
        (said("404 N", b'{"detail":"Not Found"}'), Faulty, "出现故障"),
        (said("302 F", b"", "Location: https://hotel.example/sign-in"), Faulty, "出现故障"),
        (ok(b"<html>Welcome to our hotel</html>"), Unreadable, "在途中损坏"),
        (ok(b'{"token": "t"'), Unreadable, "在途中损坏"),
        (ok(b"[]"), Unreadable, "在途中损坏"),
        (ok(b""), Unreadable, "在途中损坏"),
    ],
)
def test_an_odd_reply_is_told_in_words(
    network: FaultyNetwork, reply: Fault, error: type[AppError], sentence: str
) -> None:
    network.plan = [reply] * 3

    with pytest.raises(AppError, match=sentence) as told:
        client(network).session()

    assert type(told.value) is error
    assert told.value.words.en
    assert len(network.seen) == 1, "asking again would not help"


@pytest.mark.parametrize(
    "fault", [request_lost, said("502 B"), said("503 S"), said("504 G"), lambda _e: b"HTTP/1.1 2"]
)
def test_what_passes_is_tried_three_times(network: FaultyNetwork, fault: Fault) -> None:
    network.plan = [fault, fault, ok(SESSION)]
    assert client(network).session().login == "x"

    network.plan = [fault, fault, fault, ok(SESSION)]
    with pytest.raises(Unreachable, match="恢复联网后会自动上报"):
        client(network).session()


@pytest.mark.parametrize(
    ("reply", "error", "seconds"),
    [
        (said("503 S", b"", "Retry-After: 5"), Unreachable, 5),
        (said("429 T", b"<html>slow down</html>", "Retry-After: 30"), Faulty, 30),
        (said("429 T", orjson.dumps(TryLater("稍后", "later", seconds=7).to_wire()), JSON,
              "Retry-After: 30"), TryLater, 7),
        (said("503 S", b"", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"), Unreachable, 0),
        (said("503 S", b"", "Retry-After: " + "9" * 30), Unreachable, 0),
        (said("503 S", b"", "Retry-After: -1"), Unreachable, 0),
        (said("503 S"), Unreachable, 0),
    ],
)  # fmt: skip
def test_the_pause_that_is_asked_for_reaches_the_rhythm(
    network: FaultyNetwork, reply: Fault, error: type[AppError], seconds: int
) -> None:
    network.plan = [reply] * 3

    with pytest.raises(error) as told:
        client(network).session()

    assert asked_of(told.value) == seconds


def test_a_registry_that_is_not_there_is_told_without_delay() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    began = time.monotonic()

    with pytest.raises(Unreachable):
        RegistryClient(f"http://127.0.0.1:{port}", sleep=lambda _s: None).session()

    assert time.monotonic() - began < 5


def test_a_registry_that_says_nothing_is_given_up(network: FaultyNetwork) -> None:
    network.plan = [lambda _e: time.sleep(0.6) or b""] * 3
    patient = Timeouts(connect=0.2, read=0.1, whole=1)

    with pytest.raises(Unreachable):
        client(network, timeouts=patient).session()


def test_a_registry_that_drips_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        dripping = threading.Thread(target=_drip, args=(door,), daemon=True)
        dripping.start()
        began = time.monotonic()
        registry = RegistryClient(
            f"http://127.0.0.1:{door.getsockname()[1]}",
            timeouts=Timeouts(connect=1, read=1, whole=0.5),
            sleep=lambda _s: None,
        )

        with pytest.raises(Unreachable):
            registry._call("GET", "/session", tries=1)

        assert time.monotonic() - began < 3
        registry.close()
        dripping.join(5)


def _drip(door: socket.socket) -> None:
    desk, _ = door.accept()
    with desk:
        desk.recv(65536)
        try:
            desk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(40):
                desk.sendall(b" " * 10)
                time.sleep(0.1)
        except OSError:
            return


def test_a_password_change_is_not_repeated_by_itself(network: FaultyNetwork) -> None:
    network.plan = [request_lost, ok(SESSION)]

    with pytest.raises(Unreachable):
        client(network).change_password(NewPassword(old="a", new="b"))

    assert len(network.seen) == 1


def test_the_session_of_a_sign_in_is_used_and_ended(network: FaultyNetwork) -> None:
    requests: list[bytes] = []

    def noted(exchange: Exchange) -> bytes:
        requests.append(exchange.request)
        return ok(SESSION, JSON)(exchange)

    network.plan = [noted, noted, said("204 N"), noted]
    registry = RegistryClient(network.address)
    registry.sign_in(SignIn(login="x", password="Yanbei2026", desk="d"))
    registry.session()
    registry.sign_out()
    registry.session()

    signed_in = [b"Authorization: Bearer t" in request for request in requests]
    assert signed_in == [False, True, False]
    spoken = f"X-Yanbei-Version: {CURRENT}".encode()
    assert all(spoken in request for request in requests)


def test_a_proxy_for_the_world_is_not_used_for_this_computer(
    network: FaultyNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    network.plan = [ok(SESSION)]

    assert client(network).session().login == "x"
    assert RegistryClient("https://registry.example")._http.trust_env


def test_a_flood_is_refused(network: FaultyNetwork) -> None:
    network.plan = [ok(b" " * 300_000)]

    with pytest.raises(TooLarge):
        client(network)._call("GET", "/session", longest=200_000)


def test_outcomes_of_other_changes_are_not_believed(network: FaultyNetwork) -> None:
    other = {"change_id": "00000000-0000-0000-0000-000000000002", "result": "done"}
    network.plan = [ok(orjson.dumps({"outcomes": [other]}))]

    with pytest.raises(Unreadable):
        client(network).changes([{"change_id": "00000000-0000-0000-0000-000000000001"}])


# -- news --------------------------------------------------------------------------------------

LINES = [
    b'{"feed":"person:1","position":1,"kind":"card","id":"person:1"}', b'{"name":"\xe4\xbd\x95"}',
    b'{"feed":"person:1","position":2,"kind":"gone","id":"x"}', b"",
    b'{"feed":"person:1","position":3,"kind":"card","id":"person:2"}', b'{"a":1}',
]  # fmt: skip
END = b'{"end":true,"feeds":["person:1"],"more":false}'
WHOLE = b"\n".join([*LINES, END]) + b"\n"


def positions(network: FaultyNetwork) -> list[int]:
    news = client(network).news({})
    found = [line.position for line, _ in news]
    assert news.end is not None
    assert news.end.feeds == ("person:1",)
    return found


@pytest.mark.parametrize("compressed", [False, True])
def test_news_are_read_as_they_come(network: FaultyNetwork, compressed: bool) -> None:
    body = zstandard.ZstdCompressor().compress(WHOLE) if compressed else WHOLE
    network.plan = [ok(body, *(["Content-Encoding: zstd"] if compressed else []))]

    assert positions(network) == [1, 2, 3]


def test_news_cut_anywhere_give_only_whole_items_and_then_say_so(network: FaultyNetwork) -> None:
    for size in range(len(WHOLE) - 1):
        network.plan = [ok(WHOLE[:size])]
        news, found = client(network).news({}), []

        with pytest.raises(Unreachable):
            found.extend(news)

        whole = WHOLE[:size].count(b"\n") // 2
        assert [line.position for line, _ in found] == [1, 2, 3][:whole]
        assert news.end is None


@pytest.mark.parametrize(
    ("place", "instead"),
    [(0, b'{"feed":"person:1","posit'), (0, b"<html>"), (1, b'{"name":'), (1, b""), (4, b"\xff")],
)
def test_garbled_news_are_not_taken(network: FaultyNetwork, place: int, instead: bytes) -> None:
    lines = [*LINES, END]
    lines[place] = instead
    network.plan = [ok(b"\n".join(lines) + b"\n")]

    with pytest.raises(Unreadable, match="损坏"):
        positions(network)


def test_a_compressed_stream_that_is_damaged_is_not_taken(network: FaultyNetwork) -> None:
    squeezed = zstandard.ZstdCompressor(write_checksum=True).compress(WHOLE * 50)
    for place in range(0, len(squeezed), 7):
        body = bytearray(squeezed)
        body[place] ^= 0x41
        network.plan = [ok(bytes(body), "Content-Encoding: zstd")]

        with pytest.raises((Unreadable, Unreachable)):
            positions(network)


# -- documents ---------------------------------------------------------------------------------

DOCUMENT = bytes(range(256)) * 400


def ranged(network: FaultyNetwork, cut: int) -> Fault:
    """A registry that knows ranges, on a line that breaks after so many bytes."""

    def answer(exchange: Exchange) -> bytes:
        asked = exchange.request.lower().partition(b"range: bytes=")[2].partition(b"-")[0]
        start = int(asked or 0)
        status = "206 Partial" if start else "200 OK"
        reply = said(status, DOCUMENT[start:])(exchange)
        return reply[: reply.index(b"\r\n\r\n") + 4 + cut]

    return answer


def test_a_document_that_breaks_off_goes_on_from_where_it_was(network: FaultyNetwork) -> None:
    network.plan = [ranged(network, 30_000)] * 4

    assert client(network).get_file("a" * 64) == DOCUMENT
    assert len(network.seen) == 4


def test_a_document_from_a_registry_without_ranges_begins_anew(network: FaultyNetwork) -> None:
    broken = ranged(network, 30_000)
    network.plan = [broken, ok(DOCUMENT)]

    assert client(network).get_file("a" * 64) == DOCUMENT


def test_a_document_that_never_gets_on_is_given_up(network: FaultyNetwork) -> None:
    network.plan = [ranged(network, 0)] * 10

    with pytest.raises(Unreachable):
        client(network).get_file("a" * 64)

    assert len(network.seen) == PATIENCE + 1


# -- how a request leaves ------------------------------------------------------------------------


class _Noted:
    """A socket that keeps what it was given, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.pieces.append(data)

    def settimeout(self, _seconds: object) -> None:
        """Nothing here waits."""

    def close(self) -> None:
        """Nobody listens."""


@pytest.mark.parametrize(("size", "pieces"), [(0, 1), (500, 1), (TOGETHER, 2), (3 * TOGETHER, 2)])
def test_head_and_a_small_body_leave_in_one_piece(size: int, pieces: int) -> None:
    connection, noted, body = AtOnce("registry.example"), _Noted(), b"x" * size
    connection.sock = noted  # type: ignore[assignment]

    connection.request("POST", "/v1/round", body=body, headers={"Content-Length": str(size)})

    assert len(noted.pieces) == pieces
    head, _, rest = b"".join(noted.pieces).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/round HTTP/1.1")
    assert rest == body
    connection.sock = None
