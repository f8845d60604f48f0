"""Account slips for the people of an import: for those whose accounts the registry has opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.roster.checks import Entry
from ui.desk import Desk
from ui.importing.imports import Progress, record_of

if TYPE_CHECKING:
    from app.record import Record
    from local_db import WorkingCopy


class FirstPasswords:
    """The rows of an import that became accounts: nowhere else are their first passwords known."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._opened = {entry.row: entry for entry in entries if entry.deed == "new"}

    def count(self, now: Progress) -> int:
        """For how many the registry has opened the account."""
        return sum(one.standing == "done" and one.row.row in self._opened for one in now.rows)

    def print(self, desk: Desk, now: Progress, parent: QWidget) -> None:
        """Print a slip for each of them, in the order of the workbook."""
        from ui.people.papers import print_slips

        rows = [one.row for one in now.rows if one.standing == "done"]
        known = [(record_of(row), self._opened[row.row]) for row in rows if row.row in self._opened]

        def gathered(copy: WorkingCopy) -> list[tuple[Record, str]]:
            return [(copy.get(ref), str(entry.said()["password"])) for ref, entry in known]

        desk.read(gathered, lambda found: print_slips(desk, found, parent), owner=parent)
