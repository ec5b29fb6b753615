"""What is noted while people are answered and written down a moment later; nobody waits for it."""

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
    """Notes that wait to be written by ``write``: the last one of a key counts.

    ``later`` is called when there is something for :meth:`flush`; ``failing`` is the word of the log line when it
    can't be written. What is not written yet is lost with the process, no more.
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
        """Note something."""
        with self._lock:
            self._notes[key] = note
        self._later()

    def flush(self) -> None:
        """Write down what is pending now; what can't be written waits for the next time."""
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
