"""Who of an event is in which car, room and seat: reading, replacing, proposing.

Whoever sees an event as a department of its office does reads its placements; whoever may change it changes them.
Readers of another office, or of the other side, do not: in which room somebody sleeps is not theirs to know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from calendars.bookings.times import BookingTimes
from calendars.documents.facts import PlacementFacts, TableSeats
from calendars.placements import checks, proposals
from calendars.placements.checks import PlacementWarning
from calendars.placements.proposals import WantedTables
from calendars.placements.values import (
    Carrier,
    Guest,
    OtherBooking,
    PlacedItem,
    Placements,
    Setting,
    TableForm,
)
from models.accounts import Audit
from models.errors import NotFound
from models.events import Event
from models.i18n import N_, message
from models.placements import Placement
from models.places import Person
from models.queries.event_parts import programme_of
from models.resources import Booking, Resource
from models.vocabulary import BookingState, ResourceType, Sex
from service.actions import crud, permissions
from service.actions.audit import changes, record
from service.actions.context import ActionContext
from service.actions.directory.particulars import sexes_of
from service.actions.events.members import members_of
from service.actions.known_days import check_has_days
from service.actions.permissions import Sight


@dataclass(frozen=True, slots=True)
class PlacementBoard:
    """The placements of an event, what they are made in, and what is worth a warning.

    ``placed`` are those of which everything is still there. ``version`` counts the saved states, 0 before the first.
    """

    placed: Placements
    setting: Setting
    warnings: Sequence[PlacementWarning]
    version: int = 0


def may_read(session: Session, event: Event) -> bool:
    """Whether the session reads who is where at an event that it may read."""
    return permissions.sight(session, event) is not Sight.SHARED


def check_read(session: Session, event: Event) -> None:
    """Raise if the session does not read the placements of an event that it may read: to it there are none.

    Raises:
        NotFound: it is of another office or side.
    """
    if not may_read(session, event):
        raise NotFound(crud.called(Placement), event.id)


def read_board(session: Session, event: Event) -> PlacementBoard:
    """The placements of an event with their warnings; a fixed number of queries.

    Raises:
        NotFound: it is of another office or side.
    """
    check_read(session, event)
    row = session.get(Placement, event.id)
    setting = read_setting(session, event)
    if row is None:
        return PlacementBoard(Placements(), setting, ())
    kept = Placements.read({name: getattr(row, name) for name in _COLUMNS})
    left = _left(session, kept, setting)
    placed, dropped = checks.present(kept, setting, left)
    return PlacementBoard(placed, setting, [*dropped, *checks.warnings(placed, setting)], row.version)


def read_placements(session: Session, event: Event) -> PlacementFacts | None:
    """Who is where, for the papers of an event; None if nobody was placed, or the session does not read it."""
    if not may_read(session, event):
        return None
    placed = read_board(session, event).placed
    if not placed:
        return None
    return PlacementFacts(
        dict(placed.vehicles),
        dict(placed.rooms),
        [TableSeats(one.item_id, one.name, one.seats, one.form is TableForm.ROUND) for one in placed.tables],
    )


def read_setting(session: Session, event: Event, sexes: Mapping[str, Sex] | None = None) -> Setting:
    """What there is to be placed in at an event, and who; three queries. ``sexes`` are those of persons."""
    found = members_of(session, event.id)
    member_of = {person.id: member.id for member, person in found}
    people = [
        Guest(
            member.id,
            person.name,
            member.role,
            member.side,
            member_of.get(member.counterpart_id or ""),
            (sexes or {}).get(person.id),
        )
        for member, person in found
    ]
    booked = session.exec(
        select(Booking, Resource)
        .where(Booking.event_id == event.id, Booking.resource_id == Resource.id)
        .order_by(col(Booking.first_day), col(Booking.starts_at), col(Booking.id))
    ).all()
    usable = [
        (booking, resource)
        for booking, resource in booked
        if booking.state not in _GIVEN_UP and resource.type in (ResourceType.VEHICLE, ResourceType.LODGING)
    ]
    carriers = [_carrier(booking, resource) for booking, resource in usable]
    there = {one.id for one in carriers}
    return Setting(
        people,
        [one for one in carriers if one.type is ResourceType.VEHICLE],
        [one for one in carriers if one.type is ResourceType.LODGING],
        [PlacedItem(item.id, item.day, item.title) for item in programme_of(session, event.id)],
        {
            booking.id: OtherBooking(resource.name, booking.state in _GIVEN_UP)
            for booking, resource in booked
            if booking.id not in there
        },
    )


def _carrier(booking: Booking, resource: Resource) -> Carrier:
    times = BookingTimes.of(booking)
    begins: datetime = times.start
    return Carrier(booking.id, resource.name, resource.type, booking.quantity, resource.seats, begins, times.end)


def _left(session: Session, kept: Placements, setting: Setting) -> dict[str, str]:
    """Member id → name, of people who were placed and are no members any more; no query if there are none."""
    placed = {
        *(one for people in kept.vehicles.values() for one in people),
        *(one for rooms in kept.rooms.values() for room in rooms for one in room),
        *(one for table in kept.tables for one in table.seated),
    }
    gone = placed - {one.id for one in setting.people}
    if not gone:
        return {}
    trail = select(Audit.entity_id, Audit.changes).where(Audit.entity == "member", col(Audit.entity_id).in_(gone))
    persons: dict[str, str] = {}
    for member_id, changed in session.exec(trail.order_by(col(Audit.id))):
        named = changed.get("person_id") or {}
        if person_id := named.get("to") or named.get("from"):
            persons[member_id] = person_id
    people = crud.by_id(session, Person, set(persons.values()))
    return {member: people[person].name for member, person in persons.items() if person in people}


_COLUMNS = ("vehicles", "rooms", "tables")
_GIVEN_UP = (BookingState.RELEASED, BookingState.REFUSED)


def lock(session: Session, event: Event) -> None:
    """Let nobody else change the placements of an event until the transaction ends."""
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()


def replace_placements(session: Session, act: ActionContext, event: Event, wanted: Placements) -> PlacementBoard:
    """Replace the placements of an event as a whole; with nothing in them they are deleted.

    Raises:
        NotFound: the event is of another office or side.
        Forbidden: another organisation is in charge of it.
        Invalid: a booking or an item is not there, or somebody is no member, or is in one car, room or at one table
            twice; ``errors`` name the fields.
    """
    check_read(session, event)
    permissions.check_change(session, event)
    if wanted:
        check_has_days(event, "vehicles")
    setting = read_setting(session, event)
    crud.check(checks.refusals(wanted, setting))
    row = session.get(Placement, event.id)
    empty: dict[str, Any] = Placements().to_json()
    before = {name: getattr(row, name) for name in _COLUMNS} if row is not None else empty
    after = wanted.to_json()
    if before != after:
        if row is None:
            session.add(Placement(event_id=event.id, created_at=act.now, updated_at=act.now, **after))
        elif wanted:
            crud.assign(row, {**after, "updated_at": act.now})
        else:
            session.delete(row)
        crud.flush(session)
        record(session, act, "change", "placement", event.id, changes(before, after), event_id=event.id)
    return read_board(session, event)


def propose_placements(
    session: Session, event: Event, secret: str, wanted: Sequence[WantedTables] | None = None
) -> PlacementBoard:
    """A proposal of placements; nothing is written. Who shares a room follows from the sexes that the session may
    read. ``wanted``: the items of the programme to set tables for; None: those whose titles say that people sit
    together.

    Raises:
        NotFound: the event is of another office or side.
        Forbidden: another organisation is in charge of it.
        Invalid: an item is not there; ``errors`` name the fields.
    """
    check_read(session, event)
    permissions.check_change(session, event)
    people = [person for _member, person in members_of(session, event.id)]
    setting = read_setting(session, event, sexes_of(session, secret, people))
    items = {item.id for item in setting.items}
    sentence = N_("The programme has no item “{identity}”.")
    crud.check(
        {
            f"tables.{number}.for": [message(sentence, identity=one.item_id)]
            for number, one in enumerate(wanted or ())
            if one.item_id not in items
        }
    )
    placed = proposals.propose(setting, wanted)
    row = session.get(Placement, event.id)
    told = [*checks.warnings(placed, setting), *checks.unknown_sexes(setting)]
    return PlacementBoard(placed, setting, told, row.version if row is not None else 0)
