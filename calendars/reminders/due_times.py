"""Which reminders a rule wants of an event, when they are due and how long of use, and why one no longer holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.offsets import Offset, due_at
from calendars.days.spans import MIDNIGHT, days_after, wall_time
from calendars.days.working_days import WorkingDays
from calendars.events.lifecycle import REMINDED
from models.i18n import Message, _, message
from models.vocabulary import EventKind, EventStatus, ReminderAnchor

GRACE = timedelta(minutes=15)
"""A reminder planned this little after its due instant still goes out; what is older is too late."""

USEFUL_AFTER_DUE = timedelta(days=3)
"""How long a reminder that falls due after the event (a report to write) may be late."""

OFFICE_COUNTRIES = ("VN", "LA")
"""Whose days off rules that count working days leave out: a visit is prepared on days both sides work."""

TOO_LATE = _("It was due before this was planned.")
OVER = _("It could not be sent before the event was over.")
NOT_ADDRESSED = _("This address no longer belongs to the rule's audience.")
RULE_DELETED = _("The reminder rule was deleted.")
RULE_OFF = _("The reminder rule is switched off.")
OTHER_KIND = _("The reminder rule no longer covers this kind of event.")
TASK_SETTLED = _("The task is done or was removed.")
MOVED = _("The days, the hours or the reminder rule changed.")
TAKES_PLACE = _("The event takes place after all.")
UP_TO_DATE = _("A later mail already told what changed.")
ARRIVED = _("The mail has arrived since.")
RESTORED = _("It was due before the database was restored from a backup; it may have been sent.")
SILENT: Mapping[EventStatus, str] = MappingProxyType(
    {
        EventStatus.DRAFT: _("The event is a draft."),
        EventStatus.POSTPONED: _("The event is postponed."),
        EventStatus.CANCELLED: _("The event is cancelled."),
        EventStatus.COMPLETED: _("The event is completed."),
    }
)
"""Why nobody is reminded of an event in these states."""


def office_days(rows: Iterable[Any]) -> WorkingDays:
    """The working days that rules count, under the office's own table of holidays, given as its rows."""
    return HolidayIndex(OfficeEntry.of(row) for row in rows).working_days(OFFICE_COUNTRIES)


@dataclass(frozen=True, slots=True)
class TaskDays:
    """The day a task is due (:mod:`calendars.events.task_due_dates`); None: at any time."""

    id: str
    due_day: date | None
    done: bool

    @classmethod
    def of(cls, row: Any) -> "TaskDays":
        """From a task's row, whole or just these columns."""
        return cls(row.id, row.due_day, row.done)


@dataclass(frozen=True, slots=True)
class EventDays:
    """What reminders depend on in an event; days inclusive, hours local to ``timezone``."""

    id: str
    kind: EventKind
    status: EventStatus
    first_day: date
    last_day: date
    start_time: time | None
    end_time: time | None
    timezone: str
    arrives_on: date
    departs_on: date
    tasks: tuple[TaskDays, ...] = ()

    @classmethod
    def of(cls, row: Any, tasks: Iterable[Any] = ()) -> "EventDays":
        """From an event's row and those of its tasks, whole or just these columns."""
        return cls(
            row.id,
            row.kind,
            row.status,
            row.first_day,
            row.last_day,
            row.start_time,
            row.end_time,
            row.timezone,
            row.arrives_on,
            row.departs_on,
            tuple(TaskDays.of(task) for task in tasks),
        )

    @property
    def over_at(self) -> datetime:
        """The instant the event is over: its last hour, or midnight after its last day (within that day in 9999)."""
        if self.end_time is not None or self.last_day == date.max:
            return wall_time(self.last_day, self.end_time or MIDNIGHT, self.timezone)
        return wall_time(days_after(self.last_day, 1), MIDNIGHT, self.timezone)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What reminders depend on in a rule; empty ``kinds`` are all kinds."""

    id: str
    anchor: ReminderAnchor
    offset: Offset
    at: time | None = None
    working_days: bool = False
    active: bool = True
    kinds: frozenset[str] = field(default_factory=frozenset)
    catch_up: bool = False

    @classmethod
    def of(cls, row: Any) -> "RuleFacts":
        """From a rule's row. Raises ValueError for an offset that is none."""
        offset = Offset.parse(row.offset)
        return cls(row.id, row.anchor, offset, row.at, row.working_days, row.active, frozenset(row.kinds), row.catch_up)

    def covers(self, kind: EventKind) -> bool:
        """Whether the rule is for events of this kind."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class DueReminder:
    """One wanted reminder, before it is known to whom: ``due_at`` is aware UTC."""

    rule_id: str
    task_id: str | None
    due_at: datetime


def anchors(anchor: ReminderAnchor, event: EventDays) -> list[tuple[str | None, date, time | None]]:
    """What a rule counts from: (task id, day, hour), one for the event or one for each open task with a due day.

    The arrival is a day without an hour, so are due days; start and end have the event's hours where it has them.
    """
    match anchor:
        case ReminderAnchor.ARRIVAL:
            return [(None, event.arrives_on, None)]
        case ReminderAnchor.START:
            return [(None, event.first_day, event.start_time)]
        case ReminderAnchor.END:
            return [(None, event.last_day, event.end_time)]
        case ReminderAnchor.TASK_DUE:
            return [(task.id, task.due_day, None) for task in event.tasks if not task.done and task.due_day is not None]


def due_reminders(rule: RuleFacts, event: EventDays, days_off: WorkingDays | None) -> list[DueReminder]:
    """The reminders a rule wants of an event as both are now; none of an event nobody is reminded of.

    Every day without an hour stands at 00:00 local, the last day of an event too: "at the end" of whole days is the
    morning of the last one, and the hour of a report due three days later is given by the rule's ``at``. ``days_off``
    are the office's working days, only asked by rules that count them. What is due already is among them: how
    late is too late depends on the instant, see :func:`too_late`. Raises ValueError where an offset leads out of
    the calendar.
    """
    if not rule.active or event.status not in REMINDED or not rule.covers(event.kind):
        return []
    working_days = days_off if rule.working_days else None
    return [
        DueReminder(rule.id, task_id, due_at(day, hour, event.timezone, rule.offset, rule.at, working_days))
        for task_id, day, hour in anchors(rule.anchor, event)
    ]


def too_late(due: datetime, now: datetime) -> bool:
    """Whether a reminder being planned at ``now`` was due too long ago to be sent."""
    return due < now - GRACE


def useful_until(event: EventDays, due: datetime) -> datetime:
    """Until when a reminder that could not be sent in time is still of use, exclusive.

    One due before the event is over: until it is over. One due later: three days more.
    """
    over = event.over_at
    return over if due < over else due + USEFUL_AFTER_DUE


def skip_reason(
    rule: RuleFacts | None, event: EventDays, task_id: str | None, due: datetime, days_off: WorkingDays | None
) -> Message | None:
    """Why a reminder made earlier is not wanted any more; None while it is. ``rule`` None: it was deleted."""
    if event.status not in REMINDED:
        return message(SILENT[event.status])
    if rule is None:
        return message(RULE_DELETED)
    if not rule.active:
        return message(RULE_OFF)
    if not rule.covers(event.kind):
        return message(OTHER_KIND)
    same_task = [one.due_at for one in due_reminders(rule, event, days_off) if one.task_id == task_id]
    if task_id is not None and not same_task:
        return message(TASK_SETTLED)
    return None if due in same_task else message(MOVED)
