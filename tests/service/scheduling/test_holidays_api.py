"""Holidays of both countries, the office's own over them, the lunar calendar, and the reminders that count on them."""

import contextlib
import json
from datetime import date, datetime
from typing import Any

import pytest

from models.database import Database
from models.errors import Invalid
from models.holidays import office_holidays
from models.vocabulary import HolidayCategory
from service.actions.context import ActionContext
from service.actions.scheduling import holidays
from tests.at_once import at_once, meanwhile
from tests.factories import OFFICE
from tests.service.conftest import BATCH, Caller, Clock

DAY_OFF = {
    "country": "VN",
    "name": {"vi": "Nghỉ hoán đổi", "lo": "ວັນພັກ ສັບປ່ຽນ", "en": "Day off, swapped"},
    "category": "public",
    "first_day": "2027-03-09",
    "source": "Công văn 1",
}
AUTUMN = {
    "country": "VN",
    "locality": "hai-duong",
    "name": {"vi": "Lễ hội mùa thu Côn Sơn - Kiếp Bạc", "en": "Côn Sơn – Kiếp Bạc autumn festival"},
    "category": "festival",
    "recurs": {"calendar": "lunar", "month": 8, "day": 10},
    "days": 11,
    "source": "Seed 003",
}


def errors(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.text
    return set(answer.json["errors"])


# All days


def test_holidays_of_this_year_and_both_countries_are_the_default(viewer: Caller) -> None:
    answer = viewer.get("/holidays")
    days = [(one["date"], one["country"]) for one in answer.json]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (("2026-01-01", "LA"), ("2026-12-02", "LA"))
    assert json.loads(answer.headers["X-Pagination"])["total"] == len(days)
    assert answer.json[0] == {
        "date": "2026-01-01",
        "country": "LA",
        "locality": None,
        "name": {"vi": "Tết Dương lịch", "lo": "ວັນປີໃໝ່ສາກົນ", "en": "New Year's Day"},
        "category": "public",
        "source": answer.json[0]["source"],
        "provisional": False,
        "id": None,
    }


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("country=VN&from=2027-01-01", "2027-01-01", "2027-11-24"),
        ("country=VN&to=2027-04-30", "2027-01-01", "2027-04-30"),
        ("country=VN&from=2027-04-30&to=2027-04-30", "2027-04-30", "2027-04-30"),
        ("country=LA&country=TH&from=2027-04-13&to=2027-04-16", "2027-04-13", "2027-04-16"),
        ("from=2027-01-01&to=2036-12-31&category=public&page=2&page_size=3", "2027-02-05", "2027-02-07"),
        ("from=2027-11-01&category=festival", "2027-11-13", "2027-11-13"),
    ],
)
def test_holidays_in_a_range(viewer: Caller, query: str, first: str, last: str) -> None:
    found = [one["date"] for one in viewer.get(f"/holidays?{query}").json]
    assert (found[0], found[-1]) == (first, last)


def test_ten_years_come_in_pages_of_five_hundred(viewer: Caller) -> None:
    path = "/holidays?from=2027-01-01&to=2036-12-31"
    paging = json.loads(viewer.get(path).headers["X-Pagination"])
    assert paging["total"] == len(viewer.get(path).json) < 500
    assert viewer.get(f"{path}&page=2").json == []
    assert len(viewer.get(f"{path}&page_size=20").json) == 20


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2027-01-01&to=2037-01-01", "to"),
        ("from=1900-01-01&to=2199-12-31", "to"),
        ("from=2028-02-29&to=2038-02-28", None),
        ("from=2028-02-29&to=2038-03-01", "to"),
        ("from=2027-02-01&to=2027-01-31", "to"),
        ("from=2027-02-30", "from"),
        ("from=10000-01-01", "from"),
        ("from=1899-12-31", "from"),
        ("to=next%20year", "to"),
        ("country=Vietnam", "country.0"),
        ("country=vn", "country.0"),
        ("country=", "country.0"),
        ("country=XX", "country"),
        ("country=VN&country=ZZ", "country"),
        ("&".join(["country=VN"] * 11), "country"),
        ("category=bank", "category.0"),
        ("q=tet", "q"),
        ("year=2027", "year"),
    ],
)
def test_bad_wishes_for_holidays(viewer: Caller, query: str, field: str | None) -> None:
    answer = viewer.get(f"/holidays?{query}")
    assert (errors(answer) if field else answer.status_code) == ({field} if field else 200)


