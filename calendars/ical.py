"""Events to iCalendar bytes: one VEVENT per event and language, and the calendar that frames many of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event, vText

from calendars.dates import format_day, format_days
from calendars.kinds import kind_name, status_name
from calendars.lifecycle import CALLED_OFF, REMINDED
from calendars.published import Published, told
from calendars.spans import MIDNIGHT, Days, days_after, event_span, zone_info
from calendars.vtimezone import vtimezone
from models.i18n import _, translate
from models.text import LocalizedText, clean, localized, one_line
from models.vocabulary import EventKind, EventStatus, Visibility

_STATUS = {
    EventStatus.DRAFT: "TENTATIVE",
    EventStatus.PLANNED: "TENTATIVE",
    EventStatus.CONFIRMED: "CONFIRMED",
    EventStatus.ONGOING: "CONFIRMED",
    EventStatus.COMPLETED: "CONFIRMED",
    EventStatus.POSTPONED: "CANCELLED",
    EventStatus.CANCELLED: "CANCELLED",
}
# Not every calendar program shows STATUS, so the title says it too.
_MARKED_TITLE = {
    EventStatus.DRAFT: _("[Draft] {title}"),
    EventStatus.POSTPONED: _("[Postponed] {title}"),
    EventStatus.CANCELLED: _("[Cancelled] {title}"),
}
_CLASS = {Visibility.PUBLIC: "PUBLIC", Visibility.INTERNAL: "PRIVATE"}
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
_ALARM_DAYS = timedelta(hours=-15)
_ALARM_HOURS = timedelta(days=-1)

CALENDAR_END = b"END:VCALENDAR\r\n"
"""What closes the bytes that :func:`calendar_head` opens."""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """All that a calendar entry shows of an event, in every language, names already looked up.

    Days are inclusive; hours are local to ``timezone``; ``created_at`` and ``updated_at`` are aware instants, and
    ``updated_at`` must not change while the rest stays the same, or unchanged feeds change.
    """

    uid: str
    sequence: int
    kind: EventKind
    status: EventStatus
    visibility: Visibility
    title: LocalizedText
    description: LocalizedText | None
    location: LocalizedText | None
    host_name: LocalizedText
    guest_name: LocalizedText | None
    organisation_name: LocalizedText | None
    first_day: date
    last_day: date
    start_time: time | None
    end_time: time | None
    timezone: str
    created_at: datetime
    updated_at: datetime
    url: str | None
    headcount: int | None
    programme: Published | None = None

    @classmethod
    def of(
        cls,
        row: Any,
        *,
        hosts: Sequence[Any],
        guests: Sequence[Any],
        organisation: Any,
        url: str | None,
        programme: Published | None,
    ) -> "EventFacts":
        """From an event's row and those whose names it shows; the organisation in charge may be None.

        ``hosts`` and ``guests`` are the lines of :func:`models.places.places_on`, the last of which is named (no guest:
        empty). A new name is news of every event that shows it.
        """
        return cls(
            uid=row.uid,
            sequence=row.sequence,
            kind=row.kind,
            status=row.status,
            visibility=row.visibility,
            title=row.title,
            description=row.description,
            location=row.location,
            host_name=hosts[-1].name if hosts else {},
            guest_name=guests[-1].name if guests else None,
            organisation_name=organisation.name if organisation else None,
            first_day=row.first_day,
            last_day=row.last_day,
            start_time=row.start_time,
            end_time=row.end_time,
            timezone=row.timezone,
            created_at=row.created_at,
            updated_at=max(one.updated_at for one in (row, organisation, *hosts, *guests) if one),
            url=url,
            headcount=row.headcount,
            programme=programme,
        )

    @property
    def all_day(self) -> bool:
        """Whether neither hour is known, so that only the days count."""
        return self.start_time is None and self.end_time is None


def summary(facts: EventFacts, language: str) -> str:
    """The title on one line in a language, marked when the event is a draft, postponed or cancelled."""
    title = one_line(localized(facts.title, language))
    mark = _MARKED_TITLE.get(facts.status)
    return translate(mark, language, title=title) if mark else title


def describe(facts: EventFacts, language: str) -> str:
    """The lines below the title: what is known about the event in a language, its status, its link, and the
    programme published last, unless it is called off."""
    shown = [
        (_("Host: {name}"), one_line(localized(facts.host_name, language))),
        (_("Guest: {name}"), one_line(localized(facts.guest_name, language))),
        (_("Responsible: {name}"), one_line(localized(facts.organisation_name, language))),
        (_("People: {name}"), "" if facts.headcount is None else str(facts.headcount)),
        (_("When: {name}"), _when(facts, language)),
        (_("Status: {name}"), status_name(facts.status, language)),
        ("{name}", one_line(facts.url or "")),
    ]
    lines = [translate(line, language, name=name) for line, name in shown if name]
    text = clean(localized(facts.description, language))
    if facts.programme and facts.status not in CALLED_OFF:
        visit = Days(facts.first_day, facts.last_day)
        lines += ["", *told(facts.programme, visit, language, facts.url).lines()]
    return "\n".join([text, "", *lines] if text else lines)


def render_event(facts: EventFacts, language: str, *, alarm: bool = False) -> bytes:
    """One VEVENT in a language: CRLF lines of at most 75 octets, the same bytes for the same facts.

    Whole days are DATE values with an exclusive end and do not block the day; hours are wall times with TZID, whose
    VTIMEZONE :func:`render_calendar` supplies. ``alarm`` adds a VALARM (09:00 the day before, or a day before the
    hour) to events people are reminded of, none to others. Control characters never get through.
    Source: RFC 5545 sections 3.6.1 and 3.1, RFC 9074 for the alarm's UID.
    """
    event = Event()
    event.add("UID", facts.uid)
    event.add("SEQUENCE", facts.sequence)
    changed_at = facts.updated_at.astimezone(UTC)
    event.add("DTSTAMP", changed_at)
    event.add("LAST-MODIFIED", changed_at)
    event.add("CREATED", facts.created_at.astimezone(UTC))
    title = summary(facts, language)
    event.add("SUMMARY", title)
    start, end = _bounds(facts)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("TRANSP", "TRANSPARENT" if facts.all_day else "OPAQUE")
    event.add("STATUS", _STATUS[facts.status])
    event.add("CATEGORIES", [kind_name(facts.kind, language)])
    event.add("CLASS", _CLASS[facts.visibility])
    if location := one_line(localized(facts.location, language)):
        event.add("LOCATION", location)
    event.add("DESCRIPTION", describe(facts, language))
    if facts.url:
        event.add("URL", one_line(facts.url))
    if alarm and facts.status in REMINDED:
        event.add_component(_alarm(facts, title))
    rendered: bytes = event.to_ical()
    return rendered


def calendar_head(
    *, name: str, language: str, zones: Iterable[str], first_year: int, last_year: int, description: str | None = None
) -> bytes:
    """Everything of a calendar before its events, VTIMEZONEs included; :data:`CALENDAR_END` closes it.

    ``zones`` in a fixed order, the calendar's own first; each is described from ``first_year`` to ``last_year``,
    both inclusive, and must be one of IANA's (ValueError). Source: RFC 5545 section 3.4, RFC 7986 section 5.
    """
    names = tuple(dict.fromkeys(zones))
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", f"-//Protocol Desk//Protocol Desk//{language.upper()}")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    # Each pair says one thing twice: the standard's property, and the older one that Google, Outlook and Apple read.
    # icalendar escapes neither NAME nor an X- property unless told that it is text.
    calendar.add("NAME", vText(one_line(name)))
    calendar.add("X-WR-CALNAME", vText(one_line(name)))
    if description and clean(description):
        calendar.add("DESCRIPTION", clean(description))
        calendar.add("X-WR-CALDESC", vText(clean(description)))
    if names:
        calendar.add("X-WR-TIMEZONE", names[0])
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    empty: bytes = calendar.to_ical()
    return empty.removesuffix(CALENDAR_END) + b"".join(
        vtimezone(zone, first_year, last_year) for zone in names if zone not in _UTC_NAMES
    )


def render_calendar(
    fragments: Iterable[bytes],
    *,
    name: str,
    language: str,
    zones: Iterable[str],
    first_year: int,
    last_year: int,
    description: str | None = None,
) -> bytes:
    """A whole calendar from kept VEVENTs (:func:`render_event`), joined in the order given.

    ``zones`` must name all zones of the events (:func:`zones_of`); the rest is told at :func:`calendar_head`.
    """
    head = calendar_head(
        name=name,
        language=language,
        zones=zones,
        first_year=first_year,
        last_year=last_year,
        description=description,
    )
    return b"".join((head, *fragments, CALENDAR_END))


def zones_of(facts: EventFacts) -> tuple[str, ...]:
    """The zones whose VTIMEZONE the event's bytes refer to: its own when it has hours, none for whole days and UTC."""
    return () if facts.all_day or facts.timezone in _UTC_NAMES else (facts.timezone,)


