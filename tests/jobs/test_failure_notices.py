"""Who is told that a mail failed for good: the organisation's other address, never the one that failed, once."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import Session, col, select

from jobs.failure_notices import notify_failures
from models.database import Database
from models.reminders import Reminder
from models.vocabulary import Language, ReminderPurpose, ReminderState, Role
from tests.factories import NOW, make_event, make_organisation, make_reminder, make_user
from tests.jobs.conftest import reminders

WRONG = "wrong@example.org"
LATER = NOW + timedelta(seconds=5)


def failed(session: Session, organisation: Any = None, **values: Any) -> str:
    """A reminder to a wrong address that failed just now, of an event of an organisation; its id."""
    event = make_event(session, organisation_id=organisation.id if organisation else None)
    row = {"recipient": WRONG, "state": ReminderState.FAILED, "reason": "550", "updated_at": NOW} | values
    return make_reminder(session, event, **row).id


def tell(database: Database, *ids: str) -> dict[str, Language]:
    """Tell of failures; whom, and in which language."""
    with database.transaction() as session:
        made = notify_failures(session, ids, LATER)
    found = notices(database)
    assert len(found) == made
    return {row.recipient: row.locale for row in found}


def notices(database: Database) -> list[Reminder]:
    return [row for row in reminders(database) if row.purpose is ReminderPurpose.FAILURE]


@pytest.fixture
def officials(database: Database) -> None:
    """Accounts without an organisation: of every role, and a disabled administrator."""
    with database.transaction() as session:
        for role in Role:
            make_user(session, role, email=f"{role}@example.org")
        make_user(session, Role.ADMIN, email="gone@example.org", active=False)


pytestmark = pytest.mark.usefixtures("officials")


@pytest.mark.parametrize(("locality", "language"), [("hai-duong", Language.VI), ("vientiane-province", Language.LO)])
def test_the_mailbox_of_the_organisation_in_charge(database: Database, locality: str, language: Language) -> None:
    with database.transaction() as session:
        office = make_organisation(session, locality=locality, email="Office@Example.org")
        make_user(session, email="colleague@example.org", organisation_id=office.id)
        one = failed(session, office)
    assert tell(database, one) == {"office@example.org": language}
    (row,) = notices(database)
    assert (row.rule_key, row.failed_id, row.state) == (f"failure:{one}", one, ReminderState.PENDING)
    assert row.event_id is not None
    assert row.next_at <= LATER, "it is due at once"


@pytest.mark.parametrize("mailbox", [None, WRONG.upper(), "", "no address"])
def test_without_another_mailbox_the_organisations_accounts(database: Database, mailbox: str | None) -> None:
    with database.transaction() as session:
        office, other = make_organisation(session, email=mailbox), make_organisation(session)
        make_user(session, email="a@example.org", organisation_id=office.id, locale=Language.LO)
        make_user(session, Role.VIEWER, email="b@example.org", organisation_id=office.id)
        make_user(session, email=WRONG, organisation_id=office.id)
        make_user(session, email="c@example.org", organisation_id=office.id, active=False)
        make_user(session, email="d@example.org", organisation_id=other.id)
        one = failed(session, office)
    assert tell(database, one) == {"a@example.org": Language.LO, "b@example.org": Language.VI}


@pytest.mark.parametrize("has_organisation", [True, False])
def test_without_other_accounts_approvers_and_administrators(database: Database, has_organisation: bool) -> None:
    with database.transaction() as session:
        office = make_organisation(session) if has_organisation else None
        if office:
            make_user(session, Role.APPROVER, email=WRONG, organisation_id=office.id)
        one = failed(session, office)
    assert set(tell(database, one)) == {"approver@example.org", "admin@example.org"}


def test_nobody_else_is_left_to_tell(database: Database) -> None:
    with database.transaction() as session:
        one = failed(session, recipient="Admin@example.org")
        session.execute(Reminder.__table__.update().values(recipient="admin@example.org"))  # type: ignore[attr-defined]
    assert set(tell(database, one)) == {"approver@example.org"}


@pytest.mark.parametrize(
    "values",
    [
        {"purpose": ReminderPurpose.FAILURE},
        {"purpose": ReminderPurpose.WEEKLY, "event_id": None},
        {"purpose": ReminderPurpose.ESCALATION, "event_id": None},
        {"state": ReminderState.PENDING},
        {"state": ReminderState.SENT, "sent_at": NOW},
    ],
    ids=["a notice", "weekly", "escalation", "not failed", "sent"],
)
def test_what_is_not_told_of(database: Database, values: dict[str, Any]) -> None:
    with database.transaction() as session:
        one = failed(session, **values)
    before = len(reminders(database))
    with database.transaction() as session:
        assert notify_failures(session, [one], LATER) == 0
    assert len(reminders(database)) == before


@pytest.mark.parametrize("purpose", [ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE])
def test_every_mail_about_an_event_is_told_of(database: Database, purpose: ReminderPurpose) -> None:
    with database.transaction() as session:
        one = failed(session, purpose=purpose)
    assert len(tell(database, one)) == 2


def test_once_however_often_it_is_told_and_anew_when_it_failed_anew(database: Database) -> None:
    with database.transaction() as session:
        one = failed(session)
    for seconds, made in ((1, 2), (2, 0), (600, 0)):
        with database.transaction() as session:
            assert notify_failures(session.connection(), [one], NOW + timedelta(seconds=seconds)) == made
    with database.transaction() as session:
        session.get_one(Reminder, one).updated_at = NOW + timedelta(hours=1)  # sent again by hand, failed again
    with database.transaction() as session:
        assert notify_failures(session, [one], NOW + timedelta(hours=1)) == 2


def test_many_failures_cost_no_more_queries_than_one(database: Database) -> None:
    with database.transaction() as session:
        ids = [failed(session, make_organisation(session, email=f"o{number}@example.org")) for number in range(30)]

    def queries(some: Collection[str]) -> int:
        counted: list[str] = []

        def count(*args: Any) -> None:
            counted.append(args[2])

        sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
        try:
            with database.transaction() as session:
                assert notify_failures(session, some, LATER) == len(some)
        finally:
            sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)
        return sum(statement.startswith("SELECT") for statement in counted)

    assert queries(ids[:1]) == queries(ids[1:]) == 5
    with database.transaction(write=False) as session:
        told = session.exec(select(Reminder.recipient).where(Reminder.purpose == ReminderPurpose.FAILURE)).all()
        by_failure = session.exec(select(Reminder.failed_id).where(col(Reminder.failed_id).is_not(None))).all()
    assert sorted(told) == sorted(f"o{number}@example.org" for number in range(30))
    assert set(by_failure) == set(ids)


@pytest.mark.both_databases("mails that failed, by organisation")
def test_without_failures_nothing_is_asked(database: Database) -> None:
    with database.transaction() as session:
        assert notify_failures(session, [], LATER) == 0


@pytest.mark.parametrize(("place", "told"), [("vientiane-province", True), ("hai-duong", False)])
def test_another_offices_disabled_account_closes_no_mailbox(database: Database, place: str, told: bool) -> None:
    """The control is one of the same office: it has been switched off there, and is told nothing."""
    with database.transaction() as session:
        ours = make_organisation(session, email="box@example.org", locality="hai-duong")
        theirs = make_organisation(session, locality=place)
        make_user(session, email="box@example.org", organisation_id=theirs.id, active=False)
        one = failed(session, ours)
    database.works_for("hai-duong")
    with database.transaction() as session:
        notify_failures(session, [one], NOW)
        found = select(Reminder.recipient).where(Reminder.purpose == ReminderPurpose.FAILURE)
        assert ("box@example.org" in session.exec(found).all()) is told
