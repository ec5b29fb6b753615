"""The only module that reads the clock; all other code receives the time as an argument."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utcnow() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


def today(zone: str, now: datetime) -> date:
    """The date in ``zone`` at the instant ``now``."""
    return now.astimezone(ZoneInfo(zone)).date()


def monotonic() -> float:
    """Seconds of a monotonic clock, for measuring durations only."""
    return time.monotonic()
