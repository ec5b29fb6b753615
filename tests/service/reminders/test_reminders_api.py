"""What became of each reminder, as programs read it: attempts, what is next, what was seen; fields of rules."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.i18n import message
from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import (
    OFFICE_PURPOSES,
    AttemptOutcome,
    EventStatus,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
)
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.http.test_nouns_api import RULE, errors

HOUR = timedelta(hours=1)
REFUSED = str(message("The mail server refused this mail: {answer}", answer="550 <a@b.vn> unknown"))

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what asks nothing of the database that would differ."""


@pytest.fixture
def officer(officer: Caller) -> Caller:
    officer.headers["Accept-Language"] = "en"
    return officer


def made(database: Database, **values: Any) -> str:
    """The id of a reminder; of the office as a whole where the purpose is one of those."""
    with database.transaction() as session:
        event = factories.make_event(session)
        if values.get("purpose") in OFFICE_PURPOSES:
            values["event_id"] = None
        return factories.make_reminder(session, event, **values).id


def tried(database: Database, clock: Clock, reminder_id: str, *outcomes: str) -> None:
    """Attempts of a reminder, an hour between two of them."""
    with database.transaction() as session:
        for number, outcome in enumerate(outcomes):
            values = {"outcome": AttemptOutcome(outcome), "answer": f"answer {number}", "worker": "host:1"}
            session.add(ReminderAttempt(reminder_id=reminder_id, at=clock.now + number * HOUR, **values))


def test_a_reminder_tells_every_attempt_and_its_answer(officer: Caller, database: Database, clock: Clock) -> None:
    one = made(database, channel=ReminderChannel.MESSENGER)
    assert officer.get(f"/reminders/{one}").json["attempts_made"] == []
    tried(database, clock, one, "deferred", "sent")
    found = officer.get(f"/reminders/{one}").json
    assert found["attempts_made"] == [
        {"at": "2026-11-22T03:00:00Z", "outcome": "deferred", "answer": "answer 0", "worker": "host:1"},
        {"at": "2026-11-22T04:00:00Z", "outcome": "sent", "answer": "answer 1", "worker": "host:1"},
    ]
    assert (found["attempts_made_total"], found["purpose"], found["channel"]) == (2, "reminder", "messenger")
    (listed,) = officer.get("/reminders").json
    assert not {"attempts_made", "attempts_made_total", "next"} & set(listed)
    assert listed.items() <= found.items()


@pytest.mark.both_databases("the newest of many, and their count")
def test_of_many_attempts_the_last_are_shown_and_all_are_counted(
    officer: Caller, database: Database, clock: Clock
) -> None:
    one = made(database)
    tried(database, clock, one, *["deferred"] * 205)
    found = officer.get(f"/reminders/{one}").json
    assert (len(found["attempts_made"]), found["attempts_made_total"]) == (200, 205)
    assert [found["attempts_made"][place]["answer"] for place in (0, -1)] == ["answer 5", "answer 204"]


@on_sqlite
@pytest.mark.parametrize(
    ("values", "outcome", "next_"),
    [
        ({}, None, "Sent with the next round."),
        ({"next": 1}, None, "Sent at 11:00, 22 November 2026."),
        ({"next": 1, "attempts": 2}, "deferred", "Tried again at 11:00, 22 November 2026."),
        ({"attempts": 2}, "deferred", "Tried again with the next round."),
        (
            {"next": 1, "waits_for_server": True},
            "deferred",
            "Waits for the mail server; tried again at 11:00, 22 November 2026, or as soon as it is back.",
        ),
        ({"waits_for_server": True}, "deferred", "Waits for the mail server; leaves as soon as it is back."),
        ({"state": "sending", "lease": 1}, None, "Being sent now."),
        ({"state": "sending", "lease": -1}, None, "Sent with the next round."),
        ({"state": "sent"}, "sent", "Nothing: it was sent."),
        ({"state": "failed"}, "refused", "Nothing: correct the address and send it again."),
        ({"state": "failed"}, "deferred", "Nothing by itself: see why, and send it again."),
        ({"state": "skipped", "reason": "The event is a draft."}, None, "Nothing: The event is a draft."),
        ({"state": "skipped"}, None, "Nothing: it is not sent."),
    ],
)
def test_a_reminder_tells_what_happens_next(
    officer: Caller, database: Database, clock: Clock, values: dict[str, Any], outcome: str | None, next_: str
) -> None:
    values = dict(values)
    values["next_at"] = clock.now + values.pop("next", 0) * HOUR
    if "lease" in values:
        values["lease_until"] = clock.now + values.pop("lease") * HOUR
    values["state"] = ReminderState(values.get("state", "pending"))
    values["sent_at"] = clock.now if values["state"] is ReminderState.SENT else None
    one = made(database, **values)
    tried(database, clock, one, *[outcome] if outcome else [])
    assert officer.get(f"/reminders/{one}").json["next"] == next_


