"""The parts of an event that have days of their own: the performances of a troupe, the phases of a batch."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any

from calendars.days.office_clock import ShownTimes, shown_times
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line


class PartKind(StrEnum):
    """What a part is."""

    PERFORMANCE = "performance"
    PHASE = "phase"


_NAMES = {PartKind.PERFORMANCE: N_("Performance"), PartKind.PHASE: N_("Phase")}


@dataclass(frozen=True, slots=True)
class DatedPart:
    """A part of an event: inclusive days, and for a performance its time in the event's zone, where known."""

    kind: PartKind
    first_day: date
    last_day: date
    start_time: time | None
    title: LocalizedText | None
    place: LocalizedText | None = None

    @classmethod
    def of_performance(cls, row: Any) -> "DatedPart":
        """From a performance's row."""
        return cls(PartKind.PERFORMANCE, row.day, row.day, row.time, row.title, row.venue)

    @classmethod
    def of_phase(cls, row: Any) -> "DatedPart":
        """From a phase's row."""
        return cls(PartKind.PHASE, row.first_day, row.last_day, None, row.title)

    def times(self, zone: str, office_zone: str) -> ShownTimes:
        """Its days and time by the office's clock; ``zone`` is the event's."""
        return shown_times(self.first_day, self.last_day, self.start_time, None, zone, office_zone)

    def name(self, language: str) -> str:
        """What it is called: “Performance: Northern melodies”, without a title “Performance”."""
        kind, title = translate(_NAMES[self.kind], language), one_line(localized(self.title, language))
        return f"{kind}: {title}" if title else kind
