"""Read text and number properties of .ics entries within their limits."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from quopri import decodestring
from typing import TYPE_CHECKING, Any

from calendars.ical_import.content_lines import ComponentText, UnreadablePart
from calendars.ical_import.time_forms import in_usual_form
from calendars.ical_import.times import BROKEN, TZID, FileTime
from models.i18n import N_, Message, message
from models.text import one_line, shorten
from models.vocabulary import Language, Visibility

if TYPE_CHECKING:
    from icalendar import Event as IcalEvent

MAX_UID = 255
MAX_SEQUENCE = 2_147_483_647
"""RFC 5545 section 3.3.8."""
LAST_STORED_SEQUENCE = 1_000_000_000
"""Larger numbers are stored as this one: the event's own changes count on from it."""
# Zone names are resolved here: the library would guess, warn, and build its own zones.
_ZONED = re.compile(r"((?:DTSTART|DTEND|RECURRENCE-ID|RDATE|EXDATE)[^:]*?);TZID=", re.IGNORECASE)
# VALUE=DATE means a day, whatever follows it; some programs write midnight too.
_DAY_WITH_HOUR = re.compile(
    r"((?:DTSTART|DTEND|RECURRENCE-ID|RDATE|EXDATE)(?:;[^:;]*)*;VALUE=DATE(?:;[^:;]*)*:)(.*)", re.IGNORECASE
)
# Exchange does not quote the colon in its names of zones.
_UNQUOTED = re.compile(r";TZID=(tzone:[^:;\"]*)(?=[:;])", re.IGNORECASE)
_HOUR = re.compile(r"(?<=\d{8})T\d{6}Z?", re.IGNORECASE)
_NEEDED = frozenset({"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RDATE", "EXDATE"})
_UNREADABLE = N_("A line of this entry is not written as calendar files have it.")
# Parsed by our own code, within limits.
_RULE = re.compile(r"(?:EX|R)RULE", re.IGNORECASE)
OURS = "-//Protocol Desk//Protocol Desk//"
"""How the PRODID of our own calendars begins; the language follows."""


def parsed(component: ComponentText) -> "IcalEvent":
    """Parse a component's properties; those with dates and times must be valid.

    Raises:
        UnreadablePart: it is not a valid component, or a required property is invalid.
    """
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar import Event as IcalEvent

    try:
        lines = [_readable(line) for line in component.lines if not _RULE.match(line)]
        event: Any = IcalEvent.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as problem:
        raise UnreadablePart(message(_UNREADABLE)) from problem
    for name, _wrong in event.errors:
        if name is None:
            raise UnreadablePart(message(_UNREADABLE))
        if name in _NEEDED:
            raise UnreadablePart(message(BROKEN, property=name, value=_raw(component, name)))
    return event  # type: ignore[no-any-return]


def _readable(line: str) -> str:
    """A line in the form that icalendar parses as we need it."""
    line = in_usual_form(line)
    if matched := _DAY_WITH_HOUR.fullmatch(line):
        line = matched[1] + _HOUR.sub("", matched[2])
    line = _UNQUOTED.sub(r';TZID="\1"', line, count=1)
    return _ZONED.sub(rf"\1;{TZID}=", line, count=1)


def _raw(component: ComponentText, name: str) -> str:
    """The start of a property's value as it appears in the file."""
    line = next((line for line in component.lines if line.upper().startswith(name)), "")
    return one_line(line.partition(":")[2])[:100] or "–"


def text_of(event: "IcalEvent", name: str) -> str:
    """A decoded text; empty if it is missing or invalid."""
    value = event.get(name)
    if not isinstance(value, str):
        return ""
    if str(getattr(value, "params", {}).get("ENCODING", "")).upper() == "QUOTED-PRINTABLE":
        return decodestring(value.encode(errors="replace")).decode(errors="replace")
    return str(value)


def cut(text: str, longest: int, name: str, remarks: list[Message]) -> str:
    """The text, truncated with a remark if it is too long."""
    if len(text) <= longest:
        return text
    remarks.append(message(N_("{property} was cut to {max} characters."), property=name, max=longest))
    return shorten(text, longest)


def language_of(event: "IcalEvent", program: str, reader: Language) -> Language:
    """The language given by SUMMARY, otherwise by the PRODID of our own calendars, otherwise the reader's."""
    params = getattr(event.get("SUMMARY"), "params", {})
    candidates = [str(params.get("LANGUAGE", "")), program.removeprefix(OURS) if program.startswith(OURS) else ""]
    for one in candidates:
        if (primary := one.lower().partition("-")[0]) in set(Language):
            return Language(primary)
    return reader


def uid_of(event: "IcalEvent", start: FileTime, title: str) -> str:
    """The entry's UID; an entry without one gets a hash of its content, so that the same file matches it again."""
    uid = one_line(text_of(event, "UID"))
    if len(uid) > MAX_UID:
        raise UnreadablePart(message(N_("The UID is longer than {max} characters."), max=MAX_UID))
    return uid or sha256(f"{start.to_text()} {title}".encode()).hexdigest()[:32] + "@file"


def categories_of(event: "IcalEvent") -> list[str]:
    """The categories, and each one joined with the next, because some programs do not escape a comma in a name."""
    value = event.get("CATEGORIES")
    found = [str(cat) for one in (value if isinstance(value, list) else [value]) for cat in getattr(one, "cats", ())][
        :50
    ]
    return [*found, *(f"{one}, {other}" for one, other in pairwise(found))]


def visibility_of(event: "IcalEvent") -> Visibility | None:
    value = text_of(event, "CLASS").strip().upper()
    return None if not value else Visibility.PUBLIC if value == "PUBLIC" else Visibility.INTERNAL


def sequence_of(event: "IcalEvent") -> int:
    """SEQUENCE; 0 if it is not a valid number."""
    value = event.get("SEQUENCE")
    number = int(value) if isinstance(value, int) else 0
    if number > MAX_SEQUENCE:
        raise UnreadablePart(message(N_("SEQUENCE must be at most {max}."), max=MAX_SEQUENCE))
    return min(max(number, 0), LAST_STORED_SEQUENCE)


def stamp_of(event: "IcalEvent") -> datetime | None:
    """When the entry was last changed: LAST-MODIFIED, otherwise DTSTAMP."""
    broken = {name for name, _problem in event.errors}
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        found = None if name in broken else getattr(event.get(name), "dt", None)
        if isinstance(found, datetime):
            try:
                return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
            except OverflowError:
                continue
    return None
