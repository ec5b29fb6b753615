"""The bytes a feed is read as: kept fragments joined, missing ones rendered and kept; and its busy times.

A feed is assembled, not rendered: each event's VEVENT is kept per language, with and without alarm, until the event
or a name it shows changes. Who changes one of them drops the kept bytes in the same transaction; who renders
them takes part in :func:`keep_fragments`, so that nothing stale is ever kept.
"""

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any

import babel
import icalendar
from sqlalchemy import String, and_, case, type_coerce
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from calendars import dates, ical, kinds, programme, published, spans, timetable
from calendars.lifecycle import CALLED_OFF
from calendars.published import Published
from calendars.spans import event_span
from models import text
from models.events import Event
from models.feeds import Feed, IcalFragment
from models.i18n import catalogue
from models.office import Office
from models.parts import last_revisions
from models.places import Locality, Organisation, places_on
from models.vocabulary import Language
from service.actions import rows
from service.actions.acting import Act
from service.actions.feeds import shown_by

# What decides a fragment's bytes besides the event: bytes made by other code, libraries or translations are not used.
_RENDERER: tuple[ModuleType, ...] = (ical, dates, kinds, programme, published, spans, text, timetable)
_BATCH = 500
"""How many ids go into one query; SQLite and PostgreSQL both have a limit."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A VEVENT just rendered, and what it was rendered from: (table, key, version) of each row that shows in it."""

    event_id: str
    body: bytes
    basis: frozenset[tuple[str, str, int]]
    facts: ical.EventFacts


@dataclass(frozen=True, slots=True)
class FeedBody:
    """What a subscriber reads. ``fresh`` is what had to be rendered for it, to be handed to :func:`keep_fragments`.

    ``etag`` is of the body itself, without quotes. ``last_modified`` is when its newest part was rendered or the feed
    changed; an event that drops out leaves it as it is, so only the ETag tells whether something changed.
    """

    body: bytes
    etag: str
    last_modified: datetime
    fresh: tuple[Fragment, ...] = ()


def feed_body(session: Session, act: Act, feed: Feed) -> FeedBody:
    """The feed as iCalendar, by first day: kept fragments joined, missing ones rendered.

    One query for the events whatever their number, a few more for what is missing and for localities in the filter.
    """
    when_timed = case(
        (and_(col(Event.start_time).is_(None), col(Event.end_time).is_(None)), None), else_=col(Event.timezone)
    )
    # Dates and instants as the driver gives them, text or not: they are only compared, and converting costs more than
    # all the rest. Sorted here because SQLite would carry the bodies through its sorter.
    statement = (
        core_select(
            type_coerce(col(Event.first_day), String),
            col(Event.id),
            type_coerce(col(Event.last_day), String),
            when_timed,
            type_coerce(col(IcalFragment.rendered_at), String),
            col(IcalFragment.body),
        )
        .outerjoin(
            IcalFragment,
            and_(
                col(IcalFragment.event_id) == col(Event.id),
                col(IcalFragment.language) == feed.locale,
                col(IcalFragment.alarm) == feed.alarms,
                col(IcalFragment.fingerprint) == fingerprint(feed.locale, act.office),
            ),
        )
        .where(*shown_by(session, act, feed))
    )
    found = sorted([tuple(row) for row in session.execute(statement)])
    missing = [row[1] for row in found if row[5] is None]
    fresh = {fragment.event_id: fragment for fragment in _rendered(session, act, feed, missing)}
    bodies = [row[5] or fresh[row[1]].body for row in found if row[5] is not None or row[1] in fresh]
    zones = {row[3] for row in found if row[3]}.union(*(ical.zones_of(fragment.facts) for fragment in fresh.values()))
    years = [int(str(day)[:4]) for day in _ends([row[0] for row in found], [row[2] for row in found])]
    years += [day.year for fragment in fresh.values() for day in (fragment.facts.first_day, fragment.facts.last_day)]
    body = ical.render_calendar(
        bodies,
        name=feed.name,
        language=feed.locale,
        zones=(act.office.timezone, *sorted(zones)),
        first_year=min(years, default=feed.created_at.year),
        last_year=max(years, default=feed.created_at.year),
    )
    rendered_at = [act.now] if fresh else [_instant(max(row[4] for row in found))] if found else []
    return FeedBody(
        body=body,
        etag=etag_of(body),
        last_modified=max([feed.updated_at, *rendered_at]),
        fresh=tuple(fresh.values()),
    )


def etag_of(body: bytes) -> str:
    """The strong validator of these bytes, without quotes."""
    return hashlib.sha256(body).hexdigest()[:32]


