"""Moments: UTC with a zone everywhere, told as ISO 8601 with a Z."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

BEIJING = timezone(timedelta(hours=8))
"""The days and years of numbers are those of the office that reads them."""


def clock() -> datetime:
    """Now. Only doors ask it; rules are told the time."""
    return datetime.now(UTC)


def in_order() -> UUID:
    """A new id that sorts after those made before: what happened at one moment keeps its order."""
    return UUID(int=(time.time_ns() << 64) | secrets.randbits(64))


def told(moment: datetime) -> str:
    """The moment as records and messages hold it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def naive(moment: datetime) -> datetime:
    """The moment as the database holds it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    """The way back of `naive`."""
    return moment.replace(tzinfo=UTC)