def test_a_country_nobody_knows_is_told_in_the_readers_language(viewer: Caller) -> None:
    answer = viewer.get("/holidays?country=XX", Accept_Language="en")
    assert answer.json["errors"]["country"][0].endswith("“XX”.")


def test_a_country_with_days_of_the_office_is_known(admin: Caller) -> None:
    made = admin.made("/office-holidays", DAY_OFF | {"country": "XX"})
    assert [(one["date"], one["id"]) for one in admin.get("/holidays?country=XX&from=2027-01-01").json] == [
        ("2027-03-09", made["id"])
    ]


# The office's own


@pytest.mark.both_databases("days that come round")
def test_office_holiday_comes_back_as_sent_and_shows_among_the_days(admin: Caller, viewer: Caller) -> None:
    off, autumn = admin.made("/office-holidays", DAY_OFF), admin.made("/office-holidays", AUTUMN)
    assert {name: off[name] for name in DAY_OFF} == DAY_OFF
    assert {name: autumn[name] for name in AUTUMN} == AUTUMN
    assert (off["recurs"], off["locality"], off["days"], off["provisional"]) == (None, None, 1, False)
    assert autumn["first_day"] is None
    assert viewer.get(f"/office-holidays/{off['id']}").json == off
    assert [one["id"] for one in viewer.get("/office-holidays").json] == [autumn["id"], off["id"]]
    for query, found in (("q=kiep bac", autumn), ("category=public", off), ("country=VN&q=hoan doi", off)):
        assert viewer.get(f"/office-holidays?{query}").json == [found]
    assert viewer.get("/office-holidays?country=LA").json == []
    shown = [one for one in viewer.get("/holidays?from=2027-01-01").json if one["id"]]
    assert [one["date"] for one in shown] == ["2027-03-09", *(f"2027-09-{day}" for day in range(10, 21))]
    assert (shown[1]["id"], shown[1]["locality"], shown[1]["source"]) == (autumn["id"], "hai-duong", "Seed 003")


@pytest.mark.both_databases("constraints over several columns")
def test_office_holiday_is_changed_from_a_day_to_a_recurrence_and_deleted(admin: Caller) -> None:
    made = admin.post("/office-holidays", DAY_OFF)
    assert made.headers["Location"] == f"/api/v1/office-holidays/{made.json['id']}"
    path = f"/office-holidays/{made.json['id']}"
    recurs = {"calendar": "solar", "month": 2, "day": 29}
    assert errors(admin.patch(path, {"recurs": recurs})) == {"recurs"}
    changed = admin.patch(path, {"recurs": recurs, "first_day": None, "provisional": True})
    assert (changed.json["recurs"], changed.json["first_day"], changed.json["provisional"]) == (recurs, None, True)
    assert admin.get("/holidays?country=VN&from=2027-02-28&to=2027-02-28").json[0]["provisional"] is True
    assert admin.patch(path, {"days": 2}, made.headers["ETag"]).status_code == 412
    assert admin.call("DELETE", path).status_code == 428
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    trail = admin.get(f"/audit?entity_id={made.json['id']}").json
    assert [one["action"] for one in trail] == ["delete", "change", "create"]
    assert trail[1]["changes"]["recurs"] == {"from": None, "to": recurs}


def test_what_people_may_do_with_office_holidays(viewer: Caller, officer: Caller, admin: Caller) -> None:
    made = admin.made("/office-holidays", DAY_OFF)
    path = f"/office-holidays/{made['id']}"
    assert viewer.get(path).status_code == 200
    for who in (viewer, officer):
        assert who.post("/office-holidays", AUTUMN).status_code == 403
        assert who.patch(path, {"days": 2}).status_code == 403
        assert who.delete(path).status_code == 403


