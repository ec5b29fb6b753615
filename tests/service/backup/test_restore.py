"""Restoring: no old mail is sent again, what was there is set aside, and a restore that is killed changed nothing."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, update
from sqlmodel import col, select

from calendars.reminders import due_times
from jobs import schedule
from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import ApiToken, Audit, Heartbeat, WebSession
from models.database import Database
from models.errors import Conflict
from models.events import Event
from models.i18n import translate
from models.reminders import JobRun, Reminder
from models.vocabulary import EventStatus, ReminderPurpose, ReminderState, Role
from models.workers import PlanningJob
from service import cli
from service.actions import change_log
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.effects.planning_queue import PlanningQueue
from service.actions.feeds import feeds
from service.actions.feeds.feeds import feed_of_token
from service.actions.reminders.reminder_planning import announce_cancellation, plan_event
from service.backup import archive, tables
from tests import factories
from tests.factories import NOW, OFFICE
from tests.jobs.sink import Sink
from tests.service.backup.backup_fixtures import KEY, Contents, backed_up, contents, plan_many, reopened, restored
from tests.service.runtime.processes import DESK, PATIENCE, until

pytestmark = pytest.mark.both_databases("tables are filled and swapped in other ways")

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PENDING, SENDING = ReminderState.PENDING, ReminderState.SENDING
SKIPPED, SENT = ReminderState.SKIPPED, ReminderState.SENT
BEFORE, AFTER = date(2026, 12, 2), date(2026, 12, 12)
"""Days of two visits; a reminder of each is due the midnight before, on 1 and on 11 December."""

LATER = datetime.fromisoformat("2026-12-05T09:00+07:00")
"""When the copy is restored: two weeks after the backup was taken."""


def plan_two(database: Database, **rule: object) -> None:
    """A visit of which people are reminded before the restore, and one of which they are afterwards."""
    with database.transaction() as session:
        factories.make_rule(session, audience=["email:desk@example.org"], **rule)
        for number, day in enumerate((BEFORE, AFTER)):
            days = {"first_day": day, "last_day": date(2026, 12, 20), "departs_on": date(2026, 12, 20)}
            event = factories.make_event(session, uid=f"{number}@example.org", **days)
            plan_event(session, ActionContext(None, NOW, OFFICE), event)


def all_of(database: Database) -> list[Reminder]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Reminder).order_by(col(Reminder.due_at), col(Reminder.id))))


def sent_at(database: Database, sink: Sink, var: Path, now: datetime) -> int:
    """How many mails a worker that ticks at this instant sends."""
    before = len(sink.received)
    config = WorkerConfig(mail_url=sink.url, mail_from="desk@example.org", var=var, office=OFFICE)
    worker = Worker(database, config, lambda: now)
    worker.tick()
    worker.close()
    return len(sink.received) - before


# Mail


@pytest.mark.parametrize("state", [PENDING, SENDING])
def test_a_restored_copy_sends_no_old_mail(
    database: Database, sink: Sink, tmp_path: Path, state: ReminderState
) -> None:
    plan_two(database)
    if state is SENDING:
        with database.transaction() as session:
            lease = {"state": SENDING, "lease_until": LATER - timedelta(days=3), "lease_owner": "gone"}
            session.execute(update(Reminder).where(col(Reminder.due_at) < LATER).values(lease))
    backed_up(database, tmp_path / "b.zip")
    done = restored(database, tmp_path / "b.zip", tmp_path, LATER)
    assert done.filled.skipped == 1
    assert sent_at(database, sink, tmp_path, LATER) == 0
    old, coming = all_of(database)
    assert (old.state, old.reason, old.lease_until) == (SKIPPED, due_times.RESTORED, None)
    assert (coming.state, coming.reason) == (PENDING, None)
    assert translate(due_times.RESTORED, "vi") != due_times.RESTORED != translate(due_times.RESTORED, "lo")
    assert sent_at(database, sink, tmp_path, LATER + timedelta(days=7)) == 1
    assert [one.state for one in all_of(database)] == [SKIPPED, SENT]


def test_without_giving_up_what_was_due_it_would(
    database: Database, sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    monkeypatch.setattr("service.backup.load.skip_what_was_due", lambda _session, _act: 0)
    restored(database, tmp_path / "b.zip", tmp_path, LATER)
    assert sent_at(database, sink, tmp_path, LATER) == 1


def test_what_was_still_to_be_planned_sends_no_old_mail_either(database: Database, sink: Sink, tmp_path: Path) -> None:
    plan_two(database)
    with database.transaction() as session:
        session.execute(delete(Reminder))  # as if the worker had planned none of it yet
        session.add(PlanningJob(key="rule:all", since=NOW.date(), asked_at=NOW, remaining=2))
    backed_up(database, tmp_path / "b.zip")
    restored(database, tmp_path / "b.zip", tmp_path, LATER)
    with database.transaction() as session:
        assert PlanningQueue(OFFICE).plan_batch(session, LATER)
    assert [one.state for one in all_of(database)] == [SKIPPED, PENDING]
    assert sent_at(database, sink, tmp_path, LATER) == 0


def test_changing_the_visit_does_not_bring_old_mail_back(database: Database, sink: Sink, tmp_path: Path) -> None:
    """A rule that catches up calls back what was skipped, but not what may have been sent."""
    plan_two(database, catch_up=True)
    backed_up(database, tmp_path / "b.zip")
    restored(database, tmp_path / "b.zip", tmp_path, LATER)
    with database.transaction() as session:
        for event in session.exec(select(Event)):
            plan_event(session, ActionContext(None, LATER, OFFICE), event)
    assert sent_at(database, sink, tmp_path, LATER) == 0
    with database.transaction() as session:
        session.execute(update(Reminder).where(col(Reminder.state) == SKIPPED).values(reason=due_times.MOVED))
        for event in session.exec(select(Event)):
            plan_event(session, ActionContext(None, LATER, OFFICE), event)
    assert sent_at(database, sink, tmp_path, LATER) == 1, "any other reason lets it come back"


def test_who_may_have_been_reminded_hears_of_the_cancellation(database: Database, tmp_path: Path) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    restored(database, tmp_path / "b.zip", tmp_path, LATER)
    with database.transaction() as session:
        event = session.exec(select(Event).where(col(Event.first_day) == BEFORE)).one()
        event.status, event.sequence = EventStatus.CANCELLED, event.sequence + 1
        announce_cancellation(session, ActionContext(None, LATER, OFFICE), event)
    told = [one for one in all_of(database) if one.purpose is ReminderPurpose.CANCELLATION]
    assert [(one.recipient, one.state) for one in told] == [("desk@example.org", PENDING)]


@pytest.mark.parametrize("is_settled", [True, False])
def test_the_timetable_makes_up_nothing_from_before(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_settled: bool
) -> None:
    """Restored on Monday at nine, two hours after the week's schedule; the control shows that it would be made up."""
    monday = datetime.fromisoformat("2026-12-07T09:00+07:00")
    jobs = schedule.fixed_jobs(OFFICE)
    with database.transaction() as session:
        factories.make_locality(session)
        factories.make_user(session, Role.OFFICER)
    schedule.run_due(database, jobs, NOW)
    backed_up(database, tmp_path / "b.zip")
    if not is_settled:
        monkeypatch.setattr("service.backup.load.finish_restore", lambda _session, _act, _manifest: 0)
    restored(database, tmp_path / "b.zip", tmp_path, monday)
    made_up = schedule.run_due(database, jobs, monday + timedelta(minutes=1))
    assert ("weekly" in made_up, "digest" in made_up) == ((False, False) if is_settled else (True, True))
    assert "weekly" in schedule.run_due(database, jobs, monday + timedelta(days=7))


