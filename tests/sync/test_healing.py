"""What heals by itself: a desk that holds something else, a registry restored, a wrong clock."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import SignedOut
from local_db import Query, WorkingCopy
from server import accounts
from server.db import connect, transact
from sync import engine
from sync.client import RegistryClient
from sync.protocol import NewPassword, SignIn
from sync.replies import Round
from tests.sync.conftest import MakeDesk
from tests.sync.test_engine import ADMIN, NAME, add, names, save
from tests.whole.desks import HOSPITAL, KEY, NEW_PASSWORD
from tests.whole.registry_process import RegistryProcess


@pytest.mark.expects_log("1 feeds differ from the registry's")
def test_a_desk_that_lost_something_reads_that_feed_again(
    make_desk: MakeDesk, client: RegistryClient
) -> None:
    office, laptop = make_desk("office"), make_desk("laptop")
    lost, *_others = (add(office, f"人员{n}") for n in range(3))
    engine.run(office, client)
    engine.run(laptop, client)
    with laptop._store.writing() as db:  # as a damaged disk might
        number = "(SELECT n FROM record WHERE id = ?)"
        for table in ("told", "head", "record"):
            db.exec_driver_sql(f"DELETE FROM {table} WHERE n = {number}", (str(lost.id),))
    laptop.is_compared = False  # as after a start of the program
    assert names(laptop) == ["人员1", "人员2"]

    report = engine.run(laptop, client)

    assert report.differing == 1
    assert names(laptop) == ["人员0", "人员1", "人员2"]
    assert engine.run(laptop, client).differing == 0


def test_a_registry_restored_from_before_gets_back_what_the_desks_sent_since(
    make_desk: MakeDesk, client: RegistryClient, registry: RegistryProcess, tmp_path: Path
) -> None:
    office, laptop = make_desk("office"), make_desk("laptop")
    before = add(office, "备份之前")
    engine.run(office, client)
    engine.run(laptop, client)
    registry.stop()
    files, backup = tmp_path / "registry", tmp_path / "backup"
    shutil.copytree(files, backup)
    registry.start()
    save(office, before.id, **{NAME: "备份之后改了"})
    added = [add(office, f"备份之后{n}") for n in range(3)]
    engine.run(office, client)
    engine.run(laptop, client)
    save(laptop, added[0].id, **{NAME: "又改了"})
    engine.run(laptop, client)
    engine.run(office, client)
    add(laptop, "还没有上报")
    everything = names(laptop)

    registry.stop()
    shutil.rmtree(files)
    shutil.copytree(backup, files)
    restored = connect(f"sqlite:///{files / 'registry.sqlite3'}", pool=1)
    transact(restored, accounts.new_epoch)
    restored.dispose()
    registry.start()
    for copy in (office, laptop, office, laptop, office):
        engine.run(copy, client)

    assert len(everything) == 5
    assert names(office) == names(laptop) == everything
    assert office.outbox() == laptop.outbox() == []
    registry.stop()
    assert registry.faults() == "ok"


@pytest.mark.expects_log("30 records would leave this desk, which the registry does not confirm")
def test_most_of_a_desk_does_not_leave_because_of_one_wrong_answer(
    make_desk: MakeDesk, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_desk("office")
    office.begin_many("person", "save", [({NAME: f"人{n}"}, {}) for n in range(30)], role=ADMIN)
    engine.run(office, client)
    with office._store.writing() as db:  # only those thirty, so that they are most of it
        db.exec_driver_sql(
            "DELETE FROM record WHERE n NOT IN (SELECT n FROM head WHERE state = 'new')"
        )
    right = RegistryClient.round

    def forgetful(self: RegistryClient, *asked: Any, **more: Any) -> Round:
        reply = right(self, *asked, **more)
        lines = iter([*reply])
        assert reply.end is not None
        wrong = reply.end.model_copy(update={"feeds": ("directory",), "held": {}})
        reply.__class__ = type("Forgetful", (Round,), {"__iter__": lambda _self: lines})
        reply.end = wrong
        return reply

    monkeypatch.setattr(RegistryClient, "round", forgetful)
    report = engine.run(office, client)

    assert report.held_back == 30
    assert office.count(Query("person", states=("new",))) == 30
    monkeypatch.undo()
    engine.run(office, client)
    assert office.count(Query("person", states=("new",))) == 30


def test_a_clock_that_is_wrong_by_days_changes_nothing_that_is_kept(
    make_desk: MakeDesk, client: RegistryClient, tmp_path: Path
) -> None:
    office, now = make_desk("office"), datetime.now(UTC)
    fast = WorkingCopy(tmp_path / "fast", KEY, now=lambda: datetime.now(UTC) + timedelta(days=9))
    fast.remember(client.session())
    record = add(fast, "时钟快九天")
    engine.run(fast, client)
    engine.run(office, client)
    save(office, record.id, **{NAME: "时钟准的后来改"})
    engine.run(office, client)
    save(fast, record.id, department="心内科")

    engine.run(fast, client)
    engine.run(office, client)

    kept = office.get(record.id)
    assert kept.answers == {NAME: "时钟准的后来改", "department": "心内科"}
    assert abs(datetime.fromisoformat(kept.updated_at) - now) < timedelta(days=1)
    assert fast.get(record.id) == kept
    fast.close()


def test_a_password_changed_elsewhere_keeps_what_was_not_sent(
    make_desk: MakeDesk, client: RegistryClient, registry: RegistryProcess
) -> None:
    office = make_desk("office")
    add(office, "还没有上报")
    elsewhere = RegistryClient(registry.address)
    elsewhere.sign_in(SignIn(login=HOSPITAL, password=NEW_PASSWORD, desk="another"))
    elsewhere.change_password(NewPassword(old=NEW_PASSWORD, new="Changed2026b"))

    with pytest.raises(SignedOut):
        engine.run(office, client)
    assert [item.title for item in office.outbox()] == ["还没有上报"]

    client.sign_in(SignIn(login=HOSPITAL, password="Changed2026b", desk="desk"))
    office.remember(client.session())
    assert engine.run(office, client).sent == 1
    elsewhere.close()


def test_a_new_desk_is_told_how_much_is_to_come(
    make_desk: MakeDesk, client: RegistryClient
) -> None:
    office, told = make_desk("office"), dict[str, list[int]]()

    report = engine.run(
        office, client, progress=lambda stage, count: told.setdefault(stage, []).append(count)
    )

    assert told["ahead"] == [report.received]
    assert told["news"][-1] == report.received
    engine.run(
        office, client, progress=lambda stage, count: told.setdefault(stage, []).append(count)
    )
    assert told["ahead"] == [report.received], "nothing is to come any more"
