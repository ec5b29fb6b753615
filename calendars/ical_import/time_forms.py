"""Dates and times that other programs write in another form than RFC 5545's, where it can't be meant otherwise.

Without seconds, with the hyphens and colons of ISO 8601, with T and Z in small letters, with an offset from UTC instead
of a zone, 24:00 for the end of a day, and second 60, which is read as 59 (RFC 5545 section 3.3.12).
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

_DATED = re.compile(r"(?:DTSTART|DTEND|RECURRENCE-ID|RDATE|EXDATE)(?=[;:])", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_FORM = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))?)?",
    re.ASCII,
)
_SEPARATORS = re.compile("([,/])")


def in_usual_form(line: str) -> str:
    """A content line with its dates and times as RFC 5545 has them; any other line, and what is no date, as it is."""
    if not _DATED.match(line):
        return line
    colon = _QUOTED.sub(lambda found: " " * len(found[0]), line).find(":")
    if colon < 0:
        return line
    pieces = [_usual(piece) for piece in _SEPARATORS.split(line[colon + 1 :])]
    return line[: colon + 1] + "".join(pieces)


def _usual(piece: str) -> str:
    matched = _FORM.fullmatch(piece.strip())
    if matched is None:
        return piece
    year, month, day, hour, minute, second, is_utc, sign, hours, minutes = matched.groups()
    if hour is None:
        return f"{year}{month}{day}"
    if sign is None and hour != "24":
        return f"{year}{month}{day}T{hour}{minute}{min(second or '00', '59')}{'Z' if is_utc else ''}"
    with suppress(ValueError, OverflowError):
        at = datetime(int(year), int(month), int(day), tzinfo=UTC)
        clock = (int(hour), int(minute), min(int(second or 0), 59))
        if clock <= (24, 0, 0):
            at += timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2])
            if sign and int(minutes) < 60:
                offset = timedelta(hours=int(hours), minutes=int(minutes))
                at -= offset if sign == "+" else -offset
            return f"{at:%Y%m%dT%H%M%S}{'Z' if sign or is_utc else ''}".rjust(15, "0")
    return piece
