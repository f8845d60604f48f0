"""The six routes of a study, each filled from an empty form to its submission by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from demo.hands import wait
from demo.typist import Lost, Typist
from tests.builders import study_answers
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

    def fill(self, after_page: Any = None) -> None:
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
                    raise Lost(f"not submitted: {told}")  # noqa: TRY301 -- told in the window's own loop
            except Exception as error:  # noqa: BLE001 -- raised again outside of the dialog
                failed.append(error)
                dialog.reject()

        button = self._view.footer.buttons["submit"]
        button.setFocus()
        QTimer.singleShot(30, answer)
        QTest.keyClick(button, Qt.Key.Key_Space)
        wait(lambda: outcome or failed, "the study to be submitted")
        if failed:
            raise failed[0]
