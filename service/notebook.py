"""Who reads which feed, written down a moment later: no reader waits for writers."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from calendars.clients import client_of
from models.database import Database
from models.vocabulary import FeedClient
from service.actions.feed_readers import Visit, note_visits

log = logging.getLogger("desk.web")

AGAIN = timedelta(minutes=1)
"""How long the same program may read the same bytes before that is written down again."""

MOST = 10_000
"""So many programs and feeds are remembered; then it begins anew."""


class Notebook:
    """What has been read, kept until it is written; what is not written yet is lost with the process, no more.

    ``later`` is called when there is something for :meth:`write`.
    """

    def __init__(self, database: Database, later: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._later = later
        self._lock = threading.Lock()
        self._clients: dict[str, FeedClient] = {}
        self._noted: dict[tuple[str, FeedClient], tuple[str, datetime]] = {}
        self._pending: dict[tuple[str, FeedClient], Visit] = {}

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
            self._pending[feed_id, client] = Visit(feed_id, client, now, tag)
        self._later()

    def write(self) -> None:
        """Write down what is pending now; what can't be written waits for the next time."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if not pending:
            return
        try:
            with self._database.transaction() as session:
                note_visits(session, list(pending.values()))
        except DBAPIError as problem:
            log.warning("readers_not_noted", extra={"problem": type(problem.orig).__name__})
            with self._lock:
                self._pending = pending | self._pending
