"""The VCALENDAR around the entries: everything before the first and after the last."""

from collections.abc import Iterable
from datetime import timedelta

from calendars.ical.vevent import UTC_NAMES
from calendars.ical.vtimezone import vtimezone
from models.text import clean, one_line

CALENDAR_END = b"END:VCALENDAR\r\n"
"""Closes the bytes that :func:`calendar_head` opens."""

_COLOUR = "crimson"


def calendar_head(
    *,
    name: str,
    language: str,
    zones: Iterable[str],
    first_year: int,
    last_year: int,
    description: str | None = None,
    source: str | None = None,
    url: str | None = None,
) -> bytes:
    """Everything in a calendar before its events, including VTIMEZONEs; :data:`CALENDAR_END` closes it.

    ``zones`` must be in a fixed order, the calendar's own first; each is described from ``first_year`` to
    ``last_year``, both inclusive, and must be an IANA zone (ValueError). ``source`` is the address the calendar can be
    fetched from, ``url`` a page for people. There is no METHOD: a subscribed calendar is not a message between people;
    one published by iTIP would need an organizer in every entry. Source: RFC 5545 section 3.4, RFC 7986 section 5.
    """
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar import Calendar, vText, vUri

    names = tuple(dict.fromkeys(zones))
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", f"-//Protocol Desk//Protocol Desk//{language.upper()}")
    calendar.add("CALSCALE", "GREGORIAN")
    # Each pair states the same value twice: the standard property, and the older one that Google, Outlook and Apple
    # read. icalendar escapes NAME and X- properties only if their type is given as text.
    calendar.add("NAME", vText(one_line(name)))
    calendar.add("X-WR-CALNAME", vText(one_line(name)))
    if description and clean(description):
        calendar.add("DESCRIPTION", clean(description))
        calendar.add("X-WR-CALDESC", vText(clean(description)))
    if names:
        calendar.add("X-WR-TIMEZONE", names[0])
    calendar.add("COLOR", _COLOUR)
    if url:
        calendar.add("URL", vUri(one_line(url)))
    if source:
        calendar.add("SOURCE", vUri(one_line(source)), parameters={"VALUE": "URI"})
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    empty: bytes = calendar.to_ical()
    return empty.removesuffix(CALENDAR_END) + b"".join(
        vtimezone(zone, first_year, last_year) for zone in names if zone not in UTC_NAMES
    )
