"""Notes on an event: writing them for one's own side or for both, striking them out, and whom they mention.

Who reads a note is decided in :mod:`models.queries.note_readers`. Nobody changes a note. Its author deletes one that
only their own side reads, as long as it is young; anything else is struck out, and stays to be read. What a note says
stands in its own row only: the trail tells that it was written, and not to the other side where it is not for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from models.accounts import User
from models.both_sides.notes import NOTE_LENGTH, EventNote, NoteMention
from models.errors import Conflict, Forbidden, NotFound
from models.events import Event
from models.i18n import N_, message
from models.queries.note_readers import means
from models.vocabulary import NoteSource, NoteVisibility
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.both_sides.mentions import accounts, eligible, tell
from service.actions.both_sides.note_sight import NoteSight, other_office
from service.actions.context import ActionContext

MOST_NOTES = 1000
"""On one event."""

DELETED_WITHIN = timedelta(minutes=15)

NOT_SHARED = N_(
    "This event is shared with no other office: write the note for your own side, or share the event first."
)
NO_SIDE = N_("Only the two sides of a visit write notes on it; your account belongs to neither office.")
STAYS = N_("This note stays: strike it out instead. Only a note for one's own side can be deleted, for 15 minutes.")
NOT_YOURS = N_("Only who wrote a note, or who is in charge of the event on that side, can take it back.")
CANT_READ = N_("Nobody with this id can read the note.")


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note as the session reads it: whom it mentions by id, and what may be done with it."""

    note: EventNote
    mentions: Sequence[str]
    may_strike: bool
    may_delete: bool

    def as_json(self) -> dict[str, Any]:
        """As the API answers it."""
        return self.note.model_dump() | {"mentions": list(self.mentions)}


def notes_of(session: Session, act: ActionContext, event: Event) -> list[WrittenNote]:
    """The notes of an event that the session reads, oldest first; three queries."""
    sight = NoteSight.of(session, event)
    rows = session.exec(
        select(EventNote).where(EventNote.event_id == event.id).order_by(col(EventNote.created_at), col(EventNote.id))
    ).all()
    return _written(session, act, sight, [note for note in rows if sight.reads(note)])


def count_notes(session: Session, event: Event) -> int:
    """How many notes of an event the session reads; at most two queries."""
    if permissions.reader(session) is None:
        return session.exec(select(func.count()).where(EventNote.event_id == event.id)).one()
    sight = NoteSight.of(session, event)
    return sum(map(sight.reads, session.exec(select(EventNote).where(EventNote.event_id == event.id))))


def find_note(session: Session, act: ActionContext, identity: str) -> WrittenNote:
    """A note by its id.

    Raises:
        NotFound: there is none, or the session does not read it.
    """
    note = session.get(EventNote, identity)
    if note is not None and not permissions.hidden(session, [note.event_id]):
        sight = NoteSight.of(session, session.get_one(Event, note.event_id))
        if sight.reads(note):
            return _written(session, act, sight, [note])[0]
    raise NotFound(crud.called(EventNote), identity)


def _written(session: Session, act: ActionContext, sight: NoteSight, notes: Sequence[EventNote]) -> list[WrittenNote]:
    mentioned = _mentioned(session, sight, notes)
    me, oversees = act.user.id if act.user else None, permissions.may_change(session, sight.event)
    found = []
    for note in notes:
        is_mine = me is not None and note.author_id == me
        is_own_sides = sight.rights is None or means(sight.rights.offices, note.office, sight.rights.office)
        may_strike = note.struck_at is None and (is_mine or (oversees and is_own_sides))
        is_young = act.now - note.created_at <= DELETED_WITHIN
        may_delete = is_mine and is_young and note.visibility is NoteVisibility.OWN
        found.append(WrittenNote(note, mentioned.get(note.id, ()), may_strike, may_delete))
    return found


def _mentioned(session: Session, sight: NoteSight, notes: Sequence[EventNote]) -> dict[str, list[str]]:
    """Note → whom it mentions, as far as the session may know that these accounts are there: those of its own office,
    and those that wrote one of the notes."""
    if not notes:
        return {}
    known = {note.author_id for note in notes}
    rows = (
        select(NoteMention, col(User.office))
        .join(User, col(User.id) == col(NoteMention.user_id))
        .where(col(NoteMention.note_id).in_([note.id for note in notes]))
        .order_by(col(NoteMention.user_id))
    )
    found: dict[str, list[str]] = {}
    for one, office in session.exec(rows):
        if sight.rights is None or one.user_id in known or means(sight.rights.offices, office, sight.rights.office):
            found.setdefault(one.note_id, []).append(one.user_id)
    return found


