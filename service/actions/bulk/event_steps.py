"""What can be done to several events at once, by the rules of one event's change."""

from datetime import timedelta
from enum import StrEnum

from sqlmodel import Session

from calendars.days.spans import days_after
from models.errors import Conflict, Invalid
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import EventStatus, Visibility
from service.actions.bulk.changes import BulkStep, RowDifference
from service.actions.context import ActionContext
from service.actions.events import events

FURTHEST = 366
"""Days by which several events can be moved at once."""

MOVED = frozenset({EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CONFIRMED})
"""Events in these states are moved together; others each on its own page."""


class EventStep(StrEnum):
    """A change of several events."""

    IN_CHARGE = "in_charge"
    ORGANISATION = "organisation"
    VISIBILITY = "visibility"
    SHIFT = "shift"


def event_step(session: Session, act: ActionContext, what: EventStep, value: str) -> BulkStep[Event]:
    """The change with its value: an account's or a body's id, a visibility, a number of days.

    Raises:
        Invalid: under ``value``, if it is none of these.
    """
    match what:
        case EventStep.SHIFT:
            days = shift_of(value)
            return BulkStep(events.find_event, lambda event: _shift(session, act, event, days))
        case EventStep.VISIBILITY:
            if value not in set(Visibility):
                raise Invalid({"value": [message(N_("Choose what is to be changed to what."))]})
            return _setting(session, act, "visibility", Visibility(value))
        case EventStep.ORGANISATION:
            return _setting(session, act, "organisation_id", _given(value))
        case _:
            return _setting(session, act, "in_charge_id", _given(value))


def shift_of(value: str) -> int:
    """A number of days as it was typed, forwards or back.

    Raises:
        Invalid: under ``value``, if it is none, nought, or too many.
    """
    typed = value.strip().replace("−", "-").replace("–", "-").removeprefix("+")
    if not typed.removeprefix("-").isascii() or not typed.removeprefix("-").isdigit() or len(typed) > 5:
        raise Invalid({"value": [message(N_("Write by how many days, like 2 or -2."))]})
    days = int(typed)
    if not 0 < abs(days) <= FURTHEST:
        raise Invalid({"value": [message(N_("By 1 to {count} days, forwards or back."), count=FURTHEST)]})
    return days


def in_turn(session: Session, ids: list[str], what: EventStep, value: str) -> list[str]:
    """The events in the order in which they are changed: of those that move forwards the last one first, so that none
    stands in the way of another."""
    if what is not EventStep.SHIFT:
        return ids
    days = {identity: event.first_day for identity in ids if (event := session.get(Event, identity)) is not None}
    known = sorted((identity for identity in ids if identity in days), key=lambda one: (days[one], one))
    return known[::-1] if shift_of(value) > 0 else known


def _given(value: str) -> str:
    if not value:
        raise Invalid({"value": [message(N_("Choose what is to be changed to what."))]})
    return value


def _setting(session: Session, act: ActionContext, name: str, value: str) -> BulkStep[Event]:
    def do(event: Event) -> RowDifference:
        before = getattr(event, name)
        events.change_event(session, act, event, {name: value})
        return RowDifference(before, value)

    return BulkStep(events.find_event, do)


def _shift(session: Session, act: ActionContext, event: Event, days: int) -> RowDifference:
    if event.status not in MOVED:
        raise Conflict(
            message(N_("Only drafts, planned and confirmed events are moved together; move this one on its own page.")),
            code="not_moved_together",
        )
    before = (event.first_day, event.last_day)
    length = event.last_day - event.first_day
    first = days_after(event.first_day, days)
    last = first + timedelta(days=length.days)
    events.change_event(session, act, event, {"first_day": first, "last_day": last})
    return RowDifference(before, (first, last))
