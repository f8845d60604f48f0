"""A page made from declared fields: of the wizard, of a row, of what a step asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.answers import Problem
from app.forms.schema import Field
from app.forms.types import EMPTY
from ui.forms.cell import Cell
from ui.forms.editing import Around, Editor, is_composing, make_editor
from ui.forms.flow import Flow

SLICE = 0.012
"""Seconds for which questions out of sight are made in one go; then the person has their turn."""


class PageView(QWidget):
    """The questions that are asked now. A question's widgets are made when it is first asked.

    With `in_sight` (pixels) only as many are made at once as fill that height. The others follow
    below them, from top to bottom in idle moments, so that nothing that is seen moves.
    """

    left = Signal(str)
    """The path of an answer that the person has gone away from: it may be judged now."""
    entered = Signal(str)

    def __init__(
        self,
        fields: Iterable[Field],
        around: Around,
        *,
        may_write: Callable[[Field], bool] = lambda _field: True,
        in_sight: int = 0,
    ) -> None:
        super().__init__()
        self.fields = ordered(fields)
        self.around, self._draft, self._may_write = around, around.draft, may_write
        self._cells: dict[str, Cell] = {}
        self._reached = 0
        """How many fields have had their turn; those after it are made later."""
        self._problems: Sequence[Problem] = ()
        self._judged = False
        self._is_stale = False
        self.beyond: Callable[[bool], QWidget | None] = lambda _next: None
        """What Tab leads to after the last question, or before the first."""
        self.flow = Flow(self)
        self.flow.setContentsMargins(0, 0, 0, 0)
        self._go_on(lambda high: bool(in_sight) and high > in_sight)
        if not self.is_whole:
            QTimer.singleShot(0, self, self._make_some)
        self._draft.answered.connect(self._on_answered)
        self._draft.refreshed.connect(self._on_refreshed)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    # -- what is asked -------------------------------------------------------------------

    @property
    def cells(self) -> dict[str, Cell]:
        """Every question that was ever asked, by its field; what is not made yet is made now."""
        self.make_all()
        return self._cells

    @property
    def is_whole(self) -> bool:
        """Whether every question that is asked stands on the page."""
        return self._reached == len(self.fields)

    def make_all(self) -> None:
        if not self.is_whole:
            self._go_on(lambda _high: False)

    def _make_some(self) -> None:
        if self.is_whole:
            return
        end = time.perf_counter() + SLICE
        self._go_on(lambda _high: time.perf_counter() > end)
        if not self.is_whole:
            QTimer.singleShot(0, self, self._make_some)

    def _go_on(self, enough: Callable[[int], bool]) -> None:
        """Make the next questions, at least one, until `enough` of their height so far."""
        known, high, place = self.around.known(), 0, len(self._cells)
        for field in self.fields[self._reached :]:
            self._reached += 1
            if not self._look_at(field, known, place):
                continue
            place += 1
            cell = self._cells[field.id]
            self._tell(cell)
            high += cell.sizeHint().height() // (3 if cell.is_short else 1)
            if enough(high):
                break

    def look_again(self) -> None:
        """Ask what these answers ask for, and no more."""
        known, place = self.around.known(), 0
        for field in self.fields[: self._reached]:
            place += self._look_at(field, known, place)

    def _look_at(self, field: Field, known: Mapping[str, Any], place: int) -> bool:
        """Show a question or not; give whether it has a cell, then at `place`."""
        shown = field.is_shown(known)
        cell = self._cells.get(field.id)
        if cell is None and shown:
            cell = self._make(field, place)
        if cell is None:
            return False
        if shown:
            cell.look_again(known)
        if cell.isHidden() == shown:
            cell.setVisible(shown)
        return True

    def _make(self, field: Field, place: int) -> Cell:
        editor = make_editor(field, self.around)
        cell = Cell(field, editor, self.around)
        editor.refresh(self.around.known())
        editor.set_value(self._draft.value(editor.path))
        if not self._may_write(field):
            editor.set_read_only(True)
        self._cells[field.id] = cell
        self.flow.insert(place, cell)
        editor.changed.connect(lambda: self._on_changed(editor))
        return cell

    # -- Tab ------------------------------------------------------------------------------

    def stops(self) -> list[QWidget]:
        """Where Tab stops, as one reads: also at what appeared later, and in the row at hand."""
        cells = (self._cells.get(field.id) for field in self.fields)
        return [w for c in cells if c is not None and not c.isHidden() for w in c.editor.stops()]

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001 -- Qt's own
        # Qt's own chain follows the order in which widgets were made, and goes round in circles
        # once some were made later; QWidget.setTabOrder does not mend that for a whole page.
        if self.around.at:
            return super().focusNextPrevChild(next)  # the page around the row knows what follows
        if next:
            self.make_all()
        stops, here = self.stops(), QApplication.focusWidget()
        place = _place_of(here, stops)
        wanted = place + (1 if next else -1)
        if place < 0 or here is None:
            return super().focusNextPrevChild(next)
        if 0 <= wanted < len(stops):
            target = stops[wanted]
        elif (beyond := self.beyond(next)) is not None:
            target = beyond
        else:
            return super().focusNextPrevChild(next)
        target.setFocus(
            Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        )
        _bring_into_sight(target)
        return True

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
        cell = self._cells.get(field_id) if path.startswith(start) else None
        for found in [cell] if cell else [] if path.startswith(start) else self._cells.values():
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
        for cell in self._cells.values():
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
        for cell in self._cells.values():
            self._tell(cell)

    def _tell(self, cell: Cell) -> None:
        if self._judged or cell.was_left:
            # The answers are judged a moment after they change: what was missing may be there now.
            answered = self._draft.value(cell.path) not in EMPTY
            here = [p for p in self._problems if p.path == cell.path]
            cell.tell([p for p in here if not (answered and p.rule == "V-01")])
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
        return next((c for c in self._cells.values() if c.isAncestorOf(widget)), None)

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
            cell = self._cells.get(field.id)
            if cell is not None and not cell.isHidden() and self._may_write(field):
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


def _place_of(here: QWidget | None, stops: Sequence[QWidget]) -> int:
    """Which stop has the keyboard, or belongs to the same answer; -1 if none."""
    if here in stops:
        return stops.index(here)
    editor = _editor_of(here)
    same = (n for n, w in enumerate(stops) if editor is not None and _editor_of(w) is editor)
    return next(same, -1)


def _editor_of(widget: QWidget | None) -> Editor | None:
    while widget is not None and not isinstance(widget, Editor):
        widget = widget.parentWidget()
    return widget


def _bring_into_sight(widget: QWidget) -> None:
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    if around is not None:
        around.ensureWidgetVisible(widget, 20, 60)
