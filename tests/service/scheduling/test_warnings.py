"""Warnings of events against each other and the days off: always current, never blocking, with the way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from calendars.days.spans import Days
from models.database import Database
from models.vocabulary import EventKind, LocalityLevel
from service.actions.host_schedule import hosted_visits, person_assignments
from tests import factories
from tests.service.conftest import BATCH, Caller

MAY = BATCH | {"first_day": "2027-05-10", "last_day": "2027-05-21"}
"""Twelve days from a Monday to a Friday without a holiday of either country."""
MEETING = MAY | {"host": "vientiane-province", "guest": "hai-duong", "last_day": "2027-05-10"}


def warnings(caller: Caller, path: str, language: str = "en") -> list[tuple[str, str | None]]:
    answer = caller.get(path, Accept_Language=language)
    assert answer.status_code == 200, answer.text
    return [(one["code"], one["with"]) for one in answer.json["conflicts"]]


def conflicts(caller: Caller, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(path, Accept_Language="en").json["conflicts"]
    return found


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    counted: list[str] = []

    def count(*arguments: Any) -> None:
        counted.append(arguments[2])

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
    yield counted
    sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)


# Two visits at one host


def test_a_warning_follows_what_happens_to_the_other_event(officer: Caller) -> None:
    one = officer.made("/training-batches", MAY)["id"]
    assert warnings(officer, f"/events/{one}") == []
    other = officer.made("/delegations", MAY | {"title": {"en": "Delegation"}, "last_day": "2027-05-10"})
    assert [(notice["code"], notice["with"]) for notice in other["conflicts"]] == [("host_overlap", one)]
    (found,) = conflicts(officer, f"/events/{one}")
    assert found == {
        "code": "host_overlap",
        "severity": "warning",
        "with": other["id"],
        "detail": "The host also receives “Delegation”, 10 May 2027.",
        "advice": "Free: 13 May 2027 to 24 May 2027.",
    }
    path = f"/delegations/{other['id']}"
    officer.patch(path, {"first_day": "2027-05-24", "last_day": "2027-05-24"})
    assert warnings(officer, f"/events/{one}") == []
    officer.patch(path, {"departs_on": "2027-05-24", "arrives_on": "2027-05-21"})
    assert warnings(officer, f"/events/{one}") == [("host_overlap", other["id"])]
    officer.post(f"/events/{other['id']}/transitions", {"to": "cancelled", "reason": "Bão"})
    assert warnings(officer, f"/events/{one}") == []
    officer.post(f"/events/{other['id']}/transitions", {"to": "planned"})
    assert warnings(officer, f"/events/{one}") == [("host_overlap", other["id"])]
    # A warning never blocks, and one that is called off warns of nothing.
    officer.post(f"/events/{one}/transitions", {"to": "cancelled", "reason": "Bão"})
    assert warnings(officer, f"/events/{one}") == []
    assert warnings(officer, f"/events/{other['id']}") == [("nobody_in_charge", None), ("nobody_reached", None)]


@pytest.mark.parametrize(
    ("other", "warned"),
    [
        ({"host": "hai-phong"}, False),
        ({"host": "vientiane-province", "guest": "hai-duong"}, False),
        ({"guest": None}, False),
        ({"guest": "vietnam"}, True),
        ({"first_day": "2027-05-22", "last_day": "2027-05-22"}, False),
        ({"first_day": "2026-05-22", "last_day": "2027-05-21"}, True),
        ({"first_day": "2026-05-22", "last_day": "2027-05-22"}, False),
        ({"first_day": "2026-06-22", "last_day": "2028-05-22"}, False),
        ({"first_day": "2027-05-10", "last_day": "2030-05-09"}, True),
    ],
)
def test_which_visits_overlap(officer: Caller, other: dict[str, Any], warned: bool) -> None:
    one = officer.made("/training-batches", MAY)["id"]
    made = officer.made("/activities", MAY | other)
    expected = [("host_overlap", made["id"])] if warned else []
    assert warnings(officer, f"/events/{one}") == expected
    listed = {event["id"]: event["conflicts"] for event in officer.get("/events").json}
    assert [notice["with"] for notice in listed[one]] == [identity for _code, identity in expected]


def test_a_successor_is_the_same_host(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        old = factories.make_locality(session, "hai-duong")
        old.successor, old.succeeded_on = "hai-phong", date(2025, 7, 1)
    one = officer.made("/training-batches", MAY)["id"]
    other = officer.made("/training-batches", MAY | {"host": "hai-phong"})["id"]
    assert warnings(officer, f"/events/{one}") == [("host_overlap", other)]
    assert warnings(officer, f"/events/{other}") == [("host_overlap", one)]


def test_a_list_gives_the_general_advice(officer: Caller) -> None:
    for _again in range(2):
        officer.made("/training-batches", MAY)
    advices = {
        notice["advice"] for event in officer.get("/events", Accept_Language="en").json for notice in event["conflicts"]
    }
    assert advices == {"Ask for openings, and move one of the visits."}


# Days off


def test_public_holidays_of_host_and_guest(officer: Caller) -> None:
    april = MAY | {"first_day": "2027-04-12", "last_day": "2027-04-16"}
    path = f"/events/{officer.made('/training-batches', april)['id']}"
    found = conflicts(officer, path)
    assert {notice["with"][:3] for notice in found} == {"LA-", "VN-"}
    assert ("public_holiday", "LA-2027-04-14") in warnings(officer, path)
    assert all(notice["advice"].startswith("Free: ") for notice in found)
    for kind, more in (("/art-troupe-visits", {}), ("/activities", {"activity_type": "ceremony"})):
        came_for_it = officer.made(kind, april | more | {"host": "laos", "guest": "vietnam"})
        assert "public_holiday" not in {notice["code"] for notice in came_for_it["conflicts"]}
    at_home = officer.made("/activities", april | {"guest": None})
    assert {notice["with"][:3] for notice in at_home["conflicts"]} == {"VN-"}


def test_a_day_off_the_office_enters_warns_at_once(officer: Caller, admin: Caller) -> None:
    path = f"/events/{officer.made('/training-batches', MAY)['id']}"
    assert warnings(officer, path) == []
    entry = {
        "country": "LA", "name": {"vi": "Nghỉ bù", "en": "Day in lieu"}, "category": "public",
        "first_day": "2027-05-12", "source": "test",
    }  # fmt: skip
    made = admin.made("/office-holidays", entry)
    (found,) = conflicts(officer, path)
    assert (found["code"], found["with"]) == ("public_holiday", "LA-2027-05-12")
    assert found["detail"] == "Public holiday in Laos: Day in lieu, 12 May 2027."
    assert found["advice"] == "Free: 13 May 2027 to 24 May 2027."
    admin.delete(f"/office-holidays/{made['id']}")
    assert warnings(officer, path) == []


def test_the_free_days_named_are_free(officer: Caller) -> None:
    for first, last in (("2027-05-10", "2027-05-21"), ("2027-05-24", "2027-06-11"), ("2027-04-19", "2027-05-07")):
        officer.made("/delegations", MAY | {"first_day": first, "last_day": last})
    path = f"/training-batches/{officer.made('/training-batches', MAY)['id']}"
    advice = conflicts(officer, path)[0]["advice"]
    first, last = (
        datetime.strptime(word.strip("."), "%d %B %Y").date().isoformat()
        for word in advice.removeprefix("Free: ").split(" to ")
    )
    assert officer.patch(path, {"first_day": first, "last_day": last}).json["conflicts"] == []


# People


def test_somebody_in_two_places(officer: Caller) -> None:
    person = officer.made("/people", {"name": "Bà Lan"})["id"]
    head = officer.made("/delegations", MAY | {"head_id": person, "title": {"en": "Delegation"}})["id"]
    assert warnings(officer, f"/events/{head}") == []
    meeting = officer.made("/activities", MEETING)["id"]
    officer.made(f"/events/{meeting}/members", {"person_id": person})
    (found,) = conflicts(officer, f"/events/{meeting}")
    assert (found["code"], found["with"]) == ("person_double_committed", head)
    assert found["detail"] == "Bà Lan is also in “Delegation”, 10–21 May 2027."
    assert found["advice"] == "Choose somebody else, or move one of the two events."
    assert warnings(officer, f"/events/{head}") == [("person_double_committed", meeting)]
    officer.post(f"/events/{head}/transitions", {"to": "postponed", "reason": "Bão"})
    assert warnings(officer, f"/events/{meeting}") == []


def test_hours_of_one_day(officer: Caller) -> None:
    person = officer.made("/people", {"name": "Bà Lan"})["id"]
    ids = []
    for start, end in (("08:00", "10:00"), ("10:00", "12:00"), ("11:30", "14:00")):
        ids.append(officer.made("/activities", MEETING | {"guest": None, "start_time": start, "end_time": end})["id"])
        officer.made(f"/events/{ids[-1]}/members", {"person_id": person})
    assert warnings(officer, f"/events/{ids[0]}") == []
    assert warnings(officer, f"/events/{ids[1]}") == [("person_double_committed", ids[2])]


# ETags


def test_somebody_elses_event_makes_no_edit_stale(officer: Caller) -> None:
    made = officer.post("/training-batches", MAY)
    path, etag = f"/training-batches/{made.json['id']}", made.headers["ETag"]
    assert officer.get(path, If_None_Match=etag).status_code == 304
    officer.made("/delegations", MAY)
    fresh = officer.get(path, If_None_Match=etag)
    assert (fresh.status_code, len(fresh.json["conflicts"])) == (200, 1)
    assert fresh.headers["ETag"] != etag
    assert officer.get(path, If_None_Match=fresh.headers["ETag"]).status_code == 304
    changed = officer.patch(path, {"headcount": 11}, etag)
    assert changed.status_code == 200, changed.text
    # What is read anew after the change is another thing: both tags from before are stale.
    for stale in (etag, fresh.headers["ETag"], f"W/{changed.headers['ETag']}", '"other"', '".other"'):
        assert officer.patch(path, {"headcount": 12}, stale).status_code == 412
    assert officer.call("PATCH", path, {"headcount": 12}).status_code == 428
    assert officer.patch(path, {"headcount": 12}, f'"other", {changed.headers["ETag"]}').status_code == 200
    assert officer.delete(path).status_code == 204


# A second visit for one promise, a ceremony of another year


@pytest.fixture
def yearly(officer: Caller) -> str:
    agreement = officer.made(
        "/agreements",
        {
            "title": {"en": "Agreement"},
            "parties": ["hai-duong", "vientiane-province"],
            "starts_on": "2026-01-01",
            "ends_on": "2028-12-31",
        },
    )
    commitment = {
        "article": "1",
        "field": {"en": "Party building"},
        "title": {"en": "Training"},
        "activity": "training_batch",
        "frequency": {"type": "per_year", "count": 1},
    }
    return str(officer.made(f"/agreements/{agreement['id']}/commitments", commitment)["id"])


@pytest.mark.both_databases("events by their commitment, and their readers")
def test_a_second_plan_for_one_article_and_year_is_noticed(officer: Caller, viewer: Caller, yearly: str) -> None:
    one = officer.made("/training-batches", MAY | {"commitment_id": yearly, "title": {"en": "First"}})
    assert [warning["code"] for warning in one["conflicts"]] == []
    autumn = {"first_day": "2027-10-04", "last_day": "2027-10-15", "commitment_id": yearly}
    two = officer.made("/training-batches", MAY | autumn)
    assert [(warning["code"], warning["with"]) for warning in two["conflicts"]] == [("second_of_year", one["id"])]
    (found,) = conflicts(officer, f"/events/{two['id']}")
    assert found["detail"] == "Promised for 2027: 1. There already: “First”, 10–21 May 2027."
    assert warnings(officer, f"/events/{one['id']}") == []
    listed = {event["id"]: event["conflicts"] for event in viewer.get("/events").json}
    assert [warning["code"] for warning in listed[two["id"]]] == ["second_of_year"]
    # Postponed it still is the first: it gets new days.
    for step in ({"to": "planned"}, {"to": "postponed", "reason": "Floods"}):
        assert officer.post(f"/events/{one['id']}/transitions", step).status_code == 200
    (found,) = conflicts(officer, f"/events/{two['id']}")
    assert found["advice"] == "“First” is postponed: give it new days instead of planning another."
    # Cancelled it leaves room.
    answer = officer.post(f"/events/{one['id']}/transitions", {"to": "cancelled", "reason": "Floods"})
    assert answer.status_code == 200, answer.text
    assert warnings(officer, f"/events/{two['id']}") == []


@pytest.mark.both_databases("a year of its own column")
def test_a_ceremony_of_another_year_is_noticed(officer: Caller) -> None:
    definition = {"title": {"en": "Relation"}, "origin": "1984", "parties": ["hai-duong", "vientiane-province"]}
    anniversary = officer.made("/anniversaries", definition)
    ceremony = {
        "title": {"en": "Ceremony"},
        "host": "hai-duong",
        "year": 2034,
        "first_day": "2035-05-06",
        "last_day": "2035-05-06",
    }
    made = officer.made(f"/anniversaries/{anniversary['id']}/ceremonies", ceremony)
    found = conflicts(officer, f"/events/{made['id']}")
    assert [one["code"] for one in found] == ["ceremony_in_another_year"]
    assert found[0]["detail"] == "Ceremony of the year 2034, held on 6 May 2035."
    path = f"/anniversaries/{anniversary['id']}/ceremonies/{made['id']}"
    etag = officer.etag(f"/events/{made['id']}")
    found = officer.patch(path, {"year": 2035}, etag).json["conflicts"]
    assert [one["code"] for one in found] == ["ceremony_not_allowed"]  # the 51st year


# Reading


@pytest.mark.parametrize("path", ["/events", "/training-batches"])
def test_a_list_takes_the_same_queries_for_one_and_thirty(officer: Caller, database: Database, path: str) -> None:
    def make(number: int) -> None:
        with database.transaction() as session:
            first = date(2027, 1, 4) + timedelta(days=40 * number)
            event = factories.make_event(
                session, kind=EventKind.TRAINING_BATCH, first_day=first, last_day=first + timedelta(days=30 + number)
            )
            factories.make_member(session, event)

    make(0)
    with counting(database) as one:
        officer.get(path)
    for number in range(1, 30):
        make(number)
    with counting(database) as thirty:
        assert len(officer.get(path).json) == 30
    assert len(thirty) == len(one) <= 12


def test_reading_one_event_takes_few_queries_also_when_it_clashes(officer: Caller, database: Database) -> None:
    path = f"/events/{officer.made('/training-batches', MAY)['id']}"
    with counting(database) as alone:
        officer.get(path)
    for _again in range(5):
        officer.made("/training-batches", MAY)
    with counting(database) as among_others:
        officer.get(path)
    assert len(among_others) == len(alone) + 1 <= 12


STAYS = [
    # first, last, arrives, departs (days from 1 June 2027), received in June 1 to 30?
    (-31, -1, None, None, False),
    (-30, 0, None, None, True),
    (-31, 0, None, None, True),
    (-400, 0, None, None, True),
    (-400, 40, None, None, False),
    (-400, -1, None, None, False),
    (-400, -20, None, 5, True),
    (-1, -1, None, 0, True),
    (-5, -1, None, 25, True),
    (29, 29, None, None, True),
    (29, 900, None, None, True),
    (30, 30, None, None, False),
    (30, 30, 29, None, True),
    (45, 900, 20, None, True),
    (30, 900, None, None, False),
    (-10, 45, None, None, False),
    (5, 10, None, None, True),
]


def test_stays_are_read_exactly(database: Database) -> None:
    june = Days(date(2027, 6, 1), date(2027, 6, 30))
    expected = set()
    with database.transaction() as session:
        for number, (first, last, arrives, departs, received) in enumerate(STAYS):
            days = {
                "first_day": june.first + timedelta(days=first),
                "last_day": june.first + timedelta(days=last),
                "arrives_on": june.first + timedelta(days=first if arrives is None else arrives),
                "departs_on": june.first + timedelta(days=last if departs is None else departs),
            }
            event = factories.make_event(session, title={"en": str(number)}, **days)
            if received:
                expected.add(event.title["en"])
        for values in ({"status": "cancelled"}, {"status": "postponed"}, {"guest": None}, {"host": "hai-phong"}):
            factories.make_event(session, first_day=june.first, **values)
        found = hosted_visits(session, frozenset({"hai-duong", "vietnam"}), june)
        assert {stay.title["en"] for stay in found} == expected
        assert [stay.days.first for stay in found] == sorted(stay.days.first for stay in found)
        both = hosted_visits(session, frozenset({"hai-duong", "hai-phong"}), june)
        assert len(both) == len(expected) + 1


def test_commitments_of_people_are_read_around_the_days(database: Database) -> None:
    june = Days(date(2027, 6, 1), date(2027, 6, 30))
    with database.transaction() as session:
        person = factories.make_person(session)
        course = factories.make_event(session, first_day=date(2026, 1, 1), last_day=date(2028, 1, 1))
        headed = factories.make_event(session, first_day=june.first, head_id=person.id)
        for event in (course, factories.make_event(session, first_day=date(2020, 1, 1))):
            factories.make_member(session, event, person)
        factories.make_member(session, factories.make_event(session, first_day=june.first, status="cancelled"), person)
        factories.make_member(session, headed)
        found = person_assignments(session, [person.id], june)
        assert {one.event_id for one in found} == {course.id, headed.id}
        assert {one.person_id for one in found} == {person.id}
        assert all(one.person == {"vi": person.name} for one in found)
        assert person_assignments(session, [], june) == []


@pytest.mark.both_databases("parties and the level of each, for many anniversaries at once")
@pytest.mark.parametrize(
    ("parties", "year", "cited"),
    [
        (["hai-duong", "vientiane-province"], 2034, False),
        (["hai-duong", "vientiane-province"], 2029, True),  # ends in 5
        (["hai-duong", "vientiane-province"], 2031, True),
        (["vietnam", "laos"], 2029, False),
        (["vietnam", "laos"], 2031, True),
    ],
)
def test_a_ceremony_in_a_year_that_allows_none_cites_the_decree(
    officer: Caller, database: Database, parties: list[str], year: int, cited: bool
) -> None:
    with database.transaction() as session:
        for code, country in (("vietnam", "VN"), ("laos", "LA")):
            factories.make_locality(session, code, country=country, level=LocalityLevel.COUNTRY)
    definition = {"title": {"en": "Relation"}, "origin": "1984", "parties": parties}
    anniversary = officer.made("/anniversaries", definition)
    ceremony = {
        "title": {"en": "Ceremony"}, "host": "hai-duong", "year": year, "first_day": f"{year}-05-06",
        "last_day": f"{year}-05-06",
    }  # fmt: skip
    made = officer.made(f"/anniversaries/{anniversary['id']}/ceremonies", ceremony)
    found = [one for one in conflicts(officer, f"/events/{made['id']}") if one["code"] == "ceremony_not_allowed"]
    assert len(found) == cited
    if cited:
        assert "111/2018/NĐ-CP" in found[0]["detail"]
        assert found[0]["with"] == anniversary["id"]
