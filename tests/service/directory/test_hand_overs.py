"""Handing an organisation over to its successor: what goes, what stays, who reads and is told, under load, and back."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from models.accounts import User
from models.base import metadata
from models.database import Database
from models.event_parts import Task
from models.events import Event, TrainingPhase
from models.feeds import Feed
from models.places import Organisation, Position
from models.reminders import Reminder
from models.vocabulary import EventKind, EventStatus, MergedEntity, ReminderAnchor, ReminderState, ResourceType, Role
from service.actions.bookings import resources
from service.actions.context import ActionContext
from service.actions.directory import hand_overs, references
from service.actions.reminders import reminder_planning
from tests import factories
from tests.factories import OFFICE
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("references are moved and moved back by statements, and others write meanwhile")

DAY = date(2026, 12, 10)
EVERY = {"events", "tasks", "task_templates", "accounts", "people", "rules", "resources", "feeds", "phases"}


@pytest.fixture
def bodies(database: Database) -> tuple[Organisation, Organisation]:
    """A department that is dissolved, and the one that carries on its work."""
    with database.transaction() as session:
        old = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ Hải Dương"})
        new = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ Hải Phòng"})
        return old, new


def handed(caller: Caller, old: Organisation, new: Organisation, day: date = DAY, **body: Any) -> Any:
    answer = caller.post(f"/organisations/{old.id}/hand-overs", {"to": new.id, "from_day": day.isoformat(), **body})
    assert answer.status_code == (200 if body.get("dry_run") else 201), answer.text
    return answer.json


def with_everything(session: Session, old: Organisation, clock: Clock) -> dict[str, Any]:
    """One of everything that goes over, and of what stays."""
    account = factories.make_user(session, organisation_id=old.id)
    before = factories.make_event(session, organisation_id=old.id, first_day=DAY - timedelta(days=3))
    spanning = factories.make_event(
        session, organisation_id=old.id, first_day=DAY - timedelta(days=1), last_day=DAY, title={"vi": "Đoàn qua ngày"}
    )
    after = factories.make_event(session, organisation_id=old.id, first_day=DAY)
    course = factories.make_event(
        session, kind=EventKind.TRAINING_BATCH, organisation_id=None, first_day=DAY - timedelta(days=9),
        last_day=DAY + timedelta(days=90), institution_id=old.id,
    )  # fmt: skip
    for number, first in enumerate((DAY - timedelta(days=9), DAY)):
        session.add(
            TrainingPhase(
                event_id=course.id, position=number, title={"vi": "x"}, first_day=first, last_day=first,
                institution_id=old.id,
            )
        )  # fmt: skip
    tasks = {
        name: factories.make_task(session, event, organisation_id=old.id, done=done, due_on=due)
        for name, event, done, due in (
            ("done", before, True, DAY + timedelta(days=9)),
            ("overdue", before, False, DAY - timedelta(days=1)),
            ("report", before, False, DAY + timedelta(days=9)),
            ("coming", after, True, DAY - timedelta(days=2)),
        )
    }
    session.add(Feed(user_id=account.id, name="Lịch", token_hash="e" * 64, filter={"organisations": [old.id]}))
    act = ActionContext(None, clock.now, OFFICE)
    hall = {"name": {"vi": "Phòng họp"}, "type": ResourceType.ROOM, "locality": "hai-duong", "capacity": 1}
    resources.create_resource(session, act, hall | {"organisation_id": old.id})
    factories.make_template(session, organisation_id=old.id)
    factories.make_person(session, organisation_id=old.id)
    factories.make_rule(session, organisation_id=old.id)
    session.flush()
    return {"account": account, "before": before, "spanning": spanning, "after": after, "tasks": tasks}


def held(database: Database, organisation_id: str) -> dict[tuple[str, str], set[Any]]:
    """The rows that refer to an organisation, by table and column."""
    with database.engine.connect() as connection:
        found = {}
        for table_name, column in references.columns_of(MergedEntity.ORGANISATION):
            table = metadata.tables[table_name]
            keys = table.primary_key.columns
            rows = connection.execute(table.select().with_only_columns(*keys).where(table.c[column] == organisation_id))
            found[table_name, column] = {tuple(row) for row in rows}
        return found


def test_every_reference_goes_or_stays_for_a_reason() -> None:
    decided = {*hand_overs.GOING, *hand_overs.STAYING, *hand_overs.BY_TERMS}
    assert decided == set(references.columns_of(MergedEntity.ORGANISATION))
    assert set(hand_overs.GOING).isdisjoint(hand_overs.STAYING)


def test_what_begins_on_the_day_goes_and_what_spans_it_stays_and_is_named(
    admin: Caller, database: Database, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    old, new = bodies
    with database.transaction() as session:
        made = with_everything(session, old, clock)
    before = held(database, old.id)
    preview = handed(admin, old, new, dry_run=True)
    assert held(database, old.id) == before
    assert admin.get("/hand-overs").json == []
    done = handed(admin, old, new)
    assert done["moved"] == {
        "events": 1, "tasks": 2, "task_templates": 1, "accounts": 1, "people": 1, "rules": 1, "resources": 1,
        "feeds": 1, "phases": 1,
    }  # fmt: skip
    assert [one["title"] for one in done["left"]] == [{"vi": "Đoàn qua ngày"}]
    assert {name for name in done if done[name] != preview[name]} == {"id", "made_at", "undo_until", "dry_run"}
    with database.transaction(write=False) as session:
        owners = {
            name: session.get_one(Event, made[name].id).organisation_id for name in ("before", "spanning", "after")
        }
        assert owners == {"before": old.id, "spanning": old.id, "after": new.id}
        doers = {name: session.get_one(Task, one.id).organisation_id for name, one in made["tasks"].items()}
        assert doers == {"done": old.id, "overdue": old.id, "report": new.id, "coming": new.id}
        ended = session.get_one(Organisation, old.id)
        assert (ended.ends_on, ended.successor_id) == (DAY - timedelta(days=1), new.id)
        assert [one.filter for one in session.exec(select(Feed))] == [{"organisations": [new.id]}]
    assert admin.get(f"/hand-overs/{done['id']}").json == done
    assert [one["id"] for one in admin.get(f"/hand-overs?organisation_id={old.id}").json] == [done["id"]]


def test_undoing_gives_everything_back(
    admin: Caller, database: Database, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    old, new = bodies
    with database.transaction() as session:
        with_everything(session, old, clock)
    before, theirs = held(database, old.id), held(database, new.id)
    done = handed(admin, old, new)
    undone = admin.post(f"/hand-overs/{done['id']}/undo")
    assert (undone.status_code, undone.json["stayed"], undone.json["undone_by"]) == (200, [], admin.user_id)
    records = {("hand_over", "organisation_id"), ("hand_over", "to_id")}
    for body, rows in ((old, before), (new, theirs)):
        now = held(database, body.id)
        assert {one: now[one] for one in now if one not in records} == {
            one: rows[one] for one in rows if one not in records
        }
    with database.transaction(write=False) as session:
        restored = session.get_one(Organisation, old.id)
        assert (restored.ends_on, restored.successor_id) == (None, None)
    again = admin.post(f"/hand-overs/{done['id']}/undo")
    assert (again.status_code, again.json["code"]) == (409, "undone_already")


def test_what_changed_since_stays_and_is_named(
    admin: Caller, database: Database, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    old, new = bodies
    with database.transaction() as session:
        made = with_everything(session, old, clock)
        other = factories.make_event(session, organisation_id=old.id, first_day=DAY)
    done = handed(admin, old, new)
    admin.patch(f"/delegations/{made['after'].id}", {"title": {"vi": "Đoàn đã đổi"}})
    undone = admin.post(f"/hand-overs/{done['id']}/undo").json
    assert [(one["entity"], one["id"], one["name"]) for one in undone["stayed"]] == [
        ("event", made["after"].id, {"vi": "Đoàn đã đổi"})
    ]
    assert admin.get(f"/events/{made['after'].id}").json["organisation_id"] == new.id
    assert admin.get(f"/events/{other.id}").json["organisation_id"] == old.id
    assert admin.get(f"/hand-overs/{done['id']}").json == undone


def test_it_can_be_undone_for_seven_days(
    admin: Caller, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    done = handed(admin, *bodies)
    clock.move(days=7, seconds=1)
    answer = admin.post(f"/hand-overs/{done['id']}/undo")
    assert (answer.status_code, answer.json["code"]) == (409, "too_late")


def test_what_was_handed_on_is_undone_first(
    admin: Caller, database: Database, bodies: tuple[Organisation, Organisation]
) -> None:
    old, new = bodies
    with database.transaction() as session:
        third = factories.make_organisation(session)
    first, second = handed(admin, old, new), handed(admin, new, third, DAY + timedelta(days=30))
    refused = admin.post(f"/hand-overs/{first['id']}/undo")
    assert (refused.json["code"], refused.json["hand_over_id"]) == ("handed_over_since", second["id"])
    for one in (second, first):
        assert admin.post(f"/hand-overs/{one['id']}/undo").status_code == 200


@pytest.mark.parametrize("which", ["old", "new", "into"])
def test_what_was_merged_since_is_undone_first(
    admin: Caller, database: Database, bodies: tuple[Organisation, Organisation], which: str
) -> None:
    old, new = bodies
    with database.transaction() as session:
        third = factories.make_organisation(session)
        factories.make_event(session, organisation_id=old.id, first_day=DAY)
    done = handed(admin, old, new)
    double, into = {"old": (old, third), "new": (new, third), "into": (third, new)}[which]
    merge = admin.post(f"/organisations/{double.id}/merge", {"into": into.id})
    assert merge.status_code == 200, merge.text
    refused = admin.post(f"/hand-overs/{done['id']}/undo")
    assert (refused.status_code, refused.json["code"]) == (409, "merged_since")
    assert refused.json["merge_id"] == merge.json["id"]
    assert admin.post(f"/merges/{merge.json['id']}/undo").status_code == 200
    assert admin.post(f"/hand-overs/{done['id']}/undo").status_code == 200


def test_somebody_changed_since_who_is_back_by_their_terms_has_not_stayed(
    admin: Caller, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    old, new = bodies
    person = admin.made("/people", {"name": "A", "organisation_id": old.id, "position": {"vi": "Giám đốc"}})
    done = handed(admin, old, new, clock.now.date())
    assert admin.patch(f"/people/{person['id']}", {"phone": "0220 385 3000"}).status_code == 200
    assert admin.post(f"/hand-overs/{done['id']}/undo").json["stayed"] == []
    assert admin.get(f"/people/{person['id']}").json["organisation_id"] == old.id


# Refusals


def test_refusals_name_the_field(
    admin: Caller, approver: Caller, database: Database, bodies: tuple[Organisation, Organisation]
) -> None:
    old, new = bodies
    with database.transaction() as session:
        ended = factories.make_organisation(session, ends_on=DAY - timedelta(days=1))
        before = factories.make_organisation(session, ends_on=date(2020, 1, 1), successor_id=old.id)
        young = factories.make_organisation(session, starts_on=DAY)
        unborn = factories.make_organisation(session, starts_on=DAY + timedelta(days=1))
        elsewhere = factories.make_organisation(session, locality="vientiane-province")
    path, day = f"/organisations/{old.id}/hand-overs", DAY.isoformat()
    for body, field in (
        ({"to": new.id}, "from_day"),
        ({"from_day": day}, "to"),
        ({"to": "nobody", "from_day": day}, "to"),
        ({"to": old.id, "from_day": day}, "to"),
        ({"to": ended.id, "from_day": day}, "to"),
        ({"to": before.id, "from_day": day}, "to"),
        ({"to": new.id, "from_day": "2026-13-01"}, "from_day"),
        ({"to": unborn.id, "from_day": day}, "from_day"),
    ):
        answer = admin.post(path, body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), body
    assert "11/12/2026" in admin.post(path, {"to": unborn.id, "from_day": day}).json["errors"]["from_day"][0]
    assert "09/12/2026" in admin.post(path, {"to": ended.id, "from_day": day}).json["errors"]["to"][0]
    assert admin.post(path, {"to": young.id, "from_day": day, "dry_run": True}).status_code == 200
    answer = admin.post(f"/organisations/{young.id}/hand-overs", {"to": new.id, "from_day": day})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["from_day"])
    answer = admin.post(path, {"to": elsewhere.id, "from_day": day})
    assert (answer.status_code, answer.json["code"], list(answer.json["errors"])) == (403, "operator_only", ["to"])
    assert approver.post(path, {"to": new.id, "from_day": day}).status_code == 403
    assert admin.post("/organisations/nobody/hand-overs", {"to": new.id, "from_day": day}).status_code == 404


def test_organisations_of_another_office_are_its_own(
    caller: Callable[..., Caller], admin: Caller, database: Database, bodies: tuple[Organisation, Organisation]
) -> None:
    old, new = bodies
    with database.transaction() as session:
        one = factories.make_organisation(session, locality="vientiane-province")
        other = factories.make_organisation(session, locality="vientiane-province")
    there = caller(Role.ADMIN, organisation_id=one.id)
    for who, first, second in ((admin, one, other), (admin, old, other), (there, old, new)):
        body = {"to": second.id, "from_day": DAY.isoformat()}
        answer = who.post(f"/organisations/{first.id}/hand-overs", body)
        assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), answer.text
    done = handed(admin, old, new)
    assert there.get("/hand-overs").json == []
    assert there.get(f"/hand-overs/{done['id']}").status_code == 404
    assert there.post(f"/hand-overs/{done['id']}/undo").status_code == 404


# Rights, mails, calendars


def test_the_successors_accounts_read_the_past_and_the_old_ones_work_on(
    caller: Callable[..., Caller], admin: Caller, database: Database, bodies: tuple[Organisation, Organisation]
) -> None:
    old, new = bodies
    with database.transaction() as session:
        past = factories.make_event(session, organisation_id=old.id, first_day=DAY - timedelta(days=3))
        coming = factories.make_event(session, organisation_id=old.id, first_day=DAY)
        guest = factories.make_event(session, first_day=DAY + timedelta(days=1))
        person = factories.make_person(session, organisation_id=old.id)
        factories.make_member(session, guest, person)
        hidden = factories.make_event(session, first_day=DAY)
    theirs, ours = caller(Role.OFFICER, organisation_id=new.id), caller(Role.OFFICER, organisation_id=old.id)
    assert theirs.get("/events").json == []
    done = handed(admin, old, new)
    for who in (theirs, ours):
        seen = {one["id"] for one in who.get("/events").json}
        assert seen == {past.id, coming.id, guest.id}
        assert who.get(f"/events/{hidden.id}").status_code == 404
        assert who.patch(f"/delegations/{coming.id}", {"headcount": 7}, "*").status_code == 200
    assert admin.post(f"/hand-overs/{done['id']}/undo").status_code == 200
    # What both changed since stays with the successor; of the rest it reads nothing any more.
    assert {one["id"] for one in theirs.get("/events").json} == {coming.id}


def test_reminders_reach_the_same_accounts_once(
    admin: Caller, database: Database, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    old, new = bodies
    act = ActionContext(None, clock.now, OFFICE)
    with database.transaction() as session:
        account = factories.make_user(session, organisation_id=old.id)
        factories.make_user(session, organisation_id=new.id, email="new@example.org")
        event = factories.make_event(session, organisation_id=old.id, first_day=DAY, in_charge_id=account.id)
        factories.make_task(session, event, organisation_id=old.id, due_on=DAY)
        for audience, anchor in (
            ("owner", ReminderAnchor.START),
            ("organisation", ReminderAnchor.START),
            ("assignee", ReminderAnchor.TASK_DUE),
        ):
            rule = factories.make_rule(session, audience=[audience], anchor=anchor)
            reminder_planning.plan_rule(session, act, rule)
        sent = session.exec(select(Reminder).where(Reminder.rule_id == rule.id)).one()
        sent.state, sent.sent_at, sent.told_sequence = ReminderState.SENT, clock.now, 0

    def rows() -> list[tuple[str, str, str]]:
        with database.transaction(write=False) as session:
            return sorted((one.recipient, one.rule_key, one.state.value) for one in session.exec(select(Reminder)))

    def of_account() -> list[tuple[str, str, str]]:
        return [one for one in rows() if one[0] == account.email]

    before = rows()
    assert len(before) == 3
    done = handed(admin, old, new)
    assert of_account() == before
    assert {one[0] for one in rows()} == {account.email, "new@example.org"}
    assert admin.post(f"/hand-overs/{done['id']}/undo").status_code == 200
    assert of_account() == before
    assert {one[2] for one in rows() if one[0] == "new@example.org"} == {"skipped"}


def test_what_was_confirmed_stays_confirmed_and_calendars_keep_their_entries(
    admin: Caller, client: Any, database: Database, bodies: tuple[Organisation, Organisation], clock: Clock
) -> None:
    old, new = bodies
    with database.transaction() as session:
        event = factories.make_event(
            session,
            organisation_id=old.id,
            first_day=DAY,
            status=EventStatus.CONFIRMED,
            confirmed_at=factories.NOW,
            confirmed_values={"organisation_id": old.id},
        )
    path = admin.made("/feeds", {"name": "Lịch", "filter": {"organisations": [old.id]}})["url"].partition(".org")[2]
    clock.move(seconds=1)
    before = client.get(path).text
    assert event.uid in before
    done = handed(admin, old, new)
    clock.move(seconds=1)
    after = client.get(path).text
    same = ("UID:", "SEQUENCE:", "DTSTART", "DTEND", "STATUS:", "SUMMARY:")
    assert [one for one in after.splitlines() if one.startswith(same)] == [
        one for one in before.splitlines() if one.startswith(same)
    ]
    with database.transaction(write=False) as session:
        found = session.get_one(Event, event.id)
        assert (found.changed_since_confirmed, found.sequence) == (False, 0)
        assert found.confirmed_values == {"organisation_id": new.id}
    history = admin.get(f"/events/{event.id}/history").json
    assert history[-1]["changes"] == {"organisation_id": {"from": old.id, "to": new.id}}
    assert admin.post(f"/hand-overs/{done['id']}/undo").status_code == 200


# Under load


COUNT = 200


def large(session: Session, old: Organisation) -> None:
    """A department with two hundred of everything."""
    for number in range(COUNT):
        day = DAY + timedelta(days=number % 30)
        event = factories.make_event(session, organisation_id=old.id, first_day=day)
        factories.make_task(session, event, organisation_id=old.id)
        factories.make_template(session, organisation_id=old.id)
        factories.make_person(session, organisation_id=old.id)
        account = factories.make_user(session, organisation_id=old.id)
        session.add(
            Feed(user_id=account.id, name="Lịch", token_hash=f"{number:064}", filter={"organisations": [old.id]})
        )


def test_all_or_nothing_while_others_write(
    app: Flask, caller: Callable[..., Caller], database: Database, bodies: tuple[Organisation, Organisation]
) -> None:
    """Others change its events and give it tasks meanwhile: nothing is lost, and nothing is half done."""
    old, new = bodies
    with database.transaction() as session:
        large(session, old)
    with database.transaction(write=False) as session:
        events = session.exec(select(Event.id).where(Event.organisation_id == old.id).order_by(Event.id)).all()
    admin, writers = caller(Role.ADMIN), [caller(Role.ADMIN) for _number in range(3)]
    preview = handed(admin, old, new, dry_run=True)
    assert preview["moved"] == {
        "events": COUNT, "tasks": COUNT, "task_templates": COUNT, "accounts": COUNT, "people": COUNT, "rules": 0,
        "resources": 0, "feeds": COUNT, "phases": 0,
    }  # fmt: skip
    begun, over, wrong = threading.Event(), threading.Event(), []

    def write(number: int, who: Caller) -> None:
        who.client = app.test_client(use_cookies=False)
        turn = 0
        while not over.is_set() and turn < 40:
            event_id = events[(turn * 3 + number) % len(events)]
            answers = [
                who.call("PATCH", f"/delegations/{event_id}", {"headcount": turn + 1}, If_Match="*"),
                who.post(f"/events/{event_id}/tasks", {"title": {"vi": "Việc"}, "organisation_id": old.id}),
            ]
            # What is busy, or was changed at the very moment, says so and is asked again.
            wrong.extend(one.text for one in answers if one.status_code not in {200, 201, 409, 412, 503})
            turn += 1
            begun.set()

    threads = [threading.Thread(target=write, args=(number, who)) for number, who in enumerate(writers)]
    for thread in threads:
        thread.start()
    begun.wait(20)
    body = {"to": new.id, "from_day": DAY.isoformat()}
    answer = admin.post(f"/organisations/{old.id}/hand-overs", body)
    while answer.status_code == 503:
        answer = admin.post(f"/organisations/{old.id}/hand-overs", body)
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert answer.status_code == 201, answer.text
    moved = answer.json["moved"]
    assert {name: moved[name] for name in EVERY - {"tasks"}} == {
        name: preview["moved"][name] for name in EVERY - {"tasks"}
    }
    assert moved["tasks"] >= COUNT
    with database.transaction(write=False) as session:
        for model in (Event, User):
            assert session.exec(select(model).where(model.organisation_id == old.id)).all() == []
        # The day is yet to come: people are at the successor from then on.
        coming = select(Position).where(Position.organisation_id == new.id, Position.starts_on == DAY)
        assert len(session.exec(coming).all()) == COUNT
        assert len(session.exec(select(Event).where(Event.organisation_id == new.id)).all()) == COUNT
        assert {tuple(one.filter["organisations"]) for one in session.exec(select(Feed))} == {(new.id,)}
    undone = admin.post(f"/hand-overs/{answer.json['id']}/undo")
    while undone.status_code == 503:
        undone = admin.post(f"/hand-overs/{answer.json['id']}/undo")
    assert undone.status_code == 200, undone.text
    named = {one["id"] for one in undone.json["stayed"]}
    with database.transaction(write=False) as session:
        left = {one.id for one in session.exec(select(Event).where(Event.organisation_id == new.id))}
        assert left <= named
        assert session.exec(select(User).where(User.organisation_id == new.id)).all() == []
        assert session.exec(select(Position)).all() == []


# People's terms of office


@pytest.mark.parametrize("days", [-30, 30])
def test_people_hold_a_new_position_from_the_day_on(
    admin: Caller, bodies: tuple[Organisation, Organisation], clock: Clock, days: int
) -> None:
    old, new = bodies
    day = clock.now.date() + timedelta(days=days)
    before = day - timedelta(days=1)
    plain = admin.made("/people", {"name": "A", "organisation_id": old.id, "position": {"vi": "Giám đốc"}})
    terms = [
        {"organisation_id": old.id, "title": {"vi": "Phó"}, "precedence": 9, "ends_on": "2020-12-31"},
        {"organisation_id": old.id, "title": {"vi": "Trưởng"}, "precedence": 5, "starts_on": "2021-01-01"},
    ]
    dated = admin.made("/people", {"name": "B", "positions": terms})
    done = handed(admin, old, new, day)
    assert done["moved"]["people"] == 2
    now = old.id if days > 0 else new.id

    def held(identity: str) -> tuple[str, list[tuple[Any, ...]]]:
        person = admin.get(f"/people/{identity}").json
        fields = ("organisation_id", "starts_on", "ends_on")
        return person["organisation_id"], sorted(
            (tuple(one[name] for name in fields) for one in person["positions"]), key=str
        )

    def expected(*terms: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return sorted(terms, key=str)

    last, first = before.isoformat(), day.isoformat()
    assert held(plain["id"]) == (now, expected((old.id, None, last), (new.id, first, None)))
    assert held(dated["id"]) == (
        now,
        expected((old.id, None, "2020-12-31"), (old.id, "2021-01-01", last), (new.id, first, None)),
    )
    assert admin.post(f"/hand-overs/{done['id']}/undo").json["stayed"] == []
    assert held(plain["id"]) == (old.id, [(old.id, None, None)])
    assert held(dated["id"]) == (old.id, expected((old.id, None, "2020-12-31"), (old.id, "2021-01-01", None)))