def write_note(
    session: Session,
    act: ActionContext,
    event: Event,
    text: str,
    visibility: NoteVisibility = NoteVisibility.OWN,
    mentions: Sequence[str] = (),
) -> WrittenNote:
    """Write a note; whoever it mentions gets one mail, and finds it on the first page.

    Raises:
        Forbidden: the session stands on neither side (``no_side``).
        Conflict: a note for both sides of an event that is not shared (``not_shared``), or too many notes.
        Invalid: somebody it mentions can't read it, or is not there, which is told the same.
    """
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    sight = NoteSight.of(session, event)
    if not sight.writes:
        raise Forbidden(message(NO_SIDE), code="no_side")
    if visibility is NoteVisibility.SHARED and not sight.writes_shared:
        raise Conflict(message(NOT_SHARED), code="not_shared")
    if session.exec(select(func.count()).where(EventNote.event_id == event.id)).one() >= MOST_NOTES:
        raise Conflict(message(N_("An event has at most {count} notes."), count=MOST_NOTES), code="too_many_notes")
    wanted = list(dict.fromkeys(mentions))
    readers = {one.id: one for one in eligible(session, act, event, visibility)} if wanted else {}
    crud.check({f"mentions.{place}": [message(CANT_READ)] for place, one in enumerate(mentions) if one not in readers})
    note = EventNote(
        event_id=event.id,
        text=text,
        visibility=visibility,
        office=permissions.mark(session),
        shared_with=other_office(session, sight) if visibility is NoteVisibility.SHARED else None,
        author_id=act.account.id,
        created_at=act.now,
    )
    _add(session, act, event, note)
    session.add_all([NoteMention(note_id=note.id, user_id=one) for one in wanted])
    crud.flush(session)
    tell(session, act, event, note, [readers[one] for one in wanted])
    return _written(session, act, sight, [note])[0]


def add_mail_note(
    session: Session,
    act: ActionContext,
    event: Event,
    text: str,
    sender: str,
    days: tuple[date, date] | None = None,
) -> EventNote:
    """Keep what came by mail about an event, such as other days that it proposes, as a note of the event's own side."""
    first, last = days if days is not None else (None, None)
    note = EventNote(
        event_id=event.id,
        text=text[:NOTE_LENGTH],
        office=permissions.offices(session).of(event.organisation_id) or None,
        source=NoteSource.MAIL,
        sender=sender[:254],
        first_day=first,
        last_day=last,
        created_at=act.now,
    )
    _add(session, act, event, note)
    return note


def strike_note(session: Session, act: ActionContext, written: WrittenNote) -> WrittenNote:
    """Strike out a note: it stays to be read by whoever reads it, as one that holds no longer.

    Raises:
        Forbidden: it is somebody else's, and the session is not in charge of the event on its side (``not_yours``).
        Conflict: it is struck out already (``already_struck``).
    """
    note = written.note
    session.refresh(note, with_for_update=True)
    if note.struck_at is not None:
        raise Conflict(message(N_("This note is struck out already.")), code="already_struck")
    if not written.may_strike:
        raise Forbidden(message(NOT_YOURS), code="not_yours")
    event = session.get_one(Event, note.event_id)
    note.struck_at, note.struck_by = act.now, act.user.id if act.user else None
    crud.flush(session)
    _record(session, act, "strike", event, note)
    return _written(session, act, NoteSight.of(session, event), [note])[0]


def delete_note(session: Session, act: ActionContext, written: WrittenNote) -> None:
    """Delete a note of one's own that is young and only one's own side could read.

    Raises:
        Forbidden: it is somebody else's (``not_yours``).
        Conflict: it is shared, or older (``note_stays``).
    """
    note = written.note
    if act.user is None or note.author_id != act.user.id:
        raise Forbidden(message(NOT_YOURS), code="not_yours")
    if not written.may_delete:
        raise Conflict(message(STAYS), code="note_stays")
    event = session.get_one(Event, note.event_id)
    session.delete(note)
    crud.flush(session)
    _record(session, act, "delete", event, note)


def _add(session: Session, act: ActionContext, event: Event, note: EventNote) -> None:
    session.add(note)
    crud.flush(session)
    _record(session, act, "create", event, note)


def _record(session: Session, act: ActionContext, action: str, event: Event, note: EventNote) -> None:
    """Write into the trail that a note was written or taken back, never what it says. What only another office reads
    is no part of the event's history, which the event's own office reads."""
    offices = permissions.offices(session)
    is_ours = means(offices, note.office, offices.of(event.organisation_id))
    is_told = is_ours or note.visibility is NoteVisibility.SHARED
    told = {"shown_to": {"from": None, "to": note.visibility.value}}
    record(session, act, action, "event_note", note.id, told, event_id=event.id if is_told else None)


def names_of(session: Session, notes: Sequence[WrittenNote]) -> dict[str, str]:
    """Account → its name, of all that these notes name; one query."""
    wanted = {one for each in notes for one in (each.note.author_id, each.note.struck_by, *each.mentions) if one}
    return {one.id: one.name for one in accounts(session, wanted)} if wanted else {}
