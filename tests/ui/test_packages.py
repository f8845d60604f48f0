"""The three steps of an offline package, from its menu in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from sync import packages
from sync.client import RegistryClient
from tests.whole.conftest import launcher, open_desk, registry, sample_folder
from tests.whole.desks import HOSPITAL, HOSPITAL_ROLE
from tests.whole.desks import Desk as Place
from tests.whole.registry_process import RegistryProcess
from ui import tasks
from ui.desk import Desk
from ui.sync.outbox import OutboxCard, OutboxView
from ui.sync.packages import PackageButton

__all__ = ["launcher", "open_desk", "registry", "sample_folder"]

SECRETARY = "13800000001"


def said(qtbot: QtBot) -> str:
    """What the box on the screen says; it is closed."""
    boxes: list[QMessageBox] = []

    def is_there() -> bool:
        boxes[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)
                    and w.isVisible()]  # fmt: skip
        return bool(boxes)

    qtbot.waitUntil(is_there, timeout=30_000)
    text = boxes[0].text()
    boxes[0].done(0)  # a box with details does not let itself be closed
    return text


def view(qtbot: QtBot, place: Place, address: str) -> tuple[OutboxView, PackageButton]:
    desk = Desk(place.copy)
    desk.way = lambda: RegistryClient(address, place.client._token)
    made = OutboxView(desk)
    qtbot.addWidget(made)
    made.desk.setParent(made)
    made.show()
    button = made.findChild(PackageButton)
    assert isinstance(button, PackageButton)
    return made, button


def test_what_waits_is_carried_over_and_leaves_the_outbox_with_the_receipt(
    qtbot: QtBot,
    registry: RegistryProcess,
    open_desk: Callable[..., Place],
    tmp_path: Path,
    dressed: None,
) -> None:
    office, counter = open_desk(registry, HOSPITAL), open_desk(registry, SECRETARY)
    packages.introduce(office.copy, office.client)
    people = [({"name": "甲"}, {}), ({"name": "乙"}, {})]
    office.copy.begin_many("person", "save", people, role=HOSPITAL_ROLE)
    _view, mine = view(qtbot, office, registry.address)
    _other, theirs = view(qtbot, counter, registry.address)
    assert [a.text() for a in mine.menu().actions()] == ["制作…", "送交…", "读入回执…"]
    file = tmp_path / "一.ybp"

    mine.make_at(file)
    assert "2 项" in said(qtbot)
    theirs.deliver_file(file)
    assert "带回原电脑" in said(qtbot)
    mine.settle_file(packages.receipt_of(file))
    assert "2 项已办结" in said(qtbot)

    assert office.copy.outbox() == []
    mine.make_at(tmp_path / "二.ybp")
    assert "没有可以放入" in said(qtbot)
    theirs.deliver_file(packages.receipt_of(file))
    assert "不是给本登记中心" in said(qtbot)
    tasks.finish()


def test_one_item_of_the_outbox_is_carried_over_alone(
    qtbot: QtBot,
    registry: RegistryProcess,
    open_desk: Callable[..., Place],
    tmp_path: Path,
    dressed: None,
) -> None:
    office, counter = open_desk(registry, HOSPITAL), open_desk(registry, SECRETARY)
    packages.introduce(office.copy, office.client)
    people = [({"name": "甲"}, {}), ({"name": "乙"}, {})]
    office.copy.begin_many("person", "save", people, role=HOSPITAL_ROLE)
    mine, _button = view(qtbot, office, registry.address)
    _other, theirs = view(qtbot, counter, registry.address)
    qtbot.waitUntil(lambda: len(mine.items) == 2)
    mine.findChildren(OutboxCard)[1].buttons["export"].click()
    [dialog] = mine.findChildren(QFileDialog)
    assert dialog.selectedFiles()[0].endswith(".ybp")
    file = tmp_path / "乙.ybp"

    dialog.fileSelected.emit(str(file))
    assert "1 项" in said(qtbot)
    dialog.close()
    theirs.deliver_file(file)
    assert "带回原电脑" in said(qtbot)
    mine.packages.settle_file(packages.receipt_of(file))
    assert "1 项已办结" in said(qtbot)

    assert [item.title for item in office.copy.outbox()] == ["甲"]
    tasks.finish()
