"""The windows of accounts and people, on a real registry: doors, desks, logs, numbers, paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.errors import SignedOut
from app.record import Answers
from server.sample import ident
from sync import engine
from sync.client import RegistryClient
from tests import builders
from tests.ui.conftest import dressed
from tests.whole.conftest import Opened
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE
from tests.whole.desks import Desk as Plain
from tests.whole.registry_process import RegistryProcess
from tests.whole.test_chain import login
from ui import tasks
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.people.audit_log import AuditView
from ui.people.moving import Moving
from ui.people.own_account import AccountView
from ui.people.reveal import RevealDialog

__all__ = ["dressed"]
NATION = "国家卫生健康委员会"
SLOW = 20_000
"""Milliseconds that a registry on a busy machine may take."""

At = Callable[[str], Desk]


@pytest.fixture
def at(registry: RegistryProcess, open_desk: Opened, qtbot: QtBot, dressed: None) -> Iterator[At]:
    """`at(login)`: the desk of an account as its windows have it, in touch with the registry."""

    def opened(who: str) -> Desk:
        plain: Plain = open_desk(registry, who)
        plain.sync()
        token = plain.client._token
        desk = Desk(plain.copy)
        desk.way = lambda: RegistryClient(registry.address, token)

        def exchange() -> None:
            report = engine.run(plain.copy, plain.client)
            desk.changed.emit([])
            desk.synced.emit(report)

        desk.sync_wanted.connect(exchange)
        return desk

    yield opened
    tasks.finish()


@pytest.mark.timeout(120)
def test_everybody_sees_their_door_and_ends_another_desk_of_theirs(
    at: At, registry: RegistryProcess, open_desk: Opened, qtbot: QtBot
) -> None:
    other = open_desk(registry, login(2), "lost")
    view = AccountView(at(login(2)))
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: len(view.ends) == 1, timeout=SLOW)
    assert [line[1] for line in view.log.texts()].count("登录") >= 2
    assert view.rule.isHidden(), "the rule of passwords is the national account's"

    view.ends[0].click()
    box = view.findChild(QMessageBox)
    assert box is not None
    box.accept()
    box.accepted.emit()

    qtbot.waitUntil(lambda: view.ends == [], timeout=SLOW)
    qtbot.waitUntil(lambda: view.log.texts()[0][1] == "从别处结束登录", timeout=SLOW)
    with pytest.raises(SignedOut):
        other.sync()


@pytest.mark.timeout(120)
def test_the_national_account_sets_a_stronger_rule_of_passwords(at: At, qtbot: QtBot) -> None:
    view = AccountView(at(NATION))
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: not view.rule.isHidden(), timeout=SLOW)
    view.rule.shortest.setValue(10)
    view.rule.longest.setValue(32)
    view.rule.kinds.setValue(3)

    view.rule.keep.click()

    qtbot.waitUntil(lambda: view.rule.sentence.text() == "已保存。", timeout=SLOW)
    with view.desk.reached() as client:
        rule = client.password_rule()
    assert (rule.shortest, rule.longest, rule.kinds) == (10, 32, 3)


@pytest.mark.timeout(120)
def test_a_look_at_full_numbers_is_in_the_audit_log_before_they_are_shown(
    at: At, qtbot: QtBot
) -> None:
    desk, he = at(HOSPITAL), ident("何平")
    number = desk.copy.get(he).answers["id_number"]
    window = MainWindow(desk)
    qtbot.addWidget(window)
    said: Answers = {"reason": "核对证件。"}

    desk.perform(he, "reveal", said=said, owner=window)

    qtbot.waitUntil(lambda: window.findChild(RevealDialog) is not None, timeout=SLOW)
    dialog = window.findChild(RevealDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(dialog.numbers), timeout=SLOW)
    assert dialog.numbers["id_number"] == number
    log = AuditView(desk)
    qtbot.addWidget(log)
    qtbot.waitUntil(lambda: bool(log.log.texts()), timeout=SLOW)
    assert [(line[1], line[5]) for line in log.log.texts()] == [("查看完整号码", "核对证件。")]
    assert not [line for line in log.log.texts() if number in "".join(line)]


@pytest.mark.timeout(120)
def test_somebody_the_system_knows_is_led_to_moving_in(at: At, qtbot: QtBot) -> None:
    desk = at("长河省中医院")
    he = {"name": "方正", "id_number": _number_of(at, "方正")}
    opened: list[tuple[UUID, str]] = []
    window = MainWindow(desk)
    qtbot.addWidget(window)
    window._moving = Moving(desk, window, lambda *what: opened.append(what))
    answers = builders.person_answers(
        **he, mobile="13900000077", email="new@example.com", certificates=None
    )
    new = desk.copy.begin("person", answers, role=HOSPITAL_ROLE).id
    open_: dict[str, Any] = {"roles": ["pi"], "password": "Changhe2026"}
    desk.copy.perform(new, "open", answers=answers, said=open_, role=HOSPITAL_ROLE)

    desk.sync_now()

    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox, "move_in")), timeout=SLOW)
    window.findChildren(QMessageBox, "move_in")[-1].accepted.emit()
    qtbot.waitUntil(lambda: bool(opened), timeout=SLOW)
    move = desk.copy.get(opened[0][0])
    assert (move.form, move.answers) == ("transfer", he)


def _number_of(at: At, name: str) -> str:
    """What stands on the person's own identity card."""
    return str(at(login(4)).copy.get(ident(name)).answers["id_number"])


@pytest.mark.timeout(120)
def test_a_slip_is_offered_with_the_first_password_and_at_no_other_time(
    at: At, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[tuple[bytes, str]] = []
    monkeypatch.setattr(
        "ui.printing.preview.show_preview", lambda pdf, title, _parent: printed.append((pdf, title))
    )
    desk, he = at(HOSPITAL), ident("何平")
    window = MainWindow(desk)
    qtbot.addWidget(window)

    def boxes() -> list[QMessageBox]:
        return window.findChildren(QMessageBox, "slip")

    desk.perform(he, "disable", said={"reason": "休假。"}, owner=window)
    qtbot.waitUntil(lambda: desk.copy.get(he).state == "disabled", timeout=SLOW)
    assert boxes() == []
    desk.perform(he, "enable", owner=window)
    qtbot.waitUntil(lambda: desk.copy.get(he).state == "active", timeout=SLOW)
    said = {"reason": "本人申请。", "password": "Again2026"}
    desk.perform(he, "reset_password", said=said, owner=window)
    qtbot.waitUntil(lambda: bool(boxes()), timeout=SLOW)
    boxes()[0].accepted.emit()

    qtbot.waitUntil(lambda: bool(printed), timeout=SLOW)
    assert printed[0][0].startswith(b"%PDF-")
    desk.sync_now()
    qtbot.waitUntil(lambda: desk.copy.outbox() == [], timeout=SLOW)
    assert "Again2026" not in str(desk.copy.get(he).to_wire())
