"""What the people of the story do at their desks, each through the widgets they would use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.forms.schema import Field, Files, Rows
from app.forms.types import Date, Decimal, Integer, Text
from app.record import Record
from demo import hands
from demo.hands import click, wait, write
from ui.forms.ask import AskDialog
from ui.forms.editing import Editor, Line, Paragraph
from ui.forms.filing import FilingView
from ui.forms.files import FilesEditor
from ui.forms.page import PageView
from ui.forms.rows import RowsEditor
from ui.importing.view import ImportView
from ui.main_window import MainWindow
from ui.printing.preview import Preview
from ui.records.list_view import RecordsView
from ui.records.record_view import RecordView
from ui.records.timeline import Timeline
from ui.review.review_view import ReviewView
from ui.start import Application
from ui.sync.exchange import SyncState


class Person:
    """Whoever sits at this desk now. Every method is one thing a person does."""

    def __init__(self, program: Application, pictures: Path) -> None:
        self._program, self._pictures = program, pictures

    # -- signing in ------------------------------------------------------------------------

    def sign_in(self, login: str, password: str, picture: str = "") -> str:
        """Sign in; the first time, or when the password must be changed, a guide comes up."""
        window = wait(lambda: self._program.sign_in, "the sign-in window")
        write(window.login, login)
        window.password.setText(password)
        if picture:
            self.picture(picture)
        click(window.sign_in)
        wait(lambda: self._program.guide or self._program.window, "signing in")
        return "guide" if self._program.guide else "window"

    def complete_first_sign_in(
        self, answers: dict[str, Any], old: str, new: str, picture: str
    ) -> None:
        """Complete one's own data where something is missing, then change the password."""
        guide = wait(lambda: self._program.guide, "the guide of the first sign-in")
        wait(lambda: guide.stack.currentIndex() > 0, "one's own record")
        if guide.filing is not None:
            view = self._opened(guide.filing)
            for field_id, value in answers.items():
                self._answer(view, field_id, value)
            self.picture(f"{picture}-complete")
            self._step(view, "complete")
        wait(lambda: guide.stack.currentIndex() == 2, "the page of the password")
        for line, text in ((guide.form.old, old), (guide.form.new, new), (guide.form.again, new)):
            line.setText(text)
        self.picture(f"{picture}-password")
        click(guide.form.change)
        wait(lambda: self._program.window, "the main window")
        self.wait_for_sync()

    def sign_out(self) -> None:
        """Leave the desk to the next one."""
        self._program.sign_out()
        wait(lambda: self._program.sign_in, "the sign-in window")

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

    # -- importing -------------------------------------------------------------------------

    def check_workbook(self, workbook: str, picture: str) -> dict[str, int]:
        """Open a workbook in 批量导入; how many rows are good and how many wrong."""
        self.go("import")
        view: ImportView = self._place(ImportView)
        self.picture(f"{picture}-choose")
        view.open(Path(workbook))
        model = wait(lambda: view.mending.model, "the table of people")
        self.picture(f"{picture}-table")
        return self._counts(model)

    def repair_and_import(
        self, repairs: list[tuple[int, int, str]], picture: str
    ) -> dict[str, int]:
        """Mend cells in the table (row, column, text) and import the rows that are right."""
        view: ImportView = self._place(ImportView)
        model = view.mending.model
        assert model is not None
        for row, column, text in repairs:
            index = model.index(row, column)
            assert model.setData(index, text)
        hands.pause(0.3)
        counts = self._counts(model)
        self.picture(f"{picture}-repaired")
        click(view.mending.go)
        wait(lambda: view.pages.currentWidget() is view.done, "the import")
        self.picture(f"{picture}-done")
        return counts

    @staticmethod
    def _counts(model: Any) -> dict[str, int]:
        from app.roster import checks

        return dict(checks.counts(model.checked()))

    # -- filing ----------------------------------------------------------------------------

    def begin_study(
        self, answers: dict[str, Any], files: dict[str, list[str]], picture: str
    ) -> str:
        """新建 and fill in page by page; documents are dropped on their slots. Its id."""
        self.go("my_studies")
        self.picture(f"{picture}-list-empty")
        click(self._place(RecordsView).new)
        view = self._opened(self._current(FilingView))
        assert view.draft is not None
        for page in list(view._pages()):
            view.open_page(page.id)
            hands.pause(0.05)
            self._fill_page(view, answers, files)
            self.picture(f"{picture}-page-{page.id}")
        # A page that an answer has brought is filled as well.
        for page in list(view._pages()):
            view.open_page(page.id)
            self._fill_page(view, answers, files)
        self._saved(view)
        return str(view.record.id if view.record else "")

    def open_filing(self, title: str) -> None:
        """Open an own study from the list to fill it in: 填报."""
        view = self._selected("my_studies", title)
        click(wait(lambda: view.steps.buttons.get("save"), "the button 填报"))
        self._opened(self._current(FilingView))

    def look_what_is_missing(self, picture: str) -> list[str]:
        """检查: the problems that keep it from being submitted, in words."""
        view = self._current(FilingView)
        view.check()
        hands.pause(0.3)
        self.picture(picture)
        return [
            f"{view._label(p.path).zh}：{p.message.zh}" for p in view.problems if p.level == "block"
        ]

    def answer(self, answers: dict[str, Any]) -> None:
        """Go to fields, as a double click on a problem does, and answer them."""
        view = self._current(FilingView)
        for field_id, value in answers.items():
            view.go_to(field_id)
            self._answer(view, field_id, value)
        self._saved(view)

    def submit(self, committee: str, picture: str) -> str:
        """提交: choose the ethics committee in the dialog; the state afterwards."""
        view = self._current(FilingView)
        self._in_dialog(
            lambda: self._step(view, "submit"),
            {"ethics_committee": committee},
            picture,
        )
        wait(
            lambda: view.record and view.record.state not in ("draft", "returned"), "the submission"
        )
        assert view.record
        return str(view.record.state)

    def _fill_page(
        self, view: FilingView, answers: dict[str, Any], files: dict[str, list[str]]
    ) -> None:
        page = view.pages[view.page_id]
        done: set[str] = set()
        while True:  # an answer may bring more questions
            asked = [
                f.id for f in page.fields if f.id in page.cells and not page.cells[f.id].isHidden()
            ]
            todo = [i for i in asked if i not in done and (i in answers or i in files)]
            if not todo:
                return
            field_id = todo[0]
            done.add(field_id)
            if view.draft is not None and view.draft.value(field_id):
                continue
            if field_id in files:
                self._attach(page.cells[field_id].editor, files[field_id])
            else:
                self._answer(view, field_id, answers[field_id])

    def _answer(self, view: FilingView, field_id: str, value: Any) -> None:
        assert view.draft is not None
        owner = view.draft.form.page_of(field_id)
        if view.page_id != owner.id:
            view.open_page(owner.id)
        page = view.pages[view.page_id]
        cell = wait(lambda: page.cells.get(field_id), f"the question {field_id}")
        self._give(cell.field, cell.editor, value)

    def _give(self, field: Field, editor: Editor, value: Any) -> None:
        if isinstance(editor, RowsEditor):
            self._give_rows(editor, value)
            return
        line = editor.findChild(Line) or editor.findChild(Paragraph)
        if line is not None and isinstance(field.type, Text | Integer | Decimal | Date):
            write(line, str(value))
            editor.tidy()
        else:
            editor.set_value(value)
            editor.changed.emit()
        QApplication.processEvents()

    def _give_rows(self, editor: RowsEditor, rows: list[dict[str, Any]]) -> None:
        for nth, row in enumerate(rows):
            if nth or editor.page is None:
                editor.add()
                QApplication.processEvents()
            page: PageView = editor.page
            done: set[str] = set()
            while todo := [
                f for f in page.fields
                if f.id in row and f.id not in done and f.id in page.cells and not page.cells[f.id].isHidden()
            ]:  # fmt: skip
                done.add(todo[0].id)
                self._give(todo[0], page.cells[todo[0].id].editor, row[todo[0].id])

    @staticmethod
    def _attach(editor: Editor, paths: list[str]) -> None:
        assert isinstance(editor, FilesEditor)
        before = len(editor.value() or {})
        editor.add([Path(path) for path in paths])
        wait(lambda: len(editor.value() or {}) == before + len(paths), "the documents to be taken")

    def _saved(self, view: FilingView) -> None:
        view.save()
        wait(
            lambda: not view.draft_is_changed and view.saving and not view.saving.is_under_way,
            "the draft to be saved",
        )

    # -- reviewing -------------------------------------------------------------------------

    def open_review(self, place: str, title: str, picture: str = "") -> str:
        """Open a study from a list in the three panes; its state in words."""
        view = self._open(place, title, ReviewView)
        wait(lambda: view.review, "the review")
        hands.pause(0.6)
        if picture:
            self.picture(picture)
        assert view.review
        return str(view.review.study.record.state)

    def decide(self, command: str, said: dict[str, Any], picture: str = "") -> str:
        """Take a step with its dialog: 驳回, 形式审查通过, 伦理结论, 审核通过 …; the state afterwards."""
        current = self._window().pages.current()
        assert isinstance(current, ReviewView | RecordView)
        record_id = current.record_id
        before = self._copy().get(self._study_of(record_id)).state
        hands.pause(0.3)
        wait(lambda: command in current.steps.buttons, f"the button of {command}")
        self._in_dialog(lambda: click(current.steps.buttons[command]), said, picture)
        study = self._study_of(record_id)
        wait(lambda: self._copy().get(study).state != before, f"the study to move on from {before}")
        return str(self._copy().get(study).state)

    def give_opinion(self, answers: dict[str, Any], picture: str) -> None:
        """Write the opinion beside the filing, and give it."""
        view = self._current(ReviewView)
        filing = self._opened(wait(lambda: view.opinion.filing, "the opinion to write"))
        for field_id, value in answers.items():
            self._answer(filing, field_id, value)
        self._saved(filing)
        self.picture(picture)
        self._step(filing, "give")
        wait(lambda: filing.record and filing.record.state == "given", "the opinion to be given")

    def see(self, place: str, title: str, picture: str = "") -> dict[str, Any]:
        """Open a record to read, with its timeline; what is on it."""
        view = self._open(place, title, RecordView)
        hands.pause(0.5)
        if picture:
            self.picture(picture)
            timeline = view.findChild(Timeline)
            for number in range(view.tabs.count()):
                if view.tabs.widget(number) is timeline or view.tabs.isAncestorOf(timeline):
                    view.tabs.setCurrentIndex(number)
                    self.picture(f"{picture}-{number}")
        record = self._copy().get(view.record_id)
        return {
            "number": record.number,
            "state": record.state,
            "commands": [passage.command for passage in record.log],
            "title": title,
        }

    def print_papers(self, title: str, to: str, picture: str) -> None:
        """The secretary prints the 审查摘要 from the review, and the filing from the list."""
        review = self._open("reviews", title, ReviewView)
        self._print_one(review.print_summary, Path(to) / "审查摘要.pdf", f"{picture}-summary")
        view = self._selected("reviews", title)
        self._print_one(view.print, Path(to) / "备案表.pdf", f"{picture}-filing")

    def _print_one(self, button: QPushButton, to: Path, picture: str) -> None:
        click(button)
        preview = hands.shown(Preview, "the preview")
        wait(preview.save_button.isEnabled, "the pages of the preview")
        hands.pause(0.8)
        hands.picture(self._pictures, picture, preview)
        preview.save_to(to)
        wait(to.exists, "the PDF to be written")
        preview.close()

    def committee_of(self, institution: str) -> str:
        """The filed ethics committee of an institution, as the directory on this desk knows it."""
        found = [
            c for c in self._copy().cards("committee") if c.get("institution_name") == institution
        ]
        return str(found[0]["ref"]) if found else ""

    def member_named(self, name: str) -> str:
        """A member of a committee by name, as its card on this desk says."""
        cards = self._copy().cards("committee")
        members = [m for card in cards for m in card.get("members", ()) if m.get("name") == name]
        return str(members[0]["person"]) if members else ""

    def wait_for_documents(self) -> None:
        """Sync until the documents of what waits for this person are here."""
        self.wait_for_sync()
        wait(lambda: not self._copy().files_wanted(10), "the documents of the review")

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
                if line is not None and line.head.title.startswith(title[:40]):
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
        self._saved(view)

        def ready() -> QPushButton | None:
            # The buttons are made anew whenever the record has changed: look each time.
            found = view.footer.findChildren(QPushButton, f"step:{command}")
            return next((b for b in found if b.isVisible() and b.isEnabled()), None)

        hands.pause(0.2)
        click(wait(ready, f"the button of {command}"))

    def _in_dialog(self, opens: Callable[[], None], said: dict[str, Any], picture: str) -> None:
        """Do what opens a dialog, answer it, and press its verb."""
        trouble: list[Exception] = []

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            try:
                if not isinstance(dialog, AskDialog):
                    raise hands.Stuck(f"another window came up: {type(dialog).__name__}")
                self._answer_dialog(dialog, said, picture)
            except Exception as error:
                trouble.append(error)
                if isinstance(dialog, AskDialog):
                    dialog.reject()

        def look() -> None:
            if isinstance(QApplication.activeModalWidget(), AskDialog):
                timer.stop()
                answer()

        timer = QTimer()
        timer.setInterval(30)
        timer.timeout.connect(look)
        timer.start()
        opens()
        wait(lambda: not timer.isActive(), "the dialog")
        if trouble:
            raise trouble[0]

    def _answer_dialog(self, dialog: AskDialog, said: dict[str, Any], picture: str) -> None:
        hands.pause(0.3)
        for field in dialog.page.fields:
            if field.id not in said:
                continue
            cells = dialog.page.cells
            wait(partial(cells.__contains__, field.id), f"the question {field.id}")
            cell = cells[field.id]
            if isinstance(field.type, Rows) and isinstance(field.type, Files):
                self._attach(cell.editor, said[field.id])
            else:
                self._give(field, cell.editor, said[field.id])
            hands.pause(0.1)
        if picture:
            hands.picture(self._pictures, picture, dialog)
        click(dialog.verb)
        wait(lambda: not dialog.isVisible(), f"the dialog to close: {dialog.sentence.text()}")
