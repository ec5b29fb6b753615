"""What a worker knows of the mail server: whether it is away, since when, and when to try it again."""

from dataclasses import dataclass
from datetime import datetime

from jobs import queue

DEAD_SERVER = 2
"""After so many mails in a row that found no server, nothing is tried until a pause is over."""


@dataclass(slots=True)
class MailServer:
    """While it is away one mail after a growing pause tries whether it is back; the others wait without being touched.

    Two failures in a row are needed, for one mail alone may make a server hang up.
    """

    first_pause: float
    failures: int = 0
    away_since: datetime | None = None
    again_at: datetime | None = None
    answer: str = ""

    @property
    def is_away(self) -> bool:
        """Whether the last mails found no server."""
        return self.failures >= DEAD_SERVER

    def admits(self, now: datetime, batch: int) -> int:
        """How many reminders may be claimed now: all of a batch, one to try, none before the pause is over."""
        if not self.is_away or self.away_since is None or self.again_at is None:
            return batch
        # A clock that was set back must not make the pause longer than it is.
        return 0 if self.away_since <= now < self.again_at else 1

    def failed(self, now: datetime, answer: str) -> datetime:
        """Note that a mail found no server; when it is to be tried again."""
        pause = queue.pause(self.away_since, now, self.first_pause, queue.LONGEST_WAIT_FOR_SERVER)
        self.failures += 1
        self.away_since = self.away_since or now
        self.again_at, self.answer = now + pause, answer
        return self.again_at

    def answered(self) -> bool:
        """Note that the server was there, whatever it said to the mail; whether it had been away."""
        was_away = self.failures > 0
        self.failures, self.away_since, self.again_at, self.answer = 0, None, None, ""
        return was_away
