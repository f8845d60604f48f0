"""A line in which typing finds: entries of a code list, people, places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit

from ui import look
from ui.forms.editing import Line
from ui.language import say

WIDEST = 640
"""Points of a list that is wider than its line."""
WAIT = 120
"""Milliseconds after the last letter before looking: a word is typed, not a letter."""


@dataclass(frozen=True)
class Offer:
    """Something found that may be picked: its name, a word more about it, and what it is."""

    text: str
    hint: str
    stored: Any
    is_open: bool = True


Search = Callable[[str, Callable[[list[Offer]], None]], None]
"""Look for a text; give what was found, now or later."""


class _Names(QCompleter):
    """Puts the name of what was picked into the line, without the word more about it."""

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.UserRole + 1) or "")


class FindingLine(Line):
    """Offers what a search finds for the text typed; `picked` tells the `Offer` that was chosen."""

    picked = Signal(object)

    def __init__(self, search: Search) -> None:
        super().__init__()
        self._search = search
        self._asked = 0
        self.offers: list[Offer] = []
        self._model = QStandardItemModel(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.look)
        self.textEdited.connect(lambda _text: self._timer.start())
        self._button = self.addAction(
            look.icon("chevron-down"), QLineEdit.ActionPosition.TrailingPosition
        )
        self._button.setText(say("显示可选项（↓）", "Show what can be chosen (↓)"))
        self._button.setToolTip(self._button.text())
        self._button.triggered.connect(self.look_at_all)
        self._names: _Names | None = None

    def look(self) -> None:
        """Look for what stands in the line."""
        if not self.composing and not self.isReadOnly():
            self._ask(self.text().strip())

    def look_at_all(self) -> None:
        """Offer everything, however much is typed: the first of it."""
        if not self.isReadOnly():
            self.setFocus()
            self._ask("")

    def _ask(self, text: str) -> None:
        self._asked += 1
        asked = self._asked
        self._search(text, lambda found: self._offer(found) if asked == self._asked else None)

    def _offer(self, found: list[Offer]) -> None:
        self.offers = found
        self._model.clear()
        for number, offer in enumerate(found):
            item = QStandardItem(f"{offer.text}   {offer.hint}" if offer.hint else offer.text)
            item.setData(offer.text, Qt.ItemDataRole.UserRole + 1)
            item.setData(number, Qt.ItemDataRole.UserRole + 2)
            item.setEnabled(offer.is_open)
            self._model.appendRow(item)
        if not self.hasFocus():
            return
        names = self._names or self._make_names()
        if found:
            self._show_names()
        else:
            names.popup().hide()

    def _show_names(self) -> None:
        """Open the list, as wide as what it says: a short line may offer long names."""
        names = self._names or self._make_names()
        names.setCompletionPrefix("")
        popup = names.popup()
        needed = popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width()
        wide = max(self.width(), min(needed + 2 * look.SMALL, WIDEST))
        names.complete(QRect(0, 0, wide, self.height()))

    def _make_names(self) -> _Names:
        # Made when something is first offered: a page has many such lines, few are used.
        names = self._names = _Names(self)
        names.setModel(self._model)
        names.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        names.setMaxVisibleItems(10)
        names.setWidget(self)
        # The overload that says which: two people may have the same name.
        names.activated[QModelIndex].connect(self._on_activated)  # type: ignore[index]
        return names

    def _on_activated(self, index: QModelIndex) -> None:
        number = index.data(Qt.ItemDataRole.UserRole + 2)
        if isinstance(number, int) and number < len(self.offers):
            self.pick(self.offers[number])

    def pick(self, offer: Offer) -> None:
        self._timer.stop()
        self._asked += 1  # what is still looked for is not wanted any more
        self.setText(offer.text)
        self.picked.emit(offer)

    def _is_choosing(self) -> bool:
        """Whether one of what is offered is marked: Enter takes that, not the letters typed."""
        popup = self._names.popup() if self._names is not None else None
        return popup is not None and popup.isVisible() and popup.currentIndex().isValid()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.look() if self.text() else self.look_at_all()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._is_choosing():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.text() and event.button() == Qt.MouseButton.LeftButton:
            self.look_at_all()
