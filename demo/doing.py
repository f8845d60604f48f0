"""What the people of the story do at their desks, each through the widgets they would use."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPushButton

from app.forms.schema import Files, Rows
from demo import hands
from demo.at_desk import AtDesk
from demo.filling import answer, attach, fill_page, give, saved
from demo.hands import click, wait, write
from ui.forms.ask import AskDialog
from ui.forms.filing import FilingView
from ui.importing.view import ImportView
from ui.printing.preview import Preview
from ui.records.list_view import RecordsView
from ui.records.record_view import RecordView
from ui.records.timeline import Timeline
from ui.review.review_view import ReviewView


class Person(AtDesk):
    """Whoever sits at this desk now. Every method is one thing a person does."""

    def wait_for_window(self) -> float:
        """The first window stands; when that was, by the clock on the wall."""
        window = wait(lambda: self._program.sign_in, "the sign-in window")
        wait(
            lambda: window.windowHandle() and window.windowHandle().isExposed(), "the first window"
        )
        return time.time()

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
                answer(view, field_id, value)
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
            fill_page(view, answers, files)
            self.picture(f"{picture}-page-{page.id}")
        # A page that an answer has brought is filled as well.
        for page in list(view._pages()):
            view.open_page(page.id)
            fill_page(view, answers, files)
        saved(view)
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
            answer(view, field_id, value)
        saved(view)

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
            answer(filing, field_id, value)
        saved(filing)
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
        self.picture_of(preview, picture)
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

    def _in_dialog(self, opens: Callable[[], None], said: dict[str, Any], picture: str) -> None:
        """Do what opens a dialog, answer it, and press its verb."""
        trouble: list[Exception] = []

        def answered() -> None:
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
                answered()

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
                attach(cell.editor, said[field.id])
            else:
                give(field, cell.editor, said[field.id])
            hands.pause(0.1)
        if picture:
            self.picture_of(dialog, picture)
        click(dialog.verb)
        wait(lambda: not dialog.isVisible(), f"the dialog to close: {dialog.sentence.text()}")
