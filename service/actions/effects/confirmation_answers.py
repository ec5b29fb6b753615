"""What becomes of a request to confirm an event: whoever asked is told by mail that it was granted, or refused and why.

The answer is read from the event's history when the mail leaves; the mail has the purpose of the request.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.accounts import Audit, User
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import EventStatus, Language, ReminderPurpose
from service.actions.context import ActionContext

_ANSWERED = "answered"
ASK, ACCEPT, REFUSE, TRANSITION = "ask", "accept", "refuse", "transition"
"""Actions of the history that ask for a confirmation, or answer that."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asked for the confirmation of an event, and when."""

    by: str
    at: datetime

    @classmethod
    def of(cls, event: Event) -> "Request | None":
        """To be called before the event is changed; None if nobody waits for an answer."""
        if event.asked_by is None or event.asked_at is None:
            return None
        return cls(event.asked_by, event.asked_at)


@dataclass(frozen=True, slots=True)
class ConfirmationAnswer:
    """What was answered: granted, or refused with a reason; ``name`` is that of the account, empty for the service."""

    is_granted: bool
    name: str
    reason: str | None


def tell(session: Session, act: ActionContext, event: Event, request: Request | None) -> None:
    """Plan the mail to whoever asked, after somebody else has answered. One mail a request."""
    if request is None or event.asked_at is not None or (act.user is not None and act.user.id == request.by):
        return
    user = session.get(User, request.by)
    if user is None or not user.active:
        return
    key = f"{_ANSWERED}:{request.at.isoformat()}"
    session.flush()
    known = select(Reminder.id).where(Reminder.event_id == event.id, Reminder.rule_key == key)
    if session.exec(known.limit(1)).first() is None:
        session.add(
            Reminder(
                purpose=ReminderPurpose.ASKED,
                rule_key=key,
                event_id=event.id,
                recipient=user.email,
                locale=Language(user.locale),
                due_at=act.now,
                next_at=act.now,
                created_at=act.now,
                updated_at=act.now,
            )
        )
        session.flush()


def answer_to(session: Session, event: Event, user: User) -> ConfirmationAnswer | None:
    """What was answered to the last request of an account, None if it asked for nothing or waits for the answer."""
    if event.asked_at is not None:
        return None
    of_event = select(Audit).where(Audit.event_id == event.id, Audit.entity == "event")
    newest_first = col(Audit.id).desc()
    asked = session.exec(
        of_event.where(Audit.action == ASK, Audit.actor_id == user.id).order_by(newest_first).limit(1)
    ).first()
    if asked is None:
        return None
    answers = col(Audit.action).in_((ACCEPT, REFUSE, TRANSITION))
    given = session.exec(of_event.where(answers, col(Audit.id) > asked.id).order_by(col(Audit.id)).limit(1)).first()
    if given is None:
        return None
    actor = session.get(User, given.actor_id) if given.actor_id else None
    name = actor.name if actor is not None else given.actor_name if given.actor_id else ""
    to = given.changes.get("status", {}).get("to")
    is_granted = given.action == ACCEPT or (given.action == TRANSITION and to == EventStatus.CONFIRMED)
    return ConfirmationAnswer(is_granted, name, given.reason)