def test_a_fixed_job_whose_instant_comes_after_the_restore_runs(database: Database, tmp_path: Path) -> None:
    """Even when no worker ran in between."""
    early = datetime.fromisoformat("2026-12-07T06:50+07:00")
    jobs = schedule.fixed_jobs(OFFICE)
    with database.transaction() as session:
        factories.make_user(session, Role.OFFICER)
    schedule.run_due(database, jobs, NOW)
    backed_up(database, tmp_path / "b.zip")
    restored(database, tmp_path / "b.zip", tmp_path, early)
    assert "weekly" in schedule.run_due(database, jobs, early + timedelta(minutes=20))


def test_sessions_end_and_feeds_and_tokens_go_on(database: Database, tmp_path: Path) -> None:
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        user = factories.make_user(session, Role.OFFICER)
        token = accounts.issue_token(session, act, user, "x").secret
        feed = feeds.create_feed(session, ActionContext(user, NOW, OFFICE), {"name": "Lịch", "filter": {}}).secret
        session.add(
            WebSession(token_hash="c" * 64, user_id=user.id, created_at=NOW, last_seen_at=NOW, expires_at=LATER)
        )
        session.add(JobRun(name="weekly", ran_for=NOW, ran_at=NOW))
    backed_up(database, tmp_path / "b.zip")
    restored(database, tmp_path / "b.zip", tmp_path)
    with database.transaction() as session:
        assert session.exec(select(WebSession)).all() == []
        assert session.exec(select(ApiToken)).one().user_id == user.id
        assert accounts.token_and_account(session, token, NOW)[1].id == user.id
        assert feed_of_token(session, act, feed) is not None
        told = session.exec(select(Audit).order_by(col(Audit.id).desc())).first()
        assert told is not None
        assert (told.actor_name, told.action, told.at) == ("desk", "restore", NOW)
        assert told.changes["taken_at"]["to"] == NOW.isoformat()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_processes_that_run_on_look_at_everything_anew(database: Database, tmp_path: Path) -> None:
    """A web process keeps calendars of the database as it was before; on SQLite the file would be in use."""
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    with database.transaction() as session:
        before = change_log.position(session)
    restored(database, tmp_path / "b.zip", tmp_path)
    with database.transaction(write=False) as session:
        news = change_log.changes_since(session, before)
    assert news.event_ids is None


