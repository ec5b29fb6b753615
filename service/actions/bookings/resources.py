"""Rooms, lodging, vehicles, interpreters, equipment: created, changed, taken out of service."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, case, cast, func
from sqlmodel import Session, col, select

from calendars.bookings.availability import HeldQuantity, overbooked_bookings
from calendars.bookings.times import BookingTimes
from models.errors import Stale
from models.i18n import N_, message
from models.places import Person
from models.resources import Booking, Resource
from models.vocabulary import TAKING, BookingState, ResourceType
from service.actions import crud, permissions
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.conflict_check import BookingClash, blocking_with_events
from service.actions.bookings.keeper_notices import BookingBefore, tell
from service.actions.bookings.keepers import check_naming, keeper_errors
from service.actions.context import ActionContext
from service.actions.locality_index import LocalityIndex

_BOOKING_LIMITS = ("capacity", "buffer_before", "buffer_after")


def create_resource(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Resource:
    """Create a resource that can be booked.

    Raises:
        Invalid: its person or a keeper is none.
        Forbidden: a keeper's address belongs to nobody.
    """
    crud.check(_errors(session, None, values))
    check_naming(session, act, None, values)
    return crud.create(session, act, Resource(**values))


def change_resource(session: Session, act: ActionContext, resource: Resource, values: Mapping[str, Any]) -> Resource:
    """Change a resource; its current and future bookings must fit a smaller capacity or longer buffers.

    Where approval is no longer needed, what waited for it is held.

    Raises:
        BookingClash: current or future bookings would no longer fit.
        Forbidden: who keeps it is not the account's to say.
        Stale: it has been changed since it was read.
    """
    crud.check(_errors(session, resource, values))
    version = resource.version
    (resource,) = lock_resources(session, [resource.id]).values()
    if resource.version != version:
        raise Stale
    check_naming(session, act, resource, values)
    changed = crud.change(session, act, resource, values)
    if changed & set(_BOOKING_LIMITS):
        _refit_bookings(session, act, resource)
    if "needs_approval" in changed and not resource.needs_approval:
        _hold_asked(session, act, resource)
    return resource


def _hold_asked(session: Session, act: ActionContext, resource: Resource) -> None:
    """Hold what waits for an approval that is no longer needed."""
    waiting = session.exec(
        select(Booking)
        .where(Booking.resource_id == resource.id, Booking.state == BookingState.ASKED)
        .order_by(col(Booking.id))
    ).all()
    told = []
    for one in waiting:
        before = BookingBefore.of(one, resource)
        crud.change(session, act, one, {"state": BookingState.HELD}, event_id=one.event_id)
        told += before.changes(one, resource)
    tell(session, act, told)


def delete_resource(session: Session, act: ActionContext, resource: Resource) -> None:
    """Delete a resource that was never booked; one that was is taken out of service instead.

    Raises:
        Conflict: it has bookings.
    """
    crud.delete(session, act, resource)


_BY_SIZE = case((col(Resource.type) == ResourceType.VEHICLE, func.coalesce(col(Resource.seats), 0)), else_=0)
"""Of the names of cars "16 seats" comes before "7 seats"; who looks for one looks for its size."""

RESOURCE_ORDER = (col(Resource.type), col(Resource.sort_key), col(Resource.id))
SHOWN_ORDER = (col(Resource.type), _BY_SIZE, col(Resource.sort_key), col(Resource.id))


def all_resources(session: Session, limit: int, *, only_active: bool = False) -> list[Resource]:
    """The first resources of the reader's office by type, cars by seats, then by name; including those out of service
    unless ``only_active``."""
    own = permissions.marked_own(session, col(Resource.office))
    statement = select(Resource).where(own).order_by(*SHOWN_ORDER).limit(limit)
    return list(session.exec(statement.where(col(Resource.active)) if only_active else statement))


def resources_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the resources that match a query string; a locality is found under its old and its new code."""
    statement: Any = select(Resource).where(permissions.marked_own(session, col(Resource.office)))
    if query.get("type"):
        statement = statement.where(col(Resource.type).in_(query["type"]))
    if query.get("locality"):
        statement = statement.where(col(Resource.locality).in_(LocalityIndex.load(session).line(query["locality"])))
    if query.get("active") is not None:
        statement = statement.where(col(Resource.active).is_(query["active"]))
    if query.get("seats"):
        statement = statement.where(col(Resource.seats) >= query["seats"])
    for language in query.get("language", ()):
        # The list as JSON text, on both databases: ["vi", "lo"].
        statement = statement.where(cast(col(Resource.languages), String).like(f'%"{language}"%'))
    return crud.matching(statement, col(Resource.search_text), query.get("q"))


def _errors(session: Session, resource: Resource | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Resource, values)
    if wrong := keeper_errors(session, resource, values.get("keepers") or ()):
        errors["keepers"] = wrong
    after = {name: getattr(resource, name, None) for name in ("type", "person_id")} | dict(values)
    if after.get("person_id") is None or "person_id" in errors:
        return errors
    if after.get("type") is not ResourceType.INTERPRETER:
        errors["person_id"] = [message(N_("Only an interpreter is a person."))]
    person = session.get_one(Person, after["person_id"])
    is_others = person.kept_by is not None and not permissions.is_of_own_office(session, person.kept_by)
    if is_others and "person_id" in values:  # nobody's people interpret for anybody
        errors["person_id"] = [message(N_("This person belongs to another office, which lends its own people."))]
    of_office = permissions.marked_own(session, col(Resource.office))  # another office's is not even named
    same_person = session.exec(select(Resource).where(Resource.person_id == after["person_id"], of_office)).all()
    if others := [other for other in same_person if other is not resource]:
        errors["person_id"] = [message(N_("This person is already bookable as “{name}”."), name=others[0].name)]
    return errors


def _refit_bookings(session: Session, act: ActionContext, resource: Resource) -> None:
    """Recalculate the spans of current and future bookings; those that are over stay as they were.

    Raises:
        BookingClash: they no longer fit.
    """
    held = session.exec(
        select(Booking).where(
            Booking.resource_id == resource.id,
            col(Booking.state).in_(TAKING),
            col(Booking.ends_at) > act.now,
        )
    ).all()
    spans = {one.id: BookingTimes.of(one).span(resource.buffer_before, resource.buffer_after) for one in held}
    quantities = [HeldQuantity(spans[one.id], one.quantity, one.id, one.event_id) for one in held]
    if overbooked := overbooked_bookings(quantities, resource.capacity):
        detail = message(N_("What is booked would no longer fit. Move or remove these bookings first."))
        raise BookingClash(detail, blocking_with_events(session, resource, overbooked), [])
    # First none is exclusive, then all: PostgreSQL's constraint must not compare old spans with new ones in between.
    for is_final in (False, True):
        for one in held:
            one.is_exclusive = is_final and resource.capacity == 1
            if is_final:
                one.starts_at, one.ends_at = spans[one.id].start, spans[one.id].end
        session.flush()
