"""The list of problems beside the table: what, where, and what to do; choosing one goes there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QVBoxLayout, QWidget

from app.roster.codes import Finding
from ui import look
from ui.importing.people_model import ICONS, NOWHERE, Index, colour_of
from ui.language import say, told

Role = Qt.ItemDataRole
LINES = 46
"""Height of an entry: two lines of text."""


class FindingsModel(QAbstractListModel):
    """Problems in reading order, two lines each."""

    def __init__(self) -> None:
        super().__init__()
        self._findings: list[Finding] = []

    def show_findings(self, findings: list[Finding]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._findings = findings
        self.endResetModel()

    def at(self, index: Index) -> Finding:
        return self._findings[index.row()]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        found = self._findings[index.row()]
        if role == Role.DisplayRole:
            return f"{found.cell}  {told(found.message)}\n→ {told(found.remedy)}"
        if role == Role.DecorationRole:
            return look.icon(ICONS[found.severity], colour_of(found.severity))
        if role == Role.ToolTipRole:
            return f"{found.code} {told(found.header)}\n{told(found.message)}\n{told(found.remedy)}"
        if role == Role.SizeHintRole:
            return QSize(100, round(LINES * look.scheme.zoom))
        return None


class FindingsPanel(QWidget):
    """All problems of the rows; an empty list says so."""

    chosen = Signal(object)
    """A Finding that somebody wants to see."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.SMALL, 0, 0, 0)
        column.setSpacing(look.TIGHT)
        self._title = QLabel()
        look.mark(self._title, "strong")
        self.model = FindingsModel()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(say("问题列表", "Problems"))
        self.list.activated.connect(self._on_chosen)
        self.list.clicked.connect(self._on_chosen)
        column.addWidget(self._title)
        column.addWidget(self.list, 1)

    def show_findings(self, findings: list[Finding]) -> None:
        """Show these instead."""
        self.model.show_findings(findings)
        n = len(findings)
        self._title.setText(
            say(f"问题 {n} 处（F8 下一处）", f"{n} problems (F8: next)")
            if n
            else say("没有问题", "No problems")
        )

    def _on_chosen(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.at(index))
