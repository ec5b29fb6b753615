"""Undoing one's own change: what comes back, and why something does not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event
from models.resources import Booking
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import BATCH, Caller, Clock

pytestmark = pytest.mark.both_databases("reads the trail by request, locks events, puts rows back")

ITEMS = [
    {"day": "2027-03-10", "start_time": "08:00", "title": {"vi": "Đón đoàn"}},
    {"day": "2027-03-11", "start_time": "09:00", "title": {"vi": "Khai giảng"}},
]


@pytest.fixture
def visit(officer: Caller, approver: Caller) -> str:
    """A confirmed visit's path."""
    path = f"/events/{officer.made('/training-batches', BATCH)['id']}"
    for who, to in ((officer, "planned"), (approver, "confirmed")):
        assert step(who, path, to).status_code == 200
    return path


def step(caller: Caller, path: str, to: str, reason: str | None = None, **more: Any) -> Any:
    return caller.post(f"{path}/transitions", {"to": to} | ({"reason": reason} if reason else {}) | more)


def batch(path: str) -> str:
    return path.replace("/events/", "/training-batches/")


def undo(caller: Caller, answer: Any) -> Any:
    """Undo what a request did."""
    return caller.post(f"/changes/{answer.headers['X-Request-Id']}/undo")


LEFT_OUT = {"sequence", "version", "updated_at", "search_text"}
"""What rises with every change, and folded texts, whose languages PostgreSQL puts in an order of its own."""


