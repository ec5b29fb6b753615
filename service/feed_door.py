"""The door in front of the application: feeds that are at hand are answered here, everything else goes through.

The application answers first; the headers it gave are used again for the same bytes. So there is one place that knows
how a feed is answered (:mod:`service.api.feeds`), and this one is only fast.
"""

import gzip
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from service.actions.feed_reading import Kept
from service.desk import Desk, request_id
from service.feed_address import ANSWER, FeedKey, feed_key, is_known, takes_gzip


class FeedDoor:
    """WSGI middleware."""

    def __init__(self, application: Any, desk: Desk) -> None:
        self._application = application
        self._desk = desk

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/feeds/") or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        key, now = feed_key(path), self._desk.clock()
        kept = None if key is None else self._at_hand(key, now)
        if key is not None and kept is not None and (answer := _answer(kept, environ)) is not None:
            status, headers, body = answer
            if kept.noted_as is not None and not key.busy:
                self._desk.readers.note(kept.noted_as, environ.get("HTTP_USER_AGENT", ""), kept.tag, now)
            start_response(status, [*headers, ("X-Request-Id", request_id(environ.get("HTTP_X_REQUEST_ID", "")))])
            return [body] if environ["REQUEST_METHOD"] == "GET" else []
        return self._passed_on(environ, start_response)

    def _at_hand(self, key: FeedKey, now: datetime) -> Kept | None:
        try:
            return self._desk.shelf.at_hand(key, now)
        except (sqlite3.Error, SQLAlchemyError):
            return None  # the application will say what is wrong

    def _passed_on(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def remember(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if (answered := environ.get(ANSWER)) is not None and environ["REQUEST_METHOD"] == "GET":
                kept, variant = answered
                kept.answers[variant] = (status, [one for one in headers if one[0] != "X-Request-Id"])
            return start_response(status, headers, *rest)

        return self._application(environ, remember)  # type: ignore[no-any-return]


def _answer(kept: Kept, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """Status, headers and body; None when these bytes have not been answered in this way yet."""
    zipped = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    known = environ.get("HTTP_IF_NONE_MATCH")
    unchanged = known is not None and is_known(kept.tag, known)
    answered = kept.answers.get((unchanged, zipped))
    if answered is None:
        return None
    status, headers = answered
    if unchanged:
        return status, headers, b""
    if environ["REQUEST_METHOD"] == "HEAD":
        return status, headers, b""
    return status, headers, kept.packed if zipped else gzip.decompress(kept.packed)
