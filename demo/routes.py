"""The six routes of a study, each filled from an empty form to its submission by keyboard.

`python -m demo pictures --routes` takes a picture of every page of every route, as long as it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from demo.documents import approval
from demo.hands import pause, wait
from demo.stage import OFFSCREEN, SOURCE
from demo.typist import Lost, Typist
from tests.builders import OTHER_INVESTIGATOR, OTHER_OFFICE, study_answers
from tests.local_db.desks import OFFICE, PI, carded
from tests.local_db.desks import desk as working_copy
from ui.forms.ask import AskDialog
from ui.forms.filing import FilingView
from ui.forms.page import PageView

ROUTES = ("REG-DRUG", "REG-DEV", "REG-IVD", "REG-FSMP", "IIT-INT", "IIT-OBS")
CLASS = "cat.research_classification_level_"


def answers_of(route: str) -> dict[str, Any]:
    """What is typed for a route: groups as lists of rows; the rest is made up by the typist."""
    is_iit = route.startswith("IIT")
    found: dict[str, Any] = {
        field: list(value.values()) if isinstance(value, dict) else value
        for field, value in study_answers().items()
    }
    del found["cat.implementing_organization"]
    found |= {
        f"{CLASS}1": "initiated" if is_iit else "registration",
        f"{CLASS}2": route,
        "cat.gcp_cell_product_attribute": "none",
        "impl.team_members": [{"name": "何平"}],
        # One of the two Chinese registries publishes it: every English twin is asked for.
        "basic.sync_platform": "chictr" if route in ("REG-DRUG", "IIT-OBS") else "none",
    }
    return found


class Filler:
    """A person at a desk who fills in one study, page after page, and submits it."""

    def __init__(self, view: FilingView, answers: dict[str, Any], pdf: Path) -> None:
        self._view, self.typist = view, Typist(answers, pdf)

    def fill(self, after_page: Callable[[str], object] | None = None) -> None:
        """Every page of the route, from the first to the last; `after_page` gets its id."""
        view = self._view
        while True:
            page_id = view.page_id
            self.typist.fill(view.pages[page_id])
            if after_page is not None:
                after_page(page_id)
            QTest.keyClick(
                QApplication.focusWidget() or view, Qt.Key.Key_PageDown,
                Qt.KeyboardModifier.ControlModifier,
            )  # fmt: skip
            QApplication.processEvents()
            if view.page_id == page_id:
                return

    def submit(self, committee: dict[str, Any]) -> None:
        """Press 提交, name the committees, Ctrl+Enter."""
        outcome: list[Any] = []
        self._view.performed.connect(outcome.append)
        failed: list[Exception] = []

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, AskDialog):
                QTimer.singleShot(30, answer)
                return
            try:
                page: PageView = dialog.page
                Typist(committee, Path()).fill(page)
                QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
                if dialog.result() != AskDialog.DialogCode.Accepted:
                    told = [c.problem_texts() for c in page.cells.values()]
                    raise Lost(f"not submitted: {told}")
            except Exception as error:
                failed.append(error)
                dialog.reject()

        button = self._view.footer.buttons["submit"]
        button.setFocus()
        QTimer.singleShot(30, answer)
        QTest.keyClick(button, Qt.Key.Key_Space)
        wait(lambda: outcome or failed, "the study to be submitted")
        if failed:
            raise failed[0]


def directory() -> list[dict[str, Any]]:
    """Whom and what the answers name, as cards."""
    common = {"state": "", "office": "", "roles": [], "sort": "", "initials": ""}
    given: tuple[dict[str, Any], ...] = (
        {"ref": OTHER_OFFICE, "kind": "institution", "name": "长河省中医院", "initials": "chszyy"},
        {"ref": OFFICE, "kind": "institution", "name": "长河市第一人民医院", "initials": "chsdy"},
        {"ref": OTHER_INVESTIGATOR, "kind": "person", "name": "唐立", "state": "active",
         "initials": "tl", "office": OTHER_OFFICE},
        {"ref": PI.id, "kind": "person", "name": "何平", "state": "active", "initials": "hp",
         "office": OFFICE, "title_class": "medical", "title": "chief_physician"},
    )  # fmt: skip
    return [common | card for card in given]


def take_pictures(output: Path, language: str, routes: tuple[str, ...] = ROUTES) -> int:
    """A picture of every page of these routes, filled in; how many there are."""
    for route in routes:
        subprocess.run(
            [sys.executable, "-m", "demo.routes", route, language, str(output)],
            cwd=SOURCE, check=True, env={**os.environ, "QT_QPA_PLATFORM": OFFSCREEN},
        )  # fmt: skip
    return len(list((output / "routes").glob("*/*.png")))


def main() -> int:
    """One route in one language: `python -m demo.routes ROUTE LANGUAGE OUTPUT`."""
    from ui import language as languages
    from ui import look, tasks
    from ui.desk import Desk

    route, language, output = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    app = QApplication(sys.argv[:1])
    languages.choose("en" if language == "en" else "zh")
    look.apply(app)
    folder = output / "routes" / language
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        copy = working_copy(Path(place) / "desk", bytes(range(32)), PI)
        copy.take([carded(card, n + 1) for n, card in enumerate(directory())])
        view = FilingView(Desk(copy, "pi"), copy.begin("study", {}, role="pi").id)
        view.resize(1280, 800)
        view.show()
        view.activateWindow()
        wait(lambda: view.page_id, "the first page")

        def picture(page_id: str) -> None:
            number = [p.id for p in view._pages()].index(page_id) + 1
            pause(0.8)
            sheet = view.stack.areas[page_id].widget()
            sheet.grab().save(str(folder / f"{route}-{number}-{page_id}.png"))

        Filler(view, answers_of(route), approval(Path(place))).fill(picture)
        view.check()
        view.grab().save(str(folder / f"{route}-checked.png"))
        view.close()
        tasks.finish()
        copy.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
