"""What every editor is, and what it may ask of the form around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from app.answers import Problem
from app.forms.schema import Field
from app.forms.types import FieldType
from app.record import Record
from ui.forms.draft import Draft
from ui.language import told

if TYPE_CHECKING:
    from ui.desk import Desk

Card = dict[str, Any]


@dataclass(frozen=True)
class Around:
    """Where an editor stands: the draft, the row it is in, and the desk with its directory."""

    draft: Draft
    desk: Desk | None = None
    record: Record | None = None
    at: str = ""
    """`group/row`, or nothing on the page itself."""

    def inside(self, row: str) -> Around:
        return replace(self, at=row)

    def path(self, field_id: str) -> str:
        return f"{self.at}/{field_id}" if self.at else field_id

    def known(self) -> Mapping[str, Any]:
        return self.draft.known(self.at)

    def beside(self, field_id: str) -> Any:
        """The answer of another field of the same page or row."""
        return self.draft.value(self.path(field_id))

    def cards(
        self,
        kind: str,
        text: str,
        then: Callable[[list[Card]], object],
        *,
        owner: QObject,
        office: str = "",
        limit: int = 20,
    ) -> None:
        """People or places of the directory that a text finds; the answer comes later."""
        if self.desk is None:
            then([])
            return
        self.desk.read(
            lambda copy: copy.cards(kind, text, office=office, limit=limit), then, owner=owner
        )

    def want_investigators(self, offices: list[str]) -> None:
        """Ask for the investigators of these institutions, at once where that is new."""
        desk = self.desk
        if desk is None or not offices:
            return

        def asked(is_new: bool) -> None:  # noqa: FBT001 -- what the working copy says
            if is_new:
                desk.ask_sync()

        desk.read(lambda copy: copy.want_investigators(*offices), asked, owner=desk)

    def named(
        self, refs: list[str], then: Callable[[dict[str, Card]], object], owner: QObject
    ) -> None:
        """The cards behind references, by reference; the answer comes later."""
        if self.desk is None or not refs:
            then({})
            return
        self.desk.read(
            lambda copy: {ref: card for ref in refs if (card := copy.card(ref))}, then, owner=owner
        )


class Editor(QWidget):
    """Shows and takes one stored answer. `objectName` is the answer's path."""

    changed = Signal()
    """A person gave another answer."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__()
        self.field, self.around = field, around
        self.path = around.path(field.id)
        self.setObjectName(self.path)
        self.setAccessibleName(told(field.words))

    def value(self) -> Any:
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 -- as Qt's own
        self.setEnabled(not read_only)

    def tidy(self) -> None:
        """Show what was understood, once the person has left the field."""

    def refresh(self, known: Mapping[str, Any]) -> None:
        """Look at the other answers again: which options they leave open."""

    def lead(self, widget: QWidget) -> None:
        """Name the widget that takes the keyboard: for the label, for screen readers."""
        widget.setAccessibleName(told(self.field.words))
        self.setFocusProxy(widget)

    def stops(self) -> list[QWidget]:
        """The widgets at which Tab stops, in the order in which one reads them."""
        return tab_stops(self.findChildren(QWidget), self)

    def go_to(self, rest: list[str]) -> None:  # noqa: ARG002 -- groups look inside
        """Take the keyboard; `rest` leads further into a group."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def judge(self, problems: list[Problem], *, everything: bool) -> None:
        """Tell the problems inside a group; only groups have any."""

    def mark_problem(self, kind: str) -> None:
        """Show on the widget itself that its answer has a problem ("" when it has none)."""


def tab_stops(widgets: Iterable[QWidget], editor: QWidget) -> list[QWidget]:
    """Those of an editor's widgets at which Tab stops now."""
    window = editor.window()  # the list of an open box is a window of its own
    return [
        w
        for w in widgets
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled() and w.isVisibleTo(editor)
        and not w.focusProxy() and w.window() is window
    ]  # fmt: skip


def is_composing() -> bool:
    """Whether an input method is in the middle of a word: nothing is saved or judged then."""
    return bool(getattr(QApplication.focusWidget(), "composing", False))


class Line(QLineEdit):
    """One line of text that knows when an input method is composing."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.composing = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.composing:
            QApplication.inputMethod().commit()
            self.composing = False
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class Paragraph(QPlainTextEdit):
    """Several lines of text; grows with what is typed, Tab leaves it."""

    edited = Signal()
    left = Signal()

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.composing = False
        self._least, self._most = max(2, min(lines, 4)), 16
        self._last = ""
        self._own = False
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._on_text)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._grow())
        self._grow()

    def set_text(self, text: str) -> None:
        self._own, self._last = True, text
        self.setPlainText(text)
        self._own = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self._on_text()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.composing:
            QApplication.inputMethod().commit()
            self.composing = False
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # The page scrolls on when there is nothing to scroll here, or nobody is writing here.
        if self.hasFocus() and self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def _on_text(self) -> None:
        # textChanged also comes while an input method composes: that is no answer yet.
        if self.composing or self._own:
            return
        text = self.toPlainText()
        if text != self._last:
            self._last = text
            self.edited.emit()

    def _grow(self) -> None:
        rows = max(self._least, min(self._most, int(self.document().size().height())))
        margins = self.contentsMargins()
        room = 2 * int(self.document().documentMargin()) + margins.top() + margins.bottom() + 6
        height = rows * self.fontMetrics().lineSpacing() + room
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)


Make = Callable[[Field, Around], Editor]
EDITORS: dict[type[FieldType], Make] = {}
"""Filled by `editors`, so that groups may hold pages and pages may hold groups."""


def make_editor(field: Field, around: Around) -> Editor:
    """The editor for a question; a kind of answer without one fails a test."""
    return EDITORS[type(field.type)](field, around)
