"""Whom to tell that an event changed, and what: the mails they got are compared with the event as it is now.

A mail tells the values that its event has at a SEQUENCE. Later changes are told by comparing the values of the last
mail with those of now, reader by reader. So changes that undo each other are told to nobody, several are told at once,
and whoever was away when the event moved is told when they are back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from calendars.events.lifecycle import CALLED_OFF, REMINDED
from models.vocabulary import EventStatus, ReminderPurpose

NOTICES = frozenset(
    {
        ReminderPurpose.CANCELLATION,
        ReminderPurpose.UPDATE,
        ReminderPurpose.POSTPONED,
        ReminderPurpose.MOVED,
        ReminderPurpose.REMOVED,
    }
)
"""The purposes of mails about changes of an event."""

TELLING = NOTICES | {ReminderPurpose.REMINDER, ReminderPurpose.UNANSWERED}
"""The purposes of mails that tell an event's values."""

TAKING_BACK = frozenset({ReminderPurpose.CANCELLATION, ReminderPurpose.POSTPONED, ReminderPurpose.REMOVED})
"""The purposes of mails that remove the event from the reader's calendar: nobody comes on its days."""

LONGEST_WAIT = timedelta(minutes=10)
"""How long after the first of several changes a notice leaves at the latest."""

Values = Mapping[str, Any]
"""The values of an event that mails tell and that raise its SEQUENCE (:func:`values_of`)."""

TOLD_OF = REMINDED | CALLED_OFF | {EventStatus.DRAFT}
"""The states that readers hear of; of a draft only who was told before that it is planned."""

OFF_ITS_DAYS = frozenset({EventStatus.POSTPONED, EventStatus.DRAFT})
"""The states in which an event does not take place on its days for now: postponed, or taken back out of the plan."""

_DAYS = ("first_day", "last_day")
_HOURS = ("start_time", "end_time")
_WORDS = ("title", "location")
NAMES = (*_DAYS, *_HOURS, "timezone", *_WORDS, "status")


class Method(StrEnum):
    """What a calendar program should do with an entry. Source: RFC 5546 sections 3.2.1, 3.2.2 and 3.2.5."""

    REQUEST = "REQUEST"
    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


def values_of(event: Any) -> dict[str, Any]:
    """The values of an event (or a row with its columns) as JSON: days and hours in ISO 8601."""
    found: dict[str, Any] = {name: getattr(event, name).isoformat() for name in _DAYS}
    for name in _HOURS:
        hour = getattr(event, name)
        found[name] = None if hour is None else hour.isoformat()
    found |= {name: dict(getattr(event, name) or {}) for name in _WORDS}
    return found | {"timezone": event.timezone, "status": EventStatus(event.status).value}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a mail does with the event in its reader's calendar.

    ``organizer`` is the address that answers go to; None: the office's own, which nobody reads. ``asks``: the reader is
    asked for one.
    """

    method: Method
    sequence: int
    organizer: str | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows of an event.

    ``sequence`` is that of the event when the last mail was sent to them. ``entry`` is the SEQUENCE of the last entry
    sent to their calendar (None: none was), ``holds_entry`` whether it is still there, ``organizer`` its ORGANIZER if
    that was not the office, ``is_removed`` whether they were told that they are no longer part of the event.
    """

    sequence: int
    entry: int | None = None
    holds_entry: bool = False
    organizer: str | None = None
    is_removed: bool = False

    @classmethod
    def of(cls, mails: Iterable[Any], unknown: int) -> "Known | None":
        """From the rows of the mails sent to a reader about an event; None if there are none.

        ``unknown`` is the SEQUENCE that those may have told that are just being sent.
        """
        sequence: int | None = None
        last: Any = None
        for mail in mails:
            told = unknown if mail.told_sequence is None else mail.told_sequence
            sequence = told if sequence is None else max(sequence, told)
            if mail.entry_sequence is not None and (last is None or mail.entry_sequence >= last.entry_sequence):
                last = mail
        if sequence is None:
            return None
        if last is None:
            return cls(sequence)
        return cls(
            sequence,
            last.entry_sequence,
            last.purpose not in TAKING_BACK,
            last.entry_organizer,
            last.purpose is ReminderPurpose.REMOVED,
        )

    def next_entry(self, method: Method, event_sequence: int, organizer: str | None) -> CalendarEntry:
        """The entry of the next mail to them.

        Its SEQUENCE is the event's, but higher than that of their last one if it takes the entry away or brings it
        back, or if the event or the organizer changed in between: for them alone, the event's own does not rise. A
        cancellation names the organizer that their calendar knows. Source: RFC 5546 sections 2.1.4, 3.2.2.4 and 3.2.5.
        """
        if method is Method.CANCEL:
            organizer = self.organizer
        if self.entry is None:
            return CalendarEntry(method, event_sequence, organizer)
        is_new = (
            method is Method.CANCEL
            or not self.holds_entry
            or self.sequence < event_sequence
            or organizer != self.organizer
        )
        return CalendarEntry(method, max(event_sequence, self.entry + is_new), organizer)


