"""Answers by mail: proven ones are applied, others are shown to who is in charge, and nothing is ever sent back.

The proof is the token of the address that a mail was sent to (:mod:`models.answer_tokens`), for the event that its UID
names and for the person who answers. From, UID and ATTENDEE prove nothing. Of a member's answers the one with the
highest SEQUENCE counts, of these the latest (RFC 5546 section 2.1.5), whatever order they arrive in.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from calendars.events.lifecycle import CALLED_OFF
from calendars.replies.values import Answer, AnswerMethod, NotUnderstood, ReceivedMail
from models.answer_tokens import Invited, member_of_token
from models.both_sides.inbox import InboxMessage
from models.errors import Conflict, NotFound
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.office import Office
from models.queries.invited import invited_members
from models.reminders import EventVersion, Reminder
from models.vocabulary import AnswerReason, InboxOutcome, MemberAnswer
from service.actions import crud, permissions
from service.actions.both_sides.notes import add_mail_note
from service.actions.context import ActionContext
from service.actions.reminders import reminder_planning

NOT_TO_APPLY = N_("This mail holds no answer that could be applied: its sender is not among the people of this event.")
ALREADY_APPLIED = N_("This answer has been applied already.")


MOST_COUNTERS = 10
"""So many times a member can propose other days of one event by mail."""


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """What becomes of a message: the outcome, why, and whose answer it is or claims to be."""

    outcome: InboxOutcome
    reason: str | None = None
    event: Event | None = None
    member: Member | None = None


class AnswerTaker:
    """What the worker does with the messages of the inbox; fulfils :class:`jobs.ports.AnswersByMail`."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def take(self, session: Session, mail: ReceivedMail, read: Answer | NotUnderstood, now: datetime) -> bool:
        """Keep what became of a message, and apply it if it is a proven answer; False: it was handled before."""
        known = session.exec(select(InboxMessage).where(InboxMessage.key == mail.key).with_for_update()).one_or_none()
        if known is not None:
            # It was moved, or the folder is numbered anew: it is marked where it lies now.
            known.folder, known.uid_validity, known.uid = mail.folder, mail.uid_validity, mail.uid
            return False
        row = _row(mail, read, now)
        verdict = self._verdict(session, read, row)
        row.outcome, row.reason = verdict.outcome, verdict.reason
        row.event_id = verdict.event.id if verdict.event else None
        row.member_id = verdict.member.id if verdict.member else None
        row.applied_at = now if verdict.outcome is InboxOutcome.APPLIED else None
        row.to_mark = verdict.outcome is InboxOutcome.APPLIED or verdict.reason == AnswerReason.OLDER
        session.add(row)
        session.flush()
        if verdict.outcome is InboxOutcome.APPLIED and verdict.event is not None and verdict.member is not None:
            self._apply(session, ActionContext(None, now, self.office), verdict.event, verdict.member, row)
        return True

    def _verdict(self, session: Session, read: Answer | NotUnderstood, row: InboxMessage) -> AnswerVerdict:
        proven = self._proven(session, read.token)
        if isinstance(read, NotUnderstood):
            event = proven[0] if proven else _event_of(session, read.uid)
            return AnswerVerdict(InboxOutcome.UNREAD, read.reason.value, event, proven[1] if proven else None)
        if read.is_automatic:
            return AnswerVerdict(InboxOutcome.AUTOMATIC, None, *(proven[:2] if proven else (None, None)))
        event = _event_of(session, read.uid)
        if event is None:
            if proven is None:
                return AnswerVerdict(InboxOutcome.UNREAD, AnswerReason.UNKNOWN_EVENT)
            return AnswerVerdict(InboxOutcome.UNPROVEN, AnswerReason.OTHER_EVENT, proven[0])
        if proven is None or proven[0].id != event.id:
            reason = AnswerReason.NO_TOKEN if not read.token else AnswerReason.BAD_TOKEN
            reason = reason if proven is None else AnswerReason.OTHER_EVENT
            return AnswerVerdict(InboxOutcome.UNPROVEN, reason, event, _named(session, event, read.attendee))
        _event, member, invited = proven
        if read.attendee != invited.address and (read.attendee or read.method is AnswerMethod.REPLY):
            claimed = _named(session, event, read.attendee) or member
            return AnswerVerdict(InboxOutcome.UNPROVEN, AnswerReason.OTHER_ATTENDEE, event, claimed)
        reason_not = _why_not(session, event, member, read, row)
        if reason_not is not None:
            return AnswerVerdict(InboxOutcome.REFUSED, reason_not, event, member)
        return AnswerVerdict(InboxOutcome.APPLIED, None, event, member)

    def _proven(self, session: Session, token: str | None) -> tuple[Event, Member, Invited] | None:
        """The event and the member that a token proves; None if it proves nothing (any more)."""
        member_id = member_of_token(token)
        if self.office.answers is None or member_id is None:
            return None
        event_id = session.exec(select(Member.event_id).where(Member.id == member_id)).one_or_none()
        if event_id is None:
            return None
        # The event first, as every writer does.
        event = session.exec(select(Event).where(Event.id == event_id).with_for_update()).one()
        member = session.get(Member, member_id, with_for_update=True)
        if member is None:
            return None
        invited = next(
            (one for one in invited_members(session, [event_id]).values() if one.member_id == member_id), None
        )
        if invited is None or not self.office.answers.proves(token, invited):
            return None
        return event, member, invited

    def _apply(self, session: Session, act: ActionContext, event: Event, member: Member, row: InboxMessage) -> None:
        if row.first_day is not None and row.last_day is not None:
            text = row.comment or row.subject or row.sender
            add_mail_note(session, act, event, text, row.sender, (row.first_day, row.last_day))
        elif row.partstat is not None:
            _supersede(session, member, row)
            _write_answer(session, act, event, member, row)


