"""A database with a row in every table a backup holds, and what a database holds, to be compared."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from calendars.reminders.due_times import GRACE
from models.accounts import ApiToken, Audit
from models.agreements import Agreement
from models.database import Database
from models.event_parts import ProgrammeRevision
from models.feeds import DeletedEvent, Feed, FeedReader
from models.imports import ImportedEntry
from models.places import Passport
from models.reminders import EventVersion, JobRun, ReminderAttempt
from models.resources import Booking, Resource
from models.tables import metadata
from models.text_keys import RULES, TextKeys
from models.types import new_id
from models.upgrades import UpgradeNote
from models.vocabulary import AttemptOutcome, FeedClient, Role
from models.workers import PlanningJob
from seed.loader import load_files, packaged_files
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_rule
from service.backup import archive, dump, swap_in, tables
from service.backup.archive import Manifest
from service.backup.swap_in import RestoreSummary
from tests import factories
from tests.factories import NOW, OFFICE

KEY = "a secret for tests, long enough to be one"
FAR = datetime(2099, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
"""When reminders are due that no restore gives up."""

STRANGE = "“Đoàn”\n\t\\ \" ' , ; \u2028 🎋 ຄະນະຜູ້ແທນ"

Contents = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def fill_everything(database: Database) -> None:
    """The programme that comes with the service, and a row in every table it leaves empty."""
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        load_files(session, act, packaged_files())
        _fill_agreements(session)
        organisation = factories.make_organisation(session, name={"vi": STRANGE, "lo": "ຫ້ອງການ"})
        user = factories.make_user(
            session,
            Role.ADMIN,
            organisation_id=organisation.id,
            messenger=bytes(range(256)),
            password_hash="$argon2id$x",
        )
        session.add(ApiToken(user_id=user.id, name="x", token_hash="a" * 64, created_at=NOW, expires_at=None))
        event = factories.make_event(
            session, budget_amount=2**53 + 1, budget_currency="VND", start_time=time(7, 30), end_time=time(9),
            created_by=user.id, confirmed_at=FAR,
        )  # fmt: skip
        _fill_event(session, event.id, user.id)
        reminder = factories.make_reminder(session, event, due_at=FAR, recipient=user.email)
        content = {"title": {"vi": STRANGE}, "start_time": None}
        session.add(EventVersion(event_id=event.id, sequence=3, content=content, reason=STRANGE, changed_at=NOW))
        attempt = {"at": NOW, "outcome": AttemptOutcome.DEFERRED, "answer": STRANGE, "worker": "here"}
        session.add(ReminderAttempt(reminder_id=reminder.id, **attempt))
        session.merge(TextKeys(rules=RULES))
        session.add(JobRun(name="weekly", ran_for=NOW, ran_at=NOW))
        job = {"rules": ["r"], "recipients": None, "event_ids": [event.id], "since": NOW.date()}
        job["asked_at"] = NOW + GRACE  # as a restore sets it
        session.add(PlanningJob(key="rule:r", after_day=NOW.date(), remaining=7, **job))
        session.add(UpgradeNote(kind="rule_switched_off", entity="reminder_rule", entity_id="r", noted_at=NOW))
        session.add(ImportedEntry(event_id=event.id, series_uid=STRANGE, sequence=3, stamp=NOW, event_version=2))
        changes = {"days": {"from": None, "to": [1, 2.5, True, STRANGE]}}
        session.add(Audit(at=NOW, actor_name="lan", action="a", entity="b", entity_id="c", changes=changes))


def _fill_agreements(session: Session) -> None:
    """One that refers to another whose id, and so whose place in the file, comes after its own."""
    ids = [new_id(), new_id()]
    given = {"title": {"vi": "Thoả thuận"}, "starts_on": date(2020, 1, 1), "ends_on": date(2024, 12, 31)}
    later, earlier = Agreement(id=ids[1], **given), Agreement(id=ids[0], predecessor_id=ids[1], **given)
    session.add(later)
    session.flush()
    session.add(earlier)


def _fill_event(session: Session, event_id: str, user_id: str) -> None:
    session.add(Passport(person_id=factories.make_person(session).id, sealed_number=bytes(range(256)), stored_at=NOW))
    session.add(
        ProgrammeRevision(
            event_id=event_id,
            number=1,
            items=[{"b": 1, "a": [None, {"x": "ý"}]}],
            published_at=NOW,
            published_by=user_id,
        )
    )
    hall = session.exec(select(Resource).limit(1)).scalar_one()  # type: ignore[call-overload]
    span = {"starts_at": FAR, "ends_at": FAR + timedelta(hours=3), "length_class": 1, "timezone": "Asia/Vientiane"}
    days = {"first_day": FAR.date(), "last_day": FAR.date(), "start_time": time(10, 4, 5), "end_time": time(13)}
    session.add(Booking(event_id=event_id, resource_id=hall.id, note=STRANGE, **span, **days))
    feed = Feed(user_id=user_id, name="Lịch", token_hash="f" * 64, filter={"kinds": ["activity"], "past": {"a": []}})
    session.add(feed)
    session.flush()
    session.add(FeedReader(feed_id=feed.id, client=FeedClient.APPLE, first_at=NOW, last_at=NOW, etag="e"))
    gone = {"kind": "activity", "status": "cancelled", "visibility": "public", "host": "hai-duong", "timezone": "UTC"}
    days = {"first_day": date(2026, 2, 28), "last_day": date(2026, 3, 1), "created_at": NOW, "updated_at": NOW}
    session.add(DeletedEvent(id=new_id(), uid="x", sequence=3, title={"vi": "Đã xoá"}, location=None, **gone, **days))


def plan_many(database: Database, count: int) -> None:
    """So many visits, each with a reminder."""
    with database.transaction() as session:
        rule = factories.make_rule(session)
        for number in range(count):
            day = date(2027, 1, 1) + timedelta(days=number % 900)
            factories.make_event(session, first_day=day, description={"vi": "Chương trình làm việc " * 20})
        plan_rule(session, ActionContext(None, NOW, OFFICE), rule)


def contents(database: Database) -> Contents:
    """Table → key → row, of all tables that a backup holds."""
    found: Contents = {}
    with database.engine.connect() as connection:
        for name in sorted(tables.backed_up()):
            table = metadata.tables[name]
            rows = [dict(row._mapping) for row in connection.execute(table.select())]
            found[name] = {tuple(row[column.name] for column in table.primary_key): row for row in rows}
    return found


def backed_up(database: Database, path: Path, now: datetime = NOW) -> Manifest:
    return dump.take(database, path, now, KEY, OFFICE.locality)


def reopened(database: Database) -> None:
    """The database after another one of this process, as a command is, has put a new file in its place."""
    database.dispose()
    if database.file is not None:
        database.file.accept()


def restored(
    database: Database, path: Path, var: Path, now: datetime = NOW, *, unverified: bool = False
) -> RestoreSummary:
    database.dispose()
    try:
        with archive.opened(path, KEY, unverified=unverified) as content:
            return swap_in.restore(database, content, ActionContext(None, now, OFFICE), var, KEY)
    finally:
        database.dispose()
