"""The parts of a mail that may hold an answer, found within bounds: a mail may be made to take for ever."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from calendars.replies.values import Unread

MOST_BYTES = 1_000_000
"""The size of the largest mail that is read."""

MOST_PARTS = 50
"""The number of parts, and of parts within parts, that a mail may have."""

MOST_BOUNDARIES = 1_000
"""The number of lines that may divide parts; the dashes of texts count too."""

MOST_HEADERS = 65_536
"""The size of the headers that are read."""

_LONGEST_FIELD = 4_000
_FIELD = re.compile(rb"^content-[a-z-]+:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
"""A header that the parser takes apart: of a long one that takes the square of its length."""

_END_OF_HEADERS = re.compile(rb"\r\n\r\n|\n\n|\r\r")

_CALENDARS = frozenset({"text/calendar", "application/ics", "application/calendar"})
_SEALED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


class UnreadMail(Exception):
    """The mail is left unread; ``reason`` says why."""

    def __init__(self, reason: Unread) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """The bytes of a calendar in a mail, with the encoding and the METHOD that its Content-Type declares."""

    content: bytes
    charset: str
    method: str


def parse_headers(raw: bytes) -> Message:
    """The headers of a mail alone; never fails."""
    return BytesParser(policy=compat32).parsebytes(raw[:MOST_HEADERS], headersonly=True)


def parse_mail(raw: bytes) -> Message:
    """A mail with its parts.

    Raises:
        UnreadMail: it is larger than ``MOST_BYTES`` or would take too long.
    """
    if len(raw) > MOST_BYTES:
        raise UnreadMail(Unread.TOO_LARGE)
    # Before it is parsed: the parser goes as deep as the mail does.
    lower = raw.lower()
    nested = lower.count(b"multipart/") + lower.count(b"message/")
    if nested > MOST_PARTS or raw.count(b"\n--") + raw.count(b"\r--") > MOST_BOUNDARIES:
        raise UnreadMail(Unread.TOO_DEEP)
    end = _END_OF_HEADERS.search(raw[: MOST_HEADERS + 4])
    if end is None and len(raw) > MOST_HEADERS:
        raise UnreadMail(Unread.TOO_DEEP)
    if any(len(one[0]) > _LONGEST_FIELD for one in _FIELD.finditer(raw)):
        raise UnreadMail(Unread.TOO_DEEP)
    return BytesParser(policy=compat32).parsebytes(raw)


def calendar_parts(mail: Message) -> list[CalendarPart]:
    """The calendars in a mail, in its order. What is within a forwarded or returned mail is not this sender's word.

    Raises:
        UnreadMail: there are too many parts, or none is a calendar; the reason says what is there instead.
    """
    found: list[CalendarPart] = []
    kinds: set[str] = set()
    for number, part in enumerate(_own_parts(mail)):
        if number >= MOST_PARTS:
            raise UnreadMail(Unread.TOO_DEEP)
        kind = part.get_content_type()
        kinds.add(kind)
        name = str(part.get_filename() or "").lower()
        if name == "winmail.dat":
            kinds.update(_TNEF)
        if kind in _CALENDARS or (name.endswith(".ics") and part.get_content_maintype() in {"application", "text"}):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                method = part.get_param("method") or ""
                found.append(CalendarPart(content, part.get_content_charset() or "", _text(method).strip().upper()))
    if not found:
        raise UnreadMail(Unread.ENCRYPTED if kinds & _SEALED else Unread.TNEF if kinds & _TNEF else Unread.NO_CALENDAR)
    return found


def _own_parts(mail: Message) -> Iterator[Message]:
    """All parts, without those of mails within the mail."""
    yield mail
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _own_parts(part)


def _text(value: object) -> str:
    """The value of a parameter, which is in three parts if its encoding is declared. Source: RFC 2231."""
    return str(value[2]) if isinstance(value, tuple) else str(value)
