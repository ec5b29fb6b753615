"""The lanes in which requests wait for a thread, and what the server asks the application of a request before that."""

from collections.abc import Callable
from enum import StrEnum
from typing import IO, Protocol

SAFE = ("GET", "HEAD", "OPTIONS")


class Lane(StrEnum):
    """Where a request waits for a thread that may have to wait for others itself."""

    WRITERS = "writers"
    LONG = "long"
    """What may take seconds: files taken in, plans made, and the previews of both; lists written as files."""

    UPLOADS = "uploads"
    """Files: looking into one may take many seconds, and nobody else waits for it."""

    SIGN_INS = "sign-ins"
    """Sign-ins of browsers that are not known: anybody can send any number of them."""

    KNOWN_SIGN_INS = "known-sign-ins"
    STRANGERS = "strangers"
    """Whatever else comes from somebody who is not signed in."""


UPLOAD_PATIENCE = 120.0
"""Seconds that an upload may wait for its thread, instead of :data:`models.waiting.WAIT_SECONDS`: twenty people may
send their photographs at once."""

LANE_THREADS = {
    Lane.WRITERS: 4,
    Lane.LONG: 2,
    Lane.UPLOADS: 2,
    Lane.SIGN_INS: 2,
    Lane.KNOWN_SIGN_INS: 1,
    Lane.STRANGERS: 2,
}
"""Requests of each lane that a web process handles at once. With those that read they may be a few more than the pool
has connections; who finds none waits for one, for less time than anybody may wait for a lock.
"""

Header = Callable[[str], str | None]
"""A request's header by its lower-case name."""


class Door(Protocol):
    """What the application says of a request before its body is read and before it has a thread."""

    def lane(self, method: str, path: str, header: Header, query: str = "") -> Lane | None:
        """Where it waits; None: it waits for nobody. ``query`` as in the address. Quick, raises nothing."""

    def public_bound(self, path: str) -> int | None:
        """The largest body that anybody may send there, in bytes; None where only those may who are signed in."""

    def kept_bound(self, path: str, header: Header) -> int:
        """The largest form, in bytes, that a browser may send there which signed in before and is not signed in now; 0
        for all other browsers. Quick, raises nothing."""

    def upload_bound(self, method: str, path: str) -> int | None:
        """The largest form with a file that may be sent there, in bytes; None where no files are taken. Such a body is
        collected in a file."""

    def scratch_file(self) -> IO[bytes]:
        """A file without a name for a body on its way.

        Raises:
            NoSpace, FilesAway: it can't be made.
        """

    def admits(self, header: Header, path: str = "") -> bool:
        """Whether whoever sends this is signed in, or holds the link that it is sent to. May take a while; raises
        nothing."""
