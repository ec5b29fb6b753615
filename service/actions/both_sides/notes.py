"""Notes on an event: writing them for one's own side or for both, striking them out, and whom they mention.

Who reads a note is decided in :mod:`models.queries.note_readers`. Nobody changes a note. Its author deletes one that
only their own side reads, as long as it is young; anything else is struck out, and stays to be read. What a note says
stands in its own row only: the trail tells that it was written, and not to the other side where it is not for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from models.accounts import User
from models.both_sides.notes import EventNote, NoteMention
from models.errors import Conflict, Forbidden, NotFound
from models.events import Event
from models.i18n import N_, message
from models.queries.audience import AudienceIndex, EventSelection
from models.queries.event_readers import ReadingRights
from models.queries.note_readers import is_other_side, means, reads_note, sees_as_department
from models.queries.shares import SharedEvents
from models.vocabulary import AboutType, NoteSource, NoteVisibility, ReminderPurpose, Role
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.reminders import planned_rows

MOST_NOTES = 1000
"""On one event."""

MOST_MENTIONS = 20
DELETED_WITHIN = timedelta(minutes=15)
_ALL_ROLES = tuple(f"role:{role}" for role in Role)

NOT_SHARED = N_(
    "This event is shared with no other office: write the note for your own side, or share the event first."
)
NO_SIDE = N_("Only the two sides of a visit write notes on it; your account belongs to neither office.")
STAYS = N_("This note stays: strike it out instead. Only a note for one's own side can be deleted, for 15 minutes.")
NOT_YOURS = N_("Only who wrote a note, or who is in charge of the event on that side, can take it back.")
CANT_READ = N_("Nobody with this id can read the note.")


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
        shared_with=_other_office(session, sight) if visibility is NoteVisibility.SHARED else None,
        author_id=act.account.id,
        created_at=act.now,
    )
    _add(session, act, event, note)
    session.add_all([NoteMention(note_id=note.id, user_id=one) for one in wanted])
    crud.flush(session)
    _tell(session, act, event, note, [readers[one] for one in wanted])
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
        text=text,
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


def _other_office(session: Session, sight: NoteSight) -> str | None:
    """The code of the office that a shared note of the session is for besides its own."""
    one = sight.rights
    if one is None or sees_as_department(one, sight.event):
        return sight.shared_code
    return permissions.offices(session).of(sight.event.organisation_id)


# Mentions


@dataclass(frozen=True, slots=True)
class Mentionable:
    """An account that a note can mention."""

    id: str
    name: str
    email: str
    locale: Any


def eligible(session: Session, act: ActionContext, event: Event, visibility: NoteVisibility) -> list[Mentionable]:
    """The accounts that a note of the session can mention, by name: those of its own office that would read it, and of
    the other office those that have shown themselves on this event, by sharing it or by a shared note. Which accounts
    another office has besides is not told."""
    session.flush()
    index = AudienceIndex.load(session, _ALL_ROLES, EventSelection((event.id,)), of_tasks=True)
    note = EventNote(
        event_id=event.id, text="", visibility=visibility, office=permissions.mark(session), created_at=act.now
    )
    sight = NoteSight.of(session, event)
    if visibility is NoteVisibility.SHARED:
        note.shared_with = _other_office(session, sight)
    known = _known_of_other_side(session, event, sight) if visibility is NoteVisibility.SHARED else frozenset()
    own = permissions.own_office(session)
    me = act.user.id if act.user else None
    found = [
        user
        for user in index.users.values()
        if user.id != me
        and (user.id in known or index.rights[user.id].office == own)
        and index.can_tell(user.id, event)
        and reads_note(index.rights[user.id], event, note, sight.shared_code)
    ]
    names = {one.id: one.name for one in _accounts(session, [user.id for user in found])}
    listed = [Mentionable(user.id, names[user.id], user.email, user.locale) for user in found]
    return sorted(listed, key=lambda one: (one.name.casefold(), one.id))


def _known_of_other_side(session: Session, event: Event, sight: NoteSight) -> frozenset[str]:
    """The accounts that have shown themselves to both sides of an event."""
    rows = session.exec(select(EventNote).where(EventNote.event_id == event.id)).all()
    return frozenset(
        note.author_id
        for note in rows
        if note.author_id and note.visibility is NoteVisibility.SHARED and sight.reads(note)
    )


def _accounts(session: Session, ids: Iterable[str]) -> Sequence[User]:
    return session.exec(select(User).where(col(User.id).in_(sorted(set(ids))))).all()


def names_of(session: Session, notes: Sequence[WrittenNote]) -> dict[str, str]:
    """Account → its name, of all that these notes name; one query."""
    wanted = {one for each in notes for one in (each.note.author_id, each.note.struck_by, *each.mentions) if one}
    return {one.id: one.name for one in _accounts(session, wanted)} if wanted else {}


def _tell(session: Session, act: ActionContext, event: Event, note: EventNote, to: Sequence[Mentionable]) -> None:
    """Queue one mail for each account that a note mentions.

    It is about the event and not of it: the event's office does not see in its queue whom the other side's notes
    mention.
    """
    rows = [
        planned_rows.new_row(
            one.email,
            one.locale,
            act.now,
            act.now,
            purpose=ReminderPurpose.MENTION,
            rule_key=f"{ReminderPurpose.MENTION}:{note.id}",
            task_key="",
            about_type=AboutType.EVENT,
            about_id=event.id,
            about_day=event.first_day,
        )
        for one in to
    ]
    if rows:
        planned_rows.insert(session, rows)


@dataclass(frozen=True, slots=True)
class UnreadMention:
    """A note that mentions the session's account, which has not said that it has read it."""

    note: EventNote
    event: Event
    author: str


def unread_mentions(session: Session, act: ActionContext, most: int) -> list[UnreadMention]:
    """The newest notes that mention the session's account, are unread, and that it may still read; at most four
    queries."""
    if act.user is None:
        return []
    rows = session.exec(
        select(EventNote, Event)
        .join(NoteMention, col(NoteMention.note_id) == col(EventNote.id))
        .join(Event, col(Event.id) == col(EventNote.event_id))
        .where(NoteMention.user_id == act.user.id, col(NoteMention.read_at).is_(None), permissions.visible(session))
        .order_by(col(EventNote.created_at).desc(), col(EventNote.id))
        .limit(200)
    ).all()
    if not rows:
        return []
    shares = SharedEvents.of(session.connection(), {event.id for _note, event in rows})
    one = permissions.reader(session)
    readable = [(note, event) for note, event in rows if NoteSight(event, one, shares.code(event.id)).reads(note)][
        :most
    ]
    names = {user.id: user.name for user in _accounts(session, (note.author_id or "" for note, _event in readable))}
    return [UnreadMention(note, event, names.get(note.author_id or "", "")) for note, event in readable]


def mark_read(session: Session, act: ActionContext, event: Event) -> None:
    """Note that the session's account has read whatever mentions it on an event."""
    rows = (
        select(NoteMention)
        .join(EventNote, col(EventNote.id) == col(NoteMention.note_id))
        .where(
            EventNote.event_id == event.id, NoteMention.user_id == act.account.id, col(NoteMention.read_at).is_(None)
        )
    )
    for one in session.exec(rows):
        one.read_at = act.now
    session.flush()
