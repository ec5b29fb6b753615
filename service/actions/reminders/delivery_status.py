"""The delivery of reminders: all attempts, the next step, who has seen a failure, and whether mail is sent at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from calendars.days.formatting import format_instant
from models.accounts import Heartbeat
from models.errors import Conflict
from models.i18n import N_, message, translate, translate_filled
from models.queries.lead import lead_state
from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import AttemptOutcome, ReminderState
from service.actions import permissions
from service.actions.audit import record
from service.actions.context import ActionContext

ATTEMPTS_SHOWN = 200

WORKER_SILENCE = timedelta(seconds=60)
"""A worker without a heartbeat for this long counts as down."""

LEAD_SILENCE = 30.0
"""Seconds without a sign of life of any leader after which nobody leads; another takes over within five."""

_PAUSES_END_WITHIN = timedelta(days=1)
"""Longer than any pause between two attempts: what waits for the server comes before this in the queue's index."""


@dataclass(frozen=True, slots=True)
class AttemptList:
    """The last attempts of a reminder, oldest first, and their total number."""

    last: Sequence[ReminderAttempt]
    total: int


def attempts_of(session: Session, reminder: Reminder) -> AttemptList:
    """The attempts to send a reminder, at most the last 200; two queries."""
    own = col(ReminderAttempt.reminder_id) == reminder.id
    newest = select(ReminderAttempt).where(own).order_by(col(ReminderAttempt.id).desc()).limit(ATTEMPTS_SHOWN)
    found = list(session.exec(newest))[::-1]
    total = session.exec(select(func.count()).where(own)).one() if len(found) == ATTEMPTS_SHOWN else len(found)
    return AttemptList(found, total)


def next_step(reminder: Reminder, attempts: AttemptList, act: ActionContext, language: str) -> str:
    """What happens to a reminder next, as a sentence in a language; times in the office's time zone."""
    at = format_instant(reminder.next_at, act.office.timezone, language)
    match reminder.state:
        case ReminderState.SENT:
            return translate(N_("Nothing: it was sent."), language)
        case ReminderState.SKIPPED:
            reason = translate_filled(reminder.reason or "", language)
            nothing = N_("Nothing: {reason}") if reason else N_("Nothing: it is not sent.")
            return translate(nothing, language, reason=reason)
        case ReminderState.FAILED:
            is_refused = not attempts.last or attempts.last[-1].outcome is AttemptOutcome.REFUSED
            nothing = N_("Nothing: correct the address and send it again.")
            return translate(nothing if is_refused else N_("Nothing by itself: see why, and send it again."), language)
        case ReminderState.SENDING:
            has_lapsed = reminder.lease_until is not None and reminder.lease_until <= act.now
            return translate(N_("Sent with the next round.") if has_lapsed else N_("Being sent now."), language)
        case ReminderState.PENDING:
            return translate(_pending_step(reminder, act), language, at=at)


def _pending_step(reminder: Reminder, act: ActionContext) -> str:
    """What happens to a pending reminder next; ``{at}`` is the time of it."""
    is_again = reminder.attempts > 0 or reminder.deferred_since is not None
    if reminder.waits_for_server:
        if reminder.next_at <= act.now:
            return N_("Waits for the mail server; leaves as soon as it is back.")
        return N_("Waits for the mail server; tried again at {at}, or as soon as it is back.")
    if reminder.next_at <= act.now:
        return N_("Tried again with the next round.") if is_again else N_("Sent with the next round.")
    return N_("Tried again at {at}.") if is_again else N_("Sent at {at}.")


def mark_seen(session: Session, act: ActionContext, reminder: Reminder) -> Reminder:
    """Mark a failed reminder as seen; the first account to do so stays recorded.

    Raises:
        Conflict: it has not failed.
    """
    permissions.check_change_of(session, reminder.event_id)
    unseen = (
        col(Reminder.id) == reminder.id,
        col(Reminder.state) == ReminderState.FAILED,
        col(Reminder.seen_at).is_(None),
    )
    seen = {"seen_at": act.now, "seen_by": act.account.id, "updated_at": act.now}
    # A conditional UPDATE, because a worker or another officer may change it at the same time.
    done = session.execute(update(Reminder).where(*unseen).values(seen).returning(col(Reminder.id))).first()
    session.refresh(reminder)
    if done is not None:
        change = {"seen_at": {"from": None, "to": act.now.isoformat()}}
        record(session, act, "see", "reminder", reminder.id, change, event_id=reminder.event_id)
    elif reminder.state is not ReminderState.FAILED:
        wrong = N_("Only a reminder that failed can be marked as seen; this one is {state}.")
        raise Conflict(message(wrong, state=reminder.state.value), code="not_failed")
    return reminder


@dataclass(frozen=True, slots=True)
class MailStatus:
    """Whether mail is sent: the live workers, since when the mail server accepts none and its answer, what waits."""

    workers: Sequence[Heartbeat]
    away_since: datetime | None
    answer: str | None
    waiting: int


def mail_service(session: Session, now: datetime) -> MailStatus:
    """The current mail status; two queries.

    The state of the mail server is taken from the live workers that lead, because another one's may be outdated; if
    none leads, from all.
    """
    living = living_workers(session, now)
    relevant = [worker for worker in living if worker.leads] or living
    disconnected = [worker for worker in relevant if worker.mail_away_since is not None]
    first = min(disconnected, key=lambda worker: worker.mail_away_since or now, default=None)
    return MailStatus(
        living,
        first.mail_away_since if first else None,
        first.mail_answer if first else None,
        count_waiting(session, now),
    )


def living_workers(session: Session, now: datetime) -> list[Heartbeat]:
    """The workers with a recent heartbeat, leaders first; clocks that are slightly ahead are tolerated.

    Where the lead is a lease, it says who leads: the last heartbeat of a worker that was stopped says that it does. The
    rows are detached from the session.
    """
    lately = (col(Heartbeat.at) > now - WORKER_SILENCE, col(Heartbeat.at) < now + WORKER_SILENCE)
    workers = list(session.exec(select(Heartbeat).where(*lately)))
    lead = lead_state(session)
    for worker in workers:
        session.expunge(worker)
        if lead is not None:
            worker.leads = worker.name == lead.worker and lead.age < LEAD_SILENCE
    return sorted(workers, key=lambda worker: (not worker.leads, worker.name))


def is_led(session: Session, workers: Sequence[Heartbeat]) -> bool:
    """Whether one of these living workers leads, or did so a moment ago."""
    lead = lead_state(session)
    return lead.age < LEAD_SILENCE if lead is not None else any(worker.leads for worker in workers)


def last_clock_step(workers: Sequence[Heartbeat]) -> Heartbeat | None:
    """The heartbeat that tells of the latest step of a clock; None if no clock was moved lately."""
    moved = [worker for worker in workers if worker.clock_stepped_at is not None]
    return max(moved, key=lambda worker: worker.clock_stepped_at or worker.at, default=None)


def count_waiting(session: Session, now: datetime) -> int:
    """How many reminders wait: due by now, or deferred until the mail server is back."""
    return session.exec(select(func.count()).where(waiting_at(now))).one()


def waiting_at(now: datetime) -> ColumnElement[bool]:
    """The condition that a reminder waits, written so that the index (state, next_at) limits the search."""
    return and_(
        col(Reminder.state) == ReminderState.PENDING,
        col(Reminder.next_at) <= now + _PAUSES_END_WITHIN,
        or_(col(Reminder.next_at) <= now, col(Reminder.waits_for_server)),
    )