def test_office_holiday_without_lao_or_days(admin: Caller) -> None:
    made = admin.made("/office-holidays", {**DAY_OFF, "name": {"en": "Off"}})
    assert (made["name"], made["days"]) == ({"en": "Off"}, 1)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"first_day": None}, {"first_day"}),
        ({"first_day": ...}, {"first_day"}),
        ({"recurs": {"calendar": "solar", "month": 4, "day": 30}}, {"recurs"}),
        ({"first_day": None, "recurs": {"calendar": "solar", "month": 4, "day": 31}}, {"recurs"}),
        ({"first_day": None, "recurs": {"calendar": "solar", "month": 2, "day": 30}}, {"recurs"}),
        ({"first_day": None, "recurs": {"calendar": "lunar", "month": 4, "day": 31}}, {"recurs"}),
        ({"first_day": None, "recurs": {"calendar": "lunar", "month": 13, "day": 1}}, {"recurs.month"}),
        ({"first_day": None, "recurs": {"calendar": "lunar", "month": 0, "day": 0}}, {"recurs.month", "recurs.day"}),
        ({"first_day": None, "recurs": {"calendar": "julian", "month": 1, "day": 1}}, {"recurs.calendar"}),
        ({"first_day": None, "recurs": {"calendar": "solar"}}, {"recurs.month", "recurs.day"}),
        ({"first_day": None, "recurs": {"calendar": "solar", "month": 1, "day": 1, "leap": True}}, {"recurs.leap"}),
        ({"first_day": None, "recurs": "2027-01-01"}, {"recurs"}),
        ({"recurs_month": 3}, {"recurs_month"}),
        ({"first_day": "2027-02-29"}, {"first_day"}),
        ({"country": "Vietnam"}, {"country"}),
        ({"country": "VN\n"}, None),
        ({"country": None}, {"country"}),
        ({"category": "bank"}, {"category"}),
        ({"category": ...}, {"category"}),
        ({"days": 0}, {"days"}),
        ({"days": 61}, {"days"}),
        ({"days": "2"}, {"days"}),
        ({"name": "Nghỉ"}, {"name"}),
        ({"name": {"lo": "ພັກ"}}, {"name"}),
        ({"source": ""}, {"source"}),
        ({"source": "x" * 301}, {"source"}),
        ({"source": ...}, {"source"}),
        ({"provisional": "yes"}, {"provisional"}),
        ({"locality": "hai-duong"}, {"locality"}),
        ({"locality": "nowhere", "category": "festival"}, {"locality"}),
        ({"locality": "vientiane-province", "category": "festival"}, {"locality"}),
        ({"locality": "nowhere", "days": 0, "first_day": None}, {"locality", "days"}),
        ({"locality": "laos", "recurs": {"calendar": "solar", "month": 4, "day": 31}}, {"locality", "recurs"}),
    ],
)
def test_bad_office_holiday(admin: Caller, change: dict[str, Any], fields: set[str] | None) -> None:
    body = {name: value for name, value in (DAY_OFF | change).items() if value is not ...}
    answer = admin.post("/office-holidays", body)
    assert (errors(answer) if fields else answer.status_code) == (fields or 201)


YEARLY = {"first_day": None, "recurs": {"calendar": "solar", "month": 10, "day": 20}}
MOON = {"first_day": None, "recurs": {"calendar": "lunar", "month": 9, "day": 1}}


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({}, {}, "first_day"),
        ({}, {"category": "workday"}, "first_day"),
        ({"days": 3}, {"first_day": "2027-03-11", "days": 3}, "first_day"),
        ({"first_day": "2027-03-11", "days": 3}, {"days": 3}, "first_day"),
        (YEARLY, YEARLY, "recurs"),
        (YEARLY | {"days": 60}, YEARLY | {"recurs": {"calendar": "solar", "month": 12, "day": 18}}, "recurs"),
        (MOON, MOON | {"recurs": {"calendar": "lunar", "month": 8, "day": 30}, "days": 2}, "recurs"),
        ({"days": 2}, {"first_day": "2027-03-11"}, None),
        ({}, {"country": "LA"}, None),
        ({}, {"category": "festival"}, None),
        (YEARLY, {"first_day": "2027-10-20", "category": "workday"}, None),
        (YEARLY, MOON, None),
    ],
)
def test_one_entry_decides_what_a_country_does_on_a_day(
    admin: Caller, first: dict[str, Any], second: dict[str, Any], field: str | None
) -> None:
    made = admin.made("/office-holidays", DAY_OFF | first)
    answer = admin.post("/office-holidays", DAY_OFF | second)
    if field is None:
        assert answer.status_code == 201, answer.text
        return
    assert errors(answer) == {field}
    assert admin.patch(f"/office-holidays/{made['id']}", {"days": 4}).status_code == 200, (
        "it does not clash with itself"
    )


