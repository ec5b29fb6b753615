"""Middleware in front of the application: cached feeds are answered here, everything else is passed on.

The application answers first; its headers are then reused for the same bytes. So the rules of a feed's response are in
one place (:mod:`service.api.feeds`), and this one is only a fast path.
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
            return self._call_application(environ, start_response)
        status, headers, body = answer
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def from_memory(self, method: str, path: str, header: Callable[[str], str | None]) -> Answer | None:
        """The response if the feed is in memory; None when the application must be called. Raises nothing.

        ``header`` returns a request header by its lower-case name.
        """
        if not path.startswith("/feeds/") or method not in ("GET", "HEAD"):
            return None
        key, now = feed_key(path), self._desk.clock()
        if key is None:
            return None
        try:
            cached = self._desk.shelf.get_if_fresh(key, now)
        except (sqlite3.Error, SQLAlchemyError):
            return None  # the application reports what is wrong
        if cached is None or (answer := _answer(cached, method, header)) is None:
            return None
        if cached.recorded_as is not None and not key.busy:
            self._desk.readers.note(cached.recorded_as, header("user-agent") or "", cached.tag, now)
        status, headers, body = answer
        return status, [*headers, ("X-Request-Id", request_id(header("x-request-id") or ""))], body

    def _call_application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def remember(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if (stored := environ.get(ANSWER)) is not None and environ["REQUEST_METHOD"] == "GET":
                cached, variant = stored
                cached.answers[variant] = (int(status[:3]), [one for one in headers if one[0] != "X-Request-Id"])
            return start_response(status, headers, *rest)

        return self._application(environ, remember)  # type: ignore[no-any-return]


def _answer(cached: CachedFeed, method: str, header: Callable[[str], str | None]) -> Answer | None:
    """The response with these bytes; None when the application has not answered with them in this form yet."""
    zipped = takes_gzip(header("accept-encoding") or "")
    if_none_match = header("if-none-match")
    unchanged = if_none_match is not None and is_known(cached.tag, if_none_match)
    stored = cached.answers.get((unchanged, zipped))
    if stored is None:
        return None
    status, headers = stored
    if unchanged or method == "HEAD":
        return status, headers, b""
    return status, headers, cached.packed if zipped else gzip.decompress(cached.packed)
