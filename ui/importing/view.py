"""批量导入: accounts from a spreadsheet, looked at and mended before anything is imported."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from app.errors import Unreadable
from app.record import Record
from app.roster import checks, reading, result, template
from app.roster.accounts import ACCOUNTS
from app.roster.checks import Checked, Entry, Terms
from app.roster.columns import TITLE
from ui import problems, tasks
from ui.desk import Desk
from ui.importing.choosing import ChoosingPage
from ui.importing.done import DonePage
from ui.importing.known import OwnPeople, own_people
from ui.importing.mending import MendingPage
from ui.language import say, told


@dataclass(frozen=True)
class _Loaded:
    """A workbook that was read and checked."""

    checked: Checked
    terms: Terms


class ImportView(QWidget):
    """Three steps: choose a workbook, mend it, see what was imported."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._name = ""
        self.choosing, self.mending, self.done = ChoosingPage(), MendingPage(), DonePage()
        self.pages = QStackedWidget()
        for page in (self.choosing, self.mending, self.done):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self.choosing.file_wanted.connect(self._on_file_wanted)
        self.choosing.template_wanted.connect(self._on_template_wanted)
        self.choosing.chosen.connect(self.open)
        self.mending.left.connect(self._choose)
        self.mending.import_wanted.connect(self.take)
        self.mending.result_wanted.connect(self._on_result_wanted)
        self.done.again.connect(self._choose)
        self.done.back.connect(lambda: self.pages.setCurrentWidget(self.mending))
        self.done.result_wanted.connect(self._on_result_wanted)

    # The steps

    def open(self, path: Path) -> None:
        """Read a workbook in its own process, check it, and show it."""
        self._name = path.name
        self.choosing.busy(path.name)
        roles = self.choosing.chosen_roles()
        copy = self.desk.copy
        tasks.run(
            lambda: own_people(copy),
            then=lambda known: self._read(path, roles, known),
            failed=self._on_not_read,
            owner=self,
        )

    def _read(self, path: Path, roles: tuple[str, ...], known: OwnPeople) -> None:
        def work() -> _Loaded:
            today = datetime.datetime.now(datetime.UTC).astimezone().date()
            terms = Terms(today, roles, known, template=ACCOUNTS)
            return _Loaded(checks.check(reading.read(path), terms), terms)

        tasks.run(work, then=self._show, failed=self._on_not_read, owner=self, lane="work")

    def _show(self, loaded: _Loaded) -> None:
        entries = loaded.checked.entries
        if not entries:  # a header that is none, or no rows: there is nothing to mend here
            said = [f"{told(f.message)} → {told(f.remedy)}" for f in loaded.checked.about_file]
            self.choosing.ready("\n".join(said))
            return
        self.choosing.ready()
        self.mending.show_roster(self._name, loaded.checked, loaded.terms)
        self.pages.setCurrentWidget(self.mending)
        self.mending.table.setFocus()

    def _on_not_read(self, error: Exception) -> None:
        if isinstance(error, Unreadable):
            self.choosing.ready(told(error.words))
        else:
            self.choosing.ready()
            problems.show(error, self)

    def take(self, entries: list[Entry]) -> None:
        """Import these people, all of them in one transaction or none."""
        copy, role = self.desk.copy, self.desk.role
        self.mending.busy(is_busy=True)

        def work() -> list[Record]:
            prepared = [(entry.answers(), entry.said()) for entry in entries]
            made: list[Record] = copy.begin_many("person", "open", prepared, role=role)
            return made

        tasks.run(
            work,
            then=lambda made: self._on_imported(made, entries),
            failed=self._on_not_imported,
            owner=self,
        )

    def _on_imported(self, made: list[Record], entries: list[Entry]) -> None:
        self.mending.busy(is_busy=False)
        model = self.mending.model
        if model is not None:
            # What is in is taken off the table, so that it cannot be imported a second time.
            taken = {id(e.line) for e in entries}
            model.put([line for line in model.lines() if id(line) not in taken])
            model.undo_stack.clear()
            n = checks.counts(model.checked())
            self.done.tell(len(made), n["wrong"], n["here_already"])
        self.pages.setCurrentWidget(self.done)
        self.desk.changed.emit([])
        self.desk.sync_now()

    def _on_not_imported(self, error: Exception) -> None:
        self.mending.busy(is_busy=False)
        problems.show(error, self)

    def _choose(self) -> None:
        self.choosing.ready()
        self.pages.setCurrentWidget(self.choosing)
        self.choosing.choose_button.setFocus()

    # Files

    def _on_file_wanted(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(
            self, say("选择账号申请表", "Choose the workbook"), _documents(),
            say("Excel 工作簿 (*.xlsx)", "Excel workbooks (*.xlsx)"),
        )  # fmt: skip
        if name:
            self.open(Path(name))

    def _on_template_wanted(self) -> None:
        self._save(say("保存空白模板", "Save the template"), f"{TITLE}.xlsx", template.write)

    def _on_result_wanted(self) -> None:
        model = self.mending.model
        if model is None:
            return
        checked = model.checked()
        only_wrong = self.pages.currentWidget() is self.done
        name = f"{Path(self._name).stem}-{say('校验结果', 'result')}.xlsx"
        self._save(
            say("保存校验结果", "Save the result"),
            name,
            lambda path: result.write(path, checked, only_wrong=only_wrong),
        )

    def _save(self, title: str, name: str, write: Callable[[Path], None]) -> None:
        chosen, _kind = QFileDialog.getSaveFileName(
            self, title, str(Path(_documents()) / name),
            say("Excel 工作簿 (*.xlsx)", "Excel workbooks (*.xlsx)"),
        )  # fmt: skip
        if chosen:
            path = Path(chosen if chosen.lower().endswith(".xlsx") else f"{chosen}.xlsx")
            tasks.run(
                lambda: write(path),
                then=lambda _none: None,
                failed=partial(problems.show, parent=self),
                owner=self,
                lane="work",
            )


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
