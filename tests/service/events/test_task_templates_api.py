"""Task templates over the API, and the tasks that events get of them when they enter the plan."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, select

from models.accounts import Audit
from models.database import Database
from models.errors import DomainError
from models.event_parts import Task, TaskTemplate
from models.queries.event_parts import tasks_of
from models.vocabulary import Direction, EventKind, EventStatus, TaskAnchor
from service.actions.context import ActionContext
from service.actions.events import events, task_templates, tasks
from tests import factories
from tests.at_once import meanwhile
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.events.test_tasks_api import errors

TEMPLATE = {"kind": "training_batch", "title": {"vi": "Gửi thư mời", "en": "Invitation"}, "offset": "-P60D"}


@pytest.fixture
def act(clock: Clock) -> ActionContext:
    return ActionContext(None, clock.now, factories.OFFICE)


def made_of(session: Session, event_id: str) -> list[str | None]:
    """The templates of an event's tasks."""
    return [task.template_id for task in tasks_of(session, event_id)]


# The templates themselves


def test_a_template_is_made_read_changed_and_deleted(admin: Caller, viewer: Caller) -> None:
    made = admin.made("/task-templates", TEMPLATE)
    assert (made["direction"], made["anchor"], made["working_days"], made["active"]) == (None, "arrival", False, True)
    one = f"/task-templates/{made['id']}"
    assert viewer.get(one).json == made
    assert admin.call("PATCH", one, {"active": False}).status_code == 428
    etag = admin.etag(one)
    changed = admin.patch(one, {"offset": "P2W", "anchor": "departure", "direction": "incoming"}, etag).json
    assert (changed["offset"], changed["anchor"], changed["direction"]) == ("P2W", "departure", "incoming")
    assert admin.patch(one, {"offset": "P3W"}, etag).status_code == 412
    assert admin.delete(one, etag).status_code == 412
    assert admin.delete(one).status_code == 204
    assert admin.get(one).status_code == 404


@pytest.mark.both_databases("every filter as a condition")
def test_templates_are_found_by_kind_and_words(admin: Caller, viewer: Caller) -> None:
    first = admin.made("/task-templates", TEMPLATE)["id"]
    other = admin.made("/task-templates", TEMPLATE | {"kind": "delegation", "title": {"vi": "Đặt xe"}})["id"]
    for query, expected in (
        ("", [other, first]),
        ("?kind=delegation", [other]),
        ("?kind=activity", []),
        ("?q=thu moi", [first]),
        ("?q=INVITATION", [first]),
        ("?q=dat xe moi", []),
    ):
        assert [one["id"] for one in viewer.get(f"/task-templates{query}").json] == expected
    assert errors(viewer.get("/task-templates?kind=visit")) == {"kind"}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"offset": "-PT3H"}, "offset"),
        ({"offset": "-P1M"}, "offset"),
        ({"offset": "30 days"}, "offset"),
        ({"offset": ...}, "offset"),
        ({"kind": "visit"}, "kind"),
        ({"direction": "both"}, "direction"),
        ({"anchor": "start"}, "anchor"),
        ({"title": {}}, "title"),
        ({"organisation_id": "x"}, "organisation_id"),
        ({"person_id": "x"}, "person_id"),
        ({"due_on": "2027-01-01"}, "due_on"),
    ],
)
def test_bad_templates_name_the_field(admin: Caller, bad: dict[str, Any], field: str) -> None:
    wish = {name: value for name, value in (TEMPLATE | bad).items() if value is not ...}
    assert errors(admin.post("/task-templates", wish)) == {field}


@pytest.mark.parametrize("role", ["viewer", "officer", "approver"])
def test_only_administrators_write_templates(request: pytest.FixtureRequest, admin: Caller, role: str) -> None:
    caller: Caller = request.getfixturevalue(role)
    one = f"/task-templates/{admin.made('/task-templates', TEMPLATE)['id']}"
    assert caller.post("/task-templates", TEMPLATE).status_code == 403
    assert caller.patch(one, {"active": False}).status_code == 403
    assert caller.delete(one).status_code == 403
    assert caller.get(one).status_code == 200


