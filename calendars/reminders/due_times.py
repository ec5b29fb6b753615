"""Which reminders a rule produces for an event, when they are due, how long they are useful, and why one is skipped."""

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
from models.i18n import N_, Message, message
from models.vocabulary import EventKind, EventStatus, ReminderAnchor

GRACE = timedelta(minutes=15)
"""A reminder planned no later than this after its due time is still sent; an older one is too late."""

USEFUL_AFTER_DUE = timedelta(days=3)
"""How late a reminder that falls due after the event (a report to write) may be sent."""

OFFICE_COUNTRIES = ("VN", "LA")
"""Countries whose days off are no working days for rules: a visit is prepared on days on which both sides work."""

TOO_LATE = N_("It was due before this was planned.")
OVER = N_("It could not be sent before the event was over.")
NOT_ADDRESSED = N_("This address no longer belongs to the rule's audience.")
RULE_DELETED = N_("The reminder rule was deleted.")
RULE_OFF = N_("The reminder rule is switched off.")
OTHER_KIND = N_("The reminder rule no longer covers this kind of event.")
TASK_SETTLED = N_("The task is done or was removed.")
MOVED = N_("The days, the hours or the reminder rule changed.")
TAKES_PLACE = N_("The event takes place after all.")
UP_TO_DATE = N_("A later mail already told what changed.")
AS_TOLD = N_("The event is again as this reader was told.")
NOTHING_TOLD = N_("This reader was told nothing of the event before.")
ARRIVED = N_("The mail has arrived since.")
AS_CONFIRMED = N_("The event is as it was confirmed.")
NOT_ASKED = N_("The confirmation is not asked for any more.")
NOT_SECOND = N_("This account can't confirm the event (any more).")
RESTORED = N_("It was due before the database was restored from a backup; it may have been sent.")
SILENT: Mapping[EventStatus, str] = MappingProxyType(
    {
        EventStatus.DRAFT: N_("The event is a draft."),
        EventStatus.POSTPONED: N_("The event is postponed."),
        EventStatus.CANCELLED: N_("The event is cancelled."),
        EventStatus.COMPLETED: N_("The event is completed."),
    }
)
"""Why events in these states have no reminders."""


def office_days(rows: Iterable[Any]) -> WorkingDays:
    """The working days used by rules, based on the rows of the office's own holidays."""
    return HolidayIndex(OfficeEntry.of(row) for row in rows).working_days(OFFICE_COUNTRIES)


@dataclass(frozen=True, slots=True)
class OfficeDays:
    """The working days of each office, computed when they are first asked for.

    ``holidays`` gives ``office_of`` an organisation, and the rows ``at`` an office
    (:class:`models.queries.office_rows.OfficeHolidays`).
    """

    holidays: Any
    _days: dict[str, WorkingDays] = field(default_factory=dict)

    def of(self, organisation_id: str | None) -> WorkingDays:
        """The working days for an event of an organisation, or of none."""
        office = self.holidays.office_of(organisation_id)
        if office not in self._days:
            self._days[office] = office_days(self.holidays.at(office))
        return self._days[office]


@dataclass(frozen=True, slots=True)
class TaskDays:
    """The due day of a task (:mod:`calendars.events.task_due_dates`); None: no due day."""

    id: str
    due_day: date | None
    done: bool

    @classmethod
    def of(cls, row: Any) -> "TaskDays":
        """Create from a task's row, complete or with just these columns."""
        return cls(row.id, row.due_day, row.done)


@dataclass(frozen=True, slots=True)
class EventScope:
    """What of an event decides whether a rule applies to it at all; :meth:`RuleFacts.covers` is the only place that
    asks. Its form in SQL, for previews of all events, is ``preview._covered``."""

    kind: EventKind

    @classmethod
    def of(cls, row: Any) -> "EventScope":
        """Create from an event's row, complete or with just these columns."""
        return cls(row.kind)


@dataclass(frozen=True, slots=True)
class EventDays:
    """The fields of an event that reminders depend on; days inclusive, times local to ``timezone``."""

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
        """Create from an event's row and the rows of its tasks, complete or with just these columns."""
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
    def scope(self) -> EventScope:
        """What decides which rules apply to the event."""
        return EventScope(self.kind)

    @property
    def over_at(self) -> datetime:
        """The instant the event ends: its end time, or midnight after its last day (within that day for 9999-12-31)."""
        if self.end_time is not None or self.last_day == date.max:
            return wall_time(self.last_day, self.end_time or MIDNIGHT, self.timezone)
        return wall_time(days_after(self.last_day, 1), MIDNIGHT, self.timezone)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """The fields of a rule that reminders depend on; empty ``kinds`` means all kinds."""

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
        """Create from a rule's row. Raises ValueError for an invalid offset."""
        offset = Offset.parse(row.offset)
        return cls(row.id, row.anchor, offset, row.at, row.working_days, row.active, frozenset(row.kinds), row.catch_up)

    def covers(self, scope: EventScope) -> bool:
        """Whether the rule applies to such an event."""
        return not self.kinds or scope.kind in self.kinds


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder that is due, before its recipients are determined: ``due_at`` is aware UTC."""

    rule_id: str
    task_id: str | None
    due_at: datetime


def anchors(anchor: ReminderAnchor, event: EventDays) -> list[tuple[str | None, date, time | None]]:
    """The points a rule counts from: (task id, day, time), one for the event or one for each open task with a due day.

    Arrival and due days have no time; start and end have the event's times where known.
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
    """The reminders a rule currently produces for an event; none for an event in a state without reminders.

    Every date without a time means 00:00 local, including the last day of an event: "at the end" of whole days is the
    morning of the last one, and a report due three days later gets its time from the rule's ``at``. ``days_off`` are
    the office's working days, only used by rules that count working days. Reminders already due are included: whether
    they are too late depends on the instant, see :func:`too_late`. Raises ValueError where an offset leaves the
    calendar.
    """
    if not rule.active or event.status not in REMINDED or not rule.covers(event.scope):
        return []
    working_days = days_off if rule.working_days else None
    return [
        DueReminder(rule.id, task_id, due_at(day, hour, event.timezone, rule.offset, rule.at, working_days))
        for task_id, day, hour in anchors(rule.anchor, event)
    ]


def too_late(due: datetime, now: datetime) -> bool:
    """Whether a reminder planned at ``now`` was due too long ago to be sent."""
    return due < now - GRACE


def useful_until(event: EventDays, due: datetime) -> datetime:
    """The instant, exclusive, until which a reminder that could not be sent on time is still useful.

    One due before the event ends: until it ends. One due later: three days after its due time.
    """
    over = event.over_at
    return over if due < over else due + USEFUL_AFTER_DUE


def skip_reason(
    rule: RuleFacts | None, event: EventDays, task_id: str | None, due: datetime, days_off: WorkingDays | None
) -> Message | None:
    """Why a planned reminder is no longer due; None if it still is. ``rule`` None: the rule was deleted."""
    if event.status not in REMINDED:
        return message(SILENT[event.status])
    if rule is None:
        return message(RULE_DELETED)
    if not rule.active:
        return message(RULE_OFF)
    if not rule.covers(event.scope):
        return message(OTHER_KIND)
    same_task = [one.due_at for one in due_reminders(rule, event, days_off) if one.task_id == task_id]
    if task_id is not None and not same_task:
        return message(TASK_SETTLED)
    return None if due in same_task else message(MOVED)
