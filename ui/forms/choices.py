"""Editors for options: radio buttons, boxes that drop down, boxes to tick."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any, cast

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QListView,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app import pinyin
from app.forms import types
from app.forms.schema import Field
from app.forms.types import Option
from ui import look
from ui.forms.editing import Around, Editor
from ui.language import chosen, say

FEW = 4
LINE_OF_TEXT = {"zh": 30, "en": 66}
"""How many characters of options stand beside each other in one line."""

BESIDE_TEXT = 28
"""Pixels of a radio button that are not its text."""


def in_lines(text: str, metrics: QFontMetrics, room: int) -> str:
    """A text in as many lines as it needs in so many pixels."""
    wide = metrics.horizontalAdvance(text)
    return text if wide <= room else "\n".join(wrap(text, max(8, len(text) * room // wide - 2)))


def fits(text: str, found: str) -> bool:
    """Whether what was typed finds an option: a part of it, its pinyin, its initials."""
    wanted = text.strip().lower()
    return bool(wanted) and (
        wanted in found.lower()
        or pinyin.initials(found).startswith(wanted)
        or pinyin.sort_key(found).startswith(wanted)
    )


class _FindingList(QListView):
    """The list of an open box, in which letters find by pinyin too."""

    def __init__(self, box: DropBox) -> None:
        super().__init__()
        self._box = box

    def keyboardSearch(self, text: str) -> None:
        box = self._box
        if (found := box.find_typed(text)) >= 0:
            self.setCurrentIndex(box.model().index(found, 0))


class DropBox(QComboBox):
    """A box that drops down. The wheel passes it by; letters typed find by text and pinyin."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setMaxVisibleItems(14)
        self._typed, self._typed_at = "", 0.0
        self._has_list = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling a page must never change an answer that happens to lie under the pointer.
        event.ignore()

    def event(self, event: QEvent) -> bool:
        # Alt+↓ opens a box also inside a row, where it moves the row from everywhere else.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up)
            and event.modifiers() & Qt.KeyboardModifier.AltModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def showPopup(self) -> None:
        if not self._has_list:
            self._has_list = True
            self.setView(_FindingList(self))
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if text and text.isprintable() and text != " ":
            found = self.find_typed(text)
            if found >= 0 and found != self.currentIndex():
                self.setCurrentIndex(found)
                self.activated.emit(found)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.setCurrentIndex(0)
            self.activated.emit(0)
        else:
            super().keyPressEvent(event)

    def find_typed(self, text: str) -> int:
        """The first choosable option that the letters typed within a second find, or -1."""
        now = time.monotonic()
        self._typed = self._typed + text if now - self._typed_at < 1.0 else text
        self._typed_at = now
        model = cast("QStandardItemModel", self.model())
        for n in range(self.count()):
            if fits(self._typed, self.itemText(n)) and model.item(n).isEnabled():
                return n
        return -1


