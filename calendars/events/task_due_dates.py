"""When a task is due: on a day of its own, or days counted from the arrival or the departure of its visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from calendars.days.offsets import Offset
from calendars.days.spans import days_after
from calendars.days.working_days import WorkingDays
from calendars.events.lifecycle import CALLED_OFF
from models.errors import InvalidValue
from models.i18n import N_, Message, message
from models.vocabulary import EventStatus, TaskAnchor

NEVER_LATE = CALLED_OFF | {EventStatus.DRAFT}
"""Events whose tasks wait with them; one that is over still wants its report."""


class TaskDue(Protocol):
    """What says when a task is due; an offset is ISO 8601 (``-P14D``), None together with no day: at any time."""

    @property
    def due_on(self) -> date | None: ...
    @property
    def due_offset(self) -> str | None: ...
    @property
    def anchor(self) -> TaskAnchor: ...
    @property
    def working_days(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class TaskDueValues:
    """That alone, of a task which is not there yet."""

    due_on: date | None
    due_offset: str | None
    anchor: TaskAnchor
    working_days: bool


@dataclass(frozen=True, slots=True)
class TravelDays:
    """The days tasks are counted from."""

    arrives_on: date
    departs_on: date

    def day_of(self, anchor: TaskAnchor) -> date:
        """The day an anchor stands for."""
        return self.arrives_on if anchor is TaskAnchor.ARRIVAL else self.departs_on


def task_offset(text: str) -> Offset:
    """Read a task's offset. Raises ValueError for one that is none, or that has hours."""
    offset = Offset.parse(text)
    if offset.seconds:
        raise InvalidValue(N_("A task is due on a day: count in days or weeks."))
    return offset


def due_day(task: TaskDue, travel: TravelDays, office_days: WorkingDays) -> date | None:
    """The day a task is due: its own, else its offset from the anchor's day; None when it has neither.

    ``office_days`` are asked only by tasks that count working days; the anchor's day itself is never counted. Raises
    ValueError for an offset that is none, leads out of the calendar, or is more than ten years of working days.
    """
    if task.due_on is not None or task.due_offset is None:
        return task.due_on
    day, offset = travel.day_of(task.anchor), task_offset(task.due_offset)
    return office_days.shift(day, offset.days) if task.working_days else days_after(day, offset.days)


def is_overdue(due: date | None, done: bool, status: EventStatus, today: date) -> bool:
    """Whether a task should have been done before today. Drafts and events that are called off are never late."""
    return not done and due is not None and due < today and status not in NEVER_LATE


_ON_THE_DAY: Mapping[TaskAnchor, str] = {
    TaskAnchor.ARRIVAL: N_("on the day of arrival"),
    TaskAnchor.DEPARTURE: N_("on the day of departure"),
}
_BEFORE: Mapping[TaskAnchor, str] = {
    TaskAnchor.ARRIVAL: N_("{length} before the arrival"),
    TaskAnchor.DEPARTURE: N_("{length} before the departure"),
}
_AFTER: Mapping[TaskAnchor, str] = {
    TaskAnchor.ARRIVAL: N_("{length} after the arrival"),
    TaskAnchor.DEPARTURE: N_("{length} after the departure"),
}


def due_offset_text(task: TaskDue) -> Message | None:
    """How a due day is counted, in words: “14 days before the arrival”; None for one that is not.

    Weeks are told in days. Raises ValueError for an offset that is none.
    """
    if task.due_on is not None or task.due_offset is None:
        return None
    days = task_offset(task.due_offset).days
    if days == 0:
        return message(_ON_THE_DAY[task.anchor])
    return message((_BEFORE if days < 0 else _AFTER)[task.anchor], length=_length(abs(days), task.working_days))


def _length(days: int, working_days: bool) -> Message:
    if days == 1:
        return message(N_("1 working day") if working_days else N_("1 day"))
    return message(N_("{range} working days") if working_days else N_("{range} days"), range=days)
