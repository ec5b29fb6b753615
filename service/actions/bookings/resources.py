"""Rooms, lodging, vehicles, interpreters, equipment: made, changed, taken out of service."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, col, select

from calendars.bookings.availability import HeldQuantity, overbooked_bookings
from calendars.bookings.times import BookingTimes
from models.errors import Stale
from models.i18n import N_, message
from models.resources import Booking, Resource
from models.vocabulary import BookingState, ResourceType
from service.actions import crud
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.conflict_check import BookingClash, blocking_with_events
from service.actions.context import ActionContext
from service.actions.locality_index import LocalityIndex

_TAKES_TIME = ("capacity", "buffer_before", "buffer_after")


def create_resource(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Resource:
    """Make something that can be booked."""
    crud.check(_errors(session, None, values))
    return crud.create(session, act, Resource(**values))


def change_resource(session: Session, act: ActionContext, resource: Resource, values: Mapping[str, Any]) -> Resource:
    """Change a resource; a smaller capacity or longer buffers must leave room for what is booked.

    Raises:
        BookingClash: what is booked from now on would not fit any more.
        Stale: somebody changed it a moment ago.
    """
    crud.check(_errors(session, resource, values))
    seen = resource.version
    (resource,) = lock_resources(session, [resource.id]).values()
    if resource.version != seen:
        raise Stale
    if crud.change(session, act, resource, values) & set(_TAKES_TIME):
        _fit_again(session, act, resource)
    return resource


def delete_resource(session: Session, act: ActionContext, resource: Resource) -> None:
    """Delete a resource that was never booked; another is taken out of service.

    Raises:
        Conflict: it has bookings.
    """
    crud.delete(session, act, resource)


def all_resources(session: Session, limit: int, *, only_active: bool = False) -> list[Resource]:
    """The first resources by name, those out of service among them unless ``only_active``."""
    statement = select(Resource).order_by(col(Resource.search_text), col(Resource.id)).limit(limit)
    return list(session.exec(statement.where(col(Resource.active)) if only_active else statement))


RESOURCE_ORDER = (col(Resource.type), col(Resource.search_text), col(Resource.id))


def resources_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The select of resources a query string asks for; a locality is found under its old and its new name."""
    statement: Any = select(Resource)
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
    after = {name: getattr(resource, name, None) for name in ("type", "person_id")} | dict(values)
    if after.get("person_id") is None or "person_id" in errors:
        return errors
    if after.get("type") is not ResourceType.INTERPRETER:
        errors["person_id"] = [message(N_("Only an interpreter is a person."))]
    same_person = session.exec(select(Resource).where(Resource.person_id == after["person_id"])).all()
    if others := [other for other in same_person if other is not resource]:
        errors["person_id"] = [message(N_("This person is already bookable as “{name}”."), name=others[0].name)]
    return errors


def _fit_again(session: Session, act: ActionContext, resource: Resource) -> None:
    """Reckon anew what the bookings from now on take; those that are over stay as they were."""
    held = session.exec(
        select(Booking).where(
            Booking.resource_id == resource.id,
            Booking.state == BookingState.HELD,
            col(Booking.ends_at) > act.now,
        )
    ).all()
    wanted = {one.id: BookingTimes.of(one).span(resource.buffer_before, resource.buffer_after) for one in held}
    taken = [HeldQuantity(wanted[one.id], one.quantity, one.id, one.event_id) for one in held]
    if too_many := overbooked_bookings(taken, resource.capacity):
        detail = message(N_("What is booked would no longer fit. Move or remove these bookings first."))
        raise BookingClash(detail, blocking_with_events(session, resource, too_many), [])
    # First none is exclusive, then all: on the way PostgreSQL's constraint must not see the old beside the new.
    for is_final in (False, True):
        for one in held:
            one.is_exclusive = is_final and resource.capacity == 1
            if is_final:
                one.starts_at, one.ends_at = wanted[one.id].start, wanted[one.id].end
        session.flush()
