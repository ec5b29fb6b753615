"""Feeds: made, changed, rotated, revoked; which events one shows, and the bytes it is read as.

A feed is assembled, not rendered: each event's VEVENT is kept per language, with and without alarm, until the event
or a name it shows changes. Who changes one of them drops the kept bytes in the same transaction; who renders
them takes part in :func:`keep_fragments`, so that nothing stale is ever kept.
"""

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Any

import babel
import icalendar
from sqlalchemy import ColumnElement, String, and_, case, or_, true, type_coerce
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, SQLModel, col, select

from calendars import dates, ical, kinds, spans
from calendars.lifecycle import CALLED_OFF
from calendars.spans import Span, event_span
from models import text
from models.accounts import User
from models.agreements import Agreement, Commitment
from models.errors import DomainError, NotFound
from models.events import Event
from models.feeds import Feed, IcalFragment
from models.i18n import _, catalogue, message
from models.office import Office
from models.places import Locality, Organisation
from models.vocabulary import Direction, EventStatus, Language, Role
from service.actions import reading, rows
from service.actions.acting import Act
from service.actions.credentials import new_token, token_hash
from service.actions.trail import plain, record

SHOWN_STATUSES = tuple(status for status in EventStatus if status is not EventStatus.DRAFT)
"""What a feed shows whose filter names no statuses."""

_REFERENCES: Mapping[str, tuple[type[SQLModel], Mapped[str]]] = {
    "localities": (Locality, col(Locality.code)),
    "organisations": (Organisation, col(Organisation.id)),
    "agreements": (Agreement, col(Agreement.id)),
}
# What decides a fragment's bytes besides the event: bytes made by other code, libraries or translations are not used.
_RENDERER: tuple[ModuleType, ...] = (ical, dates, kinds, spans, text)
_BATCH = 500
"""How many ids go into one query; SQLite and PostgreSQL both have a limit."""


class NoFeed(NotFound):
    """Nothing to read at this address; unknown, revoked and expired ones give the same answer, without the token."""

    def __init__(self) -> None:
        DomainError.__init__(self, message(_("There is nothing at this address.")))


@dataclass(frozen=True, slots=True)
class IssuedFeed:
    """A feed and its new secret, which is shown this once."""

    feed: Feed
    secret: str

    def url(self, office: Office) -> str:
        """The address to subscribe to."""
        return f"{office.public_url}/feeds/{self.secret}.ics"

    def webcal_url(self, office: Office) -> str:
        """The same address in the scheme that opens a calendar program."""
        return "webcal://" + self.url(office).partition("://")[2]


def create_feed(session: Session, act: Act, values: Mapping[str, Any]) -> IssuedFeed:
    """Make a feed of your own, in your own language when none is given."""
    owner = act.account
    secret = new_token()
    values = {"locale": owner.locale} | _prepared(session, act, values)
    return IssuedFeed(
        rows.create(session, act, Feed(user_id=owner.id, token_hash=token_hash(secret), **values)), secret
    )


def change_feed(session: Session, act: Act, feed: Feed, values: Mapping[str, Any]) -> Feed:
    """Change a feed; its address stays."""
    rows.change(session, act, feed, _prepared(session, act, values))
    return feed


def delete_feed(session: Session, act: Act, feed: Feed) -> None:
    """Delete a feed: its address is dead with the next request."""
    rows.delete(session, act, feed)


def rotate_feed(session: Session, act: Act, feed: Feed) -> IssuedFeed:
    """Give a feed a new address; the old one is dead with the next request."""
    secret = new_token()
    feed.token_hash = token_hash(secret)
    feed.updated_at = act.now
    rows.flush(session)
    record(session, act, "rotate", "feed", feed.id, {})
    return IssuedFeed(feed, secret)


def feeds_where(act: Act) -> Any:
    """The select of the feeds an account may see: its own; an administrator's, all."""
    statement = select(Feed)
    return statement if act.account.role is Role.ADMIN else statement.where(Feed.user_id == act.account.id)


