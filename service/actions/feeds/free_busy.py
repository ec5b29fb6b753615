"""The free/busy times of a feed: when its entries block the time, without saying what they are."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.days import spans
from calendars.days.spans import MIDNIGHT, Span, days_after, event_span, wall_time
from calendars.events.host_days import whole_stay
from calendars.events.lifecycle import CALLED_OFF
from calendars.ical.vevent import entry_status
from calendars.programmes.dated_parts import PartKind
from calendars.programmes.rendering import read_revision
from models.event_parts import last_revisions
from models.events import Event
from models.feeds import Feed
from models.vocabulary import EventStatus
from service.actions.context import ActionContext
from service.actions.dated_parts import dated_parts
from service.actions.feeds.feeds import shown_by

AHEAD = 366
"""How many days from today the window reaches at least; further if the feed shows something later."""

_COLUMNS = (
    "id", "status", "updated_at", "changed_since_confirmed", "first_day", "last_day", "start_time", "end_time",
    "timezone", "arrives_on", "departs_on",
)  # fmt: skip


def free_busy(session: Session, act: ActionContext, feed: Feed) -> bytes:
    """One VFREEBUSY in UTC of the feed's window: the times its entries block, and nothing else about them.

    It agrees with the feed: what is transparent there (whole days, what is called off) is free here, what is tentative
    is BUSY-TENTATIVE, unless something certain is at the same time. Adjacent times are merged. The window begins with
    the feed's oldest day and ends a year ahead or after the last entry. A start whose end nobody knows blocks an hour,
    the least it takes. Source: RFC 5545 sections 3.6.4 and 3.8.2.6.
    """
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    import icalendar

    statement = select(*(col(getattr(Event, name)) for name in _COLUMNS)).where(*shown_by(session, act, feed))
    found = session.execute(statement).all()
    busy: dict[str, list[Span]] = {"CONFIRMED": [], "TENTATIVE": []}
    for row, span in _blocked(session, feed, found):
        busy[entry_status(row.status, is_changed=row.changed_since_confirmed)].append(span)
    every = [*busy["CONFIRMED"], *busy["TENTATIVE"]]
    window = _window(act, feed, max((span.end for span in every), default=None))
    certain = spans.merged(_clipped(busy["CONFIRMED"], window))
    tentative = spans.without(_clipped(busy["TENTATIVE"], window), certain)
    component = icalendar.FreeBusy()
    component.add("UID", f"free-busy-{feed.id}")
    component.add("DTSTAMP", max([feed.updated_at, *(row.updated_at for row in found)]))
    component.add("DTSTART", window.start)
    component.add("DTEND", window.end)
    if certain:
        component.add("FREEBUSY", [(span.start, span.end) for span in certain])
    if tentative:
        parameters = {"FBTYPE": "BUSY-TENTATIVE"}
        component.add("FREEBUSY", [(span.start, span.end) for span in tentative], parameters=parameters)
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", f"-//Protocol Desk//Protocol Desk//{feed.locale.upper()}")
    calendar.add_component(component)
    rendered: bytes = calendar.to_ical()
    return rendered


def _blocked(session: Session, feed: Feed, found: Sequence[Any]) -> Iterator[tuple[Any, Span]]:
    """The events and the instants that their entries in the feed block: the opaque ones of :mod:`calendars.ical`."""
    taking_place = {row.id: row for row in found if row.status not in CALLED_OFF}
    if feed.visits:
        for row in taking_place.values():
            if row.start_time is not None or row.end_time is not None:
                yield row, event_span(row.first_day, row.last_day, row.start_time, row.end_time, row.timezone)
    if not feed.programme:
        return
    told = {identity: row for identity, row in taking_place.items() if row.status is not EventStatus.DRAFT}
    for identity, revision in last_revisions(session, told).items():
        row, programme = told[identity], read_revision(revision)
        stay = whole_stay(row.first_day, row.last_day, row.arrives_on, row.departs_on)
        if programme is not None and not programme.is_outdated(row.first_day, stay):
            for item in programme.items:
                if item.start_time is not None or item.end_time is not None:
                    yield row, event_span(item.day, item.day, item.start_time, item.end_time, row.timezone)
    for identity, parts in dated_parts(session, told).items():
        for part in parts:
            if part.kind is PartKind.PERFORMANCE and part.start_time is not None:
                row = told[identity]
                yield row, event_span(part.first_day, part.last_day, part.start_time, None, row.timezone)


def _window(act: ActionContext, feed: Feed, last: datetime | None) -> Span:
    def midnight(day: date) -> datetime:
        return wall_time(day, MIDNIGHT, act.office.timezone)

    begin, end = midnight(days_after(act.today, -feed.past_days)), midnight(days_after(act.today, AHEAD))
    return Span(begin, end if last is None else max(end, last))


def _clipped(busy: list[Span], window: Span) -> list[Span]:
    return [Span(max(span.start, window.start), min(span.end, window.end)) for span in busy if span.overlaps(window)]
