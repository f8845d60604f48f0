"""Where this desk looks for what the rules may know: its cards, its own records, its documents."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy import Connection

from app.errors import AppError
from app.record import Answers, Principal, Record
from app.rules.knowing import Card
from local_db import listing, outbox

MANY = 10_000


class DeskSource:
    """What one desk knows (`app.rules.Source`), within one transaction."""

    knows_all = False

    def __init__(
        self, db: Connection, who: Principal, is_pdf: Callable[[str], bool | None]
    ) -> None:
        self._db, self._who, self._is_pdf = db, who, is_pdf

    def card(self, ref: str) -> Card | None:
        return listing.card(self._db, ref) if ref else None

    def answers(self, ref: str) -> Answers | None:
        """The whole record, where it is on this desk: one's own, or that of one's staff."""
        try:
            record_id = UUID(ref.partition(":")[2])
            return self._seen(record_id).answers
        except (AppError, ValueError):
            return None

    def seats(self, people: Collection[str]) -> dict[str, set[str]] | None:
        known = listing.cards(self._db, "committee", "", "", "", MANY)
        found: dict[str, set[str]] = {}
        for card in known:
            for row in card.get("members", ()):
                if row.get("person") in people:
                    found.setdefault(row["person"], set()).add(str(card["ref"]))
        # A desk that was never told of a committee does not know that there is none.
        return found if known else None

    def titles(self, institution: str, but: Record) -> frozenset[str] | None:
        if not institution:
            return None
        found = self._db.exec_driver_sql(
            "SELECT title FROM head WHERE form = 'study' AND state = 'filed' AND n <> "
            "coalesce((SELECT n FROM record WHERE id = ?), 0) "
            "AND EXISTS (SELECT 1 FROM party WHERE name = ? AND party.n = head.n)",
            (str(but.id), institution),
        )
        return frozenset(found.scalars())

    def opinions(self, study: Record) -> list[Record]:
        found = self._db.exec_driver_sql(
            "SELECT n FROM head WHERE parent = ? AND form = 'opinion' ORDER BY n", (str(study.id),)
        ).scalars()
        return [outbox.seen(self._db, n, self._who).record for n in found.all()]

    def is_pdf(self, sha256: str) -> bool | None:
        return self._is_pdf(sha256)

    def _seen(self, record_id: UUID) -> Record:
        return outbox.seen(self._db, outbox.known(self._db, record_id), self._who).record