def _bounds(facts: EventFacts) -> tuple[date, date]:
    """DTSTART and DTEND (exclusive): dates for whole days, else wall times in the event's zone."""
    if facts.all_day:
        days = Days(facts.first_day, facts.last_day)
        return days.first, days_after(days.last, 1)
    span = event_span(facts.first_day, facts.last_day, facts.start_time, facts.end_time, facts.timezone)
    return _on_the_wall(span.start, facts.timezone), _on_the_wall(span.end, facts.timezone)


def _on_the_wall(at: datetime, zone: str) -> datetime:
    """The instant as clocks in ``zone`` show it, or in UTC where that would be read as another instant.

    A wall time that comes twice means the first (RFC 5545 section 3.3.5); the second has no other way to be written.
    """
    local = at.astimezone(zone_info(zone))
    return at if local.fold or zone in _UTC_NAMES else local


def _when(facts: EventFacts, language: str) -> str:
    """The days, or on one day its hours, or from an hour of the first day to one of the last."""
    if facts.all_day:
        return format_days(facts.first_day, facts.last_day, language)
    start = f"{facts.start_time or MIDNIGHT:%H:%M}"
    end = "" if facts.end_time is None else f"{facts.end_time:%H:%M}"
    if facts.first_day == facts.last_day:
        hours = f"{start}–{end}" if end else start
        return f"{hours}, {format_day(facts.first_day, language)}"
    until = f"{end}, " if end else ""
    return f"{start}, {format_day(facts.first_day, language)} – {until}{format_day(facts.last_day, language)}"


def _alarm(facts: EventFacts, title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("UID", f"alarm-{facts.uid}")
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", _ALARM_DAYS if facts.all_day else _ALARM_HOURS)
    return alarm
