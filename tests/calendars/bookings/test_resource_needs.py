"""What a visit needs: rooms, vehicles, interpreters, by hand and against every choice there is."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.bookings.resource_needs import ResourceOption, VisitPlan, propose_resources, units_needed
from calendars.events.host_days import LONG_STAY_DAYS
from models.vocabulary import ResourceType

ROOM, VEHICLE, LODGING = ResourceType.ROOM, ResourceType.VEHICLE, ResourceType.LODGING
INTERPRETER, EQUIPMENT = ResourceType.INTERPRETER, ResourceType.EQUIPMENT
VISIT = VisitPlan(12, 5, "VN", "LA", is_hosted_by_office=True, has_guests=True)


def option(identity: str, kind: ResourceType, seats: int | None = None, **values: Any) -> ResourceOption:
    return ResourceOption(identity, identity, kind, seats=seats, **values)


STOCK = [
    option("hall", ROOM, 40),
    option("big hall", ROOM, 300),
    option("car", VEHICLE, 6),
    option("van", VEHICLE, 15),
    option("hostel", LODGING, 2, capacity=20),
    option("english", INTERPRETER, languages=["vi", "en"]),
    option("lao", INTERPRETER, languages=["vi", "lo"]),
    option("another lao", INTERPRETER, languages=["lo", "vi"]),
]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["hall", "van", "lao"]),
        ({"people": 6}, ["hall", "car", "lao"]),
        ({"people": 21}, ["hall", "van", "car", "lao"]),
        ({"people": 22}, ["hall", "lao"]),  # too few seats in all vehicles
        ({"people": 41}, ["big hall", "lao"]),
        ({"people": 301}, ["lao"]),
        ({"people": 0}, ["hall", "car", "lao"]),
        ({"days": LONG_STAY_DAYS}, ["hall", "van", "lao"]),
        ({"days": LONG_STAY_DAYS + 1}, []),
        ({"is_hosted_by_office": False}, ["lao"]),
        ({"has_guests": False, "guest_country": None}, ["hall"]),
        ({"guest_country": "VN"}, ["hall", "van"]),
        ({"guest_country": "TH"}, ["hall", "van"]),
    ],
)  # fmt: skip
def test_what_a_visit_needs(changed: dict[str, Any], expected: list[str]) -> None:
    assert propose_resources(replace(VISIT, **changed), STOCK) == expected


def test_rooms_and_vehicles_are_the_hosts_interpreters_anybodys() -> None:
    elsewhere = [replace(one, is_at_host=False) for one in STOCK]
    assert propose_resources(VISIT, elsewhere) == ["lao"]


def test_of_two_that_suit_equally_the_name_decides() -> None:
    rooms = [option("b", ROOM, 40), option("a", ROOM, 40)]
    assert propose_resources(VISIT, rooms) == ["a"]
    assert propose_resources(VISIT, rooms[::-1]) == ["a"]


@pytest.mark.parametrize(
    ("people", "taken", "units"),
    [
        (12, option("rooms", LODGING, 2, capacity=20), 6),
        (13, option("rooms", LODGING, 2, capacity=20), 7),
        (100, option("rooms", LODGING, 2, capacity=20), 20),
        (0, option("rooms", LODGING, 2, capacity=20), 1),
        (12, option("rooms", LODGING, None, capacity=20), 1),
        (12, option("hall", ROOM, 4), 1),
        (12, option("headsets", EQUIPMENT, 2, capacity=20), 1),
        (12, option("agency", INTERPRETER, 2, capacity=20), 1),
    ],
)  # fmt: skip
def test_how_many_units_people_need(people: int, taken: ResourceOption, units: int) -> None:
    assert units_needed(people, taken) == units


vehicles = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 3)), max_size=6).map(
    lambda found: [option(f"v{number}", VEHICLE, seats, capacity=many) for number, (seats, many) in enumerate(found)]
)


@given(vehicles, st.integers(1, 80))
def test_as_few_vehicles_as_possible_and_the_smallest_when_one_is_enough(
    stock: list[ResourceOption], people: int
) -> None:
    by_id = {one.id: one for one in stock}
    chosen = [by_id[one] for one in propose_resources(replace(VISIT, people=people), stock)]
    enough = [
        some
        for size in range(1, len(stock) + 1)
        for some in combinations(stock, size)
        if sum(one.total_seats for one in some) >= people
    ]
    assert bool(chosen) is bool(enough)
    if enough:
        assert sum(one.total_seats for one in chosen) >= people
        assert len(chosen) == min(map(len, enough))
    if len(chosen) == 1:
        assert chosen[0].total_seats == min(some[0].total_seats for some in enough if len(some) == 1)
