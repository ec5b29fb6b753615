"""Where a project stands on a day: handed over, on schedule, or behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from calendars.days.spans import Days
from calendars.projects.facts import bounds


@dataclass(frozen=True, slots=True)
class HandoverEvent:
    """The event at which a project is handed over; ``is_held``: it is completed; ``is_coming``: it is to come."""

    event_id: str
    days: Days
    is_held: bool
    is_coming: bool


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as progress sees it: nothing of its money. ``open_days`` are those of the milestones not done.

    ``handed_over_on`` is the day, the month or the year as it is written.
    """

    id: str
    title: Mapping[str, str]
    is_accepted: bool = False
    handed_over_on: str | None = None
    open_days: tuple[date, ...] = ()
    handover: HandoverEvent | None = None

    @property
    def handed_over(self) -> Days | None:
        """The first and the last day on which it may have been handed over; None: it was not."""
        if self.handed_over_on is not None:
            return bounds(self.handed_over_on)
        return self.handover.days if self.handover is not None and self.handover.is_held else None

    @property
    def has_coming_handover(self) -> bool:
        """Whether the event of its handover is to come."""
        return self.handover is not None and self.handover.is_coming

    @property
    def expected_on(self) -> date | None:
        """When it is to be handed over: at its event, else by its last milestone; None: nobody has said."""
        if self.handover is not None and self.handover.is_coming:
            return self.handover.days.first
        return max(self.open_days, default=None)

    def counts_within(self, period: Days, as_of: date) -> bool:
        """Whether it was handed over by a day, and in a period in any case."""
        days = self.handed_over
        return days is not None and days.first <= as_of and days.first in period and days.last in period

    def is_behind(self, as_of: date) -> bool:
        """Whether it is not handed over and a milestone's day is over."""
        return self.handed_over is None and any(day < as_of for day in self.open_days)

    def is_on_schedule(self, period: Days, as_of: date) -> bool:
        """Whether its handover can be relied upon: it is expected from the day on, within the period."""
        comes = self.expected_on
        return not self.is_behind(as_of) and comes is not None and as_of <= comes <= period.last
