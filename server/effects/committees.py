"""What follows from the steps of a committee."""

from __future__ import annotations

from dataclasses import replace

from app.record import Record
from server import numbering, people
from server.turn import Turn


def kept_by_its_founder(turn: Turn, after: Record) -> None:
    if turn.before.revision == 0:
        people.grant(turn.books, turn.who.id, turn.role, f"committee:{after.id}")


def numbered_committee(turn: Turn, after: Record) -> Record:
    if after.state != "filed" or after.number:
        return after
    return replace(after, number=numbering.committee(turn.books.session, turn.books.now))
