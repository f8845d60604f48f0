"""Times as an office reads them: one way everywhere, 今天 and 昨天 for the recent days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from ui.language import say


def now() -> datetime:
    return datetime.now(UTC)


def parsed(stored: str) -> datetime | None:
    """A stored time (UTC, ISO 8601), or nothing."""
    try:
        found = datetime.fromisoformat(stored)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(stored: str | datetime, *, at: datetime | None = None, zone: tzinfo | None = None) -> str:
    """今天 14:02, 昨天 09:30, else 2026-03-05; in the time of this office."""
    moment = parsed(stored) if isinstance(stored, str) else stored
    if moment is None:
        return ""
    here, today = moment.astimezone(zone), (at or now()).astimezone(zone).date()
    if here.date() == today:
        return f"{say('今天', 'Today')} {here:%H:%M}"
    if here.date() == today - timedelta(days=1):
        return f"{say('昨天', 'Yesterday')} {here:%H:%M}"
    return f"{here:%Y-%m-%d}"


def minute(stored: str | datetime, *, zone: tzinfo | None = None) -> str:
    """2026-03-05 14:02, for the timeline."""
    moment = parsed(stored) if isinstance(stored, str) else stored
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


def clock(moment: datetime, *, at: datetime | None = None, zone: tzinfo | None = None) -> str:
    """14:02 today, else with its day: for the sync bar."""
    here, today = moment.astimezone(zone), (at or now()).astimezone(zone).date()
    return f"{here:%H:%M}" if here.date() == today else f"{here:%m-%d %H:%M}"
