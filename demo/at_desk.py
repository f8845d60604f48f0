"""What anybody can do at a desk: go to a place, open a record, wait for the sync, look."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.record import Record
from demo import hands
from demo.filling import saved
from demo.hands import click, wait
from ui.forms.filing import FilingView
from ui.main_window import MainWindow
from ui.records.list_view import RecordsView
from ui.records.rows_model import TITLE
from ui.start import Application
from ui.sync.exchange import SyncState


class AtDesk:
    """Somebody at this desk; `demo.doing` says what they do."""

    def __init__(self, program: Application, pictures: Path) -> None:
        self._program, self._pictures = program, pictures

    # -- the exchange ----------------------------------------------------------------------

    def wait_for_sync(self) -> dict[str, int]:
        """Ask for a sync and wait until nothing waits to be sent; how many stay with a problem."""
        exchange = self._exchange()
        seen: list[SyncState] = []
        exchange.told.connect(seen.append)
        exchange.now()

        def quiet() -> bool:
            state = exchange.state
            return (
                bool(seen)
                and state.standing == "done"
                and not state.waiting
                and not exchange._is_running
            )

        wait(quiet, f"the sync: {exchange.state}")
        exchange.told.disconnect(seen.append)
        hands.pause(0.3)
        return {"waiting": exchange.state.waiting, "trouble": exchange.state.trouble}

    def notice_no_network(self) -> str:
        """Try to sync without a network: the bar says so, nothing else happens."""
        exchange = self._exchange()
        exchange.now()
        wait(
            lambda: exchange.state.standing == "offline", "the bar to say that there is no network"
        )
        return str(self._window().bar.standing.text())

    def outbox(self) -> list[str]:
        """What waits to be sent, as the outbox tells it."""
        self.go("outbox")
        hands.pause(0.4)
        return [f"{item.title} · {item.command}" for item in self._copy().outbox()]

    # -- looking ---------------------------------------------------------------------------

    def go(self, place: str, picture: str = "") -> None:
        """Choose a place of the navigation."""
        window = self._window()
        if place not in window.navigation.ids():
            raise hands.Stuck(f"no {place} in the navigation: {window.navigation.ids()}")
        window.pages.tabs.setCurrentIndex(0)
        window.navigation.clearSelection()
        window.navigation.setCurrentRow(-1)
        window.navigation.go(place)
        hands.pause(0.3)
        if picture:
            self.picture(picture)

    def count(self, form: str) -> int:
        """How many records of a form this desk holds."""
        from local_db import Query

        return int(self._copy().count(Query(form=form)))

    def number_of(self, title: str) -> str:
        """The number of a study as this desk's store has it."""
        from local_db import Query

        rows = self._copy().rows(Query(form="study", text=title[:40])).rows
        return next((row.head.number for row in rows), "")

    def picture(self, name: str) -> None:
        """A picture of the window on top."""
        window = QApplication.activeModalWidget() or self._program.guide or self._program.window
        window = window or self._program.sign_in
        if isinstance(window, QWidget):
            self.picture_of(window, name)

    def picture_of(self, window: QWidget, name: str) -> None:
        """A picture of this window."""
        hands.picture(self._pictures, name, window)

    # -- with what -------------------------------------------------------------------------

    def _window(self) -> MainWindow:
        window = self._program.window
        assert window is not None, "nobody is signed in"
        return window

    def _exchange(self) -> Any:
        assert self._program.exchange is not None
        return self._program.exchange

    def _copy(self) -> Any:
        assert self._program.desk is not None
        return self._program.desk.copy

    def _place(self, kind: type[Any]) -> Any:
        return wait(
            lambda: next((w for w in self._window().findChildren(kind) if w.isVisible()), None),
            kind.__name__,
        )

    def _current(self, kind: type[Any]) -> Any:
        return wait(
            lambda: (
                current if isinstance(current := self._window().pages.current(), kind) else None
            ),
            kind.__name__,
        )

    def _open(self, place: str, title: str, kind: type[Any]) -> Any:
        self._selected(place, title).open_selected()
        return self._current(kind)

    def _selected(self, place: str, title: str) -> RecordsView:
        self.go(place)
        view: RecordsView = self._place(RecordsView)

        def row() -> int:
            model = view.model
            for number in range(model.rowCount()):
                line = model.row(number)
                if line is not None and model.text(line, TITLE).startswith(title[:40]):
                    return number + 1
            return 0

        number = wait(row, f"“{title[:30]}” in {place}") - 1
        view.table.selectRow(number)
        hands.pause(0.3)
        return view

    def _study_of(self, record_id: UUID) -> UUID:
        record: Record = self._copy().get(record_id)
        return record.parent or record.id

    @staticmethod
    def _opened(view: Any) -> FilingView:
        wait(lambda: view.draft is not None and view.page_id in view.pages, "the filing")
        assert isinstance(view, FilingView)
        return view

    def _step(self, view: FilingView, command: str) -> None:
        saved(view)

        def ready() -> QPushButton | None:
            # The buttons are made anew whenever the record has changed: look each time.
            found = view.footer.findChildren(QPushButton, f"step:{command}")
            return next((b for b in found if b.isVisible() and b.isEnabled()), None)

        hands.pause(0.2)
        click(wait(ready, f"the button of {command}"))
