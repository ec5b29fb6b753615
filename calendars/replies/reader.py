"""Read a mail as an answer to an invitation; what is none, or not one for sure, is left unread with a reason.

Nothing here proves anything: From, ATTENDEE and UID are what the sender wrote. The proof is the token of the address
that the mail was sent to, which only who got the invitation knows; who applies an answer checks it.
"""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from calendars.days.spans import days_taken
from calendars.ical_import.content_lines import ComponentText, FileText, UnreadablePart, read_text
from calendars.ical_import.properties import parsed, sequence_of, text_of
from calendars.ical_import.rrule_expansion import WorkBudget
from calendars.ical_import.times import hours_of, start_and_end
from calendars.ical_import.timezones import FileZones
from calendars.replies.envelope import is_from_a_machine, is_generated, read_envelope
from calendars.replies.mail_parts import CalendarPart, UnreadMail, calendar_parts, parse_headers, parse_mail
from calendars.replies.values import Answer, AnswerMethod, Envelope, NotUnderstood, Unread
from models.errors import Invalid
from models.text import clean, one_line, shorten

if TYPE_CHECKING:
    from icalendar import Event as IcalEvent

MOST_WORDS = 2_000
"""So many characters of a comment are kept."""

_METHODS = {"REPLY": AnswerMethod.REPLY, "COUNTER": AnswerMethod.COUNTER}
_PARTSTATS = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "NEEDS-ACTION": "needs_action",
}
_DELEGATED = "DELEGATED"
_KEPT = ("ATTENDEE", "COMMENT")
_DATED = re.compile(r"(DTSTART|DTEND|DURATION|RDATE|EXDATE|RECURRENCE-ID)[;:]", re.IGNORECASE)
_MAILTO = re.compile(r"\s*mailto:\s*(?://)?", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")


def read_answer(
    raw: bytes, *, own: Collection[str] = (), timezone: str = "Asia/Ho_Chi_Minh", year: int = 2027
) -> Answer | NotUnderstood:
    """What a whole mail (RFC 5322) says.

    ``own`` are the addresses that our mails come from, and ``@`` with what their Message-IDs end with. ``timezone`` is
    the office's, in which the days of a COUNTER are meant that gives instants; ``year`` is the present one, by whose
    rules the names of zones are compared. Never raises: a mail that nothing can be made of is ``NotUnderstood``.
    """
    headers = parse_headers(raw)
    envelope = read_envelope(headers)
    automatic = Answer(AnswerMethod.NONE, envelope, is_automatic=True)
    try:
        mail = parse_mail(raw)
        if is_from_a_machine(mail, envelope, own):
            return automatic
        answer = _of_calendars(calendar_parts(mail), envelope, timezone, year)
    except UnreadMail as problem:
        answer = NotUnderstood(problem.reason, envelope)
    except (Invalid, UnreadablePart, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        answer = NotUnderstood(Unread.MALFORMED, envelope)
    if isinstance(answer, NotUnderstood) and _is_of_a_machine(headers, envelope, own):
        return automatic
    return answer


def _is_of_a_machine(headers: Message, envelope: Envelope, own: Collection[str]) -> bool:
    return is_generated(headers) or is_from_a_machine(headers, envelope, own)


def _of_calendars(
    parts: Sequence[CalendarPart], envelope: Envelope, timezone: str, year: int
) -> Answer | NotUnderstood:
    """The one answer among the calendars of a mail; many programs send the same one twice, inline and as a file."""
    read: list[Answer | NotUnderstood] = []
    for part in parts:
        try:
            read.append(_of_calendar(part, envelope, timezone, year))
        except (Invalid, UnreadablePart):
            read.append(NotUnderstood(Unread.MALFORMED, envelope))
    answers = [one for one in read if isinstance(one, Answer)]
    if not answers:
        return read[0]
    if any(one != answers[0] for one in answers[1:]):
        return NotUnderstood(Unread.SEVERAL_CALENDARS, envelope, answers[0].uid, answers[0].attendee)
    return answers[0]


def _of_calendar(part: CalendarPart, envelope: Envelope, timezone: str, year: int) -> Answer | NotUnderstood:
    text = read_text(part.content, part.charset, _KEPT)
    events = [one for one in text.components if one.name == "VEVENT"]
    if not events:
        return NotUnderstood(Unread.NO_EVENT, envelope)
    method_word = _method_word(text, part)
    if not method_word:
        return NotUnderstood(Unread.NO_METHOD, envelope)
    method = _METHODS.get(method_word)
    if method is None:
        return NotUnderstood(Unread.NOT_AN_ANSWER, envelope)
    if len(events) > 1:
        return NotUnderstood(Unread.SEVERAL_EVENTS, envelope)
    component = events[0]
    if component.problem is not None:
        return NotUnderstood(Unread.MALFORMED, envelope)
    days = _days(component, timezone, year) if method is AnswerMethod.COUNTER else None
    return _of_event(method, component, envelope, days)


def _method_word(text: FileText, part: CalendarPart) -> str:
    """METHOD of the calendar itself, else the one of its Content-Type: they ought to be the same (RFC 6047 2.4)."""
    named = next((one.calendar.values["METHOD"] for one in text.components if one.calendar.values.get("METHOD")), "")
    return (named or part.method).strip().upper()


def _of_event(
    method: AnswerMethod, component: ComponentText, envelope: Envelope, days: tuple[date, date] | None
) -> Answer | NotUnderstood:
    """Days are read apart: those of an answer are the organizer's own and need not be right."""
    event = parsed(ComponentText(component.number, "VEVENT", component.calendar, _without_days(component.lines)))
    uid = one_line(text_of(event, "UID"))[:255]
    attendees = _attendees(event)
    attendee = _who_answers(attendees, envelope.sender)
    address = "" if attendee is None else _address(attendee)
    comment = _comment(event, attendee)

    def unread(reason: Unread) -> NotUnderstood:
        return NotUnderstood(reason, envelope, uid, address, comment)

    if not uid:
        return unread(Unread.NO_UID)
    if method is AnswerMethod.COUNTER and days is None:
        return unread(Unread.NO_DAYS)
    word = "" if attendee is None else str(attendee.params.get("PARTSTAT", "")).strip().upper()
    if method is AnswerMethod.REPLY:
        if not attendees or (attendee is not None and not address):
            return unread(Unread.NO_ATTENDEE)
        if attendee is None:
            return unread(Unread.SEVERAL_ATTENDEES)
        if word not in _PARTSTATS:
            return unread(Unread.DELEGATED if word == _DELEGATED else Unread.NO_PARTSTAT)
    return Answer(
        method,
        envelope,
        uid=uid,
        sequence=sequence_of(event),
        recurrence_id=_recurrence_id(component.lines),
        attendee=address,
        partstat=_PARTSTATS.get(word),
        days=days,
        comment=comment,
        dtstamp=_stamp(event),
    )


def _without_days(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not _DATED.match(line)]


def _recurrence_id(lines: Sequence[str]) -> str | None:
    found = next((line for line in lines if line.upper().startswith("RECURRENCE-ID")), None)
    return None if found is None else one_line(found.rpartition(":")[2])[:40]


def _attendees(event: "IcalEvent") -> list[Any]:
    """The ATTENDEE properties, each with its parameters; one that stands there twice counts once."""
    value: Any = event.get("ATTENDEE")
    found = value if isinstance(value, list) else [] if value is None else [value]
    return list({(_address(one), str(one.params.get("PARTSTAT", ""))): one for one in found}.values())


def _who_answers(attendees: Sequence[Any], sender: str) -> Any | None:
    """The attendee whose answer it is. There ought to be one (RFC 5546 section 3.2.3); of several it is the sender."""
    if len(attendees) == 1:
        return attendees[0]
    senders = [one for one in attendees if sender and _address(one) == sender]
    return senders[0] if len(senders) == 1 else None


def _address(attendee: Any) -> str:
    """The plain address of an attendee, in lower case; empty if there is none, as in Exchange's own names."""
    for text in (str(attendee), str(attendee.params.get("EMAIL", ""))):
        if found := _ADDRESS.fullmatch(unquote(_MAILTO.sub("", text)).strip().strip("<>")):
            return one_line(found[0]).lower()
    return ""


def _comment(event: "IcalEvent", attendee: Any | None) -> str | None:
    """COMMENT, or what Google has in a parameter of ATTENDEE."""
    value: Any = event.get("COMMENT")
    texts = [str(one) for one in (value if isinstance(value, list) else [] if value is None else [value])]
    if not texts and attendee is not None:
        texts = [str(attendee.params.get("X-RESPONSE-COMMENT", ""))]
    return shorten(clean("\n".join(texts)), MOST_WORDS) or None


def _stamp(event: "IcalEvent") -> datetime | None:
    """DTSTAMP: when the answer was given (RFC 5545 section 3.8.7.2)."""
    if any(name == "DTSTAMP" for name, _problem in event.errors):
        return None
    found = getattr(event.get("DTSTAMP"), "dt", None)
    if not isinstance(found, datetime):
        return None
    with suppress(OverflowError):
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _days(component: ComponentText, timezone: str, year: int) -> tuple[date, date] | None:
    """The first and the last day that a COUNTER proposes; None if they can't be read or are not there."""
    now = datetime(year, 1, 1, tzinfo=UTC)
    zones, budget = FileZones(component.calendar.zones, timezone, now, timezone), WorkBudget()
    try:
        event = parsed(component)
        start, end = start_and_end(event, zones, budget)
        if start is None:
            return None
        hours, _remarks = hours_of(event, start, end, zones, budget)
    except UnreadablePart:
        return None
    taken = days_taken(hours.first_day, hours.last_day, hours.start_time, hours.end_time)
    return taken.first, taken.last
