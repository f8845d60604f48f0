"""The list of committees, with the list of members to print."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from ui.people.papers import committee_button
from ui.records.list_view import RecordsView


class CommitteesView(RecordsView):
    """Committees, and their members on paper."""

    def _tools(self) -> QHBoxLayout:
        row = super()._tools()
        self.papers = committee_button(self)
        row.insertWidget(row.indexOf(self.export) + 1, self.papers)
        return row
