"""Rounds of the exchange between desks and a registry, over a network that fails."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from threading import Event
from uuid import UUID

import pytest

from app.errors import AppError, Unreachable, Unreadable
from app.forms import FORMS
from app.record import Record
from local_db import Query, Row, WorkingCopy
from sync import engine
from sync.client import RegistryClient
from tests.sync import faults
from tests.sync.conftest import MakeDesk
from tests.sync.faults import FaultyNetwork

NAME = FORMS["person"].title_fields[0]
OTHER = next(
    f.id for f in FORMS["person"].fields() if f.id != NAME and type(f.type).__name__ == "Text"
)
ADMIN = "institution_admin"


def add(copy: WorkingCopy, name: str) -> Record:
    return copy.begin("person", {NAME: name}, role=ADMIN)


def save(copy: WorkingCopy, record_id: UUID, **changes: str) -> None:
    answers = {**copy.get(record_id).answers, **changes}
    copy.perform(record_id, "save", answers=answers, role=ADMIN)


def people(copy: WorkingCopy) -> tuple[Row, ...]:
    """Those whom the tests added: nobody of the sample is still to be opened."""
    return copy.rows(Query("person", states=("new",), limit=10_000)).rows


def names(copy: WorkingCopy) -> list[str]:
    return sorted(row.head.title for row in people(copy))


def holds_nothing(copy: WorkingCopy) -> bool:
    forms = ("person", "institution", "committee")
    cards = sum(len(copy.cards(kind)) for kind in forms)
    return not cards + sum(copy.count(Query(form)) for form in forms)


@pytest.fixture
def office(make_desk: MakeDesk) -> WorkingCopy:
    return make_desk("office")


@pytest.fixture
def laptop(make_desk: MakeDesk) -> WorkingCopy:
    return make_desk("laptop")


def test_what_one_desk_saves_the_other_sees(
    office: WorkingCopy, laptop: WorkingCopy, client: RegistryClient
) -> None:
    record = add(office, "向晚晴")

    first = engine.run(office, client)
    second = engine.run(laptop, client)

    assert (first.sent, second.sent) == (1, 0)
    assert second.received >= 1
    assert laptop.get(record.id).answers == {NAME: "向晚晴"}
    assert office.outbox() == []
    assert not people(office)[0].unsent
    quiet = engine.run(laptop, client)
    assert (quiet.sent, quiet.received) == (0, 0)


def test_changes_of_different_fields_come_together(
    office: WorkingCopy, laptop: WorkingCopy, client: RegistryClient
) -> None:
    record = add(office, "向晚晴")
    for copy in (office, laptop):
        engine.run(copy, client)
    save(office, record.id, **{NAME: "向晚"})
    save(laptop, record.id, **{OTHER: "X1"})

    for copy in (office, laptop, office):
        engine.run(copy, client)

    assert office.get(record.id).answers == laptop.get(record.id).answers
    assert laptop.get(record.id).answers == {NAME: "向晚", OTHER: "X1"}


def test_a_clash_keeps_both_is_reported_and_can_be_settled(
    office: WorkingCopy, laptop: WorkingCopy, client: RegistryClient
) -> None:
    record = add(office, "向晚晴")
    for copy in (office, laptop):
        engine.run(copy, client)
    save(office, record.id, **{NAME: "向晚"})
    save(laptop, record.id, **{NAME: "向晴"})

    engine.run(office, client)
    report = engine.run(laptop, client)

    assert report.clashes == [record.id]
    assert laptop.get(record.id).answers[NAME] == "向晴"
    (item,) = laptop.outbox()
    assert item.theirs is not None
    assert item.theirs.answers[NAME] == "向晚"
    assert engine.run(laptop, client).clashes == [], "it is not sent again before it is settled"

    laptop.settle(record.id, {NAME: "向晚晴二"}, role=ADMIN)
    for copy in (laptop, office):
        engine.run(copy, client)
    assert names(office) == names(laptop) == ["向晚晴二"]
    assert laptop.outbox() == []


def test_saves_made_one_after_the_other_never_clash_with_each_other(
    office: WorkingCopy, client: RegistryClient, network: FaultyNetwork
) -> None:
    record = add(office, "一")
    for number, fault in enumerate([faults.reply_lost, faults.request_lost, faults.passed_on]):
        network.only, network.plan = "/round", [fault] * 3
        try:
            engine.run(office, client)
        except Unreachable:
            network.plan = []
        save(office, record.id, **{NAME: f"第{number}次"})

    report = engine.run(office, client)

    assert report.clashes == []
    assert office.outbox() == []
    assert names(office) == ["第2次"]


@pytest.mark.parametrize(
    "fault",
    [faults.request_lost, faults.reply_lost, faults.twice, faults.cut_after(20),
     faults.garbled_at(0.5), faults.said("503 S"), faults.said("500 S"),
     faults.said("200 OK", b"<html>hotel</html>")],
)  # fmt: skip
def test_whatever_fails_the_next_round_mends_it_and_nothing_is_done_twice(
    office: WorkingCopy,
    laptop: WorkingCopy,
    client: RegistryClient,
    network: FaultyNetwork,
    fault: faults.Fault,
) -> None:
    added = [add(office, f"人员{n}") for n in range(5)]
    network.only, network.plan = "/round", [fault] * 3
    with suppress(AppError):
        engine.run(office, client)
    network.plan = []

    engine.run(office, client)
    engine.run(laptop, client)

    assert names(laptop) == [f"人员{n}" for n in range(5)]
    assert office.outbox() == []
    assert {office.get(p.id).revision for p in added} == {1}


def test_news_cut_at_any_byte_are_whole_after_the_next_rounds(
    office: WorkingCopy, make_desk: MakeDesk, client: RegistryClient, network: FaultyNetwork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = [add(office, f"人员{n}").id for n in range(40)]
    engine.run(office, client)
    monkeypatch.setattr(engine, "NEWS_AT_ONCE", 7)
    network.only = "/round"
    engine.run(make_desk("measure"), client)
    size = len(network.replies[-1].split(b"\r\n\r\n", 1)[1])

    for number, cut in enumerate(range(0, size - 8, max(1, size // 40))):
        copy = make_desk(f"desk{number}")
        network.plan = [faults.cut_after(cut)] * 3  # cut in its first line, it is asked again
        with pytest.raises((Unreachable, Unreadable)):
            engine.run(copy, client)
        network.plan = []
        assert {row.head.id for row in people(copy)} <= set(map(str, made))
        assert (copy.positions() == {}) == holds_nothing(copy), "items and positions come together"

        engine.run(copy, client)

        assert names(copy) == sorted(f"人员{n}" for n in range(40))


def test_a_garbled_page_is_never_stored(
    office: WorkingCopy, make_desk: MakeDesk, client: RegistryClient, network: FaultyNetwork
) -> None:
    right = [f"人员{n}" for n in range(10)]
    for name in right:
        add(office, name)
    engine.run(office, client)
    network.only, refused = "/round", 0

    for place in range(40):
        copy = make_desk(f"desk{place}")
        network.plan = [faults.garbled_at(place / 40)]
        try:
            engine.run(copy, client)
        except AppError:
            refused += 1
        else:  # a byte between two pieces, which carries nothing
            assert names(copy) == right
        assert set(names(copy)) <= set(right)
        assert copy.is_sound()
        engine.run(copy, client)
        assert names(copy) == right

    assert refused >= 30, "a cut or garbled beginning is asked for again at once"


def test_files_go_before_what_names_them_and_arrive_where_they_are_wanted(
    office: WorkingCopy, client: RegistryClient, network: FaultyNetwork
) -> None:
    sha256 = office.add_file(b"%PDF-1.7 a protocol")
    add(office, "向晚晴")

    report = engine.run(office, client)

    assert report.files_sent == 1
    assert office.files_to_send() == []
    order = [line.split()[1] for line in network.seen]
    assert order.index(f"/v1/files/{sha256}") < order.index("/v1/round")
    assert client.get_file(sha256) == b"%PDF-1.7 a protocol"


def test_an_upload_that_breaks_off_is_made_again(
    office: WorkingCopy, client: RegistryClient, network: FaultyNetwork
) -> None:
    sha256 = office.add_file(b"%PDF-1.7 a protocol")
    network.only, network.plan = "PUT", [faults.reply_lost] * 3
    with pytest.raises(Unreachable):
        engine.run(office, client)
    assert office.files_to_send() == [sha256]

    report = engine.run(office, client)

    assert report.files_sent == 1
    assert sum(line.startswith("PUT") for line in network.seen) == 3, "the registry has it already"


def test_an_old_change_of_a_stuck_record_holds_back_no_other(
    office: WorkingCopy, laptop: WorkingCopy, client: RegistryClient
) -> None:
    record = add(office, "向晚晴")
    for copy in (office, laptop):
        engine.run(copy, client)
    save(office, record.id, **{NAME: "甲"})
    save(laptop, record.id, **{NAME: "乙"})
    engine.run(office, client)
    engine.run(laptop, client)
    save(laptop, record.id, **{OTHER: "后来"})
    add(laptop, "别人")

    report = engine.run(laptop, client)

    assert report.sent == 1
    assert names(laptop) == sorted(["乙", "别人"])
    assert len(laptop.outbox()) == 2


def test_a_change_to_be_sent_later_ends_neither_the_round_nor_the_others(
    office: WorkingCopy, client: RegistryClient
) -> None:
    leaflet = b"%PDF-1.7 a certificate that is still on its way"
    row = {"name": "GCP.pdf", "sha256": hashlib.sha256(leaflet).hexdigest(), "size": len(leaflet)}
    certificates = {"c0000001": {"name": "GCP", "document": {"d0000001": row}}}
    office.begin("person", {NAME: "以后", "certificates": certificates}, role=ADMIN)
    add(office, "现在")

    report = engine.run(office, client)
    assert (report.sent, report.refused[0].code) == (1, "try_later")
    assert [item.title for item in office.outbox()] == ["以后"]

    assert office.add_file(leaflet) == row["sha256"]
    assert engine.run(office, client).sent == 1
    assert office.outbox() == []


def test_more_changes_than_one_request_carries_are_sent_in_order(
    office: WorkingCopy, client: RegistryClient, network: FaultyNetwork
) -> None:
    entries = [({NAME: f"人员{n:03}"}, {}) for n in range(450)]
    office.begin_many("person", "save", entries, role=ADMIN)

    report = engine.run(office, client)

    assert report.sent == 450
    assert sum("/round" in line for line in network.seen) == 3
    assert office.outbox() == []


def test_a_round_that_is_stopped_leaves_at_a_safe_place(
    office: WorkingCopy, laptop: WorkingCopy, client: RegistryClient
) -> None:
    add(office, "向晚晴")
    stop, told = Event(), []

    def progress(stage: str, _count: int) -> None:
        told.append(stage)
        if stage == "changes":
            stop.set()

    report = engine.run(office, client, progress=progress, stop=stop)

    assert report.stopped
    assert "news" not in told
    engine.run(office, client, progress=lambda stage, _n: told.append(stage))
    assert told[-1] == "done"
    engine.run(laptop, client)
    assert names(laptop) == ["向晚晴"]
