"""The one place that reads the clock; everything else is told the time."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utcnow() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def today(zone: str, now: datetime) -> date:
    """The calendar day it is in ``zone`` at the instant ``now``."""
    return now.astimezone(ZoneInfo(zone)).date()


def monotonic() -> float:
    """Seconds of a clock that never goes back, for measuring durations only."""
    return time.monotonic()
