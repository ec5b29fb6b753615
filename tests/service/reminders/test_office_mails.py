"""The office's own mails from what the database holds when they are sent: what they tell whom, why some get none."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import Session, select

from calendars.mails.event_mail import OfficeMail
from calendars.programmes.items import ProgrammeItemValues
from jobs.ports import OfficeMails
from models.accounts import User
from models.agreements import Agreement, Commitment
from models.database import Database
from models.event_parts import ProgrammeRevision
from models.holidays import OfficeHoliday
from models.i18n import Message
from models.reminders import Reminder
from models.vocabulary import (
    EventKind,
    EventStatus,
    FrequencyType,
    HolidayCategory,
    Language,
    ReminderPurpose,
    ReminderState,
    Role,
    Visibility,
)
from service.actions.accounts.mail_subscriptions import subscription_of
from service.actions.office_mails.office_mails import OfficeMailWriter
from tests import factories
from tests.factories import OFFICE, make_event, make_organisation, make_person, make_reminder, make_task, make_user

SECRET = "a secret of the tests, long enough"
WEEKLY, DIGEST, ESCALATION = ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST, ReminderPurpose.ESCALATION
MONDAY = date(2026, 11, 23)
DUE = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Monday 23 November 2026, 07:00 in the office."""
DAY = timedelta(days=1)
LOOKED_AT = DUE + timedelta(minutes=1)

REPORTS: OfficeMails = OfficeMailWriter(OFFICE, SECRET)


def told(
    database: Database, purpose: ReminderPurpose, reader: str = "reader@example.org", now: datetime = LOOKED_AT
) -> OfficeMail | Message:
    with database.transaction(write=False) as session:
        return REPORTS.write(session, purpose, reader, DUE, now)


def text(*args: Any, **values: Any) -> str:
    """The mail that is written, as text."""
    found = told(*args, **values)
    assert isinstance(found, OfficeMail), str(found)
    return found.content.text


def reason(*args: Any, **values: Any) -> str:
    """Why none is written."""
    found = told(*args, **values)
    assert isinstance(found, Message)
    return str(found)


Reader = Callable[..., User]


@pytest.fixture
def reader(database: Database) -> Reader:
    """Make the account that reads: an officer with English unless told otherwise."""

    def make(role: Role = Role.OFFICER, **values: Any) -> User:
        row = {"email": "reader@example.org", "locale": Language.EN} | values
        with database.transaction() as session:
            return make_user(session, role, **row)

    return make


# Who gets one


@pytest.fixture
def something_of_everything(database: Database) -> None:
    """A task that is overdue and a mail that failed."""
    with database.transaction() as session:
        event = make_event(session, title={"en": "Visit"})
        make_task(session, event, due_on=MONDAY - DAY, title={"en": "Send the note"})
        failed = {"state": ReminderState.FAILED, "reason": "550 unknown", "recipient": "wrong@example.org"}
        make_reminder(session, event, updated_at=DUE - 2 * DAY, **failed)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("something_of_everything")
@pytest.mark.parametrize(
    ("values", "gets"),
    [
        ({"role": Role.VIEWER}, {WEEKLY}),
        ({"role": Role.OFFICER}, {WEEKLY, DIGEST, ESCALATION}),
        ({"role": Role.ADMIN}, {WEEKLY, DIGEST, ESCALATION}),
        ({"weekly_schedule": False}, {DIGEST, ESCALATION}),
        ({"daily_digest": False}, {WEEKLY, ESCALATION}),
        ({"active": False}, set()),
        ({"email": "other@example.org"}, set()),
    ],
)
def test_who_is_entitled_when_it_is_sent(
    database: Database, reader: Reader, values: dict[str, Any], gets: set[ReminderPurpose]
) -> None:
    reader(**values)
    found = {purpose: told(database, purpose) for purpose in (WEEKLY, DIGEST, ESCALATION)}
    assert {purpose for purpose, one in found.items() if isinstance(one, OfficeMail)} == gets


@pytest.mark.parametrize("purpose", [WEEKLY, DIGEST])
@pytest.mark.usefixtures("something_of_everything")
@pytest.mark.both_databases("who left which mail: a JSON column")
def test_a_mail_that_can_be_left_carries_a_link_to_leave_it(
    database: Database, reader: Reader, purpose: ReminderPurpose
) -> None:
    user = reader(locale=Language.LO)
    found = told(database, purpose)
    assert isinstance(found, OfficeMail)
    assert found.language is Language.LO
    assert found.unsubscribe is not None
    assert found.unsubscribe in found.content.text
    head, _slash, token = found.unsubscribe.rpartition("/")
    assert head == "https://desk.example.org/unsubscribe"
    with database.transaction(write=False) as session:
        left, mail = subscription_of(session, SECRET, token)
    assert (left.id, mail) == (user.id, purpose)
    assert told(database, purpose) == found, "the same at each sending"


