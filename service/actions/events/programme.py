"""The working programme of an event: replaced as a whole or changed item by item; its warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from calendars.days.formatting import in_words
from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from calendars.events.lifecycle import CALLED_OFF
from calendars.programmes.checks import ProgrammeWarning, programme_warnings
from calendars.programmes.items import ProgrammeItemValues
from models.event_parts import ProgrammeItem
from models.events import Event
from models.i18n import N_, message
from models.queries.event_parts import programme_of
from models.vocabulary import EventStatus
from service.actions import crud, permissions
from service.actions.audit import plain, record
from service.actions.context import ActionContext


def replace_programme(session: Session, act: ActionContext, event: Event, items: Sequence[Mapping[str, Any]]) -> None:
    """Replace the whole working programme; published revisions stay as they are."""
    permissions.check_change(session, event)
    crud.check(
        {
            f"items.{number}.{field}": messages
            for number, item in enumerate(items)
            for field, messages in _item_errors(event, item).items()
        }
    )
    old = programme_of(session, event.id)
    new = [ProgrammeItem(event_id=event.id, position=position, **item) for position, item in enumerate(items)]
    before, after = plain(old), plain(new)
    if before == after:
        return
    for row in old:
        session.delete(row)
    session.add_all(new)
    crud.flush(session)
    record(session, act, "change", "programme", event.id, {"items": {"from": before, "to": after}}, event_id=event.id)


def add_item(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> ProgrammeItem:
    """Add one item to the working programme; the others stay, also those that are now outside the visit.

    An end that is not after its start lies on the next day.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Invalid: its day is outside the visit, arrival and departure included.
    """
    permissions.check_change(session, event)
    crud.check(_item_errors(event, values))
    before = programme_of(session, event.id)
    item = ProgrammeItem(event_id=event.id, position=1 + max((one.position for one in before), default=-1), **values)
    was = plain(before)
    session.add(item)
    _record_change(session, act, event, was)
    return item


def change_item(
    session: Session, act: ActionContext, event: Event, item: ProgrammeItem, values: Mapping[str, Any]
) -> ProgrammeItem:
    """Change one item of the working programme; raises as :func:`add_item`."""
    permissions.check_change(session, event)
    crud.check(_item_errors(event, {"day": item.day} | dict(values)))
    was = plain(programme_of(session, event.id))
    crud.assign(item, values)
    _record_change(session, act, event, was)
    return item


def remove_item(session: Session, act: ActionContext, event: Event, item: ProgrammeItem) -> None:
    """Remove one item from the working programme.

    Raises:
        Forbidden: another organisation is in charge of the event.
    """
    permissions.check_change(session, event)
    was = plain(programme_of(session, event.id))
    session.delete(item)
    _record_change(session, act, event, was)


def _item_errors(event: Event, item: Mapping[str, Any]) -> crud.Errors:
    errors: crud.Errors = {}
    stay = whole_stay(event.first_day, event.last_day, event.arrives_on, event.departs_on)
    if item["day"] not in stay:
        errors["day"] = [
            message(
                N_("Must lie within the visit, {first_day} to {last_day}."),
                first_day=in_words(stay.first),
                last_day=in_words(stay.last),
            )
        ]
    return errors


def _record_change(session: Session, act: ActionContext, event: Event, was: Any) -> None:
    """Write an audit row if the working programme differs from what it was."""
    crud.flush(session)
    now = plain(programme_of(session, event.id))
    if now != was:
        record(session, act, "change", "programme", event.id, {"items": {"from": was, "to": now}}, event_id=event.id)


def warnings_of(event: Event, items: Sequence[ProgrammeItem]) -> list[ProgrammeWarning]:
    """The warnings about an event's programme; none if it is completed, postponed or cancelled."""
    if event.status in CALLED_OFF or event.status is EventStatus.COMPLETED:
        return []
    days = Days(event.first_day, event.last_day)
    stay = whole_stay(event.first_day, event.last_day, event.arrives_on, event.departs_on)
    values = [ProgrammeItemValues.of(item) for item in items]
    return programme_warnings(values, days, event.start_time, event.end_time, stay=stay)
