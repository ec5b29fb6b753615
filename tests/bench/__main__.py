"""``make bench``: measure, print the table, and keep it in docs/benchmarks.md."""

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import delete, text, update
from sqlmodel import Session, col, select

from calendars.ical import render_event
from jobs.config import WorkerConfig
from jobs.mail import Transport
from jobs.worker import Worker
from models.accounts import User
from models.clock import utcnow
from models.database import Database
from models.events import Event
from models.feeds import Feed
from models.migrate import upgrade
from models.reminders import Reminder
from models.vocabulary import EventStatus, ReminderState, Role
from service.actions import accounts, feed_bodies, feeds, reminders
from service.actions.acting import Act
from service.app import create_app
from service.settings import Settings, load_settings
from tests import factories
from tests.bench import growth, occupancy
from tests.bench.measure import Result, fire, pair, table

TITLE = {
    "vi": "Đợt bồi dưỡng nghiệp vụ tổ chức xây dựng Đảng cho cán bộ tỉnh Viêng Chăn",
    "lo": "ຊຸດຝຶກອົບຮົມວຽກງານຈັດຕັ້ງກໍ່ສ້າງພັກ",
    "en": "Training batch in party building for cadres of Vientiane Province",
}


DAY = date(2027, 3, 10)
EVENTS_AT_ONCE = 100
HOSTS = 60
"""As many provinces receive the visits; at one host every one of them would overlap dozens."""


class Nowhere(Transport):
    """A mail server that takes everything at once: what is left is our own work."""

    def send(self, name: str, recipient: str, content: bytes) -> None:
        """Take it."""

    def announce(self) -> None:
        """Nothing to prepare."""

    def rest(self) -> None:
        """Nothing to close."""


@contextmanager
def bench_database(folder: Path, name: str) -> Iterator[tuple[Database, Settings]]:
    """A fresh migrated SQLite database and the settings that go with it."""
    url = f"sqlite:///{folder / name}.db"
    upgrade(url)
    environment = {"DESK_DATABASE_URL": url, "DESK_VAR": str(folder / name), "DESK_SECRET_KEY": "b" * 40}
    database = Database(url)
    yield database, load_settings(environment)
    database.dispose()


def fill(session: Session, count: int) -> User:
    """An account and ``count`` planned events over ten years."""
    user: User = factories.make_user(session, Role.OFFICER)
    for number in range(count):
        day = date(2026, 12, 1) + timedelta(days=number % 3650)
        factories.make_event(
            session,
            title=TITLE,
            description=TITLE,
            location=TITLE,
            host=f"host-{number % HOSTS}",
            first_day=day,
            last_day=day + timedelta(days=11),
            status=EventStatus.PLANNED,
            created_by=user.id,
        )
    return user


def feed(folder: Path, count: int) -> Result:
    """A feed joined from kept bytes against every event rendered anew with icalendar."""
    with bench_database(folder, f"feed{count}") as (database, settings):
        with database.transaction() as session:
            user = fill(session, count)
            act = Act(user, utcnow(), settings.office)
            issued = feeds.create_feed(session, act, {"name": "all", "past_days": 36_500})
            feed_id = issued.feed.id

        def read() -> feed_bodies.FeedBody:
            with database.transaction(write=False) as session:
                return feed_bodies.feed_body(session, act, session.get_one(Feed, feed_id))

        cold = read()
        facts = [fragment.facts for fragment in cold.fresh]
        with database.transaction() as session:
            feed_bodies.keep_fragments(session, act, session.get_one(Feed, feed_id), cold.fresh)

        def anew() -> None:
            for fact in facts:
                render_event(fact, "vi")

        mine, theirs = pair(read, anew, count, count)
    return Result(
        f"a feed of {count:,} events, per event", mine, "icalendar, all anew", theirs, "≥ 100 ×", theirs / mine >= 100
    )


