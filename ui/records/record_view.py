"""One record to read: its answers in words, its documents, its progress, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from app.answers import Section, readable_versions, round_of, versions_of
from app.errors import NotFound
from app.exchange.told import told as told_for_paper
from app.forms import FORMS
from app.record import Record
from app.words import Words
from app.workflows.table import Round
from ui import look, moments, problems
from ui.desk import Desk
from ui.language import chosen, say, told
from ui.names import Names, title_of
from ui.records import exporting, timeline
from ui.records.documents import Document, DocumentList, documents_of
from ui.records.filters import menu_button
from ui.records.member_list import MemberListButton
from ui.records.states import StateChip, held_by
from ui.records.steps import StepBar
from ui.records.summary import SummaryView
from ui.records.versions import VersionsView, told_version

if TYPE_CHECKING:
    from app.words import Language
    from local_db import WorkingCopy


@dataclass(frozen=True)
class Reading:
    """A record made ready for the eye, off the UI thread."""

    record: Record
    sections: list[Section]
    entries: list[timeline.Entry]
    documents: list[Document]


def read(copy: WorkingCopy, record_id: UUID, language: Language) -> Reading:
    """The record with names in place of references."""
    record = copy.get(record_id)
    names = Names(copy)
    sections = told_for_paper(
        FORMS[record.form], record.answers, names=names.within(record.answers), language=language
    )
    return Reading(
        record, sections, timeline.entries(record, names.put_into), documents_of(copy, record)
    )


ROUTES: dict[Round, Words] = {
    "first": Words("", ""),
    "unchanged": Words("还没有修改。", "Nothing was changed yet."),
    "minor": Words(
        "目前的修改不涉及实质性内容，提交后直接送机构审核。",
        "Nothing substantive is changed so far: it goes straight to the institution.",
    ),
    "substantive": Words(
        "修改涉及实质性内容，提交后须重新经学术、伦理审查。",
        "Something substantive is changed: academic and ethics review come again.",
    ),
    "resume": Words(
        "恢复须经伦理委员会审查和机构审核。", "The ethics committee and the institution decide."
    ),
}
"""Which way a change will take, by what differs."""
ONE_ROUTE = ROUTES | dict.fromkeys(("minor", "substantive"), Words("", ""))
"""Of records whose every change takes the same way."""


class RecordView(QWidget):
    """A record as it stands, kept up with what changes."""

    opened = Signal(object, str)
    closed = Signal()
    titled = Signal(str)

    def __init__(self, desk: Desk, record_id: UUID) -> None:
        super().__init__()
        self.desk, self.record_id = desk, record_id
        self.setObjectName(f"record:{record_id}")
        self.reading: Reading | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(look.WIDE, look.NORMAL, look.WIDE, look.NORMAL)
        column.setSpacing(look.SMALL)
        self._title = look.label("", "title", wrap=True)
        column.addWidget(self._title)
        column.addLayout(self._facts())
        column.addLayout(self._tools())
        self.standing = look.label("", "note", wrap=True)
        self.standing.hide()
        column.addWidget(self.standing)
        self.summary, self.timeline = SummaryView(), timeline.Timeline()
        self.documents = DocumentList(desk)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.summary, say("内容", "Answers"))
        self.tabs.addTab(self.documents, say("附件", "Documents"))
        self.tabs.addTab(self.timeline, say("审核进度", "Progress"))
        self.versions = VersionsView(desk)
        self.tabs.addTab(self.versions, say("版本对比", "Versions"))
        column.addWidget(self.tabs, 1)
        desk.changed.connect(self._on_changed)
        self.refresh()

    def _facts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.WIDE)
        self._number, self._chip = look.label("", "dim"), StateChip()
        self._holder, self._updated = look.label("", "dim"), look.label("", "dim")
        for widget in (self._number, self._chip, self._holder, self._updated):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.SMALL)
        self.steps = StepBar(self.desk)
        self.steps.filing_wanted.connect(lambda record_id: self.opened.emit(record_id, "filing"))
        row.addWidget(self.steps)
        self.print = QPushButton(look.icon("printer"), say("打印", "Print"))
        self.print.clicked.connect(self._print)
        row.addWidget(self.print)
        self.export = menu_button(say("导出", "Export"), "export")
        self.export.setIcon(look.icon("download"))
        self.export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        exporting.fill_menu(self.export.menu(), self._export)
        row.addWidget(self.export)
        self.print_summary = QPushButton(
            look.icon("printer"), say("打印审查摘要", "Print review summary")
        )
        self.print_summary.clicked.connect(self._print_summary)
        self.print_summary.hide()
        row.addWidget(self.print_summary)
        self.members = MemberListButton(self.desk)
        row.addWidget(self.members)
        row.addStretch(1)
        return row

    def refresh(self) -> None:
        """Read the record again."""
        wanted, language = self.record_id, chosen()
        self.desk.read(
            lambda copy: read(copy, wanted, language), self._show, failed=self._failed, owner=self
        )

    def show_progress(self) -> None:
        self.tabs.setCurrentWidget(self.timeline)

    def _on_changed(self, ids: list[UUID]) -> None:
        if not ids or self.record_id in ids:
            self.refresh()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, NotFound):  # taken back, or no longer ours to read
            QTimer.singleShot(0, self, self.closed.emit)
        else:
            problems.show(error, self)

    def _show(self, reading: Reading) -> None:
        self.reading, record = reading, reading.record
        title = title_of(record)
        self._title.setText(title)
        self.titled.emit(title)
        form = FORMS[record.form]
        self._number.setText(record.number or told(form.words))
        self._chip.show_state(record.form, record.state)
        holder = held_by(record.form, record.state)
        self._holder.setText(say("当前环节：", "Now with: ") + holder if holder else "")
        day = moments.day(record.updated_at)
        self._updated.setText(
            say("更新：", "Updated: ") + day if day else say("尚未同步", "Not sent yet")
        )
        self.steps.show_record(record)
        self._tell_standing(record)
        self.versions.show_record(record)
        several = len(readable_versions(record, self.desk.account)) > 1
        self.tabs.setTabVisible(self.tabs.indexOf(self.versions), several)
        self.members.show_record(record)
        was_sent = any(passage.command == "submit" for passage in record.log)
        self.print_summary.setVisible(record.form == "study" and was_sent)
        self.summary.show_sections(reading.sections)
        self.timeline.show_entries(reading.entries)
        self.documents.show_documents(reading.documents)
        count = len(reading.documents)
        word = say("附件", "Documents")
        self.tabs.setTabText(
            self.tabs.indexOf(self.documents), f"{word} {count}" if count else word
        )

    def _tell_standing(self, record: Record) -> None:
        """What is in force while it is changed; and why submitting is not for a delegate."""
        told_lines = []
        filed = next((v for v in versions_of(record) if v.kind == "filed"), None)
        if record.in_force is not None and filed is not None:
            called = told_version(filed)
            told_lines.append(
                say(
                    f"变更获批前，{called}继续有效，其他单位和人员看到的是该版本。",
                    f"Until the change is approved, {called} stays in force, and it is what "
                    "everybody else reads.",
                )
            )
            routes = ROUTES if record.form == "study" else ONE_ROUTE
            told_lines.append(routes[round_of(record)].say(chosen()))
        roles = self.desk.roles_on(record)
        if "delegate" in roles and "pi" not in roles and "hand_over" in self.steps.buttons:
            told_lines.append(
                say(
                    "您是本研究的授权人：可以填写，提交须由项目负责人进行。填好后请点“送负责人”。",
                    "You are a delegate of this study: you fill it in, and its investigator "
                    "submits it. Please hand it over when it is ready.",
                )
            )
        self.standing.setText("\n".join(filter(None, told_lines)))
        self.standing.setVisible(bool(told_lines))

    def _print(self) -> None:
        from ui.records.paper import print_records

        print_records(self.desk, [self.record_id], self)

    def _export(self, kind: exporting.Kind) -> None:
        exporting.export_records(self.desk, [self.record_id], kind, self)

    def _print_summary(self) -> None:
        from ui.records.paper import print_review_summary

        print_review_summary(self.desk, self.record_id, self)