# Into the plan


def test_an_event_that_enters_the_plan_gets_its_tasks(
    admin: Caller, officer: Caller, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        office, lan = factories.make_organisation(session).id, factories.make_person(session).id
    whose = {"organisation_id": office, "person_id": lan}
    invitation = admin.made("/task-templates", TEMPLATE | whose)
    report = {"title": {"vi": "Báo cáo"}, "offset": "P10D", "anchor": "departure", "working_days": True}
    admin.made("/task-templates", TEMPLATE | report | {"direction": "incoming"})
    admin.made("/task-templates", TEMPLATE | {"direction": "outgoing"})
    admin.made("/task-templates", TEMPLATE | {"active": False})
    admin.made("/task-templates", TEMPLATE | {"kind": "delegation"})
    rule = {"name": "Hạn", "anchor": "task_due", "offset": "PT8H", "audience": ["email:a@b.vn"]}
    officer.made("/reminder-rules", rule)
    event = officer.made("/training-batches", BATCH)
    path = f"/events/{event['id']}/tasks"
    assert officer.get(path).json == []
    assert officer.post(f"/events/{event['id']}/transitions", {"to": "planned"}).status_code == 200
    first, second = officer.get(path).json
    assert first["title"] == invitation["title"]
    assert (first["template_id"], first["due_offset"], first["due"]) == (invitation["id"], "-P60D", "2027-01-09")
    assert (first["organisation_id"], first["person_id"], first["done"]) == (office, lan, False)
    assert (second["anchor"], second["working_days"], second["due"]) == ("departure", True, "2027-04-02")
    pending = officer.get("/reminders?state=pending").json
    assert [one["due_at"] for one in pending] == ["2027-01-09T01:00:00Z", "2027-04-02T01:00:00Z"]
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit).where(Audit.event_id == event["id"]).order_by(col(Audit.id))).all()
    assert [(row.action, row.entity) for row in trail] == [
        ("create", "event"), ("transition", "event"), ("create", "task"), ("create", "task"),
    ]  # fmt: skip
    assert {row.actor_id for row in trail} == {officer.user_id}


@pytest.mark.parametrize(
    ("host", "guest", "direction"),
    [
        ("hai-duong", "vientiane-province", Direction.INCOMING),
        ("vientiane-province", "hai-duong", Direction.OUTGOING),
        ("hai-duong", None, Direction.DOMESTIC),
    ],
)
def test_each_direction_has_its_tasks(
    database: Database, act: ActionContext, host: str, guest: str | None, direction: Direction
) -> None:
    with database.transaction() as session:
        wanted = []
        for one in (None, *Direction):
            template = factories.make_template(session, direction=one)
            wanted += [template.id] if one in {None, direction} else []
        event = factories.make_event(session, host=host, guest=guest, status=EventStatus.DRAFT)
        events.transition(session, act, events.find_event(session, event.id), EventStatus.PLANNED)
        assert made_of(session, event.id) == wanted


def test_what_should_have_been_done_is_made_and_overdue_at_once(admin: Caller, officer: Caller) -> None:
    admin.made("/task-templates", TEMPLATE)
    event = officer.made("/training-batches", BATCH | {"first_day": "2026-12-02", "last_day": "2026-12-10"})
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    (task,) = officer.get("/tasks?overdue=true").json
    assert (task["due"], task["event"]["id"]) == ("2026-10-03", event["id"])


