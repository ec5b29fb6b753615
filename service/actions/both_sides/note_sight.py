"""With whose eyes the notes of an event are read, and for whom they are written."""

from dataclasses import dataclass

from sqlmodel import Session

from models.both_sides.notes import EventNote
from models.events import Event
from models.queries.event_readers import ReadingRights
from models.queries.note_readers import is_other_side, means, reads_note, sees_as_department
from models.queries.shares import SharedEvents
from service.actions import permissions


@dataclass(frozen=True, slots=True)
class NoteSight:
    """With whose eyes the notes of one event are read: what reads them, and with whom the event is shared now."""

    event: Event
    rights: ReadingRights | None
    shared_code: str | None

    @classmethod
    def of(cls, session: Session, event: Event) -> "NoteSight":
        """Of an event that the session may read; at most one query."""
        shared = SharedEvents.of(session.connection(), [event.id]).code(event.id)
        return cls(event, permissions.reader(session), shared)

    def reads(self, note: EventNote) -> bool:
        """Whether the session reads a note."""
        return self.rights is None or reads_note(self.rights, self.event, note, self.shared_code)

    @property
    def writes(self) -> bool:
        """Whether the session stands on one of the sides, so that it may write for it."""
        one = self.rights
        return one is None or sees_as_department(one, self.event) or is_other_side(one, self.event)

    @property
    def writes_shared(self) -> bool:
        """Whether the session may write for both sides: it stands on one, and the event is shared between them."""
        one = self.rights
        if self.shared_code is None:
            return False
        if one is None or sees_as_department(one, self.event):
            return True
        return is_other_side(one, self.event) and means(one.offices, self.shared_code, one.office)


def other_office(session: Session, sight: NoteSight) -> str | None:
    """The code of the office that a shared note of the session is for besides its own."""
    one = sight.rights
    if one is None or sees_as_department(one, sight.event):
        return sight.shared_code
    return permissions.offices(session).of(sight.event.organisation_id)
