"""The tables in a backup: all except those listed here, each with the reason."""

from collections.abc import Mapping

from models.tables import metadata

LEFT_OUT: Mapping[str, str] = {
    "calendar_change": "notes for the processes that run now; a process begins with what it finds",
    "feed_chunk": "calendar bytes kept to spare work; made anew from the events",
    "heartbeat": "tells that a worker lives now",
    "ical_fragment": "calendar bytes kept to spare work; made anew from the events",
    "idempotency_key": "answers for requests that are repeated within a day; some show a token",
    "lead": "tells which worker leads now",
    "login_failure": "counts failed sign-ins of the last minutes",
    "secret_key_check": "belongs to the secret key here; a restore makes it anew",
    "spent_state": "returns from the login provider of the last minutes",
    "web_session": "signed-in browsers; people sign in again",
}
"""Table → why it is not backed up."""


def backed_up() -> frozenset[str]:
    """The names of the tables in a backup at the newest revision; an older database lacks some."""
    return frozenset(metadata.tables).difference(LEFT_OUT)
