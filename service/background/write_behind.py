"""Records collected while requests are handled and written in the background; nobody waits for them."""

import logging
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.database import Database

log = logging.getLogger("desk.web")

Key = TypeVar("Key", bound=Hashable)
Note = TypeVar("Note")


class WriteBehindBuffer(Generic[Key, Note]):
    """A buffer of notes, written by ``write``: the last note of a key counts.

    ``later`` is called when there is something for :meth:`flush`; ``failing`` is the log event when writing fails.
    Only notes not yet written are lost with the process.
    """

    def __init__(
        self,
        database: Database,
        write: Callable[[Session, Mapping[Key, Note]], None],
        failing: str,
        later: Callable[[], None],
    ) -> None:
        self._database = database
        self._write = write
        self._failing = failing
        self._later = later
        self._lock = threading.Lock()
        self._notes: dict[Key, Note] = {}

    def add(self, key: Key, note: Note) -> None:
        """Add a note, replacing an earlier one of the same key."""
        with self._lock:
            self._notes[key] = note
        self._later()

    def flush(self) -> None:
        """Write the pending notes; those that can't be written wait for the next time."""
        with self._lock:
            notes, self._notes = self._notes, {}
        if not notes:
            return
        try:
            with self._database.transaction() as session:
                self._write(session, notes)
        except DBAPIError as problem:
            log.warning(self._failing, extra={"problem": type(problem.orig).__name__})
            with self._lock:
                self._notes = notes | self._notes