@pytest.mark.usefixtures("something_of_everything")
def test_an_escalation_is_not_to_be_left(database: Database, reader: Reader) -> None:
    reader(Role.APPROVER)
    found = told(database, ESCALATION)
    assert isinstance(found, OfficeMail)
    assert found.unsubscribe is None


def test_no_other_mail_is_written_here(database: Database, reader: Reader) -> None:
    reader()
    with database.transaction(write=False) as session, pytest.raises(ValueError, match="reminder"):
        REPORTS.write(session, ReminderPurpose.REMINDER, "reader@example.org", DUE, LOOKED_AT)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("purpose", "late", "sent"),
    [(WEEKLY, 6 * DAY, True), (WEEKLY, 7 * DAY, False), (DIGEST, 16 * DAY / 24, True), (DIGEST, DAY, False)],
)
@pytest.mark.usefixtures("something_of_everything")
def test_too_late_it_is_not_sent(
    database: Database, reader: Reader, purpose: ReminderPurpose, late: timedelta, sent: bool
) -> None:
    reader()
    assert isinstance(told(database, purpose, now=DUE + late), OfficeMail) == sent


# The week


def test_weekly_schedule_tells_the_published_programme(database: Database, reader: Reader) -> None:
    reader()
    with database.transaction() as session:
        office = make_organisation(session, name={"en": "Office of Protocol"})
        event = make_event(
            session,
            title={"en": "High delegation"},
            first_day=MONDAY,
            last_day=MONDAY + DAY,
            organisation_id=office.id,
            status=EventStatus.CONFIRMED,
        )
        for number, title in ((1, "Old talks"), (2, "Talks")):
            item = ProgrammeItemValues(MONDAY, time(8), time(9), {"en": title}, place={"en": "Room 1"})
            revision = {"event_id": event.id, "number": number, "items": [item.to_json()], "published_at": DUE}
            session.add(ProgrammeRevision(**revision))
        make_event(session, title={"en": "Fair"}, first_day=MONDAY + 3 * DAY, status=EventStatus.CANCELLED)
        make_event(session, title={"en": "Draft"}, first_day=MONDAY, status=EventStatus.DRAFT)
        make_event(session, title={"en": "Next week"}, first_day=MONDAY + 7 * DAY)
        entry = {"name": {"en": "Founding day"}, "country": "LA", "category": HolidayCategory.PUBLIC, "source": "x"}
        session.add(OfficeHoliday(first_day=MONDAY + DAY, **entry))
    found = text(database, WEEKLY)
    assert "    08:00–09:00 Talks (High delegation)\n      Place: Room 1\n" in found
    assert "      Prepared by: Office of Protocol\n" in found
    assert "Guest: Vientiane Province" in found
    assert "- Fair (26 November 2026 – Cancelled)" in found
    tuesday = found.partition("Tuesday, 24 November 2026\n")[2].partition("\n\n")[0]
    assert "  Day off in Laos: Founding day\n" in tuesday
    assert "  Festival in Laos: " in tuesday, "That Luang, as the computed calendar has it"
    assert "  Whole day\n    High delegation (23–24 November 2026; Planned)" not in tuesday
    assert "  Whole day\n    High delegation (23–24 November 2026)" in tuesday
    assert not any(title in found for title in ("Old talks", "Draft", "Next week"))


def test_each_offices_weekly_schedule_has_its_own_days_off_and_as_much_of_a_visit_as_it_sees(
    database: Database, reader: Reader
) -> None:
    """The guests' office reads the visit's days and programme, nothing of the host's preparations."""
    with database.transaction() as session:
        ours = make_organisation(session, name={"en": "Office of Protocol"}, protocol_office=True)
        theirs = make_organisation(
            session, name={"en": "Guests' Office"}, locality="vientiane-province", protocol_office=True
        )
        visit = make_event(
            session, title={"en": "Talks"}, first_day=MONDAY, organisation_id=ours.id, visibility=Visibility.PUBLIC
        )
        works = make_organisation(session, name={"en": "Public Works"})
        make_task(session, visit, due_on=MONDAY, title={"en": "Flowers"}, organisation_id=works.id)
        for name, office in (("Day of ours", None), ("Day of theirs", "vientiane-province")):
            entry = {"name": {"en": name}, "country": "LA", "category": HolidayCategory.PUBLIC, "source": "x"}
            session.add(OfficeHoliday(first_day=MONDAY + DAY, office=office, **entry))
    reader(organisation_id=ours.id)
    reader(email="them@example.org", organisation_id=theirs.id, office="vientiane-province")
    own, foreign = text(database, WEEKLY), text(database, WEEKLY, "them@example.org")
    assert ("Day of ours" in own, "Day of theirs" in own) == (True, False)
    assert ("Day of ours" in foreign, "Day of theirs" in foreign) == (False, True)
    assert "Talks" in own
    assert "Talks" in foreign
    assert "Prepared by: Office of Protocol; Public Works" in own
    assert "Public Works" not in foreign


