"""The middle pane of a review: one of the attached documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.errors import NotFound
from ui import look, problems
from ui.desk import Desk
from ui.language import say, told
from ui.records.documents import NOT_HERE, Document


class DocumentPane(QWidget):
    """A chooser of the documents, and the one chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._documents: list[Document] = []
        self._shown = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(look.SMALL, 0, look.SMALL, 0)
        column.setSpacing(look.SMALL)
        self.choice = QComboBox()
        self.choice.setAccessibleName(say("附件", "Documents"))
        self.choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(12)
        self.choice.currentIndexChanged.connect(self._open)
        column.addWidget(self.choice)
        self.note = look.label(say("没有附件。", "There are no documents."), "dim", wrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.note)
        self._column = column
        self.view: Any = None
        """The PDF on show; made when the first document is opened."""
        column.addStretch(0)

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Offer these documents; the one on show stays if it is among them."""
        if list(documents) == self._documents:
            return
        before = self.choice.currentData()
        self._documents = list(documents)
        self.choice.blockSignals(True)  # noqa: FBT003 -- Qt's signature
        self.choice.clear()
        for document in documents:
            text = f"{told(document.slot)} · {document.name}"
            self.choice.addItem(look.icon("file-text"), text, document.sha256)
        place = max(0, self.choice.findData(before)) if before else 0
        self.choice.setCurrentIndex(place if documents else -1)
        self.choice.blockSignals(False)  # noqa: FBT003 -- Qt's signature
        self.choice.setVisible(bool(documents))
        self._open()

    def _open(self, *_index: object) -> None:
        place = self.choice.currentIndex()
        if not 0 <= place < len(self._documents):
            self._say(say("没有附件。", "There are no documents."))
            return
        document = self._documents[place]
        if document.sha256 == self._shown:
            return
        self._desk.read(
            lambda copy: copy.file(document.sha256),
            lambda content: self._arrived(document, content),
            failed=lambda error: self._failed(document, error),
            owner=self,
        )

    def _arrived(self, document: Document, content: bytes) -> None:
        from ui.printing.pdf_view import PdfView

        if self.choice.currentData() != document.sha256:
            return
        if self.view is None:
            self.view = PdfView()
            self._column.insertWidget(2, self.view, 1)
        self.view.show_pdf(content)
        self._shown = document.sha256
        self.view.show()
        self.note.hide()

    def _failed(self, document: Document, error: Exception) -> None:
        if isinstance(error, NotFound):
            self._desk.document_wanted.emit(document.sha256)
            self._say(told(NOT_HERE))
        else:
            problems.show(error, self)

    def _say(self, text: str) -> None:
        self._shown = ""
        if self.view is not None:
            self.view.hide()
        self.note.setText(text)
        self.note.show()
