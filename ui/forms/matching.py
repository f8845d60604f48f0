"""Matching a typed name with the directory, at once or much later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from app.forms.types import Text
from app.rules.near_names import near_names, plain_name, sure_parts
from ui import look
from ui.forms.editing import Around, Card, Editor, Line
from ui.forms.finding import Offer
from ui.forms.pickers import INVESTIGATOR, offers, search_for
from ui.language import say

if TYPE_CHECKING:
    from local_db import WorkingCopy

MOST = 8
AS_GOOD_AS_ALL = 2000
"""Cards looked through for each piece of a name."""
SHORTEST = 4
"""Characters of a name that may be found inside a longer one: 中医院 stands in too many."""


def cards_near(copy: WorkingCopy, kind: str, name: str) -> list[Card]:
    """The entries of the directory that may be meant by a name typed a little otherwise."""

    def cards(part: str) -> Iterable[Card]:
        if kind == INVESTIGATOR:
            return copy.investigators(part, limit=AS_GOOD_AS_ALL).cards
        return copy.cards(kind, part, limit=AS_GOOD_AS_ALL)

    found: dict[str, dict[str, Card]] = {}
    for part in sure_parts(name):
        for card in cards(part):
            found.setdefault(str(card["name"]), {})[str(card["ref"])] = card
    inside = [n for n in found if len(n) >= SHORTEST and plain_name(n) in plain_name(name)]
    names = dict.fromkeys((*near_names(name, found, MOST), *inside))
    return [card for n in names for card in found[n].values()][:MOST]


def look_near(
    around: Around, kind: str, name: str, then: Callable[[list[Offer]], object], owner: QObject
) -> None:
    """What the directory has that is almost called so; the answer comes later."""
    if around.desk is None:
        then([])
        return
    around.desk.read(
        lambda copy: cards_near(copy, kind, name),
        lambda found: then(offers(around, kind, found)),
        owner=owner,
    )


class _Found(QListWidget):
    """Enter takes the entry at hand, as a double click does."""

    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        else:
            super().keyPressEvent(event)


class MatchDialog(QDialog):
    """The directory, searched for the name that was typed; what is picked is linked with it."""

    matched = Signal(object)
    """The `Offer` that was picked."""

    def __init__(self, around: Around, kind: Text, name: str, parent: Editor) -> None:
        super().__init__(parent)
        self._around, self._kind = around, kind.linked
        self._search = search_for(around, kind.linked, parent, kind.of_field)
        self._asked = ""
        self.offers: list[Offer] = []
        self._closed: list[str] = []
        """What the search says where not all of the directory is here yet."""
        self.setWindowTitle(say("在名录中匹配", "Match in the directory"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        column = QVBoxLayout(self)
        column.addWidget(look.label(say(f"已填：{name}", f"Typed: {name}"), "strong", wrap=True))
        self.line = Line()
        self.line.setAccessibleName(say("在名录中查找", "Look in the directory"))
        self.line.setPlaceholderText(say("名称、拼音或首字母", "Name, pinyin or initials"))
        self.line.setText(name)
        self.line.selectAll()
        self.line.textChanged.connect(self._look)
        column.addWidget(self.line)
        self.told = look.label("", "hint", wrap=True)
        column.addWidget(self.told)
        self.list = _Found()
        self.list.setAccessibleName(say("名录中的条目", "Entries of the directory"))
        self.list.itemDoubleClicked.connect(lambda _item: self.accept())
        self.list.taken.connect(self.accept)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        cancel = QPushButton(say("取消", "Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.verb = QPushButton(say("匹配", "Match"))
        look.mark(self.verb, "primary")
        self.verb.setDefault(True)
        self.verb.setEnabled(False)
        self.verb.clicked.connect(self.accept)
        self.list.currentRowChanged.connect(lambda row: self.verb.setEnabled(row >= 0))
        row.addWidget(cancel)
        row.addWidget(self.verb)
        column.addLayout(row)
        if around.desk is not None:
            around.desk.synced.connect(self._on_synced)
        self._look()

    def _on_synced(self, _report: object) -> None:
        """What was not here may have come."""
        if self._closed:
            self._look()

    def _look(self) -> None:
        text = self._asked = self.line.text().strip()
        self._search(text, lambda found: self._on_found(text, found))

    def _on_found(self, text: str, found: list[Offer]) -> None:
        if text != self._asked:
            return
        self._closed = [offer.text for offer in found if not offer.is_open]
        found = [offer for offer in found if offer.is_open]
        if found or not text:
            self._show(found, "")
        else:
            look_near(self._around, self._kind, text, lambda near: self._on_near(text, near), self)

    def _on_near(self, text: str, near: list[Offer]) -> None:
        if text != self._asked:
            return
        none = say(
            "名录中没有找到。请换个写法或用首字母查找；对方注册以后，可再回来匹配。",
            "The directory has nothing like it. Try other words or initials; "
            "it can still be matched once they have registered.",
        )
        alike = say(
            "名录中没有这个名称，以下名称相近：",
            "Not in the directory. These are called much alike:",
        )
        self._show(near, alike if near else none)

    def _show(self, found: list[Offer], sentence: str) -> None:
        self.offers = found
        self.told.setText("\n".join(self._closed) or sentence)
        self.list.clear()
        for offer in found:
            text = f"{offer.text}   {offer.hint}" if offer.hint else offer.text
            self.list.addItem(QListWidgetItem(text))
        self.list.setCurrentRow(0 if found else -1)
        self.verb.setEnabled(bool(found))

    def accept(self) -> None:
        """Take the entry at hand; without one there is nothing to match."""
        row = self.list.currentRow()
        if 0 <= row < len(self.offers):
            self.matched.emit(self.offers[row])
            super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # ↑ and ↓ go through what was found while one goes on typing.
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.list.count():
            by = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow((self.list.currentRow() + by) % self.list.count())
        else:
            super().keyPressEvent(event)
