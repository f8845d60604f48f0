"""What was imported: kept in the working copy, so that it can be followed and undone later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

import orjson

from app.errors import AppError

if TYPE_CHECKING:
    from local_db import Unsent, WorkingCopy

KEY = "imports"
MOST = 10
"""Imports that are kept; an older one is followed in the lists like everything else."""

What: TypeAlias = Literal["new", "update", "move_in", "member", "seat"]
Standing: TypeAlias = Literal["waiting", "done", "refused", "undone"]


@dataclass(frozen=True)
class ImportedRow:
    """One row that was taken, and the record that it made or changed."""

    row: int
    name: str
    what: What
    record: str
    id: str = ""
    """The row within the record, where it became one of a group."""
    roles: tuple[str, ...] = ()
    """What was held before."""
    filled: tuple[str, ...] = ()
    """Answers that were empty before."""


@dataclass(frozen=True)
class Import:
    """One import of one file."""

    id: str
    at: str
    file: str
    template: str
    rows: tuple[ImportedRow, ...]
    undone: bool = False


@dataclass(frozen=True)
class RowStanding:
    """How it stands with a row."""

    row: ImportedRow
    standing: Standing
    error: AppError | None = None


@dataclass(frozen=True)
class Progress:
    """How it stands with an import."""

    of: Import
    rows: tuple[RowStanding, ...] = field(default=())

    def count(self, *standings: Standing) -> int:
        return sum(one.standing in standings for one in self.rows)

    @property
    def is_over(self) -> bool:
        """Whether the registry has answered every row."""
        return not self.count("waiting")


def kept(copy: WorkingCopy) -> list[Import]:
    """The imports of this account on this computer, the newest first."""
    said = copy.preference(KEY)
    return [_read(one) for one in orjson.loads(said)] if said else []


def keep(copy: WorkingCopy, done: Import) -> None:
    """Keep an import, in the place of what was known of it."""
    said = copy.preference(KEY)
    others = [one for one in orjson.loads(said) if one["id"] != done.id] if said else []
    copy.prefer(KEY, orjson.dumps([done, *others][:MOST]).decode())


def _read(body: dict[str, Any]) -> Import:
    rows = tuple(
        ImportedRow(**{**row, "roles": tuple(row["roles"]), "filled": tuple(row["filled"])})
        for row in body["rows"]
    )
    return Import(**{**body, "rows": rows})


def progress(copy: WorkingCopy, of: Import) -> Progress:
    """What has become of each row: what is no longer in the outbox was done by the registry."""
    if of.undone:
        return Progress(of, tuple(RowStanding(row, "undone") for row in of.rows))
    items: dict[str, list[Unsent]] = {}
    for item in copy.unsent():
        items.setdefault(str(item.record_id), []).append(item)
    return Progress(of, tuple(_standing(row, items.get(row.record, [])) for row in of.rows))


def _standing(row: ImportedRow, items: Sequence[Unsent]) -> RowStanding:
    stuck = next((item for item in items if item.state in ("refused", "clash")), None)
    if stuck is not None:
        if row.id and stuck.error is not None and not _is_about(stuck.error, row.id):
            return RowStanding(row, "waiting")  # the record waits for another of its rows
        return RowStanding(row, "refused", stuck.error)
    return RowStanding(row, "waiting" if items else "done")


def _is_about(error: AppError, row_id: str) -> bool:
    problems = [str(path) for path in error.details.get("problems", ())]
    return not problems or any(f"/{row_id}/" in f"/{path}/" for path in problems)


def record_of(row: ImportedRow) -> UUID:
    return UUID(row.record)
