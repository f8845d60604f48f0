"""Editors that are lines of text: words, numbers, keywords, passwords."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.forms import types
from app.forms.schema import Field
from ui import look
from ui.forms.editing import Around, Editor, Line, Paragraph
from ui.language import say, told

NUMBER_WIDTH = 220
IN_A_LINE = 5


class LineEditor(Editor):
    """One line. What was typed is understood when the field is left, and never refused."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.line = Line()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.SMALL)
        self._row.addWidget(self.line)
        self.lead(self.line)
        self.line.textEdited.connect(lambda _text: self.changed.emit())
        self.line.left.connect(self.tidy)
        if isinstance(field.type, types.Text) and field.type.suggestions:
            self.suggest(field.type.suggestions)

    def suggest(self, texts: tuple[str, ...]) -> None:
        completer = QCompleter(self)
        completer.setModel(QStringListModel(list(texts), completer))
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(lambda _text: self.changed.emit())
        self.line.setCompleter(completer)

    def value(self) -> Any:
        return self.field.type.parse(self.line.text())

    def set_value(self, value: Any) -> None:
        text = "" if value is None else self._shown(value)
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def _shown(self, value: Any) -> str:
        return str(value)

    def tidy(self) -> None:
        value = self.value()
        text = "" if value is None else self._shown(value)
        if text != self.line.text():
            self.line.setText(text)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self.line.setReadOnly(read_only)

    def mark_problem(self, kind: str) -> None:
        look.mark(self.line, kind)


class NumberEditor(LineEditor):
    """A number as a plain line, its unit beside it: full-width digits are understood."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.line.setMaximumWidth(NUMBER_WIDTH)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        unit = getattr(field.type, "unit", None)
        if unit and told(unit):
            self._row.addWidget(look.label(told(unit), "dim"))
        self._row.addStretch(1)


class ParagraphEditor(Editor):
    """Several lines, with a counter once it matters."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        kind = cast("types.Text", field.type)
        self._most = kind.max_length
        self.text = Paragraph(kind.lines)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.text)
        self._count = look.label("", "hint")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.hide()
        column.addWidget(self._count)
        self.lead(self.text)
        self.text.edited.connect(self._on_edited)

    def _on_edited(self) -> None:
        self._tell_count()
        self.changed.emit()

    def _tell_count(self) -> None:
        count = len(self.text.toPlainText())
        self._count.setVisible(count > 0.8 * self._most)
        if count > 0.8 * self._most:
            self._count.setText(f"{count} / {self._most}")
            look.mark(self._count, "block" if count > self._most else "hint")

    def value(self) -> Any:
        return self.field.type.parse(self.text.toPlainText())

    def set_value(self, value: Any) -> None:
        text = "" if value is None else str(value)
        if text != self.text.toPlainText():
            self.text.set_text(text)
            self._tell_count()

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self.text.setReadOnly(read_only)

    def mark_problem(self, kind: str) -> None:
        look.mark(self.text, kind)


class KeywordsEditor(Editor):
    """Some boxes for a word each. A whole list pasted into one box is spread over the others.

    Five boxes to a line; a line more appears when those before it are full.
    """

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("types.Keywords", field.type)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(look.SMALL)
        self._read_only = False
        self.lines: list[Line] = []
        self._make(min(self.kind.boxes, IN_A_LINE))
        self.setFocusProxy(self.lines[0])

    def _make(self, count: int) -> None:
        for number in range(len(self.lines), count):
            line = Line()
            line.setAccessibleName(f"{told(self.field.words)} {number + 1}")
            line.setPlaceholderText(str(number + 1))
            line.setReadOnly(self._read_only)
            line.textEdited.connect(lambda _text: self.changed.emit())
            line.left.connect(self.tidy)
            self._grid.addWidget(line, number // IN_A_LINE, number % IN_A_LINE)
            if self.lines:
                QWidget.setTabOrder(self.lines[-1], line)
            self.lines.append(line)

    def value(self) -> Any:
        words: list[str] = []
        for line in self.lines:
            words += self.field.type.parse(line.text()) or []
        return words or None

    def set_value(self, value: Any) -> None:
        if value != self.value():
            self._show(value)

    def tidy(self) -> None:
        if not any(line.hasFocus() for line in self.lines):
            self._show(self.value())

    def _show(self, value: Any) -> None:
        words = [str(v) for v in value] if isinstance(value, list) else []
        lines = (len(words) // IN_A_LINE + 1) * IN_A_LINE
        self._make(min(self.kind.boxes, max(lines, len(self.lines))))
        if len(words) > len(self.lines):
            # More words than boxes: none is lost, and the check says that they are too many.
            last = len(self.lines) - 1
            words = [*words[:last], "；".join(words[last:])]
        for number, line in enumerate(self.lines):
            text = words[number] if number < len(words) else ""
            if line.text() != text:
                line.setText(text)

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self._read_only = read_only
        for line in self.lines:
            line.setReadOnly(read_only)

    def mark_problem(self, kind: str) -> None:
        for line in self.lines:
            look.mark(line, kind)


class SecretEditor(LineEditor):
    """A password, hidden unless asked for."""

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self.line.addAction(look.icon("eye"), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.setCheckable(True)
        self._eye.setText(say("显示密码", "Show the password"))
        self._eye.setToolTip(self._eye.text())
        self._eye.toggled.connect(self._show_it)
        key = QShortcut(QKeySequence("Alt+V"), self.line)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        key.activated.connect(self._eye.toggle)

    def _show_it(self, wanted: bool) -> None:  # noqa: FBT001 -- a Qt slot
        mode = QLineEdit.EchoMode.Normal if wanted else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)

    def value(self) -> Any:
        return self.line.text() or None

    def tidy(self) -> None:
        """A password is never altered."""