def fill(box: DropBox, options: Sequence[tuple[Any, str, bool]]) -> None:
    """Give a box its options: (stored, text, whether it may be chosen); an empty one first."""
    box.clear()
    box.addItem("", None)
    model = cast("QStandardItemModel", box.model())
    for stored, text, is_open in options:
        box.addItem(text, stored)
        box.setItemData(box.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        model.item(box.count() - 1).setEnabled(is_open)


class _OptionEditor(Editor):
    """What the editors of options share: which of them the other answers leave open."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("types.Choice", field.type)
        self._offered: tuple[Option, ...] | None = None
        self._value: Any = None

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        if value != self._value:
            self._value = value
            self._show_options()

    def refresh(self, known: Mapping[str, Any]) -> None:
        offered = self.kind.offered(known)
        if offered != self._offered:
            self._offered = offered
            self._show_options()

    def _show_options(self) -> None:
        raise NotImplementedError

    def _stray(self, value: Any) -> str:
        """The text of a stored answer that is not offered (any more): it is shown, never lost."""
        text = self.kind.text(value, chosen())
        return say(f"{text}（与前面的选择不符）", f"{text} (does not go with earlier answers)")

    def _texts(self, values: Sequence[Any]) -> list[tuple[Any, str, bool]]:
        offered = self._offered if self._offered is not None else self.kind.options
        found: list[tuple[Any, str, bool]] = [
            (o.code, o.say(chosen()), not o.closed) for o in offered
        ]
        codes = {o.code for o in offered}
        return found + [(v, self._stray(v), True) for v in values if v not in codes]


class DropEditor(_OptionEditor):
    """One of several options, in a box that drops down."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.box = DropBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        self.lead(self.box)
        self.box.activated.connect(self._on_picked)

    def _on_picked(self, _index: int) -> None:
        if self.box.currentData() != self._value:
            self._value = self.box.currentData()
            self.changed.emit()

    def _show_options(self) -> None:
        if self._offered is None:
            return  # the page tells what is offered before it is shown
        fill(self.box, self._texts([] if self._value is None else [self._value]))
        self.box.setCurrentIndex(max(0, self.box.findData(self._value)))

    def set_value(self, value: Any) -> None:
        known = value is None or self.box.findData(value) >= 0
        self._value = value
        if known and self._offered is not None:
            self.box.setCurrentIndex(max(0, self.box.findData(value)))
        else:
            self._show_options()

    def mark_problem(self, kind: str) -> None:
        look.mark(self.box, kind)


class _Button(QRadioButton):
    """A radio button that can be unset by Delete: an answer given by mistake can be taken back."""

    def __init__(self, text: str, unset: Callable[[], object]) -> None:
        super().__init__(text)
        self._unset = unset

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._unset()
        else:
            super().keyPressEvent(event)


class RadioEditor(_OptionEditor):
    """One of a few options, all in sight."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(look.TIGHT)
        self._line: QBoxLayout | None = None
        self._fits_a_line = False
        self._room = 0  # none known before it was laid out
        self.group.buttonClicked.connect(self._on_clicked)
        self.setToolTip(say("按 Delete 取消选择", "Press Delete to take the choice back"))
        self.buttons: dict[Any, _Button] = {}
        self._words: dict[_Button, str] = {}

    def _on_clicked(self) -> None:
        button = self.group.checkedButton()
        value = next((code for code, b in self.buttons.items() if b is button), None)
        if value != self._value:
            self._value = value
            self.changed.emit()

    def _unset(self) -> None:
        self.set_value(None)
        self.changed.emit()

    def set_value(self, value: Any) -> None:
        self._value = value
        if value is None or value in self.buttons:
            self._check()
        else:
            self._show_options()

    def _show_options(self) -> None:
        if self._offered is None:
            return
        for button in self.buttons.values():
            self.group.removeButton(button)
            button.hide()
            button.deleteLater()
        if self._line is not None:
            self._column.removeItem(self._line)
            self._line.deleteLater()
        texts = self._texts([] if self._value is None else [self._value])
        wide = sum(len(text) + 3 for _code, text, _open in texts) > LINE_OF_TEXT[chosen()]
        self._line = QVBoxLayout() if wide else QHBoxLayout()
        self._line.setSpacing(look.TIGHT if wide else look.WIDE)
        self._column.addLayout(self._line)
        self.buttons = {}
        for code, text, is_open in texts:
            button = _Button(text, self._unset)
            button.setEnabled(is_open)
            self.buttons[code] = button
            self.group.addButton(button)
            self._line.addWidget(button)
        self._words = {button: button.text() for button in self.buttons.values()}
        self._fits_a_line = not wide
        if self._fits_a_line:
            self._line.addStretch(1)
        if self.buttons:
            self.setFocusProxy(next(iter(self.buttons.values())))
        self._check()
        self._arrange()

    def _arrange(self) -> None:
        """Options of one line stand below each other, and long ones wrap, on a narrow page."""
        if self._line is None or not self._room:
            return
        for button, text in self._words.items():
            button.setText(in_lines(text, button.fontMetrics(), self._room - BESIDE_TEXT))
        if not self._fits_a_line:
            return
        wide = sum(b.sizeHint().width() + look.WIDE for b in self.buttons.values()) - look.WIDE
        ways = QBoxLayout.Direction
        way = ways.LeftToRight if wide <= self._room else ways.TopToBottom
        if way != self._line.direction():
            self._line.setDirection(way)
            self._line.setSpacing(look.WIDE if way == ways.LeftToRight else look.TIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._room = self.width()
        self._arrange()

    def stops(self) -> list[QWidget]:
        """One for all: the button that is chosen, else the first; arrows lead to the others."""
        here = [b for b in self.buttons.values() if b.isEnabled()]
        return [next((b for b in here if b.isChecked()), here[0])] if here else []

    def _check(self) -> None:
        self.group.setExclusive(False)
        for code, button in self.buttons.items():
            button.setChecked(code == self._value)
        self.group.setExclusive(True)


class TicksEditor(_OptionEditor):
    """Several of the options, each with a box to tick."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(look.TIGHT)
        self.boxes: dict[Any, QCheckBox] = {}

    def set_value(self, value: Any) -> None:
        self._value = value
        if all(v in self.boxes for v in _listed(value)):
            self._check()
        else:
            self._show_options()

    def _show_options(self) -> None:
        if self._offered is None:
            return
        for box in self.boxes.values():
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = {}
        for code, text, is_open in self._texts(_listed(self._value)):
            box = QCheckBox(text)
            box.setEnabled(is_open)
            box.clicked.connect(self._on_clicked)
            self._column.addWidget(box)
            self.boxes[code] = box
        if self.boxes:
            self.setFocusProxy(next(iter(self.boxes.values())))
        self._check()

    def _check(self) -> None:
        ticked = _listed(self._value)
        for code, box in self.boxes.items():
            box.setChecked(code in ticked)

    def _on_clicked(self) -> None:
        value = [code for code, box in self.boxes.items() if box.isChecked()] or None
        if value != self._value:
            self._value = value
            self.changed.emit()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def choice_editor(field: Field, around: Around) -> Editor:
    """Radio buttons for a few short options, else a box that drops down."""
    kind = cast("types.Choice", field.type)
    length = sum(len(o.say(chosen())) for o in kind.options)
    few = len(kind.options) <= FEW and length <= 4 * LINE_OF_TEXT[chosen()]
    return RadioEditor(field, around) if few else DropEditor(field, around)
