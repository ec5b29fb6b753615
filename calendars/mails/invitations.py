"""The calendar part of a mail (iMIP): an event as an invitation to the recipient's calendar, or its cancellation."""

from dataclasses import dataclass, replace

from calendars.ical.vcalendar import CALENDAR_END
from calendars.ical.vevent import STATUS, EventFacts, bounds, render_event, stamped, summary, zones_of
from calendars.ical.vtimezone import vtimezone
from calendars.reminders.change_notices import CalendarEntry, Method
from models.text import one_line

_END_OF_EVENT = b"END:VEVENT\r\n"
_LINE = 75


@dataclass(frozen=True, slots=True)
class Invitation:
    """An entry with a place for its one recipient; ``sequence`` is its SEQUENCE, ``asks``: an answer is requested."""

    method: Method
    sequence: int
    before: bytes
    after: bytes
    asks: bool = False

    def to(self, address: str) -> bytes:
        """The complete calendar object for a recipient; ``address`` is a plain mail address in ASCII.

        Without an inbox no reply is requested: the office counts its guests by other means. Who gives one reaches the
        organizer. What is published has no attendees. Source: RFC 5546 section 3.2.1.
        """
        if self.method is Method.PUBLISH:
            return self.before + self.after
        requested = "TRUE" if self.asks else "FALSE"
        parameters = f"CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP={requested}"
        attendee = f"ATTENDEE;{parameters}:mailto:{address}"
        return self.before + _folded(attendee) + self.after


def invitation(
    facts: EventFacts, language: str, entry: CalendarEntry, office: tuple[str, str], *, uninvites: bool = False
) -> Invitation:
    """An event as an entry in a language; ``office`` is the office's name (may be empty) and its mail address.

    UID is the event's own: a later mail replaces the entry of an earlier one, a cancellation removes it. The organizer
    is who answers go to; the office sends on their behalf. ``uninvites``: the event goes on without the reader, so the
    cancellation says nothing about it but which it is.
    Source: RFC 6047 section 2, RFC 5546 section 3.2, RFC 5545 section 3.2.18 (SENT-BY).
    """
    name, address = office
    # A parameter value cannot contain quotation marks or control characters.
    quoted_name = one_line(name).replace('"', "'")
    parameters = f';CN="{quoted_name}"' if quoted_name else ""
    organizer = entry.organizer or address
    if organizer != address:
        parameters += f';SENT-BY="mailto:{address}"'
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Protocol Desk//Protocol Desk//{language.upper()}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{entry.method.value}",
    ]
    facts = replace(facts, sequence=entry.sequence)
    zones = b"".join(vtimezone(zone, facts.first_day.year, facts.last_day.year) for zone in zones_of(facts))
    is_cancelled = STATUS[facts.status] == "CANCELLED"
    without_status = uninvites or (entry.method is Method.CANCEL and not is_cancelled)
    event = _uninvitation(facts, language) if without_status else render_event(facts, language)
    before = b"".join(map(_folded, head)) + zones + event.removesuffix(_END_OF_EVENT)
    before += _folded(f"ORGANIZER{parameters}:mailto:{organizer}")
    return Invitation(entry.method, entry.sequence, before, _END_OF_EVENT + CALENDAR_END, entry.asks)


def _uninvitation(facts: EventFacts, language: str) -> bytes:
    """The VEVENT that takes one reader off, or an event that is a draft again out of calendars: without STATUS, as the
    event is not cancelled (RFC 5546 section 3.2.5)."""
    from icalendar import Event

    event = stamped(Event(), facts)
    event.add("SUMMARY", summary(facts, language))
    start, end = bounds(facts)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    rendered: bytes = event.to_ical()
    return rendered


def _folded(line: str) -> bytes:
    """A content line, folded between characters so that no part is longer than 75 octets (RFC 5545 section 3.1)."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _LINE:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