def state(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of the events and their parts, but for what always rises."""
    with database.transaction() as session:
        found = {}
        for model in (Event, Member, Task, Booking, ProgrammeItem):
            rows = session.exec(select(model).order_by(model.id)).all()
            found[model.__tablename__] = [
                {name: value for name, value in row.model_dump().items() if name not in LEFT_OUT} for row in rows
            ]
        return found


def differing(one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]) -> list[Any]:
    """What differs between two states, value by value; rows that only one has as a whole."""
    found: list[Any] = []
    for table in one:
        rows, others = ({row["id"]: row for row in state[table]} for state in (one, other))
        for identity in sorted(rows.keys() | others.keys()):
            left, right = rows.get(identity, {}), others.get(identity, {})
            found += [
                (table, name, left.get(name), right.get(name))
                for name in sorted(left.keys() | right.keys())
                if left.get(name) != right.get(name)
            ]
    return found


def assert_undone(caller: Caller, database: Database, change: Callable[[], Any]) -> Any:
    """A change is undone, and then its undoing."""
    before = state(database)
    answer = change()
    assert answer.status_code < 300, answer.text
    after = state(database)
    assert after != before
    undone = undo(caller, answer)
    assert undone.status_code == 200, undone.text
    assert differing(before, state(database)) == []
    again = undo(caller, undone)
    assert again.status_code == 200, again.text
    assert differing(after, state(database)) == []
    assert undo(caller, again).status_code == 200
    assert differing(before, state(database)) == []
    return answer


def test_a_wrong_cancellation(officer: Caller, visit: str, database: Database) -> None:
    confirmed = officer.get(visit).json["confirmed"]
    answer = assert_undone(officer, database, lambda: step(officer, visit, "cancelled", "Nhầm"))
    assert officer.get(visit).json["confirmed"] == confirmed
    assert officer.get(visit).json["status"] == "confirmed"
    second = undo(officer, answer)
    assert (second.status_code, second.json["code"]) == (409, "already_undone")
    assert officer.get(visit).json["sequence"] > 4


@pytest.mark.parametrize("to", ["postponed", "cancelled", "planned", "draft"])
def test_steps(officer: Caller, approver: Caller, visit: str, database: Database, to: str) -> None:
    if to == "draft":
        assert step(officer, visit, "planned").status_code == 200
    assert_undone(officer, database, lambda: step(officer, visit, to, "Nhầm"))


def test_back_from_postponed_with_new_days(officer: Caller, visit: str, database: Database) -> None:
    assert step(officer, visit, "postponed", "Bận").status_code == 200
    days = {"first_day": "2027-04-10", "last_day": "2027-04-21"}
    assert_undone(officer, database, lambda: step(officer, visit, "planned", **days))


def test_putting_into_the_plan_takes_its_tasks_along(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        factories.make_template(session)
    path = f"/events/{officer.made('/training-batches', BATCH)['id']}"
    assert_undone(officer, database, lambda: step(officer, path, "planned"))


@pytest.mark.parametrize(
    "values",
    [
        {"title": {"vi": "Khác"}, "headcount": 3},
        {"first_day": "2027-03-12", "last_day": "2027-03-23"},
        {"first_day": "2027-03-12"},
        {"start_time": "08:00", "end_time": "10:00", "location": None},
        {"budget": {"amount": "5000000", "currency": "VND"}},
        {"visibility": "public"},
        {
            "phases": [
                {"title": {"vi": "Học"}, "first_day": "2027-03-10", "last_day": "2027-03-15"},
                {"title": {"vi": "Thi"}, "first_day": "2027-03-16", "last_day": "2027-03-21"},
            ]
        },
    ],
)
def test_values_of_an_event(
    officer: Caller, admin: Caller, visit: str, database: Database, values: dict[str, Any]
) -> None:
    room = admin.made("/resources", {"name": {"vi": "Phòng"}, "type": "room", "locality": "hai-duong"})["id"]
    officer.made("/bookings", {"event_id": visit.split("/")[2], "resource_id": room})
    assert officer.call("PUT", f"{visit}/programme", {"items": ITEMS}, If_Match="*").status_code == 200
    officer.made(f"{visit}/tasks", {"title": {"vi": "Xe"}, "due_offset": "-P3D"})
    assert_undone(officer, database, lambda: officer.patch(batch(visit), values))


def test_people(officer: Caller, visit: str, database: Database) -> None:
    with database.transaction() as session:
        body, other = factories.make_organisation(session), factories.make_organisation(session)
        person = factories.make_person(session, organisation_id=body.id, position={"vi": "Giám đốc"})
        identity = person.id
    add = {"person_id": identity, "role": "head"}
    assert_undone(officer, database, lambda: officer.post(f"{visit}/members", add))
    member = f"{visit}/members/{officer.made(f'{visit}/members', add)['id']}"
    assert_undone(officer, database, lambda: officer.patch(member, {"role": "deputy", "side": "host"}, "*"))
    assert_undone(officer, database, lambda: officer.patch(member, {"answer": "accepted"}, "*"))
    with database.transaction() as session:
        row = session.get_one(type(person), identity)
        row.organisation_id, row.position = other.id, {"vi": "Phó giám đốc"}
    # Whoever is put back is there for whom they were: another body learns nothing by it.
    assert_undone(officer, database, lambda: officer.delete(member, "*"))
    with database.transaction() as session:
        assert session.exec(select(Member)).one().organisation_id == body.id


def test_tasks(officer: Caller, visit: str, database: Database) -> None:
    new = {"title": {"vi": "Xe"}, "due_offset": "-P3D"}
    assert_undone(officer, database, lambda: officer.post(f"{visit}/tasks", new))
    task = f"{visit}/tasks/{officer.made(f'{visit}/tasks', new)['id']}"
    assert_undone(officer, database, lambda: officer.patch(task, {"done": True}, "*"))
    assert_undone(officer, database, lambda: officer.patch(task, {"due_on": "2027-03-01"}, "*"))
    assert officer.patch(task, {"done": True}, "*").status_code == 200
    assert_undone(officer, database, lambda: officer.delete(task, "*"))


def test_bookings(officer: Caller, admin: Caller, visit: str, database: Database) -> None:
    names = ({"vi": "Phòng 1"}, {"vi": "Phòng 2"})
    room, other = (
        admin.made("/resources", {"name": name, "type": "room", "locality": "hai-duong"})["id"] for name in names
    )
    new = {"event_id": visit.split("/")[2], "resource_id": room, "note": "Hàng đầu"}
    assert_undone(officer, database, lambda: officer.post("/bookings", new))
    booking = f"/bookings/{officer.made('/bookings', new)['id']}"
    assert_undone(officer, database, lambda: officer.patch(booking, {"resource_id": other}))
    hours = {"from": "2027-03-11T08:00", "to": "2027-03-11T10:00"}
    assert_undone(officer, database, lambda: officer.patch(booking, hours))
    assert officer.patch(booking, hours).status_code == 200
    assert_undone(officer, database, lambda: officer.delete(booking))
    assert_undone(officer, database, lambda: step(officer, visit, "cancelled", "Nhầm"))


def test_programme(officer: Caller, visit: str, database: Database) -> None:
    path = f"{visit}/programme"
    assert_undone(officer, database, lambda: officer.call("PUT", path, {"items": ITEMS}, If_Match="*"))
    assert officer.call("PUT", path, {"items": ITEMS}, If_Match="*").status_code == 200
    fewer = {"items": ITEMS[1:]}
    assert_undone(officer, database, lambda: officer.call("PUT", path, fewer, If_Match="*"))


def test_the_trail_names_what_was_undone(officer: Caller, visit: str, database: Database) -> None:
    answer = step(officer, visit, "cancelled", "Nhầm")
    undone = undo(officer, answer)
    assert undone.json["undoes"] == answer.headers["X-Request-Id"]
    assert undone.json["request_id"] == undone.headers["X-Request-Id"]
    with database.transaction() as session:
        rows = session.exec(select(Audit).where(Audit.request_id == undone.json["request_id"])).all()
        assert {row.undoes for row in rows} == {undone.json["undoes"]}
        # What is kept for undoing is told by no reading.
    assert "kept" not in officer.get(f"{visit}/history").text


def test_only_who_did_it(
    officer: Caller, approver: Caller, caller: Callable[..., Caller], visit: str, database: Database
) -> None:
    answer = step(officer, visit, "cancelled", "Nhầm")
    refused = undo(approver, answer)
    assert (refused.status_code, refused.json["code"]) == (403, "not_yours")
    with database.transaction() as session:
        stranger = factories.make_organisation(session).id
    # Who can't read the visit does not learn that anything was done.
    assert undo(caller(Role.OFFICER, organisation_id=stranger), answer).status_code == 404
    assert officer.post("/changes/nothing-of-the-kind/undo").status_code == 404
    assert undo(officer, answer).status_code == 200


def test_what_changed_since(officer: Caller, approver: Caller, visit: str) -> None:
    answer = officer.patch(batch(visit), {"headcount": 3})
    assert approver.patch(batch(visit), {"headcount": 4}).status_code == 200
    refused = undo(officer, answer)
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (409, "changed_since", "headcount")
    assert refused.json["changed_by"] in refused.json["detail"]
    # What else changed is no reason.
    assert approver.patch(batch(visit), {"headcount": 3, "title": {"vi": "Khác"}}).status_code == 200
    assert undo(officer, answer).status_code == 200
    assert officer.get(visit).json["headcount"] == BATCH["headcount"]
    assert officer.get(visit).json["title"] == {"vi": "Khác"}


def test_a_confirmation_does_not_come_back_over_other_values(officer: Caller, approver: Caller, visit: str) -> None:
    answer = step(officer, visit, "cancelled", "Nhầm")
    assert officer.patch(batch(visit), {"headcount": 99}).status_code == 200
    refused = undo(officer, answer)
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (409, "changed_since", "headcount")
    assert officer.get(visit).json["status"] == "cancelled"
    assert officer.patch(batch(visit), {"headcount": BATCH["headcount"]}).status_code == 200
    assert undo(officer, answer).status_code == 200
    assert officer.get(visit).json["changed_since_confirmed"] is False


def test_a_confirmation_does_not_come_back_over_a_later_cancellation(
    officer: Caller, approver: Caller, visit: str
) -> None:
    """Who called it off last has decided it, even if the status reads as the first one left it."""
    answer = step(officer, visit, "cancelled", "Nhầm")
    replanned = step(approver, visit, "planned")
    assert replanned.status_code == 200
    assert step(approver, visit, "cancelled", "Hoãn").status_code == 200
    refused = undo(officer, answer)
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (409, "changed_since", "status")
    assert refused.json["changed_by"] in refused.json["detail"]
    shown = officer.get(visit).json
    assert (shown["status"], shown["confirmed"]) == ("cancelled", None)


def test_steps_that_were_undone_are_none(officer: Caller, approver: Caller, visit: str) -> None:
    """One step after another is taken back, by those who took them, until the first."""
    answer = step(officer, visit, "cancelled", "Nhầm")
    replanned = step(approver, visit, "planned")
    assert undo(officer, answer).json["code"] == "changed_since"
    again = undo(approver, replanned)
    redone = undo(approver, again)
    assert undo(officer, answer).json["code"] == "changed_since"
    assert undo(approver, redone).status_code == 200
    assert undo(officer, answer).status_code == 200
    assert officer.get(visit).json["status"] == "confirmed"


def test_nobody_confirms_by_undoing(officer: Caller, approver: Caller, visit: str) -> None:
    """A confirmation is not undone, and taking one back gives it back only to whom it was."""
    with_confirmation = step(approver, visit, "planned")
    confirmed = undo(approver, with_confirmation)
    assert confirmed.status_code == 200  # their own step back, and nothing changed
    taken = step(approver, visit, "planned")
    anew = step(approver, visit, "confirmed")
    refused = undo(approver, anew)
    assert (refused.status_code, refused.json["code"]) == (409, "not_undoable")
    assert undo(approver, taken).json["code"] == "changed_since"


def test_who_changed_what_stays_theirs(caller: Callable[..., Caller], officer: Caller) -> None:
    """An approver's change is theirs again after another one's change over it was undone: they can't confirm it."""
    one, two = caller(Role.APPROVER), caller(Role.APPROVER)
    path = f"/events/{officer.made('/training-batches', BATCH)['id']}"
    assert step(officer, path, "planned").status_code == 200
    assert one.patch(batch(path), {"headcount": 20}).status_code == 200
    assert undo(two, two.patch(batch(path), {"headcount": 21})).status_code == 200
    assert step(one, path, "confirmed").json["code"] == "four_eyes"
    assert step(two, path, "confirmed").status_code == 200


def test_undoing_over_a_confirmation_is_a_change(caller: Callable[..., Caller], officer: Caller) -> None:
    """Who takes back what somebody confirmed in between has changed it, and can't accept that."""
    one, two = caller(Role.APPROVER), caller(Role.APPROVER)
    path = f"/events/{officer.made('/training-batches', BATCH)['id']}"
    assert step(officer, path, "planned").status_code == 200
    answer = one.patch(batch(path), {"headcount": 20})
    assert step(two, path, "confirmed").status_code == 200
    assert undo(one, answer).status_code == 200
    assert officer.get(path).json["changed_since_confirmed"] is True
    assert one.post(f"{path}/accept-changes").json["code"] == "four_eyes"
    assert two.post(f"{path}/accept-changes").status_code == 200


def test_rights_are_those_of_now(officer: Caller, visit: str, database: Database) -> None:
    answer = officer.patch(batch(visit), {"headcount": 3})
    with database.transaction() as session:
        body, owner = factories.make_organisation(session), factories.make_organisation(session)
        event = session.get_one(Event, visit.split("/")[2])
        event.organisation_id, event.created_by, event.visibility = owner.id, None, "public"
        session.execute(
            text('UPDATE "user" SET organisation_id = :body WHERE id = :id'), {"body": body.id, "id": officer.user_id}
        )
    refused = undo(officer, answer)
    assert (refused.status_code, refused.json["code"]) == (403, "not_in_charge")


def test_bookings_come_back_only_if_free(officer: Caller, admin: Caller, visit: str, database: Database) -> None:
    room = admin.made("/resources", {"name": {"vi": "Phòng"}, "type": "room", "locality": "hai-duong"})["id"]
    officer.made("/bookings", {"event_id": visit.split("/")[2], "resource_id": room})
    answer = step(officer, visit, "cancelled", "Nhầm")
    other = officer.made("/training-batches", BATCH)["id"]
    officer.made("/bookings", {"event_id": other, "resource_id": room})
    before = state(database)
    refused = undo(officer, answer)
    assert refused.status_code == 409
    assert refused.json["conflicts"]
    assert state(database) == before


def test_what_was_entered_into_something_new_is_not_deleted(
    officer: Caller, approver: Caller, admin: Caller, visit: str, database: Database
) -> None:
    """Undoing "added" would delete what somebody wrote there since, be it a field that was empty before."""
    with database.transaction() as session:
        person = factories.make_person(session).id
    room = admin.made("/resources", {"name": {"vi": "Phòng"}, "type": "room", "locality": "hai-duong"})["id"]
    booking = {"event_id": visit.split("/")[2], "resource_id": room}
    added: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        (f"{visit}/tasks", f"{visit}/tasks", {"title": {"vi": "Xe"}, "due_offset": "-P3D"}, {"person_id": person}),
        (f"{visit}/members", f"{visit}/members", {"person_id": person, "role": "member"}, {"rank": 3}),
        ("/bookings", "/bookings", booking, {"note": "Phó Chủ tịch dự"}),
    ]
    for path, own, new, written in added:
        answer = officer.post(path, new)
        thing = f"{own}/{answer.json['id']}"
        change = approver.patch(thing, written, None if path == "/bookings" else "*")
        assert change.status_code == 200, change.text
        refused = undo(officer, answer)
        assert (refused.status_code, refused.json["code"]) == (409, "changed_since"), path
        assert refused.json["field"] in written
        assert refused.json["changed_by"] in refused.json["detail"]
        assert undo(approver, change).status_code == 200
        assert undo(officer, answer).status_code == 200