def _write_answer(session: Session, act: ActionContext, event: Event, member: Member, row: InboxMessage) -> None:
    """Write down what a member answered by mail; the trail names the sender. Who answered is not asked again."""
    has_answered = row.partstat is not MemberAnswer.NEEDS_ACTION
    values = {"answer": row.partstat, "answered_at": row.answered_at if has_answered else None}
    if crud.change(session, act, member, values, event_id=event.id, reason=row.sender or None):
        reminder_planning.plan_event(session, act, event)


def apply_by_hand(session: Session, act: ActionContext, event: Event, message_id: str) -> InboxMessage:
    """Apply an answer without proof on the word of who is in charge, who knows its sender.

    Raises:
        NotFound: this event has no such message.
        Forbidden: the account is not in charge of the event.
        Conflict: it holds no answer of a member, or was applied before.
    """
    permissions.check_change(session, event)
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    row = session.get(InboxMessage, message_id, with_for_update=True)
    if row is None or row.event_id != event.id:
        raise NotFound(noun("inbox_message"), message_id)
    if row.outcome is InboxOutcome.APPLIED:
        raise Conflict(message(ALREADY_APPLIED))
    member = session.get(Member, row.member_id) if row.member_id else None
    if not may_be_applied(row) or member is None or row.partstat is None:
        raise Conflict(message(NOT_TO_APPLY))
    _supersede(session, member, row)
    row.outcome, row.reason, row.applied_at, row.to_mark = InboxOutcome.APPLIED, None, act.now, True
    row.settled_at, row.settled_by = act.now, act.account.id
    session.flush()
    # From now on, and not from when it was written: what was sent before does not come after a person's decision.
    row.answered_at = act.now
    _write_answer(session, act, event, member, row)
    return row


def may_be_applied(row: InboxMessage) -> bool:
    """Whether a message holds an answer of a member that was not applied."""
    not_yet = row.outcome in {InboxOutcome.UNPROVEN, InboxOutcome.REFUSED} and row.reason != AnswerReason.OLDER
    return not_yet and row.partstat is not None and row.member_id is not None and row.first_day is None


def _row(mail: ReceivedMail, read: Answer | NotUnderstood, now: datetime) -> InboxMessage:
    """The row of a message, before it is known what becomes of it."""
    row = InboxMessage(
        key=mail.key,
        folder=mail.folder,
        uid_validity=mail.uid_validity,
        uid=mail.uid,
        message_id=read.message_id,
        sender=read.sender,
        subject=read.envelope.subject,
        received_at=mail.received_at,
        handled_at=now,
        outcome=InboxOutcome.UNREAD,
        attendee="" if isinstance(read, Answer) and read.is_automatic else read.attendee,
        comment=read.comment,
    )
    if isinstance(read, Answer) and not read.is_automatic:
        row.partstat = MemberAnswer(read.partstat) if read.partstat else None
        row.sequence = read.sequence
        # Nobody answers later than their mail arrives, whatever their clock says.
        row.answered_at = min(read.dtstamp or read.envelope.sent_at or mail.received_at, mail.received_at)
        row.first_day, row.last_day = read.days or (None, None)
    return row