def find_feed(session: Session, act: Act, identity: str) -> Feed:
    """A feed the account may see.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    feed: Feed | None = session.exec(feeds_where(act).where(Feed.id == identity)).first()
    if feed is None:
        raise NotFound("feed", identity)
    return feed


def _prepared(session: Session, act: Act, values: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(values)
    errors: rows.Errors = {}
    if "filter" in values:
        # An empty list says as much as none: it is not kept.
        wanted = {name: list(dict.fromkeys(items)) for name, items in plain(values["filter"]).items() if items}
        values["filter"] = wanted
        for name, (model, key) in _REFERENCES.items():
            found = set(session.scalars(core_select(key).where(key.in_(wanted.get(name, ())))))
            errors[f"filter.{name}"] = [
                message(_("There is no {what} “{identity}”."), what=rows.noun(model), identity=identity)
                for identity in wanted.get(name, ())
                if identity not in found
            ]
    if values.get("expires_on") is not None and values["expires_on"] < act.today:
        errors["expires_on"] = [message(_("Must be today or later: it is the last day on which the feed works."))]
    rows.check(errors)
    return values


def feed_of_token(session: Session, act: Act, secret: str) -> Feed:
    """The feed a subscriber's address stands for.

    Raises:
        NoFeed: unknown, revoked, expired (``expires_on`` is the last day, in the office's zone), or its owner's
            account is disabled; the answer does not tell which.
    """
    feed = session.exec(
        select(Feed)
        .join(User, col(User.id) == col(Feed.user_id))
        .where(Feed.token_hash == token_hash(secret), col(User.active))
    ).first()
    if feed is None or (feed.expires_on is not None and feed.expires_on < act.today):
        raise NoFeed
    return feed


def owner_sees(session: Session, feed: Feed) -> ColumnElement[bool]:
    """The condition for events that the feed's owner may see at present.

    Every account reads every event (``GET /events``), so it is all of them. A narrower right has its place here: it is
    asked at each reading, never kept with the feed.
    """
    return true()


def feed_events(session: Session, act: Act, feed: Feed) -> list[Event]:
    """The events a feed shows now, by first day; their parts are not loaded."""
    found = session.exec(select(Event).where(*_conditions(session, act, feed)))
    return sorted(found, key=lambda event: (event.first_day, event.id))


def _conditions(session: Session, act: Act, feed: Feed) -> list[ColumnElement[bool]]:
    wanted = feed.filter
    since = act.now - timedelta(days=feed.tombstone_days)
    conditions = [
        owner_sees(session, feed),
        col(Event.status).in_(wanted.get("statuses") or SHOWN_STATUSES),
        col(Event.last_day) >= act.today - timedelta(days=feed.past_days),
        or_(col(Event.status) != EventStatus.CANCELLED, col(Event.updated_at) > since),
    ]
    for name, column in (
        ("kinds", col(Event.kind)),
        ("organisations", col(Event.organisation_id)),
        ("visibility", col(Event.visibility)),
    ):
        if wanted.get(name):
            conditions.append(column.in_(wanted[name]))
    if codes := wanted.get("localities"):
        known = session.execute(core_select(col(Locality.code), col(Locality.successor))).all()
        successors = {row.code: row.successor for row in known}
        line = frozenset[str]().union(*(reading.line_of(code, successors) for code in codes))
        conditions.append(or_(col(Event.host).in_(line), col(Event.guest).in_(line)))
    if agreements := wanted.get("agreements"):
        promised = core_select(col(Commitment.id)).where(col(Commitment.agreement_id).in_(agreements))
        conditions.append(col(Event.commitment_id).in_(promised))
    if directions := wanted.get("direction"):
        conditions.append(or_(*(_directed(session, act, Direction(word)) for word in directions)))
    return conditions


def _directed(session: Session, act: Act, wanted: Direction) -> ColumnElement[bool]:
    """What ``GET /events?direction=`` means by it."""
    condition = reading.events_where(session, act, {"direction": wanted}).whereclause
    return true() if condition is None else condition


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
        .where(*_conditions(session, act, feed))
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
    host, guest = aliased(Locality), aliased(Locality)
    for batch in _batches(event_ids):
        statement = (
            core_select(Event, host, guest, Organisation)
            .join(host, host.code == col(Event.host))  # type: ignore[arg-type]
            .outerjoin(guest, guest.code == col(Event.guest))  # type: ignore[arg-type]
            .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
            .where(col(Event.id).in_(batch))
        )
        for event, *places in session.execute(statement):
            facts = _facts(act, event, *places)
            yield Fragment(
                event_id=event.id,
                body=ical.render_event(facts, feed.locale, alarm=feed.alarms),
                basis=frozenset((_table(row), rows.identity(row), row.version) for row in (event, *places) if row),
                facts=facts,
            )


def _facts(
    act: Act, event: Event, host: Locality, guest: Locality | None, organisation: Organisation | None
) -> ical.EventFacts:
    return ical.EventFacts(
        uid=event.uid,
        sequence=event.sequence,
        kind=event.kind,
        status=event.status,
        visibility=event.visibility,
        title=event.title,
        description=event.description,
        location=event.location,
        host_name=host.name,
        guest_name=guest.name if guest else None,
        organisation_name=organisation.name if organisation else None,
        first_day=event.first_day,
        last_day=event.last_day,
        start_time=event.start_time,
        end_time=event.end_time,
        timezone=event.timezone,
        created_at=event.created_at,
        # A new name is news of every event that shows it.
        updated_at=max(row.updated_at for row in (event, host, guest, organisation) if row),
        url=act.office.event_url(event.id),
        headcount=event.headcount,
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
    found = session.execute(statement.where(*_conditions(session, act, feed))).all()
    busy = _merged(event_span(*when) for status, _changed_at, *when in found if status not in CALLED_OFF)
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


def _merged(found: Iterable[Span]) -> list[Span]:
    """The same times without overlaps, in order; empty spans are left out."""
    merged: list[Span] = []
    for span in sorted((span for span in found if span.start < span.end), key=lambda span: span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
