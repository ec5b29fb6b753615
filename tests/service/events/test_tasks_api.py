"""Tasks over the API: when they are due and what moves that, what is overdue, and the tasks of all events."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.vocabulary import EventKind, EventStatus
from service.actions.context import ActionContext
from service.actions.events import events, tasks
from service.actions.reminders import reminder_planning
from tests import factories
from tests.at_once import meanwhile
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.web.test_pages import count_queries

VISIT = BATCH | {"title": {"vi": "Đoàn công tác"}, "last_day": "2027-03-12"}
"""Wednesday 10 to Friday 12 March 2027; Monday 8 March is off in Laos."""


@pytest.fixture
def visit(officer: Caller) -> Any:
    return officer.made("/delegations", VISIT)


def dues(caller: Caller, event: Any) -> list[str | None]:
    return [task["due"] for task in caller.get(f"/events/{event['id']}/tasks").json]


def errors(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.text
    return set(answer.json["errors"])


# When a task is due


@pytest.mark.parametrize(
    ("wish", "due"),
    [
        ({"due_offset": "-P2W"}, "2027-02-24"),
        ({"due_offset": "-P2D", "working_days": True}, "2027-03-05"),
        ({"due_offset": "P10D", "anchor": "departure"}, "2027-03-22"),
        ({"due_offset": "P1D", "anchor": "departure", "working_days": True}, "2027-03-15"),
        ({"due_on": "2027-01-02", "anchor": "departure"}, "2027-01-02"),
        ({}, None),
    ],
)
def test_a_task_is_due_as_it_is_counted(officer: Caller, visit: Any, wish: dict[str, Any], due: str | None) -> None:
    task = officer.made(f"/events/{visit['id']}/tasks", {"title": {"vi": "Việc"}} | wish)
    assert task["due"] == due
    assert "due_day" not in task
    assert (task["overdue"], task["template_id"]) == (False, None)
    assert task["anchor"] == wish.get("anchor", "arrival")
    assert task["working_days"] == wish.get("working_days", False)


def test_a_changed_task_is_reckoned_anew_in_one_audit_row(officer: Caller, visit: Any, database: Database) -> None:
    path = f"/events/{visit['id']}/tasks"
    task = officer.made(path, {"title": {"vi": "Việc"}, "due_offset": "-P2D"})
    one = f"{path}/{task['id']}"
    for change, due in (
        ({"working_days": True}, "2027-03-05"),
        ({"anchor": "departure"}, "2027-03-10"),
        ({"due_on": "2027-01-04"}, "2027-01-04"),
        ({"due_offset": "P1D"}, "2027-03-15"),
        ({"due_offset": None}, None),
    ):
        assert officer.call("PATCH", one, change, If_Match="*").json["due"] == due
    with database.transaction(write=False) as session:
        found = session.exec(select(Audit).where(Audit.entity == "task", Audit.action == "change")).all()
    assert len(found) == 5
    assert found[0].changes["due_day"] == {"from": "2027-03-08", "to": "2027-03-05"}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"due_offset": "-P3000D", "working_days": True}, "due_offset"),
        ({"due_offset": "-P4000D"}, "due_offset"),
        ({"due_offset": "-P1M"}, "due_offset"),
        ({"due_offset": "-PT3H"}, "due_offset"),
        ({"due_offset": "-P1D", "due_on": "2027-01-01"}, "due_offset"),
        ({"anchor": "start"}, "anchor"),
        ({"working_days": "yes"}, "working_days"),
        ({"due_day": "2027-01-01"}, "due_day"),
        ({"template_id": "x"}, "template_id"),
        ({"overdue": True}, "overdue"),
    ],
)
def test_bad_tasks_name_the_field(officer: Caller, visit: Any, bad: dict[str, Any], field: str) -> None:
    assert errors(officer.post(f"/events/{visit['id']}/tasks", {"title": {"vi": "x"}} | bad)) == {field}
    assert dues(officer, visit) == []


# What moves it


def test_due_days_move_with_the_visit_without_audit_rows_of_their_own(
    officer: Caller, visit: Any, database: Database
) -> None:
    path = f"/events/{visit['id']}/tasks"
    for wish in (
        {"due_offset": "-P14D"},
        {"due_offset": "-P1D", "working_days": True},
        {"due_offset": "P10D", "anchor": "departure"},
        {"due_on": "2027-01-04"},
    ):
        officer.made(path, {"title": {"vi": "Việc"}} | wish)
    one = f"/delegations/{visit['id']}"
    assert dues(officer, visit) == ["2027-02-24", "2027-03-09", "2027-03-22", "2027-01-04"]
    officer.patch(one, {"first_day": "2027-03-16", "last_day": "2027-03-19"})
    assert dues(officer, visit) == ["2027-03-02", "2027-03-15", "2027-03-29", "2027-01-04"]
    officer.patch(one, {"arrives_on": "2027-03-15", "departs_on": "2027-03-20"})
    assert dues(officer, visit) == ["2027-03-01", "2027-03-12", "2027-03-30", "2027-01-04"]
    officer.patch(one, {"headcount": 13})
    with database.transaction(write=False) as session:
        found = session.exec(select(Audit).where(Audit.entity == "task")).all()
    assert [row.action for row in found] == ["create"] * 4


def test_a_postponed_visit_takes_its_tasks_to_its_new_days(officer: Caller, visit: Any) -> None:
    officer.made(
        "/reminder-rules", {"name": "Hạn", "anchor": "task_due", "offset": "PT8H", "audience": ["email:a@b.vn"]}
    )
    officer.made(f"/events/{visit['id']}/tasks", {"title": {"vi": "Việc"}, "due_offset": "-P14D"})
    steps = f"/events/{visit['id']}/transitions"
    officer.post(steps, {"to": "planned"})
    officer.post(steps, {"to": "postponed", "reason": "bão"})
    days = {"first_day": "2027-05-10", "last_day": "2027-05-12"}
    assert officer.post(steps, {"to": "planned"} | days).status_code == 200
    assert dues(officer, visit) == ["2027-04-26"]
    pending = officer.get(f"/reminders?state=pending&event_id={visit['id']}").json
    assert [one["due_at"] for one in pending] == ["2027-04-26T01:00:00Z"]


@pytest.mark.parametrize(("anchor", "field"), [("arrival", "first_day"), ("departure", "last_day")])
def test_a_visit_can_not_move_where_a_task_can_not_be_counted(
    officer: Caller, visit: Any, database: Database, anchor: str, field: str
) -> None:
    with database.transaction() as session:
        event = session.get(Event, visit["id"])
        assert event is not None
        task = factories.make_task(session, event, due_on=date(2027, 1, 1), anchor=anchor)
        task.due_on, task.due_offset, task.working_days = None, "-P3000D", True
    one = f"/delegations/{visit['id']}"
    answer = officer.patch(one, {"first_day": "2027-04-10", "last_day": "2027-04-12"})
    assert errors(answer) == {field}
    assert "Việc" in answer.json["errors"][field][0]
    assert officer.get(one).json["first_day"] == "2027-03-10"
    assert dues(officer, visit) == ["2027-01-01"]


def test_moving_a_visit_takes_the_same_queries_for_one_task_and_many(
    officer: Caller, visit: Any, database: Database
) -> None:
    path, one = f"/events/{visit['id']}/tasks", f"/delegations/{visit['id']}"
    found = []
    for number, made in enumerate((1, 4)):
        for _ in range(made):
            officer.made(path, {"title": {"vi": "Việc"}, "due_offset": "-P5D", "working_days": True})
        etag, first = officer.etag(one), f"2027-03-{17 + number}"
        wish = {"first_day": first, "last_day": f"2027-03-{19 + number}"}
        found.append(count_queries(database, lambda: officer.patch(one, wish, etag)))  # noqa: B023
    assert found[0] == found[1]
    assert dues(officer, visit) == ["2027-03-11"] * 5


OFF = {"country": "VN", "category": "public", "name": {"vi": "Nghỉ bù"}, "source": "Thông báo"}


def test_tasks_that_count_working_days_follow_the_offices_days_off(officer: Caller, admin: Caller, visit: Any) -> None:
    officer.made(
        "/reminder-rules", {"name": "Hạn", "anchor": "task_due", "offset": "PT8H", "audience": ["email:a@b.vn"]}
    )
    officer.post(f"/events/{visit['id']}/transitions", {"to": "planned"})
    path = f"/events/{visit['id']}/tasks"
    for working_days in (True, False, True):
        officer.made(path, {"title": {"vi": "Việc"}, "due_offset": "-P1D", "working_days": working_days})
    finished = officer.get(path).json[2]["id"]
    officer.call("PATCH", f"{path}/{finished}", {"done": True}, If_Match="*")

    def pending() -> list[str]:
        return sorted(one["due_at"] for one in officer.get("/reminders?state=pending").json)

    assert pending() == ["2027-03-09T01:00:00Z"] * 2
    off = admin.made("/office-holidays", OFF | {"first_day": "2027-03-09"})
    assert dues(officer, visit) == ["2027-03-05", "2027-03-09", "2027-03-09"]
    assert pending() == ["2027-03-05T01:00:00Z", "2027-03-09T01:00:00Z"]
    one = f"/office-holidays/{off['id']}"
    admin.patch(one, {"first_day": "2027-03-05"})
    assert dues(officer, visit) == ["2027-03-09"] * 3
    admin.patch(one, {"first_day": "2027-03-09"})
    reopened = officer.call("PATCH", f"{path}/{finished}", {"done": False}, If_Match="*")
    assert reopened.json["due"] == "2027-03-05"
    admin.delete(one)
    assert dues(officer, visit) == ["2027-03-09"] * 3
    assert pending() == ["2027-03-09T01:00:00Z"] * 3


def test_days_off_that_leave_a_task_uncountable_are_refused(
    officer: Caller, admin: Caller, visit: Any, database: Database
) -> None:
    officer.made(
        f"/events/{visit['id']}/tasks", {"title": {"vi": "Việc"}, "due_offset": "-P2350D", "working_days": True}
    )
    (before,) = dues(officer, visit)
    refused = None
    for year in range(2018, 2027):
        for month in ("03", "06", "09"):
            answer = admin.post("/office-holidays", OFF | {"first_day": f"{year}-{month}-11", "days": 60})
            if answer.status_code != 201:
                refused = answer
                break
    assert refused is not None
    assert (refused.status_code, refused.json["code"]) == (409, "task_uncountable")
    assert dues(officer, visit) != [before]


# At the same moment


def task_and_move_at_once(database: Database, act: ActionContext) -> date | None:
    """Move a visit by a week, and add a task to it while the move is not committed; when the task is then due."""
    with database.transaction() as session:
        event_id = factories.make_event(session, first_day=date(2027, 3, 10)).id

    def add_a_task() -> None:
        with database.transaction() as session:
            values = {"title": {"vi": "Việc"}, "due_offset": "-P7D"}
            tasks.add_task(session, act, events.find_event(session, event_id), values)

    with meanwhile(database, add_a_task) as start, database.transaction() as session:
        days = {"first_day": date(2027, 3, 17), "last_day": date(2027, 3, 17)}
        events.change_event(session, act, events.find_event(session, event_id), days)
        start()
    with database.transaction(write=False) as session:
        return session.exec(select(Task.due_day)).one()


@pytest.fixture
def act(clock: Clock) -> ActionContext:
    return ActionContext(None, clock.now, factories.OFFICE)


def test_a_task_made_while_its_visit_moves_is_due_by_the_new_days(database: Database, act: ActionContext) -> None:
    assert task_and_move_at_once(database, act) == date(2027, 3, 10)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_lock_it_is_due_by_the_old_ones(
    database: Database, act: ActionContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminder_planning, "lock_planning", lambda *arguments: None)
    assert task_and_move_at_once(database, act) == date(2027, 3, 3)


# What is overdue


@pytest.mark.parametrize("status", EventStatus)
def test_overdue_says_the_same_in_lists_and_filters(officer: Caller, database: Database, status: EventStatus) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, status=status)
        late = factories.make_task(session, event, due_on=date(2026, 11, 21)).id
        others = [
            factories.make_task(session, event, due_on=date(2026, 11, 22)).id,
            factories.make_task(session, event, due_on=date(2026, 11, 21), done=True).id,
            factories.make_task(session, event, due_on=None).id,
        ]
    waits = status in {EventStatus.DRAFT, EventStatus.POSTPONED, EventStatus.CANCELLED}
    found = {True: [] if waits else [late], False: sorted([*others, late] if waits else others)}
    for overdue, expected in found.items():
        listed = officer.get(f"/tasks?overdue={str(overdue).lower()}").json
        assert sorted(task["id"] for task in listed) == expected
        assert all(task["overdue"] is overdue for task in listed)
    shown = officer.get(f"/events/{event.id}/tasks").json
    assert [task["id"] for task in shown if task["overdue"]] == found[True]


def test_a_task_that_became_overdue_over_night_is_not_stale(officer: Caller, clock: Clock) -> None:
    event = officer.made("/delegations", VISIT | {"first_day": "2026-12-02", "last_day": "2026-12-03"})
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    made = officer.post(f"/events/{event['id']}/tasks", {"title": {"vi": "Việc"}, "due_on": "2026-11-22"})
    clock.move(days=1)
    one = f"/events/{event['id']}/tasks/{made.json['id']}"
    changed = officer.patch(one, {"title": {"vi": "Việc khác"}}, made.headers["ETag"])
    assert (changed.status_code, changed.json["overdue"]) == (200, True)
    assert officer.patch(one, {"done": True}, made.headers["ETag"]).status_code == 412


# The tasks of all events


@pytest.fixture
def many(database: Database) -> dict[str, str]:
    """Name → id of tasks of two visits, made in another order than they are due."""
    with database.transaction() as session:
        office = factories.make_organisation(session)
        lan = factories.make_person(session, name="Lan")
        early = factories.make_event(session, first_day=date(2026, 12, 2), title={"vi": "Đoàn Viêng Chăn"})
        late = factories.make_event(
            session, first_day=date(2027, 3, 10), kind=EventKind.ACTIVITY, title={"vi": "Hội chợ"}
        )
        made = {
            "whenever": factories.make_task(session, late, due_on=None, title={"vi": "Xin thị thực"}),
            "later": factories.make_task(session, late, due_offset="-P9D", person_id=lan.id, title={"vi": "Đặt vé"}),
            "same day": factories.make_task(session, late, due_on=date(2026, 11, 25), title={"vi": "Xin thị thực"}),
            "first": factories.make_task(session, early, due_offset="-P7D", organisation_id=office.id),
            "done": factories.make_task(session, early, due_on=date(2026, 11, 1), done=True, title={"vi": "100% xong"}),
        }
        return {name: task.id for name, task in made.items()} | {
            "office": office.id, "lan": lan.id, "early": early.id,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["done", "first", "same day", "later", "whenever"]),
        ("done=false", ["first", "same day", "later", "whenever"]),
        ("done=true", ["done"]),
        ("from=2026-11-25&to=2026-11-25", ["first", "same day"]),
        ("from=2026-11-26", ["later"]),
        ("to=2026-11-24", ["done"]),
        ("event_id={early}", ["done", "first"]),
        ("organisation_id={office}", ["first"]),
        ("person_id={lan}", ["later"]),
        ("person_id=nobody", []),
        ("q=thi thuc", ["same day", "whenever"]),
        ("q=THỊ hoi cho", ["same day", "whenever"]),
        ("q=vien chan", ["done", "first"]),
        ("q=100%25", ["done"]),
        ("q=%25", ["done"]),
        ("q=_", []),
        ("q=thi thuc vieng chan", []),
    ],
)
@pytest.mark.both_databases("every filter as a condition, and NULLs in the order")
def test_tasks_are_filtered_and_stand_by_their_due_day(
    viewer: Caller, many: dict[str, str], query: str, expected: list[str]
) -> None:
    answer = viewer.get(f"/tasks?{query.format(**many)}")
    assert answer.status_code == 200, answer.text
    assert [task["id"] for task in answer.json] == [many[name] for name in expected]
    assert f'"total": {len(expected)}' in answer.headers["X-Pagination"]


def test_a_listed_task_tells_its_event(viewer: Caller, many: dict[str, str]) -> None:
    (task,) = viewer.get(f"/tasks?organisation_id={many['office']}").json
    assert task["event"] == {
        "id": many["early"],
        "title": {"vi": "Đoàn Viêng Chăn"},
        "kind": "delegation",
        "status": "planned",
        "first_day": "2026-12-02",
        "last_day": "2026-12-02",
    }
    assert (task["event_id"], task["due"], task["due_offset"]) == (many["early"], "2026-11-25", "-P7D")
    page = viewer.get("/tasks?page=2&page_size=2")
    assert [one["id"] for one in page.json] == [many["same day"], many["later"]]
    assert '"total": 5' in page.headers["X-Pagination"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("late=true", "late"), ("overdue=perhaps", "overdue"), ("from=2027-01-02&to=2027-01-01", "to"), ("to=x", "to")],
)
def test_a_bad_filter_is_named(viewer: Caller, query: str, field: str) -> None:
    assert errors(viewer.get(f"/tasks?{query}")) == {field}


@pytest.mark.parametrize("query", ["", "?q=viec&overdue=false"])
def test_the_list_takes_the_same_queries_for_one_and_three(viewer: Caller, database: Database, query: str) -> None:
    found = []
    for made in (1, 2):
        with database.transaction() as session:
            for _ in range(made):
                factories.make_task(session, factories.make_event(session))
        found.append(count_queries(database, lambda: viewer.get(f"/tasks{query}")))
    assert found[0] == found[1]
    assert found[0] <= (5 if query else 4)
