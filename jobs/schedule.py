"""The office's scheduled jobs: what they do, when each is due, and that each runs once for each scheduled time.

A job's work is rows in the queue, which the worker sends like any others; so correctness depends on a single
transaction. The record of the last run (``job_run``) and the work belong to it: a second process finds the record.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import ColumnElement, or_, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.spans import days_after, wall_time, zone_info
from calendars.mails.digests import UNSEEN_FOR
from jobs.cleanup import empty_trash, forget_moves, forget_passports, remove_unneeded_files, sweep
from jobs.enqueue import add, new_row
from jobs.ports import Planning
from models.accounts import User
from models.database import Database
from models.file_store import FileStore
from models.office import Office
from models.places import Locality
from models.queries.office_rows import OfficeHolidays
from models.reminders import JobRun, Reminder
from models.vocabulary import Language, ReminderPurpose, ReminderState, Role

CLOCK_SLACK = timedelta(minutes=1)
"""A recorded run further in the future than this was made under a clock that was ahead: it counts for the time it was
made for, whose rows are unique, and the times before that are run as they come.
"""

LOOK_AGAIN = 60.0
"""Seconds after which the record is read even when no scheduled time has come: for a job that failed or had to wait."""

STEADY_SECONDS = 3600.0
"""How long the clock must not have been moved before anything is deleted by it."""

_HOUR = timedelta(hours=1)
_MOMENT = timedelta(microseconds=1)
_WEEK_DAYS = 7

Work = Callable[[Session, datetime, datetime], int]
"""(session, now, instant) → the number of rows it created or changed; the transaction is the caller's."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurring time in ``timezone``: every hour, every day or every week.

    ``hour`` None: every hour; ``weekday`` None: every day, 0 is Monday.
    """

    timezone: str
    minute: int
    hour: int | None = None
    weekday: int | None = None

    @property
    def trigger(self) -> CronTrigger:
        """The equivalent APScheduler trigger."""
        return CronTrigger(
            minute=self.minute, hour=self.hour, day_of_week=self.weekday, timezone=zone_info(self.timezone)
        )

    def latest(self, now: datetime) -> datetime:
        """The last scheduled time at or before ``now``; aware, UTC."""
        if self.hour is None:
            return self._of_hour(now)
        return max(at for at in self._around(now, self.hour) if at <= now)

    def following(self, now: datetime) -> datetime:
        """The first scheduled time after ``now``; aware, UTC."""
        if self.hour is None:
            return self._of_hour(now) + _HOUR
        return min(at for at in self._around(now, self.hour) if at > now)

    def _of_hour(self, now: datetime) -> datetime:
        local = now.astimezone(zone_info(self.timezone))
        # Calculated backwards in elapsed time: a local hour may occur twice.
        since = timedelta(minutes=(local.minute - self.minute) % 60, seconds=local.second)
        return now.replace(microsecond=0) - since

    def _around(self, now: datetime, hour: int) -> list[datetime]:
        """Every scheduled time from more than a week before ``now`` to more than a week after."""
        today = now.astimezone(zone_info(self.timezone)).date()
        days = (days_after(today, distance) for distance in range(-_WEEK_DAYS - 1, _WEEK_DAYS + 2))
        return [
            wall_time(day, time(hour, self.minute), self.timezone)
            for day in days
            if self.weekday is None or day.weekday() == self.weekday
        ]


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled job: its name in the database, when it is due, how late it is still useful, and its work.

    ``deletes``: it deletes by age, so it waits until the clock can be trusted (:data:`STEADY_SECONDS`).
    """

    name: str
    schedule: Schedule
    useful_for: timedelta
    work: Work
    deletes: bool = False

    def latest(self, now: datetime) -> datetime:
        """The last time at or before ``now`` for which it was due; aware, UTC."""
        return self.schedule.latest(now)


