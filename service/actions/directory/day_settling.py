"""The worker's share of a day that begins: people's positions are settled before anything is planned."""

from collections.abc import Callable
from datetime import date, datetime

from sqlmodel import Session

from models.clock import today, utcnow
from models.office import Office
from service.actions.context import ActionContext
from service.actions.directory import positions
from service.actions.effects.planning_queue import PlanningQueue


class SettlingQueue:
    """A planning queue (:class:`jobs.ports.Planning`) that begins each day with what is due on it."""

    def __init__(self, office: Office, clock: Callable[[], datetime] = utcnow) -> None:
        self._office, self._clock = office, clock
        self._queue = PlanningQueue(office)
        self._settled: date | None = None

    def is_waiting(self, session: Session) -> bool:
        """Whether there is something to settle or to plan; only reads, and once a day what people are."""
        return self._is_due(session, self._clock()) or self._queue.is_waiting(session)

    def plan_batch(self, session: Session, now: datetime) -> bool:
        """Settle the day, or plan the next batch, in the caller's transaction; False if nothing could be done now."""
        if self._is_due(session, now):
            positions.settle(session, ActionContext(None, now, self._office))
            return True
        return self._queue.plan_batch(session, now)

    def plan_ahead(self, session: Session, now: datetime) -> int:
        """As the planning queue does (:meth:`service.actions.effects.planning_queue.PlanningQueue.plan_ahead`)."""
        return self._queue.plan_ahead(session, now)

    def _is_due(self, session: Session, now: datetime) -> bool:
        day = today(self._office.timezone, now)
        if day == self._settled:
            return False
        if positions.due(session, day):
            return True
        self._settled = day
        return False