def _ends(first: Sequence[Any], last: Sequence[Any]) -> list[Any]:
    return [min(first), max(last)] if first else []


def _instant(raw: str | datetime) -> datetime:
    """An instant as the driver gave it: SQLite's is UTC wall time as text."""
    return raw.astimezone(UTC) if isinstance(raw, datetime) else datetime.fromisoformat(raw).replace(tzinfo=UTC)


@cache
def fingerprint(language: Language, office: Office) -> str:
    """What kept bytes must have been made by to be used: this code, these libraries and translations, this address."""
    made_by = [inspect.getsource(module) for module in _RENDERER]
    made_by += [icalendar.__version__, babel.__version__, office.public_url, repr(sorted(catalogue(language).items()))]
    return hashlib.sha256("\0".join(made_by).encode()).hexdigest()


def _rendered(session: Session, act: Act, feed: Feed, event_ids: Sequence[str]) -> Iterator[Fragment]:
    """The events' fragments made anew; an event that is gone by now has none."""
    if not event_ids:
        return
    localities = {place.code: place for place in session.exec(select(Locality))}
    for batch in _batches(event_ids):
        statement = (
            core_select(Event, Organisation)
            .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
            .where(col(Event.id).in_(batch))
        )
        found = session.execute(statement).all()
        revisions = last_revisions(session, batch)
        for event, organisation in found:
            hosts = places_on(localities, event.host, event.first_day)
            guests = places_on(localities, event.guest, event.first_day)
            shows = [row for row in (event, organisation, *hosts, *guests) if row]
            facts = ical.EventFacts.of(
                event,
                hosts=hosts,
                guests=guests,
                organisation=organisation,
                url=act.office.event_url(event.id),
                programme=Published.read(last.number, last.items) if (last := revisions.get(event.id)) else None,
            )
            yield Fragment(
                event_id=event.id,
                body=ical.render_event(facts, feed.locale, alarm=feed.alarms),
                basis=frozenset((_table(row), rows.identity(row), row.version) for row in shows),
                facts=facts,
            )


def keep_fragments(session: Session, act: Act, feed: Feed, fresh: Iterable[Fragment]) -> int:
    """Keep rendered fragments in a writing transaction, and say how many.

    Only those are kept whose event and names still have the version they were rendered from. On SQLite the writer's
    lock holds everybody else off. On PostgreSQL these rows are held (FOR SHARE) until the end: whoever changes one
    waits, then sees the fragment and drops it. Rows that somebody is changing right now are passed over instead of
    waited for, so that a reader never stands in a writer's way.
    """
    candidates = sorted(fresh, key=lambda fragment: fragment.event_id)
    held: set[tuple[str, str, int]] = set()
    for model, key in ((Event, col(Event.id)), (Locality, col(Locality.code)), (Organisation, col(Organisation.id))):
        table = str(model.__tablename__)
        needed = {name for fragment in candidates for kind, name, _version in fragment.basis if kind == table}
        for batch in _batches(sorted(needed)):
            statement = core_select(key, col(model.version)).where(key.in_(batch))
            locked = session.execute(statement.with_for_update(read=True, skip_locked=True))
            held.update((table, name, version) for name, version in locked)
    values = [
        {
            "event_id": fragment.event_id,
            "language": feed.locale,
            "alarm": feed.alarms,
            "fingerprint": fingerprint(feed.locale, act.office),
            "body": fragment.body,
            "rendered_at": act.now,
        }
        for fragment in candidates
        if fragment.basis <= held
    ]
    if values:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        insert = dialect.insert(IcalFragment)
        # Another reader may have kept the same bytes in the meantime: then its row stays.
        statement = insert.on_conflict_do_update(
            index_elements=["event_id", "language", "alarm"],
            set_={name: insert.excluded[name] for name in ("fingerprint", "body", "rendered_at")},
            where=col(IcalFragment.fingerprint) != insert.excluded.fingerprint,
        )
        session.execute(statement, values)
    return len(values)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[first : first + _BATCH] for first in range(0, len(keys), _BATCH))


def _table(row: SQLModel) -> str:
    return str(type(row).__tablename__)


def free_busy(session: Session, act: Act, feed: Feed) -> bytes:
    """When the feed's events take place, and nothing else about them: one VFREEBUSY in UTC, touching times merged.

    Whole days count from midnight to midnight in the event's zone; what is postponed or cancelled takes no time.
    Source: RFC 5545 section 3.6.4.
    """
    columns = (Event.first_day, Event.last_day, Event.start_time, Event.end_time, Event.timezone)
    statement = core_select(col(Event.status), col(Event.updated_at), *(col(column) for column in columns))
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