def due_reminders(folder: Path, count: int, jobs: int) -> Result:
    """Claim, recheck and settle of due reminders against one APScheduler job each."""
    with bench_database(folder, "reminders") as (database, settings):
        readers = count // EVENTS_AT_ONCE
        with database.transaction() as session:
            user = factories.make_user(session, Role.OFFICER)
            for _number in range(EVENTS_AT_ONCE):
                factories.make_event(session, title=TITLE, first_day=DAY, last_day=DAY, status=EventStatus.PLANNED)
            audience = [f"email:reader{number}@example.org" for number in range(readers)]
            rule = factories.make_rule(session, audience=audience)
            reminders.plan_rule(session, Act(user, utcnow(), settings.office), rule)
            due_at = session.exec(select(Reminder.due_at)).first()
        now = (due_at or utcnow()) + timedelta(minutes=1)
        config = WorkerConfig(
            mail_url="file:", mail_from="Desk <desk@example.org>", var=settings.var, office=settings.office
        )
        worker = Worker(database, config, clock=lambda: now, mail=Nowhere())

        def ours() -> None:
            with database.transaction() as session:
                session.execute(
                    update(Reminder).values(state=ReminderState.PENDING, next_at=Reminder.due_at, sent_at=None)
                )
            if worker.tick()["sent"] != count:
                raise RuntimeError("not every reminder was sent")

        fired: list[int] = []
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

        def theirs() -> None:
            fired.clear()
            store = SQLAlchemyJobStore(url=f"sqlite:///{folder / 'peer.db'}")
            scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
            scheduler.start(paused=True)
            for number in range(jobs):
                scheduler.add_job(fire, "date", run_date=utcnow(), misfire_grace_time=None, args=[number])
            scheduler.resume()
            while store.get_next_run_time() is not None:
                pass
            scheduler.shutdown(wait=True)

        mine, other = pair(ours, theirs, count, jobs)
    return Result(
        f"{count:,} reminders due at once, claim + recheck + settle, each", mine, "one APScheduler job each", other,
        "≥ 50 ×", other / mine >= 50,
    )  # fmt: skip


def planning(folder: Path) -> Result:
    """What ten rules add to making an event, against one APScheduler job each."""
    with bench_database(folder, "planning") as (database, settings):
        with database.transaction() as session:
            user = fill(session, 1000)
            event = session.exec(select(Event)).first()
            event_id = event.id if event else ""
            for days in range(10):
                factories.make_rule(session, offset=f"-P{days + 5}D")
            act = Act(user, utcnow(), settings.office)

        def ours() -> None:
            with database.transaction() as session:
                session.execute(delete(Reminder).where(col(Reminder.event_id) == event_id))
                reminders.plan_event(session, act, session.get_one(Event, event_id))

        store = SQLAlchemyJobStore(url=f"sqlite:///{folder / 'planning-peer.db'}")
        scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
        scheduler.start(paused=True)

        def theirs() -> None:
            for number in range(10):
                scheduler.add_job(fire, "date", run_date=datetime(2099, 1, 1, tzinfo=UTC), args=[number])

        mine, other = pair(ours, theirs, 10, 10)
        scheduler.shutdown()
    return Result(
        "planning an event's ten reminders, each", mine, "APScheduler's job store", other, "≥ 1 ×", other > mine
    )


def listing(folder: Path) -> Result:
    """A page of 50 events over the API against the bare rows as JSON."""
    with bench_database(folder, "list") as (database, settings):
        with database.transaction() as session:
            user = fill(session, 10_000)
            secret = accounts.issue_token(session, Act(user, utcnow(), settings.office), user, "bench").secret
        app: Flask = create_app(settings, database)
        client = app.test_client()

        def ours() -> None:
            for _ in range(10):
                answer = client.get(
                    "/api/v1/events?from=2027-03-01&to=2027-03-31&page_size=50",
                    headers={"Authorization": f"Bearer {secret}"},
                )
                if answer.status_code != 200:
                    raise RuntimeError(answer.text)

        statement = text(
            "SELECT * FROM event WHERE first_day <= '2027-03-31' AND last_day >= '2027-03-01'"
            " ORDER BY first_day, id LIMIT 50"
        )

        def bare() -> None:
            for _ in range(10):
                with database.engine.connect() as connection:
                    rows: list[Any] = [dict(row) for row in connection.execute(statement).mappings()]
                json.dumps(rows, default=str)

        mine, limit = pair(ours, bare, 10, 10)
    return Result(
        "a page of 50 among 10,000 events over the API",
        mine,
        "bare rows as JSON (limit)",
        limit,
        "≤ 20 ms",
        mine <= 0.02,
    )


def main() -> None:
    """Measure everything and write the table."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = [
            feed(folder, 1000),
            feed(folder, 10_000),
            due_reminders(folder, 5000, 500),
            planning(folder),
            listing(folder),
        ]
        grown = growth.table(growth.measure(folder))
        booked = occupancy.table(occupancy.measure(folder))
    found = (
        f"{table(results)}\n\nHow answers grow with the events in the store:\n\n{grown}\n\nHow the search for"
        f" overlapping bookings grows with the bookings, at the driver:\n\n{booked}"
    )
    print(found)
    Path("docs/benchmarks.md").write_text(
        "# Benchmarks\n\nWritten by `make bench`: medians of five, both sides in turn in one run, on SQLite. A ratio"
        f" says how many times faster ours is than the peer.\n\n{found}\n"
    )


if __name__ == "__main__":
    main()
