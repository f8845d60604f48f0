"""The investigator of a site: found where they work, or typed and matched later."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.heads import investigator_ref
from app.workflows.roles import investigators_of
from sync.engine import Report
from tests.local_db.desks import PI, carded
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_people import (
    BRANCH,
    BRANCH_REF,
    ELSEWHERE,
    OUTSIDER,
    PLACES,
    SITES,
    dialog_of,
    directory,
    site_of,
    with_site,
)
from ui.desk import Desk
from ui.forms.matching import MatchDialog

NAME, REF = "impl.branch_user_name", "impl.branch_user_id"
HOSPITAL, TANG = PLACES
LATER = "本机还没有该机构的负责人名单，连网后可查找；也可先填写姓名，以后再匹配。"


def arrives(desk: Desk, *cards: dict[str, Any]) -> None:
    """A round in which these investigators are told, each where they work."""
    told = []
    for n, card in enumerate(cards, start=1):
        line, body = carded(card, n, investigators_of(card["office"]))
        told.append((line.model_copy(update={"id": investigator_ref(card["ref"])}), body))
    desk.copy.take(told)
    desk.copy.follow([PI.id, "directory", *(investigators_of(card["office"]) for card in cards)])
    desk.synced.emit(Report(received=len(cards)))


def offered(line: Any) -> list[str]:
    return [f"{offer.text} {offer.hint}".strip() for offer in line.offers]


def composed(line: Any, text: str) -> None:
    """Type with an input method."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(line, event)


def pick(qtbot: QtBot, line: Any, typed: str) -> None:
    """Type, wait for the list, take the first of it by keyboard."""
    line.setFocus()
    QTest.keyClicks(line, typed)
    qtbot.waitUntil(lambda: line._names is not None and line._names.popup().isVisible())
    popup = line._names.popup()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)


def test_a_picked_institution_is_asked_for_its_investigators_and_one_is_picked_by_initials(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk, HOSPITAL)
    view, cells = site_of(qtbot, desk, with_site(desk, organization_name=None))

    with qtbot.waitSignal(desk.sync_asked):
        pick(qtbot, cells[BRANCH].editor.line, "chszyy")
    assert desk.copy.positions()[investigators_of(ELSEWHERE)] == 0

    editor = cells[NAME].editor
    editor.line.setFocus()
    QTest.keyClicks(editor.line, "tl")
    qtbot.waitUntil(lambda: offered(editor.line) == [LATER])
    arrives(desk, TANG)  # while the list is open
    qtbot.waitUntil(lambda: offered(editor.line) == ["唐立 长河省中医院 · 针灸科 · 主任医师"])
    popup = editor.line._names.popup()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)

    assert view.draft is not None
    row = view.draft.value(f"{SITES}/s1")
    assert (row[BRANCH_REF], row[REF], row[NAME]) == (ELSEWHERE, OUTSIDER, "唐立")
    assert not editor.badge.isVisible()
    assert "impl.branch_user_mobile" not in row, "no number of anybody is known here"


