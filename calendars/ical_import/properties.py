"""Properties of .ics entries that are words and numbers, each read within its bounds."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from quopri import decodestring
from typing import Any

from icalendar import Event as IcalEvent

from calendars.ical_import.content_lines import ComponentText, UnreadablePart
from calendars.ical_import.times import BROKEN, TZID, FileTime
from models.i18n import Message, _, message
from models.text import one_line, shorten
from models.vocabulary import Language, Visibility

MAX_UID = 255
MAX_SEQUENCE = 1_000_000_000
# What a zone's name means is found out here: the library would guess, warn, and build zones of its own.
_ZONED = re.compile(r"((?:DTSTART|DTEND|RECURRENCE-ID|RDATE|EXDATE)[^:]*?);TZID=", re.IGNORECASE)
_NEEDED = frozenset({"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RDATE", "EXDATE"})
_UNREADABLE = _("A line of this entry is not written as calendar files have it.")
# Read by the desk itself, within bounds.
_RULE = re.compile(r"(?:EX|R)RULE", re.IGNORECASE)
OURS = "-//Protocol Desk//Protocol Desk//"
"""How the PRODID of our own calendars begins; the language follows."""


def parsed(component: ComponentText) -> IcalEvent:
    """The component's properties; those of days and hours must be right.

    Raises:
        Unreadable: it is no component, or an item of a programme.
    """
    try:
        lines = [_ZONED.sub(rf"\1;{TZID}=", line, count=1) for line in component.lines if not _RULE.match(line)]
        event: Any = IcalEvent.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as problem:
        raise UnreadablePart(message(_UNREADABLE)) from problem
    for name, _wrong in event.errors:
        if name is None:
            raise UnreadablePart(message(_UNREADABLE))
        if name in _NEEDED:
            raise UnreadablePart(message(BROKEN, property=name, value=_raw(component, name)))
    return event  # type: ignore[no-any-return]


def _raw(component: ComponentText, name: str) -> str:
    """A property's value as it stands in the file, the beginning of it."""
    line = next((line for line in component.lines if line.upper().startswith(name)), "")
    return one_line(line.partition(":")[2])[:100] or "–"


def words_of(event: IcalEvent, name: str) -> str:
    """A text, decoded; empty when it is missing or broken."""
    value = event.get(name)
    if not isinstance(value, str):
        return ""
    if str(getattr(value, "params", {}).get("ENCODING", "")).upper() == "QUOTED-PRINTABLE":
        return decodestring(value.encode(errors="replace")).decode(errors="replace")
    return str(value)


def cut(text: str, longest: int, name: str, remarks: list[Message]) -> str:
    """The text, cut with a remark where it is too long."""
    if len(text) <= longest:
        return text
    remarks.append(message(_("{property} was cut to {max} characters."), property=name, max=longest))
    return shorten(text, longest)


def language_of(event: IcalEvent, program: str, reader: Language) -> Language:
    """What SUMMARY says its language is; of our own calendars theirs; else the reader's."""
    params = getattr(event.get("SUMMARY"), "params", {})
    said = [str(params.get("LANGUAGE", "")), program.removeprefix(OURS) if program.startswith(OURS) else ""]
    for one in said:
        if (primary := one.lower().partition("-")[0]) in set(Language):
            return Language(primary)
    return reader


def uid_of(event: IcalEvent, start: FileTime, title: str) -> str:
    """The entry's UID; one without gets what it says as its name, so that the same file finds it again."""
    uid = one_line(words_of(event, "UID"))
    if len(uid) > MAX_UID:
        raise UnreadablePart(message(_("The UID is longer than {max} characters."), max=MAX_UID))
    return uid or sha256(f"{start.told()} {title}".encode()).hexdigest()[:32] + "@file"


def categories_of(event: IcalEvent) -> list[str]:
    """The categories; each also joined with the next, as not everybody escapes the comma in a name that has one."""
    value = event.get("CATEGORIES")
    found = [str(cat) for one in (value if isinstance(value, list) else [value]) for cat in getattr(one, "cats", ())][
        :50
    ]
    return [*found, *(f"{one}, {other}" for one, other in pairwise(found))]


def visibility_of(event: IcalEvent) -> Visibility | None:
    said = words_of(event, "CLASS").strip().upper()
    return None if not said else Visibility.PUBLIC if said == "PUBLIC" else Visibility.INTERNAL


def sequence_of(event: IcalEvent) -> int:
    """SEQUENCE; one that is no number of a possible size is none."""
    value = event.get("SEQUENCE")
    number = int(value) if isinstance(value, int) else 0
    if number > MAX_SEQUENCE:
        raise UnreadablePart(message(_("SEQUENCE must be at most {max}."), max=MAX_SEQUENCE))
    return max(number, 0)


def stamp_of(event: IcalEvent) -> datetime | None:
    """When the entry was changed last; DTSTAMP where LAST-MODIFIED says nothing."""
    broken = {name for name, _problem in event.errors}
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        found = None if name in broken else getattr(event.get(name), "dt", None)
        if isinstance(found, datetime):
            try:
                return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
            except OverflowError:
                continue
    return None