def test_a_keepers_answer_is_not_undone(
    officer: Caller, approver: Caller, admin: Caller, visit: str, database: Database
) -> None:
    keeper = {"keepers": [f"user:{approver.user_id}"], "needs_approval": True}
    room = admin.made("/resources", {"name": {"vi": "Phòng"}, "type": "room", "locality": "hai-duong"} | keeper)["id"]
    new = {"event_id": visit.split("/")[2], "resource_id": room}
    # What waits for the keeper is deleted and asked for again.
    booking = f"/bookings/{officer.made('/bookings', new)['id']}"
    assert officer.get(booking).json["state"] == "asked"
    assert_undone(officer, database, lambda: officer.delete(booking))
    assert officer.get(booking).json["state"] == "asked"
    answer = approver.post(f"{booking}/approve", If_Match="*")
    moved = officer.patch(booking, {"from": "2027-03-11T08:00", "to": "2027-03-11T10:00"})
    refuse = approver.post(f"{booking}/refuse", {"reason": "Sửa điện"}, If_Match="*")
    for caller, one in ((approver, answer), (officer, moved), (approver, refuse), (officer, officer.delete(booking))):
        assert one.status_code < 300, one.text
        refused = undo(caller, one)
        assert (refused.status_code, refused.json["code"]) == (409, "not_undoable"), refused.text


