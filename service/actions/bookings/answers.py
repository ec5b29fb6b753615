"""Keepers answer who asks for their resource: they approve a booking, or refuse it and say why.

A booking that waits for the answer takes the resource already, so an approval can't make two of one. Whoever asked does
not answer, unless they keep the resource themselves.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.accounts import User
from models.errors import Conflict, Forbidden, NotFound
from models.events import Event
from models.i18n import N_, message
from models.queries.keepers import Keepers
from models.resources import Booking, Resource
from models.vocabulary import TAKING, BookingState
from service.actions import crud, permissions
from service.actions.bookings import keeper_notices
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.keepers import answered_resources, is_keeper, kept_resources, may_answer
from service.actions.context import ActionContext

Check = Callable[[Booking], None]
NOT_YOURS = N_("Only its keepers, an approver or the protocol office of the office that lends it can answer this.")
OWN = N_("Whoever asked for it can't approve or refuse it; a keeper of it can.")


def find_for_answer(session: Session, act: ActionContext, identity: str) -> Booking:
    """A booking that the account may read: of an event it may read, or of a resource it answers for.

    Raises:
        NotFound: there is none, or it is neither.
    """
    found = session.get(Booking, identity)
    if found is None or not (_reads(session, found) or _answers(session, act, found)):
        raise NotFound(crud.called(Booking), identity)
    return found


def _reads(session: Session, booking: Booking) -> bool:
    return not permissions.hidden(session, [booking.event_id], by_share=False)


def _answers(session: Session, act: ActionContext, booking: Booking) -> bool:
    return act.user is not None and may_answer(session, act, session.get_one(Resource, booking.resource_id))


def approve(session: Session, act: ActionContext, identity: str, check: Check) -> Booking:
    """Approve a booking that waits for it: it is held.

    ``check`` refuses what was changed since it was read; it is asked with everything locked.

    Raises:
        NotFound, Forbidden, Conflict: as in :func:`_waiting`.
    """
    booking, resource = _waiting(session, act, identity, check)
    return _answer(session, act, booking, resource, BookingState.HELD, None)


def refuse(session: Session, act: ActionContext, identity: str, reason: str, check: Check) -> Booking:
    """Refuse a booking that waits for an answer: its time is free again, and who asked is told why.

    Raises:
        NotFound, Forbidden, Conflict: as in :func:`_waiting`.
    """
    booking, resource = _waiting(session, act, identity, check)
    return _answer(session, act, booking, resource, BookingState.REFUSED, reason)


def _waiting(session: Session, act: ActionContext, identity: str, check: Check) -> tuple[Booking, Resource]:
    """The booking to answer, and its resource, both locked.

    Raises:
        NotFound: the account may not know of it.
        Forbidden: it is not the account's to answer, or the account asked for it (``four_eyes``).
        Conflict: it does not wait for an answer (any more): ``not_asked``, with its ``state_now``.
    """
    read = find_for_answer(session, act, identity)
    # Events before resources, as every writer of bookings; the booking itself against who deletes it.
    session.exec(
        select(Event)
        .where(Event.id == read.event_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).first()
    (resource,) = lock_resources(session, [read.resource_id]).values()
    booking = session.exec(
        select(Booking).where(Booking.id == identity).with_for_update().execution_options(populate_existing=True)
    ).first()
    if booking is None:
        raise NotFound(crud.called(Booking), identity)
    if booking.resource_id != resource.id or not may_answer(session, act, resource):
        raise Forbidden(message(NOT_YOURS), code="not_in_charge")
    check(booking)
    if booking.state is not BookingState.ASKED:
        what = message(N_("This booking does not wait for an answer (any more)."))
        raise Conflict(what, code="not_asked", state_now=booking.state.value)
    asked = {booking.asked_by, booking.created_by} - {None}
    if act.user is not None and act.user.id in asked and not is_keeper(session, act, resource):
        raise Forbidden(message(OWN), code="four_eyes")
    return booking, resource


def _answer(
    session: Session, act: ActionContext, booking: Booking, resource: Resource, state: BookingState, reason: str | None
) -> Booking:
    before = keeper_notices.BookingBefore.of(booking, resource)
    change = {
        "state": state,
        "answered_by": act.user.id if act.user is not None else None,
        "answered_at": act.now,
        "answer_reason": reason,
    }
    crud.change(session, act, booking, change, event_id=booking.event_id, reason=reason)
    keeper_notices.tell(session, act, before.changes(booking, resource))
    return booking


def account_names(session: Session, ids: Collection[str | None]) -> dict[str, str]:
    """Account → name; one query."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    return dict(session.exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())


@dataclass(frozen=True, slots=True)
class KeptBooking:
    """A booking as a keeper reads it; ``title`` None: what it is for is not theirs to read."""

    booking: Booking
    resource: Resource
    event: Event
    is_hidden: bool
    booked_by: str | None
    may_be_answered: bool


def waiting_bookings(session: Session, act: ActionContext, most: int) -> list[KeptBooking]:
    """What waits for the answer of the account that acts, by day; a fixed number of queries.

    As a keeper, or overseeing the office, of what has no keeper who could answer; what it asked for itself waits for
    somebody else.
    """
    answered = answered_resources(session, act)
    known = Keepers.load(session, answered)
    mine = [
        one
        for one in answered
        if is_keeper(session, act, one) or not any(each.account_id for each in known.of(one).values())
    ]
    return _listed(session, act, mine, (BookingState.ASKED,), most)


def coming_bookings(session: Session, act: ActionContext, most: int) -> list[KeptBooking]:
    """The coming bookings of what the account that acts keeps, by day."""
    return _listed(session, act, kept_resources(session, act), TAKING, most)


def _listed(
    session: Session, act: ActionContext, resources: list[Resource], states: tuple[BookingState, ...], most: int
) -> list[KeptBooking]:
    if not resources:
        return []
    by_id = {one.id: one for one in resources}
    rows = session.exec(
        select(Booking, Event)
        .where(
            col(Booking.resource_id).in_(sorted(by_id)),
            col(Booking.state).in_(states),
            col(Booking.ends_at) > act.now,
            Booking.event_id == Event.id,
        )
        .order_by(col(Booking.starts_at), col(Booking.id))
        .limit(most)
    ).all()
    hidden = permissions.hidden(session, {event.id for _booking, event in rows}, by_share=False)
    names = account_names(session, {booking.asked_by or booking.created_by for booking, _event in rows})
    me = act.account.id
    found = []
    for booking, event in rows:
        resource = by_id[booking.resource_id]
        is_own = me in (booking.asked_by, booking.created_by) and not is_keeper(session, act, resource)
        may = booking.state is BookingState.ASKED and not is_own and may_answer(session, act, resource)
        who = names.get(booking.asked_by or booking.created_by or "")
        found.append(KeptBooking(booking, resource, event, event.id in hidden, who, may))
    return found