def test_the_same_day_made_at_the_same_moment_is_made_once(admin: Caller, database: Database) -> None:
    answers = at_once([lambda: admin.post("/office-holidays", DAY_OFF).status_code for _ in range(4)])
    assert sorted(answers) == [201, 422, 422, 422]
    assert len(admin.get("/office-holidays").json) == 1


def two_with_one_at_work(database: Database, clock: Clock) -> int:
    """Make the same day off while another transaction that made it is still open; how many there are then."""

    def make() -> None:
        with contextlib.suppress(Invalid), database.transaction() as session:
            holidays.create_holiday(session, ActionContext(None, clock.now, OFFICE), wish)

    wish = DAY_OFF | {"category": HolidayCategory.PUBLIC, "first_day": date(2027, 3, 9)}
    with meanwhile(database, make) as start, database.transaction() as session:
        holidays.create_holiday(session, ActionContext(None, clock.now, OFFICE), wish)
        start()
    with database.transaction(write=False) as session:
        return len(office_holidays(session))


def test_who_makes_a_day_while_another_one_does_waits_and_sees_it(database: Database, clock: Clock) -> None:
    assert two_with_one_at_work(database, clock) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_lock_the_day_is_made_twice(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holidays, "_lock_entries", lambda session: None)
    assert two_with_one_at_work(database, clock) == 2


# What counts on them


def test_a_rule_that_counts_working_days_follows_the_offices_days(officer: Caller, admin: Caller) -> None:
    event = officer.made("/training-batches", BATCH)
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    rule = {"anchor": "arrival", "offset": "-P2D", "at": "08:00", "audience": ["email:desk@example.org"]}
    officer.made("/reminder-rules", rule | {"name": "Ngày làm việc", "working_days": True})
    officer.made("/reminder-rules", rule | {"name": "Ngày lịch"})

    def due() -> list[str]:
        found = officer.get(f"/reminders?state=pending&event_id={event['id']}").json
        return sorted(one["due_at"][:10] for one in found)

    # Wednesday 10 March; Monday 8 March is a day off in Laos: two working days before is Friday the 5th.
    assert due() == ["2027-03-05", "2027-03-08"]
    off = admin.made("/office-holidays", DAY_OFF)
    assert due() == ["2027-03-04", "2027-03-08"]
    saturday = admin.made("/office-holidays", DAY_OFF | {"category": "workday", "first_day": "2027-03-06"})
    assert due() == ["2027-03-05", "2027-03-08"]
    admin.patch(f"/office-holidays/{saturday['id']}", {"category": "festival"})
    assert due() == ["2027-03-04", "2027-03-08"]
    admin.patch(f"/office-holidays/{saturday['id']}", {"category": "workday"})
    assert due() == ["2027-03-05", "2027-03-08"]
    assert admin.delete(f"/office-holidays/{off['id']}").status_code == 204
    assert due() == ["2027-03-06", "2027-03-08"]
    assert admin.delete(f"/office-holidays/{saturday['id']}").status_code == 204
    assert due() == ["2027-03-05", "2027-03-08"]


# The lunar calendar


