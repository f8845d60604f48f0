"""Names that are linked with the directory where possible: institutions, people."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton

from app.forms import types
from app.forms.schema import Field
from ui import look
from ui.forms.editing import Around, Card, Editor
from ui.forms.finding import FindingLine, Offer
from ui.forms.pickers import fields_beside, known_beside, search_for
from ui.language import say

ADDING = -1
"""The number of the entry behind those that were found."""


class AddingLine(FindingLine):
    """Offers, below whatever is found, to add what the directory does not have."""

    adding = Signal()

    def _offer(self, found: list[Offer]) -> None:
        super()._offer(found)
        if not self.text().strip():
            return
        text = say("添加未在系统注册的医疗卫生机构…", "Add an institution that is not registered…")
        item = QStandardItem(look.icon("plus"), text)
        item.setData(self.text(), Qt.ItemDataRole.UserRole + 1)
        item.setData(ADDING, Qt.ItemDataRole.UserRole + 2)
        self._model.appendRow(item)
        if self.hasFocus():
            self._show_names()

    def list_shown(self) -> QAbstractItemView | None:
        """The list of what is offered, while it is open."""
        popup = self._names.popup() if self._names is not None else None
        return popup if popup is not None and popup.isVisible() else None

    def _on_activated(self, index: QModelIndex) -> None:
        if index.data(Qt.ItemDataRole.UserRole + 2) == ADDING:
            self.adding.emit()
        else:
            super()._on_activated(index)


class LinkedEditor(Editor):
    """A name, picked from the directory where possible. A typed one stays, marked as unmatched."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("types.Text", field.type)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.SMALL)
        search = search_for(around, self.kind.linked, self, self.kind.of_field)
        self.may_add = self.kind.linked == "institution" and bool(self.kind.link_field)
        self.line = AddingLine(search) if self.may_add else FindingLine(search)
        self.line.setPlaceholderText(
            say(
                "输入名称、拼音或首字母，从名录中选择", "Type a name and pick it from the directory"
            )
        )
        row.addWidget(self.line, 1)
        self.badge = QPushButton(say("未匹配", "Unmatched"))
        look.mark(self.badge, "badge")
        self.badge.setToolTip(
            say(
                "该名称不是从名录中选择的，系统无法通知对方。点击在名录中匹配。",
                "Not picked from the directory, so nobody is told. Click to match it.",
            )
        )
        self.badge.setAccessibleName(
            say(f"{field.label}未匹配，在名录中匹配", f"{field.english}: match in the directory")
        )
        self.badge.clicked.connect(self.match)
        self.badge.hide()
        row.addWidget(self.badge)
        self.lead(self.line)
        self.line.picked.connect(self._on_picked)
        self.line.textEdited.connect(self._on_typed)
        self.line.left.connect(self.tidy)
        if isinstance(self.line, AddingLine):
            self.line.adding.connect(self.add)
        if self.kind.of_field and around.desk is not None:
            around.desk.synced.connect(self._on_synced)

    def _on_picked(self, offer: Offer) -> None:
        card = offer.stored
        picked = {self.path: offer.text} | known_beside(self.around, self.field, card)
        if self.kind.link_field:
            picked[self.around.path(self.kind.link_field)] = card["ref"]
        self.around.draft.put_many(picked, say("选择", "Pick"))
        self._tell_match()
        self.changed.emit()

        if self.kind.link_field and any(
            isinstance(f.type, types.Text) and f.type.of_field == self.kind.link_field
            for f in fields_beside(self.around)
        ):  # before the question of its investigator is reached
            self.around.want_investigators([str(card["ref"])])

    def _on_synced(self, _report: object) -> None:
        """What was asked for may be here now."""
        if self.line.hasFocus() and any(not offer.is_open for offer in self.line.offers):
            self.line.look()

    def match(self) -> None:
        """Look in the directory for what was typed; the rest of the row stays as it is."""
        from ui.forms.matching import MatchDialog

        dialog = MatchDialog(self.around, self.kind, self.line.text().strip(), self)
        dialog.matched.connect(self._on_matched)
        dialog.open()

    def _on_matched(self, offer: Offer) -> None:
        self.line.pick(offer)
        self.line.setFocus()

    def add(self) -> None:
        """Ask for an institution that is not registered; it stands in the row, unmatched."""
        from ui.forms.unregistered import UnregisteredDialog

        dialog = UnregisteredDialog(self.around, self.line.text().strip(), self)
        dialog.added.connect(self._on_added)
        dialog.matched.connect(self._on_matched)
        dialog.open()

    def _on_added(self, card: Card) -> None:
        given = {self.path: card["name"], self.around.path(self.kind.link_field): None}
        given |= known_beside(self.around, self.field, card, over=True)
        self.around.draft.put_many(given, say("添加", "Add"))
        self.line.setText(card["name"])
        self._tell_match()
        self.changed.emit()
        self.line.setFocus()

    def _on_typed(self) -> None:
        typed = {self.path: self.value()}
        if self.kind.link_field and self.around.beside(self.kind.link_field):
            typed[self.around.path(self.kind.link_field)] = None
        self.around.draft.put_many(typed)
        self._tell_match()
        self.changed.emit()

    def value(self) -> Any:
        return self.field.type.parse(self.line.text())

    def set_value(self, value: Any) -> None:
        text = "" if value is None else str(value)
        if text != self.line.text():
            self.line.setText(text)
        self._tell_match()

    def tidy(self) -> None:
        self.line.setText(self.value() or "")
        self._tell_match()

    def _tell_match(self) -> None:
        link = self.kind.link_field
        matched = not link or bool(self.around.beside(link))
        self.badge.setVisible(bool(self.line.text().strip()) and not matched)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self.line.setReadOnly(read_only)
        self.badge.setEnabled(not read_only)

    def mark_problem(self, kind: str) -> None:
        look.mark(self.line, kind)
