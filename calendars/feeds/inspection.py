"""Inspect a calendar's bytes without parsing them into objects: time zones, past entries, the last change."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

_QUOTED = re.compile(rb'"[^"]*"')
_REFERENCE = re.compile(rb';TZID=("[^"\r\n]+"|[^";:,\r\n]+)', re.IGNORECASE)
_DEFINITION = re.compile(rb"\nTZID(?:;[^:\r\n]*)?:([^\r\n]+)", re.IGNORECASE)
_DAY = re.compile(rb"\nD(?:TSTART|TEND|UE)[;:](?:[^\r\n]*:)?(\d{8})")
_STAMP = re.compile(rb"\nDTSTAMP:(\d{8}T\d{6})Z")


def zones_missing(body: bytes) -> list[str]:
    """The names of time zones that a calendar's entries refer to (TZID) without a VTIMEZONE that defines them.

    Most programs interpret such times in their own zone. Source: RFC 5545 section 3.2.19.
    """
    lines = body.replace(b"\r\n", b"\n").replace(b"\n ", b"").replace(b"\n\t", b"")
    defined = {name.strip() for name in _DEFINITION.findall(lines)}
    used = {
        found[1].strip(b'"')
        for found in _REFERENCE.finditer(lines)
        if _is_parameter(lines[lines.rfind(b"\n", 0, found.start()) + 1 : found.start()])
    }
    return sorted(name.decode("utf-8", "replace") for name in used - defined)


def _is_parameter(before: bytes) -> bool:
    """Whether the text after this start of a line is still part of its name and parameters, not of its value."""
    return b":" not in _QUOTED.sub(b"", before)


def size_before(body: bytes, day: date) -> int:
    """The total bytes of entries whose days are all before ``day``; a recurring entry counts by its first day."""
    limit = day.strftime("%Y%m%d").encode()
    return sum(len(entry) for entry in _entries(body) if (days := _DAY.findall(entry)) and max(days) < limit)


def _entries(body: bytes) -> Iterator[bytes]:
    for kind in (b"VEVENT", b"VTODO"):
        begin, end = b"\nBEGIN:" + kind, b"\nEND:" + kind + b"\r\n"
        first = body.find(begin)
        while first >= 0 and (last := body.find(end, first)) >= 0:
            yield body[first + 1 : last + len(end)]
            first = body.find(begin, last)


def last_stamp(body: bytes) -> datetime | None:
    """The latest DTSTAMP: the time of the last change shown in the calendar. None for a calendar without entries."""
    latest = max(_STAMP.findall(body), default=None)
    return datetime.strptime(latest.decode(), "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if latest else None