# What was there before


def test_what_was_there_is_set_aside(database: Database, tmp_path: Path) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    with database.transaction() as session:
        factories.make_user(session, name="only here")
    before = contents(database)
    done = restored(database, tmp_path / "b.zip", tmp_path)
    assert contents(database)["user"] == {}
    assert done.aside is not None
    if database.is_sqlite:
        assert done.aside.name == "desk.sqlite.replaced-20261122T030000"
        old = Database(f"sqlite:///{done.aside}")
        assert contents(old) == before
        old.dispose()
    else:
        assert done.aside == tmp_path / "replaced-20261122T030000.zip"
        restored(database, done.aside, tmp_path, NOW + timedelta(minutes=1))
        assert contents(database)["user"] == before["user"]


@sqlite_only
def test_a_damaged_database_is_set_aside_as_it_is(database: Database, database_url: str, tmp_path: Path) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    database.dispose()
    path = Path(database_url.removeprefix("sqlite:///"))
    path.write_bytes(b"Not a database. " * 500)
    done = restored(database, tmp_path / "b.zip", tmp_path)
    assert done.aside is not None
    assert done.aside.read_bytes() == b"Not a database. " * 500
    assert len(all_of(database)) == 2


@sqlite_only
def test_the_file_keeps_its_mode(database: Database, database_url: str, tmp_path: Path) -> None:
    backed_up(database, tmp_path / "b.zip")
    path = Path(database_url.removeprefix("sqlite:///"))
    path.chmod(0o640)
    restored(database, tmp_path / "b.zip", tmp_path)
    assert path.stat().st_mode & 0o777 == 0o640
    assert not list(tmp_path.glob("*.restoring*"))


@sqlite_only
def test_a_file_behind_a_link_with_any_name(database: Database, tmp_path: Path) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    (tmp_path / "on disk").mkdir()
    real, link = tmp_path / "on disk" / "Văn phòng %41 #1.db", tmp_path / "link.db"
    database.dispose()  # or what only the -wal file holds would not be copied
    shutil.copyfile(database.url.database or "", real)
    link.symlink_to(real)
    other = Database(f"sqlite:///{link}")
    done = restored(other, tmp_path / "b.zip", tmp_path)
    assert link.is_symlink()
    assert done.aside == real.with_name(f"{real.name}.replaced-20261122T030000")
    assert len(all_of(other)) == 2
    other.dispose()


def refused(database: Database, path: Path, var: Path) -> str:
    """Why it is refused, and that nothing was changed by it."""
    before = contents(database)
    names = sorted(one.name for one in var.iterdir())
    with pytest.raises(Conflict) as problem:
        restored(database, path, var)
    assert contents(database) == before
    assert sorted(one.name for one in var.iterdir() if not one.name.endswith(("-wal", "-shm"))) == [
        name for name in names if not name.endswith(("-wal", "-shm"))
    ]
    return str(problem.value)


@pytest.mark.parametrize(("age", "is_refused"), [(10, True), (59, True), (61, False)])
def test_a_service_that_runs_is_not_replaced(database: Database, tmp_path: Path, age: int, is_refused: bool) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    with database.transaction() as session:
        session.add(Heartbeat(name="worker-1", at=NOW - timedelta(seconds=age)))
    if is_refused:
        assert "worker-1" in refused(database, tmp_path / "b.zip", tmp_path)
    else:
        restored(database, tmp_path / "b.zip", tmp_path)


