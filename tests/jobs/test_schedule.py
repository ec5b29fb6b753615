"""When the fixed jobs are due, that each runs once for each instant, and which rows they make."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from jobs.schedule import CLOCK_SLACK, LOOK_AGAIN, Job, Schedule, Timetable, fixed_jobs, run_due
from models.accounts import Heartbeat
from models.database import Database
from models.holidays import OfficeHoliday
from models.reminders import JobRun, Reminder
from models.vocabulary import HolidayCategory, Language, ReminderPurpose, ReminderState, Role
from tests.factories import NOW, OFFICE, make_event, make_locality, make_organisation, make_reminder, make_user
from tests.jobs.conftest import reminders

ZONE = "Asia/Ho_Chi_Minh"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
JOBS = {job.name: job for job in fixed_jobs(OFFICE)}


def at(text: str) -> datetime:
    """An instant by the office's clocks: ``2026-11-23 07:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


MONDAY = at("2026-11-23 07:00")


# When


@pytest.mark.parametrize(
    ("name", "now", "latest", "following"),
    [
        ("weekly", "2026-11-23 06:59", "2026-11-16 07:00", "2026-11-23 07:00"),
        ("weekly", "2026-11-23 07:00", "2026-11-23 07:00", "2026-11-30 07:00"),
        ("weekly", "2026-11-29 23:59", "2026-11-23 07:00", "2026-11-30 07:00"),
        ("digest", "2026-11-23 07:29", "2026-11-22 07:30", "2026-11-23 07:30"),
        ("digest", "2027-01-01 00:00", "2026-12-31 07:30", "2027-01-01 07:30"),
        ("escalation", "2026-11-23 00:09", "2026-11-22 23:10", "2026-11-23 00:10"),
        ("escalation", "2026-11-23 00:10", "2026-11-23 00:10", "2026-11-23 01:10"),
        ("housekeeping", "2026-11-23 00:50", "2026-11-23 00:40", "2026-11-23 01:40"),
    ],
)
def test_instants_by_the_offices_clocks(name: str, now: str, latest: str, following: str) -> None:
    job = JOBS[name]
    assert job.latest(at(now)) == at(latest)
    assert job.schedule.following(at(now)) == at(following)


SCHEDULES = [job.schedule for job in JOBS.values()]
ZONES = [ZONE, "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    schedule=st.sampled_from(SCHEDULES),
    zone=st.sampled_from(ZONES),
)
def test_instants_are_those_of_apscheduler(now: datetime, schedule: Schedule, zone: str) -> None:
    """What is made up for after a stop and what the scheduler wakes for are the same instants."""
    schedule = replace(schedule, timezone=zone)
    fires = schedule.trigger.get_next_fire_time(None, now + MOMENT)
    assert schedule.following(now) == fires.astimezone(UTC)
    latest = schedule.latest(now)
    assert latest <= now
    assert schedule.trigger.get_next_fire_time(None, latest) == latest
    assert schedule.following(latest) > now or latest == now


def test_the_timetable_says_when_to_look() -> None:
    timetable = Timetable(list(JOBS.values()))
    looks = [timetable.is_time(at(text), 0.0) for text in ("2026-11-23 06:45", "2026-11-23 06:46", "2026-11-23 06:59")]
    assert looks == [True, False, False], "the first look, then nothing until a scheduled time"
    assert timetable.is_time(MONDAY, 0.0)
    assert not timetable.is_time(MONDAY + MOMENT, 0.0)
    timetable.look_now()
    assert timetable.is_time(MONDAY + 2 * MOMENT, 0.0)


def test_a_clock_that_is_put_back_is_gone_by_at_once() -> None:
    """+7 h, +10 days, and back: what comes next is looked for by what the clock says then."""
    for ahead in (7 * HOUR, 10 * DAY):
        timetable = Timetable(list(JOBS.values()))
        assert timetable.is_time(MONDAY - HOUR, 0.0)
        assert timetable.is_time(MONDAY + ahead, 1.0)
        assert timetable.is_time(MONDAY - timedelta(minutes=55), 2.0), "it went back"
        assert not timetable.is_time(MONDAY - timedelta(minutes=54), 3.0)
        assert timetable.is_time(MONDAY, 4.0)


