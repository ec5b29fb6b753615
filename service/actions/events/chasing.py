"""Asking those of an event's people who have not said whether they come, by mail through the queue of reminders."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, func, select

from calendars.events.lifecycle import REMINDED
from models.errors import Conflict
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.queries.audience import UNANSWERED, AudienceIndex, EventSelection
from models.reminders import Reminder
from models.vocabulary import MemberAnswer, ReminderPurpose, ReminderState
from service.actions import permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.reminders import planned_rows

PAUSE = timedelta(hours=24)
"""Nobody is asked again before this has passed."""

_ON_THE_WAY = (ReminderState.PENDING, ReminderState.SENDING, ReminderState.SENT)
NOT_COMING = N_("Answers are asked for only while a visit is planned, confirmed or going on.")


@dataclass(frozen=True, slots=True)
class Chased:
    """What came of asking: how many people get a mail, how many got one within the last day, and how many who have not
    answered can't be written to."""

    asked: int
    lately: int
    unreachable: int


def may_chase(session: Session, act: ActionContext, event: Event) -> bool:
    """Whether the session may ask now those of an event who have not answered."""
    return permissions.may_change(session, event) and event.status in REMINDED and event.departs_on >= act.today


def chase(session: Session, act: ActionContext, event: Event) -> Chased:
    """Ask by mail everybody of an event who has not answered and may be written to, each at most once in 24 hours.

    Raises:
        Forbidden: others are in charge of the event.
        Conflict: it does not take place (``not_coming``), or is over.
    """
    permissions.check_change(session, event)
    if not may_chase(session, act, event):
        raise Conflict(message(NOT_COMING), code="not_coming")
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    index = AudienceIndex.load(session, {UNANSWERED}, EventSelection((event.id,)))
    readers = index.addresses([UNANSWERED], event)
    lately = set(
        session.exec(
            select(Reminder.recipient).where(
                Reminder.event_id == event.id,
                Reminder.purpose == ReminderPurpose.UNANSWERED,
                col(Reminder.state).in_(_ON_THE_WAY),
                col(Reminder.created_at) > act.now - PAUSE,
            )
        )
    )
    rows = [
        planned_rows.new_row(
            address,
            language,
            act.now,
            act.now,
            purpose=ReminderPurpose.UNANSWERED,
            rule_key=ReminderPurpose.UNANSWERED.value,
            task_key="",
            event_id=event.id,
        )
        for address, language in readers.items()
        if address not in lately
    ]
    if rows:
        planned_rows.insert(session, rows)
        asked = {"asked": {"from": None, "to": len(rows)}}
        record(session, act, "chase", "event", event.id, asked, event_id=event.id)
    waiting = (
        select(func.count())
        .select_from(Member)
        .where(Member.event_id == event.id, Member.answer == MemberAnswer.NEEDS_ACTION)
    )
    reachable = len(index.unanswered.get(event.id, ()))
    mails = [row for row in rows if "@" in row["recipient"] and ":" not in row["recipient"]]
    asked_already = sum(1 for address in readers if address in lately and ":" not in address)
    return Chased(len(mails), asked_already, max(session.exec(waiting).one() - reachable, 0))
