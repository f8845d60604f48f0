"""Desks with their windows: what `demo.doing` does, at the real main window of one person.

With `YANBEI_PICTURES=FOLDER` every picture that a test takes is kept there, in the language and
the colours of `YANBEI_LOOK` (`zh`, `en`, `zh-dark` …).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget

from app.record import Answers, Record
from app.words import Language
from demo import hands
from demo.doing import Person
from demo.filling import fill_page, saved
from sync.client import RegistryClient
from tests.whole.desks import Desk as WholeDesk
from ui import language, look
from ui.desk import Desk
from ui.forms.ask import AskDialog
from ui.forms.filing import FilingView
from ui.main_window import MainWindow
from ui.records.list_view import RecordsView
from ui.records.record_view import RecordView
from ui.records.undoing import UndoDialog
from ui.start import Application
from ui.sync.exchange import Exchange


@dataclass
class _Program:
    """As much of the program as somebody who has signed in works with."""

    desk: Desk
    window: MainWindow
    exchange: Exchange
    guide: None = None
    sign_in: None = None


class AtWindow(Person):
    """One person at the main window, in one role; the registry is a process of its own."""

    def __init__(self, whole: WholeDesk, address: str, role: str) -> None:
        kept = os.environ.get("YANBEI_PICTURES", "")
        self.keeps = bool(kept)
        chosen, _, scheme = os.environ.get("YANBEI_LOOK", "zh").partition("-")
        language.choose(cast("Language", chosen))
        look.apply(cast("QApplication", QApplication.instance()), dark=scheme == "dark")
        self.desk = Desk(whole.copy, role)
        self.exchange = Exchange(self.desk, lambda: _client(whole, address), self.desk)
        window = MainWindow(self.desk, self.exchange)
        window.show()
        program = _Program(self.desk, window, self.exchange)
        super().__init__(cast("Application", program), Path(kept))
        self.window = window

    def picture(self, name: str) -> None:
        if self.keeps:
            hands.pause(0.3)
            super().picture(name)

    def picture_of(self, window: QWidget, name: str) -> None:
        """A picture of one window, where pictures are kept."""
        if self.keeps and name:
            super().picture_of(window, name)

    def close(self) -> None:
        """Leave the desk: what is under way comes to its end first."""
        self.exchange.stop()
        hands.wait(lambda: not self.exchange._is_running, "the round under way")
        self.window.close()
        self.window.deleteLater()
        QApplication.processEvents()

    # -- filing ----------------------------------------------------------------------------

    def begins(self, place: str) -> FilingView:
        """新建 in a list; the filing that opens."""
        self.go(place)
        hands.click(self._place(RecordsView).new)
        return self._opened(self._current(FilingView))

    def fills(
        self, answers: dict[str, Any], files: dict[str, list[str]], picture: str = ""
    ) -> FilingView:
        """Every page of the filing at hand, question by question."""
        view = self._opened(self._current(FilingView))
        for page in list(view._pages()):
            view.open_page(page.id)
            fill_page(view, answers, files)
            if picture:
                self.picture(f"{picture}-{page.id}")
        saved(view)
        return view

    def complaints(self, picture: str = "") -> set[str]:
        """检查: where something keeps the filing from being submitted."""
        view = self._current(FilingView)
        view.check()
        if picture:
            self.picture(picture)
        return {p.path for p in view.problems if p.level == "block"}

    def takes(self, command: str, said: Answers | None = None, picture: str = "") -> Record:
        """Take a step from the foot of the filing or the bar of the record; what came of it."""
        current = self._window().pages.current()
        record_id = current._id if isinstance(current, FilingView) else current.record_id
        before = self.record(record_id)
        if isinstance(current, FilingView):
            opens: Callable[[], None] = partial(self._step, current, command)
        else:
            assert isinstance(current, RecordView)
            bar = current.steps
            opens = partial(self._press, lambda: bar.buttons.get(command), command)
        asked = _confirming()
        if said is None:
            asked.start()
            opens()
        else:
            self._in_dialog(opens, said, picture)
        hands.wait(lambda: len(self.record(record_id).log) > len(before.log), f"“{command}”")
        asked.stop()
        return self.record(record_id)

    def in_dialog(self, opens: Callable[[], object], fill: Callable[[AskDialog], object]) -> None:
        """Do what opens a dialog, fill it in by hand, and press its verb."""
        trouble: list[Exception] = []

        def filled() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, AskDialog) or not timer.isActive():
                return
            timer.stop()
            try:
                fill(dialog)
                hands.click(dialog.verb)
                hands.wait(lambda: not dialog.isVisible(), f"the end: {dialog.sentence.text()}")
            except Exception as error:
                trouble.append(error)
                dialog.reject()

        timer = QTimer()
        timer.setInterval(30)
        timer.timeout.connect(filled)
        timer.start()
        opens()
        hands.wait(lambda: not timer.isActive(), "the dialog")
        if trouble:
            raise trouble[0]

    def fill_in(self, place: str, title: str, answers: Answers) -> None:
        """Open a record of a list for filling in, and answer these questions."""
        self.open_filing_of(place, title)
        self.answer(answers)

    def open_filing_of(self, place: str, title: str) -> FilingView:
        view = self._selected(place, title)
        self._press(lambda: view.steps.buttons.get("save"), "填报")
        return self._opened(self._current(FilingView))

    def undoes(self, picture: str = "") -> None:
        """撤销变更 from the menu of the record shown, once what comes back was seen."""
        current = self._window().pages.current()
        assert isinstance(current, RecordView)
        record_id = current.record_id
        state = self.record(record_id).state
        action = next(
            a for a in current.steps.more.menu().actions() if a.objectName() == "step:undo"
        )
        action.trigger()
        dialog = hands.shown(UndoDialog, "what comes back")
        self.picture_of(dialog, picture)
        hands.click(dialog.verb)
        hands.wait(lambda: self.record(record_id).state != state, "the change to be undone")

    def _step(self, view: FilingView, command: str) -> None:
        saved(view)

        def find() -> QPushButton | None:
            found = view.footer.findChildren(QPushButton, f"step:{command}")
            return next((b for b in found if b.isVisible()), None)

        self._press(find, command)

    @staticmethod
    def _press(find: Callable[[], QPushButton | None], what: str) -> None:
        """Press a button as soon as it can be, in one go: a change of the record makes it anew."""

        def pressed() -> bool:
            button = find()
            if button is None or not (button.isVisible() and button.isEnabled()):
                return False
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            return True

        hands.wait(pressed, f"the button of {what}")

    def opens(self, place: str, title: str, picture: str = "") -> RecordView:
        """A record of a list, to read."""
        view: RecordView = self._open(place, title, RecordView)
        hands.wait(lambda: view.reading and view.summary.is_whole(), "the record")
        if picture:
            self.picture(picture)
        return view

    def record(self, record_id: UUID) -> Record:
        found: Record = self._copy().get(record_id)
        return found


def _client(whole: WholeDesk, address: str) -> RegistryClient:
    return RegistryClient(address, whole.client._token)


def _confirming() -> QTimer:
    """Says yes to the question that a step asks before it is done, whenever it comes."""

    def look() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            box.buttons()[0].click()

    timer = QTimer()
    timer.setInterval(30)
    timer.timeout.connect(look)
    return timer
