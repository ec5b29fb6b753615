"""Papers on their way out: always as something to save, never kept by a browser or a proxy."""

from urllib.parse import quote

from flask import Response, g

from models.accounts import User
from models.errors import Unauthenticated
from models.i18n import N_, message
from service.actions.acting import acting_as
from service.actions.documents import making
from service.actions.documents.making import MadeFile, Making
from service.actions.events import events
from service.http.app_context import AppContext

_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def answer(file: MadeFile) -> Response:
    """The response with a paper's file."""
    response = Response(file.content, content_type=file.media_type)
    headers = response.headers
    headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cache-Control"] = "private, no-store"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def record_making(desk: AppContext, event_id: str, made: Making, language: str, user_id: str) -> None:
    """Record in the trail that an account makes a paper with particulars, in a transaction of its own, before any of it
    is sent.

    Raises:
        NotFound: it may not see the event any more.
        Busy: others are writing; then nothing is sent.
    """
    with desk.database.transaction() as session:
        user = session.get(User, user_id)
        if user is None or not user.active:
            raise Unauthenticated(message(N_("Sign in, or send an API token.")))
        act = acting_as(session, user, desk.clock(), desk.settings.office, g.request_id)
        events.find_event(session, event_id)
        making.record_making(session, act, event_id, made, language)