def test_lunar_there_and_back(viewer: Caller) -> None:
    there = viewer.get("/lunar?date=2024-09-18").json
    assert there == {
        "date": "2024-09-18",
        "year": 2024,
        "month": 8,
        "day": 16,
        "leap": False,
        "name": {
            "vi": "Ngày 16 tháng 8 năm Giáp Thìn",
            "lo": "ວັນທີ 16 ເດືອນ 8 ປີ Giáp Thìn (ມະໂລງ), ປະຕິທິນຈັນທະຄະຕິຫວຽດນາມ",
            "en": "Day 16 of lunar month 8, year Giáp Thìn (Dragon)",
        },
    }
    assert viewer.get("/lunar?lunar=2024-08-16").json == viewer.get("/lunar?lunar=2024-08-16&leap=false").json == there


@pytest.mark.parametrize(
    ("query", "day", "lunar", "leap"),
    [
        ("lunar=2024-02-30", "2024-04-08", (2024, 2, 30), False),  # no Gregorian day has this number
        ("lunar=2023-02-10", "2023-03-01", (2023, 2, 10), False),
        ("lunar=2023-02-10&leap=true", "2023-03-31", (2023, 2, 10), True),
        ("date=2025-07-25", "2025-07-25", (2025, 6, 1), True),
        ("date=1968-01-01", "1968-01-01", (1967, 12, 2), False),
        ("date=2071-12-31", "2071-12-31", (2071, 11, 11), False),
    ],
)
def test_lunar_days(viewer: Caller, query: str, day: str, lunar: tuple[int, int, int], leap: bool) -> None:
    found = viewer.get(f"/lunar?{query}").json
    assert (found["date"], (found["year"], found["month"], found["day"]), found["leap"]) == (day, lunar, leap)


def test_lunar_without_a_day_is_today_in_the_office(viewer: Caller, clock: Clock) -> None:
    assert viewer.get("/lunar").json["date"] == "2026-11-22"
    clock.now = datetime.fromisoformat("2026-11-22T23:30+00:00")
    assert viewer.get("/lunar").json["date"] == "2026-11-23"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date=2024-09-18&lunar=2024-08-16", "lunar"),
        ("date=2024-09-18&leap=false", "leap"),
        ("leap=true", "leap"),
        ("lunar=2024-08-16&leap=perhaps", "leap"),
        ("lunar=2024-08-16&leap=true", "leap"),
        ("lunar=2025-02-16&leap=true", "leap"),
        ("lunar=2024-01-30", "lunar"),
        ("lunar=2023-02-30&leap=true", "lunar"),
        ("lunar=2024-13-01", "lunar"),
        ("lunar=2024-13-01&leap=true", "lunar"),
        ("lunar=2024-00-00", "lunar"),
        ("lunar=16/08/2024", "lunar"),
        ("lunar=", "lunar"),
        ("lunar=1967-11-30", "lunar"),
        ("lunar=2072-01-01&leap=true", "lunar"),
        ("lunar=9999-12-31", "lunar"),
        ("date=1967-12-31", "date"),
        ("date=2072-01-01", "date"),
        ("date=2024-02-30", "date"),
        ("date=", "date"),
        ("day=2024-02-28", "day"),
    ],
)
def test_bad_lunar_days(viewer: Caller, query: str, field: str) -> None:
    assert errors(viewer.get(f"/lunar?{query}")) == {field}


# Anniversaries


@pytest.mark.parametrize(
    ("origin", "year", "expected"),
    [
        ("1984", 2024, (40, "round", None)),
        ("1962-09-05", 2027, (65, "half_round", "2027-09-05")),
        ("1977-07-18", 2027, (50, "round", "2027-07-18")),
        ("2000-02-29", 2027, (27, "other", "2027-02-28")),
        ("2000-02-29", 2028, (28, "other", "2028-02-29")),
    ],
)
def test_anniversaries_of_the_programme(
    officer: Caller, origin: str, year: int, expected: tuple[int, str, str | None]
) -> None:
    wish = {"title": {"vi": "Quan hệ"}, "origin": origin, "parties": ["vietnam", "laos"]}
    made = officer.made("/anniversaries", wish)
    (found,) = officer.get(f"/anniversaries/{made['id']}/occurrences?from_year={year}&to_year={year}").json
    assert (found["ordinal"], found["grade"], found["date"]) == expected
