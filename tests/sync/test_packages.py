"""A desk without a network: its package is carried to the registry, and the receipt back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import AppError, Conflict, DiskFull, NotAllowed, Unreadable
from local_db import WorkingCopy
from sync import engine, packages
from tests import builders
from tests.whole.conftest import open_desk
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE, Desk
from tests.whole.registry_process import RegistryProcess

__all__ = ["open_desk"]

PI, SECRETARY = "13800000009", "13800000001"
NOW = datetime.now(UTC)


@pytest.fixture
def office(registry: RegistryProcess, open_desk: object) -> Desk:
    """A desk that was signed in once, and has had no network since."""
    desk: Desk = open_desk(registry, HOSPITAL, "office")  # type: ignore[operator]
    packages.introduce(desk.copy, desk.client)
    return desk


@pytest.fixture
def counter(registry: RegistryProcess, open_desk: object) -> Desk:
    """Somebody else's desk with a network."""
    desk: Desk = open_desk(registry, SECRETARY, "counter")  # type: ignore[operator]
    return desk


def add(copy: WorkingCopy, *names: str) -> list[object]:
    entries = [({"name": name}, {}) for name in names]
    return [r.id for r in copy.begin_many("person", "save", entries, role=HOSPITAL_ROLE)]


def refusal(error: AppError) -> str:
    assert error.words.zh
    assert error.words.en
    return str(error.details.get("reason", error.code))


def test_what_was_written_without_a_network_is_done_and_leaves_the_outbox(
    office: Desk, counter: Desk, tmp_path: Path
) -> None:
    added = add(office.copy, "甲", "乙", "丙")
    office.do(added[0], "save", HOSPITAL_ROLE, answers={"department": "内科"})  # type: ignore[arg-type]
    sha256 = office.copy.add_file(builders.content("不提.pdf"))

    made = packages.make(office.copy, tmp_path / "一.ybp", NOW)
    assert (made.changes, made.documents, made.left) == (3, 0, 0)
    assert len(office.copy.outbox()) == 3
    receipt = packages.deliver(counter.client, made.file)
    told = packages.settle(office.copy, receipt)

    assert (told.done, told.clashes, told.refused) == (3, 0, 0)
    assert office.copy.outbox() == []
    assert {office.copy.get(i).revision for i in added} == {1}  # type: ignore[arg-type]
    assert office.copy.files_to_send() == [sha256], "nobody named it"
    assert engine.run(office.copy, office.client).sent == 0
    assert packages.settle(office.copy, receipt) == packages.Settled(0, 0, 0)
    assert "甲".encode() not in made.file.read_bytes() + receipt.read_bytes()


def test_a_whole_study_with_its_documents_goes_in_one_package(
    registry: RegistryProcess, counter: Desk, open_desk: object, tmp_path: Path
) -> None:
    desk: Desk = open_desk(registry, PI, "pi")  # type: ignore[operator]
    packages.introduce(desk.copy, desk.client)
    answers = builders.study_answers()
    for content in _documents(answers):
        desk.copy.add_file(content)
    study = desk.copy.begin("study", answers, role="pi").id
    desk.copy.perform(study, "submit", said=_said(), role="pi")

    made = packages.make(desk.copy, tmp_path / "一.ybp", NOW)
    told = packages.settle(desk.copy, packages.deliver(counter.client, made.file))

    assert made.documents == len({hashlib.sha256(c).digest() for c in _documents(answers)})
    assert (told.done, desk.copy.outbox()) == (2, []), desk.copy.outbox()
    assert desk.copy.get(study).state != "draft"
    engine.run(counter.copy, counter.client)
    assert counter.copy.get(study).state == desk.copy.get(study).state
    assert desk.copy.files_to_send() == []


def test_a_clash_comes_back_with_the_receipt_and_waits_for_a_person(
    registry: RegistryProcess, office: Desk, counter: Desk, open_desk: object, tmp_path: Path
) -> None:
    other: Desk = open_desk(registry, HOSPITAL, "other")  # type: ignore[operator]
    [person] = add(office.copy, "甲")
    engine.run(office.copy, office.client)
    engine.run(other.copy, other.client)
    other.do(person, "save", HOSPITAL_ROLE, answers={"department": "外科"})  # type: ignore[arg-type]
    engine.run(other.copy, other.client)
    office.do(person, "save", HOSPITAL_ROLE, answers={"department": "内科"})  # type: ignore[arg-type]

    made = packages.make(office.copy, tmp_path / "一.ybp", NOW)
    told = packages.settle(office.copy, packages.deliver(counter.client, made.file))

    assert (told.done, told.clashes, told.refused) == (0, 1, 0)
    [item] = office.copy.outbox()
    assert item.state == "clash"
    assert office.copy.get(person).answers["department"] == "内科"  # type: ignore[arg-type]


def test_a_package_delivered_twice_gives_the_same_receipt(
    office: Desk, counter: Desk, tmp_path: Path
) -> None:
    add(office.copy, "甲")
    made = packages.make(office.copy, tmp_path / "一.ybp", NOW)

    first = packages.deliver(counter.client, made.file).read_bytes()

    assert packages.deliver(counter.client, made.file).read_bytes() == first


