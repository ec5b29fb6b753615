"""Pages whose work may take seconds: they stream their progress meanwhile, even without script.

The page is rendered as usual, in one transaction, by a thread of its own. If it is ready soon, its response is returned
as it is. If not, and it reports progress, the response is streamed: a page to which line after line is added, at last
the rendered page, or a redirect to its target. A client that disconnects stops reading; the work is completed as a
whole or not at all, and never waits for a slow connection.
"""

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from babel.numbers import format_decimal
from flask import current_app
from markupsafe import Markup
from werkzeug.wrappers import Response

from calendars.days.formatting import BABEL_LOCALES
from models.i18n import N_
from service.actions import progress_updates
from service.web.error_pages import as_page
from service.web.view import View

PATIENCE_SECONDS = 1.0
"""Work finished sooner shows no progress."""

PAUSE_SECONDS = 0.4
"""Between two lines."""

_HERE = "<!-- progress -->"
_MAIN, _END = '<main id="main" tabindex="-1">', "</main>"
_RESULT = Markup('<div class="worked">{}</div>')
_LEAD = Markup(
    '<section class="worked notice good"><h1>{}</h1><p><a href="{}">{}</a></p></section>'
    '<meta http-equiv="refresh" content="0; url={}">'
)


class PageWorker:
    """One page being rendered; ``work`` renders it and calls :meth:`watch` with its view once there is one."""

    def __init__(self, work: Callable[["PageWorker"], Any]) -> None:
        self._work = work
        self._news: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._view: View | None = None
        self._next = time.monotonic() + PATIENCE_SECONDS
        self._is_shown = False

    def watch(self, view: View) -> None:
        """Show the progress of this view's work from now on."""
        self._view = view
        progress_updates.listen(view.session, self._tell)

    def answer(self) -> Response:
        """The page, or a streamed response with its progress until it is ready.

        Raises whatever the page raises, unless something has been sent by then.
        """
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run,), name="long-page", daemon=True).start()
        first = self._news.get()
        if isinstance(first, BaseException):
            raise first
        if not self._is_shown:
            return current_app.make_response(first)
        shell: Response = first
        before, after = shell.get_data(as_text=True).split(_HERE)
        shell.response = self._stream(before, after)
        shell.headers.remove("Content-Length")
        shell.headers["X-Accel-Buffering"] = "no"  # a proxy passes each line on at once
        return shell

    def _run(self) -> None:
        """Render the page, in a thread of its own."""
        try:
            made = self._work(self)
        except Exception as error:
            made = (
                as_page(current_app.make_response(current_app.handle_user_exception(error)))
                if self._is_shown
                else error
            )
        self._news.put(made)

    def _tell(self, sentence: str, done: int, total: int) -> None:
        now, view = time.monotonic(), self._view
        if view is None or now < self._next:
            return
        self._next = now + PAUSE_SECONDS
        if not self._is_shown:
            shell = view.page("progress_stream.html")
            self._is_shown = True
            self._news.put(shell)
        locale = BABEL_LOCALES[view.language]
        numbers = {"done": format_decimal(done, locale=locale), "total": format_decimal(total, locale=locale)}
        line = Markup('<li><progress value="{}" max="{}" aria-hidden="true"></progress> {}</li>\n')
        self._news.put(line.format(done, max(total, 1), view.say(sentence, **numbers)))

    def _stream(self, before: str, after: str) -> Iterator[str]:
        yield before
        while not isinstance(news := self._news.get(), Response):
            yield news
        yield "</ol></section>"
        yield self._page_fragment(news)
        yield after

    def _page_fragment(self, made: Response) -> str:
        """The rendered page as a part of the streamed one; for a redirect a link to its target."""
        if location := made.headers.get("Location"):
            say = self._view.say if self._view else str
            return _LEAD.format(say(N_("Done.")), location, say(N_("View result")), location)
        inner = made.get_data(as_text=True).split(_MAIN)[-1].rsplit(_END)[0]
        return _RESULT.format(Markup(inner))  # noqa: S704 - a page of ours, escaped when it was made
