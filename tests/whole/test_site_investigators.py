"""A site and its investigator, picked at the real window through the real exchange."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from demo import hands
from server.sample import ident
from tests.builders import study_answers
from tests.ui.conftest import dressed
from tests.whole.conftest import Opened
from tests.whole.registry_process import RegistryProcess
from tests.whole.test_chain import TCM, login
from tests.whole.windows import AtWindow

__all__ = ["dressed"]
SITES = "impl.participating_organization_repeat"
MULTICENTRE = {
    "impl.multicenter_flag": "yes", "impl.multicenter_type": "domestic",
    "impl.organization_role": "domestic_lead", "impl.has_participating_branches": "yes",
}  # fmt: skip


@pytest.fixture
def at_pi(registry: RegistryProcess, open_desk: Opened, dressed: None) -> Iterator[AtWindow]:
    whole = open_desk(registry, login(9))
    whole.sync()
    at_pi = AtWindow(whole, registry.address, "pi")
    yield at_pi
    at_pi.close()


def picked(line: Any, letters: str, wanted: str) -> str:
    """Type letters, wait until it is offered, take it by keyboard; how it was told."""
    line.setFocus()
    QTest.keyClicks(line, letters)
    place = hands.wait(
        lambda: next((n for n, o in enumerate(line.offers, 1) if o.text == wanted), 0),
        f"{wanted} among what is offered for {letters}",
    )
    popup = line._names.popup()
    for _ in range(place):
        QTest.keyClick(popup, Qt.Key.Key_Down)
    hands.pause(0)
    told = str(popup.currentIndex().data())
    QTest.keyClick(popup, Qt.Key.Key_Return)
    return told


@pytest.mark.timeout(120)
def test_the_investigator_of_another_hospital_comes_with_the_institution_that_is_picked(
    at_pi: AtWindow,
) -> None:
    answers = study_answers({**MULTICENTRE, SITES: {"s1": {}}})
    record = at_pi.desk.copy.begin("study", answers, role="pi")
    at_pi.window.open(record.id, "filing")
    view: Any = at_pi._opened(at_pi.window.pages.current())
    view.go_to(f"{SITES}/s1/impl.branch_organization_name")
    rows = view.pages["impl"].cells[SITES].editor
    cells = hands.wait(lambda: rows.page and rows.page.cells, "the questions of the site")

    picked(cells["impl.branch_organization_name"].editor.line, "chszyy", TCM)
    at_pi.picture("site-institution")
    person = cells["impl.branch_user_name"].editor
    told = picked(person.line, "ly", "陆遥")
    at_pi.picture("site-investigator")

    assert told == f"陆遥   {TCM} · 脾胃病科 · 主任医师"
    row = view.draft.value(f"{SITES}/s1")
    assert row["impl.branch_organization_id"] == f"office:{ident(TCM)}"
    assert row["impl.branch_user_id"] == f"person:{ident('陆遥')}"
    assert not person.badge.isVisible()
