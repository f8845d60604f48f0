"""A repeating group: a list of its rows, and the questions of the row that is being filled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.answers import Level, Problem
from app.forms.schema import Field, Rows
from app.record import Answers
from app.words import counted
from ui import look
from ui.forms.button_row import ButtonRow
from ui.forms.draft import new_row_id
from ui.forms.editing import Around, Editor, tab_stops
from ui.forms.rows_model import RowsModel, gravest, plain_fields, rows_of_block
from ui.language import say, told

VISIBLE_ROWS = 8
ASK_FROM = 20
"""A pasted block of more rows is asked about first."""


class RowsTable(QTableView):
    """The list of rows. Tab leaves it; Alt+↑↓ moves a row, Delete removes it, Ctrl+V pastes."""

    pressed_key = Signal(str)

    def __init__(self, model: RowsModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        side = self.verticalHeader()
        side.setDefaultSectionSize(look.ROW)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setMinimumWidth(44)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        keys = {
            Qt.Key.Key_Delete: "delete", Qt.Key.Key_Insert: "add", Qt.Key.Key_Return: "edit",
            Qt.Key.Key_Enter: "edit", Qt.Key.Key_F2: "edit",
        }  # fmt: skip
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.pressed_key.emit("up" if event.key() == Qt.Key.Key_Up else "down")
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pressed_key.emit("paste")
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.pressed_key.emit("copy")
        elif event.key() in keys and not event.modifiers():
            self.pressed_key.emit(keys[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def fit(self) -> None:
        rows = min(self.model().rowCount(), VISIBLE_ROWS)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * look.ROW + 4)


class RowsEditor(Editor):
    """Rows of one group. Only the row at hand has editors, so that 200 rows are as quick as two.

    Rows keep their identity; moving one exchanges what two rows say, because rows are stored by
    their id and not by their place.
    """

    def __init__(self, field: Field, around: Around) -> None:
        super().__init__(field, around)
        self.kind = cast("Rows", field.type)
        self._draft = around.draft
        self.model = RowsModel(self._draft, self.path, self.kind)
        self.current = ""
        """The row whose questions are shown; it may not be among the answers yet."""
        self.page: Any = None
        self._read_only = False
        self._problems: list[Problem] = []
        self._judged = False
        self._removed: dict[str, tuple[int, Answers]] = {}
        self._build()
        self._draft.answered.connect(self._on_answered)
        self.set_value(None)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.TIGHT + 2)
        self.table = RowsTable(self.model)
        self.table.setAccessibleName(told(self.field.words))
        self.table.pressed_key.connect(self._on_key)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        column.addWidget(self.table)
        column.addWidget(self._make_buttons())
        self.undo = QPushButton()
        look.mark(self.undo, "link")
        self.undo.clicked.connect(self.bring_back)
        self.undo.hide()
        column.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignLeft)
        self.card = QFrame()
        look.mark(self.card, "card")
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(look.NORMAL, look.SMALL, look.NORMAL, look.NORMAL)
        inside.setSpacing(look.SMALL)
        self.heading = look.label("", "strong")
        inside.addWidget(self.heading)
        column.addWidget(self.card)
        self.card.hide()  # until there is a row
        for keys, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self.card)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda by=by: self.move_row(by))

    def _make_buttons(self) -> ButtonRow:
        self.count = look.label("", "hint")
        self._row = ButtonRow(self.count)
        self.buttons: dict[str, QPushButton] = {}
        given: tuple[tuple[str, str, str, Callable[[], object]], ...] = (
            ("add", "plus", say("添加", "Add"), self.add),
            ("duplicate", "copy", say("复制", "Duplicate"), self.duplicate),
            ("up", "arrow-up", say("上移", "Up"), lambda: self.move_row(-1)),
            ("down", "arrow-down", say("下移", "Down"), lambda: self.move_row(1)),
            ("delete", "trash-2", say("删除", "Delete"), self.remove),
            ("paste", "sheet", say("粘贴表格", "Paste a table"), self.paste_clipboard),
        )
        tips = {
            "up": "Alt+↑", "down": "Alt+↓",
            "paste": say("把 Excel 中复制的多行粘贴为多项", "Paste lines copied in Excel"),
        }  # fmt: skip
        for name, icon, text, act in given:
            button = QPushButton(look.icon(icon), text)
            if name != "add":
                look.mark(button, "flat")
            if name in tips:
                button.setToolTip(tips[name])
            button.setAccessibleName(f"{text} {told(self.field.words)}")
            button.clicked.connect(lambda _on=False, act=act: act())
            self.buttons[name] = button
            self._row.add(button)
        return self._row

    # -- the answer --------------------------------------------------------------------------

    def value(self) -> Any:
        return self._draft.value(self.path)

    def set_value(self, value: Any) -> None:  # noqa: ARG002 -- it stands in the draft
        """Show the rows of the draft."""
        self._show_rows(self.current)

    def _show_rows(self, wanted: str) -> None:
        ids = list(self._draft.rows(self.path))
        if ids != self.model.ids or self.model.rowCount() != len(ids):
            self.model.look_again()
        if wanted not in ids and not (wanted and not ids):
            wanted = ids[0] if ids else new_row_id(()) if self._shows_one() else ""
        self._select(wanted)
        self._fit()

    def _shows_one(self) -> bool:
        return self.kind.least > 0 and not self._read_only

    def _fit(self) -> None:
        count = len(self.model.ids)
        self.table.setVisible(count > 1)
        if count > 1:
            self.table.fit()
        self.count.setText(say(f"共 {count} 项", f"{count} in all") if count else "")
        place = self.model.ids.index(self.current) if self.current in self.model.ids else -1
        for name, usable in {
            "duplicate": place >= 0, "delete": place >= 0, "up": place > 0,
            "down": 0 <= place < count - 1,
        }.items():  # fmt: skip
            self.buttons[name].setVisible(not self._read_only and (usable or count > 1))
            self.buttons[name].setEnabled(usable)
        for name in ("add", "paste"):
            self.buttons[name].setVisible(not self._read_only)
        self._row.fit()
        number = place + 1 if place >= 0 else 1
        self.heading.setText(say(f"第 {number} 项", f"No. {number}"))
        self.heading.setVisible(count > 1)

    def _select(self, row_id: str) -> None:
        if row_id in self.model.ids:
            place = self.model.ids.index(row_id)
            if self.table.currentIndex().row() != place:
                # Not selectRow: with Ctrl held, as after Ctrl+V, it would add to the selection.
                index = self.model.index(place, 0)
                only = QItemSelectionModel.SelectionFlag.ClearAndSelect
                rows = QItemSelectionModel.SelectionFlag.Rows
                self.table.selectionModel().setCurrentIndex(index, only | rows)
                self.table.scrollTo(index)
        if row_id != self.current or (self.page is None) == bool(row_id):
            self.current = row_id
            self._show_page()

    def _show_page(self) -> None:
        from ui.forms.page import PageView

        if self.page is not None:
            focus = QApplication.focusWidget()
            if focus is not None and self.page.isAncestorOf(focus):
                self.table.setFocus()
            self.page.hide()
            self.page.deleteLater()
            self.page = None
        self.card.setVisible(bool(self.current))
        if self.current:
            inside = self.around.inside(f"{self.path}/{self.current}")
            self.page = PageView(
                self.kind.fields, inside, may_write=lambda _field: not self._read_only
            )
            cast("QVBoxLayout", self.card.layout()).addWidget(self.page)
            self.page.judge(self._problems, everything=self._judged)

    def _on_current(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid() and now.row() < len(self.model.ids):
            row_id = self.model.ids[now.row()]
            if row_id != self.current:
                self.current = row_id
                self._show_page()
                self._fit()

    def _on_answered(self, path: str) -> None:
        if path.startswith(f"{self.path}/"):
            row_id = path.removeprefix(f"{self.path}/").split("/")[0]
            if row_id in self.model.ids and self._draft.value(f"{self.path}/{row_id}") is not None:
                self.model.row_changed(row_id)
            else:
                self._show_rows(self.current)

    # -- rows come, go and move -----------------------------------------------------------------

    def add(self) -> None:
        """One more row, and the keyboard in its first question."""
        rows = self._draft.rows(self.path)
        new: list[Answers] = [{}]
        if not rows and self.current:  # the row that is shown is none yet: now it is, and one more
            new = [{}, {}]
        made = self._draft.add_rows(self.path, new, say("添加", "Add"))
        self._show_rows(made[-1])
        self.page.go_to_first()

    def duplicate(self) -> None:
        row = self._draft.rows(self.path).get(self.current)
        if row is not None:
            made = self._draft.add_rows(self.path, [_copied(row)], say("复制", "Duplicate"))
            self._show_rows(made[0])

    def remove(self) -> None:
        """Remove the rows that are selected, or the one at hand; 撤销 brings them back."""
        rows = dict(self._draft.rows(self.path))
        chosen = [self.model.ids[i.row()] for i in self.table.selectionModel().selectedRows()]
        gone = [r for r in rows if r in (chosen if len(chosen) > 1 else [self.current])]
        if not gone:
            return
        place = list(rows).index(gone[0])
        self._removed = {r: (list(rows).index(r), rows[r]) for r in gone}
        for row_id in gone:
            del rows[row_id]
        left = list(rows)
        self.current = left[min(place, len(left) - 1)] if left else ""
        self._draft.put(self.path, rows, say("删除", "Delete"))
        self._show_rows(self.current)
        self._show_page()
        count = len(gone)
        which = (
            say(f"第 {place + 1} 项", f"No. {place + 1}")
            if count == 1
            else say(f"{count} 项", f"{count} rows")
        )
        self.undo.setText(say(f"已删除{which} · 撤销", f"Deleted {which} · Undo"))
        self.undo.show()

    def bring_back(self) -> None:
        """Put back what was removed last, where it was."""
        self.undo.hide()
        rows = list(self._draft.rows(self.path).items())
        for row_id, (place, row) in self._removed.items():
            if all(row_id != known for known, _row in rows):
                rows.insert(place, (row_id, row))
        if self._removed:
            first = next(iter(self._removed))
            self._removed = {}
            self._draft.put(self.path, dict(rows), say("撤销删除", "Undo deletion"))
            self._show_rows(first)
            self._show_page()

    def move_row(self, by: int) -> None:
        rows = dict(self._draft.rows(self.path))
        ids = list(rows)
        if self._read_only or self.current not in ids:
            return
        place = ids.index(self.current)
        other = place + by
        if not 0 <= other < len(ids):
            return
        here, there = ids[place], ids[other]
        rows[here], rows[there] = rows[there], rows[here]
        self.current = there
        self._draft.put(self.path, rows, say("移动", "Move"))
        self._show_rows(there)
        self._show_page()

    # -- spreadsheets ---------------------------------------------------------------------------

    def paste_clipboard(self) -> None:
        self.paste(QApplication.clipboard().text())

    def paste(self, text: str, *, at: int = -1, column: int = 0) -> None:
        """Take a block of cells as rows: from row `at` on, or after the last."""
        fields = plain_fields(self.kind)
        new, lost = rows_of_block(text, fields[column:] or fields)
        if not new:
            self.undo.setText(
                say("剪贴板中没有表格内容。请先在 Excel 中选中并复制。",
                    "There is no table on the clipboard. Select and copy it in Excel first.")
            )  # fmt: skip
            self.undo.show()
            return
        if len(new) > ASK_FROM or lost:
            self._ask_paste(new, lost, at)
        else:
            self._take_block(new, at)

    def _ask_paste(self, new: list[Answers], lost: int, at: int) -> None:
        from ui.questions import question

        names = {f.id: told(f.words) for f in self.kind.fields}
        used = list(dict.fromkeys(names[k] for row in new for k in row))
        text = say(
            f"将粘贴 {len(new)} 项：", f"{counted(len(new), '', 'row').en} will be pasted: "
        ) + "、".join(used)
        if lost:
            cells = counted(lost, "个单元格", "cell")
            text += say(f"。另有 {cells.zh}没有对应的栏，不会粘贴。",
                        f". Left out, for there is no column: {cells.en}.")  # fmt: skip
        box = question(text, say("粘贴", "Paste"), self)
        box.accepted.connect(lambda: self._take_block(new, at))
        box.open()

    def _take_block(self, new: list[Answers], at: int) -> None:
        rows = dict(self._draft.rows(self.path))
        ids = list(rows)
        empty = [r for r in ids if not rows[r]]
        targets = ids[at:] if at >= 0 else empty
        made = []
        for number, row in enumerate(new):
            row_id = targets[number] if number < len(targets) else new_row_id(rows)
            rows[row_id] = {**rows.get(row_id, {}), **row}
            made.append(row_id)
        self._draft.put(self.path, rows, say("粘贴", "Paste"))
        self._show_rows(made[0])

    def copy_rows(self) -> str:
        """The selected rows as cells that a spreadsheet takes."""
        picked = [i.row() for i in self.table.selectionModel().selectedRows()]
        model, count = self.model, self.model.columnCount()
        lines = [[str(model.data(model.index(r, c)) or "") for c in range(count)] for r in picked]
        text = "\n".join("\t".join(line) for line in lines)
        QApplication.clipboard().setText(text)
        return text

    def _on_key(self, name: str) -> None:
        if name == "copy":
            self.copy_rows()
        elif name == "edit":
            self.page.go_to_first()
        elif self._read_only:
            return
        elif name == "paste":
            index = self.table.currentIndex()
            self.paste(
                QApplication.clipboard().text(), at=index.row(), column=max(0, index.column())
            )
        else:
            self.buttons[name].click()

    # -- problems and places -----------------------------------------------------------------------

    def judge(self, problems: list[Problem], *, everything: bool) -> None:
        self._problems, self._judged = problems, everything
        levels: dict[str, list[Level]] = {}
        for problem in problems if everything else ():
            levels.setdefault(problem.path.split("/")[self.path.count("/") + 1], []).append(
                problem.level
            )
        self.model.judge({row_id: gravest(found) for row_id, found in levels.items()})
        if self.page is not None:
            self.page.judge(problems, everything=everything)

    def stops(self) -> list[QWidget]:
        """The list and its buttons, then the questions of the row at hand."""
        own = [w for w in self.findChildren(QWidget) if not self.card.isAncestorOf(w)]
        return tab_stops(own, self) + (self.page.stops() if self.page is not None else [])

    def go_to(self, rest: list[str]) -> None:
        if rest and rest[0] in self.model.ids:
            self._select(rest[0])
            self._fit()
            if len(rest) > 1 and self.page.go_to(rest[1:]):
                return
        if self.page is not None:
            self.page.go_to_first()
        else:
            self.buttons["add"].setFocus()

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001
        self._read_only = read_only
        self._show_rows(self.current)
        self._show_page()


def _copied(row: Answers) -> Answers:
    """What a duplicate begins with: everything but the documents."""
    return {k: v for k, v in row.items() if not isinstance(v, dict)}
