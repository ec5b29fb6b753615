"""Who sits where: sides opposite each other, heads in the middle, counterparts opposite; banquets mixed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.placements.item_forms import ItemForm, form_of
from calendars.placements.tables import MOST_OF_A_SIDE, at_a_session, banquet, is_seated, middle_out, session
from calendars.placements.values import Guest, PlacedTable, TableForm, leader
from models.vocabulary import MemberRole, Side
from tests.calendars.placements.worlds import people, person


def side(members: list[Guest], which: Side) -> list[Guest]:
    return [one for one in members if is_seated(one) and one.side is which]


@given(people())
def test_a_side_has_as_many_as_can_follow_the_talks(members: list[Guest]) -> None:
    for which in Side:
        everybody, here = side(members, which), at_a_session(members, which)
        assert len(here) == min(len(everybody), MOST_OF_A_SIDE)
        if everybody:
            head = leader(everybody, which)
            helpers = [one for one in everybody if one.role is MemberRole.INTERPRETER and one != head]
            assert {head, *helpers[:1]} <= {*here}
            others = [one for one in everybody if one not in (head, *helpers[:1])]
            assert [one in here for one in others] == sorted((one in here for one in others), reverse=True)


@given(people())
def test_who_is_at_the_table_sits_once_and_with_their_side(members: list[Guest]) -> None:
    table = session("talks", members)
    near, far = table.sides
    assert len(near) == len(far)
    assert sorted(one for one in near if one) == sorted(one.id for one in at_a_session(members, Side.HOST))
    assert sorted(one for one in far if one) == sorted(one.id for one in at_a_session(members, Side.GUEST))


@given(people())
def test_heads_sit_opposite_in_the_middle_with_interpreters_beside(members: list[Guest]) -> None:
    near, far = session("talks", members).sides
    middle = len(near) // 2
    for seats, which in ((near, Side.HOST), (far, Side.GUEST)):
        head = leader(at_a_session(members, which), which)
        if head is None:
            continue
        assert seats[middle] == head.id
        helpers = [one.id for one in at_a_session(members, which) if one.role is MemberRole.INTERPRETER and one != head]
        if helpers:
            assert helpers[0] in {*seats[max(0, middle - 1) : middle], *seats[middle + 1 : middle + 2]}


@given(people())
def test_counterparts_sit_opposite_each_other(members: list[Guest]) -> None:
    near, far = session("talks", members).sides
    opposite = {guest: host for host, guest in zip(near, far, strict=True)}
    hosts, guests = at_a_session(members, Side.HOST), at_a_session(members, Side.GUEST)
    apart = set()
    for listed, which in ((hosts, Side.HOST), (guests, Side.GUEST)):
        head = leader(listed, which)
        apart |= {head} | {next((o for o in listed if o.role is MemberRole.INTERPRETER and o != head), None)}
    free = [one for one in hosts if one not in apart]
    for guest in (one for one in guests if one not in apart):
        meets = [one for one in free if one.id == guest.counterpart or one.counterpart == guest.id]
        if meets:
            assert opposite[guest.id] in {one.id for one in meets}
            free = [one for one in free if one.id != opposite[guest.id]]


@given(people())
def test_who_comes_first_sits_nearer_to_the_middle(members: list[Guest]) -> None:
    _near, far = session("talks", members).sides
    guests = at_a_session(members, Side.GUEST)
    head = leader(guests, Side.GUEST)
    helper = next((one for one in guests if one.role is MemberRole.INTERPRETER and one != head), None)
    order = list(middle_out(len(far)))
    place = {one: order.index(number) for number, one in enumerate(far) if one}
    ranks = [place[one.id] for one in guests if one not in (head, helper)]
    assert ranks == sorted(ranks)


def test_a_session_as_an_office_seats_it() -> None:
    guests = [person(0, role=MemberRole.HEAD), *(person(number) for number in (1, 2, 3))]
    guests += [person(4, role=MemberRole.INTERPRETER)]
    hosts = [
        person(10, role=MemberRole.HEAD, side=Side.HOST),
        person(11, side=Side.HOST),
        person(12, side=Side.HOST, counterpart="m1"),
        person(13, side=Side.HOST, role=MemberRole.INTERPRETER),
    ]
    near, far = session("talks", [*guests, *hosts]).sides
    assert far == ("m2", "m1", "m0", "m4", "m3")
    assert near == ("m11", "m12", "m10", "m13", None)


def test_opposite_the_hosts_only_interpreter_sits_nobody() -> None:
    members = [person(0, role=MemberRole.HEAD), person(1), person(2)]
    members += [
        person(10, role=MemberRole.HEAD, side=Side.HOST),
        person(13, side=Side.HOST, role=MemberRole.INTERPRETER),
    ]
    near, far = session("talks", members).sides
    assert far == ("m2", "m1", "m0", None)
    assert near.index("m13") == near.index("m10") + 1
    assert far[near.index("m13")] is None


@given(people(), st.integers(2, 12))
def test_round_tables_hold_everybody_once_and_are_equally_full(members: list[Guest], size: int) -> None:
    tables = banquet("dinner", members, size)
    seated = [one for table in tables for one in table.seated]
    assert sorted(seated) == sorted(one.id for one in members if is_seated(one))
    sizes = [len(table.seats) for table in tables]
    assert all(0 < one <= size for one in sizes)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert len(tables) == -(-len(seated) // size)
    assert [table.name for table in tables] == [str(number + 1) for number in range(len(tables))]


@given(people(least=2), st.integers(3, 12))
def test_the_heads_share_the_head_table_side_by_side(members: list[Guest], size: int) -> None:
    others = [one for one in members if is_seated(one) and one.role is not MemberRole.INTERPRETER]
    heads = [leader(others, which) for which in (Side.HOST, Side.GUEST)]
    tables = banquet("dinner", members, size)
    if None not in heads and len(tables[0].seats) > 2:
        host, guest = (one.id for one in heads if one)
        first = tables[0].seats
        assert (first[0], first[-1]) == (host, guest)


@given(people(), st.integers(4, 12))
def test_sides_are_mixed_in_order_of_precedence(members: list[Guest], size: int) -> None:
    tables = banquet("dinner", members, size)
    which = {one: number for number, table in enumerate(tables) for one in table.seated}
    for of in Side:
        listed = [one for one in side(members, of) if one.role is not MemberRole.INTERPRETER]
        head = leader(listed, of)
        ranks = [which[one.id] for one in listed if one != head]
        assert ranks == sorted(ranks)


def test_a_head_table() -> None:
    members = [person(0, role=MemberRole.HEAD), person(1), person(2), person(3, role=MemberRole.INTERPRETER)]
    members += [person(10, role=MemberRole.HEAD, side=Side.HOST), person(11, side=Side.HOST)]
    (table,) = banquet("dinner", members)
    assert table == PlacedTable("dinner", "1", ("m10", "m1", "m11", "m2", "m3", "m0"), TableForm.ROUND)
    assert table.sides == (table.seats, ())


def test_sides_of_a_table_with_an_odd_seat() -> None:
    assert PlacedTable(None, "1", ("a", "b", "c", "d", None)).sides == (("a", "b", "c"), ("d", None))


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ({"vi": "Hội đàm với lãnh đạo tỉnh"}, ItemForm.SESSION),
        ({"vi": "Làm việc với Sở Nội vụ"}, ItemForm.SESSION),
        ({"vi": "CHIÊU ĐÃI chào mừng đoàn"}, ItemForm.BANQUET),
        ({"vi": "Hội đàm, sau đó chiêu đãi"}, ItemForm.BANQUET),
        ({"vi": "Chiêu đãi", "lo": "ງານລ້ຽງຕ້ອນຮັບ", "en": "Reception"}, ItemForm.BANQUET),
        ({"vi": "x", "lo": "ພົບປະຜູ້ນຳແຂວງ"}, ItemForm.SESSION),
        ({"en": "Courtesy call on the Chairman"}, ItemForm.SESSION),
        ({"vi": "Tham quan Côn Sơn"}, None),
        ({"vi": "Đón đoàn tại sân bay"}, None),
        ({"vi": "Nghỉ ngơi"}, None),
    ],
)
def test_titles_tell_how_people_sit(title: dict[str, str], form: ItemForm | None) -> None:
    assert form_of(title) is form
