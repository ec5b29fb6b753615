"""Who rides in which car: everybody once, no seat twice, the head's party together, in order of precedence."""

from hypothesis import given
from hypothesis import strategies as st

from calendars.placements.values import Carrier, Guest, at_once, leader
from calendars.placements.vehicles import party_of, propose
from models.vocabulary import MemberRole, ResourceType, Side
from tests.calendars.placements.worlds import START, carriers, people, person

CARS = carriers(ResourceType.VEHICLE)


def riders(members: list[Guest]) -> list[Guest]:
    return [one for one in members if one.role is not MemberRole.DRIVER]


def car(name: str, seats: int | None, hours: int = 8) -> Carrier:
    ends = START.replace(hour=8 + hours)
    return Carrier(name, {"vi": name}, ResourceType.VEHICLE, 1, seats, START, ends)


@given(CARS, people())
def test_everybody_has_one_seat_as_far_as_there_are_seats(cars: list[Carrier], members: list[Guest]) -> None:
    placed = propose(cars, members)
    for group in at_once(cars):
        seated = [one for booked in group for one in placed.get(booked.id, ())]
        assert len(seated) == len(set(seated)), "nobody in two cars at once"
        assert set(seated) <= {one.id for one in riders(members)}, "drivers take no seat"
        known = [booked.places for booked in group]
        places = len(riders(members)) if None in known else sum(filter(None, known))
        assert len(seated) == min(len(riders(members)), places)
        for booked in group:
            assert booked.places is None or len(placed.get(booked.id, ())) <= booked.places


@given(CARS, people(least=1))
def test_the_head_rides_with_their_party_where_a_car_seats_it(cars: list[Carrier], members: list[Guest]) -> None:
    party = [one.id for one in party_of(members)]
    placed = propose(cars, members)
    for group in at_once(cars):
        if party and any(booked.places is not None and booked.places >= len(party) for booked in group):
            assert any(set(party) <= set(placed.get(booked.id, ())) for booked in group)


@given(CARS, people())
def test_guests_fill_the_cars_in_order_of_precedence(cars: list[Carrier], members: list[Guest]) -> None:
    placed = propose(cars, members)
    party = {one.id for one in party_of(members)}
    for group in at_once(cars):
        order = sorted(group, key=lambda one: (one.places is None, one.places or 0, one.starts, one.id))
        with_head = [one for one in order if party & set(placed.get(one.id, ()))][:1]
        order = [*with_head, *(one for one in order if one not in with_head)]
        which = {one: number for number, booked in enumerate(order) for one in placed.get(booked.id, ())}
        guests = [
            which.get(one.id, len(order))
            for one in riders(members)
            if one.side is Side.GUEST and one.role is not MemberRole.INTERPRETER and one.id not in party
        ]
        assert guests == sorted(guests), "who comes later sits in a later car, or in none"


@given(CARS, people(), st.randoms())
def test_the_order_of_bookings_decides_nothing(cars: list[Carrier], members: list[Guest], random: object) -> None:
    mixed = list(cars)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert propose(mixed, members) == propose(cars, members)


HEAD = person(0, role=MemberRole.HEAD)
HOST = person(10, role=MemberRole.HEAD, side=Side.HOST)
OFFICIAL = person(11, side=Side.HOST)
INTERPRETER = person(12, role=MemberRole.INTERPRETER, side=Side.HOST)
SECOND = person(13, role=MemberRole.INTERPRETER)


def test_the_head_rides_alone_with_host_and_interpreter_while_others_have_seats() -> None:
    members = [HEAD, HOST, *(person(number) for number in range(1, 6)), OFFICIAL, INTERPRETER, SECOND]
    assert propose([car("bus", 16), car("limousine", 4), car("van", 4)], members) == {
        "limousine": ("m0", "m10", "m12"),
        "van": ("m1", "m2", "m13", "m11"),
        "bus": ("m3", "m4", "m5"),
    }


def test_the_heads_own_counterpart_comes_before_the_hosts_leader() -> None:
    meets = person(0, role=MemberRole.HEAD, counterpart="m11")
    assert [one.id for one in party_of([meets, HOST, OFFICIAL])] == ["m0", "m11"]
    named_by_host = person(11, side=Side.HOST, counterpart="m0")
    assert [one.id for one in party_of([HEAD, HOST, named_by_host])] == ["m0", "m11"]
    assert [one.id for one in party_of([HEAD, HOST, INTERPRETER, SECOND])] == ["m0", "m12", "m10"]
    assert party_of([HOST]) == []


def test_too_few_seats_are_the_guests() -> None:
    members = [HEAD, HOST, person(1), person(2), OFFICIAL]
    assert propose([car("limousine", 2), car("van", 2)], members) == {
        "limousine": ("m0", "m10"),
        "van": ("m1", "m2"),
    }
    assert propose([car("taxi", 1)], members) == {"taxi": ("m0",)}


def test_a_car_of_unknown_seats_takes_who_is_left() -> None:
    members = [HEAD, HOST, person(1), person(2)]
    assert propose([car("unknown", None), car("limousine", 3)], members) == {
        "limousine": ("m0", "m10"),
        "unknown": ("m1", "m2"),
    }


def test_cars_one_after_the_other_are_for_everybody() -> None:
    morning = Carrier("morning", {"vi": "1"}, ResourceType.VEHICLE, 1, 4, START, START.replace(hour=10))
    evening = Carrier(
        "evening", {"vi": "2"}, ResourceType.VEHICLE, 1, 4, START.replace(hour=10), START.replace(hour=20)
    )
    placed = propose([morning, evening], [HEAD, person(1)])
    assert placed == {"morning": ("m0", "m1"), "evening": ("m0", "m1")}


def test_leaders() -> None:
    assert leader([person(3, role=MemberRole.DRIVER), person(1)], Side.GUEST) == person(1)
    assert leader([person(1), HEAD], Side.GUEST) == HEAD
    assert leader([HEAD], Side.HOST) is None