def test_what_was_sent_by_the_network_meanwhile_is_not_done_twice(
    office: Desk, counter: Desk, tmp_path: Path
) -> None:
    [person] = add(office.copy, "甲")
    made = packages.make(office.copy, tmp_path / "一.ybp", NOW)
    engine.run(office.copy, office.client)

    told = packages.settle(office.copy, packages.deliver(counter.client, made.file))

    assert told == packages.Settled(0, 0, 0)
    assert office.copy.get(person).revision == 1  # type: ignore[arg-type]


def test_an_earlier_package_is_stale_once_a_later_one_was_taken(
    office: Desk, counter: Desk, tmp_path: Path
) -> None:
    add(office.copy, "甲")
    early = packages.make(office.copy, tmp_path / "一.ybp", NOW - timedelta(days=2))
    later = packages.make(office.copy, tmp_path / "二.ybp", NOW)
    packages.settle(office.copy, packages.deliver(counter.client, later.file))

    with pytest.raises(Conflict) as stale:
        packages.deliver(counter.client, early.file)

    assert refusal(stale.value) == "stale"
    assert office.copy.outbox() == []


def test_what_is_packed_is_not_edited_any_more_and_what_follows_is_kept_apart(
    office: Desk, counter: Desk, tmp_path: Path
) -> None:
    [person] = add(office.copy, "甲")
    made = packages.make(office.copy, tmp_path / "一.ybp", NOW)
    office.do(person, "save", HOSPITAL_ROLE, answers={"department": "内科"})  # type: ignore[arg-type]
    assert len(office.copy.outbox()) == 2

    packages.settle(office.copy, packages.deliver(counter.client, made.file))
    assert [i.state for i in office.copy.outbox()] == ["waiting"]
    engine.run(office.copy, office.client)

    assert office.copy.get(person).answers["department"] == "内科"  # type: ignore[arg-type]
    assert office.copy.outbox() == []


def test_what_does_not_fit_waits_for_the_next_package(
    office: Desk, counter: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "ROOM", 2000)
    add(office.copy, *(f"人{n}" for n in range(8)))

    first = packages.make(office.copy, tmp_path / "一.ybp", NOW)
    assert first.changes + first.left == 8
    assert first.changes
    assert first.left
    while office.copy.outbox():
        made = packages.make(office.copy, tmp_path / "包.ybp", NOW)
        packages.settle(office.copy, packages.deliver(counter.client, made.file))


def test_a_desk_the_registry_never_met_makes_none(counter: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed) as unknown:
        packages.make(counter.copy, tmp_path / "一.ybp", NOW)
    assert refusal(unknown.value) == "unknown"

    packages.introduce(counter.copy, counter.client)
    with pytest.raises(NotAllowed) as empty:
        packages.make(counter.copy, tmp_path / "一.ybp", NOW)
    assert refusal(empty.value) == "empty"


def test_a_receipt_for_another_desk_a_package_or_an_altered_one_is_refused_unread(
    registry: RegistryProcess, office: Desk, counter: Desk, open_desk: object, tmp_path: Path
) -> None:
    other: Desk = open_desk(registry, HOSPITAL, "other")  # type: ignore[operator]
    packages.introduce(other.copy, other.client)
    add(office.copy, "甲")
    made = packages.make(office.copy, tmp_path / "一.ybp", NOW)
    receipt = packages.deliver(counter.client, made.file)

    for copy, file in ((other.copy, receipt), (office.copy, made.file)):
        with pytest.raises(NotAllowed) as foreign:
            packages.settle(copy, file)
        assert refusal(foreign.value) == "foreign"
    whole = receipt.read_bytes()
    for at in range(140, len(whole), 97):
        receipt.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Unreadable) as altered:
            packages.settle(office.copy, receipt)
        assert refusal(altered.value) == "altered"
    assert len(office.copy.outbox()) == 1


def test_a_place_that_cannot_be_written_to_leaves_nothing_behind(
    office: Desk, tmp_path: Path
) -> None:
    add(office.copy, "甲")

    with pytest.raises(DiskFull):
        packages.make(office.copy, tmp_path / "没有" / "一.ybp", NOW)

    assert len(office.copy.outbox()) == 1


def _said() -> dict[str, str]:
    from server import sample

    return {"ethics_committee": f"committee:{sample.ident(sample.ETHICS)}"}


def _documents(answers: object) -> list[bytes]:
    if not isinstance(answers, dict):
        return []
    own = [builders.content(answers["name"], answers["version"])] if "sha256" in answers else []
    return own + [content for inner in answers.values() for content in _documents(inner)]


def test_one_record_goes_alone_and_the_others_stay_in_the_outbox(
    office: Desk, counter: Desk, tmp_path: Path
) -> None:
    first, second = add(office.copy, "甲", "乙")

    made = packages.make(office.copy, tmp_path / "一.ybp", NOW, second)  # type: ignore[arg-type]
    told = packages.settle(office.copy, packages.deliver(counter.client, made.file))

    assert (made.changes, made.left, told.done) == (1, 0, 1)
    assert [item.record_id for item in office.copy.outbox()] == [first]
