"""批量导入: rows of a workbook, looked at and mended before anything is imported."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.errors import AppError, Unreadable
from app.roster import checks, result
from app.roster.checks import Entry, Line, Terms
from app.roster.kinds import templates_of
from app.roster.known import Already
from app.roster.reading import Stopped
from ui import garbage, moments, problems, tasks
from ui.desk import Desk
from ui.importing import doing, files, imports, known
from ui.importing.checking import Checking, Learned, Loaded, Wanted
from ui.importing.choosing import COMMITTEE_OF, ChoosingPage
from ui.importing.done import DonePage
from ui.importing.handing_out import FirstPasswords
from ui.importing.imports import Import, Progress
from ui.importing.mending import MendingPage
from ui.importing.people_model import PeopleModel
from ui.importing.taking_back import TakingBack
from ui.language import say, told

if TYPE_CHECKING:
    from local_db import WorkingCopy

Taken: TypeAlias = tuple[Import, dict[int, Line], FirstPasswords]
"""What an import made, the lines it took by their row, and the passwords to hand out."""
EVERY = 1500
"""Milliseconds between two looks at what is still to be sent."""


class ImportView(QWidget):
    """Three steps: choose a workbook, mend it, see what the registry says of its rows."""

    through = Signal(int, int)
    """(steps taken, steps), while an import is written."""

    def __init__(self, desk: Desk, *, row_limit: int | None = None) -> None:
        super().__init__()
        self.desk = desk
        self._row_limit = row_limit
        self._name = ""
        self._committee: UUID | None = None
        self._import: Import | None = None
        self._taken: dict[int, Line] = {}
        self._passwords = FirstPasswords()
        self._stop = Event()
        templates = templates_of(desk.role)
        self.choosing, self.mending = ChoosingPage(templates), MendingPage()
        self.done = DonePage()
        self.checking = Checking(desk, self)
        self.taking_back = TakingBack(desk, self)
        self.pages = QStackedWidget()
        for page in (self.choosing, self.mending, self.done):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self._follow = QTimer(self)
        self._follow.setInterval(EVERY)
        self._follow.timeout.connect(self._look)
        self._connect()
        self._offer()

    def _connect(self) -> None:
        self.choosing.file_wanted.connect(self._on_file_wanted)
        self.choosing.template_wanted.connect(self._on_template_wanted)
        self.choosing.chosen.connect(self.open)
        self.choosing.stop_wanted.connect(self._choose)
        self.choosing.import_wanted.connect(self._on_import_wanted)
        self.checking.through.connect(self.choosing.through)
        self.checking.loaded.connect(self._show)
        self.checking.failed.connect(self._on_not_read)
        self.checking.asking.connect(self.mending.asking)
        self.checking.learned.connect(self._on_learned)
        self.mending.left.connect(self._choose)
        self.through.connect(self.mending.through)
        self.mending.import_wanted.connect(self.take)
        self.mending.stop_wanted.connect(self._on_stop)
        self.mending.result_wanted.connect(self._on_result_wanted)
        self.mending.already_chosen.connect(self._on_already)
        self.mending.asking_wanted.connect(self._ask_again)
        self.done.again.connect(self._choose)
        self.done.back.connect(self._back)
        self.done.undo_wanted.connect(self._on_undo_wanted)
        self.taking_back.begun.connect(lambda: self.done.busy(is_busy=True))
        self.taking_back.undone.connect(self._on_undone)
        self.taking_back.failed.connect(self._on_not_undone)
        self.done.result_wanted.connect(self._on_result_wanted)
        self.done.slips_wanted.connect(self._on_slips_wanted)
        self.desk.changed.connect(self._on_changed)
        self.desk.synced.connect(self._on_synced)

    def _offer(self) -> None:
        """What can be chosen on the first page: earlier imports, committees that may be changed."""
        form = COMMITTEE_OF.get(self.desk.role, "")
        self.desk.read(
            lambda copy: (imports.kept(copy), known.committees(copy, form) if form else []),
            self._on_offered,
            owner=self,
        )

    def _on_offered(self, found: tuple[list[Import], list[tuple[str, str]]]) -> None:
        self.choosing.show_earlier(found[0])
        self.choosing.show_committees(found[1])

    # Reading

    def open(self, path: Path) -> None:
        """Read a workbook in its own process, check it, and show it."""
        self._name = path.name
        self.choosing.busy(path.name)
        committee = self.choosing.chosen_committee()
        self._committee = UUID(committee) if committee else None
        wanted = self.choosing.template()
        roles = self.choosing.chosen_roles() if wanted.id == "accounts" else ()
        self.checking.open(Wanted(path, wanted, roles, self._committee, self._row_limit))

    def _show(self, loaded: Loaded) -> None:
        entries = loaded.checked.entries
        if not entries:  # a header that is none, or no rows: there is nothing to mend here
            said = [f"{told(f.message)} → {told(f.remedy)}" for f in loaded.checked.about_file]
            self.choosing.ready("\n".join(said))
            return
        self.choosing.ready()
        self.mending.show_roster(self._name, loaded.checked, loaded.terms)
        assert self.mending.model is not None
        self.mending.model.rechecked.connect(self._on_rechecked)
        # Laying the page out takes as long as filling it: what was clicked meanwhile comes between.
        QTimer.singleShot(1, self, partial(self._turn, self.mending.model))  # 0: no turn between

    def _turn(self, model: PeopleModel) -> None:
        """Turn to the page that was filled, unless it is filled otherwise by now."""
        if self.mending.model is model:
            self.pages.setCurrentWidget(self.mending)
            self.mending.table.setFocus()
            self.checking.look_at(model.entries(), at_once=True)

    def _on_not_read(self, error: Exception) -> None:
        if isinstance(error, Unreadable):
            self.choosing.ready(told(error.words))
        else:
            self.choosing.ready()
            problems.show(error, self)

    # Asking the registry

    def _on_rechecked(self) -> None:
        if self.mending.model is not None:
            self.checking.look_at(self.mending.model.entries())

    def _ask_again(self) -> None:
        if self.mending.model is not None:
            self.checking.ask_again(self.mending.model.entries())

    def _on_learned(self, learned: Learned) -> None:
        model = self.mending.model
        if model is None:
            return
        model.learn(learned.terms, learned.rows)
        register = learned.terms.known
        self.mending.answered(by_registry=register is not None and register.is_final)

    def _on_already(self, already: Already) -> None:
        model = self.mending.model
        if model is None:
            return
        terms = replace(model.terms(), already=already)
        self.checking.under(terms)
        model.learn(terms)

    # Importing

    def take(self, entries: list[Entry]) -> None:
        """Import these rows as the registry knows them now: all of them here, or none."""
        model = self.mending.model
        if model is None:
            return
        self._stop = Event()
        self.mending.busy(is_busy=True)
        # The table turns grey first: beside a lane at work each of its cells waits for its turn.
        QTimer.singleShot(1, self, partial(self._confirm, entries, model.terms()))

    def _confirm(self, entries: list[Entry], terms: Terms) -> None:
        tasks.run(
            partial(self.checking.confirm, entries, terms),
            then=lambda now: self._on_confirmed(entries, now),
            failed=lambda error: self._on_unconfirmed(entries, error),
            owner=self,
            lane="network",
        )

    def _on_confirmed(self, before: list[Entry], now: list[Entry]) -> None:
        if self._stop.is_set():
            self.mending.busy(is_busy=False)
            return
        if any(a.deed != b.deed for a, b in zip(before, now, strict=True)):
            # Somebody else was first, since the rows were looked at: they are shown, not imported.
            self.mending.busy(is_busy=False)
            self._ask_again()
            return
        self._begin(now)

    def _on_unconfirmed(self, entries: list[Entry], error: Exception) -> None:
        if not isinstance(error, AppError):
            self._on_not_imported(error)
            return
        self._begin(entries)  # without a network: the registry looks again at each row

    def _begin(self, entries: list[Entry]) -> None:
        copy, role, stop = self.desk.copy, self.desk.role, self._stop
        at = moments.now().isoformat(timespec="seconds")
        order = doing.Order(role, at, self._name, self._committee)

        def work() -> Taken:
            def tell(done: int) -> None:
                if stop.is_set():
                    raise Stopped
                self.through.emit(done, len(entries))  # from the lane's thread to this one

            with garbage.held():
                made = doing.take(copy, entries, order, progress=tell)
                return made, {e.row: e.line for e in entries}, FirstPasswords(entries)

        tasks.run(work, then=self._on_imported, failed=self._on_not_imported, owner=self)

    def _on_imported(self, now: Taken) -> None:
        model = self.mending.model
        made, self._taken, self._passwords = now
        self._import = made
        if model is not None:
            # What is in is taken off the table, so that it cannot be imported a second time.
            taken = set(map(id, self._taken.values()))
            model.put([line for line in model.lines() if id(line) not in taken])
            model.undo_stack.clear()
        self.mending.busy(is_busy=False)
        # Taking off a long table takes as long as showing what has come of it: what was clicked
        # meanwhile comes between.
        QTimer.singleShot(1, self, partial(self._show_import, made))

    def _show_import(self, made: Import) -> None:
        self._tell(Progress(made, tuple(imports.RowStanding(r, "waiting") for r in made.rows)))
        self.pages.setCurrentWidget(self.done)
        self.desk.changed.emit([])
        self.desk.sync_now()
        self._follow.start()

    def _on_stop(self) -> None:
        self._stop.set()

    def _on_not_imported(self, error: Exception) -> None:
        self.mending.busy(is_busy=False)
        if not isinstance(error, Stopped):
            problems.show(error, self)

    # What the registry says

    def _on_changed(self, _what: object) -> None:
        if self.pages.currentWidget() is self.done:
            self._look()
        elif self.pages.currentWidget() is self.choosing:
            self._offer()

    def _on_synced(self, report: object) -> None:
        self._on_changed(report)
        model = self.mending.model
        if self.pages.currentWidget() is self.mending and model is not None:
            self.checking.ask_if_unheard(model.entries())  # the registry can be reached again

    def _look(self) -> None:
        wanted = self._import
        if wanted is None or self.pages.currentWidget() is not self.done:
            self._follow.stop()
            return
        self.desk.read(lambda copy: imports.progress(copy, wanted), self._tell, owner=self)

    def _tell(self, now: Progress) -> None:
        if self._import is None or now.of.id != self._import.id:
            return
        left = here = 0
        if self.mending.model is not None and self._taken:
            n = checks.counts(self.mending.model.checked())
            left, here = n["wrong"], n["here_already"]
        self.done.tell(now, left=left, here_already=here, is_online=self._is_online())
        self.done.offer_slips(self._passwords.count(now))
        if now.is_over:
            self._follow.stop()

    def _on_slips_wanted(self) -> None:
        if self.done.imported is not None:
            self._passwords.print(self.desk, self.done.imported, self)

    def _is_online(self) -> bool:
        model = self.mending.model
        register = model.terms().known if model is not None else None
        return self.desk.way is not None and (register is None or register.is_final)

    def _on_import_wanted(self, import_id: str) -> None:
        def work(copy: WorkingCopy) -> Progress | None:
            found = next((one for one in imports.kept(copy) if one.id == import_id), None)
            return imports.progress(copy, found) if found else None

        self.desk.read(work, self._on_earlier, owner=self)

    def _on_earlier(self, now: Progress | None) -> None:
        if now is None:
            return
        self._import, self._taken, self._passwords = now.of, {}, FirstPasswords()
        self._tell(now)
        self.pages.setCurrentWidget(self.done)
        if not now.is_over:
            self._follow.start()

    # Back again

    def _on_undo_wanted(self) -> None:
        if self._import is not None:
            self.taking_back.ask(self._import)

    def _on_undone(self, undone: Import) -> None:
        self._import = undone
        self.done.busy(is_busy=False)
        self._tell(Progress(undone, tuple(imports.RowStanding(r, "undone") for r in undone.rows)))
        self.desk.changed.emit([])
        self.desk.sync_now()

    def _on_not_undone(self, error: Exception) -> None:
        self.done.busy(is_busy=False)
        problems.show(error, self)
        self._look()

    def _back(self) -> None:
        """To the table again, with the rows that were refused or undone."""
        now, wanted = self.done.imported, self._import
        if now is None or wanted is None or self.mending.model is None or not self._taken:
            self._choose()
            return
        standings = ("undone",) if wanted.undone else ("refused",)
        rows = [one.row for one in now.rows if one.standing in standings]
        self.desk.read(
            lambda copy: doing.give_up(copy, wanted, rows),
            lambda kept: self._on_given_up(kept, [r.row for r in rows]),
            owner=self,
        )

    def _on_given_up(self, kept: Import, rows: list[int]) -> None:
        model = self.mending.model
        assert model is not None
        self._import = kept
        back = [self._taken.pop(row) for row in rows if row in self._taken]
        lines = sorted((*model.lines(), *back), key=lambda line: line.number)
        self.pages.setCurrentWidget(self.mending)
        model.put(lines)
        self._ask_again()
        self.desk.changed.emit([])

    def _choose(self) -> None:
        self.checking.stop()
        self._follow.stop()
        self.choosing.ready()
        self._offer()
        self.pages.setCurrentWidget(self.choosing)
        self.choosing.choose_button.setFocus()

    # Files

    def _on_file_wanted(self) -> None:
        if path := files.to_open(self):
            self.open(path)

    def _on_template_wanted(self) -> None:
        files.save_template(self, self.choosing.template())

    def _on_result_wanted(self) -> None:
        model = self.mending.model
        if model is None:
            return
        checked, declared = model.checked(), model.template
        only_wrong = self.pages.currentWidget() is self.done
        name = f"{Path(self._name).stem}-{say('校验结果', 'result')}.xlsx"
        files.save(
            self,
            say("保存校验结果", "Save the result"),
            name,
            lambda path: result.write(path, checked, declared, only_wrong=only_wrong),
        )
