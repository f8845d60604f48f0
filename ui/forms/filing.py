"""The wizard for any form: pages at the left, the form, problems below, help at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.answers import Problem, given, shown_pages
from app.errors import Invalid, NotAllowed
from app.forms import FORMS
from app.forms.schema import Page
from app.record import Answers, Record
from app.rules import Known
from app.words import Words, counted
from app.workflows import WORKFLOWS
from app.workflows.table import Step
from ui import look, problems, tasks
from ui.forms import (
    editors,  # noqa: F401 -- fills the table of editors
    recovery,
)
from ui.forms.beside import Beside
from ui.forms.cell import Cell
from ui.forms.checking import known_of, problems_of
from ui.forms.draft import Draft
from ui.forms.editing import Around
from ui.forms.engaged import PeopleSpokenOf, Person, id_of
from ui.forms.field_search import FieldSearch, labels_of
from ui.forms.footer import Footer
from ui.forms.help_panel import HelpPanel
from ui.forms.page import PageView
from ui.forms.problem_panel import ProblemPanel
from ui.forms.progress import PageList, PageState, state_of
from ui.forms.saving import Saving
from ui.language import say, told

if TYPE_CHECKING:
    from local_db import WorkingCopy
    from ui.desk import Desk

RECHECK = 300


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
        self.pages: dict[str, PageView] = {}
        self.problems: list[Problem] = []
        self.is_judged = False
        self._areas: dict[str, QScrollArea] = {}
        self._performing = False
        self._was_read_only = False
        self._known = Known()
        self._left_at = ""
        """The answer typed last, where the program was killed before it was closed."""
        self._mark: recovery.Mark | None = None
        self._build()
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
        self.stack = QStackedWidget()
        look.mark(self.stack, "sheet")
        self.panel = ProblemPanel(self._label)
        self.panel.wanted.connect(self.go_to)
        self.panel.closed.connect(self._hide_panel)
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
        self._recheck = QTimer(self)
        self._recheck.setSingleShot(True)
        self._recheck.setInterval(RECHECK)
        self._recheck.timeout.connect(self._check_beside)
        self._add_keys()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def _add_keys(self) -> None:
        standard = QKeySequence.StandardKey
        keys: tuple[tuple[QKeySequence.StandardKey | str, Callable[[], object]], ...] = (
            (standard.Save, self.save), (standard.Undo, self.undo), (standard.Redo, self.redo),
            (standard.Find, self.search), (standard.HelpContents, self.toggle_help),
            ("F8", partial(self._step_problem, 1)), ("Shift+F8", partial(self._step_problem, -1)),
            ("Ctrl+PgDown", partial(self.step_page, 1)), ("Ctrl+PgUp", partial(self.step_page, -1)),
        )  # fmt: skip
        for key, act in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

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
        record, self._known, self._left_at = found
        self._on_record(record)

    def _on_record(self, record: Record) -> None:
        before, self.record = self.record, record
        if self.draft is None:
            self._begin(record)
        else:
            self.draft.rebase(record.answers)
        if self._was_read_only != self.is_read_only:
            self._was_read_only = self.is_read_only
            self._drop_pages()
        if self.saving is not None:
            self.saving.stopped = self.is_read_only and not self.draft_is_changed
        self._tell_steps()
        self._check_again()
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
        self.draft.answered.connect(lambda _path: self._recheck_soon())
        self.draft.refreshed.connect(self._recheck_soon)
        self.saving = Saving(self._desk, self.draft, record.id, self)
        self.saving.said.connect(self.footer.tell)
        self.saving.saved.connect(self._on_saved)
        self._was_read_only = self.is_read_only

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
        self._desk.read(lambda copy: known_of(copy, record), self._on_known, owner=self)

    def _on_known(self, known: Known) -> None:
        if known != self._known:
            self._known = known
            self._recheck.start()

    def _on_desk_changed(self, ids: list[UUID]) -> None:
        own = self.saving is not None and (self.saving.is_telling or self.saving.is_under_way)
        if not own and not self._performing and (not ids or self._id in ids):
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
        self.stack.setCurrentWidget(self._areas[page.id])
        self._tell_pages()
        view = self.pages[page.id]
        view.judge(self.problems, everything=self.is_judged)
        focus = QApplication.focusWidget()
        if focus is None or not self.list.hasFocus():
            view.go_to_first()

    def _make_page(self, page: Page) -> None:
        assert self.draft is not None
        around = Around(self.draft, self._desk, self.record)
        steps = self._writing()
        view = PageView(
            page.fields,
            around,
            may_write=lambda field: any(step.may_write(field) for step in steps),
            in_sight=self.stack.height(),
        )
        view.beyond = self._beyond
        sheet = QWidget()
        look.mark(sheet, "sheet")
        outer = QHBoxLayout(sheet)
        outer.setContentsMargins(look.HUGE, look.WIDE, look.HUGE, look.HUGE)
        inner = QWidget()
        inner.setMaximumWidth(look.FORM_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.WIDE)
        column.addWidget(look.label(told(page.words), "title", wrap=True))
        column.addWidget(view)
        column.addStretch(1)
        outer.addStretch(1)
        outer.addWidget(inner, 100)
        outer.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(sheet)
        self.pages[page.id], self._areas[page.id] = view, area
        self.stack.addWidget(area)

    def _beyond(self, next_: bool) -> QWidget | None:  # noqa: FBT001 -- as Qt's own
        """Tab leads from the last question to 下一步, and back from the first to the pages."""
        if not next_:
            return self.list if self.list.isVisible() else None
        foot = self.footer
        return foot.next if foot.next.isVisible() and foot.next.isEnabled() else foot.check

    def _drop_pages(self) -> None:
        """Make the pages anew: what may be written has changed."""
        for area in self._areas.values():
            self.stack.removeWidget(area)
            area.deleteLater()
        self.pages, self._areas = {}, {}

    def step_page(self, by: int) -> None:
        pages = [p.id for p in self._pages()]
        place = pages.index(self.page_id) + by if self.page_id in pages else 0
        if 0 <= place < len(pages):
            self.open_page(pages[place])

    def _tell_pages(self) -> None:
        if self.draft is None:
            return
        pages, form, known = self._pages(), self.draft.form, dict(self.draft.known())
        states: dict[str, PageState] = {
            p.id: state_of(p, known, self.problems, form, judged=self.is_judged) for p in pages
        }
        self.list.show_pages(pages, states, self.page_id)
        self.list.setVisible(len(pages) > 1)
        ids = [p.id for p in pages]
        place = ids.index(self.page_id) if self.page_id in ids else 0
        self.footer.tell_place(place, len(ids))

    # -- problems ---------------------------------------------------------------------------

    def _label(self, path: str) -> Words:
        if self.draft is None:
            return Words(path, path)
        label = self.draft.form.label(path.rstrip("/"))
        steps = path.split("/")
        if len(steps) > 1 and steps[1] in (rows := list(self.draft.rows(steps[0]))):
            number = rows.index(steps[1]) + 1
            return Words(f"{label.zh}（第 {number} 项）", f"{label.en} (no. {number})")
        return label

    def check(self) -> None:
        """检查: say everything that is missing or wrong, here and in the list below."""
        self.is_judged = True
        self._check_again()
        self.panel.show()
        if self._split.sizes()[1] < 60:
            self._split.setSizes([self.height() - 200, 200])

    def _hide_panel(self) -> None:
        self.panel.hide()

    def _recheck_soon(self) -> None:
        """Judge within a moment of the first change, also while somebody types on."""
        if not self._recheck.isActive():
            self._recheck.start()

    def _check_beside(self) -> None:
        """Judge the answers while the person types on: a long form takes longer than a letter."""
        if self.draft is None:
            return
        form, answers, known = self.draft.form, self.draft.answers, self._known
        tasks.run(
            lambda: problems_of(form, answers, known),
            then=lambda found: self._on_judged(found, answers),
            failed=partial(problems.show, parent=self),
            owner=self,
            lane="work",
        )

    def _on_judged(self, found: list[Problem], answers: Answers) -> None:
        self.problems = found
        self._tell_problems()
        if self.draft is not None and self.draft.answers is not answers:
            self._recheck_soon()

    def _check_again(self) -> None:
        if self.draft is None:
            return
        self.problems = problems_of(self.draft.form, self.draft.answers, self._known)
        self._tell_problems()

    def _tell_problems(self) -> None:
        self._tell_pages()
        if self.page_id in self.pages:
            self.pages[self.page_id].judge(self.problems, everything=self.is_judged)
        if self.is_judged:
            self.panel.show_problems(self.problems)
            self.people.look(self.problems)

    def _open_person(self, person: Person) -> None:
        self.save()
        self.record_wanted.emit(id_of(person.ref), person.how)

    def _step_problem(self, by: int) -> None:
        if not self.panel.isVisible():
            self.check()
        self.panel.step(by)

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
            QTimer.singleShot(0, self, partial(self._reveal, cell))

    def _reveal(self, cell: Cell) -> None:
        area = self._areas.get(self.page_id)
        focus = QApplication.focusWidget()
        inside = focus is not None and cell.isAncestorOf(focus)
        if area is not None:
            area.ensureWidgetVisible(focus if inside and focus else cell, 20, 80)

    # -- help, search, undo -------------------------------------------------------------------

    def toggle_help(self) -> None:
        self.help.setVisible(self.help.isHidden())
        self._on_focus(None, QApplication.focusWidget())

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or self.help.isHidden() or not self.isAncestorOf(now):
            return
        widget: QWidget | None = now
        while widget is not None and not isinstance(widget, Cell):
            widget = widget.parentWidget()
        if isinstance(widget, Cell):
            self.help.show_field(widget.field)

    def search(self) -> None:
        known = self.draft.known() if self.draft is not None else {}
        dialog = FieldSearch(list(labels_of(self._pages(), known)), self)
        dialog.wanted.connect(self.go_to)
        dialog.open()

    def undo(self) -> None:
        """Take back the last answer given in any field, and show where that was."""
        if self.draft is not None and self.draft.undo_stack.canUndo() and not self.is_read_only:
            self.draft.undo_stack.undo()
            self._show_undone()

    def redo(self) -> None:
        if self.draft is not None and self.draft.undo_stack.canRedo() and not self.is_read_only:
            self.draft.undo_stack.redo()
            self._show_undone()

    def _show_undone(self) -> None:
        assert self.draft is not None
        path = self.draft.last_path
        page = self.draft.form.page_of(path)
        if page.id != self.page_id:
            self.open_page(page.id)
        cell = self.pages[self.page_id].cells.get(path.split("/")[0])
        if cell is not None and not cell.isHidden():
            QTimer.singleShot(0, self, partial(self._reveal, cell))

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
        self.footer.show_steps(steps, self._barred())
        if self.is_read_only:
            state = WORKFLOWS[self.record.form].state(self.record.state)
            self.footer.tell(say(f"{state.zh}，只能查看", f"{state.en}: for reading only"), "hint")

    def _barred(self) -> tuple[Step, str] | None:
        """The step that completes the form where it is not this person's, and whose it is."""
        assert self.record is not None
        workflow, mine = WORKFLOWS[self.record.form], self._desk.roles_on(self.record)
        for step in workflow.steps:
            fits = self.record.state in step.at and "complete" in step.needs
            if fits and not mine & set(step.by) and not self.is_read_only:
                try:
                    workflow.step(step.command, self.record.state, mine)
                except NotAllowed as refusal:
                    return step, told(refusal.words)
        return None

    def take(self, step: Step) -> None:
        """Do a step: what was typed is saved first, what is missing is shown instead."""
        if self.saving is None or self.record is None:
            return
        if self.draft_is_changed or self.saving.is_under_way:
            self._after_saving(partial(self.take, step))
            return
        if "complete" in step.needs:
            self.check()
            if any(p.level == "block" for p in self.problems):
                self._step_problem(1)
                return
        self._ask(step)

    def _after_saving(self, then: Callable[[], object]) -> None:
        """Do something once what was typed is saved; not at all if it cannot be."""
        assert self.saving is not None
        saving = self.saving

        def gone_on(_what: object) -> None:
            saving.saved.disconnect(gone_on)
            saving.failed.disconnect(given_up)
            QTimer.singleShot(0, self, then)

        def given_up(error: Exception) -> None:
            saving.saved.disconnect(gone_on)
            saving.failed.disconnect(given_up)
            problems.show(error, self)

        saving.saved.connect(gone_on)
        saving.failed.connect(given_up)
        saving.now()

    def _ask(self, step: Step) -> None:
        assert self.record is not None
        said: Answers | None = None
        warnings = [p for p in self.problems if p.level == "warn"]
        if step.asks is not None:
            from ui.forms.ask import ask

            said = ask(self._desk, self.record, step, self)
            if said is None:
                return
        elif warnings and "complete" in step.needs:
            self._confirm(step, len(warnings))
            return
        self._perform(step, said)

    def _confirm(self, step: Step, count: int) -> None:
        from ui.questions import question

        text = say(
            f"还有 {count} 条警告，仍要{step.zh}吗？",
            f"{counted(count, '', 'warning is', 'warnings are').en} left. {step.en} anyway?",
        )
        box = question(text, told(step.words), self)
        box.accepted.connect(lambda: self._perform(step, None))
        box.open()

    def _perform(self, step: Step, said: Answers | None) -> None:
        self._performing = True
        self.footer.set_busy(busy=True)
        self._desk.perform(
            self._id, step.command, said=said, then=self._on_performed, failed=self._on_refused,
            owner=self,
        )  # fmt: skip

    def _on_performed(self, record: Record) -> None:
        self._performing = False
        self.footer.set_busy(busy=False)
        self._on_record(record)
        self.performed.emit(record)

    def _on_refused(self, error: Exception) -> None:
        self._performing = False
        self.footer.set_busy(busy=False)
        if isinstance(error, Invalid) and error.details.get("problems"):
            self.check()
            self._step_problem(1)
        else:
            problems.show(error, self)

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
