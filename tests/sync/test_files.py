"""Documents over lines that break: what has come stays, and hardly a byte travels twice."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from app.answers import files_in
from app.errors import NotFound, TooLarge, Unreachable, Unreadable
from app.forms import FORMS
from server import sample
from sync import engine, files
from sync.client import RegistryClient
from tests import builders
from tests.sync.cutting_line import CuttingLine
from tests.sync.faults import FaultyNetwork, garbled_at, passed_on, reply_lost, request_lost
from tests.whole.conftest import open_desk
from tests.whole.desks import HOSPITAL, Desk, sign_in
from tests.whole.registry_process import RegistryProcess

__all__ = ["open_desk"]

PI, SECRETARY = "13800000009", "13800000001"
MB = 1024 * 1024
SLACK = 1.05
"""How much of what was sent may have been sent in vain."""


def document(size: int, seed: int = 1) -> tuple[str, bytes]:
    content = b"%PDF-1.7\n" + random.Random(seed).randbytes(size)
    return hashlib.sha256(content).hexdigest(), content


def over(line: CuttingLine) -> RegistryClient:
    client = RegistryClient(line.address, sleep=lambda _seconds: None)
    sign_in(client, HOSPITAL)
    return client


@pytest.fixture
def direct(registry: RegistryProcess) -> Iterator[RegistryClient]:
    client = RegistryClient(registry.address, sleep=lambda _seconds: None)
    sign_in(client, HOSPITAL)
    yield client
    client.close()


def test_documents_arrive_over_a_line_that_breaks_and_hardly_a_byte_is_sent_twice(
    registry: RegistryProcess,
) -> None:
    sent = 0
    with CuttingLine(registry.door, 2 * MB) as line:
        client = over(line)
        for number in range(3):
            sha256, content = document(5 * MB, number)
            client.send_file(sha256, files.Memory(content))
            assert client.has_file(sha256)
            sent += len(content)
        client.close()

    assert line.cuts >= 6
    assert line.up <= SLACK * sent, f"{line.up} for {sent}"


def test_a_document_is_fetched_over_a_line_that_breaks_and_hardly_a_byte_comes_twice(
    registry: RegistryProcess, direct: RegistryClient
) -> None:
    sha256, content = document(12 * MB)
    direct.put_file(sha256, content)

    with CuttingLine(registry.door, 2 * MB, up=False) as line:
        client = over(line)
        assert client.get_file(sha256) == content
        client.close()

    assert line.cuts >= 5
    assert line.down <= SLACK * len(content)


def test_who_gave_up_goes_on_where_it_broke_off(direct: RegistryClient) -> None:
    sha256, content = document(3 * MB)
    through: list[int] = []

    def stop(sent: int, _of: int) -> None:
        through.append(sent)
        if sent >= MB:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        direct.send_file(sha256, files.Memory(content), stop)
    first, through[:] = list(through), []
    direct.send_file(sha256, files.Memory(content), lambda sent, _of: through.append(sent))

    assert first[0] == 0
    assert through[0] == first[-1] >= MB
    assert through[-1] == len(content)
    assert direct.get_file(sha256) == content


def test_a_round_that_is_stopped_within_a_document_goes_on_there(
    registry: RegistryProcess, open_desk: Callable[..., Desk]
) -> None:
    desk, stop = open_desk(registry, PI), Event()

    def pieces(seed: int, *, stopped_after: int = 10_000) -> int:
        told = 0

        def progress(stage: str, _count: int) -> None:
            nonlocal told
            told += stage == "files"
            if told == stopped_after:
                stop.set()

        desk.copy.add_file(document(3 * MB, seed)[1])
        stop.clear()
        is_whole = not engine.run(desk.copy, desk.client, progress=progress, stop=stop).stopped
        assert is_whole is (desk.copy.files_to_send() == [])
        return told

    whole = pieces(1)
    assert pieces(2, stopped_after=whole // 2) == whole // 2
    assert pieces(2) <= whole - whole // 2 + 3, "what had arrived is not sent again"

    sha256, content = document(3 * MB, 2)
    assert desk.client.get_file(sha256) == content


@pytest.mark.parametrize("only", ["POST /v1/uploads", "PATCH", "PUT"])
@pytest.mark.parametrize("fault", [request_lost, reply_lost])
def test_a_lost_request_or_reply_is_made_good(
    network: FaultyNetwork, client: RegistryClient, only: str, fault: object
) -> None:
    sha256, content = document(100_000 if only == "PUT" else MB)
    network.only, network.plan = only, [fault] * 2  # type: ignore[list-item]

    client.put_file(sha256, content)

    assert not network.plan
    assert client.get_file(sha256) == content


def test_a_lost_reply_to_the_last_piece_is_made_good(
    network: FaultyNetwork, client: RegistryClient
) -> None:
    sha256, content = document(MB)
    network.only, network.plan = "PATCH", [passed_on] * 4 + [reply_lost]

    client.put_file(sha256, content)  # of that upload the registry knows nothing any more

    assert not network.plan
    assert client.get_file(sha256) == content


def test_a_line_that_carries_nothing_is_given_up(
    network: FaultyNetwork, client: RegistryClient
) -> None:
    sha256, content = document(MB)
    network.only, network.plan = "PATCH", [request_lost] * 1000

    with pytest.raises(Unreachable):
        client.put_file(sha256, content)

    assert len([line for line in network.seen if "PATCH" in line]) <= files.PATIENCE + 1


def test_a_document_garbled_on_its_way_up_is_sent_once_more(direct: RegistryClient) -> None:
    sha256, content = document(MB)

    class Garbled(files.Memory):
        turns = 0

        def part(self, start: int, length: int) -> bytes:
            Garbled.turns += 1
            piece = super().part(start, length)
            return bytes(len(piece)) if Garbled.turns == 2 else piece

    direct.send_file(sha256, Garbled(content))

    assert direct.get_file(sha256) == content
    with pytest.raises(Unreadable):
        direct.send_file("0" * 64, files.Memory(content))


def test_a_document_that_comes_down_garbled_is_not_the_one_asked_for(
    network: FaultyNetwork, client: RegistryClient
) -> None:
    sha256, content = document(100_000)
    client.put_file(sha256, content)
    network.only, network.plan = f"GET /v1/files/{sha256} ", [garbled_at(0.5)]

    assert hashlib.sha256(client.get_file(sha256)).hexdigest() != sha256


def test_what_the_registry_will_not_take_is_not_tried_again(
    network: FaultyNetwork, client: RegistryClient
) -> None:
    class Huge(files.Memory):
        @property
        def size(self) -> int:
            return 200 * MB

    with pytest.raises(TooLarge):
        client.send_file("0" * 64, Huge(b""))
    with pytest.raises(NotFound):
        client.get_file("0" * 64)
    assert len([line for line in network.seen if "uploads" in line]) == 1


def test_documents_of_what_waits_come_with_the_round_and_others_when_they_are_opened(
    registry: RegistryProcess, open_desk: Callable[..., Desk]
) -> None:
    office, home = open_desk(registry, PI, "office"), open_desk(registry, PI, "home")
    secretary = open_desk(registry, SECRETARY, "secretary")
    answers = builders.study_answers()
    named = {row["sha256"] for row in files_in(FORMS["study"].fields(), answers).values()}
    for row in files_in(FORMS["study"].fields(), answers).values():
        office.copy.add_file(builders.content(row["name"], row["version"]))
    study = office.copy.begin("study", answers, role="pi").id
    committee = {"ethics_committee": f"committee:{sample.ident(sample.ETHICS)}"}
    office.copy.perform(study, "submit", said=committee, role="pi")
    assert office.sync().files_sent == len(named)

    assert secretary.sync().files_received == len(named)
    assert home.sync().files_received == 0

    assert home.copy.get(study).state == secretary.copy.get(study).state != "draft"
    assert all(secretary.copy.has_file(sha256) for sha256 in named)
    assert not any(home.copy.has_file(sha256) for sha256 in named)
    for sha256 in named:
        home.copy.keep_file(sha256, home.client.get_file(sha256))
        assert home.copy.file(sha256) == secretary.copy.file(sha256)
