"""The calendar part of a mail (iMIP): an event as an invitation to the recipient's calendar, or its cancellation."""

from dataclasses import dataclass
from enum import StrEnum

from calendars.ical.vcalendar import CALENDAR_END
from calendars.ical.vevent import EventFacts, render_event, zones_of
from calendars.ical.vtimezone import vtimezone
from models.text import one_line

_END_OF_EVENT = b"END:VEVENT\r\n"
_LINE = 75


class Method(StrEnum):
    """What a calendar program should do with the entry. Source: RFC 5546 sections 3.2.2 and 3.2.5."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An entry with a place for its one recipient; ``sequence`` is its SEQUENCE."""

    method: Method
    sequence: int
    before: bytes
    after: bytes

    def to(self, address: str) -> bytes:
        """The complete calendar object for a recipient; ``address`` is a plain mail address in ASCII.

        No reply is requested: the office counts its guests by other means.
        """
        attendee = f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{address}"
        return self.before + _folded(attendee) + self.after


def invitation(facts: EventFacts, language: str, method: Method, organizer: tuple[str, str]) -> Invitation:
    """An event as an entry in a language; ``organizer`` is the office's name (may be empty) and mail address.

    UID and SEQUENCE are the event's own: a later mail replaces the entry of an earlier one, a cancellation removes it.
    Source: RFC 6047 section 2, RFC 5546 section 3.2.
    """
    name, address = organizer
    # A parameter value cannot contain quotation marks or control characters.
    quoted_name = one_line(name).replace('"', "'")
    common_name = f';CN="{quoted_name}"' if quoted_name else ""
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Protocol Desk//Protocol Desk//{language.upper()}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method.value}",
    ]
    zones = b"".join(vtimezone(zone, facts.first_day.year, facts.last_day.year) for zone in zones_of(facts))
    event = render_event(facts, language)
    before = b"".join(map(_folded, head)) + zones + event.removesuffix(_END_OF_EVENT)
    before += _folded(f"ORGANIZER{common_name}:mailto:{address}")
    return Invitation(method, facts.sequence, before, _END_OF_EVENT + CALENDAR_END)


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
