"""A feed's whole calendar as its readers get it."""

import gzip
import hashlib
from dataclasses import dataclass

from sqlmodel import Session, select

from calendars import ical
from models.events import Event
from models.feeds import Feed
from models.places import Locality, Organisation, places_on
from service.actions.acting import Act
from service.actions.feeds import shown_by


@dataclass(frozen=True, slots=True)
class Whole:
    """A feed's present calendar: ``compressed`` is its size as gzip, ``etag`` of the body, without quotes."""

    body: bytes
    compressed: int
    etag: str
    entries: int


def whole_feed(session: Session, act: Act, feed: Feed) -> Whole:
    """The feed as it is now."""
    localities = {place.code: place for place in session.exec(select(Locality))}
    found = session.exec(select(Event).where(*shown_by(session, act, feed)).order_by(Event.id)).all()
    facts = [
        ical.EventFacts.of(
            event,
            hosts=places_on(localities, event.host, event.first_day),
            guests=places_on(localities, event.guest, event.first_day),
            organisation=session.get(Organisation, event.organisation_id) if event.organisation_id else None,
            url=act.office.event_url(event.id),
            programme=None,
        )
        for event in (found if feed.visits else ())
    ]
    years = [fact.first_day.year for fact in facts] or [feed.created_at.year]
    body = ical.render_calendar(
        [ical.render_event(fact, feed.locale, alarm=feed.alarms) for fact in facts],
        name=feed.name,
        language=feed.locale,
        zones=(act.office.timezone, *sorted({zone for fact in facts for zone in ical.zones_of(fact)})),
        first_year=min(years),
        last_year=max(years),
    )
    return Whole(body, len(gzip.compress(body, mtime=0)), hashlib.sha256(body).hexdigest()[:32], len(facts))
