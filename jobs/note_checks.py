"""Check a claimed mail to an account that a note mentions, right before it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.days.office_clock import times_of
from calendars.mails.event_mail import OfficeMail
from calendars.mails.note_mail import NoteTopic, compose_mention
from jobs.queue import ClaimedReminder
from models.accounts import User
from models.both_sides.notes import EventNote, NoteMention
from models.events import Event
from models.i18n import N_, Message, message
from models.office import Office
from models.queries.audience import AudienceIndex, EventSelection
from models.queries.note_readers import reads_note
from models.queries.shares import SharedEvents
from models.vocabulary import NoteVisibility, ReminderPurpose

GONE = N_("The note was deleted or struck out.")
READ = N_("The note has been read.")
NOT_ALLOWED = N_("This account can't read the note (any more).")


@dataclass(frozen=True, slots=True)
class NoteMail:
    """A mail that is still to be sent, and the office of who gets it, in whose name it is written."""

    mail: OfficeMail
    office: str


@dataclass(frozen=True, slots=True)
class NoteChecks:
    """What decides whether mails about mentions are still to be sent; read at once for a batch."""

    office: Office
    events: Mapping[str, Event]
    notes: Mapping[str, EventNote]
    unread: frozenset[tuple[str, str]]
    authors: Mapping[str, str]
    directory: AudienceIndex
    shares: SharedEvents

    @classmethod
    def load(cls, session: Session, claimed: Sequence[ClaimedReminder], office: Office) -> "NoteChecks | None":
        """Read it for these reminders; None if none of them is about a mention."""
        mails = [one for one in claimed if one.purpose is ReminderPurpose.MENTION]
        if not mails:
            return None
        notes = _by_id(session, EventNote, {_note_id(one) for one in mails})
        events = _by_id(session, Event, {note.event_id for note in notes.values()})
        unread = select(col(NoteMention.note_id), col(NoteMention.user_id)).where(
            col(NoteMention.note_id).in_(sorted(notes)), col(NoteMention.read_at).is_(None)
        )
        authors = _by_id(session, User, {note.author_id or "" for note in notes.values()})
        words = {f"email:{one.recipient}" for one in mails}
        return cls(
            office,
            events,
            notes,
            frozenset((row[0], row[1]) for row in session.execute(unread)),
            {identity: user.name for identity, user in authors.items()},
            AudienceIndex.load(session, words, EventSelection(tuple(sorted(events))), of_tasks=True),
            SharedEvents.of(session.connection(), events.keys()),
        )

    def check(self, one: ClaimedReminder) -> NoteMail | Message:
        """The mail, or the reason to skip it."""
        note = self.notes.get(_note_id(one))
        event = self.events.get(note.event_id) if note is not None else None
        if note is None or event is None or note.struck_at is not None:
            return message(GONE)
        user = self.directory.by_email.get(one.recipient)
        if user is None or not self.directory.can_tell(user.id, event):
            return message(NOT_ALLOWED)
        if not reads_note(self.directory.rights[user.id], event, note, self.shares.code(event.id)):
            return message(NOT_ALLOWED)
        if (note.id, user.id) not in self.unread:
            return message(READ)
        topic = NoteTopic(
            author=self.authors.get(note.author_id or "", ""),
            text=note.text,
            title=event.title,
            days=times_of(event, self.office.timezone).days,
            url=f"{self.office.event_url(event.id)}/notes",
            is_shared=note.visibility is NoteVisibility.SHARED,
        )
        rights = self.directory.rights[user.id]
        return NoteMail(OfficeMail(user.locale, compose_mention(topic, user.locale)), rights.office)


def _note_id(one: ClaimedReminder) -> str:
    return one.rule_key.partition(":")[2]


def _by_id(session: Session, model: type[Any], ids: set[str]) -> dict[str, Any]:
    if not ids:
        return {}
    return {row.id: row for row in session.execute(select(model).where(col(model.id).in_(sorted(ids)))).scalars()}
