"""The working programme of an event: replaced as a whole or changed item by item; its warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from calendars.days.formatting import in_words
from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from calendars.events.lifecycle import CALLED_OFF
from calendars.programmes.checks import ProgrammeWarning, programme_warnings
from calendars.programmes.differences import same_items
from calendars.programmes.items import ProgrammeItemValues
from models.errors import NotFound
from models.event_parts import ProgrammeItem
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.queries.event_parts import programme_of
from models.vocabulary import EventStatus
from service.actions import crud, permissions
from service.actions.audit import plain, record
from service.actions.context import ActionContext
from service.actions.known_days import check_has_days


def lock(session: Session, event: Event) -> list[ProgrammeItem]:
    """The programme in running order as it is now; nobody else changes or publishes it until the transaction ends.

    Whoever compares what somebody read with what there is does so after this. The event is locked first, as for
    bookings, and read again with its items: both may have changed while this waited.

    Raises:
        NotFound: the event has been deleted meanwhile.
    """
    locked = select(Event).where(Event.id == event.id).with_for_update().execution_options(populate_existing=True)
    if session.exec(locked).one_or_none() is None:
        raise NotFound(noun("event"), event.id)
    rows = select(ProgrammeItem).where(ProgrammeItem.event_id == event.id).order_by(col(ProgrammeItem.id))
    session.exec(rows.execution_options(populate_existing=True)).all()
    return programme_of(session, event.id)


def replace_programme(session: Session, act: ActionContext, event: Event, items: Sequence[Mapping[str, Any]]) -> None:
    """Replace the whole working programme; published revisions stay as they are.

    Items keep their ids: an item that names one (``id``) stays that item, another stays the one that it equals or
    continues (:func:`calendars.programmes.differences.same_items`).

    Raises:
        Forbidden: another organisation is in charge of the event.
        Invalid: a day is outside the visit, or an id is no item's of this programme, or named twice.
    """
    permissions.check_change(session, event)
    old = {row.id: row for row in lock(session, event)}
    if items:
        check_has_days(event, "items")
    errors = {
        f"items.{number}.{field}": messages
        for number, item in enumerate(items)
        for field, messages in _item_errors(event, item).items()
    }
    crud.check(errors | _id_errors(items, old))
    values = [{name: value for name, value in item.items() if name != "id"} for item in items]
    new = [ProgrammeItem(event_id=event.id, position=position, **item) for position, item in enumerate(values)]
    before, after = plain(list(old.values())), plain(new)
    kept = _kept_rows(items, new, old)
    stay = [kept[number].id for number in sorted(kept)]
    if before == after and stay == list(old):
        return
    for row in old.values():
        if row.id not in stay:
            session.delete(row)
    for number, item in enumerate(new):
        if number in kept:
            crud.assign(kept[number], values[number] | {"position": number})
        else:
            session.add(item)
    crud.flush(session)
    if before != after:
        changed = {"items": {"from": before, "to": after}}
        record(session, act, "change", "programme", event.id, changed, event_id=event.id, kept={"ids": list(old)})


def _id_errors(items: Sequence[Mapping[str, Any]], old: Mapping[str, ProgrammeItem]) -> crud.Errors:
    errors: crud.Errors = {}
    seen: set[str] = set()
    for number, item in enumerate(items):
        identity = item.get("id")
        if identity is None:
            continue
        if identity not in old:
            sentence = N_("The programme has no item “{identity}”. Leave the id out to add one.")
            errors[f"items.{number}.id"] = [message(sentence, identity=identity)]
        elif identity in seen:
            errors[f"items.{number}.id"] = [message(N_("This item is there already."))]
        seen.add(identity)
    return errors


def _kept_rows(
    items: Sequence[Mapping[str, Any]], new: Sequence[ProgrammeItem], old: Mapping[str, ProgrammeItem]
) -> dict[int, ProgrammeItem]:
    """Place in the new programme → the row that stays the same item."""
    named = {number: old[item["id"]] for number, item in enumerate(items) if item.get("id") is not None}
    free = [row for row in old.values() if row.id not in {one.id for one in named.values()}]
    unnamed = [number for number in range(len(new)) if number not in named]
    same = same_items(
        [ProgrammeItemValues.of(row) for row in free], [ProgrammeItemValues.of(new[number]) for number in unnamed]
    )
    return named | {unnamed[place]: free[was] for place, was in same.items()}


def add_item(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> ProgrammeItem:
    """Add one item to the working programme; the others stay, also those that are now outside the visit.

    An end that is not after its start lies on the next day.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Invalid: its day is outside the visit, arrival and departure included.
    """
    permissions.check_change(session, event)
    before = lock(session, event)
    check_has_days(event, "day")
    crud.check(_item_errors(event, values))
    item = ProgrammeItem(event_id=event.id, position=1 + max((one.position for one in before), default=-1), **values)
    was, ids = plain(before), [one.id for one in before]
    session.add(item)
    _record_change(session, act, event, was, ids)
    return item


def change_item(
    session: Session, act: ActionContext, event: Event, item: ProgrammeItem, values: Mapping[str, Any]
) -> ProgrammeItem:
    """Change one item of the working programme; raises as :func:`add_item`."""
    permissions.check_change(session, event)
    before = lock(session, event)
    crud.check(_item_errors(event, {"day": item.day} | dict(values)))
    was, ids = plain(before), [one.id for one in before]
    crud.assign(item, values)
    _record_change(session, act, event, was, ids)
    return item


def remove_item(session: Session, act: ActionContext, event: Event, item: ProgrammeItem) -> None:
    """Remove one item from the working programme.

    Raises:
        Forbidden: another organisation is in charge of the event.
    """
    permissions.check_change(session, event)
    before = lock(session, event)
    was, ids = plain(before), [one.id for one in before]
    session.delete(item)
    _record_change(session, act, event, was, ids)


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


def _record_change(session: Session, act: ActionContext, event: Event, was: Any, ids: Sequence[str]) -> None:
    """Write an audit row if the working programme differs from what it was, of items with these ids."""
    crud.flush(session)
    now = plain(programme_of(session, event.id))
    if now != was:
        changed = {"items": {"from": was, "to": now}}
        record(session, act, "change", "programme", event.id, changed, event_id=event.id, kept={"ids": list(ids)})


def restore(session: Session, act: ActionContext, event: Event, items: Sequence[Mapping[str, Any]]) -> None:
    """Put a working programme back as it was, every item with the ``id`` it had.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Invalid: a day is outside the visit.
    """
    permissions.check_change(session, event)
    errors = {
        f"items.{number}": one.get("day", []) for number, item in enumerate(items) if (one := _item_errors(event, item))
    }
    crud.check(errors)
    before = programme_of(session, event.id)
    was, ids = plain(before), [one.id for one in before]
    old = {one.id: one for one in before}
    for gone in old.keys() - {item["id"] for item in items}:
        session.delete(old[gone])
    crud.flush(session)
    for item in items:
        if item["id"] in old:
            crud.assign(old[item["id"]], {name: value for name, value in item.items() if name != "id"})
        else:
            session.add(ProgrammeItem(event_id=event.id, **item))
    _record_change(session, act, event, was, ids)


def warnings_of(event: Event, items: Sequence[ProgrammeItem]) -> list[ProgrammeWarning]:
    """The warnings about an event's programme; none if it is completed, postponed or cancelled."""
    return warnings_of_values(event, [ProgrammeItemValues.of(item) for item in items])


def warnings_of_values(event: Event, values: Sequence[ProgrammeItemValues]) -> list[ProgrammeWarning]:
    """The warnings that :func:`warnings_of` would give about another programme of the event."""
    if not is_planned(event):
        return []
    days = Days(event.first_day, event.last_day)
    stay = whole_stay(event.first_day, event.last_day, event.arrives_on, event.departs_on)
    return programme_warnings(values, days, event.start_time, event.end_time, stay=stay)


def is_planned(event: Event) -> bool:
    """Whether an event is still to be held: not completed, postponed or cancelled."""
    return event.status not in CALLED_OFF and event.status is not EventStatus.COMPLETED