def fixed_jobs(
    office: Office, passport_days: int = 30, planning: Planning | None = None, files: Path | None = None
) -> tuple[Job, ...]:
    """The office's jobs in its own time zone: Monday's schedule, the digest of working days, escalation, cleanup.

    ``passport_days``: how long after people's last visit their passports are stored. With ``planning`` there is also
    one that plans, every night, the reminders of what comes round every year. ``files``: the folder of uploaded files,
    from which those that nobody needs are removed; None: none are.
    """
    zone = office.timezone

    def weekly(session: Session, now: datetime, instant: datetime) -> int:
        conditions = [col(User.weekly_schedule).is_(True)]
        key = f"weekly:{instant.astimezone(zone_info(zone)).date()}"
        return _write_to(session, ReminderPurpose.WEEKLY, key, conditions, now, instant)

    def digest(session: Session, now: datetime, instant: datetime) -> int:
        day = instant.astimezone(zone_info(zone)).date()
        at_work = _at_work(session, office.locality, day)
        if at_work is None:
            return 0
        conditions = [col(User.daily_digest).is_(True), _has_role(Role.OFFICER), at_work]
        return _write_to(session, ReminderPurpose.DIGEST, f"digest:{day}", conditions, now, instant)

    def escalation(session: Session, now: datetime, instant: datetime) -> int:
        return escalate(session, now, instant, f"escalation:{instant.astimezone(zone_info(zone)):%Y-%m-%dT%H:%M}")

    def housekeeping(session: Session, now: datetime, instant: datetime) -> int:
        return (
            sum(sweep(session, now).values())
            + forget_moves(session, now)
            + empty_trash(session, now)
            + forget_passports(session, now, passport_days)
        )

    ahead: tuple[Job, ...] = ()
    if planning is not None:

        def plan_ahead(session: Session, now: datetime, instant: datetime) -> int:
            return planning.plan_ahead(session, now)

        ahead = (Job("occasions", Schedule(zone, 20, 0), timedelta(hours=24), plan_ahead),)

    def unneeded(session: Session, now: datetime, instant: datetime) -> int:
        return remove_unneeded_files(session, FileStore(files), now) if files is not None else 0

    return (
        *ahead,
        Job("weekly", Schedule(zone, 0, 7, weekday=0), timedelta(hours=12), weekly),
        Job("digest", Schedule(zone, 30, 7), timedelta(hours=6), digest),
        Job("escalation", Schedule(zone, 10), _HOUR, escalation),
        Job("housekeeping", Schedule(zone, 40), _HOUR, housekeeping, deletes=True),
        *([] if files is None else [Job("files", Schedule(zone, 50), _HOUR, unneeded, deletes=True)]),
    )


def _at_work(session: Session, locality: str, day: date) -> ColumnElement[bool] | None:
    """The condition for accounts in whose office a day is a working day, by its country and its own days off; None if
    it is one in no office. ``locality`` is that of the default office."""
    holidays = OfficeHolidays.load(session)
    offices, found = holidays.offices, []
    for office in (offices.default, *offices.others):
        home = session.get(Locality, locality if office == offices.default else office)
        index = HolidayIndex(map(OfficeEntry.of, holidays.at(office)))
        if index.working_days([home.country] if home else []).is_working(day):
            marked = offices.marks(office, col(User.office))
            found.append(true() if marked is None else marked)
    return or_(*found) if found else None


class Timetable:
    """Says when to look for jobs that are due; asked every second, it reads nothing but the clocks.

    APScheduler's triggers give the scheduled times. Its scheduler does not wait for them: it sleeps until an instant of
    the wall clock, and a clock that is put back would stop it for as long.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._triggers = [job.schedule.trigger for job in jobs]
        self._looked_at: datetime | None = None
        self._next_at: datetime | None = None
        self._read_at = 0.0

    def look_now(self) -> None:
        """Let :meth:`is_time` say yes once, whatever the time."""
        self._next_at = None

    def is_time(self, now: datetime, passed: float) -> bool:
        """Whether to run :func:`run_due` now: a scheduled time has come, the clock went back, or the last look is old.

        ``passed`` is a monotonic time in seconds.
        """
        went_back = self._looked_at is None or now < self._looked_at
        has_come = self._next_at is None or now >= self._next_at
        self._looked_at = now
        if not (went_back or has_come or passed - self._read_at >= LOOK_AGAIN):
            return False
        self._read_at = passed
        following = [trigger.get_next_fire_time(None, now + _MOMENT) for trigger in self._triggers]
        self._next_at = min((at for at in following if at is not None), default=None)
        return True


def run_due(
    database: Database,
    jobs: Sequence[Job],
    now: datetime,
    transaction: Callable[[], AbstractContextManager[Session]] | None = None,
    *,
    steady: bool = True,
) -> dict[str, int]:
    """Run the jobs that are due and have not run for their latest scheduled time; return row counts by name.

    Without ``steady`` those that delete wait: the clock was moved, or may be wrong since the start.
    Jobs that had nothing to run for are left out. Each job is a transaction of its own, so it runs once per scheduled
    time however many processes try. A missed job is made up while it is useful, but only for its latest time; a job
    without a recorded run (in a new database) starts with its next time. A failed job counts as not run and does not
    prevent others from running; its exception is raised afterwards. ``transaction`` opens a leader's own kind of
    transaction.
    """
    ran: dict[str, int] = {}
    first_error: Exception | None = None
    for job in _due_candidates(database, [job for job in jobs if steady or not job.deletes], now):
        try:
            with (transaction or database.transaction)() as session:
                count = _run(session, job, now)
        except Exception as problem:
            first_error = first_error or problem
            continue
        if count is not None:
            ran[job.name] = count
    if first_error is not None:
        raise first_error
    return ran


def _due_candidates(database: Database, jobs: Sequence[Job], now: datetime) -> list[Job]:
    """The jobs to check under a lock: an idle process never takes SQLite's write lock."""
    with database.transaction(write=False) as session:
        last_runs = dict(session.exec(select(JobRun.name, JobRun.ran_for)).all())
    return [
        job
        for job in jobs
        if (last := last_runs.get(job.name)) is None or last < job.latest(now) or last > now + CLOCK_SLACK
    ]


