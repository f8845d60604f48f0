"""Every route is filled from empty to submitted by somebody who types, tabs and picks.

Two of the six by themselves; all of them with YANBEI_ROUTES=all in the environment.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.rules import examine
from demo.documents import approval
from demo.routes import ROUTES, Filler, answers_of, directory
from tests.local_db.desks import carded
from tests.ui.conftest import DeskOf
from tests.ui.test_forms_ask import committees
from tests.ui.test_forms_filing import shown
from tests.ui.world import COMMITTEE, PI
from ui import tasks
from ui.desk import Desk

ROUTE = "cat.research_classification_level_2"
TODAY = date(2026, 11, 21)
TYPED = 40
"""At least so many questions are answered on the shortest route."""


def known(desk: Desk) -> None:
    """The directory and the committees are there."""
    committees(desk)
    start = desk.copy.positions().get("directory", 0) + 1
    desk.copy.take([carded(card, start + n) for n, card in enumerate(directory())])


@pytest.mark.parametrize(
    "route", ROUTES if os.environ.get("YANBEI_ROUTES") == "all" else ("IIT-OBS", "REG-IVD")
)
def test_a_route_is_filled_and_submitted_by_keyboard(
    qtbot: QtBot, desk_of: DeskOf, route: str, tmp_path: Path
) -> None:
    desk = desk_of(PI)
    known(desk)
    record = desk.copy.begin("study", {}, role="pi")
    view = shown(qtbot, desk, record)
    filler = Filler(view, answers_of(route), approval(tmp_path))

    filler.fill()
    tasks.finish()
    assert view.draft is not None
    view.check()
    wrong = {p.path: p.message.zh for p in view.problems if p.level == "block"}
    assert wrong == {}
    filler.submit({"ethics_committee": COMMITTEE})

    after = desk.copy.get(record.id)
    assert after.state == "ec_form"
    assert after.answers[ROUTE] == route
    assert len(filler.typist.visited) > TYPED
    blocking = [
        p for p in examine(view.draft.form, after.answers, today=TODAY) if p.level == "block"
    ]
    assert blocking == []
