"""GET /openings: windows in which nothing clashes, what they are weighed against, and what is refused."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import event as sqlalchemy_event

from models.database import Database
from tests import factories
from tests.service.conftest import BATCH, Caller

SPRING = {"days": 12, "from": "2027-02-01", "to": "2027-06-30", "host": "hai-duong", "guest": "vientiane-province"}
CLASHES = {"public_holiday", "host_overlap", "short_notice", "person_double_committed"}


def ask(caller: Caller, language: str = "en", **query: Any) -> Any:
    answer = caller.get(f"/openings?{urlencode(SPRING | query, doseq=True)}", Accept_Language=language)
    assert answer.status_code == 200, answer.text
    return answer.json


def first_days(found: Any) -> list[str]:
    return sorted(one["first_day"] for one in found["openings"])


def test_windows_of_a_spring(viewer: Caller) -> None:
    found = ask(viewer, headcount=12)
    best = found["openings"][0]
    assert date.fromisoformat(best["first_day"]).weekday() == 0
    assert date.fromisoformat(best["last_day"]) - date.fromisoformat(best["first_day"]) == timedelta(days=11)
    assert {"begins_monday", "holiday_free", "host_free", "notice"} <= {one["code"] for one in best["reasons"]}
    order = [(-one["score"], one["first_day"]) for one in found["openings"]]
    assert order == sorted(order)
    windows = (date(2027, 6, 30) - date(2027, 2, 1)).days + 1 - 11
    assert (len(order), found["total"] + found["refused"]["public_holiday"]) == (found["total"], windows)
    # Tết, 8 March, Hùng Kings, Pi Mai, 30 April and 1 May are on no day of any window.
    held = ("2027-02-06", "2027-03-08", "2027-04-14", "2027-04-16", "2027-04-30", "2027-05-01")
    assert not [one for one in found["openings"] for day in held if one["first_day"] <= day <= one["last_day"]]


def test_reasons_speak_the_readers_language(viewer: Caller) -> None:
    english, vietnamese = ask(viewer), ask(viewer, "vi")
    assert first_days(english) == first_days(vietnamese)
    assert "Begins on a Monday." in [one["detail"] for one in english["openings"][0]["reasons"]]
    assert "Thứ Hai" in vietnamese["openings"][0]["reasons"][0]["detail"]


def test_a_limit_cuts_the_list_not_the_total(viewer: Caller) -> None:
    everything, three = ask(viewer), ask(viewer, limit=3)
    assert three["openings"] == everything["openings"][:3]
    assert (three["total"], three["refused"]) == (everything["total"], everything["refused"])


def test_the_host_is_the_offices_own_and_the_guest_is_optional(viewer: Caller) -> None:
    with_guest = ask(viewer)
    at_home = viewer.get("/openings?days=12&from=2027-02-01&to=2027-06-30").json
    assert set(first_days(with_guest)) < set(first_days(at_home))  # Lao days off count only with the guest


def test_other_visits_stand_in_the_way_under_the_hosts_old_and_new_name(officer: Caller) -> None:
    before = ask(officer)
    officer.made("/training-batches", BATCH | {"host": "hai-duong"})
    with_one = ask(officer)
    assert with_one["refused"]["host_overlap"] == 23
    assert set(first_days(with_one)) < set(first_days(before))
    assert not [
        one for one in with_one["openings"] if one["first_day"] <= "2027-03-21" and one["last_day"] >= "2027-03-10"
    ]
    # A visit to the partner, and one without a guest, keep nobody here.
    officer.made(
        "/activities",
        BATCH
        | {"host": "vientiane-province", "guest": "hai-duong", "first_day": "2027-05-10", "last_day": "2027-05-20"},
    )
    officer.made("/activities", BATCH | {"guest": None, "first_day": "2027-05-10", "last_day": "2027-05-20"})
    assert ask(officer) == with_one


def test_a_successors_visit_counts(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        old = factories.make_locality(session, "hai-duong")
        old.successor, old.succeeded_on = "hai-phong", date(2025, 7, 1)
    officer.made("/training-batches", BATCH | {"host": "hai-phong"})
    assert ask(officer)["refused"]["host_overlap"] == 23


def test_a_course_stands_in_the_way_on_its_first_and_last_day_only(officer: Caller) -> None:
    officer.made("/training-batches", BATCH | {"first_day": "2026-03-22", "last_day": "2027-03-21"})
    assert ask(officer)["refused"]["host_overlap"] == 12
    officer.made("/training-batches", BATCH | {"first_day": "2027-05-10", "last_day": "2030-05-09"})
    assert ask(officer)["refused"]["host_overlap"] == 24


def test_travel_days_are_the_hosts_too(officer: Caller) -> None:
    officer.made(
        "/training-batches", BATCH | {"first_day": "2027-07-02", "last_day": "2027-07-05", "arrives_on": "2027-06-30"}
    )
    assert ask(officer)["refused"]["host_overlap"] == 1


def test_cancelled_visits_make_room(officer: Caller) -> None:
    before = ask(officer)
    event_id = officer.made("/training-batches", BATCH)["id"]
    assert ask(officer) != before
    officer.post(f"/events/{event_id}/transitions", {"to": "cancelled", "reason": "Bão"})
    assert ask(officer) == before


def test_named_people_must_be_free(officer: Caller) -> None:
    one, other = (officer.made("/people", {"name": name})["id"] for name in ("Lan", "Minh"))
    busy = BATCH | {"host": "vientiane-province", "guest": "hai-duong"}
    event_id = officer.made("/delegations", busy | {"head_id": one})["id"]
    assert "person_busy" not in ask(officer)["refused"]
    assert ask(officer, person=one)["refused"]["person_busy"] == 23
    officer.made(f"/events/{event_id}/members", {"person_id": other})
    assert ask(officer, person=other)["refused"]["person_busy"] == 23
    assert ask(officer, person=[one, other])["refused"]["person_busy"] == 23


def test_a_window_may_have_to_contain_a_day(viewer: Caller) -> None:
    found = ask(viewer, days=3, containing="2027-04-15")
    assert first_days(found) == ["2027-04-13", "2027-04-14", "2027-04-15"]
    assert "Contains: 15 April 2027." in [one["detail"] for one in found["openings"][0]["reasons"]]
    assert ask(viewer, days=3, containing=["2027-04-14", "2027-04-16"])["total"] == 1
    assert ask(viewer, days=3, containing="2028-04-15")["total"] == 0


def test_a_window_may_have_to_contain_a_festival(officer: Caller, admin: Caller) -> None:
    festival = admin.made(
        "/office-holidays",
        {
            "country": "VN",
            "name": {"vi": "Lễ hội Côn Sơn – Kiếp Bạc", "en": "Côn Sơn – Kiếp Bạc festival"},
            "category": "festival",
            "recurs": {"calendar": "lunar", "month": 8, "day": 10},
            "days": 11,
            "source": "test",
        },
    )["id"]
    found = ask(officer, days=3, containing=festival, **{"from": "2027-01-01", "to": "2028-12-31"})
    # The 8th lunar month begins on 1 September 2027; nine windows of three days lie in eleven days, each year.
    assert (first_days(found)[0], found["total"]) == ("2027-09-10", 18)
    said = {one["detail"] for window in found["openings"] for one in window["reasons"] if one["code"] == "contains"}
    assert "Falls within: Côn Sơn – Kiếp Bạc festival (10–20 September 2027)." in said
    assert len(said) == 2
    longer = ask(officer, days=12, containing=festival, **{"from": "2027-01-01", "to": "2027-12-31"})
    assert first_days(longer) == ["2027-09-09", "2027-09-10"]
    assert ask(officer, days=3, containing=festival)["total"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2027-06-30", "to": "2027-02-01"}, "to"),
        ({"from": "2027-01-01", "to": "12027-01-01"}, "to"),
        ({"from": "2027-01-01", "to": "9999-12-31"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "2027-01-01", "to": "2032-01-06"}, "to"),
        ({"days": 0}, "days"),
        ({"days": -3}, "days"),
        ({"days": 3661}, "days"),
        ({"days": "twelve"}, "days"),
        ({"days": "12.5"}, "days"),
        ({"days": ""}, "days"),
        ({"days": 151}, "days"),
        ({"days": "9" * 30}, "days"),
        ({"from": "soon"}, "from"),
        ({"host": "nowhere"}, "host"),
        ({"guest": "nowhere"}, "guest"),
        ({"guest": "hai-duong"}, "guest"),
        ({"host": "vientiane-province"}, "guest"),
        ({"person": "nobody"}, "person"),
        ({"person": ["nobody", "nobody else"]}, "person"),
        ({"person": "\x00"}, "person"),
        ({"resource": "nothing"}, "resource"),
        ({"containing": "sometime"}, "containing"),
        ({"containing": "2027-02-30"}, "containing"),
        ({"headcount": 0}, "headcount"),
        ({"headcount": "many"}, "headcount"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"page": 2}, "page"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wish_that_makes_no_sense_is_422_and_names_the_field(
    viewer: Caller, query: dict[str, Any], field: str
) -> None:
    answer = viewer.get(f"/openings?{urlencode(SPRING | query, doseq=True)}")
    assert answer.status_code == 422, answer.text
    assert set(answer.json["errors"]) == {field}
    assert all(answer.json["errors"][field])


@pytest.mark.both_databases("ids that are looked up together")
def test_what_is_wrong_is_said_all_at_once_and_by_name(viewer: Caller) -> None:
    query = SPRING | {"days": 151, "host": "nowhere", "person": "nobody", "resource": "room-1", "containing": "Tết"}
    errors = viewer.get(f"/openings?{urlencode(query)}", Accept_Language="en").json["errors"]
    assert errors == {
        "days": ["The window is longer than the range; days in the range: 150."],
        "host": ["There is no locality “nowhere”."],
        "person": ["There is no person “nobody”."],
        "resource": ["There is no resource “room-1”."],
        "containing": ["“Tết” is neither a day like 2027-03-10 nor the id of an office holiday."],
    }
    assert set(viewer.get("/openings").json["errors"]) == {"days", "from", "to"}


def test_five_years_are_a_range_and_a_window_may_fill_it(viewer: Caller) -> None:
    assert ask(viewer, **{"from": "2027-01-01", "to": "2032-01-05"})["total"] > 0
    assert ask(viewer, days=150)["total"] == 1


@pytest.mark.parametrize("place", [0, -1])
def test_an_event_on_an_opening_has_no_clash(officer: Caller, place: int) -> None:
    for first, last in (("2027-03-10", "2027-03-21"), ("2027-05-24", "2027-05-28"), ("2026-06-01", "2027-05-31")):
        officer.made("/activities", BATCH | {"first_day": first, "last_day": last})
    window = ask(officer)["openings"][place]
    made = officer.made("/training-batches", BATCH | {name: window[name] for name in ("first_day", "last_day")})
    assert not CLASHES & {one["code"] for one in made["conflicts"]}


def test_openings_take_the_same_queries_however_many_visits(officer: Caller, database: Database) -> None:
    def queries() -> int:
        counted: list[str] = []

        def count(*arguments: Any) -> None:
            counted.append(arguments[2])

        sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
        ask(officer)
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)
        return len(counted)

    none = queries()
    with database.transaction() as session:
        for number in range(30):
            factories.make_event(session, first_day=date(2027, 2, 1) + timedelta(days=3 * number))
    assert queries() == none <= 5


@pytest.mark.parametrize(("before", "after"), [(0, 0), (60, 0), (0, 30), (60, 30), (1440, 0), (0, 1440)])
@pytest.mark.parametrize(("start", "end"), [("2027-08-11", "2027-08-13"), ("2027-08-11T00:00", "2027-08-13T23:45")])
def test_what_is_offered_can_be_booked_and_what_can_be_booked_is_offered(
    officer: Caller, before: int, after: int, start: str, end: str
) -> None:
    """The room's preparation counts for the wish too: a booking on every window of two days, offered or not."""
    room = officer.made(
        "/resources",
        {"name": "Phòng", "type": "room", "locality": "hai-duong", "buffer_before": before, "buffer_after": after},
    )
    august = {"days": 2, "from": "2027-08-02", "to": "2027-08-22", "host": "vientiane-province"}
    taken = officer.made("/activities", BATCH | {"host": "vientiane-province", "guest": None})
    officer.made("/bookings", {"resource_id": room["id"], "event_id": taken["id"], "from": start, "to": end})
    answer = officer.get(f"/openings?{urlencode(august | {'resource': room['id']})}")
    offered = {one["first_day"] for one in answer.json["openings"]}
    free = {one["first_day"] for one in officer.get(f"/openings?{urlencode(august)}").json["openings"]}
    bookable = set()
    for first in sorted(free):
        last = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
        wish = {"resource_id": room["id"], "event_id": taken["id"], "from": first, "to": last}
        made = officer.post("/bookings", wish)
        if made.status_code == 201:
            bookable.add(first)
            one = officer.get(f"/bookings/{made.json['id']}")
            assert officer.delete(f"/bookings/{made.json['id']}", one.headers["ETag"]).status_code == 204
    assert offered == bookable
    assert free > bookable