def test_weekly_schedule_of_an_empty_week_is_sent_and_says_so(database: Database, reader: Reader) -> None:
    reader()
    assert "Nothing is planned for this week." in text(database, WEEKLY)


def test_weekly_schedule_is_of_the_week_it_is_for_however_late_it_is(database: Database, reader: Reader) -> None:
    reader()
    with database.transaction() as session:
        make_event(session, title={"en": "Visit"}, first_day=MONDAY)
    assert "Visit" in text(database, WEEKLY, now=DUE + 6 * DAY)


# The digest


@pytest.mark.both_databases("the digest's reads")
def test_without_anything_to_tell_there_is_no_digest(database: Database, reader: Reader) -> None:
    reader()
    assert reason(database, DIGEST) == "There is nothing to tell."
    assert reason(database, ESCALATION) == "There is nothing to tell."


@pytest.mark.parametrize(
    ("role", "of_organisation", "sees"),
    [
        (Role.OFFICER, True, {"own task", "task of an own event"}),
        (Role.APPROVER, True, {"own task", "task of an own event"}),
        (Role.ADMIN, True, {"own task", "task of an own event", "other task"}),
        (Role.OFFICER, False, {"own task", "task of an own event", "other task"}),
    ],
)
@pytest.mark.both_databases("who reads which of the office's mails")
def test_overdue_tasks_of_the_readers_organisation(
    database: Database, reader: Reader, role: Role, of_organisation: bool, sees: set[str]
) -> None:
    with database.transaction() as session:
        own, other = make_organisation(session, name={"en": "Own department"}), make_organisation(session)
        mine = make_event(session, organisation_id=own.id)
        others = make_event(session, organisation_id=other.id, title={"en": "Visit"})
        late = {"due_on": MONDAY - DAY}
        person = make_person(session, name="Nguyễn Văn An")
        assigned = {"organisation_id": own.id, "person_id": person.id}
        make_task(session, others, title={"en": "own task"}, **late, **assigned)
        make_task(session, mine, title={"en": "task of an own event"}, organisation_id=other.id, **late)
        make_task(session, others, title={"en": "other task"}, **late)
        make_task(session, mine, title={"en": "task of today"}, due_on=MONDAY)
        make_task(session, mine, title={"en": "done task"}, done=True, **late)
        organisation = own.id
    reader(role, organisation_id=organisation if of_organisation else None)
    found = text(database, DIGEST)
    assert {line[2:] for line in found.splitlines() if line.startswith("- ")} == sees
    assert f"Overdue tasks: {len(sees)}\n" in found
    assert "  Visit\n  Due: 22 November 2026\n  Responsible: Nguyễn Văn An, Own department\n" in found


def test_a_digest_shows_thirty_and_counts_the_rest(database: Database, reader: Reader) -> None:
    reader()
    with database.transaction() as session:
        event = make_event(session)
        for number in range(33):
            make_task(session, event, title={"en": f"Task {number}"}, due_on=MONDAY - DAY)
            failed = {"state": ReminderState.FAILED, "reason": "550", "updated_at": DUE - number * DAY}
            make_reminder(session, event, recipient=f"r{number:02}@example.org", **failed)
    found = text(database, DIGEST)
    assert found.count("- Task") == 30
    assert "… and 3 more: https://desk.example.org/tasks" in found
    assert "… and 3 more: https://desk.example.org/reminders?state=failed" in found
    assert "r29@" in found, "the latest first"
    assert "r30@" not in found


def agreement(session: Session, first: date, last: date, **values: Any) -> Agreement:
    """An agreement of both provinces with one commitment, once every year unless told otherwise."""
    for code in ("hai-duong", "vientiane-province"):
        factories.make_locality(session, code)
    found = Agreement(title={"en": "Agreement"}, starts_on=first, ends_on=last)
    found.parties = ["hai-duong", "vientiane-province"]
    session.add(found)
    session.flush()
    known = {"frequency_type": FrequencyType.PER_YEAR, "frequency_count": 1} | values
    commitment = {
        "article": "3",
        "field": {"en": "Training"},
        "title": {"en": "Training batches"},
        "activity": EventKind.TRAINING_BATCH,
        "host": "hai-duong",
        "guest": "vientiane-province",
    }
    session.add(Commitment(agreement_id=found.id, **commitment | known))
    session.flush()
    return found


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        (date(2026, 1, 1), date(2028, 12, 31), "At risk"),
        (date(2024, 1, 1), date(2028, 12, 31), "At risk"),  # and missed before: what is pressing now is told
        (date(2026, 1, 1), date(2026, 6, 30), "Missed"),
        (date(2024, 1, 1), date(2025, 12, 31), None),  # of earlier years
        (date(2027, 1, 1), date(2028, 12, 31), None),
    ],
)
def test_promises_of_this_year(database: Database, reader: Reader, first: date, last: date, state: str | None) -> None:
    reader()
    with database.transaction() as session:
        identity = agreement(session, first, last).id
    if state is None:
        assert reason(database, DIGEST) == "There is nothing to tell."
        return
    found = text(database, DIGEST)
    assert "Commitments at risk or missed this year: 1\n- Article 3 – Training batches\n" in found
    assert f"  {state}: " in found
    assert f"https://desk.example.org/agreements/{identity}" in found