def test_what_failed_or_had_to_wait_is_looked_for_again() -> None:
    timetable = Timetable(list(JOBS.values()))
    assert timetable.is_time(MONDAY, 0.0)
    assert not timetable.is_time(MONDAY + MOMENT, LOOK_AGAIN - 1)
    assert timetable.is_time(MONDAY + MOMENT, LOOK_AGAIN)


# Once


class Counted:
    """A job that counts the instants it works for."""

    def __init__(self, name: str = "counted", useful_for: timedelta = 12 * HOUR) -> None:
        self.instants: list[datetime] = []
        self.job = Job(name, Schedule(ZONE, 0, 7, weekday=0), useful_for, self.work)

    def work(self, session: Session, now: datetime, instant: datetime) -> int:
        self.instants.append(instant)
        return 7


def runs(database: Database) -> dict[str, datetime]:
    with database.transaction(write=False) as session:
        return {run.name: run.ran_for for run in session.exec(select(JobRun))}


def begin(database: Database, jobs: Iterable[Job], now: datetime = NOW) -> None:
    """Let the jobs be seen once, on the Sunday before."""
    assert run_due(database, list(jobs), now) == {}


def test_a_new_database_notes_the_last_instant_and_works_from_the_next(database: Database) -> None:
    counted = Counted()
    assert run_due(database, [counted.job], MONDAY + HOUR) == {}
    assert runs(database) == {"counted": MONDAY}
    assert run_due(database, [counted.job], MONDAY + 2 * HOUR) == {}
    assert run_due(database, [counted.job], MONDAY + 7 * DAY) == {"counted": 7}
    assert counted.instants == [MONDAY + 7 * DAY]


def test_once_per_instant_however_often_it_is_asked(database: Database) -> None:
    counted = Counted()
    begin(database, [counted.job])
    found = [run_due(database, [counted.job], MONDAY + seconds * timedelta(seconds=1)) for seconds in (-1, 0, 1, 3600)]
    assert found == [{}, {"counted": 7}, {}, {}]
    assert runs(database) == {"counted": MONDAY}


@pytest.mark.parametrize(
    ("late", "works"), [(timedelta(), True), (12 * HOUR - MOMENT, True), (12 * HOUR, False), (3 * DAY, False)]
)
def test_what_was_missed_is_made_up_while_it_is_of_use(database: Database, late: timedelta, works: bool) -> None:
    counted = Counted()
    begin(database, [counted.job])
    run_due(database, [counted.job], MONDAY + late)
    assert counted.instants == ([MONDAY] if works else [])
    assert runs(database) == {"counted": MONDAY}, "what came too late is not tried again either"


def test_after_weeks_of_silence_only_the_last_instant_is_made_up(database: Database) -> None:
    counted = Counted()
    begin(database, [counted.job])
    run_due(database, [counted.job], MONDAY + 28 * DAY + HOUR)
    assert counted.instants == [MONDAY + 28 * DAY]


@pytest.mark.both_databases("heartbeats, and savepoints around each job")
def test_a_job_that_fails_runs_again_and_stops_no_other(database: Database) -> None:
    counted, failing = Counted(), Counted("failing")
    begin(database, [failing.job, counted.job])

    def fail(session: Session, now: datetime, instant: datetime) -> int:
        session.add(Heartbeat(name="left behind", at=now))
        session.flush()
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        run_due(database, [replace(failing.job, work=fail), counted.job], MONDAY)
    assert counted.instants == [MONDAY]
    assert runs(database)["failing"] < MONDAY
    with database.transaction(write=False) as session:
        assert session.exec(select(Heartbeat)).all() == []
    assert run_due(database, [failing.job, counted.job], MONDAY) == {"failing": 7}


