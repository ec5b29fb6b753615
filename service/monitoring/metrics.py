"""Metrics for Prometheus, counted in the database on each scrape, so that every process reports the same."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Flask, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from models.accounts import Heartbeat
from models.errors import Forbidden
from models.events import Event
from models.i18n import N_, message
from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import AttemptOutcome, EventKind, EventStatus, ReminderPurpose, ReminderState
from service.actions import office_days
from service.actions.context import ActionContext
from service.actions.reminders import delivery_status, planning_jobs, reach, reminder_queries
from service.http.app_context import AppContext, current_context
from service.monitoring import readers

log = logging.getLogger("desk.web")


def register(app: Flask) -> None:
    """Answer at /metrics, from a registry of this application's own."""
    registry = CollectorRegistry()
    registry.register(DeskCollector(current_context))

    def metrics() -> Response:
        check_reader()
        # The old format: every scraper reads it, and it differs from the new one only in names with dots.
        response = Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_url_rule("/metrics", "metrics", metrics)


def check_reader() -> None:
    """Allow requests from this machine itself, not through a proxy, and from administrators of its own office.

    Anybody who can't be authenticated because the database is down is refused.

    Raises:
        Forbidden: any other client.
    """
    if readers.is_local():
        return
    desk = current_context()
    with desk.database.transaction(write=False) as session:
        is_entitled = readers.is_entitled(session, desk)
    if not is_entitled:
        raise Forbidden(
            message(
                N_(
                    "Only administrators of the office that runs the service may read this, or programs on its own"
                    " machine."
                )
            )
        )


class DeskCollector(Collector):
    """Counts on each scrape, with a dozen queries regardless of the size of the database.

    ``get_context`` returns the application's database and clock.
    """

    def __init__(self, get_context: Callable[[], AppContext]) -> None:
        self._get_context = get_context

    def collect(self) -> Iterator[Metric]:
        """The metric families; only ``desk_database_up 0`` while the database does not respond properly."""
        desk = self._get_context()
        try:
            with desk.database.transaction(write=False) as session:
                now = desk.clock()
                families = [*_reminders(session, now), *_delivery(session, now), _events(session)]
                families.append(_unheard(session, ActionContext(None, now, desk.settings.office)))
        except DBAPIError as problem:
            log.warning("no_metrics", extra={"problem": type(problem.orig).__name__})
            families = []
        yield _gauge("database_up", "Whether the database answers.", 1 if families else 0)
        yield from families


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"desk_{name}", help_text, value=value)


def _pair_counts(
    session: Session, name: str, help_text: str, first: Any, second: Any, words: tuple[Any, Any]
) -> Metric:
    """The number of rows for each pair of words, including pairs with none."""
    labels = [first.key, second.key]
    family = GaugeMetricFamily(f"desk_{name}", help_text, labels=labels)
    rows = session.execute(select(first, second, func.count()).group_by(first, second))
    counts = {(one, other): count for one, other, count in rows}
    pairs: list[tuple[StrEnum, StrEnum]] = [(one, other) for one in words[0] for other in words[1]]
    for pair in pairs:
        family.add_metric([word.value for word in pair], counts.get(pair, 0))
    return family


def _reminders(session: Session, now: datetime) -> Iterator[Metric]:
    yield _pair_counts(
        session,
        "reminders",
        "Reminders by state and purpose.",
        col(Reminder.state),
        col(Reminder.purpose),
        (ReminderState, ReminderPurpose),
    )
    due = (col(Reminder.state) == ReminderState.PENDING, col(Reminder.next_at) <= now)
    count, oldest = session.execute(select(func.count(), func.min(col(Reminder.next_at))).where(*due)).one()
    yield _gauge("reminders_due", "Reminders whose next attempt is due.", count)
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield _gauge("reminder_oldest_due_seconds", "For how long the oldest of them has been due.", age)
    unseen = session.exec(select(func.count()).where(reminder_queries.UNSEEN)).one()
    yield _gauge("reminders_failed_unseen", "Reminders that failed and that nobody has seen.", unseen)
    attempts = CounterMetricFamily("desk_reminder_attempts", "Attempts to hand a mail over.", labels=["outcome"])
    outcome = col(ReminderAttempt.outcome)
    made = {row[0]: row[1] for row in session.execute(select(outcome, func.count()).group_by(outcome))}
    for word in AttemptOutcome:
        attempts.add_metric([word.value], made.get(word, 0))
    yield attempts


def _delivery(session: Session, now: datetime) -> Iterator[Metric]:
    mail = delivery_status.mail_service(session, now)
    yield _gauge("mail_away", "Whether the mail server takes no mail.", 1 if mail.away_since else 0)
    away = (now - mail.away_since).total_seconds() if mail.away_since else 0.0
    yield _gauge("mail_away_seconds", "For how long it has taken none.", away)
    yield _gauge("mail_waiting", "Mails that are due or wait for the mail server.", mail.waiting)
    age = GaugeMetricFamily(
        "desk_worker_heartbeat_age_seconds",
        "How long ago a worker ticked; one that is gone stays a day.",
        labels=["worker"],
    )
    leads = GaugeMetricFamily("desk_worker_leads", "Whether a worker leads.", labels=["worker"])
    leading = {worker.name for worker in mail.workers if worker.leads}
    # Workers gone for a day are removed, so that they do not become permanent series.
    for worker in session.exec(select(Heartbeat).order_by(col(Heartbeat.name))):
        age.add_metric([worker.name], (now - worker.at).total_seconds())
        leads.add_metric([worker.name], 1 if worker.name in leading else 0)
    yield age
    yield leads
    left = planning_jobs.remaining(session)
    yield _gauge("planning_remaining", "Events whose reminders are still to be planned after a change.", left)


def _events(session: Session) -> Metric:
    words = (EventKind, EventStatus)
    return _pair_counts(session, "events", "Events by kind and status.", col(Event.kind), col(Event.status), words)


def _unheard(session: Session, act: ActionContext) -> Metric:
    """Of the events to come of all offices; one that lacks both counts in both."""
    family = GaugeMetricFamily(
        "desk_events_unheard",
        "Events to come that may be forgotten: nobody is in charge, or no reminder reaches anybody.",
        labels=["lacks"],
    )
    found = reach.unheard(session, office_days.not_over(session, act), 0)
    family.add_metric(["person"], found.without_person)
    family.add_metric(["reminder"], found.without_reminder)
    return family
