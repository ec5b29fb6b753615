"""Reads hours as people type them into a programme: ``8``, ``830``, ``8h30``, ``14:00``, ``8h-9h30``.

The script of the editor (``programme_hours.js``) follows the same rule; one table of examples tests both.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time

LONGEST = 40
"""Characters of a text that may be hours."""

_TO = re.compile(r"[\u2010-\u2015\u2212~]|\b(?:đến|tới|to|until)\b|ຫາ|ຮອດ|ເຖິງ")
_FROM = re.compile(r"^(?:từ|lúc|from|at|ເວລາ|ແຕ່)\s*")
_HOUR = re.compile(r"\s*(?:giờ|ໂມງ|h|g|:|\.)\s*")
_MINUTES = re.compile(r"(?<=\d)\s*(?:phút|ນາທີ|min|m|p|')$")
_APART = re.compile(r"(\d{1,2})(?::(\d{1,2})?)?", re.ASCII)
_TOGETHER = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TypedHours:
    """What was typed into the cell of a beginning: an hour, or two."""

    begins: time | None = None
    ends: time | None = None


def read_hours(text: str) -> TypedHours | None:
    """One hour or two of a typed text, nothing for an empty one; None if it can't be read.

    ``24:00`` is only an end, the midnight after the day, and is the time 00:00.
    """
    if len(text) > LONGEST:
        return None
    plain = _FROM.sub("", _TO.sub("-", _plain(text)))
    if not plain:
        return TypedHours()
    first, dash, second = (part.strip() for part in plain.partition("-"))
    begins = _moment(first)
    if begins is None:
        return None
    if not second:
        return TypedHours(begins)
    ends = _moment(second, is_end=True)
    return TypedHours(begins, ends) if dash and ends is not None else None


def read_end(text: str) -> time | None:
    """The hour of an end; None if it can't be read or is empty."""
    return _moment(_plain(text), is_end=True) if len(text) <= LONGEST else None


def format_hour(hour: time | None) -> str:
    """As the editor writes an hour: ``08:30``, and nothing for none."""
    return "" if hour is None else f"{hour:%H:%M}"


def _plain(text: str) -> str:
    """Without differences of letters and digits: one case, ASCII digits, blanks drawn together."""
    lower = unicodedata.normalize("NFKC", text).lower()
    digits = "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in lower)
    return " ".join(unicodedata.normalize("NFC", digits).split())


def _moment(text: str, *, is_end: bool = False) -> time | None:
    written = _HOUR.sub(":", _MINUTES.sub("", text))
    found = _APART.fullmatch(written) or _TOGETHER.fullmatch(written)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if is_end and (hour, minute) == (24, 0):
        return time(0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
