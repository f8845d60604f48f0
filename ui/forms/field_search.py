"""Finding a field by its label: Ctrl+F in a filing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app import pinyin
from app.forms.schema import Files, Page, Rows
from app.words import Words
from ui.forms.editing import Line
from ui.language import say, told


def labels_of(pages: Sequence[Page], known: Mapping[str, Any]) -> Iterator[tuple[str, Words]]:
    """Every question that these pages ask, with its place in words; those inside groups too."""
    for page in pages:
        for field in page.fields:
            if field.is_of_review or (field.only is not None and not field.only.holds(known)):
                continue
            yield field.id, _joined(page.words, field.words)
            if isinstance(field.type, Rows) and not isinstance(field.type, Files):
                for inner in field.type.fields:
                    if not inner.is_of_review:
                        yield (
                            f"{field.id}//{inner.id}",
                            _joined(page.words, field.words, inner.words),
                        )


def _joined(*parts: Words) -> Words:
    return Words(" › ".join(p.zh for p in parts), " › ".join(p.en for p in parts))


class FieldSearch(QDialog):
    """A line and what it finds, by label in either language, pinyin or initials."""

    wanted = Signal(str)

    def __init__(self, found: Sequence[tuple[str, Words]], parent: QWidget) -> None:
        super().__init__(parent)
        self._all = found
        self.setWindowTitle(say("查找栏目", "Find a field"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 380)
        column = QVBoxLayout(self)
        self.line = Line()
        self.line.setPlaceholderText(say("栏目名称、拼音或首字母", "A part of the label"))
        self.line.setAccessibleName(self.windowTitle())
        self.line.textChanged.connect(self._look)
        column.addWidget(self.line)
        self.list = QListWidget()
        self.list.setAccessibleName(say("找到的栏目", "Fields found"))
        self.list.itemActivated.connect(lambda _item: self._take())
        column.addWidget(self.list, 1)
        self._look("")

    def _look(self, text: str) -> None:
        wanted = text.strip().lower()
        self.list.clear()
        for path, words in self._all:
            if not wanted or _fits(wanted, words):
                item = QListWidgetItem(told(words))
                item.setData(Qt.ItemDataRole.UserRole, path)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self.list.count():
            row = self.list.currentRow() + steps[Qt.Key(event.key())]
            self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self.wanted.emit(str(item.data(Qt.ItemDataRole.UserRole)))


def _fits(wanted: str, words: Words) -> bool:
    last = words.zh.rsplit(" › ", 1)[-1]
    return (
        wanted in words.zh.lower()
        or wanted in words.en.lower()
        or wanted in pinyin.initials(last)
        or wanted in pinyin.sort_key(last)
    )