def _run(session: Session, job: Job, now: datetime) -> int | None:
    """Record the latest scheduled time and do its work; None if there is nothing to do for it."""
    instant = job.latest(now)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    note = {"name": job.name, "ran_for": instant, "ran_at": now}
    first = insert(JobRun).values(note).on_conflict_do_nothing().returning(col(JobRun.name))
    if session.execute(first).first() is not None:
        return None
    # The first process locks the row; PostgreSQL re-evaluates the condition when the second one gets it.
    mine = update(JobRun).where(col(JobRun.name) == job.name).values(ran_for=instant, ran_at=now)
    options = {"synchronize_session": False}
    turn = mine.where(col(JobRun.ran_for) < instant).returning(col(JobRun.name))
    if session.execute(turn, execution_options=options).first() is None:
        session.execute(mine.where(col(JobRun.ran_for) > now + CLOCK_SLACK), execution_options=options)
        return None
    return job.work(session, now, instant) if now - instant < job.useful_for else None


def escalate(session: Session, now: datetime, instant: datetime, key: str) -> int:
    """Notify approvers and administrators (officers if there are none) of failures unseen for a day, each failure once.

    A failed report of failures is not escalated itself: it would come back every day.
    """
    readers = _readers(session, _has_role(Role.APPROVER)) or _readers(session, _has_role(Role.OFFICER))
    if not readers:
        return 0
    unseen = (
        update(Reminder)
        .where(
            col(Reminder.state) == ReminderState.FAILED,
            col(Reminder.updated_at) <= now - UNSEEN_FOR,
            col(Reminder.seen_at).is_(None),
            col(Reminder.escalated_at).is_(None),
            col(Reminder.purpose) != ReminderPurpose.ESCALATION,
        )
        # updated_at is unchanged: it is the time of the failure.
        .values(escalated_at=now)
        .returning(col(Reminder.id))
    )
    if not session.execute(unseen, execution_options={"synchronize_session": False}).all():
        return 0
    return add(
        session,
        [new_row(ReminderPurpose.ESCALATION, key, email, locale, instant, now) for email, locale in readers],
    )


def _write_to(
    session: Session,
    purpose: ReminderPurpose,
    key: str,
    conditions: Iterable[ColumnElement[bool]],
    now: datetime,
    instant: datetime,
) -> int:
    readers = _readers(session, *conditions)
    return add(session, [new_row(purpose, key, email, locale, instant, now) for email, locale in readers])


def _readers(session: Session, *which: ColumnElement[bool]) -> list[tuple[str, Language]]:
    """Address and language of the matching active accounts."""
    found = select(User.email, User.locale).where(col(User.active), *which).order_by(col(User.email))
    return [(email, Language(locale)) for email, locale in session.exec(found)]


def _has_role(least: Role) -> ColumnElement[bool]:
    return or_(*(col(User.role) == role for role in Role if role.suffices_for(least)))
