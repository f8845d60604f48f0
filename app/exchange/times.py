"""Times as paper says them: in Beijing time, which all of China keeps."""

from __future__ import annotations

import datetime

BEIJING = datetime.timezone(datetime.timedelta(hours=8), "UTC+8")


def moment(at: datetime.datetime | None) -> str:
    """A time to the minute; one without zone is taken as it is."""
    if at is None:
        return ""
    return (at.astimezone(BEIJING) if at.tzinfo else at).strftime("%Y-%m-%d %H:%M")


def moment_of(stored: str) -> str:
    """The same for a time as records hold it (UTC, ISO 8601); empty stays empty."""
    try:
        return moment(datetime.datetime.fromisoformat(stored)) if stored else ""
    except ValueError:
        return stored
