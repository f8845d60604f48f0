"""The numbers the registry gives, without gaps: a number that is not committed is given again."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from server.db import count_up
from server.moments import BEIJING
from server.tables import CounterRow

NATION = "00"
"""In the place of the province where an institution belongs to none."""


def study(session: Session, division: str, now: datetime) -> str:
    """`MR-PP-YY-NNNNNN`: the first two digits of the division, the year, and the place in both."""
    series = f"MR-{division[:2] or NATION}-{now.astimezone(BEIJING):%y}"
    return f"{series}-{_next(session, series):06d}"


def committee(session: Session, now: datetime) -> str:
    """`EC-YYYYMMDD-NNNN`: the day of filing, and the place in it."""
    series = f"EC-{now.astimezone(BEIJING):%Y%m%d}"
    return f"{series}-{_next(session, series):04d}"


def stem_cell(session: Session, now: datetime) -> str:
    """`SC-YYYYMMDD-NNNN`, like that of a committee."""
    series = f"SC-{now.astimezone(BEIJING):%Y%m%d}"
    return f"{series}-{_next(session, series):04d}"


def _next(session: Session, series: str) -> int:
    return count_up(session, cast("Table", CounterRow.__table__), series)
