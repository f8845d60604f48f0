"""The working copy: this desk's records, kept in one encrypted SQLite file for each account."""

from local_db.outbox import is_step
from local_db.values import Deed, OutboxItem, Query, Recycled, Row, RowPage, Unsent, Wrote
from local_db.working_copy import WorkingCopy

__all__ = [
    "Deed",
    "OutboxItem",
    "Query",
    "Recycled",
    "Row",
    "RowPage",
    "Unsent",
    "WorkingCopy",
    "Wrote",
    "is_step",
]
