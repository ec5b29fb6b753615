"""The working programme of an event, moved along with its visit."""

from sqlmodel import Session

from calendars.days.spans import Days, days_after
from models.events import Event
from models.queries.event_parts import programme_of
from service.actions import crud
from service.actions.audit import plain, record
from service.actions.context import ActionContext


def move_with_event(session: Session, act: ActionContext, event: Event, before: Days) -> None:
    """Move the working programme along with an event whose first and last day have moved by the same number of days.

    ``before`` are its days before the change. If its length has changed it is unknown which item belongs where, so all
    items stay; so do items that were outside the visit before. Published revisions never change.
    """
    moved = (event.first_day - before.first).days
    if not moved or (event.last_day - before.last).days != moved:
        return
    items = programme_of(session, event.id)
    was = plain(items)
    for item in items:
        if item.day in before:
            item.day = days_after(item.day, moved)
    now = plain(items)
    if now != was:
        crud.flush(session)
        record(session, act, "move", "programme", event.id, {"items": {"from": was, "to": now}}, event_id=event.id)
