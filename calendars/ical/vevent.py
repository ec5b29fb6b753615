"""Render events as iCalendar bytes: one VEVENT per event and language."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from calendars.days.anniversaries import grade_of
from calendars.days.formatting import format_times
from calendars.days.lunar import full_name, lunar_of
from calendars.days.office_clock import ShownTimes, times_of
from calendars.days.spans import Days, days_after, event_span, zone_info
from calendars.events.host_days import whole_stay
from calendars.events.labels import kind_name, status_name
from calendars.events.lifecycle import CALLED_OFF, REMINDED
from calendars.events.succession import places_on
from calendars.programmes.dated_parts import DatedPart
from calendars.programmes.rendering import PublishedProgramme, read_revision, render_text
from models.i18n import N_, translate
from models.text import LocalizedText, clean, localized, one_line
from models.vocabulary import EventKind, EventStatus, Grade, Visibility

if TYPE_CHECKING:
    from icalendar import Alarm, Event

STATUS = {
    EventStatus.DRAFT: "TENTATIVE",
    EventStatus.PLANNED: "TENTATIVE",
    EventStatus.CONFIRMED: "CONFIRMED",
    EventStatus.ONGOING: "CONFIRMED",
    EventStatus.COMPLETED: "CONFIRMED",
    EventStatus.POSTPONED: "CANCELLED",
    EventStatus.CANCELLED: "CANCELLED",
}
CONFIRMED = frozenset({EventStatus.CONFIRMED, EventStatus.ONGOING})
"""Events that are tentative again if they changed since they were confirmed."""

# Not every calendar program shows STATUS, so the title includes it too.
ARTICLE = N_("{agreement}, article {number}")
_MARKED_TITLE = {
    EventStatus.DRAFT: N_("[Draft] {title}"),
    EventStatus.POSTPONED: N_("[Postponed] {title}"),
    EventStatus.CANCELLED: N_("[Cancelled] {title}"),
}
CLASS = {Visibility.PUBLIC: "PUBLIC", Visibility.INTERNAL: "PRIVATE"}
UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
_COLOUR = {
    EventKind.DELEGATION: "steelblue",
    EventKind.TRAINING_BATCH: "seagreen",
    EventKind.ART_TROUPE_VISIT: "mediumorchid",
    EventKind.ANNIVERSARY: "crimson",
    EventKind.ACTIVITY: "darkorange",
}
GRADED = {
    Grade.ROUND: N_("Anniversary no. {ordinal}, a round year"),
    Grade.HALF_ROUND: N_("Anniversary no. {ordinal}, a half-round year"),
    Grade.OTHER: N_("Anniversary no. {ordinal}"),
}
_MEETING_ADDRESS = re.compile(r"https://[^\s<>\"',;]+")
_ALARM_DAYS = timedelta(hours=-15)
_ALARM_HOURS = timedelta(days=-1)


@dataclass(frozen=True, slots=True)
class Article:
    """The article of an agreement that an event fulfils: its number, the agreement's title and its page.

    ``key`` is the same for all events of the article.
    """

    number: str
    agreement: LocalizedText
    url: str | None
    key: str


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Everything a calendar entry shows of an event, in every language, with names already looked up.

    Days are inclusive; times are local to ``timezone``; ``created_at`` and ``updated_at`` are aware instants, and
    ``updated_at`` must not change while the rest stays the same, otherwise unchanged feeds change. ``office_zone`` is
    the office's zone, by whose clock people read; empty: the event's own. ``arrives_on`` and ``departs_on`` are None
    where they are not known, which means the first and the last day. ``parts`` are its performances and phases.
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
    is_changed: bool = False
    programme: PublishedProgramme | None = None
    ordinal: int | None = None
    article: Article | None = None
    office_zone: str = ""
    parts: tuple[DatedPart, ...] = ()
    arrives_on: date | None = None
    departs_on: date | None = None

    @classmethod
    def of(
        cls,
        row: Any,
        *,
        localities: Mapping[str, Any],
        organisation: Any,
        revision: Any,
        url: str | None,
        office_zone: str = "",
        parts: Iterable[DatedPart] = (),
        article: Article | None = None,
    ) -> "EventFacts":
        """From an event's row and the rows of those whose names it shows.

        ``localities`` are all of them by code: host and guest are named as they are called on the first day.
        ``organisation`` (in charge) and ``revision`` (of the programme, published last) may be None. A new name changes
        ``updated_at`` of every event that shows it.
        """
        hosts = places_on(localities, row.host, row.first_day)
        guests = places_on(localities, row.guest, row.first_day)
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
            is_changed=row.changed_since_confirmed,
            programme=read_revision(revision),
            ordinal=row.ordinal,
            article=article,
            office_zone=office_zone,
            parts=tuple(parts),
            arrives_on=row.arrives_on,
            departs_on=row.departs_on,
        )

    @property
    def times(self) -> ShownTimes:
        """Its days and hours by the office's clock."""
        return times_of(self, self.clock)

    @property
    def clock(self) -> str:
        """The zone by whose clock people read days and hours: the office's."""
        return self.office_zone or self.timezone

    @property
    def stay(self) -> Days:
        """Its days with those of arrival and departure."""
        first, last = self.first_day, self.last_day
        return whole_stay(first, last, self.arrives_on or first, self.departs_on or last)

    @property
    def is_programme_outdated(self) -> bool:
        """Whether the visit was moved since its programme was published."""
        return self.programme is not None and self.programme.is_outdated(self.first_day, self.stay)

    @property
    def all_day(self) -> bool:
        """Whether neither time is known, so that only the days count."""
        return self.start_time is None and self.end_time is None

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it was confirmed, is still to come or on, and is no longer what was confirmed.

        One that is over stays confirmed: it took place.
        """
        return self.is_changed and self.status in CONFIRMED


def summary(facts: EventFacts, language: str) -> str:
    """The title on one line in a language, with a prefix if the event is a draft, postponed or cancelled."""
    title = one_line(localized(facts.title, language))
    mark = _MARKED_TITLE.get(facts.status)
    return translate(mark, language, title=title) if mark else title


def status_of(facts: EventFacts) -> str:
    """STATUS of an event and of the items of its programme: tentative until somebody else confirms what changed.

    SEQUENCE does not rise with that alone, as nothing changes for those who come; DTSTAMP does.
    """
    return entry_status(facts.status, is_changed=facts.is_changed)


def entry_status(status: EventStatus, *, is_changed: bool) -> str:
    """STATUS of an event in this status; ``is_changed``: it changed since it was confirmed."""
    return "TENTATIVE" if is_changed and status in CONFIRMED else STATUS[status]


def status_words(facts: EventFacts, language: str) -> str:
    """The status in words, with the remark that what changed since is not confirmed."""
    name = status_name(facts.status, language)
    if not facts.is_unconfirmed:
        return name
    return translate(N_("{status}; changed since, not confirmed anew yet"), language, status=name)


def describe(facts: EventFacts, language: str, *, lunar: bool = False, public: bool = False) -> str:
    """The lines below the title: the event's details in a language, status, link and last published programme.

    The programme is left out if the event is cancelled or postponed. ``lunar`` adds the lunar date; ``public`` leaves
    out what concerns the office only.
    """
    host, guest = (one_line(localized(name, language)) for name in (facts.host_name, facts.guest_name))
    shown = [(N_("Host: {name}"), host), (N_("Guest: {name}"), guest)]
    if not public:
        responsible = one_line(localized(facts.organisation_name, language))
        shown.append((N_("Responsible: {name}"), responsible))
        shown.append((N_("People: {name}"), "" if facts.headcount is None else str(facts.headcount)))
    shown.append((N_("When: {name}"), format_times(facts.times, language)))
    shown.append((N_("Lunar calendar: {name}"), _lunar(facts, language) if lunar else ""))
    shown.append((N_("Status: {name}"), status_words(facts, language)))
    shown.append(("{name}", _graded(facts, language)))
    if facts.article:
        agreement = one_line(localized(facts.article.agreement, language))
        shown.append(("{name}", translate(ARTICLE, language, agreement=agreement, number=facts.article.number)))
    if not public:
        shown.append(("{name}", one_line(facts.url or "")))
    lines = [translate(line, language, name=name) for line, name in shown if name]
    text = clean(localized(facts.description, language))
    if facts.programme and facts.status not in CALLED_OFF and not public:
        programme = render_text(facts.programme, language, facts.url, is_outdated=facts.is_programme_outdated)
        lines += ["", *programme.lines()]
    return "\n".join([text, "", *lines] if text else lines)


def render_event(
    facts: EventFacts, language: str, *, alarm: bool = False, lunar: bool = False, public: bool = False
) -> bytes:
    """One VEVENT in a language: CRLF lines of at most 75 octets, the same bytes for the same facts.

    Whole days are DATE values with an exclusive end and do not block the day; hours are wall times with TZID, whose
    VTIMEZONE comes from :func:`calendars.ical.vcalendar.calendar_head`. ``alarm`` adds a VALARM (09:00 the day before;
    a day before the hour) to events people are reminded of, none to others. For ``lunar`` and ``public`` see
    :func:`describe`. Control characters never get through.
    Source: RFC 5545 sections 3.6.1 and 3.1, RFC 7986 sections 5.9 and 5.11, RFC 9253 for LINK and REFID, RFC 9074 for
    the alarm's UID.
    """
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar import Event, vUri

    event = stamped(Event(), facts)
    title = summary(facts, language)
    event.add("SUMMARY", title)
    add_times(event, *bounds(facts), facts.status)
    event.add("STATUS", status_of(facts))
    event.add("CATEGORIES", [kind_name(facts.kind, language)])
    event.add("COLOR", _COLOUR[facts.kind])
    event.add("CLASS", CLASS[facts.visibility])
    if location := one_line(localized(facts.location, language)):
        event.add("LOCATION", location)
        if meeting := _MEETING_ADDRESS.search(location):
            told_as = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": quotable(title)}
            event.add("CONFERENCE", vUri(meeting.group()), parameters=told_as)
    event.add("DESCRIPTION", describe(facts, language, lunar=lunar, public=public))
    if facts.url and not public:
        event.add("URL", one_line(facts.url))
    if facts.article and not public:
        _add_article(event, facts.article, language)
    if alarm and facts.status in REMINDED:
        event.add_component(_alarm(facts, title))
    rendered: bytes = event.to_ical()
    return rendered


def stamped(component: Any, facts: EventFacts, uid: str | None = None) -> Any:
    """Add UID (by default the event's own), SEQUENCE and the event's timestamps to the component."""
    component.add("UID", facts.uid if uid is None else uid)
    component.add("SEQUENCE", facts.sequence)
    changed_at = facts.updated_at.astimezone(UTC)
    component.add("DTSTAMP", changed_at)
    component.add("LAST-MODIFIED", changed_at)
    component.add("CREATED", facts.created_at.astimezone(UTC))
    return component


def add_times(component: Any, start: date, end: date | None, status: EventStatus) -> None:
    """Add DTSTART, DTEND if there is one, and TRANSP: hours block the time unless they are called off; days never do.

    Source: RFC 5545 sections 3.6.1 and 3.8.2.7.
    """
    component.add("DTSTART", start)
    if end is not None:
        component.add("DTEND", end)
    component.add("TRANSP", "OPAQUE" if is_opaque(start, status) else "TRANSPARENT")


def is_opaque(start: date, status: EventStatus) -> bool:
    """Whether an entry blocks its time; ``.ifb`` answers by the same rule."""
    return isinstance(start, datetime) and STATUS[status] != "CANCELLED"


def quotable(text: str) -> str:
    """A text as a parameter value, which cannot contain a quotation mark."""
    return one_line(text).replace('"', "'")


def _add_article(event: "Event", article: Article, language: str) -> None:
    from icalendar import vText, vUri

    if article.url:
        agreement = one_line(localized(article.agreement, language))
        label = quotable(translate(ARTICLE, language, agreement=agreement, number=article.number))
        event.add(
            "LINK", vUri(one_line(article.url)), parameters={"VALUE": "URI", "LINKREL": "related", "LABEL": label}
        )
    event.add("REFID", vText(article.key))


def _graded(facts: EventFacts, language: str) -> str:
    """The ordinal and grade of an anniversary; empty for other events."""
    if facts.ordinal is None or facts.ordinal < 1:
        return ""
    return translate(GRADED[grade_of(facts.ordinal)], language, ordinal=str(facts.ordinal))


def _lunar(facts: EventFacts, language: str) -> str:
    """The lunar dates of the first and the last day; empty outside the supported years."""
    try:
        named = [localized(full_name(lunar_of(day)), language) for day in (facts.first_day, facts.last_day)]
    except ValueError:
        return ""
    return " – ".join(dict.fromkeys(named))


def zones_of(facts: EventFacts) -> tuple[str, ...]:
    """The zones whose VTIMEZONE the event's bytes refer to: its own if it has times, none for whole days and UTC."""
    return () if facts.all_day or facts.timezone in UTC_NAMES else (facts.timezone,)


def bounds(facts: EventFacts) -> tuple[date, date | None]:
    """DTSTART and DTEND of an event (:func:`dtstart_dtend`)."""
    return dtstart_dtend(facts.first_day, facts.last_day, facts.start_time, facts.end_time, facts.timezone)


def dtstart_dtend(
    first_day: date, last_day: date, start_time: time | None, end_time: time | None, zone: str
) -> tuple[date, date | None]:
    """DTSTART and DTEND of inclusive days and of the hours that are known; DTEND is the first day or instant after.

    Without hours both are DATE values: an event on the 10th alone ends on the 11th. Otherwise both are wall times in
    ``zone`` (:func:`_wall_time`), of the instants that :func:`calendars.days.spans.event_span` gives. A start on a
    single day whose end nobody knows has no DTEND (None); on several days it ends with the last. Raises ValueError for
    days in the wrong order and for a DTEND outside the years 1 to 9999.
    Source: RFC 5545 sections 3.6.1 and 3.8.2.2.
    """
    if start_time is None and end_time is None:
        days = Days(first_day, last_day)
        return days.first, days_after(days.last, 1)
    span = event_span(first_day, last_day, start_time, end_time, zone)
    is_open = end_time is None and first_day == last_day
    return _wall_time(span.start, zone), None if is_open else _wall_time(span.end, zone)


def _wall_time(at: datetime, zone: str) -> datetime:
    """The instant as clocks in ``zone`` show it; of two equal hours it is always the first (RFC 5545 section 3.3.5)."""
    return at if zone in UTC_NAMES else at.astimezone(zone_info(zone))


def _alarm(facts: EventFacts, title: str) -> "Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("UID", f"alarm-{facts.uid}")
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", _ALARM_DAYS if facts.all_day else _ALARM_HOURS)
    return alarm
