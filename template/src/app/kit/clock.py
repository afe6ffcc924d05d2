"""The current time, always aware and in UTC."""

from datetime import UTC, date, datetime


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """Return the day in UTC."""
    return now().date()
