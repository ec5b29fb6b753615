"""The free/busy times of a feed: when its events take place, without saying what they are."""

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.days import spans
from calendars.days.spans import event_span
from calendars.events.lifecycle import CALLED_OFF
from models.events import Event
from models.feeds import Feed
from service.actions.context import ActionContext
from service.actions.feeds.feeds import shown_by


def free_busy(session: Session, act: ActionContext, feed: Feed) -> bytes:
    """The times of the feed's events, and nothing else about them: one VFREEBUSY in UTC, adjacent times merged.

    Whole days last from midnight to midnight in the event's time zone; postponed and cancelled events are left out.
    Source: RFC 5545 section 3.6.4.
    """
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    import icalendar

    columns = (Event.first_day, Event.last_day, Event.start_time, Event.end_time, Event.timezone)
    statement = select(col(Event.status), col(Event.updated_at), *(col(column) for column in columns))
    found = session.execute(statement.where(*shown_by(session, act, feed))).all()
    busy = spans.merged(event_span(*when) for status, _changed_at, *when in found if status not in CALLED_OFF)
    component = icalendar.FreeBusy()
    component.add("UID", f"free-busy-{feed.id}")
    component.add("DTSTAMP", max([feed.updated_at, *(row.updated_at for row in found)]))
    if busy:
        component.add("DTSTART", busy[0].start)
        component.add("DTEND", busy[-1].end)
        component.add("FREEBUSY", [(span.start, span.end) for span in busy])
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", f"-//Protocol Desk//Protocol Desk//{feed.locale.upper()}")
    calendar.add_component(component)
    rendered: bytes = calendar.to_ical()
    return rendered
