"""Who sleeps in which room: one bed each, the same sex together, heads alone, in order of precedence."""

from datetime import datetime

from hypothesis import given

from calendars.placements.rooms import needs_own_room, propose
from calendars.placements.values import Carrier, Guest, at_once
from models.vocabulary import MemberRole, ResourceType, Sex, Side
from tests.calendars.placements.worlds import carriers, people, person

LODGING = carriers(ResourceType.LODGING, most=4)


def house(name: str, quantity: int, beds: int | None, first: int = 10, last: int = 12) -> Carrier:
    starts, ends = datetime(2027, 3, first), datetime(2027, 3, last + 1)
    return Carrier(name, {"vi": name}, ResourceType.LODGING, quantity, beds, starts, ends)


def rooms_of(group: list[Carrier], placed: dict[str, tuple[tuple[str, ...], ...]]) -> list[tuple[str, ...]]:
    return [room for one in group for room in placed.get(one.id, ())]


@given(LODGING, people())
def test_rooms_hold_who_may_share_them(lodging: list[Carrier], members: list[Guest]) -> None:
    placed = propose(lodging, members)
    known = {one.id: one for one in members}
    for group in at_once(lodging):
        rooms = rooms_of(group, placed)
        sleeping = [one for room in rooms for one in room]
        assert len(sleeping) == len(set(sleeping)), "nobody in two rooms of a night"
        assert all(known[one].side is Side.GUEST for one in sleeping)
        for one in group:
            assert len(placed.get(one.id, ())) <= one.quantity
            assert all(0 < len(room) <= (one.seats or 1) for room in placed.get(one.id, ()))
        for room in rooms:
            if len(room) > 1:
                assert len({known[one].sex for one in room}) == 1
                assert not any(needs_own_room(known[one]) for one in room)


@given(LODGING, people())
def test_precedence_decides_who_has_a_room_of_their_own_and_who_has_none(
    lodging: list[Carrier], members: list[Guest]
) -> None:
    placed = propose(lodging, members)
    guests = [one for one in members if one.side is Side.GUEST]
    for group in at_once(lodging):
        size = {one: len(room) for room in rooms_of(group, placed) for one in room}
        assert [one.id in size for one in guests] == sorted((one.id in size for one in guests), reverse=True)
        for sex in Sex:
            own = [size[one.id] == 1 for one in guests if one.id in size and one.sex is sex and not needs_own_room(one)]
            assert own == sorted(own, reverse=True), "who comes first is alone sooner"


@given(LODGING, people())
def test_nobody_is_left_out_while_there_is_a_room(lodging: list[Carrier], members: list[Guest]) -> None:
    placed = propose(lodging, members)
    guests = [one for one in members if one.side is Side.GUEST]
    for group in at_once(lodging):
        rooms = rooms_of(group, placed)
        if sum(one.quantity for one in group) >= len(guests):
            assert sum(map(len, rooms)) == len(guests)
            assert all(len(room) == 1 for room in rooms), "with a room for each nobody shares"


def test_rooms_are_shared_from_the_end() -> None:
    members = [person(0, role=MemberRole.HEAD), *(person(number) for number in range(1, 6))]
    assert propose([house("A", 4, 2)], members) == {"A": (("m0",), ("m1",), ("m2", "m3"), ("m4", "m5"))}


def test_women_and_men_share_with_their_own() -> None:
    members = [person(0, role=MemberRole.HEAD)]
    members += [person(number, sex=Sex.FEMALE if number % 2 else Sex.MALE) for number in range(1, 7)]
    assert propose([house("single", 1, 1), house("triple", 2, 3)], members) == {
        "single": (("m0",),),
        "triple": (("m1", "m3", "m5"), ("m2", "m4", "m6")),
    }


def test_different_rooms_are_parted_so_that_all_find_a_bed() -> None:
    """Three women and two men in rooms of three and of two: whoever takes the first room blindly leaves one out."""
    members = [person(number, sex=Sex.MALE if number < 2 else Sex.FEMALE) for number in range(5)]
    assert propose([house("A", 1, 3), house("B", 1, 2)], members) == {"A": (("m2", "m3", "m4"),), "B": (("m0", "m1"),)}


def test_whose_sex_is_not_known_shares_with_nobody() -> None:
    members = [person(0, role=MemberRole.HEAD), *(person(number, sex=None) for number in range(1, 4))]
    assert propose([house("A", 2, 4)], members) == {"A": (("m0",), ("m1",))}


def test_a_change_of_the_guest_house_is_no_night_in_two() -> None:
    members = [person(1), person(2)]
    placed = propose([house("A", 2, 1, 10, 12), house("B", 1, 2, 12, 14)], members)
    assert placed == {"A": (("m1",), ("m2",)), "B": (("m1", "m2"),)}


def test_many_people_are_no_hard_case() -> None:
    members = [person(number, sex=Sex.FEMALE if number % 3 else Sex.MALE) for number in range(150)]
    placed = propose([house("A", 40, 3), house("B", 20, 2)], members)
    assert sum(len(room) for rooms in placed.values() for room in rooms) == 150