def test_pasted_sites_are_matched_together_by_their_names_in_one_step_back(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    far = {**HOSPITAL, "ref": ELSEWHERE.replace("6", "8"), "name": "云州市中心医院", "grade": "3a"}
    directory(desk, HOSPITAL, far)
    arrives(desk, TANG)
    view, _cells = site_of(qtbot, desk, with_site(desk, organization_name="长河省中医院"))
    rows: Any = view.pages["impl"].cells[SITES].editor
    rows.paste("云州市中心医院\n中医院\n")
    assert view.draft is not None
    view.draft.put(f"{SITES}/s1/{NAME}", "唐立")
    qtbot.waitUntil(lambda: rows.match_button.text() == "未匹配 4 项，按名称匹配")

    with qtbot.waitSignal(desk.sync_asked):
        rows.match_button.click()

    first, second, third = view.draft.rows(SITES).values()
    assert (first[BRANCH_REF], first[REF]) == (ELSEWHERE, OUTSIDER)
    assert second[BRANCH_REF] == far["ref"]
    assert second["impl.branch_organization_level"] == "3a"
    assert BRANCH_REF not in third, "several have that in their name"
    assert rows.told.text().startswith("已匹配 3 项。还有 1 项")
    assert not rows.match_button.isVisible(), "the last one has its badge"
    view.undo()
    assert not [row for row in view.draft.rows(SITES).values() if BRANCH_REF in row or REF in row]


def test_no_authority_is_offered_as_a_site(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    office = {**HOSPITAL, "ref": ELSEWHERE.replace("6", "8"), "name": "长河省卫生健康委员会"}
    directory(desk, {**HOSPITAL, "level": "hospital"}, {**office, "level": "province"})
    _view, cells = site_of(qtbot, desk, with_site(desk, organization_name=None))
    line = cells[BRANCH].editor.line

    line.setFocus()
    composed(line, "长河省")

    qtbot.waitUntil(lambda: bool(line.offers))
    assert [offer.text for offer in line.offers] == ["长河省中医院"]


def test_the_list_of_investigators_is_wide_enough_to_tell_them_apart(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk, HOSPITAL)
    record = with_site(desk, organization_name="长河省中医院", organization_id=ELSEWHERE)
    arrives(desk, TANG)
    _view, cells = site_of(qtbot, desk, record)
    line = cells[NAME].editor.line

    line.setFocus()
    composed(line, "唐")

    qtbot.waitUntil(lambda: bool(line._names) and line._names.popup().isVisible())
    popup = line._names.popup()
    assert popup.viewport().width() >= popup.sizeHintForColumn(0) > line.width()


def test_without_a_network_the_name_is_typed_and_matched_once_they_are_here(
    qtbot: QtBot, desk_of: DeskOf
) -> None:
    desk = desk_of(PI)
    directory(desk, HOSPITAL)
    record = with_site(desk, organization_name="长河省中医院", organization_id=ELSEWHERE)
    view, cells = site_of(qtbot, desk, record)
    editor = cells[NAME].editor
    editor.line.setFocus()
    composed(editor.line, "唐立")
    qtbot.waitUntil(lambda: offered(editor.line) == [LATER])
    QTest.keyClick(editor.line, Qt.Key.Key_Tab)
    assert editor.badge.isVisible()

    QTest.mouseClick(editor.badge, Qt.MouseButton.LeftButton)
    dialog = dialog_of(MatchDialog)
    qtbot.waitUntil(lambda: dialog.told.text() == LATER)
    assert not dialog.verb.isEnabled()
    arrives(desk, TANG)
    qtbot.waitUntil(lambda: [o.text for o in dialog.offers] == ["唐立"])
    dialog.verb.click()

    assert view.draft is not None
    assert view.draft.value(f"{SITES}/s1")[REF] == OUTSIDER
    assert not editor.badge.isVisible()


def test_two_of_one_name_are_told_apart_by_where_they_work(qtbot: QtBot, desk_of: DeskOf) -> None:
    desk = desk_of(PI)
    far = "office:66666666-2222-4111-8111-111111111111"
    directory(desk, HOSPITAL, {**HOSPITAL, "ref": far, "name": "云州市中心医院"})
    namesake = {**TANG, "ref": OUTSIDER.replace("6", "7"), "office": far, "department": "肾内科"}
    arrives(desk, TANG, namesake)
    record = with_site(desk, organization_name="云州市中心医院", organization_id=far)
    _view, cells = site_of(qtbot, desk, record)
    line = cells[NAME].editor.line

    line.setFocus()
    composed(line, "唐立")

    qtbot.waitUntil(lambda: bool(line.offers))
    assert offered(line) == [
        "唐立 云州市中心医院 · 肾内科 · 主任医师",
        "唐立 长河省中医院 · 针灸科 · 主任医师",
    ]