def test_people_still_owed_are_told(database: Database, reader: Reader) -> None:
    reader()
    with database.transaction() as session:
        once = {"frequency_type": FrequencyType.IN_PERIOD, "frequency_count": 1, "headcount_total": 15}
        of = agreement(session, date(2024, 1, 1), date(2026, 12, 31), **once)
        held = {"first_day": date(2025, 3, 10), "last_day": date(2025, 3, 20), "status": EventStatus.COMPLETED}
        commitment = session.exec(select(Commitment.id).where(Commitment.agreement_id == of.id)).one()
        kind = {"kind": EventKind.TRAINING_BATCH, "headcount": 12, "commitment_id": commitment}
        make_event(session, **held, **kind)
    assert "People taken in: 12 of 15; the agreement ends on 31/12/2026." in text(database, DIGEST)


@pytest.mark.usefixtures("something_of_everything")
def test_mails_somebody_has_looked_at_are_not_told(database: Database, reader: Reader) -> None:
    user = reader()
    assert "wrong@example.org – Reminder: Visit – 2–4 December 2026\n  Answer: 550 unknown\n" in text(database, DIGEST)
    assert "wrong@example.org" in text(database, ESCALATION)
    with database.transaction() as session:
        row = session.exec(select(Reminder)).one()
        row.seen_at, row.seen_by = DUE, user.id
        session.add(row)
    assert "wrong@example.org" not in text(database, DIGEST)
    assert reason(database, ESCALATION) == "There is nothing to tell."


def test_an_escalation_tells_of_those_that_failed_a_day_ago(database: Database, reader: Reader) -> None:
    reader(Role.ADMIN)
    with database.transaction() as session:
        event = make_event(session)
        for name, at in (("old", LOOKED_AT - DAY), ("young", LOOKED_AT - DAY + timedelta(seconds=1))):
            failed = {"state": ReminderState.FAILED, "reason": "550", "updated_at": at}
            make_reminder(session, event, recipient=f"{name}@example.org", **failed)
        office = {"event_id": None, "purpose": WEEKLY, "rule_key": "weekly:2026-11-16", "recipient": "x@example.org"}
        failed = {"state": ReminderState.FAILED, "reason": None, "updated_at": DUE - 2 * DAY}
        make_reminder(session, event, **office | failed)
    found = text(database, ESCALATION)
    assert "Mails that did not arrive: 2" in found
    assert "old@example.org" in found
    assert "young@example.org" not in found
    assert "- x@example.org – Weekly schedule\n  Answer: –\n" in found


# How much it asks


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("purpose", [WEEKLY, DIGEST, ESCALATION])
def test_as_many_queries_for_much_as_for_little(database: Database, reader: Reader, purpose: ReminderPurpose) -> None:
    reader(Role.ADMIN)

    def fill(count: int) -> None:
        with database.transaction() as session:
            for _number in range(count):
                office, person = make_organisation(session), make_person(session)
                event = make_event(session, first_day=MONDAY, organisation_id=office.id)
                item = ProgrammeItemValues(MONDAY, None, None, {"en": "Talks"})
                revision = {"event_id": event.id, "number": 1, "items": [item.to_json()], "published_at": DUE}
                session.add(ProgrammeRevision(**revision))
                make_task(session, event, due_on=MONDAY - DAY, organisation_id=office.id, person_id=person.id)
                failed = {"state": ReminderState.FAILED, "reason": "550", "updated_at": DUE - 2 * DAY}
                make_reminder(session, event, **failed)
                agreement(session, date(2026, 1, 1), date(2028, 12, 31))

    def queries() -> int:
        counted: list[str] = []

        def count(*args: Any) -> None:
            counted.append(args[2])

        sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
        try:
            assert isinstance(told(database, purpose), OfficeMail)
        finally:
            sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)
        return len(counted)

    fill(1)
    few = queries()
    fill(10)
    assert queries() == few
