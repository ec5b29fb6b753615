"""Observances: whose day it is, when it comes, its days with their number, and where pages show them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("a table of its own, conditions over places and bodies")

NATIONAL_DAY: dict[str, Any] = {
    "name": {"vi": "Quốc khánh Lào", "lo": "ວັນຊາດລາວ", "en": "Lao National Day"},
    "country": "LA",
    "recurs": {"calendar": "solar", "month": 12, "day": 2},
    "since_year": 1975,
    "greets": True,
    "source": "Ngày 2/12/1975",
}
THAT_LUANG: dict[str, Any] = {"name": {"vi": "Thạt Luổng"}, "country": "LA", "recurs": {"festival": "that_luang"}}
DECEMBER = "from=2026-12-01&to=2026-12-31"


def test_an_observance_comes_back_as_sent_and_has_its_days(officer: Caller, viewer: Caller) -> None:
    made = officer.made("/observances", NATIONAL_DAY)
    assert {name: made[name] for name in NATIONAL_DAY} == NATIONAL_DAY
    assert (made["locality"], made["organisation_id"], made["office"]) == (None, None, "hai-duong")
    assert viewer.get(f"/observances/{made['id']}").json == made
    assert viewer.get(f"/observances/days?{DECEMBER}").json == [
        {
            "date": "2026-12-02", "observance_id": made["id"], "name": NATIONAL_DAY["name"], "ordinal": 51,
            "grade": "other",
        }
    ]  # fmt: skip


def test_days_are_those_of_this_year_in_order_and_of_ten_years_at_most(officer: Caller) -> None:
    officer.made("/observances", NATIONAL_DAY)
    officer.made("/observances", THAT_LUANG)
    found = officer.get("/observances/days").json
    assert [(one["date"], one["ordinal"]) for one in found] == [("2026-11-24", None), ("2026-12-02", 51)]
    answer = officer.get("/observances/days?from=2026-01-01&to=2036-01-01")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"to"})
    assert officer.get("/observances/days?from=2026-02-01&to=2026-01-01").status_code == 422
    second = officer.get("/observances/days?page_size=1&page=2").json
    assert [one["date"] for one in second] == ["2026-12-02"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"country": None}, {"country"}),
        ({"locality": "hai-duong"}, {"locality"}),
        ({"country": "laos"}, {"country"}),
        ({"country": None, "locality": "atlantis"}, {"locality"}),
        ({"country": None, "organisation_id": "0" * 26}, {"organisation_id"}),
        ({"recurs": None}, {"recurs"}),
        ({"recurs": {}}, {"recurs.calendar", "recurs.month", "recurs.day"}),
        ({"recurs": {"calendar": "solar", "month": 2, "day": 30}}, {"recurs"}),
        ({"recurs": {"calendar": "lunar", "month": 2, "day": 31}}, {"recurs"}),
        ({"recurs": {"calendar": "solar", "month": 13, "day": 1}}, {"recurs.month"}),
        ({"recurs": {"calendar": "solar", "month": 1}}, {"recurs.day"}),
        ({"recurs": {"festival": "carnival"}}, {"recurs.festival"}),
        ({"recurs": {"festival": "that_luang", "day": 1}}, {"recurs.day"}),
        ({"recurs": {"festival": "tet"}}, {"recurs"}),  # not in Laos
        ({"since_year": 0}, {"since_year"}),
        ({"since_year": 10000}, {"since_year"}),
        ({"name": {}}, {"name"}),
        ({"source": "x" * 301}, {"source"}),
        ({"office": "hai-duong"}, {"office"}),
        ({"first_day": "2026-01-01"}, {"first_day"}),
    ],
)
def test_a_refusal_names_the_field(officer: Caller, change: dict[str, Any], fields: set[str]) -> None:
    answer = officer.post("/observances", NATIONAL_DAY | change)
    assert answer.status_code == 422, answer.text
    assert set(answer.json["errors"]) == fields


def test_it_is_changed_from_a_day_to_a_festival_with_the_version_that_was_read(officer: Caller) -> None:
    made = officer.made("/observances", NATIONAL_DAY)
    path = f"/observances/{made['id']}"
    assert officer.call("PATCH", path, {"greets": False}).status_code == 428
    assert officer.call("PATCH", path, {"greets": False}, If_Match='"other"').status_code == 412
    changed = officer.patch(path, {"recurs": {"festival": "pi_mai"}, "since_year": None}).json
    assert (changed["recurs"], changed["since_year"]) == ({"festival": "pi_mai"}, None)
    assert officer.patch(path, {"recurs": {"festival": "tet"}}).status_code == 422
    assert officer.patch(path, {"country": "VN", "recurs": {"festival": "tet"}}).json["recurs"] == {"festival": "tet"}
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404
    assert officer.get("/observances/days").json == []


def test_everything_is_in_the_trail(officer: Caller, database: Database) -> None:
    made = officer.made("/observances", NATIONAL_DAY)
    officer.patch(f"/observances/{made['id']}", {"recurs": {"calendar": "lunar", "month": 8, "day": 15}})
    officer.delete(f"/observances/{made['id']}")
    with database.transaction(write=False) as session:
        rows = session.exec(select(Audit).where(Audit.entity == "observance").order_by(Audit.id)).all()  # type: ignore[arg-type]
    assert [row.action for row in rows] == ["create", "change", "delete"]
    assert rows[1].changes["recurs"]["to"] == {"calendar": "lunar", "month": 8, "day": 15}


def test_what_people_may_do_with_observances(viewer: Caller, officer: Caller, approver: Caller) -> None:
    made = officer.made("/observances", NATIONAL_DAY)
    path = f"/observances/{made['id']}"
    assert viewer.post("/observances", THAT_LUANG).status_code == 403
    assert viewer.patch(path, {"greets": False}).status_code == 403
    assert viewer.delete(path).status_code == 403
    assert approver.patch(path, {"greets": False}).status_code == 200


def test_a_country_also_means_its_places_and_bodies(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session, locality="vientiane-province").id
    dated = {"recurs": {"calendar": "solar", "month": 5, "day": 4}}
    ids = {
        "LA": officer.made("/observances", NATIONAL_DAY)["id"],
        "VN": officer.made("/observances", {"name": {"vi": "x"}, "country": "VN"} | dated)["id"],
        "place": officer.made("/observances", {"name": {"vi": "x"}, "locality": "vientiane-province"} | dated)["id"],
        "body": officer.made("/observances", {"name": {"vi": "x"}, "organisation_id": body} | dated)["id"],
    }

    def named(query: str) -> set[str]:
        listed = {one["id"] for one in officer.get(f"/observances?{query}").json}
        if not query.startswith("country") or not listed:
            return {name for name, one in ids.items() if one in listed}
        in_days = {one["observance_id"] for one in officer.get(f"/observances/days?{query}").json}
        assert listed == in_days
        return {name for name, one in ids.items() if one in listed}

    assert named("") == set(ids)
    assert named("country=LA") == {"LA", "place", "body"}
    assert named("country=VN") == {"VN"}
    assert named("locality=vientiane-province") == {"place"}
    assert named(f"organisation_id={body}") == {"body"}
    assert named("greets=true") == {"LA"}
    assert named("q=quoc khanh") == {"LA"}


def test_an_organisation_with_an_observance_is_in_use(caller: Callable[..., Caller], database: Database) -> None:
    admin = caller(Role.ADMIN)
    with database.transaction() as session:
        body = factories.make_organisation(session).id
    admin.made("/observances", {k: v for k, v in NATIONAL_DAY.items() if k != "country"} | {"organisation_id": body})
    assert admin.delete(f"/organisations/{body}").json["code"] == "in_use"
