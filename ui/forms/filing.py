"""The wizard for any form: pages at the left, the form, problems below, help at the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.answers import Problem, given, shown_pages
from app.forms import FORMS
from app.forms.schema import Page
from app.record import Record
from app.rules import Known
from app.words import Words
from app.workflows import WORKFLOWS
from app.workflows.table import Step
from ui.forms import (
    editors,  # noqa: F401 -- fills the table of editors
    recovery,
)
from ui.forms.beside import Beside
from ui.forms.checking import known_of
from ui.forms.draft import Draft
from ui.forms.editing import Around
from ui.forms.engaged import PeopleSpokenOf, Person, id_of
from ui.forms.field_search import FieldSearch, labels_of
from ui.forms.footer import Footer
from ui.forms.help_panel import HelpPanel
from ui.forms.judging import Judging
from ui.forms.keys import add_keys
from ui.forms.problem_panel import ProblemPanel
from ui.forms.progress import PageList
from ui.forms.saving import Saving
from ui.forms.sheets import Sheets
from ui.forms.taking import Taking

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from ui.desk import Desk


class FilingView(QWidget):
    """One record under the hands of a person. It can be read by whoever may not write it."""

    closed = Signal()
    performed = Signal(object)
    """The record after a step was taken."""
    opened = Signal()
    """The first page is there."""
    record_wanted = Signal(object, str)
    """(id of another record, how): somebody wants to open it beside this one."""

    def __init__(self, desk: Desk, record_id: UUID) -> None:
        super().__init__()
        self._desk, self._id = desk, record_id
        self.record: Record | None = None
        self.draft: Draft | None = None
        self.saving: Saving | None = None
        self.page_id = ""
        self.is_judged = False
        self._was_read_only = False
        self._left_at = ""
        """The answer typed last, where the program was killed before it was closed."""
        self._mark: recovery.Mark | None = None
        self._build()
        self.taking = Taking(self, self, desk)
        self.taking.performed.connect(self._on_performed)
        desk.changed.connect(self._on_desk_changed)
        desk.role_changed.connect(self._on_role)
        self._read()

    # -- the window ------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        self.list = PageList()
        self.list.wanted.connect(self.open_page)
        row.addWidget(self.list)
        self.stack = Sheets()
        self.pages = self.stack.pages
        self.panel = ProblemPanel(self._label)
        self.panel.wanted.connect(self.go_to)
        self.panel.closed.connect(self.panel.hide)
        self.panel.person_wanted.connect(self._open_person)
        self.people = PeopleSpokenOf(self._desk, self)
        self.people.found.connect(self.panel.name_people)
        self.panel.hide()
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.stack)
        self._split.addWidget(self.panel)
        self._split.setStretchFactor(0, 1)
        self.beside = Beside(self._desk, self._split)
        row.addWidget(self.beside, 1)
        self.help = HelpPanel()
        self.help.hide()
        row.addWidget(self.help)
        column.addLayout(row, 1)
        self.footer = Footer()
        self.footer.previous.clicked.connect(lambda: self.step_page(-1))
        self.footer.next.clicked.connect(lambda: self.step_page(1))
        self.footer.check.clicked.connect(self.check)
        self.footer.wanted.connect(self.take)
        column.addWidget(self.footer)
        self._judging = Judging(self)
        self._judging.judged.connect(self._tell_problems)
        standard = QKeySequence.StandardKey
        add_keys(self, (
            (standard.Save, self.save), (standard.Undo, self.undo), (standard.Redo, self.redo),
            (standard.Find, self.search), (standard.HelpContents, self.toggle_help),
            ("F8", partial(self.step_problem, 1)), ("Shift+F8", partial(self.step_problem, -1)),
            ("Ctrl+PgDown", partial(self.step_page, 1)), ("Ctrl+PgUp", partial(self.step_page, -1)),
        ))  # fmt: skip
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    # -- the record ------------------------------------------------------------------------

    def _on_role(self, _what: object) -> None:
        self._read()

    def _read(self) -> None:
        record_id = self._id

        def work(copy: WorkingCopy) -> tuple[Record, Known, str]:
            record = copy.get(record_id)
            return record, known_of(copy, record), recovery.place_of(copy, record_id)

        self._desk.read(work, self._on_read, owner=self)

    def _on_read(self, found: tuple[Record, Known, str]) -> None:
        record, self._judging.known, self._left_at = found
        self._on_record(record)

    def _on_record(self, record: Record) -> None:
        before, self.record = self.record, record
        if self.draft is None:
            self._begin(record)
        else:
            self.draft.rebase(record.answers)
        if self._was_read_only != self.is_read_only:
            self._was_read_only = self.is_read_only
            self.stack.drop()
        if self.saving is not None:
            self.saving.stopped = self.is_read_only and not self.draft_is_changed
        self._tell_steps()
        self._judging.now()
        if before is None:
            self.open_page(self._pages()[0].id)
            if not self.is_read_only:
                self._mark = recovery.Mark(self._desk, record.id)
                # However it goes away: closed, or taken down with its window.
                QObject(self).destroyed.connect(self._mark.take_away)
                if self.draft and self.draft.form.has(self._left_at.split("/")[0]):
                    self.go_to(self._left_at)
            self.opened.emit()
        elif self.page_id not in self.pages:
            self.open_page(self.page_id)

    def _begin(self, record: Record) -> None:
        self.draft = Draft(FORMS[record.form], record.answers, parent=self)
        if not record.revision and not record.answers:
            # What is known of who begins it is kept with the first save, not before.
            self.draft.answers = given(self.draft.form, self._desk.account)
        self._judging.draft = self.draft
        self.draft.answered.connect(lambda _path: self._judging.soon())
        self.draft.refreshed.connect(self._judging.soon)
        self.saving = Saving(self._desk, self.draft, record.id, self)
        self.saving.said.connect(self.footer.tell)
        self.saving.saved.connect(self._on_saved)
        self._was_read_only = self.is_read_only

    @property
    def record_id(self) -> UUID:
        return self._id

    @property
    def problems(self) -> list[Problem]:
        """What is missing or wrong, as of the last judgement."""
        return self._judging.problems

    @property
    def is_read_only(self) -> bool:
        """Whether this person, in this role, may not write it in this state."""
        return not self._writing()

    def _writing(self) -> list[Step]:
        """The steps by which this person writes it in this state."""
        steps = self._desk.open_steps(self.record) if self.record is not None else []
        return [step for step in steps if step.command == "save"]

    @property
    def draft_is_changed(self) -> bool:
        return self.draft is not None and self.draft.is_changed

    def _on_saved(self, record: Record) -> None:
        self.record = record
        self._tell_steps()
        self._learn(record)

    def _learn(self, record: Record) -> None:
        """Who was picked, attached or mended since may be known now: the rules ask again."""
        self._desk.read(lambda copy: known_of(copy, record), self._judging.learn, owner=self)

    def _on_desk_changed(self, ids: list[UUID]) -> None:
        own = self.saving is not None and (self.saving.is_telling or self.saving.is_under_way)
        if not own and not self.taking.is_under_way and (not ids or self._id in ids):
            self._read()
        elif self.record is not None and self.people.touched_by(ids):
            self._learn(self.record)

    # -- pages -----------------------------------------------------------------------------

    def _pages(self) -> list[Page]:
        """The pages of the route that have something to ask."""
        if self.draft is None:
            return []
        found = shown_pages(self.draft.form, self.draft.answers)
        return [p for p in found if any(not f.is_of_review for f in p.fields)]

    def open_page(self, page_id: str) -> None:
        """Show a page; what was typed on the one before is saved."""
        pages = self._pages()
        page = next((p for p in pages if p.id == page_id), pages[0])
        if self.page_id and page.id != self.page_id:
            self.save()
        self.page_id = page.id
        if page.id not in self.pages:
            self._make_page(page)
        self.stack.open(page.id)
        self._tell_pages()
        view = self.pages[page.id]
        view.judge(self.problems, everything=self.is_judged)
        focus = QApplication.focusWidget()
        if focus is None or not self.list.hasFocus():
            view.go_to_first()

    def _make_page(self, page: Page) -> None:
        assert self.draft is not None
        steps = self._writing()
        view = self.stack.make(
            page,
            Around(self.draft, self._desk, self.record),
            lambda field: any(step.may_write(field) for step in steps),
        )
        view.beyond = self._beyond

    def _beyond(self, next_: bool) -> QWidget | None:  # noqa: FBT001 -- as Qt's own
        """Tab leads from the last question to 下一步, and back from the first to the pages."""
        if not next_:
            return self.list if self.list.isVisible() else None
        foot = self.footer
        return foot.next if foot.next.isVisible() and foot.next.isEnabled() else foot.check

    def step_page(self, by: int) -> None:
        pages = [p.id for p in self._pages()]
        place = pages.index(self.page_id) + by if self.page_id in pages else 0
        if 0 <= place < len(pages):
            self.open_page(pages[place])

    def _tell_pages(self) -> None:
        if self.draft is None:
            return
        ids = [page.id for page in self._pages()]
        self.list.show_draft(
            self.draft, self._pages(), self.problems, self.page_id, judged=self.is_judged
        )
        place = ids.index(self.page_id) if self.page_id in ids else 0
        self.footer.tell_place(place, len(ids))

    # -- problems ---------------------------------------------------------------------------

    def _label(self, path: str) -> Words:
        return self.draft.label(path) if self.draft is not None else Words(path, path)

    def check(self) -> None:
        """检查: say everything that is missing or wrong, here and in the list below."""
        self.is_judged = True
        self._judging.now()
        self.panel.show()
        self._make_room()

    def _make_room(self) -> None:
        """As much room for the problems as there are any; what a person dragged stays."""
        whole, wanted = sum(self._split.sizes()), self.panel.wanted_height()
        if not self.problems or self._split.sizes()[1] < wanted:
            self._split.setSizes([whole - wanted, wanted])

    def _tell_problems(self) -> None:
        self._tell_pages()
        if self.page_id in self.pages:
            self.pages[self.page_id].judge(self.problems, everything=self.is_judged)
        if self.is_judged:
            before = bool(self.panel.problems)
            self.panel.show_problems(self.problems)
            if before != bool(self.problems) and self.panel.isVisible():
                self._make_room()
            self.people.look(self.problems)

    def _open_person(self, person: Person) -> None:
        self.save()
        how = "mend" if person.how == "filing" else person.how
        self.record_wanted.emit(id_of(person.ref), how)

    def step_problem(self, by: int) -> None:
        """Go to the next or the previous problem; check first, where nothing was said yet."""
        if not self.panel.isVisible():
            self.check()
        self.panel.step(by)

    def begin_with_problems(self) -> None:
        """Somebody was sent here by a problem: say what is missing, and go to the first of it."""
        if not self.page_id:
            self.opened.connect(self.begin_with_problems, Qt.ConnectionType.SingleShotConnection)
            return
        self.check()
        if self.problems:
            self.panel.step(1)
        else:  # what is wrong is wrong only for whoever sent us
            self.panel.hide()

    def go_to(self, path: str) -> None:
        """Open the page and the row of an answer, show it and give it the keyboard."""
        if self.draft is None:
            return
        steps = path.rstrip("/").split("/")
        if len(steps) > 1 and not steps[1]:  # a field of a group, in whichever row is there
            rows = list(self.draft.rows(steps[0]))
            steps = [steps[0], rows[0], *steps[2:]] if rows else steps[:1]
        self.open_page(self.draft.form.page_of(path).id)
        view = self.pages.get(self.page_id)
        cell = view.go_to(steps) if view else None
        if cell is not None:
            # After the layout has settled: the row may just have been opened.
            QTimer.singleShot(0, self, partial(self.stack.reveal, self.page_id, cell))

    # -- help, search, undo -------------------------------------------------------------------

    def toggle_help(self) -> None:
        self.help.setVisible(self.help.isHidden())
        self._on_focus(None, QApplication.focusWidget())

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and not self.help.isHidden() and self.isAncestorOf(now):
            self.help.follow(now)

    def search(self) -> None:
        known = self.draft.known() if self.draft is not None else {}
        dialog = FieldSearch(list(labels_of(self._pages(), known)), self)
        dialog.wanted.connect(self.go_to)
        dialog.open()

    def undo(self) -> None:
        """Take back the last answer given in any field, and show where that was."""
        if self.draft is not None and not self.is_read_only and self.draft.undo_stack.canUndo():
            self.draft.undo_stack.undo()
            self._show_undone(self.draft)

    def redo(self) -> None:
        if self.draft is not None and not self.is_read_only and self.draft.undo_stack.canRedo():
            self.draft.undo_stack.redo()
            self._show_undone(self.draft)

    def _show_undone(self, draft: Draft) -> None:
        page = draft.form.page_of(draft.last_path)
        if page.id != self.page_id:
            self.open_page(page.id)
        cell = self.pages[self.page_id].cells.get(draft.last_path.split("/")[0])
        if cell is not None and not cell.isHidden():
            QTimer.singleShot(0, self, partial(self.stack.reveal, self.page_id, cell))

    # -- saving and steps ------------------------------------------------------------------------

    def save(self) -> None:
        if self.saving is not None:
            self.saving.now()

    def _tell_steps(self) -> None:
        if self.record is None:
            return
        steps = [
            s
            for s in self._desk.open_steps(self.record)
            if s.command not in ("save", "delete") and not s.apart
        ]
        self.footer.show_steps(steps, self.taking.barred())
        if self.is_read_only:
            self.footer.tell_reading(WORKFLOWS[self.record.form].state(self.record.state))

    def take(self, step: Step) -> None:
        """Do a step: what was typed is saved first, what is missing is shown instead."""
        self.taking.take(step)

    def _on_performed(self, record: Record) -> None:
        self._on_record(record)
        self.performed.emit(record)

    # -- leaving -----------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        self.save()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close; after a save that failed the person says what becomes of what they typed."""
        if self.draft_is_changed and self.saving is not None and self.saving.error is not None:
            from ui.forms.leaving import may_leave

            if not may_leave(self, self.saving):
                event.ignore()
                return
        if self.saving is not None:
            self.saving.at_last()
        if self._mark is not None:
            self._mark.take_away()
        super().closeEvent(event)
        self.closed.emit()
