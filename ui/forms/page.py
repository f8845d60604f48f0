"""A page made from declared fields: of the wizard, of a row, of what a step asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.answers import Problem
from app.forms.schema import Field
from ui.forms.cell import Cell
from ui.forms.editing import Around, Editor, is_composing, make_editor
from ui.forms.flow import Flow


class PageView(QWidget):
    """The questions that are asked now. A question's widgets are made when it is first asked."""

    left = Signal(str)
    """The path of an answer that the person has gone away from: it may be judged now."""
    entered = Signal(str)

    def __init__(self, fields: Iterable[Field], around: Around, *, read_only: bool = False) -> None:
        super().__init__()
        self.fields = ordered(fields)
        self.around, self._draft, self._read_only = around, around.draft, read_only
        self.cells: dict[str, Cell] = {}
        self._problems: Sequence[Problem] = ()
        self._judged = False
        self._is_stale = False
        self.flow = Flow(self)
        self.flow.setContentsMargins(0, 0, 0, 0)
        self.look_again()
        self._draft.answered.connect(self._on_answered)
        self._draft.refreshed.connect(self._on_refreshed)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    # -- what is asked -------------------------------------------------------------------

    def look_again(self) -> None:
        """Ask what these answers ask for, and no more."""
        known = self.around.known()
        made = False
        place = 0
        for field in self.fields:
            shown = field.is_shown(known)
            cell = self.cells.get(field.id)
            if cell is None and shown:
                cell = self._make(field, place)
                made = True
            if cell is None:
                continue
            place += 1
            if shown:
                cell.look_again(known)
            if cell.isHidden() == shown:
                cell.setVisible(shown)
        if made:
            self._order_tabs()

    def _make(self, field: Field, place: int) -> Cell:
        editor = make_editor(field, self.around)
        cell = Cell(field, editor, self.around)
        editor.refresh(self.around.known())
        editor.set_value(self._draft.value(editor.path))
        if self._read_only:
            editor.set_read_only(True)
        self.cells[field.id] = cell
        self.flow.insert(place, cell)
        editor.changed.connect(lambda: self._on_changed(editor))
        return cell

    def _order_tabs(self) -> None:
        """Tab goes as one reads, also to what appeared later."""
        last: QWidget | None = None
        for field in self.fields:
            if field.id not in self.cells:
                continue
            for widget in stops(self.cells[field.id].editor):
                if last is not None:
                    QWidget.setTabOrder(last, widget)
                last = widget

    # -- answers -------------------------------------------------------------------------

    def _on_changed(self, editor: Editor) -> None:
        self._draft.put(editor.path, editor.value())

    def _on_answered(self, path: str) -> None:
        if not self.isVisible():
            self._is_stale = True  # nobody sees it: looked at again when it is shown
            return
        start = f"{self.around.at}/" if self.around.at else ""
        if path.startswith(start) or f"{self.around.at}/".startswith(f"{path}/"):
            self._show_answers(path, start)
        if set(path.split("/")[::2]) & self._draft.watched:
            self.look_again()

    def _show_answers(self, path: str, start: str) -> None:
        """Show what was answered: the one question, or all below a row that was replaced."""
        field_id = path.removeprefix(start).split("/")[0]
        cell = self.cells.get(field_id) if path.startswith(start) else None
        for found in [cell] if cell else [] if path.startswith(start) else self.cells.values():
            self._show_answer(found)

    def _show_answer(self, cell: Cell) -> None:
        value = self._draft.value(cell.path)
        if cell.is_group or cell.editor.value() != value:
            cell.editor.set_value(value)
        cell.answered()

    def _on_refreshed(self) -> None:
        """Answers came from elsewhere; what is just being composed is left alone."""
        self._is_stale = False
        focus = QApplication.focusWidget()
        for cell in self.cells.values():
            if not (is_composing() and focus is not None and cell.isAncestorOf(focus)):
                self._show_answer(cell)
        self.look_again()

    def showEvent(self, event: QShowEvent) -> None:
        if self._is_stale:
            self._on_refreshed()
        super().showEvent(event)

    # -- problems ------------------------------------------------------------------------

    def judge(self, problems: Sequence[Problem], *, everything: bool) -> None:
        """Tell problems at their answers: those that were left, or all after 检查."""
        self._problems, self._judged = problems, everything
        for cell in self.cells.values():
            self._tell(cell)

    def _tell(self, cell: Cell) -> None:
        if self._judged or cell.was_left:
            cell.tell([p for p in self._problems if p.path == cell.path])
        if cell.is_group:
            inner = [p for p in self._problems if p.path.startswith(f"{cell.path}/")]
            cell.editor.judge(inner, everything=self._judged)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if not self.isVisible():
            return
        was, here = self._cell_of(old), self._cell_of(now)
        if was is not None and was is not here and now is not None:
            was.was_left = True
            was.editor.tidy()
            self._tell(was)
            self.left.emit(was.path)
        if here is not None and here is not was:
            self.entered.emit(here.path)

    def _cell_of(self, widget: QWidget | None) -> Cell | None:
        if widget is None or not self.isAncestorOf(widget):
            return None
        return next((c for c in self.cells.values() if c.isAncestorOf(widget)), None)

    # -- going there -----------------------------------------------------------------------

    def go_to(self, steps: list[str]) -> Cell | None:
        """Give the keyboard to an answer: `[field]`, or `[group, row, field …]`."""
        cell = self.cells.get(steps[0])
        if cell is not None and not cell.isHidden():
            cell.editor.go_to(steps[1:])
            return cell
        return None

    def go_to_first(self) -> None:
        for field in self.fields:
            cell = self.cells.get(field.id)
            if cell is not None and not cell.isHidden() and not self._read_only:
                cell.editor.setFocus(Qt.FocusReason.TabFocusReason)
                return


def ordered(fields: Iterable[Field]) -> tuple[Field, ...]:
    """In the order of the form, an English twin right after its Chinese field."""
    found: list[Field] = []
    for field in fields:
        if field.is_of_review:
            continue
        place = next((n for n, f in enumerate(found) if f.id == field.pair_of), None)
        found.insert(len(found) if place is None or not field.pair_of else place + 1, field)
    return tuple(found)


def stops(editor: QWidget) -> list[QWidget]:
    """The widgets of an editor at which Tab stops, in the order in which they were made."""
    window = editor.window()  # the list of an open box is a window of its own
    return [
        w
        for w in editor.findChildren(QWidget)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.focusProxy() and w.window() is window
    ]