def race(database: Database, jobs: list[Job], now: datetime, together: int = 4) -> Counter[str]:
    """Several processes' worth of callers at once; how often each job ran."""
    barrier, ran = threading.Barrier(together), Counter[str]()

    def run() -> None:
        own = Database(database.url.render_as_string(hide_password=False))
        barrier.wait()
        ran.update(dict.fromkeys(run_due(own, jobs, now), 1))
        own.dispose()

    threads = [threading.Thread(target=run) for _number in range(together)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ran


def test_of_several_at_once_one_works(database: Database) -> None:
    counted = Counted()
    assert race(database, [counted.job], NOW) == {}, "also when nothing was noted yet"
    assert race(database, [counted.job], MONDAY) == {"counted": 1}
    assert counted.instants == [MONDAY]


def test_without_the_note_several_at_once_all_work(database: Database) -> None:
    """The negative control of the test above: one name for each caller is no common note."""
    counted = Counted()
    for number in range(3):
        own = replace(counted.job, name=f"own {number}")
        begin(database, [own])
        run_due(database, [own], MONDAY)
    assert counted.instants == [MONDAY] * 3


@pytest.mark.both_databases("instants are compared")
@pytest.mark.parametrize("ahead", [7 * HOUR, 10 * DAY, 36_500 * DAY])
def test_a_clock_that_was_ahead_silences_nothing(database: Database, ahead: timedelta) -> None:
    hourly = Counted("hourly")
    hourly = replace_schedule(hourly, Schedule(ZONE, 10))
    begin(database, [hourly.job], MONDAY - HOUR)
    run_due(database, [hourly.job], MONDAY + ahead)
    hourly.instants.clear()
    assert run_due(database, [hourly.job], MONDAY) == {}, "what came before is not made up: it ran for a later time"
    assert run_due(database, [hourly.job], MONDAY + timedelta(minutes=10)) == {"hourly": 7}
    assert hourly.instants == [MONDAY + timedelta(minutes=10)]


def replace_schedule(counted: Counted, schedule: Schedule) -> Counted:
    counted.job = replace(counted.job, schedule=schedule)
    return counted


def test_what_a_clock_ahead_made_early_is_not_made_again(database: Database, people: dict[str, str]) -> None:
    """Monday's mails, made on Saturday under a clock ten days ahead, are not made anew when Monday comes."""
    jobs = list(JOBS.values())
    begin(database, jobs, MONDAY - 2 * DAY)
    assert run_due(database, jobs, MONDAY + HOUR)["weekly"] == 4
    assert run_due(database, jobs, MONDAY - 2 * DAY + HOUR).get("weekly") is None
    assert run_due(database, jobs, MONDAY + timedelta(seconds=1))["weekly"] == 0, "it runs, and finds them there"
    assert len(told(database, ReminderPurpose.WEEKLY)) == 4


def test_nothing_is_deleted_by_a_clock_that_can_not_be_trusted(database: Database) -> None:
    jobs = list(JOBS.values())
    begin(database, jobs)
    with database.transaction() as session:
        session.add(Heartbeat(name="silent", at=NOW - 2 * DAY))
    assert "housekeeping" not in run_due(database, jobs, NOW + HOUR, steady=False)
    assert run_due(database, jobs, NOW + HOUR, steady=True) == {"housekeeping": 1}, "made up as soon as it can be"


def test_a_clock_that_goes_back_a_little_repeats_nothing(database: Database) -> None:
    counted = Counted()
    begin(database, [counted.job])
    for offset in (timedelta(), -CLOCK_SLACK, timedelta()):
        run_due(database, [counted.job], MONDAY + offset)
    assert counted.instants == [MONDAY]


# What they make


@pytest.fixture
def people(database: Database) -> dict[str, str]:
    """Accounts of every role; who has switched mails off; one that is disabled. Their addresses by name."""
    accounts: dict[str, dict[str, Any]] = {
        "viewer": {"role": Role.VIEWER, "locale": Language.LO},
        "officer": {"role": Role.OFFICER},
        "approver": {"role": Role.APPROVER, "locale": Language.EN},
        "admin": {"role": Role.ADMIN},
        "quiet": {"role": Role.OFFICER, "weekly_schedule": False, "daily_digest": False},
        "gone": {"role": Role.ADMIN, "active": False},
    }
    with database.transaction() as session:
        make_locality(session)
        return {name: make_user(session, email=f"{name}@example.org", **row).email for name, row in accounts.items()}


def told(database: Database, purpose: ReminderPurpose) -> list[str]:
    """The names of those a mail of the office is queued for."""
    return [row.recipient.partition("@")[0] for row in reminders(database) if row.purpose is purpose]


def test_the_weekly_schedule_goes_to_every_active_account_that_wants_it(
    database: Database, people: dict[str, str]
) -> None:
    begin(database, JOBS.values())
    run_due(database, list(JOBS.values()), MONDAY + timedelta(seconds=2))
    assert told(database, ReminderPurpose.WEEKLY) == ["admin", "approver", "officer", "viewer"]
    row = reminders(database)[-1]
    assert (row.rule_key, row.event_id, row.rule_id) == ("weekly:2026-11-23", None, None)
    assert (row.due_at, row.next_at, row.state) == (MONDAY, MONDAY, ReminderState.PENDING)
    assert (row.recipient, row.locale, row.attempts) == (people["viewer"], Language.LO, 0)


def test_the_same_rows_are_never_made_twice(database: Database, people: dict[str, str]) -> None:
    """Also without the note: the rows are unique by constraint."""
    begin(database, JOBS.values())
    for made in (4, 0):
        with database.transaction() as session:
            assert JOBS["weekly"].work(session, MONDAY, MONDAY) == made


@pytest.mark.parametrize(
    ("day", "digests"),
    [
        ("2026-11-23", ["admin", "approver", "officer"]),  # a Monday
        ("2026-11-28", []),  # a Saturday
        ("2026-09-02", []),  # National Day
        ("2026-12-02", ["admin", "approver", "officer"]),  # the Lao one
        ("2026-11-25", []),  # the office's own day off
        ("2026-12-05", ["admin", "approver", "officer"]),  # a Saturday that is worked
    ],
)
def test_the_digest_comes_on_working_days_of_the_offices_country(
    database: Database, people: dict[str, str], day: str, digests: list[str]
) -> None:
    with database.transaction() as session:
        for first, category in (("2026-11-25", HolidayCategory.PUBLIC), ("2026-12-05", HolidayCategory.WORKDAY)):
            entry = {"name": {"vi": "Ngày"}, "country": "VN", "source": "x", "category": category}
            session.add(OfficeHoliday(first_day=date.fromisoformat(first), **entry))
    begin(database, JOBS.values(), at(f"{day} 00:00"))
    run_due(database, list(JOBS.values()), at(f"{day} 07:30"))
    assert told(database, ReminderPurpose.DIGEST) == digests
    assert {row.rule_key for row in reminders(database) if row.purpose is ReminderPurpose.DIGEST} == (
        {f"digest:{day}"} if digests else set()
    )


@pytest.mark.both_databases("whose office works on a day, as a condition")
@pytest.mark.parametrize(
    ("day", "digests"),
    [
        ("2026-11-23", {"officer", "abroad"}),  # a Monday
        ("2026-09-02", {"abroad"}),  # National Day of Viet Nam
        ("2026-12-02", {"officer"}),  # and of Laos
        ("2026-11-25", {"abroad"}),  # the default office's own day off
        ("2026-11-26", {"officer"}),  # the other office's
        ("2026-11-28", set()),  # a Saturday
    ],
)
def test_each_office_gets_its_digests_on_its_own_working_days(database: Database, day: str, digests: set[str]) -> None:
    database.works_for("hai-duong")
    with database.transaction() as session:
        make_locality(session)
        there = make_organisation(session, locality="vientiane-province")
        make_user(session, email="officer@example.org")
        make_user(session, email="abroad@example.org", organisation_id=there.id)
        for first, country, office in (("2026-11-25", "VN", None), ("2026-11-26", "LA", "vientiane-province")):
            entry = {"name": {"vi": "Ngày"}, "country": country, "source": "x", "category": HolidayCategory.PUBLIC}
            session.add(OfficeHoliday(first_day=date.fromisoformat(first), office=office, **entry))
    begin(database, JOBS.values(), at(f"{day} 00:00"))
    run_due(database, list(JOBS.values()), at(f"{day} 07:30"))
    assert set(told(database, ReminderPurpose.DIGEST)) == digests


def fail(database: Database, at: datetime, **values: Any) -> str:
    """A reminder that failed at an instant."""
    with database.transaction() as session:
        row = {"state": ReminderState.FAILED, "reason": "550", "updated_at": at} | values
        return make_reminder(session, make_event(session), **row).id


def escalated(database: Database, now: datetime) -> list[str]:
    """Who is told of failures when the hour of ``now`` comes."""
    begun = runs(database) != {}
    if not begun:
        begin(database, JOBS.values(), now - HOUR)
    run_due(database, list(JOBS.values()), now)
    return told(database, ReminderPurpose.ESCALATION)


TEN_PAST = at("2026-11-24 10:10")


def test_failures_unseen_for_a_day_are_told_to_approvers_and_admins_once(
    database: Database, people: dict[str, str]
) -> None:
    failed = fail(database, TEN_PAST - DAY)
    assert escalated(database, TEN_PAST) == ["admin", "approver"]
    with database.transaction(write=False) as session:
        row = session.get_one(Reminder, failed)
        assert (row.escalated_at, row.updated_at) == (TEN_PAST, TEN_PAST - DAY)
    run_due(database, list(JOBS.values()), TEN_PAST + HOUR)
    assert len(told(database, ReminderPurpose.ESCALATION)) == 2
    fail(database, TEN_PAST - DAY + HOUR)
    run_due(database, list(JOBS.values()), TEN_PAST + 2 * HOUR)
    assert len(told(database, ReminderPurpose.ESCALATION)) == 4
    keys = {row.rule_key for row in reminders(database) if row.purpose is ReminderPurpose.ESCALATION}
    assert keys == {"escalation:2026-11-24T10:10", "escalation:2026-11-24T12:10"}


@pytest.mark.parametrize(
    "values",
    [
        {"at": TEN_PAST - DAY + MOMENT},
        {"seen_at": TEN_PAST - HOUR},
        {"escalated_at": TEN_PAST - HOUR},
        {"state": ReminderState.PENDING},
        {"state": ReminderState.SKIPPED},
        {"purpose": ReminderPurpose.ESCALATION, "event_id": None},
    ],
    ids=["young", "seen", "escalated", "pending", "skipped", "a report itself"],
)
def test_what_is_not_escalated(database: Database, people: dict[str, str], values: dict[str, Any]) -> None:
    fail(database, **{"at": TEN_PAST - DAY} | values)
    with database.transaction(write=False) as session:
        before = len(session.exec(select(Reminder)).all())
    escalated(database, TEN_PAST)
    assert len([row for row in reminders(database) if row.purpose is not ReminderPurpose.DIGEST]) == before


def test_without_approver_and_admin_officers_are_told(database: Database) -> None:
    with database.transaction() as session:
        make_user(session, Role.OFFICER, email="officer@example.org")
        make_user(session, Role.VIEWER)
    fail(database, TEN_PAST - DAY)
    assert escalated(database, TEN_PAST) == ["officer"]


def test_without_anybody_to_tell_the_failure_waits(database: Database) -> None:
    fail(database, TEN_PAST - DAY)
    assert escalated(database, TEN_PAST) == []
    with database.transaction() as session:
        make_user(session, Role.ADMIN, email="admin@example.org")
    run_due(database, list(JOBS.values()), TEN_PAST + HOUR)
    assert told(database, ReminderPurpose.ESCALATION) == ["admin"]


def test_housekeeping_sweeps_by_the_hour(database: Database) -> None:
    begin(database, JOBS.values())
    with database.transaction() as session:
        session.add(Heartbeat(name="silent", at=NOW - 2 * DAY))
    assert run_due(database, list(JOBS.values()), NOW + HOUR) == {"escalation": 0, "housekeeping": 1}
