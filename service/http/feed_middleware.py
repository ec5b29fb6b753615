"""The door in front of the application: feeds that are at hand are answered here, everything else goes through.

The application answers first; the headers it gave are used again for the same bytes. So there is one place that knows
how a feed is answered (:mod:`service.api.feeds`), and this one is only fast.
"""

import gzip
import sqlite3
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from service.actions.feeds.cache import CachedFeed
from service.http.app_context import AppContext, request_id
from service.http.feed_urls import ANSWER, feed_key, is_known, takes_gzip

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""


class FeedMiddleware:
    """WSGI middleware."""

    def __init__(self, application: Any, desk: AppContext) -> None:
        self._application = application
        self._desk = desk

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/feeds/"):
            return self._application(environ, start_response)  # type: ignore[no-any-return]

        def header(name: str) -> str | None:
            return environ.get("HTTP_" + name.upper().replace("-", "_"))

        answer = self.from_memory(environ["REQUEST_METHOD"], path, header)
        if answer is None:
            return self._passed_on(environ, start_response)
        status, headers, body = answer
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def from_memory(self, method: str, path: str, header: Callable[[str], str | None]) -> Answer | None:
        """The answer to a reader whose feed is in memory; None when the application must be asked. Raises nothing.

        ``header`` gives a request header by its name in small letters.
        """
        if not path.startswith("/feeds/") or method not in ("GET", "HEAD"):
            return None
        key, now = feed_key(path), self._desk.clock()
        if key is None:
            return None
        try:
            kept = self._desk.shelf.get_if_fresh(key, now)
        except (sqlite3.Error, SQLAlchemyError):
            return None  # the application will say what is wrong
        if kept is None or (answer := _answer(kept, method, header)) is None:
            return None
        if kept.recorded_as is not None and not key.busy:
            self._desk.readers.note(kept.recorded_as, header("user-agent") or "", kept.tag, now)
        status, headers, body = answer
        return status, [*headers, ("X-Request-Id", request_id(header("x-request-id") or ""))], body

    def _passed_on(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def remember(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if (answered := environ.get(ANSWER)) is not None and environ["REQUEST_METHOD"] == "GET":
                kept, variant = answered
                kept.answers[variant] = (int(status[:3]), [one for one in headers if one[0] != "X-Request-Id"])
            return start_response(status, headers, *rest)

        return self._application(environ, remember)  # type: ignore[no-any-return]


def _answer(kept: CachedFeed, method: str, header: Callable[[str], str | None]) -> Answer | None:
    """The answer with these bytes; None when they have not been answered in this way yet."""
    zipped = takes_gzip(header("accept-encoding") or "")
    known = header("if-none-match")
    unchanged = known is not None and is_known(kept.tag, known)
    answered = kept.answers.get((unchanged, zipped))
    if answered is None:
        return None
    status, headers = answered
    if unchanged or method == "HEAD":
        return status, headers, b""
    return status, headers, kept.packed if zipped else gzip.decompress(kept.packed)
