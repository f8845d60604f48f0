"""The table in which a roster is mended: typing, blocks from Excel, from problem to problem."""

from __future__ import annotations

import csv
from io import StringIO

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui import look
from ui.importing.people_model import PeopleModel
from ui.language import say


def parted(text: str) -> list[list[str]]:
    """A block as Excel puts it on the clipboard: tabs, lines, quotes around cells with either."""
    return list(csv.reader(StringIO(text.rstrip("\r\n")), delimiter="\t"))


def joined(rows: list[list[str]]) -> str:
    """A block as Excel takes it from the clipboard."""
    written = StringIO()
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(rows)
    return written.getvalue()


class Tinted(QStyledItemDelegate):
    """Paints the tint of a cell, which a style sheet for items would leave out."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tint = index.data(Qt.ItemDataRole.BackgroundRole)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        if tint is not None and not is_chosen:
            painter.fillRect(option.rect, tint)  # type: ignore[attr-defined]
        super().paint(painter, option, index)


class PeopleTable(QTableView):
    """People by row. Everything can be done with the keyboard."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("people")
        self.setAccessibleName(say("待导入人员", "People to import"))
        self.setWordWrap(False)
        self.setItemDelegate(Tinted(self))
        self.setStyleSheet("QTableView#people::item { border: none; padding: 0 6px; }")
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(True)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        # One height for all rows: 2,000 of them cost nothing until they are scrolled to.
        vertical = self.verticalHeader()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(look.ROW)
        self._actions()

    def _actions(self) -> None:
        def action(text: str, icon: str, keys: QKeySequence.StandardKey | str) -> QAction:
            made = QAction(look.icon(icon), text, self)
            made.setShortcut(QKeySequence(keys))
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.addAction(made)
            return made

        self.copy_action = action(say("复制", "Copy"), "copy", QKeySequence.StandardKey.Copy)
        self.paste_action = action(
            say("粘贴", "Paste"), "clipboard-check", QKeySequence.StandardKey.Paste
        )
        self.remove_action = action(say("移除所选行", "Remove rows"), "trash-2", "Ctrl+-")
        self.copy_action.triggered.connect(self.copy_block)
        self.paste_action.triggered.connect(self.paste_block)
        self.remove_action.triggered.connect(self.remove_rows)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def show_people(self, model: PeopleModel) -> None:
        """Show a roster, each column as wide as its declaration says."""
        self.setModel(model)
        model.rechecked.connect(self.viewport().update)
        model.rechecked.connect(self.verticalHeader().viewport().update)
        for n, column in enumerate(model.template.columns):
            self.setColumnWidth(n, min(column.width * 8 + 24, 300))
        if model.rowCount():
            self.setCurrentIndex(model.index(0, 0))

    def people(self) -> PeopleModel | None:
        model = self.model()
        return model if isinstance(model, PeopleModel) else None

    # Blocks

    def copy_block(self) -> None:
        """Copy what is chosen, so that Excel pastes it as cells."""
        chosen = self.selectionModel().selectedIndexes()
        if not chosen:
            return
        rows = sorted({i.row() for i in chosen})
        columns = sorted({i.column() for i in chosen})
        texts = {(i.row(), i.column()): str(i.data(Qt.ItemDataRole.EditRole)) for i in chosen}
        block = [[texts.get((r, c), "") for c in columns] for r in rows]
        QGuiApplication.clipboard().setText(joined(block))

    def paste_block(self) -> None:
        """Put a block at the current cell, as one step that can be undone."""
        people, at = self.people(), self.currentIndex()
        block = parted(QGuiApplication.clipboard().text())
        if people is None or not block:
            return
        row, column = (at.row(), at.column()) if at.isValid() else (people.rowCount(), 0)
        cells = {
            (row + r, column + c): text
            for r, line in enumerate(block)
            for c, text in enumerate(line)
            if column + c < people.template.width
        }
        people.type_in(cells, say("粘贴", "Paste"))
        self.go(people.index(min(row, people.rowCount() - 1), column))

    def clear_block(self) -> None:
        """Empty what is chosen."""
        people = self.people()
        cells = {(i.row(), i.column()): "" for i in self.selectionModel().selectedIndexes()}
        if people is not None and cells:
            people.type_in(cells, say("清除内容", "Clear"))

    def remove_rows(self) -> None:
        """Take the chosen rows out of the import."""
        people = self.people()
        rows = sorted({i.row() for i in self.selectionModel().selectedIndexes()})
        if people is not None and rows:
            people.remove(rows)

    # From problem to problem

    def go(self, index: QModelIndex) -> None:
        """Make a cell the current one, and show it."""
        if index.isValid():
            self.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
            self.setFocus()

    def go_to_problem(self, step: int) -> None:
        """Go to the next problem (1) or the one before (-1), round and round."""
        people = self.people()
        if people is None:
            return
        cells = sorted({(f.row, f.column) for f in people.problems()})
        places = [(p.row(), p.column()) for p in (people.place(*c) for c in cells) if p.isValid()]
        if not places:
            return
        now = (self.currentIndex().row(), self.currentIndex().column())
        ahead = [p for p in places if (p > now if step > 0 else p < now)]
        wanted = (ahead or places)[0 if step > 0 else -1]
        self.go(people.index(*wanted))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and is_plain:
            self.clear_block()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and is_plain:
            # The key that ends an edit arrives here as well.
            if self.state() != QAbstractItemView.State.EditingState:
                self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)
