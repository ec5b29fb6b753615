"""Whom a note on an event mentions: who can be, how they are told, and what they have not read yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import User
from models.both_sides.notes import EventNote, NoteMention
from models.events import Event
from models.queries.audience import AudienceIndex, EventSelection
from models.queries.note_readers import reads_note
from models.queries.shares import SharedEvents
from models.vocabulary import AboutType, NoteVisibility, ReminderPurpose, Role
from service.actions import permissions
from service.actions.both_sides.note_sight import NoteSight, other_office
from service.actions.context import ActionContext
from service.actions.reminders import planned_rows

_ALL_ROLES = tuple(f"role:{role}" for role in Role)


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
        note.shared_with = other_office(session, sight)
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
    names = {one.id: one.name for one in accounts(session, [user.id for user in found])}
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


def accounts(session: Session, ids: Iterable[str]) -> Sequence[User]:
    return session.exec(select(User).where(col(User.id).in_(sorted(set(ids))))).all()


def tell(session: Session, act: ActionContext, event: Event, note: EventNote, to: Sequence[Mentionable]) -> None:
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
    names = {user.id: user.name for user in accounts(session, (note.author_id or "" for note, _event in readable))}
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
