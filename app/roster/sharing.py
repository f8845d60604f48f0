"""What stands in several rows of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.roster.rows import Entry
from app.roster.templates import Shared


def shared(values: Iterable[tuple[str, int]]) -> Iterable[list[int]]:
    """The rows of each value that stands in several."""
    first: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    for value, row in values:
        if not value:
            continue
        if value in first:
            several.setdefault(value, [first[value]]).append(row)
        else:
            first[value] = row
    return several.values()


def same_but_other(
    entries: Sequence[Entry], code: str, column: int, other: int
) -> Iterator[Shared]:
    """Rows alike in one column, of which another column says that they are not the same."""
    said = {e.row: e.clean[other] for e in entries}
    for rows in shared((e.clean[column], e.row) for e in entries):
        if len({said[row] for row in rows} - {""}) > 1:
            yield code, column, rows
