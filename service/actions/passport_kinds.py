"""Which kinds of passports the people of an event have, as far as the session may see them."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models.accounts import Audit, User
from models.event_parts import Member
from models.events import Event
from models.places import Passport, Person
from models.queries.event_readers import ReadingRights
from models.vocabulary import PassportKind
from service.actions import permissions

_STORING = ("create", "change", "merge")
"""What the trail says of a passport that is another than before."""


def of_event(session: Session, event: Event) -> frozenset[PassportKind]:
    """The known kinds of the stored passports of an event's members and head; those that the session may not see
    (:func:`service.actions.directory.passports.check_concerned`) are left out, so that no task tells them."""
    session.flush()
    members = select(Member.person_id).where(Member.event_id == event.id)
    rows = session.exec(
        select(Person, Passport.kind)
        .join(Passport, col(Passport.person_id) == col(Person.id))
        .where(
            col(Passport.kind).is_not(None),
            col(Person.id).in_(members) | (col(Person.id) == event.head_id),
        )
    ).all()
    return frozenset(PassportKind(kind) for person, kind in rows if kind is not None and _is_seen(session, person))


def _is_seen(session: Session, person: Person) -> bool:
    reader = permissions.reader(session)
    if reader is None or permissions.is_for(session, person.kept_by):
        return True
    return permissions.oversees(session, person.kept_by) or stored_by(session, reader, person)


def stored_by(session: Session, reader: ReadingRights, person: Person) -> bool:
    """Whether a person's passport was last stored by an account of the reader's organisation.

    One that came with a double was stored under another id: it is of nobody who stored one under this one before.
    """
    return person.id in stored_by_own(session, reader, [person.id])


def stored_by_own(session: Session, reader: ReadingRights, person_ids: Collection[str]) -> frozenset[str]:
    """Those of these people of whom :func:`stored_by` holds; one query."""
    stored = (
        select(Audit.entity_id, User.organisation_id, Audit.action)
        .select_from(Audit)
        .join(User, col(User.id) == col(Audit.actor_id), isouter=True)
        .where(Audit.entity == "passport", col(Audit.entity_id).in_(person_ids), col(Audit.action).in_(_STORING))
        .order_by(col(Audit.id))
    )
    last = {person_id: (organisation_id, action) for person_id, organisation_id, action in session.exec(stored)}
    own = {(reader.organisation_id, "create"), (reader.organisation_id, "change")}
    return frozenset(one for one, found in last.items() if reader.organisation_id is not None and found in own)
