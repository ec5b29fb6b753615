"""The state of the mail server as seen by a worker: whether it is down, since when, and when to try again."""

from dataclasses import dataclass
from datetime import datetime

from jobs import queue
from models.clock import monotonic

DEAD_SERVER = 2
"""After this many consecutive connection failures nothing is sent until a pause is over."""


@dataclass(slots=True)
class MailServer:
    """While the server is down, one mail after a growing pause probes it; the others wait untouched.

    Two failures in a row are required, because a single mail can make a server close the connection.
    """

    first_pause: float
    failures: int = 0
    away_since: datetime | None = None
    again_at: datetime | None = None
    answer: str = ""
    tried_at: datetime | None = None
    _waits_until: float = 0.0

    @property
    def is_away(self) -> bool:
        """Whether the last mails could not reach the server."""
        return self.failures >= DEAD_SERVER

    def admits(self, now: datetime, batch: int) -> int:
        """How many reminders may be claimed now: a full batch, one as a probe, or none during the pause."""
        if not self.is_away or self.tried_at is None or self.again_at is None:
            return batch
        # The clock may shorten a pause, but not extend it, whichever way it was moved since.
        return 0 if self.tried_at <= now < self.again_at and monotonic() < self._waits_until else 1

    def failed(self, now: datetime, answer: str) -> datetime:
        """Record that a mail could not reach the server; return when to try again."""
        pause = queue.pause(self.away_since, now, self.first_pause, queue.LONGEST_WAIT_FOR_SERVER)
        self.failures += 1
        self.away_since = self.away_since or now
        self.tried_at, self.again_at, self.answer = now, now + pause, answer
        self._waits_until = monotonic() + pause.total_seconds()
        return self.again_at

    def clock_went_back(self, now: datetime) -> None:
        """The clock shows ``now`` and was ahead before: the server can't be away since later than that."""
        if self.away_since is not None:
            self.away_since = min(self.away_since, now)

    def answered(self) -> bool:
        """Record that the server replied, whatever it said about the mail; return whether it had been down."""
        was_away = self.failures > 0
        self.failures, self.away_since, self.again_at, self.answer = 0, None, None, ""
        self.tried_at = None
        return was_away