@on_sqlite
def test_what_happens_next_is_told_in_the_readers_language(officer: Caller, database: Database) -> None:
    one = made(database, state=ReminderState.SKIPPED, reason="The event is a draft.")
    told = {language: officer.get(f"/reminders/{one}", Accept_Language=language).json for language in ("vi", "lo")}
    assert "Sự kiện" in told["vi"]["next"]
    assert "ກິດຈະກຳ" in told["lo"]["next"]
    assert told["vi"]["reason"] == "The event is a draft."


@pytest.mark.parametrize("purpose", [ReminderPurpose.REMINDER, ReminderPurpose.WEEKLY])
def test_a_failure_is_seen_once(officer: Caller, admin: Caller, database: Database, clock: Clock, purpose: str) -> None:
    one = made(database, state=ReminderState.FAILED, reason=REFUSED, purpose=ReminderPurpose(purpose))
    assert [found["id"] for found in officer.get("/reminders?unseen=true").json] == [one]
    answer = officer.post(f"/reminders/{one}/seen")
    assert answer.status_code == 200
    assert (answer.json["seen_at"], answer.json["seen_by"]) == ("2026-11-22T03:00:00Z", officer.user_id)
    clock.move(hours=1)
    again = admin.post(f"/reminders/{one}/seen")
    assert (again.status_code, again.json["seen_by"]) == (200, officer.user_id)
    assert officer.get("/reminders?unseen=true").json == []
    assert [found["id"] for found in officer.get("/reminders?unseen=false").json] == [one]
    with database.transaction(write=False) as session:
        (entry,) = session.exec(select(Audit).where(Audit.action == "see")).all()
        reminder = session.get_one(Reminder, one)
    assert (entry.entity, entry.entity_id, entry.actor_id) == ("reminder", one, officer.user_id)
    assert entry.event_id == reminder.event_id
    assert (reminder.event_id is None) == (purpose == "weekly")


def test_only_failures_are_seen_and_only_by_officers(officer: Caller, viewer: Caller, database: Database) -> None:
    one = made(database)
    answer = officer.post(f"/reminders/{one}/seen")
    assert (answer.status_code, answer.json["code"]) == (409, "not_failed")
    assert viewer.post(f"/reminders/{one}/seen").status_code == 403
    assert officer.post("/reminders/nothing/seen").status_code == 404
    with database.transaction(write=False) as session:
        assert session.get_one(Reminder, one).seen_at is None
        assert session.exec(select(Audit).where(Audit.action == "see")).all() == []


@pytest.mark.parametrize("purpose", OFFICE_PURPOSES)
def test_mails_of_the_office_are_listed_read_and_sent_again(
    officer: Caller, database: Database, purpose: ReminderPurpose
) -> None:
    one = made(database, state=ReminderState.FAILED, purpose=purpose)
    (listed,) = officer.get(f"/reminders?purpose={purpose}").json
    assert (listed["id"], listed["event_id"], listed["purpose"]) == (one, None, purpose)
    assert officer.get(f"/reminders/{one}").json["event_id"] is None
    again = officer.post(f"/reminders/{one}/retry")
    assert (again.status_code, again.json["state"]) == (200, "pending")