def _event_of(session: Session, uid: str) -> Event | None:
    return session.exec(select(Event).where(Event.uid == uid).with_for_update()).one_or_none() if uid else None


def _named(session: Session, event: Event, attendee: str) -> Member | None:
    """The member of an event whose address this is."""
    if not attendee:
        return None
    invited = invited_members(session, [event.id]).get((event.id, attendee))
    return None if invited is None else session.get(Member, invited.member_id)


def _why_not(session: Session, event: Event, member: Member, read: Answer, row: InboxMessage) -> AnswerReason | None:
    """Why nothing follows from a proven answer (any more)."""
    if read.recurrence_id is not None:
        return AnswerReason.ONE_DAY_ONLY
    if event.status in CALLED_OFF:
        return AnswerReason.CALLED_OFF
    if read.method is AnswerMethod.COUNTER:
        return _why_no_note(session, member, row)
    if _was_of_other_days(session, event, read):
        return AnswerReason.OTHER_DAYS
    return AnswerReason.OLDER if _is_older(session, member, row) else None


def _why_no_note(session: Session, member: Member, row: InboxMessage) -> AnswerReason | None:
    """Why nothing is noted of the days that a member proposes: they did so before, or too often."""
    counters = select(InboxMessage).where(
        InboxMessage.member_id == member.id,
        InboxMessage.outcome == InboxOutcome.APPLIED,
        col(InboxMessage.first_day).is_not(None),
    )
    noted = session.exec(counters.limit(MOST_COUNTERS)).all()
    wish = (row.first_day, row.last_day, row.comment)
    if any((one.first_day, one.last_day, one.comment) == wish for one in noted):
        return AnswerReason.OLDER
    return AnswerReason.TOO_MANY if len(noted) >= MOST_COUNTERS else None


def _last_applied(session: Session, member: Member) -> InboxMessage | None:
    """The answer of a member that counts, if it came by mail."""
    found = select(InboxMessage).where(
        InboxMessage.member_id == member.id,
        InboxMessage.outcome == InboxOutcome.APPLIED,
        col(InboxMessage.first_day).is_(None),
    )
    return session.exec(found.with_for_update()).first()


def _is_older(session: Session, member: Member, row: InboxMessage) -> bool:
    """Whether what is known of a member is newer: another mail, or what a person entered since."""
    last = _last_applied(session, member)
    if last is not None and _order(row) <= _order(last):
        return True
    by_hand = member.answered_at is not None and (last is None or last.answered_at != member.answered_at)
    is_before = member.answered_at is not None and row.answered_at is not None and row.answered_at <= member.answered_at
    return by_hand and is_before


def _order(row: InboxMessage) -> tuple[int, datetime, str]:
    return row.sequence, row.answered_at or row.received_at, row.key


def _supersede(session: Session, member: Member, row: InboxMessage) -> None:
    """Another answer takes the place of the one that counted: in the end it is the same as if it had come first."""
    last = _last_applied(session, member)
    if last is not None and last is not row:
        last.outcome, last.reason, last.applied_at = InboxOutcome.REFUSED, AnswerReason.OLDER, None
        session.flush()


def _was_of_other_days(session: Session, event: Event, read: Answer) -> bool:
    """Whether the invitation that is answered told other days than the event has now.

    The SEQUENCE of an entry may be higher than the event's: the mail that it went with says what it told.
    """
    mails = select(func.max(Reminder.told_sequence)).where(
        Reminder.event_id == event.id,
        func.lower(Reminder.recipient) == read.attendee,
        Reminder.entry_sequence == read.sequence,
    )
    told = session.execute(mails).scalar()
    version = session.get(EventVersion, (event.id, read.sequence if told is None else told))
    if version is None:
        return False
    days = (version.content["first_day"], version.content["last_day"])
    return days != (event.first_day.isoformat(), event.last_day.isoformat())