@sqlite_only
def test_a_file_somebody_reads_is_not_replaced(database: Database, database_url: str, tmp_path: Path) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    try:
        other.execute("SELECT count(*) FROM event").fetchone()
        assert "in use" in refused(database, tmp_path / "b.zip", tmp_path)
    finally:
        other.close()
    restored(database, tmp_path / "b.zip", tmp_path)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_table_somebody_holds_is_not_replaced(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    monkeypatch.setattr("service.backup.swap_in._LOCK_WITHIN", "200ms")
    other = Database(database.url.render_as_string(hide_password=False))
    with other.transaction() as session:
        session.execute(update(Event).values(sequence=5))
        with pytest.raises(Conflict, match="in use"):
            restored(database, tmp_path / "b.zip", tmp_path)
    other.dispose()
    restored(database, tmp_path / "b.zip", tmp_path)


# The commands


@pytest.fixture
def run(tmp_path: Path, database_url: str, database: Database) -> Callable[..., Result]:
    """One command in this process."""
    unset = {name: "" for name in os.environ if name.startswith("DESK_")}
    given = {"DESK_VAR": str(tmp_path / "var"), "DESK_DATABASE_URL": database_url, "LC_ALL": "C.UTF-8"}
    given |= {"DESK_SECRET_KEY": KEY}

    def call(*arguments: str, **settings: str) -> Result:
        database.dispose()
        result = CliRunner().invoke(cli.desk, arguments, env=unset | given | settings)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return call


def test_backup_and_restore_from_the_command_line(
    run: Callable[..., Result], database: Database, tmp_path: Path
) -> None:
    plan_two(database)
    file = str(tmp_path / "b.zip")
    made = run("backup", file)
    assert (made.exit_code, made.stderr) == (0, "")
    assert f"{len(tables.backed_up())} tables" in made.stdout
    again = run("backup", file)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "--force" in again.stderr
    assert run("backup", file, "--force").exit_code == 0
    back = run("restore", file)
    assert back.exit_code == 0
    assert "set aside" in back.stderr
    assert back.stdout.startswith("Restored as of 20")
    other_key = run("restore", file, DESK_SECRET_KEY="y" * 40, DESK_DATABASE_URL=f"sqlite:///{tmp_path}/new.db")
    assert (other_key.exit_code, other_key.stdout) == (1, "")
    assert "another secret key" in other_key.stderr


def test_what_can_not_be_restored_changes_nothing(
    run: Callable[..., Result], database: Database, tmp_path: Path
) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:-1])
    (tmp_path / "flipped.zip").write_bytes(whole[:999] + bytes([whole[999] ^ 4]) + whole[1000:])
    (tmp_path / "letter.zip").write_text("Kính gửi")
    before = contents(database)
    for name, told in (("cut", "no whole"), ("flipped", "no whole"), ("letter", "no whole"), ("none", "No such file")):
        result = run("restore", str(tmp_path / f"{name}.zip"))
        assert (result.exit_code, result.stdout) == (1, "")
        assert told in result.stderr
        assert result.stderr.count("\n") == 1
    assert contents(database) == before
    assert "không phải" in run("restore", str(tmp_path / "cut.zip"), LC_ALL="vi_VN.UTF-8").stderr


def test_a_newer_revision_is_refused(
    run: Callable[..., Result], database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_two(database)
    backed_up(database, tmp_path / "b.zip")
    before = contents(database)
    monkeypatch.setattr("service.backup.load.knows", lambda revision: revision < "0006")
    result = run("restore", str(tmp_path / "b.zip"))
    assert result.exit_code == 1
    assert "newer version" in result.stderr
    assert contents(database) == before


@sqlite_only
def test_rows_a_database_refuses_change_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole file with a reminder of an event that is not in it."""
    plan_two(database)
    with sqlite3.connect(database.url.database or "") as connection:
        connection.execute("DELETE FROM event")
    connection.close()
    backed_up(database, tmp_path / "b.zip")
    before = contents(database)
    with pytest.raises(archive.BadBackup, match="reminder"):
        restored(database, tmp_path / "b.zip", tmp_path)
    assert contents(database) == before
    assert not list(tmp_path.glob("*.re*"))


# Killed


@pytest.mark.timeout(240)
def test_killed_half_way_nothing_was_changed(
    run: Callable[..., Result], database: Database, database_url: str, tmp_path: Path
) -> None:
    plan_many(database, 1000)
    backed_up(database, tmp_path / "b.zip")
    with database.transaction() as session:
        factories.make_user(session, name="only here")
    before = contents(database)
    database.dispose()
    var = tmp_path / "var"
    environment = {"PATH": os.environ["PATH"], "DESK_VAR": str(var), "DESK_DATABASE_URL": database_url}
    environment |= {"DESK_SECRET_KEY": KEY}

    def has_begun() -> bool:
        drafts = [*tmp_path.glob("*.restoring"), *var.glob("replaced-*.zip")]
        return any(one.stat().st_size > 0 for one in drafts if one.exists())

    for pause in (0.0, 0.1, 0.3):
        process = subprocess.Popen([*DESK, "restore", str(tmp_path / "b.zip")], env=environment)
        until(has_begun, "the restore has begun", PATIENCE)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(pause or 0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _same(database, before)
        for one in var.glob("replaced-*.zip"):
            one.unlink()
    assert run("restore", str(tmp_path / "b.zip")).exit_code == 0
    reopened(database)
    assert contents(database)["user"] == {}
    assert len(contents(database)["event"]) == 1000
    assert not list(tmp_path.glob("*.restoring*"))


def _same(database: Database, before: Contents) -> None:
    assert contents(database) == before
    database.dispose()