@pytest.mark.both_databases("what is there already, by its template")
def test_entering_the_plan_again_makes_only_what_is_missing(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        kept, gone = (factories.make_template(session).id for _ in range(2))
        made = factories.make_event(session, status=EventStatus.DRAFT)
        event = events.find_event(session, made.id)
        events.transition(session, act, event, EventStatus.PLANNED)
        first, second = tasks_of(session, event.id)
        tasks.change_task(session, act, event, first, {"done": True, "due_offset": "-P3D"})
        tasks.remove_task(session, act, event, second)
        events.transition(session, act, event, EventStatus.CONFIRMED)
        events.transition(session, act, event, EventStatus.PLANNED)
        assert made_of(session, event.id) == [kept], "taking a confirmation back is no new beginning"
        events.transition(session, act, event, EventStatus.CANCELLED, "hoãn vô thời hạn")
        events.transition(session, act, event, EventStatus.PLANNED)
        assert made_of(session, event.id) == [kept, gone]
        assert (first.done, first.due_offset) == (True, "-P3D")


def test_a_task_somebody_wrote_under_the_same_title_is_not_doubled(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        factories.make_template(session, title={"vi": "Gửi thư mời", "en": "Invitation"})
        other = factories.make_template(session, title={"vi": "Đặt xe"}).id
        event = factories.make_event(session, status=EventStatus.DRAFT)
        factories.make_task(session, event, title={"vi": "gửi thư  mời"})
        events.transition(session, act, events.find_event(session, event.id), EventStatus.PLANNED)
        assert made_of(session, event.id) == [None, other]


def test_two_templates_of_one_title_make_two_tasks(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        made = [factories.make_template(session, title={"vi": "Họp"}, offset=offset).id for offset in ("-P9D", "-P2D")]
        event = factories.make_event(session, status=EventStatus.DRAFT)
        events.transition(session, act, events.find_event(session, event.id), EventStatus.PLANNED)
        assert made_of(session, event.id) == made


@pytest.mark.parametrize("status", EventStatus)
def test_an_event_loaded_in_a_state_gets_tasks_only_if_it_is_to_be_prepared(
    database: Database, act: ActionContext, status: EventStatus
) -> None:
    with database.transaction() as session:
        factories.make_template(session)
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        days = {"first_day": date(2027, 3, 10), "last_day": date(2027, 3, 12)}
        values = {"title": {"vi": "Đoàn"}, "host": "hai-duong", "guest": "vientiane-province"} | days
        event = events.create_event(session, act, EventKind.DELEGATION, values, status=status)
        is_prepared = status in {EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING}
        assert len(made_of(session, event.id)) == is_prepared


def test_a_template_that_can_not_be_counted_keeps_the_event_out_of_the_plan(admin: Caller, officer: Caller) -> None:
    admin.made("/task-templates", TEMPLATE | {"offset": "-P3000D", "working_days": True})
    event = officer.made("/training-batches", BATCH)
    answer = officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    assert errors(answer) == {"first_day"}
    assert "Gửi thư mời" in answer.json["errors"]["first_day"][0]
    assert officer.get(f"/events/{event['id']}").json["status"] == "draft"


def test_a_changed_template_changes_no_task_that_is_there(admin: Caller, officer: Caller) -> None:
    template = admin.made("/task-templates", TEMPLATE)
    event = officer.made("/training-batches", BATCH)
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    before = officer.get(f"/events/{event['id']}/tasks").json
    admin.patch(f"/task-templates/{template['id']}", {"offset": "-P5D", "title": {"vi": "Khác"}, "active": False})
    assert officer.get(f"/events/{event['id']}/tasks").json == before


def test_tasks_outlive_their_template(admin: Caller, officer: Caller, database: Database) -> None:
    template = admin.made("/task-templates", TEMPLATE)
    event = officer.made("/training-batches", BATCH)
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    assert admin.delete(f"/task-templates/{template['id']}").status_code == 204
    (task,) = officer.get(f"/events/{event['id']}/tasks").json
    assert (task["template_id"], task["title"]) == (None, TEMPLATE["title"])
    with database.transaction(write=False) as session:
        assert session.exec(select(TaskTemplate)).all() == []
        deleted = session.exec(select(Audit).where(Audit.action == "delete")).one()
        assert (deleted.entity, deleted.entity_id) == ("task_template", template["id"])


# At the same moment


def test_two_steps_into_the_plan_at_once_make_each_task_once(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        templates = [factories.make_template(session, anchor=anchor).id for anchor in TaskAnchor]
        event_id = factories.make_event(session, status=EventStatus.DRAFT).id
    refused: list[Exception] = []
    both = threading.Barrier(2)

    def plan() -> None:
        both.wait()
        try:
            with database.transaction() as session:
                events.transition(session, act, events.find_event(session, event_id), EventStatus.PLANNED)
        except (DomainError, StaleDataError) as problem:
            refused.append(problem)

    callers = [threading.Thread(target=plan) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(refused) == 1
    with database.transaction(write=False) as session:
        assert made_of(session, event_id) == templates


def test_a_template_deleted_while_an_event_enters_the_plan_leaves_its_task(
    database: Database, act: ActionContext
) -> None:
    with database.transaction() as session:
        template_id = factories.make_template(session).id
        event_id = factories.make_event(session, status=EventStatus.DRAFT).id

    def delete_it() -> None:
        with database.transaction() as session:
            found = session.get(TaskTemplate, template_id)
            assert found is not None
            task_templates.delete_template(session, act, found)

    with meanwhile(database, delete_it) as start, database.transaction() as session:
        events.transition(session, act, events.find_event(session, event_id), EventStatus.PLANNED)
        start()
    with database.transaction(write=False) as session:
        assert [task.template_id for task in session.exec(select(Task))] == [None]
        assert session.get(TaskTemplate, template_id) is None


# By the length of the stay


def titles_of(caller: Caller, event_id: str) -> set[str]:
    return {one["title"]["vi"] for one in caller.get(f"/events/{event_id}/tasks").json}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"last_day": "2027-04-08"}, {"Tạm trú"}),  # thirty days
        ({"last_day": "2027-04-09"}, {"Tạm trú", "Thị thực"}),
        ({"last_day": "2027-04-08", "departs_on": "2027-04-09"}, {"Tạm trú", "Thị thực"}),  # travel days are days there
        ({"last_day": "2027-04-08", "arrives_on": "2027-03-09"}, {"Tạm trú", "Thị thực"}),
    ],
)
def test_visas_are_a_task_of_long_stays_only(
    admin: Caller, officer: Caller, days: dict[str, str], expected: set[str]
) -> None:
    admin.made("/task-templates", TEMPLATE | {"title": {"vi": "Thị thực"}, "min_days": 31})
    admin.made("/task-templates", TEMPLATE | {"title": {"vi": "Tạm trú"}, "offset": "P0D"})
    event_id = officer.made("/training-batches", BATCH | days)["id"]
    assert officer.post(f"/events/{event_id}/transitions", {"to": "planned"}).status_code == 200
    assert titles_of(officer, event_id) == expected


@pytest.mark.both_databases("tasks made of templates when a stay becomes longer")
def test_a_stay_that_becomes_long_gets_what_long_stays_need(admin: Caller, officer: Caller) -> None:
    for title, least in (("Thị thực", 31), ("Tạm trú", None), ("Gia hạn", 90)):
        admin.made("/task-templates", TEMPLATE | {"title": {"vi": title}, "min_days": least})
    event_id = officer.made("/training-batches", BATCH)["id"]
    officer.post(f"/events/{event_id}/transitions", {"to": "planned"})
    (task,) = officer.get(f"/events/{event_id}/tasks").json
    gone = officer.call("DELETE", f"/events/{event_id}/tasks/{task['id']}", If_Match="*")
    assert gone.status_code == 204, gone.text
    path = f"/training-batches/{event_id}"
    assert officer.patch(path, {"last_day": "2027-05-09"}).status_code == 200
    assert titles_of(officer, event_id) == {"Thị thực"}, "what somebody took away does not come back"
    # Shorter again: whether the task is still needed, people decide.
    officer.patch(path, {"last_day": "2027-03-21"})
    officer.patch(path, {"last_day": "2027-05-09"})
    assert titles_of(officer, event_id) == {"Thị thực"}
    assert len(officer.get(f"/events/{event_id}/tasks").json) == 1


@pytest.mark.parametrize("least", [0, -1, 3661, "31"])
def test_the_least_length_has_bounds(admin: Caller, least: Any) -> None:
    assert errors(admin.post("/task-templates", TEMPLATE | {"min_days": least})) == {"min_days"}


# For some activities, and for some years of an anniversary


@pytest.mark.both_databases("lists of words as columns")
def test_a_template_may_be_for_some_activities_or_years_only(admin: Caller) -> None:
    of_activities = TEMPLATE | {"kind": "activity", "activity_types": ["seminar", "forum"]}
    of_years = TEMPLATE | {"kind": "anniversary", "grades": "round"}
    made = admin.made("/task-templates", of_activities)
    assert (made["activity_types"], made["grades"]) == (["seminar", "forum"], [])
    assert admin.made("/task-templates", of_years)["grades"] == ["round"]
    one = f"/task-templates/{made['id']}"
    assert errors(admin.patch(one, {"kind": "delegation"})) == {"activity_types"}
    assert admin.patch(one, {"kind": "delegation", "activity_types": []}).status_code == 200
    for wrong, field in (
        (of_activities | {"kind": "delegation"}, "activity_types"),
        (of_years | {"kind": "activity"}, "grades"),
        (of_activities | {"activity_types": ["ball"]}, "activity_types.0"),
        (of_years | {"grades": ["golden"]}, "grades.0"),
    ):
        assert errors(admin.post("/task-templates", wrong)) == {field}


@pytest.mark.parametrize(
    ("activity_type", "expected"), [("seminar", True), ("forum", True), ("meeting", False), ("fair", False)]
)
def test_only_activities_of_these_types_get_the_task(
    admin: Caller, database: Database, activity_type: str, expected: bool
) -> None:
    template = admin.made(
        "/task-templates", TEMPLATE | {"kind": "activity", "activity_types": ["seminar", "forum"], "offset": "-P40D"}
    )
    event = admin.made(
        "/activities",
        {
            "title": {"vi": "Hội thảo"}, "host": "hai-duong", "activity_type": activity_type,
            "first_day": "2027-06-10", "last_day": "2027-06-11",
        },
    )  # fmt: skip
    assert admin.post(f"/events/{event['id']}/transitions", {"to": "planned"}).status_code == 200
    listed = admin.get(f"/events/{event['id']}/tasks").json
    found = [(task["template_id"], task["due"]) for task in listed]
    assert found == ([(template["id"], "2027-05-01")] if expected else [])


@pytest.mark.parametrize(("year", "expected"), [(2034, True), (2029, False), (2030, False)])
def test_only_a_round_year_lists_gifts(admin: Caller, year: int, expected: bool) -> None:
    admin.made("/task-templates", TEMPLATE | {"kind": "anniversary", "grades": ["round"], "offset": "-P14D"})
    definition = {"title": {"en": "Relation"}, "origin": "1984", "parties": ["hai-duong", "vientiane-province"]}
    anniversary = admin.made("/anniversaries", definition)
    ceremony = admin.made(
        f"/anniversaries/{anniversary['id']}/ceremonies",
        {
            "title": {"en": "Ceremony"}, "host": "hai-duong", "year": year, "first_day": f"{year}-05-06",
            "last_day": f"{year}-05-06",
        },
    )  # fmt: skip
    assert admin.post(f"/events/{ceremony['id']}/transitions", {"to": "planned"}).status_code == 200
    assert bool(admin.get(f"/events/{ceremony['id']}/tasks").json) is expected
