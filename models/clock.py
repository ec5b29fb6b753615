"""The only module that reads the clock; all other code receives the time as an argument.

The wall clock may be put forward or back at any moment: it says what is due, and nothing waits by it. Whatever waits or
measures uses :func:`monotonic`; who must know that the wall clock was moved asks a :class:`ClockWatch`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

STEP_SECONDS = 2.0
"""A wall clock that gains or loses this much between two looks was moved; NTP's slewing stays far below."""

_ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def utcnow() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


def today(zone: str, now: datetime) -> date:
    """The date in ``zone`` at the instant ``now``."""
    return now.astimezone(ZoneInfo(zone)).date()


def monotonic() -> float:
    """Seconds of a monotonic clock, for measuring durations only."""
    return time.monotonic()


def elapsed() -> float:
    """Seconds that have passed in the world: monotonic, and where the system can tell, while the machine slept too."""
    return time.clock_gettime(_ELAPSED)


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A step of the wall clock: the instant it showed afterwards, and by how many seconds it went forward (< 0: back).

    ``found_at`` is when it was found, by :func:`elapsed`.
    """

    at: datetime
    seconds: float
    found_at: float


class ClockWatch:
    """Notices when the wall clock is moved, by comparing it with the time that has passed."""

    def __init__(self, wall: Callable[[], datetime] = utcnow, passed: Callable[[], float] = elapsed) -> None:
        self._wall, self._passed = wall, passed
        self._since = passed()
        self._offset = self._measure()
        self.last: ClockStep | None = None

    def _measure(self) -> float:
        return self._wall().timestamp() - self._passed()

    def look(self) -> ClockStep | None:
        """The step since the last look, if there was one; to be called every second or so, by one thread."""
        before, self._offset = self._offset, self._measure()
        gained = self._offset - before
        if abs(gained) < STEP_SECONDS:
            return None
        self._since = self._passed()
        self.last = ClockStep(self._wall(), gained, self._since)
        return self.last

    def steady_seconds(self) -> float:
        """For how long no step has been seen, since this watch began at most."""
        return self._passed() - self._since

    def recent(self, within: float) -> ClockStep | None:
        """The last step, if it was found within so many seconds."""
        return self.last if self.last is not None and self._passed() - self.last.found_at < within else None
