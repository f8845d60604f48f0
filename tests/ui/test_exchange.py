"""The sync bar, the outbox, and settling a clash."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.errors import SignedOut, TooOld, TryLater, Unreachable
from app.forms import FORMS
from app.words import Language
from local_db import Query
from sync.client import RegistryClient
from sync.engine import Report
from sync.protocol import Wrote
from tests.local_db.desks import clash, refused
from tests.ui.conftest import DeskOf
from tests.ui.door import Door, standing
from tests.ui.world import PI, news, study
from ui import language
from ui.desk import Desk
from ui.questions import QMessageBox
from ui.sync import words
from ui.sync.bar import SyncBar
from ui.sync.exchange import Exchange, SyncState
from ui.sync.network import Network, of_this_computer
from ui.sync.outbox import OutboxCard, OutboxView
from ui.sync.settle import SettleDialog

TITLE = FORMS["study"].title_fields[0]
NOW = datetime(2026, 11, 21, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        (SyncState(), "尚未同步", "Not synced yet"),
        (SyncState("offline"), "离线", "Offline"),
        (SyncState("signed_out", error=SignedOut("", "")), "登录已过期", "Session ended"),
        (SyncState("stopped", error=TooOld("请更新。", "Update.")), "请更新。", "Update."),
        (SyncState("cancelling"), "正在停止同步…", "Stopping…"),
        (SyncState("cancelled"), "已停止同步，下次从停下处继续",
         "Stopped; goes on from here next time"),
        (SyncState("running", stage="changes", through=3, of=12), "同步中 3/12", "Syncing 3/12"),
        (SyncState("running", stage="news", through=5), "同步中 · 接收 5", "Syncing · receiving 5"),
        (SyncState("running", stage="news", through=5, of=9, seconds=200),
         "同步中 · 接收 5/9，约还需 3 分钟", "Syncing · receiving 5/9, ~3 min left"),
        (SyncState("running", stage="news", through=5, of=9, seconds=33),
         "同步中 · 接收 5/9，约还需 30 秒", "Syncing · receiving 5/9, ~30 s left"),
    ],
)  # fmt: skip
def test_how_the_exchange_stands_is_said(state: SyncState, zh: str, en: str) -> None:
    assert words.standing(state, at=NOW)[2] == zh
    language.choose("en")
    assert words.standing(state, at=NOW)[2] == en


def test_the_last_exchange_is_told_with_its_time() -> None:
    here = NOW.astimezone()

    assert words.standing(SyncState("done", last=NOW), at=NOW)[2] == f"已同步 {here:%H:%M}"
    offline = words.standing(SyncState("offline", last=NOW), at=NOW + timedelta(days=2))[2]
    assert offline == f"离线，上次同步 {here:%m-%d %H:%M}"


def test_what_waits_says_how_old_the_oldest_is() -> None:
    assert words.waiting(SyncState()) == ""
    made = (NOW - timedelta(days=2, hours=1)).isoformat()

    assert words.waiting(SyncState(waiting=5, oldest=made), at=NOW) == "待发送 5（最早 2 天前）"
    assert words.waiting(SyncState(waiting=1, oldest=NOW.isoformat()), at=NOW) == "待发送 1"
    assert words.trouble(SyncState(trouble=2)) == "2 项需处理"


def test_a_click_on_what_waits_leads_to_the_outbox(qtbot: QtBot) -> None:
    bar = SyncBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.show_state(SyncState("done", last=NOW, waiting=2, trouble=1))

    assert bar.waiting.isVisible()
    with qtbot.waitSignal(bar.outbox_wanted):
        bar.trouble.click()
    bar.show_state(SyncState("done", last=NOW))
    assert not bar.waiting.isVisible()
    assert not bar.trouble.isVisible()


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_the_fullest_bar_fits_into_the_smallest_window(qtbot: QtBot, chosen: Language) -> None:
    language.choose(chosen)
    bar = SyncBar()
    qtbot.addWidget(bar)
    made = (datetime.now(UTC) - timedelta(days=99)).isoformat()
    state = SyncState("running", stage="news", through=19_500, of=20_000, seconds=900)
    bar.show_state(replace(state, waiting=999, oldest=made, trouble=99))
    bar.show_rows(20_000, 200)

    assert bar.minimumSizeHint().width() <= 900
    assert not bar.cancel.isHidden()


def exchange_of(desk: Desk, address: str) -> Exchange:
    return Exchange(desk, lambda: RegistryClient(address, "a-token"), desk)


def test_a_round_brings_news_and_tells_when_it_was(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    with standing(Door(PI, "x", "y")) as door:
        door.records = [study("甲研究")]
        exchange = exchange_of(desk, door.address)
        with qtbot.waitSignal(desk.synced) as got:
            exchange.start()

    assert got.args[0].received == 1
    assert exchange.state.standing == "done"
    assert exchange.state.last is not None
    assert desk.copy.get(door.records[0].id).answers[TITLE] == "甲研究"
    exchange.stop()


def test_without_a_network_the_desk_is_offline_and_tries_again(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.client.PAUSES", ())
    desk = desk_of(PI)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    exchange = exchange_of(desk, f"http://127.0.0.1:{port}")

    exchange.start()

    qtbot.waitUntil(lambda: exchange.state.standing == "offline")
    assert exchange.rhythm.failures == 1
    assert exchange._timer.isActive()
    exchange.stop()


class Told(QObject):
    """Tells reachability as `QNetworkInformation` does."""

    reachabilityChanged = Signal(object)  # noqa: N815 -- Qt's name

    def is_now(self, reach: str) -> None:
        self.reachabilityChanged.emit(SimpleNamespace(name=reach))


def told(reach: str) -> Told:
    source = Told()
    source.setProperty("reachability", reach)
    return source


def test_when_the_network_comes_back_a_round_follows_soon(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.client.PAUSES", ())
    monkeypatch.setattr("sync.rhythm.FIRST_RETRY", 500.0)
    monkeypatch.setattr("sync.rhythm.AFTER_RETURN", (0.0, 0.01))
    desk, source = desk_of(PI), told("Online")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with standing(Door(PI, "x", "y")) as door:
        exchange = Exchange(
            desk, lambda: RegistryClient(address, "a-token"), desk, network=Network(source)
        )
        exchange.start()
        qtbot.waitUntil(lambda: exchange.state.standing == "offline")
        address = door.address
        source.is_now("Disconnected")
        assert exchange.rhythm.wait(time.monotonic()) > 300, "it would be long until the next try"

        with qtbot.waitSignal(desk.synced):
            source.is_now("Site")

    assert exchange.state.standing == "done"
    exchange.stop()


def test_a_network_that_comes_back_during_a_round_that_fails_makes_another_one(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.rhythm.FIRST_RETRY", 500.0)
    desk, source, back, rounds = desk_of(PI), told("Disconnected"), Event(), 0

    def fail_once(*_args: object, **_more: object) -> Report:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            assert back.wait(30)
            raise Unreachable("连接不上。", "No connection.")
        return Report()

    monkeypatch.setattr("ui.sync.exchange.engine.run", fail_once)
    monkeypatch.setattr("ui.sync.exchange.packages.introduce", lambda *_: None)
    monkeypatch.setattr("sync.rhythm.AFTER_RETURN", (0.0, 0.01))
    exchange = Exchange(
        desk, lambda: RegistryClient("http://127.0.0.1:9", "a-token"), desk, network=Network(source)
    )
    exchange.start()
    qtbot.waitUntil(lambda: rounds == 1)
    source.is_now("Online")

    with qtbot.waitSignal(desk.synced):
        back.set()

    assert rounds == 2
    exchange.stop()


@pytest.mark.parametrize(
    ("reaches", "times"),
    [
        (("Disconnected", "Online"), 1),
        (("Disconnected", "Local", "Site", "Online"), 3),
        (("Site", "Online", "Online"), 1),
        (("Unknown", "Disconnected"), 0),
        (("Site", "Local"), 0),
    ],
)
def test_only_a_network_that_reaches_further_is_back(reaches: Sequence[str], times: int) -> None:
    source, back = told("Online"), list[None]()
    network = Network(source)
    network.came_back.connect(lambda: back.append(None))

    for reach in reaches:
        source.is_now(reach)

    assert len(back) == times


def test_the_system_is_asked_or_the_rhythm_goes_alone(qapp: object) -> None:
    network = of_this_computer()

    assert network.is_told is (QNetworkInformation.instance() is not None)
    assert not Network(None).is_told


def test_an_ended_session_is_told_and_nothing_is_lost(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = desk.copy.begin("study", {TITLE: "甲研究"}, role="pi")
    with standing(Door(PI, "x", "y")) as door:
        door.ended = True
        exchange = exchange_of(desk, door.address)
        with qtbot.waitSignal(exchange.signed_out):
            exchange.start()

    assert exchange.state.standing == "signed_out"
    assert [item.record_id for item in desk.copy.outbox()] == [record.id]
    exchange.stop()


def test_a_registry_that_asks_to_be_left_alone_is_left_alone_for_as_long(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(PI)
    exchange = exchange_of(desk, "http://127.0.0.1:9")

    def refuse(*_args: object, **_more: object) -> object:
        raise TryLater("请求过于频繁，请在 300 秒后再试。", "Too often.", seconds=300)

    monkeypatch.setattr("ui.sync.exchange.engine.run", refuse)
    monkeypatch.setattr("ui.sync.exchange.time.monotonic", lambda: 1000.0)
    exchange.start()
    qtbot.waitUntil(lambda: exchange.state.standing == "stopped")

    assert 1300 <= exchange.rhythm.next_at <= 1360
    desk.sync_now()
    assert exchange.rhythm.next_at >= 1300, "saving does not hurry it"
    exchange.stop()


def test_a_copy_that_is_stopped_keeps_what_came_and_goes_on_behind_it(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.engine.NEWS_AT_ONCE", 3)
    desk = desk_of(PI)
    bar = SyncBar()
    qtbot.addWidget(bar)
    stopped, take = Event(), desk.copy.take

    def take_and_wait(items: Sequence[Any]) -> None:
        take(items)
        assert stopped.wait(30)

    with standing(Door(PI, "x", "y")) as door:
        door.records = [study(f"研究 {n}") for n in range(10)]
        exchange = exchange_of(desk, door.address)
        exchange.told.connect(bar.show_state)
        bar.cancel_wanted.connect(exchange.cancel)
        monkeypatch.setattr(desk.copy, "take", take_and_wait)
        exchange.start()
        qtbot.waitUntil(lambda: desk.copy.positions().get(PI.id) == 3)
        bar.cancel.click()
        assert bar.standing.text() == "正在停止同步…"
        stopped.set()
        qtbot.waitUntil(lambda: exchange.state.standing == "cancelled")

        assert desk.copy.positions()[PI.id] == 3
        assert bar.cancel.isHidden()
        assert exchange.state.last is None, "it was not exchanged whole"
        asked = len(door.asked)
        with qtbot.waitSignal(desk.synced) as got:
            bar.sync_wanted.connect(exchange.now)
            bar.standing.click()

    assert got.args[0].received == 7, "what was here is not fetched again"
    assert len(door.asked) > asked
    assert desk.copy.count(Query("study")) == 10
    assert exchange.state.standing == "done"
    exchange.stop()


def shown(qtbot: QtBot, desk: Desk) -> OutboxView:
    view = OutboxView(desk)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: bool(view.findChildren(OutboxCard)))
    return view


def card_of(view: OutboxView) -> OutboxCard:
    cards = view._area.widget().findChildren(OutboxCard)
    return cards[0]


def test_a_change_is_taken_back_after_asking(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "新题目"}, role="pi")
    view = shown(qtbot, desk)

    card_of(view).buttons["retract"].click()
    box = view.findChildren(QMessageBox)[0]
    assert "撤回" in box.text()
    assert "新题目" in box.text()
    box.buttons()[0].click()

    qtbot.waitUntil(lambda: view.items == [])
    assert desk.copy.get(record.id).answers[TITLE] == "旧题目"
    assert [r.title for r in desk.copy.recycled()] == ["新题目"]


def test_what_was_refused_says_why(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "新题目"}, role="pi")
    change = desk.copy.pending(10)[0]
    desk.copy.settle_outcomes([refused(change, "这项研究已由他人提交。")])

    view = shown(qtbot, desk)

    assert card_of(view).standing.text() == "未被接受：这项研究已由他人提交。"
    assert enabled(view) == {"retry", "open", "export", "retract"}


def enabled(view: OutboxView) -> set[str]:
    return {name for name, button in card_of(view).buttons.items() if button.isEnabled()}


def test_what_was_refused_is_sent_again_and_tells_the_last_answer(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "新题目"}, role="pi")
    change = desk.copy.pending(10)[0]
    desk.copy.settle_outcomes([refused(change, "这项研究已由他人提交。")])
    view = shown(qtbot, desk)

    with qtbot.waitSignal(desk.sync_asked):
        card_of(view).buttons["retry"].click()

    qtbot.waitUntil(lambda: view.items[0].state == "waiting")
    said = card_of(view).standing.text()
    assert said == "待发送：将再次发送。上次的答复：这项研究已由他人提交。"
    [sent] = desk.copy.pending(10)
    assert sent["edits"] == {TITLE: ["旧题目", "新题目"]}
    assert sent["change_id"] != change["change_id"]


def test_what_is_on_its_way_cannot_be_taken_back_and_says_why(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "新题目"}, role="pi")
    desk.copy.pending(10)
    view = shown(qtbot, desk)

    assert card_of(view).standing.text() == "已发出：还没有收到登记中心的答复，会自动再试。"
    assert enabled(view) == {"retry", "open", "export"}
    assert "得到答复前不能撤回" in card_of(view).buttons["retract"].toolTip()
    with qtbot.waitSignal(desk.sync_asked):
        card_of(view).buttons["retry"].click()


def test_what_stands_behind_something_refused_says_that_it_waits_for_it(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "新题目"}, role="pi")
    first = desk.copy.pending(10)[0]
    desk.copy.perform(record.id, "save", answers={TITLE: "再新"}, role="pi")
    desk.copy.settle_outcomes([refused(first, "不行。")])
    view = shown(qtbot, desk)

    cards = view.findChildren(OutboxCard)

    assert cards[0].standing.text() == "未被接受：不行。"
    assert cards[1].standing.text() == "待发送：同一记录有需要处理的项目，处理后自动发送。"
    cards[0].buttons["retract"].click()
    box = view.findChildren(QMessageBox)[0]
    assert "后面的 1 项也一起撤回" in box.text()
    box.buttons()[0].click()
    qtbot.waitUntil(lambda: view.items == [])


def test_a_clash_says_who_was_first(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "我的题目"}, role="pi")
    theirs = study("别人的题目", revision=2, record_id=record.id)
    found = clash(desk.copy.pending(10)[0], theirs, TITLE)
    by = {TITLE: Wrote(ref="person:x", name="周静", at="2026-11-20T08:30:00+00:00")}
    desk.copy.settle_outcomes([found.model_copy(update={"by": by})])
    view = shown(qtbot, desk)

    said = card_of(view).standing.text()
    assert said == "与他人修改冲突：周静先修改了其中 1 处，请比较后选择。"
    assert enabled(view) == {"settle", "open", "retract"}


def test_thousands_that_wait_are_not_all_drawn_and_what_needs_somebody_is(
    qtbot: QtBot, desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.sync.outbox.MOST", 3)
    desk = desk_of(PI)
    for n in range(5):
        desk.copy.begin("study", {TITLE: f"研究 {n}"}, role="pi")
    last = desk.copy.pending(10)[-1]
    desk.copy.settle_outcomes([refused(last, "不行。")])
    view = shown(qtbot, desk)

    cards = view.findChildren(OutboxCard)

    assert len(cards) == 3
    assert cards[0].standing.text() == "未被接受：不行。"
    assert "另有 2 项等待发送。" in [label.text() for label in view.findChildren(QLabel)]


@pytest.mark.parametrize(("whose", "stands"), [(0, "我的题目"), (1, "别人的题目")])
def test_a_clash_is_settled_by_choosing(
    qtbot: QtBot, desk_of: DeskOf, whose: int, stands: str
) -> None:
    desk = desk_of(PI)
    record = study("旧题目")
    news(desk.copy, record)
    desk.copy.perform(record.id, "save", answers={TITLE: "我的题目"}, role="pi")
    theirs = study("别人的题目", revision=2, record_id=record.id)
    desk.copy.settle_outcomes([clash(desk.copy.pending(10)[0], theirs, TITLE)])
    view = shown(qtbot, desk)
    assert "1 处" in card_of(view).standing.text()

    card_of(view).buttons["settle"].click()
    dialog = view.findChildren(SettleDialog)[0]
    qtbot.waitUntil(lambda: TITLE in dialog.choices)
    assert not dialog.keep.isEnabled()
    dialog.choices[TITLE].button(whose).click()
    with qtbot.waitSignal(dialog.settled):
        dialog.keep.click()

    assert desk.copy.get(record.id).answers[TITLE] == stands
    assert not [item for item in desk.copy.outbox() if item.state == "clash"]