@pytest.mark.both_databases("every filter as a condition")
def test_filters_select_what_they_say(officer: Caller, database: Database, clock: Clock) -> None:
    ids = {
        "plain": made(database, recipient="lan@b.vn"),
        "update": made(database, recipient="nam@b.vn", purpose=ReminderPurpose.UPDATE, due_at=clock.now + 48 * HOUR),
        "weekly": made(database, recipient="lan@b.vn", purpose=ReminderPurpose.WEEKLY, state=ReminderState.FAILED),
    }
    names = {identity: name for name, identity in ids.items()}

    def found(query: str) -> set[str]:
        return {names[one["id"]] for one in officer.get(f"/reminders?{query}").json}

    assert found("") == set(ids)
    assert found("recipient=LAN@b.vn") == {"plain", "weekly"}
    assert found("q=nam") == {"update"}
    assert found("q=_") == set()
    assert found("purpose=update&purpose=weekly") == {"update", "weekly"}
    assert found("state=failed") == found("unseen=true") == {"weekly"}
    assert found("unseen=false") == {"plain", "update"}
    assert found("from=2026-11-24") == {"update"}
    assert found("to=2026-11-23") == {"plain", "weekly"}
    for bad in ("purpose=spam", "unseen=perhaps", "to=x", "who=lan"):
        assert officer.get(f"/reminders?{bad}").status_code == 422


# Fields that come from the tables


def test_catching_up_is_kept_and_only_true_or_false(officer: Caller) -> None:
    rule = officer.made("/reminder-rules", RULE)
    assert rule["catch_up"] is False
    path = f"/reminder-rules/{rule['id']}"
    assert officer.patch(path, {"catch_up": True}).json["catch_up"] is True
    assert officer.get(path).json["catch_up"] is True
    for bad in (None, "yes", 1):
        assert errors(officer.patch(path, {"catch_up": bad})) == {"catch_up"}


def test_an_organisation_has_a_mailbox_that_is_one(officer: Caller) -> None:
    made = officer.made("/organisations", {"name": {"vi": "Sở"}, "locality": "hai-duong", "email": "so@b.vn"})
    path = f"/organisations/{made['id']}"
    assert officer.get(path).json["email"] == "so@b.vn"
    for bad in ("so", "a b@c.vn", "a@b.vn\r\nBcc: c@d.vn", "", 5, "x" * 250 + "@b.vn"):
        assert errors(officer.patch(path, {"email": bad})) == {"email"}
    assert officer.patch(path, {"email": None}).json["email"] is None


def test_an_account_chooses_the_mails_of_the_office(admin: Caller) -> None:
    path = f"/users/{admin.user_id}"
    assert (admin.get(path).json["weekly_schedule"], admin.get(path).json["daily_digest"]) == (True, True)
    changed = admin.patch(path, {"weekly_schedule": False}).json
    assert (changed["weekly_schedule"], changed["daily_digest"]) == (False, True)
    assert admin.get("/me").json["weekly_schedule"] is False
    for name in ("weekly_schedule", "daily_digest"):
        for bad in (None, "no", 0):
            assert errors(admin.patch(path, {name: bad})) == {name}
    assert errors(admin.patch(path, {"messenger": "https://example.org"})) == {"messenger"}


def test_seeing_stands_in_the_history_of_the_event(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, status=EventStatus.PLANNED)
        one = factories.make_reminder(session, event, state=ReminderState.FAILED).id
    officer.post(f"/reminders/{one}/seen")
    (entry,) = officer.get(f"/events/{event.id}/history").json
    assert (entry["action"], entry["entity"], entry["entity_id"]) == ("see", "reminder", one)


def test_everything_wrong_with_a_rule_is_told_at_once(officer: Caller) -> None:
    refused = officer.post(
        "/reminder-rules", {"name": "Thử", "anchor": "arrivall", "offset": "-P10M", "audience": ["everyone"]}
    )
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == {"anchor", "offset", "audience"}  # type: ignore[index]