@dataclass(frozen=True, slots=True)
class ReaderNow:
    """What a reader is to an event now.

    ``may_be_told``: they may be told of it (:meth:`models.queries.audience.AudienceIndex.reader`). ``takes_part``:
    their calendar should have it, as they are in charge or one of its people. ``is_shut``: their account is disabled.
    """

    may_be_told: bool
    takes_part: bool
    is_shut: bool = False


def notice(known: Known, then: Values | None, now: Values, sequence: int, reader: ReaderNow) -> ReminderPurpose | None:
    """What a reader is to be told now, None if nothing.

    ``then`` are the values at the SEQUENCE that they know, None if these are not kept; ``now`` those at ``sequence``.
    """
    status = EventStatus(now["status"])
    if reader.is_shut or status not in TOLD_OF:
        return None
    if known.is_removed:
        is_back = reader.takes_part and reader.may_be_told and status in REMINDED
        return ReminderPurpose.UPDATE if is_back else None
    if known.holds_entry and not reader.takes_part and not (reader.may_be_told and status is EventStatus.CANCELLED):
        return ReminderPurpose.REMOVED
    if not reader.may_be_told or known.sequence >= sequence:
        return None
    told = None if then is None else EventStatus(then["status"])
    if status is EventStatus.CANCELLED:
        return None if told is status else ReminderPurpose.CANCELLATION
    if status in OFF_ITS_DAYS:
        is_known = told in OFF_ITS_DAYS or told is EventStatus.CANCELLED
        return None if is_known else ReminderPurpose.POSTPONED
    if then is None:
        return ReminderPurpose.UPDATE if known.holds_entry else None
    if told is EventStatus.CANCELLED:
        return ReminderPurpose.UPDATE
    if told in OFF_ITS_DAYS or _when(then) != _when(now):
        return ReminderPurpose.MOVED
    return ReminderPurpose.UPDATE if known.holds_entry and _shown(then) != _shown(now) else None


def _when(values: Values) -> tuple[Any, ...]:
    """Days and hours; a zone without hours means nothing."""
    hours = tuple(values[name] for name in _HOURS)
    zone = values["timezone"] if any(hours) else None
    return (*(values[name] for name in _DAYS), *hours, zone)


def _shown(values: Values) -> tuple[Any, ...]:
    """What else an entry shows: a confirmed event looks the same once it is on."""
    status = EventStatus(values["status"])
    return (*(values[name] for name in _WORDS), EventStatus.CONFIRMED if status is EventStatus.ONGOING else status)


def reason_of(reasons: Mapping[int, tuple[str, str | None]], known: int | None, sequence: int) -> str | None:
    """The reason for what changed after a SEQUENCE, as its author typed it: the last one given; None if none was.

    ``reasons``: SEQUENCE → status and reason. ``known`` None: nothing was told before. A reason to cancel says nothing
    about an event that takes place after all.
    """
    is_off = reasons.get(sequence, ("", None))[0] == EventStatus.CANCELLED
    for one in sorted(reasons, reverse=True):
        status, reason = reasons[one]
        if one <= (-1 if known is None else known):
            break
        if one <= sequence and reason and (is_off or status != EventStatus.CANCELLED):
            return reason
    return None


def leaves_at(now: datetime, first_change: datetime, seconds: float) -> datetime:
    """When a notice leaves: ``seconds`` after the last change (``now``), at most ten minutes after the first one."""
    return max(now, min(now + timedelta(seconds=seconds), first_change + LONGEST_WAIT))
