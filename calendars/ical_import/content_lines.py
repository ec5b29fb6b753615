"""Split the text of an .ics file: bytes into lines, lines into components, before any value is parsed."""

import codecs
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from models.errors import Invalid
from models.i18n import N_, Message, message

MAX_BYTES = 1_048_576
MAX_COMPONENTS = 2_000
MAX_NESTED = 20_000
"""All components including nested ones: alarms, and the observances of time zones."""
MAX_DEPTH = 8
MAX_LINE = 60_000
"""The maximum number of characters of an unfolded line."""
MAX_LINES = 3_000
"""The maximum number of lines read of one component."""

_ONCE = frozenset(
    {
        "UID",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "DTSTART",
        "DTEND",
        "DURATION",
        "STATUS",
        "CLASS",
        "SEQUENCE",
        "LAST-MODIFIED",
        "DTSTAMP",
        "RECURRENCE-ID",
        "X-MICROSOFT-CDO-ALLDAYEVENT",
    }
)
_OFTEN = frozenset({"CATEGORIES", "RRULE", "EXRULE", "RDATE", "EXDATE", "RELATED-TO"})
_DATES = frozenset({"RDATE", "EXDATE"})
DAMAGED = "\N{REPLACEMENT CHARACTER}"
_EMPTY_ITEM = re.compile(r"([:,])[,\s]+")
_OF_CALENDAR = frozenset({"PRODID", "METHOD", "X-WR-TIMEZONE"})
_OF_ZONE = frozenset({"TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "RDATE"})
_NAME = re.compile(r"\s*([A-Za-z0-9-]{1,60})[;:]")
_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_FOLD_OF_BYTES = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_SOFT_BREAK = re.compile(r"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]", re.IGNORECASE)


class UnreadablePart(Exception):
    """A part of a file that can't be used; ``why`` is addressed to the sender."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


class SkippedPart(UnreadablePart):
    """A valid part of a file that is not needed here."""


@dataclass
class ZoneText:
    """A VTIMEZONE as it appears in the file: the lines of its STANDARD and DAYLIGHT parts, not yet parsed."""

    name: str = ""
    location: str = ""
    observances: list[list[str]] = field(default_factory=list)


@dataclass
class CalendarText:
    """The properties of a VCALENDAR and its time zones by TZID."""

    values: dict[str, str] = field(default_factory=dict)
    zones: dict[str, ZoneText] = field(default_factory=dict)


@dataclass
class ComponentText:
    """A component with its relevant lines, unfolded; ``problem`` says why it can't be read at all."""

    number: int
    name: str
    calendar: CalendarText
    lines: list[str] = field(default_factory=list)
    has_alarm: bool = False
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's components in file order, without time zones; ``remarks`` apply to the whole file."""

    components: list[ComponentText]
    remarks: list[Message]
    source: str


def invalid_file(what: Message) -> Invalid:
    """The error for a file that is not a calendar, or exceeds a limit."""
    return Invalid({"file": [what]})


def read_text(content: bytes, charset: str = "", also: Collection[str] = ()) -> FileText:
    """Split a file into components; several calendars in one file are combined.

    ``also`` names properties that are kept besides those an import needs.

    UTF-8 and UTF-16 with and without a byte order mark, otherwise the declared ``charset``, otherwise the Windows code
    page of Viet Nam with a remark; LF, CR and CRLF. A few damaged letters do not make a UTF-8 file another one. Lines
    are unfolded before UTF-8 is decoded, because many programs fold in the middle of a character. Source: RFC 5545
    sections 3.1 and 3.1.4.

    Raises:
        Invalid: ``file`` is empty, not a calendar, or too large.
    """
    if len(content) > MAX_BYTES:
        raise invalid_file(
            message(
                N_("A calendar file has at most {max} bytes; this one has {size}."), max=MAX_BYTES, size=len(content)
            )
        )
    if not content.strip():
        raise invalid_file(message(N_("The file is empty.")))
    text, remarks = _decoded(content, charset)
    scan = _Scan(frozenset(also))
    scan.read(_whole_lines(text))
    if not scan.has_begun:
        raise invalid_file(message(N_("This is no calendar file: nowhere in it stands BEGIN:VCALENDAR.")))
    if scan.stack:
        remarks.append(
            message(
                N_("The file ends before END:{component}; perhaps the end of it is missing."), component=scan.stack[0]
            )
        )
    return FileText(scan.found, remarks, scan.source)


def _decoded(content: bytes, charset: str) -> tuple[str, list[Message]]:
    """The unfolded text, and a remark if its encoding had to be guessed."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in content[:2]:
        codec = (
            "utf-16"
            if content[:2] in {b"\xff\xfe", b"\xfe\xff"}
            else "utf-16-be"
            if content[:1] == b"\0"
            else "utf-16-le"
        )
        return _FOLD.sub("", content.decode(codec, "replace")), []
    content = _FOLD_OF_BYTES.sub(b"", content)
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    text = content.decode("utf-8-sig", "replace")
    damaged = text.count(DAMAGED) - content.count(DAMAGED.encode())
    # In a file of another code page hardly any letter with an accent is right as UTF-8 by chance.
    if sum(letter > "\x7f" for letter in text) - damaged > 2 * damaged:
        return text, [message(N_("{count} letters of the file are damaged; “�” stands in their place."), count=damaged)]
    if declared := _declared(charset):
        with suppress(UnicodeDecodeError):
            return content.decode(declared), []
    guessed = [message(N_("The file is not in UTF-8; letters with accents may have come out wrong."))]
    try:
        return content.decode("cp1258"), guessed
    except UnicodeDecodeError:
        return content.decode("latin-1"), guessed


def _declared(charset: str) -> str | None:
    """Python's name of a text encoding that a sender declared; None if there is no such encoding."""
    try:
        found = codecs.lookup(charset.strip().strip('"'))
    except (LookupError, ValueError):
        return None
    # Not rot13, base64 or zip, which are no encodings of text.
    return found.name if getattr(found, "_is_text_encoding", False) else None


def _whole_lines(text: str) -> Iterator[str]:
    """The lines that are not blank; a quoted-printable line continues if it ends with “=”."""
    lines = iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    for line in lines:
        if line.endswith("=") and _SOFT_BREAK.match(line[:500]):
            parts = [line[:-1]]
            for continuation in lines:
                parts.append(continuation.removesuffix("="))
                if not continuation.endswith("="):
                    break
            line = "".join(parts)
        if line and not line.isspace():
            yield line


class _Scan:
    """A pass over the lines: the current position and the components found."""

    def __init__(self, also: frozenset[str] = frozenset()) -> None:
        self.kept = _ONCE | _OFTEN | also
        self.found: list[ComponentText] = []
        self.stack: list[str] = []
        self.calendar = CalendarText()
        self.current: ComponentText | None = None
        self.level = 0
        self.zone: ZoneText | None = None
        self.seen: set[str] = set()
        self.begun = 0
        self.has_begun = False
        self.source = ""

    def read(self, lines: Iterator[str]) -> None:
        """Read all lines; a component still open at the end is marked as cut off."""
        for line in lines:
            matched = _NAME.match(line)
            name = matched[1].upper() if matched else ""
            if name == "BEGIN":
                self._begin(line.partition(":")[2].strip().upper()[:60])
            elif name == "END":
                self._end(line.partition(":")[2].strip().upper()[:60])
            elif name:
                self._line(name, line)
        self._cut_off()

    def _begin(self, name: str) -> None:
        self.begun += 1
        if self.current is not None and name in {self.current.name, "VCALENDAR"}:
            self._cut_off()
            del self.stack[self.level - 1 :]
        if self.begun > MAX_NESTED or len(self.stack) >= MAX_DEPTH:
            raise invalid_file(
                message(
                    N_("A calendar file has at most {max} components, and none deeper than {depth}."),
                    max=MAX_NESTED,
                    depth=MAX_DEPTH,
                )
            )
        self.stack.append(name)
        if name == "VCALENDAR":
            self.calendar, self.zone, self.has_begun = CalendarText(), None, True
        elif name == "VTIMEZONE" and self.current is None:
            self.zone = ZoneText()
        elif self.zone is not None:
            self.zone.observances.append([])
        elif self.current is not None:
            self.current.has_alarm |= name == "VALARM"
        else:
            self._component(name)

    def _component(self, name: str) -> None:
        if not self.has_begun and name != "VEVENT":
            self.stack.pop()  # a BEGIN of something else, such as a vCard
            return
        self.has_begun = True
        if len(self.found) >= MAX_COMPONENTS:
            raise invalid_file(
                message(
                    N_("A calendar file has at most {max} entries. Split it, or export a shorter time."),
                    max=MAX_COMPONENTS,
                )
            )
        self.current = ComponentText(len(self.found) + 1, name, self.calendar)
        self.found.append(self.current)
        self.level, self.seen = len(self.stack), set()

    def _end(self, name: str) -> None:
        if name not in self.stack:
            return
        while self.stack.pop() != name:
            pass
        if self.current is not None and len(self.stack) < self.level:
            if name != self.current.name:
                self._cut_off()
            self.current = None
        if self.zone is not None and "VTIMEZONE" not in self.stack:
            if len(self.calendar.zones) < MAX_DEPTH * 100:
                self.calendar.zones.setdefault(self.zone.name, self.zone)
            self.zone = None

    def _cut_off(self) -> None:
        if self.current is not None:
            self.current.problem = message(N_("The end of this entry is missing."))
            self.current = None

    def _line(self, name: str, line: str) -> None:
        if self.zone is not None:
            self._line_of_zone(name, line)
        elif self.current is None:
            if self.stack and name in _OF_CALENDAR:
                value = line.partition(":")[2].strip()[:200]
                self.calendar.values.setdefault(name, value)
                self.source = self.source or (value if name == "PRODID" else "")
        elif len(self.stack) == self.level and self.current.problem is None and name in self.kept:
            self._line_of_component(self.current, name, line)

    def _line_of_zone(self, name: str, line: str) -> None:
        zone = self.zone
        if zone is None:
            return
        value = line.partition(":")[2].strip()[:200]
        if name == "TZID":
            zone.name = zone.name or value
        elif name == "X-LIC-LOCATION":
            zone.location = value
        elif zone.observances and name in _OF_ZONE and len(zone.observances[-1]) < 100 and len(line) < 1_000:
            zone.observances[-1].append(line)

    def _line_of_component(self, current: ComponentText, name: str, line: str) -> None:
        if name in _ONCE and name in self.seen:
            return
        if name in _DATES:
            line = _EMPTY_ITEM.sub(r"\1", line.rstrip(", \t"))
        # Public holiday files contain empty RRULE and EXDATE: as if they were not there.
        if not line.partition(":")[2].strip():
            return
        self.seen.add(name)
        if len(line) > MAX_LINE:
            current.problem = message(
                N_("{property} is longer than the {max} characters that are read."), property=name, max=MAX_LINE
            )
        elif len(current.lines) >= MAX_LINES:
            current.problem = message(N_("The entry has more than {max} lines."), max=MAX_LINES)
        else:
            current.lines.append(line.strip())
