"""What stands in a calendar's bytes, read without making objects of it: zones, days that are over, the last change."""

import re
from datetime import UTC, date, datetime

_FOLD = re.compile(rb"\r?\n[ \t]")
_PARAMETERS = rb'(?:"[^"\r\n]*"|[^":\r\n])*?'
_REFERENCE = re.compile(
    rb"^[A-Z0-9-]+" + _PARAMETERS + rb';TZID=("[^"\r\n]+"|[^";:,\r\n]+)', re.MULTILINE | re.IGNORECASE
)
_DEFINITION = re.compile(rb"^TZID(?:;" + _PARAMETERS + rb")?:([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
_ENTRY = re.compile(rb"^BEGIN:(VEVENT|VTODO)\r?\n.*?^END:\1\r?\n?", re.MULTILINE | re.DOTALL)
_DAY = re.compile(rb"^(?:DTSTART|DTEND|DUE)\b[^:\r\n]*:(\d{8})", re.MULTILINE)
_STAMP = re.compile(rb"^DTSTAMP:(\d{8}T\d{6})Z", re.MULTILINE)


def zones_missing(body: bytes) -> list[str]:
    """The time zones a calendar's entries refer to (TZID) without a VTIMEZONE that defines them, by name.

    Most programs take such hours for those of their own zone. Source: RFC 5545 section 3.2.19.
    """
    lines = _FOLD.sub(b"", body)
    defined = {name.strip() for name in _DEFINITION.findall(lines)}
    used = {name.strip(b'"') for name in _REFERENCE.findall(lines)}
    return sorted(name.decode("utf-8", "replace") for name in used - defined)


def size_before(body: bytes, day: date) -> int:
    """How many bytes belong to entries all of whose days lie before ``day``; one that repeats counts by its first."""
    limit = day.strftime("%Y%m%d").encode()
    return sum(
        len(entry)
        for entry in (found[0] for found in _ENTRY.finditer(body))
        if (days := _DAY.findall(entry)) and max(days) < limit
    )


def last_stamp(body: bytes) -> datetime | None:
    """The latest DTSTAMP: when what the calendar shows was last changed. None for a calendar without entries."""
    latest = max(_STAMP.findall(body), default=None)
    return datetime.strptime(latest.decode(), "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if latest else None
