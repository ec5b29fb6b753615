"""Tasks are told to whom they are given: to the person, to the accounts of the body, else to who owns the event."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.reminders import Reminder
from models.vocabulary import EventKind, EventStatus, Language, ReminderAnchor, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event
from tests import factories
from tests.service.conftest import BATCH, Caller
from tests.service.web.test_pages import Browser, signed_in

__all__ = ("signed_in",)

RULE = {"name": "Đến hạn", "anchor": "task_due", "offset": "-P3D", "at": "08:00", "audience": ["assignee"]}


def told(database: Database) -> set[tuple[str, str]]:
    """Task and address of each reminder that waits."""
    with database.transaction(write=False) as session:
        waiting = select(Reminder).where(Reminder.state == ReminderState.PENDING)
        return {(row.task_id or "", row.recipient) for row in session.exec(waiting)}


@pytest.mark.both_databases("accounts and people chosen by their tasks")
def test_each_task_is_told_to_whom_it_is_given(caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        own, body, without_accounts = (factories.make_organisation(session).id for _number in range(3))
        for number in range(2):
            factories.make_user(session, organisation_id=body, email=f"body{number}@example.org")
        factories.make_user(session, organisation_id=body, email="off@example.org", active=False)
        person = factories.make_person(session, email="Person@example.org").id
        named = factories.make_person(session, email="body1@example.org", organisation_id=body).id
        silent = factories.make_person(session).id
    creator = caller(Role.OFFICER, organisation_id=own, email="creator@example.org")
    event = creator.made("/delegations", BATCH | {"last_day": "2027-03-12"})["id"]
    creator.post(f"/events/{event}/transitions", {"to": "planned"})
    creator.made("/reminder-rules", RULE)

    def task(**given: Any) -> str:
        made = creator.made(f"/events/{event}/tasks", {"title": {"vi": "Việc"}, "due_on": "2027-03-01"} | given)
        return str(made["id"])

    of_body, of_person, of_both = (
        task(organisation_id=body),
        task(person_id=person),
        task(organisation_id=body, person_id=person),
    )
    of_account = task(person_id=named)
    of_nobody, unreachable, silenced = task(), task(organisation_id=without_accounts), task(person_id=silent)
    both = {"body0@example.org", "body1@example.org"}
    assert told(database) == {
        *((of_body, one) for one in both),
        (of_person, "person@example.org"),
        *((of_both, one) for one in both | {"person@example.org"}),
        (of_account, "body1@example.org"),
        # Somebody always hears: whoever owns the event.
        *((one, "creator@example.org") for one in (of_nobody, unreachable, silenced)),
    }


def test_a_person_who_goes_to_others_takes_no_task_along(caller: Callable[..., Caller], database: Database) -> None:
    """Whose somebody was when they got the task is settled: accounts that write their address later gain nothing."""
    with database.transaction() as session:
        own, body, other = (factories.make_organisation(session).id for _number in range(3))
        person = factories.make_person(session, email="person@example.org", organisation_id=body).id
    stranger = caller(Role.OFFICER, organisation_id=other, email="stranger@example.org")
    creator = caller(Role.OFFICER, organisation_id=own, email="creator@example.org")
    admin = caller(Role.ADMIN)
    event = creator.made("/delegations", BATCH | {"last_day": "2027-03-12"})["id"]
    creator.post(f"/events/{event}/transitions", {"to": "planned"})
    creator.made("/reminder-rules", RULE)
    task = creator.made(
        f"/events/{event}/tasks", {"title": {"vi": "Việc"}, "due_on": "2027-03-01", "person_id": person}
    )["id"]
    assert told(database) == {(task, "person@example.org")}
    assert admin.patch(f"/people/{person}", {"organisation_id": other}).status_code == 200
    assert told(database) == {(task, "creator@example.org")}
    assert stranger.patch(f"/people/{person}", {"email": "stranger@example.org"}).status_code == 200
    assert told(database) == {(task, "creator@example.org")}


def test_while_a_body_has_no_account_the_owner_is_told(
    caller: Callable[..., Caller], admin: Caller, database: Database
) -> None:
    with database.transaction() as session:
        own, body = (factories.make_organisation(session).id for _number in range(2))
        account = factories.make_user(session, organisation_id=body, email="body@example.org").id
    creator = caller(Role.OFFICER, organisation_id=own, email="creator@example.org")
    event = creator.made("/delegations", BATCH | {"last_day": "2027-03-12"})["id"]
    creator.post(f"/events/{event}/transitions", {"to": "planned"})
    creator.made("/reminder-rules", RULE)
    creator.made(f"/events/{event}/tasks", {"title": {"vi": "Việc"}, "due_on": "2027-03-01", "organisation_id": body})
    for active, address in ((True, "body@example.org"), (False, "creator@example.org"), (True, "body@example.org")):
        assert admin.patch(f"/users/{account}", {"active": active}).status_code == 200
        assert {one for _task, one in told(database)} == {address}


@pytest.mark.both_databases("the titles of the tasks of a preview")
def test_a_rules_page_shows_who_would_be_told_when(
    signed_in: Callable[..., Browser], officer: Caller, database: Database
) -> None:
    """As the planner does, for the next events: also where it reaches nobody."""
    with database.transaction() as session:
        event = factories.make_event(session, title={"vi": "Đoàn công tác"}, first_day=date(2027, 3, 10))
        person = factories.make_person(session, email="nguoi.lam@example.org")
        for title, given in (("Đặt phòng họp", person.id), ("Việc chưa giao", None)):
            factories.make_task(session, event, title={"vi": title}, person_id=given, due_on=date(2027, 3, 5))
    rule = officer.made("/reminder-rules", RULE)["id"]
    page = signed_in(Role.OFFICER, locale=Language.VI).get(f"/administration/rules/{rule}").text
    part = page[page.index('id="preview"') :]
    assert "Ai được nhắc, vào lúc nào" in part
    lines = [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", one)) for one in re.findall("<li>.*?</li>", part, re.DOTALL)]
    assert len(lines) == 2
    told, silent = sorted(lines, key=lambda line: "Việc chưa giao" in line)
    assert all("08:00" in line and "2/3/2027" in line and "Đoàn công tác" in line for line in lines), lines
    assert "Đặt phòng họp" in told
    assert "nguoi.lam@example.org" in told
    assert "Không đến được với ai." in silent


@pytest.mark.both_databases("the zones of several offices")
def test_a_task_is_due_by_the_clock_of_the_office_that_does_it(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "berlin", timezone="Europe/Berlin")
        there = factories.make_organisation(session, locality="berlin").id
        factories.make_user(session, Role.ADMIN, organisation_id=there)
        event = factories.make_event(session, first_day=date(2027, 3, 10), timezone="America/New_York")
        own, theirs = (
            factories.make_task(session, event, organisation_id=body, due_on=date(2027, 3, 5)).id
            for body in (None, there)
        )
        factories.make_rule(
            session, anchor=ReminderAnchor.TASK_DUE, offset="PT0S", at=time(8), audience=["email:desk@example.org"]
        )
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        plan_event(session, act, event)
        found = {row.task_id: row.due_at for row in session.exec(select(Reminder))}
    assert found == {
        own: datetime.fromisoformat("2027-03-05T08:00+07:00"),
        theirs: datetime.fromisoformat("2027-03-05T08:00+01:00"),
    }


def test_a_rule_of_an_event_tells_whoever_has_an_open_task(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, first_day=date(2027, 3, 10))
        for done in (False, True):
            person = factories.make_person(session, email=f"done-{done}@example.org".lower())
            factories.make_task(session, event, person_id=person.id, done=done)
    officer.made("/reminder-rules", RULE | {"anchor": "arrival"})
    assert {one for _task, one in told(database)} == {"done-false@example.org"}


@pytest.mark.parametrize("kind", [EventKind.ART_TROUPE_VISIT, EventKind.ANNIVERSARY])
def test_tasks_of_a_troupe_and_of_a_ceremony_are_reminded_of(
    officer: Caller, seeded: None, database: Database, kind: EventKind
) -> None:
    """With the seed's own rules and templates: each task with a day is told to who is in charge, unless it is late."""
    (event, *_others) = officer.get(f"/events?kind={kind}&status=draft&from=2027-06-01").json
    path = {EventKind.ART_TROUPE_VISIT: f"/art-troupe-visits/{event['id']}"}.get(
        kind, f"/anniversaries/{event.get('anniversary_id')}/ceremonies/{event['id']}"
    )
    etag = officer.get(f"/events/{event['id']}").headers["ETag"]
    assert officer.patch(path, {"in_charge_id": officer.user_id}, etag).status_code == 200
    assert officer.post(f"/events/{event['id']}/transitions", {"to": EventStatus.PLANNED}).status_code == 200
    tasks = {one["id"] for one in officer.get(f"/events/{event['id']}/tasks").json if one["due"]}
    assert tasks
    with database.transaction(write=False) as session:
        rows = session.exec(select(Reminder).where(Reminder.event_id == event["id"])).all()
    assert {row.task_id for row in rows if row.task_id} == tasks


@pytest.mark.both_databases("names of rules and tasks")
def test_a_reminder_names_its_rule_and_task(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, created_by=officer.user_id, first_day=date(2027, 3, 10))
        factories.make_task(session, event, title={"vi": "Đặt phòng họp"}, due_on=date(2027, 3, 1))
    officer.made("/reminder-rules", RULE | {"name": {"vi": "Nhiệm vụ đến hạn"}})
    (listed,) = officer.get("/reminders").json
    (of_event,) = officer.get(f"/events/{listed['event_id']}/reminders").json
    detail = officer.get(f"/reminders/{listed['id']}").json
    for one in (listed, of_event, detail):
        assert (one["rule_name"], one["task_title"]) == ({"vi": "Nhiệm vụ đến hạn"}, {"vi": "Đặt phòng họp"})
    with database.transaction() as session:
        row = session.get_one(Reminder, listed["id"])
        row.rule_id = row.task_id = None
    (listed,) = officer.get("/reminders").json
    assert (listed["rule_name"], listed["task_title"]) == (None, None)
