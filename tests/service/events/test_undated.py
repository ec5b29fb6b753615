"""Events known to the month or the year: entered when they are over, with nothing that needs a day, put right later."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import BATCH, Caller

pytestmark = pytest.mark.both_databases("the bounds of what is known are compared as dates, and a CHECK holds them")

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SURVEY = {
    "title": {"vi": "Cử chuyên gia chăn nuôi sang Viêng Chăn", "en": "Livestock experts in Viêng Chăn"},
    "host": "vientiane-province",
    "guest": "hai-duong",
    "status": "completed",
}


def known(first: str, last: str | None = None, **more: Any) -> dict[str, Any]:
    return SURVEY | {"first_day": first, "last_day": last or first} | more


@pytest.mark.parametrize(
    ("first", "last", "bounds", "known_to"),
    [
        ("2008", "2008", ("2008-01-01", "2008-12-31"), "year"),
        ("2008", "2012", ("2008-01-01", "2012-12-31"), "year"),
        ("1984", "2009", ("1984-01-01", "2009-12-31"), "year"),  # longer than an event with days may be
        ("2021-06", "2021-06", ("2021-06-01", "2021-06-30"), "month"),
        ("2024-02", "2024-02", ("2024-02-01", "2024-02-29"), "month"),
        ("2021-06-15", "2021-06-16", ("2021-06-15", "2021-06-16"), "day"),
        ("2026", "2026", ("2026-01-01", "2026-12-31"), "year"),  # the tests' year: it was in it, before today
    ],
)
def test_what_is_over_is_entered_as_closely_as_it_is_known(
    officer: Caller, first: str, last: str, bounds: tuple[str, str], known_to: str
) -> None:
    made = officer.made("/activities", known(first, last))
    assert (made["first_day"], made["last_day"], made["known_to"]) == (*bounds, known_to)
    assert (made["status"], made["start_time"], made["arrives_on"], made["departs_on"]) == ("completed", None, *bounds)
    assert officer.get(f"/activities/{made['id']}").json == made


def test_bounds_written_out_say_the_same(officer: Caller) -> None:
    body = known("2008-01-01", "2012-12-31", known_to="year")
    assert officer.made("/activities", body)["known_to"] == "year"
    assert officer.made("/activities", known("2008", "2012", known_to="year"))["last_day"] == "2012-12-31"


WRONG = {
    "not known alike": (known("2008", "2008-12-31"), {"last_day"}),
    "a year and a month": (known("2008", "2008-06"), {"last_day"}),
    "in the wrong order": (known("2012", "2008"), {"last_day"}),
    "no whole year": (known("2008-01-01", "2008-12-30", known_to="year"), {"first_day", "last_day"}),
    "no whole month": (known("2021-06-02", "2021-06-30", known_to="month"), {"first_day", "last_day"}),
    "another word than written": (known("2008", known_to="month"), {"known_to"}),
    "a day that is said to be a month": (known("2021-06", known_to="day"), {"known_to"}),
    "a month that is none": (known("2021-13"), {"first_day", "last_day"}),
    "a number": (SURVEY | {"first_day": 2008, "last_day": 2008}, {"first_day", "last_day"}),
    "yet to come": (known("2027"), {"last_day"}),
    "the month yet to come": (known("2026-12"), {"last_day"}),
    "a day yet to come": (known("2026-11-23"), {"last_day"}),
    "longer than anybody remembers": (known("1900", "2009"), {"last_day"}),
    "days of more than ten years": (known("1984-01-01", "2009-12-31"), {"last_day"}),
    "hours": (known("2008", start_time="08:00"), {"start_time"}),
    "an end": (known("2021-06", end_time="17:00"), {"end_time"}),
    "an arrival": (known("2008", arrives_on="2008-05-04"), {"arrives_on"}),
    "a departure": (known("2008", departs_on="2008-05-04"), {"departs_on"}),
    "a draft": (known("2008", status="draft"), {"status"}),
    "no status": ({name: value for name, value in known("2008").items() if name != "status"}, {"status"}),
    "a status that comes by a step": (known("2008", status="confirmed"), {"status"}),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_named(officer: Caller, case: str) -> None:
    body, fields = WRONG[case]
    answer = officer.post("/activities", body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, fields), answer.json
    assert officer.get("/events?known_to=day,month,year").json == []


@pytest.mark.parametrize(
    ("path", "more", "field"),
    [
        (
            "/training-batches",
            {"phases": [{"title": {"vi": "Tiếng Việt"}, "first_day": "2008-09-01", "last_day": "2009-06-30"}]},
            "phases",
        ),
        ("/art-troupe-visits", {"performances": [{"day": "2008-12-02"}]}, "performances"),
    ],
)
def test_parts_with_days_of_their_own_need_the_events_days(
    officer: Caller, path: str, more: dict[str, Any], field: str
) -> None:
    answer = officer.post(path, known("2008") | more)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})
    assert officer.made(path, known("2008"))[field] == []


def test_who_enters_history(caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        department = factories.make_organisation(session).id
        office = factories.make_organisation(session, protocol_office=True).id
    for role, organisation, status in (
        (Role.VIEWER, office, 403),
        (Role.OFFICER, department, 403),
        (Role.OFFICER, office, 201),
        (Role.OFFICER, None, 201),
        (Role.ADMIN, office, 201),
    ):
        for body in (known("2008"), known("2021-06-15")):
            answer = caller(role, organisation_id=organisation).post("/activities", body)
            assert answer.status_code == status, answer.json
            if status == 403 and role is Role.OFFICER:
                assert (answer.json["code"], set(answer.json["errors"])) == ("protocol_office_required", {"status"})


def test_status_is_given_once(officer: Caller) -> None:
    assert officer.made("/activities", known("2026-11-20", status="draft"))["status"] == "draft"
    path = f"/activities/{officer.made('/activities', known('2008'))['id']}"
    for status in ("draft", "completed"):
        assert set(officer.patch(path, {"status": status}).json["errors"]) == {"status"}


def test_lists_have_them_when_asked(officer: Caller) -> None:
    year, month, day = (officer.made("/activities", known(one))["id"] for one in ("2008", "2021-06", "2024-03-07"))

    def listed(query: str) -> set[str]:
        return {one["id"] for path in ("/events", "/activities") for one in officer.get(f"{path}{query}").json}

    assert listed("") == {day}
    assert listed("?known_to=day") == {day}
    assert listed("?known_to=year") == {year}
    assert listed("?known_to=month,year") == {month, year} == listed("?known_to=month&known_to=year")
    assert listed("?known_to=day,month,year") == {year, month, day}
    # Between days those are listed that may have been on one of them.
    assert listed("?known_to=month,year&from=2008-05-01&to=2008-05-02") == {year}
    assert listed("?known_to=day,month,year&from=2021-06-30&to=2024-03-07") == {month, day}
    assert officer.get("/events?known_to=decade").status_code == 422


REFUSED = {
    "programme": ("PUT", "/programme", {"items": [{"day": "2008-05-04", "title": {"vi": "Làm việc"}}]}, "items"),
    "task": ("POST", "/tasks", {"title": {"vi": "Báo cáo"}, "due_on": "2026-12-01"}, "due_on"),
    "task counted from the arrival": (
        "POST",
        "/tasks",
        {"title": {"vi": "Báo cáo"}, "due_offset": "P7D"},
        "due_offset",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_needs_a_day_waits_for_one(officer: Caller, case: str) -> None:
    method, part, body, field = REFUSED[case]
    path = f"/events/{officer.made('/activities', known('2008'))['id']}{part}"
    headers = {"If_Match": officer.etag(path)} if method == "PUT" else {}
    answer = officer.call(method, path, body, **headers)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.json
    assert "năm 2008" in officer.call(method, path, body, Accept_Language="vi", **headers).text


def test_nothing_is_booked_for_it(officer: Caller, admin: Caller) -> None:
    body = {"name": {"vi": "Hội trường", "en": "Hall"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    room = admin.made("/resources", body)["id"]
    event = officer.made("/activities", known("2008"))["id"]
    for times in ({}, {"from": "2008-05-04", "to": "2008-05-05"}):
        answer = officer.post("/bookings", {"event_id": event, "resource_id": room} | times)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["event_id"])


def test_it_takes_no_step(officer: Caller, approver: Caller) -> None:
    event = officer.made("/activities", known("2008"))["id"]
    for to in ("ongoing", "planned", "cancelled", "draft"):
        answer = approver.post(f"/events/{event}/transitions", {"to": to, "reason": "Nhầm"})
        assert (answer.status_code, answer.json["possible"]) == (409, [])


def test_what_was_entered_is_put_right_both_ways(officer: Caller) -> None:
    made = officer.made("/activities", known("2021"))
    path = f"/activities/{made['id']}"
    closer = officer.patch(path, {"first_day": "2021-06", "last_day": "2021-06"}).json
    assert (closer["known_to"], closer["first_day"], closer["arrives_on"]) == ("month", "2021-06-01", "2021-06-01")
    wider = officer.patch(path, {"first_day": "2020", "last_day": "2021"}).json
    assert (wider["known_to"], wider["departs_on"]) == ("year", "2021-12-31")
    days = {"first_day": "2021-06-15", "last_day": "2021-06-17", "start_time": "08:00", "arrives_on": "2021-06-14"}
    dated = officer.patch(path, days).json
    assert {name: dated[name] for name in days} == days
    assert (dated["known_to"], dated["departs_on"], dated["status"]) == ("day", "2021-06-17", "completed")
    assert dated["uid"] == made["uid"]
    assert [one["id"] for one in officer.get("/events").json] == [made["id"]]
    assert officer.patch(path, {"first_day": "2021-06-16"}).json["first_day"] == "2021-06-16"
    ahead = officer.patch(path, {"first_day": "2027-06-16", "last_day": "2027-06-16"})
    assert (ahead.status_code, set(ahead.json["errors"])) == (422, {"last_day"})
    hours = officer.patch(path, {"first_day": "2021", "last_day": "2021"})
    assert (hours.status_code, set(hours.json["errors"])) == (422, {"start_time"})
    year = officer.patch(path, {"first_day": "2021", "last_day": "2021", "start_time": None}).json
    assert (year["known_to"], year["arrives_on"], year["departs_on"]) == ("year", "2021-01-01", "2021-12-31")
    assert officer.get("/events").json == []


def test_what_needs_a_day_keeps_history_dated(officer: Caller) -> None:
    event = officer.made("/activities", known("2021-06-15"))["id"]
    officer.made(f"/events/{event}/tasks", {"title": {"vi": "Viết báo cáo"}})
    year = {"first_day": "2021", "last_day": "2021"}
    answer = officer.patch(f"/activities/{event}", year)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"known_to"})
    assert officer.get(f"/activities/{event}").json["known_to"] == "day"


def test_history_never_goes_back_into_the_plan(officer: Caller, approver: Caller, admin: Caller) -> None:
    admin.made("/task-templates", {"title": {"vi": "Đặt xe"}, "offset": "-P7D", "kind": "activity"})
    event = officer.made("/activities", known("2008-05-06"))["id"]
    answer = approver.post(f"/events/{event}/transitions", {"to": "ongoing", "reason": "Nhầm"})
    assert (answer.status_code, answer.json["possible"]) == (409, [])
    assert officer.get(f"/events/{event}/tasks").json == []


def test_history_with_a_day_is_deleted_by_who_enters_it(
    officer: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        department = factories.make_organisation(session).id
    path = f"/activities/{officer.made('/activities', known('2008-05-06', organisation_id=department))['id']}"
    own = caller(Role.OFFICER, organisation_id=department)
    moved = {"first_day": "2008-05-07", "last_day": "2008-05-07"}
    for refused in (own.patch(path, moved), own.delete(path)):
        assert (refused.status_code, refused.json["code"]) == (403, "protocol_office_required")
    assert officer.patch(path, moved).status_code == 200
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404


def test_what_was_confirmed_before_it_was_over_keeps_its_days(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, status="completed", confirmed_at=NOW, first_day=date(2026, 11, 3))
    path = f"/delegations/{event.id}"
    for change in ({"first_day": "2026-11-02"}, {"first_day": "2026", "last_day": "2026"}):
        answer = officer.patch(path, change)
        assert (answer.status_code, answer.json["code"]) == (409, "event_completed")
    assert officer.delete(path).json["code"] == "not_deletable"


def test_an_event_read_and_sent_back_stays_as_it_is(officer: Caller) -> None:
    made = officer.made("/activities", known("2021-06"))
    path, etag = f"/activities/{made['id']}", officer.etag(f"/activities/{made['id']}")
    for names in (
        ("first_day", "last_day"),
        ("first_day", "last_day", "known_to", "arrives_on", "departs_on", "start_time", "end_time", "timezone"),
    ):
        assert officer.patch(path, {name: made[name] for name in names}).json == made
    assert officer.etag(path) == etag
    assert officer.patch(path, {"description": {"vi": "Theo báo cáo"}}).json["known_to"] == "month"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"first_day": "2021-06-15"}, {"last_day"}),
        ({"last_day": "2021-07"}, {"first_day"}),
        ({"known_to": "day"}, {"first_day", "last_day"}),
        ({"known_to": "month"}, {"first_day", "last_day"}),
        ({"start_time": "08:00"}, {"start_time"}),
        ({"arrives_on": "2021-06-14"}, {"arrives_on"}),
        ({"first_day": "2021-06", "last_day": "2021-07", "departs_on": "2021-07-04"}, {"departs_on"}),
        ({"first_day": "2027", "last_day": "2027"}, {"last_day"}),
        ({"first_day": "2022"}, {"last_day"}),
    ],
)
def test_half_a_correction_is_refused(officer: Caller, change: dict[str, Any], fields: set[str]) -> None:
    path = f"/activities/{officer.made('/activities', known('2021'))['id']}"
    before = officer.get(path).json
    answer = officer.patch(path, change)
    assert (answer.status_code, set(answer.json["errors"])) == (422, fields), answer.json
    assert officer.get(path).json == before


def test_a_planned_event_has_days(officer: Caller) -> None:
    path = f"/training-batches/{officer.made('/training-batches', BATCH)['id']}"
    answer = officer.patch(path, {"first_day": "2026", "last_day": "2026"})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"known_to"})


def test_its_days_are_the_protocol_offices_to_correct(
    officer: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        department = factories.make_organisation(session).id
    event = officer.made("/activities", known("2021", organisation_id=department))
    path, own = f"/activities/{event['id']}", caller(Role.OFFICER, organisation_id=department)
    assert own.patch(path, {"headcount_actual": 4}).json["headcount_actual"] == 4
    for refused in (own.patch(path, {"first_day": "2021-06", "last_day": "2021-06"}), own.delete(path)):
        assert (refused.status_code, refused.json["code"]) == (403, "protocol_office_required")
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404


def test_trail_says_how_closely_it_was_known(officer: Caller) -> None:
    event = officer.made("/activities", known("2021"))["id"]
    officer.patch(f"/activities/{event}", {"first_day": "2020", "last_day": "2020"})
    officer.patch(f"/activities/{event}", {"first_day": "2020-05", "last_day": "2020-05"})
    told = [one["changes"].get("known_to") for one in officer.get(f"/events/{event}/history").json]
    assert [one and (one["from"], one["to"]) for one in told] == [(None, "year"), ("year", "year"), ("year", "month")]


def test_a_repeated_post_gives_the_same_answer(officer: Caller) -> None:
    first, again = (officer.post("/activities", known("2008"), Idempotency_Key="one") for _each in range(2))
    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert len(officer.get("/events?known_to=year").json) == 1
