"""A calendar program that applies what comes with mails strictly by RFC 5546; it shares no code with the service.

What the RFC forbids raises :class:`Breach`, so that a test sees it; what it tells to ignore is counted.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime


class Breach(Exception):
    """A message that RFC 5546 does not allow, or that a careful program refuses."""


@dataclass(frozen=True)
class Line:
    """A content line of RFC 5545 section 3.1."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(frozen=True)
class Entry:
    """An entry: ``start`` and ``end`` as written (DTEND is exclusive), ``organizer`` an address."""

    sequence: int
    stamp: datetime
    organizer: str
    title: str
    start: str
    end: str


@dataclass
class ItipClient:
    """The calendar of the reader with this address. ``entries``: UID → entry; ``gone``: UID → SEQUENCE it went with."""

    address: str
    entries: dict[str, Entry] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    ignored: int = 0

    def take(self, content: bytes) -> None:
        """Apply a message.

        Raises:
            Breach: it is not one that RFC 5546 allows.
        """
        lines = _lines(content)
        method = _one(lines, "METHOD")
        event = _component(lines, "VEVENT")
        uid, organizer = _one(event, "UID"), _address(_one(event, "ORGANIZER"))
        attendees = [_address(line.value) for line in event if line.name == "ATTENDEE"]
        sequence = int(_one(event, "SEQUENCE"))
        stamp = datetime.strptime(_one(event, "DTSTAMP"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        match method:
            case "REQUEST" | "PUBLISH":
                if method == "REQUEST" and self.address not in attendees:
                    raise Breach("a request to somebody who is not among the attendees (3.2.2)")
                if method == "PUBLISH" and attendees:
                    raise Breach("what is published has no attendees (3.2.1)")
                if _all(event, "STATUS") == ["CANCELLED"]:
                    raise Breach("a request for what is cancelled (3.2.2)")
                title, start, end = (_one(event, name) for name in ("SUMMARY", "DTSTART", "DTEND"))
                self._add(uid, Entry(sequence, stamp, organizer, title, start, end))
            case "CANCEL":
                if self.address not in attendees:
                    raise Breach("a cancellation for somebody else (3.2.5)")
                if _all(event, "STATUS") not in ([], ["CANCELLED"]):
                    raise Breach("a cancellation with another status (3.2.5)")
                self._cancel(uid, sequence, organizer)
            case _:
                raise Breach(f"{method} is nothing an organizer sends")

    def _add(self, uid: str, new: Entry) -> None:
        known = self.entries.get(uid)
        if known is None:
            if uid in self.gone and new.sequence <= self.gone[uid]:
                raise Breach("what was cancelled comes back only with a higher SEQUENCE (2.1.4)")
        elif (new.sequence, new.stamp) < (known.sequence, known.stamp):
            self.ignored += 1
            return
        elif new.sequence == known.sequence and (new.start, new.end) != (known.start, known.end):
            raise Breach("other days with the same SEQUENCE (2.1.4)")
        elif new.sequence == known.sequence and new.organizer != known.organizer:
            raise Breach("another organizer with the same SEQUENCE (3.2.2.4)")
        self.entries[uid] = new

    def _cancel(self, uid: str, sequence: int, organizer: str) -> None:
        known = self.entries.get(uid)
        if known is None:
            raise Breach("a cancellation of what is not there")
        if organizer != known.organizer:
            raise Breach("a cancellation by somebody who did not organize it (3.2.5)")
        if sequence <= known.sequence:
            raise Breach("a cancellation raises SEQUENCE (3.2.5)")
        del self.entries[uid]
        self.gone[uid] = sequence


def _lines(content: bytes) -> list[Line]:
    text = re.sub("\r\n[ \t]", "", content.decode("utf-8"))
    if "\n" in text.replace("\r\n", ""):
        raise Breach("a line without CRLF (RFC 5545 section 3.1)")
    return [_line(one) for one in text.split("\r\n") if one]


def _line(text: str) -> Line:
    head = re.match(r'(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*))*):', text)
    if head is None:
        raise Breach(f"no content line: {text!r}")
    found = re.findall(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)', head["parameters"])
    parameters = {name.upper(): value.strip('"') for name, value in found}
    return Line(head["name"].upper(), parameters, text[head.end() :])


def _component(lines: list[Line], kind: str) -> list[Line]:
    starts = [number for number, line in enumerate(lines) if (line.name, line.value) == ("BEGIN", kind)]
    ends = [number for number, line in enumerate(lines) if (line.name, line.value) == ("END", kind)]
    if len(starts) != 1 or len(ends) != 1:
        raise Breach(f"not one {kind}")
    return lines[starts[0] + 1 : ends[0]]


def _all(lines: list[Line], name: str) -> list[str]:
    return [line.value for line in lines if line.name == name]


def _one(lines: list[Line], name: str) -> str:
    found = _all(lines, name)
    if len(found) != 1:
        raise Breach(f"{name} stands {len(found)} times")
    return found[0]


def _address(value: str) -> str:
    if not value.lower().startswith("mailto:"):
        raise Breach(f"no address: {value!r}")
    return value[len("mailto:") :].lower()
