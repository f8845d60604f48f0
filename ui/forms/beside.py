"""A form and, beside it, the document that is read while it is filled in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ui import look
from ui.desk import Desk
from ui.language import say
from ui.printing.pdf_view import PdfView

FORM_LEAST = 440
"""Pixels that are left to the form; where the pane would take them, a window of its own opens."""
PANE_LEAST = 280
KEEP_AFTER = 300
PREFERENCE = "filing:beside"


class DocumentBeside(QFrame):
    """The document on show: its name, a window of its own, closing; its pages."""

    def __init__(self) -> None:
        super().__init__()
        self.sha256 = ""
        self._content = b""
        self.setMinimumWidth(PANE_LEAST)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.SMALL, look.TIGHT, look.SMALL, look.SMALL)
        column.setSpacing(look.TIGHT)
        self.name = look.label("", "strong", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(look.TIGHT)
        head.addWidget(self.name, 1)
        self.apart = _small("external-link", say("在单独的窗口中打开", "Open in its own window"))
        self.closing = _small("x", say("关闭（Esc）", "Close (Esc)"))
        top = Qt.AlignmentFlag.AlignTop
        head.addWidget(self.apart, 0, top)
        head.addWidget(self.closing, 0, top)
        column.addLayout(head)
        self.view = PdfView()
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self.apart.clicked.connect(self._open_apart)

    def show_document(self, sha256: str, name: str, content: bytes) -> None:
        self.name.setText(name)
        self.setAccessibleName(name)
        self._content = content
        if sha256 != self.sha256:
            self.sha256 = sha256
            self.view.show_pdf(content)

    def clear(self) -> None:
        self.sha256, self._content = "", b""
        self.view.clear()

    def _open_apart(self) -> None:
        from ui.printing.preview import show_preview

        show_preview(self._content, self.name.text(), self)

    def event(self, event: QEvent) -> bool:
        # The form around it searches with the same key: in here it is the document's.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Find)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.view.begin_search()
        else:
            super().keyPressEvent(event)


class Beside(QSplitter):
    """The form with room for one document at its right. Esc closes it; its width is remembered."""

    def __init__(self, desk: Desk, form: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._desk = desk
        self._came_from: QWidget | None = None
        self.follows = True
        """Whether a document that was just picked opens by itself: not once one was closed."""
        self.pane: DocumentBeside | None = None
        """Made when the first document is opened."""
        self.setChildrenCollapsible(False)
        self.addWidget(form)
        self.setStretchFactor(0, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self._keep)
        self.splitterMoved.connect(lambda *_: self._timer.start())
        self._width = _number(desk.copy.preference(PREFERENCE) or "")

    @property
    def is_open(self) -> bool:
        return self.pane is not None and not self.pane.isHidden()

    @property
    def is_roomy(self) -> bool:
        """Whether a document and the form both have the width to be read."""
        return self.width() >= FORM_LEAST + PANE_LEAST

    @property
    def sha256(self) -> str:
        """Which document is on show."""
        return self.pane.sha256 if self.pane is not None and self.is_open else ""

    def show_document(self, sha256: str, name: str, content: bytes, *, take_keys: bool) -> None:
        """Show a document; with `take_keys` the keyboard goes there, and comes back with Esc."""
        if self.pane is None:
            self.pane = DocumentBeside()
            self.pane.closing.clicked.connect(self.close_document)
            self.pane.hide()
            self.addWidget(self.pane)
        if not self.is_open:
            whole = self.width()
            wide = self._width or whole * 45 // 100
            wide = max(PANE_LEAST, min(wide, whole - FORM_LEAST))
            self.pane.show()
            self.setSizes([whole - wide, wide])
        self.pane.show_document(sha256, name, content)
        if take_keys:
            focus = QApplication.focusWidget()
            if focus is not None and not self.pane.isAncestorOf(focus):
                self._came_from = focus
            self.follows = True
            self.pane.setFocus()

    def close_document(self) -> None:
        """Give the room back to the form, and the keyboard to where it was."""
        if self.pane is None or not self.is_open:
            return
        self.follows = False
        self._give_back()

    def leave(self, sha256: str) -> None:
        """Close a document that is attached no more."""
        if self.sha256 == sha256:
            self._give_back()

    def _give_back(self) -> None:
        assert self.pane is not None
        focus = QApplication.focusWidget()
        inside = focus is not None and self.pane.isAncestorOf(focus)
        self.pane.hide()
        self.pane.clear()
        if inside and self._came_from is not None and isValid(self._came_from):
            self._came_from.setFocus()
        self._came_from = None

    def _keep(self) -> None:
        if self.is_open:
            self._width = self.sizes()[1]
            wide = str(self._width)
            self._desk.read(
                lambda copy: copy.prefer(PREFERENCE, wide), lambda _none: None, owner=self
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Not a shortcut: a list that dropped down or a cell that is typed in takes Esc before.
        if event.key() == Qt.Key.Key_Escape and self.is_open:
            self.close_document()
        else:
            super().keyPressEvent(event)


def beside_of(widget: QWidget) -> Beside | None:
    """Where a document can be shown beside the form that a widget is in, if it can."""
    around: QWidget | None = widget
    while around is not None and not isinstance(around, Beside):
        around = around.parentWidget()
    return around if around is not None and around.is_roomy else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _small(icon: str, text: str) -> QPushButton:
    button = QPushButton(look.icon(icon), "")
    button.setToolTip(text)
    button.setAccessibleName(text)
    look.mark(button, "flat")
    return button
