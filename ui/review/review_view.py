"""A review: the filing, its documents and the opinion, side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.errors import NotFound
from app.record import Record
from ui import look, problems
from ui.desk import Desk
from ui.language import chosen, say
from ui.names import title_of
from ui.records.record_view import Reading, read
from ui.records.states import StateChip
from ui.records.steps import StepBar
from ui.records.summary import SummaryView
from ui.review.document_pane import DocumentPane
from ui.review.opinion_pane import OpinionPane

if TYPE_CHECKING:
    from app.words import Language
    from local_db import WorkingCopy

KEEP_AFTER = 300
PANE = 270
"""The least width in which a pane can be read; narrower it is hidden rather than cut."""
PREFERENCE = "review:panes"


@dataclass(frozen=True)
class Review:
    """What a reviewer has before them, made ready off the UI thread."""

    study: Reading
    mine: Reading | None
    """The opinion that this person was asked for."""
    opinions: list[Reading]
    """The opinions that this person may read, their own left out."""


def read_review(copy: WorkingCopy, record_id: UUID, who: str, language: Language) -> Review:
    """The study of a review, from its own id or from that of an opinion on it."""
    record = copy.get(record_id)
    study_id = record.parent if record.form == "opinion" and record.parent else record_id
    study = read(copy, study_id, language)
    opinions = [read(copy, found.id, language) for found in copy.children(study_id, "opinion")]
    mine = next((o for o in opinions if is_asked(o.record, who)), None)
    return Review(study, mine, [o for o in opinions if o is not mine])


def is_asked(opinion: Record, who: str) -> bool:
    """Whether this person's opinion is meant."""
    reviewers = ("ethics_reviewer", "academic_reviewer")
    return any(who in opinion.parties.get(party, ()) for party in reviewers)


class ReviewView(QWidget):
    """Three panes that can be dragged and hidden; how they stand is remembered."""

    opened = Signal(object, str)
    closed = Signal()
    titled = Signal(str)

    def __init__(self, desk: Desk, record_id: UUID) -> None:
        super().__init__()
        self.desk, self.record_id = desk, record_id
        self.setObjectName(f"review:{record_id}")
        self.review: Review | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.SMALL, look.WIDE, look.SMALL)
        column.setSpacing(look.SMALL)
        column.addLayout(self._heading())
        self.summary = SummaryView(with_sections=False, stacked=True)
        self.documents, self.opinion = DocumentPane(desk), OpinionPane(desk)
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        self.panes.setChildrenCollapsible(True)
        for pane, share in ((self.summary, 4), (self.documents, 4), (self.opinion, 3)):
            pane.setMinimumWidth(PANE)
            self.panes.addWidget(pane)
            self.panes.setStretchFactor(self.panes.count() - 1, share)
        self.panes.setSizes([400, 400, 320])
        column.addWidget(self.panes, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self._keep)
        self._restore()
        self.panes.splitterMoved.connect(lambda *_: self._timer.start())
        desk.changed.connect(self._on_changed)
        self.refresh()

    def _heading(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(look.TIGHT)
        self._title = look.label("", "section", wrap=True)
        column.addWidget(self._title)
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self._chip = StateChip()
        row.addWidget(self._chip)
        row.addSpacing(look.NORMAL)
        self.steps = StepBar(self.desk)
        self.steps.filing_wanted.connect(lambda record_id: self.opened.emit(record_id, "filing"))
        row.addWidget(self.steps)
        self.print_summary = QPushButton(
            look.icon("printer"), say("打印审查摘要", "Print review summary")
        )
        self.print_summary.clicked.connect(self._print_summary)
        self.print_summary.setEnabled(False)  # until there is a review to print
        row.addWidget(self.print_summary)
        row.addStretch(1)
        self.toggles: list[QPushButton] = []
        words = (say("备案内容", "Filing"), say("附件", "Documents"), say("意见", "Opinion"))
        for number, text in enumerate(words):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setChecked(True)
            look.mark(button, "toggle")
            button.toggled.connect(partial(self._toggle, number))
            self.toggles.append(button)
            row.addWidget(button)
        column.addLayout(row)
        return column

    def _toggle(self, number: int, on: bool) -> None:  # noqa: FBT001 -- a signal gives it
        self.panes.widget(number).setVisible(on)
        self._timer.start()

    def _print_summary(self) -> None:
        from ui.records.paper import print_review_summary

        if self.review is not None:
            print_review_summary(self.desk, self.review.study.record.id, self)

    def _on_changed(self, _what: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Read everything again."""
        wanted, who, language = self.record_id, self.desk.account.id, chosen()
        self.desk.read(
            lambda copy: read_review(copy, wanted, who, language),
            self._show,
            failed=self._failed,
            owner=self,
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, NotFound):
            QTimer.singleShot(0, self, self.closed.emit)
        else:
            problems.show(error, self)

    def _show(self, review: Review) -> None:
        self.review, study = review, review.study.record
        title = title_of(study)
        self._title.setText(title)
        self.titled.emit(title)
        self._chip.show_state(study.form, study.state)
        self.print_summary.setEnabled(True)
        self.steps.show_record(study)
        self.summary.show_sections(review.study.sections)
        self.documents.show_documents(review.study.documents)
        self.opinion.show_opinions(review.mine, review.opinions)

    def _keep(self) -> None:
        layout = json.dumps(
            {"sizes": self.panes.sizes(), "shown": [t.isChecked() for t in self.toggles]}
        )
        copy = self.desk.copy
        self.desk.read(
            lambda _copy: copy.prefer(PREFERENCE, layout), lambda _none: None, owner=self
        )

    def _restore(self) -> None:
        try:
            layout = json.loads(self.desk.copy.preference(PREFERENCE) or "")
            sizes, shown = list(map(int, layout["sizes"])), list(layout["shown"])
        except (ValueError, KeyError, TypeError):
            return
        if len(sizes) == len(shown) == len(self.toggles) and any(shown):
            for button, is_shown in zip(self.toggles, shown, strict=True):
                button.setChecked(bool(is_shown))
            if all(sizes):
                self.panes.setSizes(sizes)
