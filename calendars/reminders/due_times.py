"""Which reminders a rule produces for an event, when they are due, how long they are useful, and why one is skipped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.offsets import Offset, due_at, former_due_at
from calendars.days.spans import MIDNIGHT, days_after, end_day, wall_time
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
NOT_WANTED = N_("This person does not want mails about this.")
RULE_DELETED = N_("The reminder rule was deleted.")
RULE_OFF = N_("The reminder rule is switched off.")
OTHER_KIND = N_("The reminder rule no longer covers this kind of event.")
TASK_SETTLED = N_("The task is done or was removed.")
MOVED = N_("The days, the hours or the reminder rule changed.")
TAKES_PLACE = N_("The event takes place after all.")
UP_TO_DATE = N_("A later mail already told what changed.")
AS_TOLD = N_("The event is again as this reader was told.")
NOTHING_TOLD = N_("This reader was told nothing of the event before.")
ANSWERED = N_("This person has answered since, or is no longer on the list.")
ARRIVED = N_("The mail has arrived since.")
AS_CONFIRMED = N_("The event is as it was confirmed.")
NOT_ASKED = N_("The confirmation is not asked for any more.")
NOT_SECOND = N_("This account can't confirm the event (any more).")
RESTORED = N_("It was due before the database was restored from a backup; it may have been sent.")
STOOD_IN_FOR = N_("This account is on leave; who stands in is reminded.")
TOLD_ELSEWHERE = N_("This person was told at another address; both are entered as one person since.")
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
    """The due day of a task (:mod:`calendars.events.task_due_dates`); None: no due day.

    ``timezone`` is that of the office of whoever does it, where the hours of its reminders count; None: the event's.
    """

    id: str
    due_day: date | None
    done: bool
    timezone: str | None = None

    @classmethod
    def of(cls, row: Any, timezone: str | None = None) -> "TaskDays":
        """Create from a task's row, complete or with just these columns."""
        return cls(row.id, row.due_day, row.done, timezone)


class DoersZones(Protocol):
    """The zone of the office of whoever does a task of an event; both are rows."""

    def of_task(self, task: Any, event: Any) -> str: ...


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
    def of(cls, row: Any, tasks: Iterable[Any] = (), zones: DoersZones | None = None) -> "EventDays":
        """Create from an event's row and the rows of its tasks, complete or with just these columns.

        Without ``zones`` tasks are due by the event's clock.
        """
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
            tuple(TaskDays.of(task, zones.of_task(task, row) if zones else None) for task in tasks),
        )

    @property
    def scope(self) -> EventScope:
        """What decides which rules apply to the event."""
        return EventScope(self.kind)

    @property
    def ends_on(self) -> date:
        """The date of its end: the day after the last where that ends after midnight."""
        return end_day(self.first_day, self.last_day, self.start_time, self.end_time)

    @property
    def over_at(self) -> datetime:
        """The instant the event ends: its end time, or midnight after its last day (within that day for 9999-12-31)."""
        if self.end_time is not None or self.last_day == date.max:
            return wall_time(self.ends_on, self.end_time or MIDNIGHT, self.timezone)
        return wall_time(days_after(self.last_day, 1), MIDNIGHT, self.timezone)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """The fields of a rule that reminders depend on; empty ``kinds`` means all kinds, empty ``grades`` all years."""

    id: str
    anchor: ReminderAnchor
    offset: Offset
    at: time | None = None
    working_days: bool = False
    active: bool = True
    kinds: frozenset[str] = field(default_factory=frozenset)
    catch_up: bool = False
    grades: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, row: Any) -> "RuleFacts":
        """Create from a rule's row. Raises ValueError for an invalid offset."""
        offset = Offset.parse(row.offset)
        kinds, grades = frozenset(row.kinds), frozenset(row.grades)
        return cls(row.id, row.anchor, offset, row.at, row.working_days, row.active, kinds, row.catch_up, grades)

    def covers(self, scope: EventScope) -> bool:
        """Whether the rule applies to such an event."""
        return not self.kinds or scope.kind in self.kinds


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder that is due, before its recipients are determined: ``due_at`` is aware UTC.

    ``former`` is when versions before 0.4 made it due, None where that is no other instant.
    """

    rule_id: str
    task_id: str | None
    due_at: datetime
    former: datetime | None = None


def anchors(anchor: ReminderAnchor, event: EventDays) -> list[tuple[str | None, date, time | None, str]]:
    """The points a rule counts from: (task id, day, time, zone), one for the event or for each open task with a due
    day.

    Arrival and due days have no time; start and end have the event's times where known. The zone is the event's, for a
    task that of the doer's office. Anchors of other things have none in an event.
    """
    match anchor:
        case ReminderAnchor.ARRIVAL:
            return [(None, event.arrives_on, None, event.timezone)]
        case ReminderAnchor.START:
            return [(None, event.first_day, event.start_time, event.timezone)]
        case ReminderAnchor.END:
            return [(None, event.ends_on, event.end_time, event.timezone)]
        case ReminderAnchor.TASK_DUE:
            return [
                (task.id, task.due_day, None, task.timezone or event.timezone)
                for task in event.tasks
                if not task.done and task.due_day is not None
            ]
        case _:
            return []


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
    found = []
    for task_id, day, hour, zone in anchors(rule.anchor, event):
        due = due_at(day, hour, zone, rule.offset, rule.at, working_days)
        found.append(DueReminder(rule.id, task_id, due, _former(rule, event, day, hour, zone, working_days, due)))
    return found


def _former(
    rule: RuleFacts,
    event: EventDays,
    day: date,
    hour: time | None,
    zone: str,
    working_days: WorkingDays | None,
    due: datetime,
) -> datetime | None:
    """When versions before 0.4 made a reminder due: by the event's clock, without hours where there is an ``at``."""
    if zone == event.timezone and (rule.at is None or not rule.offset.seconds):
        return None
    try:
        former = former_due_at(day, hour, event.timezone, rule.offset, rule.at, working_days)
    except ValueError:
        return None
    return None if former == due else former


def days_after_end(rule: RuleFacts) -> int:
    """How many days after an event, or after the due day of a task, a reminder of a rule may still have to be sent, at
    most; 0 if it reminds of nothing that is over.

    Working days are taken for two days and a month: there is no longer row of days off.
    """
    offset = rule.offset
    if offset.days <= 0 and offset.seconds <= 0:
        return 0
    days = offset.days + 1 + offset.seconds // 86_400
    return (2 * days + 31 if rule.working_days else days) + USEFUL_AFTER_DUE.days + 1


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
    rule: RuleFacts | None,
    event: EventDays,
    task_id: str | None,
    due: datetime,
    days_off: WorkingDays | None,
    *,
    is_former: bool = False,
) -> Message | None:
    """Why a planned reminder is no longer due; None if it still is. ``rule`` None: the rule was deleted.

    ``is_former``: a version before 0.4 planned it, whose instant counts too.
    """
    if event.status not in REMINDED:
        return message(SILENT[event.status])
    if rule is None:
        return message(RULE_DELETED)
    if not rule.active:
        return message(RULE_OFF)
    if not rule.covers(event.scope):
        return message(OTHER_KIND)
    same_task = [one for one in due_reminders(rule, event, days_off) if one.task_id == task_id]
    if task_id is not None and not same_task:
        return message(TASK_SETTLED)
    instants = {one.due_at for one in same_task} | ({one.former for one in same_task} if is_former else set())
    return None if due in instants else message(MOVED)
