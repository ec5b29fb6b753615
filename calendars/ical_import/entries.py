"""What is read of the entries of .ics files."""

from dataclasses import dataclass, field
from datetime import datetime

from calendars.ical_import.series import RecurrenceId, Series
from calendars.ical_import.times import FileTime, ImportedTimes
from calendars.ical_import.timezones import FileZones
from models.i18n import Message
from models.vocabulary import EventKind, Language, Visibility


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event of a file. ``marked_title`` is the title in the file, with prefixes that may be ours.

    ``uid`` is the event's own; for an occurrence of a series it is the file's UID (``series_uid``) followed by its
    ``recurrence_id``.
    The texts are in ``language``; None means not given. ``stamp`` is when the entry was last changed (aware), if the
    file says so.
    """

    number: int
    uid: str
    recurrence_id: str | None
    marked_title: str
    title: str
    language: Language
    description: str | None
    location: str | None
    hours: ImportedTimes
    kind: EventKind | None
    visibility: Visibility | None
    sequence: int
    stamp: datetime | None
    is_cancelled: bool
    host_name: str = ""
    guest_name: str = ""
    headcount: int | None = None
    remarks: tuple[Message, ...] = ()
    series_uid: str = ""

    @property
    def component(self) -> str:
        """The component's name in the file."""
        return "VEVENT"


@dataclass(frozen=True, slots=True)
class SkippedComponent:
    """A component that is not imported: refused if something is wrong with it, ignored if it is not an event."""

    number: int
    component: str
    reasons: tuple[Message, ...]
    is_refused: bool = True
    uid: str = ""
    recurrence_id: str | None = None
    title: str = ""


@dataclass
class SingleEntry:
    """A VEVENT whose own properties have been read, before series are combined."""

    entry: ImportedEvent
    start: FileTime
    series: Series
    recurrence: RecurrenceId | None
    zones: FileZones = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefusedReplacement:
    """A VEVENT that can't be read, but names the occurrence it replaces: the original one is not imported either."""

    uid: str
    recurrence: RecurrenceId
    zones: FileZones = field(repr=False)
