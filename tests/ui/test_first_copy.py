"""The first copy of an account's data, from a real registry: stopped, and gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from server.sample import PASSWORD
from tests.whole.conftest import launcher, registry, sample_folder
from tests.whole.desks import HOSPITAL
from tests.whole.registry_process import RegistryProcess
from ui import tasks
from ui.desk import Desk
from ui.people import accounts
from ui.people.first_sign_in import FETCH, FirstSignIn
from ui.settings import Settings
from ui.sync.exchange import Exchange, SyncState

__all__ = ["launcher", "registry", "sample_folder"]


def test_the_first_copy_can_be_stopped_and_goes_on_behind_what_came(
    qtbot: QtBot, tmp_path: Path, registry: RegistryProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.engine.NEWS_AT_ONCE", 2)
    account = accounts.sign_in(Settings(tmp_path, registry.address), HOSPITAL, PASSWORD)
    desk = Desk(account.copy)
    exchange = Exchange(desk, account.client, desk)
    guide = FirstSignIn(desk, account, exchange)
    qtbot.addWidget(guide)
    guide.show()
    guide._on_sync(SyncState("running", stage="news", through=5, of=900, seconds=200))
    assert guide.sentence.text() == "正在取得您的信息… 5/900，约还需 3 分钟"
    stopped, take, pages = Event(), account.copy.take, list[int]()

    def take_and_wait(items: Sequence[Any]) -> None:
        pages.append(len(items))
        assert len(pages) == 1 or stopped.wait(60)
        take(items)

    monkeypatch.setattr(account.copy, "take", take_and_wait)
    exchange.start()
    qtbot.waitUntil(lambda: exchange.state.through == 2, timeout=60_000)
    assert guide.stop.isVisible()
    assert guide.progress.value() == 2
    assert guide.progress.maximum() == exchange.state.of > 10
    assert f"2/{exchange.state.of}" in guide.sentence.text()

    guide.stop.click()
    assert guide.sentence.text() == "正在停止…"
    assert not guide.stop.isVisible()
    stopped.set()
    qtbot.waitUntil(lambda: exchange.state.standing == "cancelled", timeout=60_000)

    assert pages == [2, 2]
    tasks.finish()
    qtbot.wait(50)  # what was asked of the working copy has been answered
    assert guide.stack.currentIndex() == FETCH
    assert guide.sentence.text().startswith("已停止。")
    assert guide.again.text() == "继续"
    here = account.copy.positions()
    assert list(here) == [guide.desk.account.id], "what is one's own comes first"

    with qtbot.waitSignal(desk.synced, timeout=60_000) as got:
        guide.again.click()

    assert got.args[0].received > 10
    assert not got.args[0].stopped
    assert account.copy.positions().keys() > here.keys()
    qtbot.waitUntil(lambda: guide.stack.currentIndex() != FETCH)
    exchange.stop()
    tasks.finish()
    account.copy.close()
