"""How a server in front of the WSGI application makes it refuse a request."""

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException, default_exceptions

from models.i18n import N_

REFUSED = "desk.refused"
"""WSGI environment key: the response status for a request whose body did not arrive; absent for all others."""

UNREAD = "desk.unread"
"""WSGI environment key: the body was not read, because nobody with this cookie or token is signed in; whether all of it
came. Absent for all other requests."""

FROM_STRANGER = "desk.from_stranger"
"""WSGI environment key: nobody is signed in, and the body was read because a browser that signed in before sent it."""

WAITED = "desk.waited"
"""WSGI environment key: the request waited too long for a thread."""

_DETAILS: Mapping[int, str] = {
    400: N_(
        "What was sent did not arrive whole: it was cut off, its length or its chunks are not well formed, or trailers "
        "follow it, which are not taken here. Nothing was changed; send it again."
    ),
    503: N_("There is too much to receive at the moment. Nothing was changed; try again shortly."),
}
"""What is told where the usual sentence of the status is about something else."""


def refusal(status: int) -> HTTPException:
    """What ends a request whose body did not arrive.

    To be raised without a name of its own: a variable in a frame that the traceback holds makes a cycle with it, which
    keeps the request, and so the connection that is to be closed, until the garbage collector comes by.
    """
    error: HTTPException = default_exceptions[status]()
    if status in _DETAILS:
        error.data = {"detail": _DETAILS[status]}  # type: ignore[attr-defined]
    return error
