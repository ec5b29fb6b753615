"""libical, the C library behind GNOME's and KDE's calendars, asked through ctypes: a fifth parser, and a validator."""

import ctypes
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from tests.calendars.ical.readers import Read
from tests.conftest import NO_LIBICAL

_KNOWN = ("libical.so.3", "libical.so.4", "libical.3.dylib")


_NEWER = ("property name: LINK", "property name: REFID")
"""What libical 3 does not know yet: properties of RFC 9253."""


class _Time(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")),
        ("zone", ctypes.c_void_p),
    ]


@cache
def library() -> Any:
    """The library with its signatures; None where it is not installed."""
    for name in _KNOWN:
        try:
            found = ctypes.CDLL(name)
        except OSError:
            continue
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        signatures: dict[str, tuple[Any, list[Any]]] = {
            "icalparser_parse_string": (pointer, [text]),
            "icalcomponent_free": (None, [pointer]),
            "icalcomponent_isa": (number, [pointer]),
            "icalcomponent_string_to_kind": (number, [text]),
            "icalproperty_string_to_kind": (number, [text]),
            "icalcomponent_get_first_component": (pointer, [pointer, number]),
            "icalcomponent_get_next_component": (pointer, [pointer, number]),
            "icalcomponent_get_first_property": (pointer, [pointer, number]),
            "icalproperty_get_value_as_string": (text, [pointer]),
            "icalcomponent_get_uid": (text, [pointer]),
            "icalcomponent_get_summary": (text, [pointer]),
            "icalcomponent_get_sequence": (number, [pointer]),
            "icalcomponent_get_dtstart": (_Time, [pointer]),
            "icalcomponent_get_dtend": (_Time, [pointer]),
            "icaltime_as_timet_with_zone": (ctypes.c_long, [_Time, pointer]),
            "icalrestriction_check": (number, [pointer]),
            "icalcomponent_count_errors": (number, [pointer]),
            "icalcomponent_as_ical_string": (text, [pointer]),
        }
        for function, (result, arguments) in signatures.items():
            getattr(found, function).restype = result
            getattr(found, function).argtypes = arguments
        return found
    return None


def needed() -> Any:
    """The library, or the test is skipped."""
    found = library()
    if found is None:
        pytest.skip(NO_LIBICAL)
    return found


def read_libical(feed: bytes) -> list[Read]:
    """The events as libical reads them."""
    lib = needed()
    calendar = lib.icalparser_parse_string(feed)
    try:
        return [_read(lib, event) for event in _components(lib, calendar, b"VEVENT")]
    finally:
        lib.icalcomponent_free(calendar)


def counted(feed: bytes) -> dict[str, int]:
    """How many components of each kind libical finds directly in the calendar."""
    lib = needed()
    calendar = lib.icalparser_parse_string(feed)
    try:
        names = ("VEVENT", "VTODO", "VTIMEZONE", "VFREEBUSY")
        return {name: sum(1 for _ in _components(lib, calendar, name.encode())) for name in names}
    finally:
        lib.icalcomponent_free(calendar)


def complaints(feed: bytes) -> list[str]:
    """What libical holds against a calendar: lines it can't parse, and what RFC 5545 and 5546 don't allow.

    It asks more of messages than of plain calendars, so a calendar of events only is made one: with a method and
    organizers.
    """
    lib = needed()
    published = feed
    if b"BEGIN:VEVENT" in feed and b"BEGIN:VTODO" not in feed:
        published = feed.replace(b"\r\nCALSCALE:", b"\r\nMETHOD:PUBLISH\r\nCALSCALE:", 1)
        published = published.replace(b"BEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\nORGANIZER:mailto:desk@example.org\r\n")
    calendar = lib.icalparser_parse_string(published)
    try:
        lib.icalrestriction_check(calendar)
        if not lib.icalcomponent_count_errors(calendar):
            return []
        lines = lib.icalcomponent_as_ical_string(calendar).decode().replace("\r\n ", "").split("\r\n")
        return [line for line in lines if line.startswith("X-LIC-ERROR") and not line.endswith(_NEWER)]
    finally:
        lib.icalcomponent_free(calendar)


def _components(lib: Any, calendar: Any, name: bytes) -> Iterator[Any]:
    kind = lib.icalcomponent_string_to_kind(name)
    component = lib.icalcomponent_get_first_component(calendar, kind)
    while component:
        yield component
        component = lib.icalcomponent_get_next_component(calendar, kind)


def _read(lib: Any, event: Any) -> Read:
    start, end = lib.icalcomponent_get_dtstart(event), lib.icalcomponent_get_dtend(event)
    status = lib.icalcomponent_get_first_property(event, lib.icalproperty_string_to_kind(b"STATUS"))
    return Read(
        uid=lib.icalcomponent_get_uid(event).decode(),
        sequence=lib.icalcomponent_get_sequence(event),
        status=lib.icalproperty_get_value_as_string(status).decode(),
        summary=(lib.icalcomponent_get_summary(event) or b"").decode(),
        start=_told(lib, start),
        end=_told(lib, end),
        all_day=bool(start.is_date),
    )


def _told(lib: Any, at: Any) -> date:
    if at.is_date:
        return date(at.year, at.month, at.day)
    return datetime.fromtimestamp(lib.icaltime_as_timet_with_zone(at, at.zone), UTC)
