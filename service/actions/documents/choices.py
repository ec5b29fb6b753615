"""Who can issue and sign a visit's papers, and to whom they can be sent: what forms offer.

Anybody else whose id is known can be named too; what is right is decided where a paper is made, kept or sent.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, case, col, or_, select

from calendars.people.names import Named
from models.accounts import User
from models.documents import KeptDocument
from models.events import Event
from models.places import Organisation, Person
from models.queries.audience import is_address
from models.reminders import Reminder
from models.text import LocalizedText
from service.actions import permissions
from service.actions.events import task_queries
from service.actions.events.members import people_in_order

MOST = 200
"""Of each kind so many are offered."""


def issuers(session: Session, chosen: Collection[str]) -> Sequence[Organisation]:
    """The bodies of the reader's office that stand today, then those ``chosen`` already, by name; one query."""
    stands = permissions.of_own_office(session, col(Organisation.id)) & col(Organisation.ends_on).is_(None)
    offered = or_(stands, col(Organisation.id).in_(sorted(chosen)))
    order = (case((stands, 0), else_=1), col(Organisation.sort_key), col(Organisation.id))
    return session.exec(select(Organisation).where(offered).order_by(*order).limit(MOST)).all()


def signatories(
    session: Session, chosen: Collection[str], issuer: str | None
) -> Sequence[tuple[Person, Organisation | None]]:
    """The people of the reader's office who hold a position, and those ``chosen`` already, each with their body: first
    those of the ``issuer``, then those of bodies below it, such as its office, then others; one query."""
    holds = permissions.of_own_office(session, col(Person.organisation_id)) & col(Person.position).is_not(None)
    offered = or_(holds & col(Person.organisation_id).is_not(None), col(Person.id).in_(sorted(chosen)))
    nearness = case((col(Organisation.id) == issuer, 0), (col(Organisation.parent_id) == issuer, 1), else_=2)
    statement = (
        select(Person, Organisation)
        .join(Organisation, col(Organisation.id) == col(Person.organisation_id), isouter=True)
        .where(offered)
        .order_by(nearness, col(Person.precedence), col(Person.sort_key), col(Person.id))
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


@dataclass(frozen=True, slots=True)
class PossibleReceiver:
    """Somebody to whom a paper can be sent: a person of the visit, a body that takes part, or an account.

    ``name`` is a person, a body's name, or an account's; ``position`` is a person's.
    """

    id: str
    name: Named | LocalizedText | str
    has_address: bool
    position: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class PossibleReceivers:
    """To whom a paper of a visit can be sent."""

    people: Sequence[PossibleReceiver]
    organisations: Sequence[PossibleReceiver]
    accounts: Sequence[PossibleReceiver]


def receivers(session: Session, event: Event) -> PossibleReceivers:
    """Who takes part in an event or prepares it: its people, their bodies and those with tasks, and the accounts of
    the body in charge; four queries."""
    found = [pair for pair, _is_tied in people_in_order(session, event.id)]
    tasks = task_queries.tasks_of_event(session, event)
    bodies = {
        event.organisation_id,
        *(member.organisation_id or person.organisation_id for member, person in found),
        *(task.organisation_id for task in tasks),
    } - {None}
    organisations = session.exec(
        select(Organisation)
        .where(col(Organisation.id).in_(bodies))
        .order_by(col(Organisation.sort_key), col(Organisation.id))
    ).all()
    in_charge = or_(
        col(User.id).in_(one for one in (event.in_charge_id, event.created_by) if one),
        (col(User.organisation_id) == event.organisation_id) & col(User.organisation_id).is_not(None),
    )
    accounts = session.exec(
        select(User)
        .where(in_charge, col(User.active), permissions.own_accounts(session))
        .order_by(col(User.name), col(User.id))
        .limit(MOST)
    ).all()
    return PossibleReceivers(
        [
            PossibleReceiver(
                person.id, person, _reaches(session, person.kept_by, person.email), member.position or person.position
            )
            for member, person in found
        ],
        [PossibleReceiver(one.id, one.name, _reaches(session, one.id, one.email)) for one in organisations],
        [PossibleReceiver(one.id, one.name, bool(one.email)) for one in accounts],
    )


def _reaches(session: Session, organisation_id: str | None, address: str | None) -> bool:
    """Whether the reader knows an address to which a paper could be sent."""
    return is_address((address or "").strip().lower()) and permissions.reads_address_of(session, organisation_id)


def mails_of(session: Session, row: KeptDocument) -> Sequence[Reminder]:
    """The mails with a kept paper, the latest first, for who sees the whole event; one query."""
    statement = select(Reminder).where(Reminder.document_id == row.id)
    order = (col(Reminder.created_at).desc(), col(Reminder.recipient), col(Reminder.id))
    return session.exec(statement.order_by(*order).limit(MOST)).all()
