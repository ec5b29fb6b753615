"""The first request of a day: what holds from that day on is settled before anything is read or changed.

The worker does the same within a second of midnight; but a request must not depend on it, nor on a click.
"""

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.exc import SQLAlchemyError

from models.clock import monotonic, today
from models.database import Database
from models.office import Office
from service.actions.context import ActionContext
from service.actions.directory import positions

log = logging.getLogger("desk.web")

_PATIENCE_SECONDS = 1.0
_TRY_AGAIN_SECONDS = 5.0


class DayTurn:
    """Settles people's positions once for each day, in each process: a read, and a write only if something is due."""

    def __init__(self, database: Database, office: Office, clock: Callable[[], datetime]) -> None:
        self._database, self._office, self._clock = database, office, clock
        self._lock = threading.Lock()
        self._day: date | None = None
        self._not_before = 0.0

    def look(self) -> None:
        """Settle what is due if the day is another than at the last look; a comparison of two dates otherwise.

        Where the database can't be written just now, requests go on and a later one tries again.
        """
        now = self._clock()
        day = today(self._office.timezone, now)
        if not self._is_time(day) or not self._lock.acquire(timeout=_PATIENCE_SECONDS):
            return
        try:
            if self._is_time(day):
                self._settle(day, now)
                self._day = day
        except SQLAlchemyError:  # the request meets the same error, or another process was first
            self._not_before = monotonic() + _TRY_AGAIN_SECONDS
            log.info("day.not_settled", exc_info=True)
        finally:
            self._lock.release()

    def _is_time(self, day: date) -> bool:
        return day != self._day and monotonic() >= self._not_before

    def _settle(self, day: date, now: datetime) -> None:
        with self._database.transaction(write=False) as session:
            if not positions.due(session, day):
                return
        with self._database.transaction(patience=_PATIENCE_SECONDS) as session:
            positions.settle(session, ActionContext(None, now, self._office))