def test_in_its_time(officer: Caller, visit: str, clock: Clock) -> None:
    answer = step(officer, visit, "cancelled", "Nhầm")
    clock.move(days=7, seconds=1)
    assert undo(officer, answer).json["code"] == "too_late"
    clock.move(seconds=-1)
    assert undo(officer, answer).status_code == 200


def test_never_undone(officer: Caller, visit: str, clock: Clock) -> None:
    assert officer.call("PUT", f"{visit}/programme", {"items": ITEMS}, If_Match="*").status_code == 200
    published = officer.post(f"{visit}/programme/revisions", {})
    made = officer.post("/training-batches", BATCH)
    clock.now = datetime(2027, 3, 10, 5, tzinfo=UTC)
    begun = step(officer, visit, "ongoing")
    for answer in (published, made, begun):
        assert answer.status_code < 300, answer.text
        refused = undo(officer, answer)
        assert (refused.status_code, refused.json["code"]) == (409, "not_undoable"), refused.text


def test_a_key_replays_the_answer(officer: Caller, visit: str) -> None:
    answer = step(officer, visit, "cancelled", "Nhầm")
    path = f"/changes/{answer.headers['X-Request-Id']}/undo"
    first = officer.post(path, Idempotency_Key="once")
    assert officer.post(path, Idempotency_Key="once").json == first.json
