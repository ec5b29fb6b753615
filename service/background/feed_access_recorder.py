"""Who reads which feed, written down a moment later: no reader waits for writers."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from calendars.feeds.clients import client_of
from models.database import Database
from models.vocabulary import FeedClient
from service.actions.feeds.access_log import FeedAccess, note_visits
from service.background.write_behind import WriteBehindBuffer

AGAIN = timedelta(minutes=1)
"""How long the same program may read the same bytes before that is written down again."""

MOST = 10_000
"""So many programs and feeds are remembered; then it begins anew."""


class FeedAccessRecorder:
    """What has been read, kept until it is written.

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
        """A program that calls itself ``agent`` has just been given the bytes that ``tag`` stands for."""
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
