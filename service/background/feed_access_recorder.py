"""Records which client reads which feed, in the background: no reader waits for writers."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from calendars.feeds.clients import client_of
from models.database import Database
from models.vocabulary import FeedClient
from service.actions.feeds.access_log import FeedAccess, note_visits
from service.background.write_behind import WriteBehindBuffer

AGAIN = timedelta(minutes=1)
"""Minimum interval before another read of the same bytes by the same program is recorded."""

MOST = 10_000
"""Maximum number of programs and feeds in memory; above it the memory is cleared."""


class FeedAccessRecorder:
    """Reads of feeds, buffered until they are written.

    ``later`` is called when there is something for :attr:`write`.
    """

    def __init__(self, database: Database, later: Callable[[], None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._clients: dict[str, FeedClient] = {}
        self._noted: dict[tuple[str, FeedClient], tuple[str, datetime]] = {}
        self._pending: WriteBehindBuffer[tuple[str, FeedClient], FeedAccess] = WriteBehindBuffer(
            database, lambda session, visits: note_visits(session, list(visits.values())), "readers_not_noted", later
        )
        self.write = self._pending.flush

    def note(self, feed_id: str, agent: str, tag: str, now: datetime) -> None:
        """Record that the program ``agent`` has just received the bytes identified by ``tag``."""
        client = self._clients.get(agent)
        if client is None:
            client = client_of(agent)
            if len(self._clients) < MOST:
                self._clients[agent] = client
        noted = self._noted.get((feed_id, client))
        if noted is not None and noted[0] == tag and timedelta(0) <= now - noted[1] < AGAIN:
            return
        with self._lock:
            if len(self._noted) >= MOST:
                self._noted.clear()
            self._noted[feed_id, client] = (tag, now)
        self._pending.add((feed_id, client), FeedAccess(feed_id, client, now, tag))
