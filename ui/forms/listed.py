"""Editors for entries of code lists: countries, disciplines, ICD-11, titles, grades."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import lists
from app.forms import types
from app.forms.schema import Field
from ui import look
from ui.forms.choices import DropBox, fill
from ui.forms.editing import Around, Editor
from ui.forms.finding import FindingLine, Offer, Search
from ui.language import chosen, say, told

SHORT = 15
"""A list of up to so many entries is shown whole."""


def search_in(list_id: str, parent: Callable[[], str] = str) -> Search:
    """Looks in a code list, below `parent` where there is one; no text finds its beginning."""

    def search(text: str, then: Callable[[list[Offer]], None]) -> None:
        within = parent()
        if text:
            found = lists.search(list_id, text, 30, within=within)
        else:
            found = list(lists.children(list_id, within) if within else lists.entries(list_id)[:60])
        then([Offer(told(e.words), "" if within else _hint(list_id, e), e.code) for e in found])

    return search


def _hint(list_id: str, entry: lists.Entry) -> str:
    above = lists.entry(list_id, entry.parent) if entry.parent else None
    name = told(above.words) if above else ""
    code = entry.code if entry.code != told(entry.words) else ""
    return " · ".join(part for part in (code, name) if part)


class ShortListEditor(Editor):
    """One entry of a short list, in a box that drops down."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        kind = cast("types.Listed", field.type)
        self.box = DropBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        self.lead(self.box)
        self._entries = [(e.code, told(e.words), True) for e in lists.entries(kind.list_id)]
        fill(self.box, self._entries)
        self.box.activated.connect(lambda _index: self.changed.emit())

    def value(self) -> Any:
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        if value is not None and self.box.findData(value) < 0:
            fill(self.box, [*self._entries, (value, str(value), True)])
        self.box.setCurrentIndex(max(0, self.box.findData(value)))

    def mark_problem(self, kind: str) -> None:
        look.mark(self.box, kind)


class LongListEditor(Editor):
    """One entry of a long list: typing finds it by name, code, pinyin or initials."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        kind = cast("types.Listed", field.type)
        self._within, self._parent = getattr(kind, "within", ""), ""
        self.line = FindingLine(search_in(kind.list_id, lambda: self._parent))
        self.line.setPlaceholderText(
            say("输入名称、编码或首字母", "Type a name, a code or initials")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)
        self.lead(self.line)
        self._value: Any = None
        self.line.picked.connect(self._on_picked)
        self.line.textEdited.connect(self._on_typed)
        self.line.left.connect(self.tidy)

    def refresh(self, known: Mapping[str, Any]) -> None:
        if self._within:
            self._parent = str(known.get(self._within) or "")

    def _on_picked(self, offer: Offer) -> None:
        self._value = offer.stored
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        self._value = self.field.type.parse(text)
        self.changed.emit()

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        if value != self._value or not self.line.hasFocus():
            self._value = value
            self.tidy()

    def tidy(self) -> None:
        text = "" if self._value is None else self.field.type.text(self._value, chosen())
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self.line.setReadOnly(read_only)

    def mark_problem(self, kind: str) -> None:
        look.mark(self.line, kind)


class Chips(QWidget):
    """What was picked, each with a button that takes it away."""

    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._chips: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.TIGHT)

    def show_items(self, items: list[tuple[Any, str]], *, read_only: bool = False) -> None:
        for chip in self._chips:
            self._column.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for stored, text in items:
            chip = QWidget()
            row = QHBoxLayout(chip)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(look.TIGHT)
            row.addWidget(look.label(text, wrap=True), 1)
            if not read_only:
                away = QPushButton(look.icon("x"), "")
                look.mark(away, "flat")
                away.setFixedWidth(28)
                name = say(f"移除“{text}”", f"Remove “{text}”")
                away.setAccessibleName(name)
                away.setToolTip(name)
                away.clicked.connect(lambda _on=False, s=stored: self.removed.emit(s))
                row.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
            self._column.addWidget(chip)
            self._chips.append(chip)
        self.setVisible(bool(items))


class ManyListedEditor(Editor):
    """Several entries of a code list: those picked, and a line that finds more."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        kind = cast("types.ListedMany", field.type)
        self._one = types.Listed(kind.list_id)
        self._value: list[Any] = []
        self._read_only = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.TIGHT)
        self.chips = Chips()
        self.chips.hide()
        column.addWidget(self.chips)
        self.line = FindingLine(search_in(kind.list_id))
        self.line.setPlaceholderText(
            say(
                "输入名称、编码或拼音首字母，逐个添加",
                "Type a name, a code or initials; add one by one",
            )
        )
        column.addWidget(self.line)
        self.lead(self.line)
        self.line.picked.connect(lambda offer: self._add(offer.stored))
        self.line.returnPressed.connect(self._add_typed)
        self.line.left.connect(self._add_typed)
        self.chips.removed.connect(self._remove)

    def value(self) -> Any:
        return self._value or None

    def set_value(self, value: Any) -> None:
        self._value = list(value) if isinstance(value, list) else []
        self._show()

    def _show(self) -> None:
        items = [(v, self._one.text(v, chosen())) for v in self._value]
        self.chips.show_items(items, read_only=self._read_only)

    def _add(self, stored: Any) -> None:
        # The completer writes the name into the line after this signal.
        self.line.blockSignals(True)  # noqa: FBT003 -- Qt's own
        self.line.clear()
        self.line.blockSignals(False)  # noqa: FBT003 -- Qt's own
        if stored is not None and stored not in self._value:
            self._value = [*self._value, stored]
            self._show()
            self.changed.emit()

    def _add_typed(self) -> None:
        """Take what was typed and not picked: a known name becomes its code, a code stays one."""
        if self.line.text().strip():
            self._add(self._one.parse(self.line.text()))

    def _remove(self, stored: Any) -> None:
        self._value = [v for v in self._value if v != stored]
        self._show()
        self.changed.emit()
        self.line.setFocus()

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self._read_only = read_only
        self.line.setVisible(not read_only)
        self._show()

    def mark_problem(self, kind: str) -> None:
        look.mark(self.line, kind)


def listed_editor(field: Field, around: Around) -> Editor:
    """A short list is shown whole, a long one is searched."""
    kind = cast("types.Listed", field.type)
    # ICD-11 is open: codes below those in the file may be typed.
    is_short = len(lists.entries(kind.list_id)) <= SHORT and kind.list_id != "icd11"
    is_short = is_short and not getattr(kind, "within", "")
    return ShortListEditor(field, around) if is_short else LongListEditor(field, around)
