"""The list of committees, with the list of members of the one that is selected."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from ui.records.list_view import RecordsView
from ui.records.member_list import MemberListButton


class CommitteesView(RecordsView):
    """Committees, and their members on paper or in a workbook."""

    def _tools(self) -> QHBoxLayout:
        row = super()._tools()
        self.members = MemberListButton(self.desk)
        row.insertWidget(row.indexOf(self.export) + 1, self.members)
        self.selected.connect(self._offer)
        return row

    def _offer(self, _total: int, count: int) -> None:
        if count != 1:
            self.members.show_record(None)
            return
        wanted = self.selected_ids()[0]
        self.desk.read(lambda copy: copy.get(wanted), self.members.show_record, owner=self)
