"""One change while it is done: who, which command, and the record it found."""

from __future__ import annotations

from dataclasses import dataclass

from app.record import Answers, Principal, Record
from server.books import Books


@dataclass(frozen=True)
class Turn:
    """What effects know of the change whose consequences they are."""

    books: Books
    who: Principal
    role: str
    command: str
    before: Record
    """The record as the change found it; revision 0 where the change begins it."""
    said: Answers
    """What the step asked for, secrets included."""
