"""A table of records with what is selected in it, and the ways to open and to begin one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QTableView, QWidget

from ui.desk import Desk
from ui.records.lists import RecordList
from ui.records.rows_model import RowsModel
from ui.records.several import SeveralBar
from ui.records.steps import StepBar

if TYPE_CHECKING:
    from ui.prefill.view import PrefillDialog

REVIEWED = ("study", "opinion")
"""Forms that a reviewer reads in three panes."""


class Listing(QWidget):
    """What a list lends to its menu: its table, its buttons, and what is selected."""

    opened = Signal(object, str)
    """(id of a record, "record" | "progress" | "filing" | "review")"""
    model: RowsModel
    table: QTableView
    steps: StepBar
    several: SeveralBar
    open: QPushButton
    print: QPushButton
    new_from: QPushButton

    def __init__(self, desk: Desk, listed: RecordList) -> None:
        super().__init__()
        self.desk, self.listed = desk, listed

    def selected_ids(self) -> list[UUID]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [found for row in rows if (found := self.model.id_at(row))]

    def open_selected(self, how: str = "") -> None:
        rows = self.table.selectionModel().selectedRows()
        row = self.model.row(rows[0].row()) if rows else None
        if row is not None:
            is_review = self.listed.review and row.head.form in REVIEWED
            self.opened.emit(UUID(row.head.id), how or ("review" if is_review else "record"))

    def begin_from(self) -> PrefillDialog:
        """新建自…: choose what to fill a new one from."""
        from ui.prefill.view import PrefillDialog  # heavy, and seldom wanted

        dialog = PrefillDialog(self.desk, self.window())
        dialog.begun.connect(lambda record_id: self.opened.emit(record_id, "filing"))
        dialog.show_kind("earlier")
        dialog.open()
        return dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from ui.prefill.view import files_of

        if files_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        from ui.prefill.view import files_of

        if files := files_of(event):
            event.acceptProposedAction()
            self.begin_from().show_files(files)
