"""The documents attached to a record: which there are, and opening them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.answers import files_in
from app.errors import AppError, NotFound
from app.forms import FORMS
from app.record import Record
from app.words import Words, counted
from ui import look, problems
from ui.desk import Desk
from ui.language import say, told

if TYPE_CHECKING:
    from local_db import WorkingCopy


@dataclass(frozen=True)
class Document:
    """An attached document as a row of its list."""

    path: str
    name: str
    slot: Words
    """The question it answers."""
    facts: str
    """Version, date, pages."""
    sha256: str
    is_here: bool


def documents_of(copy: WorkingCopy, record: Record) -> list[Document]:
    """Every document of a record, in the order of the form."""
    form = FORMS[record.form]
    found = []
    for path, row in files_in(form.fields(), record.answers).items():
        slot = form.at(path.rsplit("/", 1)[0])[-1].words
        pages = row.get("pages")
        facts = [str(row.get("version") or ""), str(row.get("date") or "")]
        facts += [told(counted(pages, "页", "page"))] if isinstance(pages, int) and pages else []
        sha256 = str(row["sha256"])
        found.append(
            Document(
                path, str(row.get("name") or ""), slot, "  ".join(filter(None, facts)), sha256,
                copy.has_file(sha256),
            )
        )  # fmt: skip
    return found


NOT_HERE = Words(
    "这份文件还不在本机。联网同步后再打开。",
    "This document is not on this computer yet. Open it after a sync.",
)


def open_document(desk: Desk, document: Document, parent: QWidget) -> None:
    """Show a document in the program's own viewer."""

    def arrived(content: bytes) -> None:
        from ui.printing.preview import show_preview

        show_preview(content, document.name, parent)

    def failed(error: Exception) -> None:
        if isinstance(error, NotFound):
            desk.document_wanted.emit(document.sha256)
            problems.show(AppError(NOT_HERE.zh, NOT_HERE.en), parent)
        else:
            problems.show(error, parent)

    desk.read(lambda copy: copy.file(document.sha256), arrived, failed=failed, owner=parent)


class DocumentList(QWidget):
    """The documents of one record; Enter or a double click opens one."""

    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._documents: list[Document] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(look.NORMAL, look.NORMAL, look.NORMAL, look.NORMAL)
        self.list = QListWidget()
        self.list.setAccessibleName(say("附件", "Documents"))
        self.list.setSpacing(2)
        self.list.itemActivated.connect(self._open)
        self._none = look.label(say("没有附件。", "There are no documents."), "dim")
        column.addWidget(self._none, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.list, 1)

    def show_documents(self, documents: Sequence[Document]) -> None:
        self._documents = list(documents)
        self._none.setVisible(not documents)
        self.list.setVisible(bool(documents))
        self.list.clear()
        for document in documents:
            here = "" if document.is_here else say("  · 不在本机", "  · not on this computer")
            item = QListWidgetItem(
                look.icon("file-text", "accent" if document.is_here else "faint"),
                f"{document.name}    {document.facts}{here}\n{told(document.slot)}",
            )
            item.setData(Qt.ItemDataRole.UserRole, document)
            self.list.addItem(item)

    def _open(self, item: QListWidgetItem) -> None:
        open_document(self._desk, item.data(Qt.ItemDataRole.UserRole), self)
